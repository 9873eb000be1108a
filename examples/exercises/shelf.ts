/** Which exercises there are, in the order of the book, and where the reader's copies lie. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeWhole } from '../shared/output.js';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The folder of an exercise. */
export const folderOf = (name: string): string => join(HERE, name);

/** The reader's copy, in the folder in which the program was started. */
export const copyOf = (name: string): string => join(process.cwd(), 'out', 'exercises', `${name}.ts`);

/** A path as the reader would type it. */
export const short = (path: string): string => relative(process.cwd(), path);

/** `docs/steps/1-slope.ts` ⇒ `1-slope` */
export const nameOf = (chapter: string): string => basename(chapter, extname(chapter));

/** The chapters in the order of the table of contents, as docs/README.md links them. */
export function chapters(): string[] {
  const contents = readFileSync(join(ROOT, 'docs', 'README.md'), 'utf8');
  return [...contents.matchAll(/^\d+\. \[.+?\]\(([\w./-]+)\)/gm)].map(([, target]) => `docs/${target}`);
}

/** The names of all exercises in the order of the book. */
export function allNames(): string[] {
  const order = chapters().map(nameOf);
  const place = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  return readdirSync(HERE, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
    .sort((a, b) => place(a) - place(b));
}

/** Whether there is a copy that differs from `start.ts`. */
export function isBegun(name: string): boolean {
  const copy = copyOf(name);
  if (!existsSync(copy)) return false;
  return readFileSync(copy, 'utf8') !== readFileSync(join(folderOf(name), 'start.ts'), 'utf8');
}

/** Gives the reader a copy of `start.ts`. @returns false if there was one, which stays as it is */
export async function begin(name: string): Promise<boolean> {
  const copy = copyOf(name);
  if (existsSync(copy)) return false;
  await writeWhole(copy, readFileSync(join(folderOf(name), 'start.ts')));
  await prepare(dirname(copy));
  return true;
}

/** What makes a folder of copies a part of this project, for Node and for editors. */
async function prepare(folder: string): Promise<void> {
  const root = relative(folder, ROOT).replaceAll('\\', '/');
  await writeOnce(join(folder, 'package.json'), { type: 'module' });
  await writeOnce(join(folder, 'tsconfig.json'), {
    extends: `${root}/tsconfig.json`,
    compilerOptions: { noEmit: true, rootDir: root },
    include: ['*.ts', `${root}/src`],
  });
}

async function writeOnce(path: string, content: object): Promise<void> {
  if (!existsSync(path)) await writeWhole(path, `${JSON.stringify(content)}\n`);
}
