/** Folders outside the project, for programs that a test writes. They are deleted when the process of the test ends. */
import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** An empty folder whose name begins with `tapegrad-` and this word. */
export function temporaryFolder(word: string): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `tapegrad-${word}-`)));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder whose files are ES modules and find the packages that the project has installed. */
export function moduleFolder(word: string): string {
  const folder = temporaryFolder(word);
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}
