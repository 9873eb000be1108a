/**
 * The TypeScript of the project compiled file by file, so that a test file starts in a third of a second: through tsx,
 * the process of each test file would compile the library anew, which takes longer than most tests.
 */
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { moduleFolder } from '../support/folder.js';
import { entryPoints } from './entry-points.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What other runners run, and what another compiler reads. */
const NOT_COMPILED = /\.d\.ts$|node_modules|^src\/kernels\/simd\/assembly|^test\/toolchains\//;

/** A program is told the place of its source, beside which it finds fixtures, examples and documents. */
const placeOfSource: Plugin = {
  name: 'place of the source',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.ts$/ }, ({ path }) => ({
      loader: 'ts',
      contents: readFileSync(path, 'utf8')
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
        .replaceAll('import.meta.filename', JSON.stringify(path)),
    })),
};

/**
 * Compiles src, test, examples and docs, and returns a folder of the same layout, in which `tapegrad` is the compiled
 * library. Stack traces name the lines of the sources where node is told `--enable-source-maps`.
 */
export async function compiledFolder(): Promise<string> {
  const folder = moduleFolder('compiled');
  const rooms = ['src', 'test', 'examples', 'docs'].filter((room) => existsSync(join(root, room)));
  const files = rooms.flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: 'utf8' }).map((file) => `${room}/${file}`),
  );
  await build({
    absWorkingDir: root,
    entryPoints: files.filter((file) => file.endsWith('.ts') && !NOT_COMPILED.test(file)),
    outbase: '.',
    outdir: folder,
    format: 'esm',
    sourcemap: 'inline',
    // As tsx compiles, so that both runs of a test read the same where a report quotes a function.
    minifyWhitespace: true,
    keepNames: true,
    plugins: [placeOfSource],
  });
  // JSON that a module imports is looked for beside the compiled module.
  symlinkSync(join(root, 'test/fixtures'), join(folder, 'test/fixtures'));
  const exports = entryPoints().map(({ name, source }) => [
    name.replace('tapegrad', '.'),
    `./${source.replace(/\.ts$/, '.js')}`,
  ]);
  const manifest = { name: 'tapegrad', type: 'module', exports: Object.fromEntries(exports) };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  return folder;
}
