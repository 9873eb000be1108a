/**
 * Measures what the library adds to a page. `npx tsx test/tools/sizes.ts` prints the table, and writes it into
 * docs/in-the-browser.md.
 */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { commandLine, run } from '../../examples/shared/program.js';
import { buildModules } from './build.js';
import { entryPoints } from './entry-points.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const PAGE = fileURLToPath(new URL('../../docs/in-the-browser.md', import.meta.url));

export interface Size {
  /** What the page imports, as the table says it. */
  readonly what: string;
  readonly bytes: number;
  readonly gzip: number;
}

/** A program that uses everything an entry point exports. */
const allOf = (name: string): string => `import * as all from '${name}'; globalThis.used = all;`;
const two = (name: string): string =>
  `import { grad, tensor } from '${name}'; globalThis.used = grad((x) => x.square().sum())(tensor([1, 2]));`;

/** The rows of the table, each with the program that is bundled. */
function programs(): [what: string, program: string][] {
  return [
    ['`tensor` and `grad` from `tapegrad/core`', two('tapegrad/core')],
    ['`tensor` and `grad` from `tapegrad`', two('tapegrad')],
    ...entryPoints().map(({ name }): [string, string] => [`all of \`${name}\``, allOf(name)]),
  ];
}

/** Bundles and minifies every row from the files that are shipped. Packages that draw are not counted. */
export async function measure(): Promise<Size[]> {
  const folder = mkdtempSync(join(tmpdir(), 'tapegrad-sizes-'));
  try {
    // The package says which of its files a bundler may leave out, and paths in it begin with dist/.
    copyFileSync(join(root, 'package.json'), join(folder, 'package.json'));
    await buildModules(join(folder, 'dist'));
    return await bundle(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function bundle(folder: string): Promise<Size[]> {
  const files = Object.fromEntries(
    entryPoints().map(({ name, build }) => [name, join(folder, 'dist', `${build}.js`)]),
  );
  return Promise.all(
    programs().map(async ([what, contents]) => {
      const { outputFiles } = await build({
        absWorkingDir: root,
        stdin: { contents, resolveDir: root },
        alias: files,
        bundle: true,
        minify: true,
        format: 'esm',
        target: 'es2022',
        write: false,
        legalComments: 'none',
      });
      const bytes = outputFiles[0]!.contents;
      return { what, bytes: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length };
    }),
  );
}

const HEAD = '| what a page imports | kB | kB, gzip |\n|---|---:|---:|\n';

const kilobytes = (bytes: number): string => (bytes / 1000).toFixed(0);

/** The table of a page of the book, row by row: what is imported, kB, and kB compressed. */
export function tableIn(page: string): [what: string, kB: number, gzip: number][] {
  const start = page.indexOf(HEAD);
  if (start < 0) throw new Error('the page has no table of sizes');
  const rows = page.slice(start + HEAD.length).split('\n\n')[0]!;
  return [...rows.matchAll(/^\| (.+) \| (\d+) \| (\d+) \|$/gm)].map(([, what, kB, gzip]) => [
    what!,
    Number(kB),
    Number(gzip),
  ]);
}

async function main(): Promise<void> {
  const sizes = await measure();
  const rows = sizes.map(
    ({ what, bytes, gzip }) => `| ${what} | ${kilobytes(bytes)} | ${kilobytes(gzip)} |\n`,
  );
  const page = readFileSync(PAGE, 'utf8');
  const start = page.indexOf(HEAD) + HEAD.length;
  const end = page.indexOf('\n\n', start - 1) + 1;
  writeFileSync(PAGE, page.slice(0, start) + rows.join('') + page.slice(end));
  console.log(HEAD + rows.join(''));
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await run('sizes', async () => {
    commandLine(
      'sizes',
      'Measures what the library adds to a page, and writes the table into its page.',
    ).parse();
    await main();
  });
