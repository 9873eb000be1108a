/**
 * Builds dist/, which the package ships:
 *
 * - ESM: a file for each file of src/, so that a bundler leaves out what a program does not use, and declarations in
 *   dist/types with maps.
 * - CommonJS in dist/cjs: a file for each entry point, with chunks that they share, and the declarations translated.
 * - dist/node: ESM for Node that takes every name from dist/cjs, so that `import` and `require` in one process share one
 *   Tensor and one tape.
 * - dist/tapegrad.min.js, the one file that a page loads, and dist/LICENCES.txt for the code of others in the build.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';
import { entryPoints } from './entry-points.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const dist = join(root, 'dist');

const shared = {
  absWorkingDir: root,
  format: 'esm',
  target: 'es2022',
  sourcemap: true,
  logLevel: 'warning',
} as const satisfies BuildOptions;

/** The one file that a page loads. */
export async function buildForBrowser(outfile: string): Promise<void> {
  await build({
    ...shared,
    entryPoints: ['src/browser.ts'],
    outfile,
    bundle: true,
    minify: true,
    legalComments: 'inline',
  });
}

async function buildAll(): Promise<void> {
  rmSync(dist, { recursive: true, force: true });
  await buildModules(dist);
  buildDeclarations();
  await buildCommonJs();
  for (const { build } of entryPoints()) wrapForNode(build);
  await buildForBrowser(join(dist, 'tapegrad.min.js'));
  writeFileSync(join(dist, 'LICENCES.txt'), licences());
}

/** What is taken from other packages: what src/ imports, what becomes of it, and the file in dist/ that holds that. */
const FROM_OTHERS = [
  { from: 'seedrandom/lib/alea.js', taken: 'default', file: 'base/alea.js' },
  { from: 'fflate', taken: 'deflateSync, Inflate', file: 'io/fflate.js' },
];

/** Each file of src/ as ESM. What is taken from another package becomes a file of its own, beside those that import it. */
export async function buildModules(outdir: string): Promise<void> {
  const files = filesBelow(join(root, 'src'), '.ts').filter((file) => !/\.d\.ts$|\bassembly\b/.test(file));
  const entries = files.map((file) => `src/${file}`);
  await build({ ...shared, entryPoints: entries, outdir, outbase: 'src' });
  for (const { from, taken, file } of FROM_OTHERS)
    await build({
      ...shared,
      stdin: { contents: `export { ${taken} } from '${from}';`, resolveDir: root },
      outfile: join(outdir, file),
      bundle: true,
      sourcemap: false,
      legalComments: 'inline',
    });
  for (const file of files) {
    const path = join(outdir, file.replace(/\.ts$/, '.js'));
    const text = withPureConstants(readFileSync(path, 'utf8'));
    writeFileSync(path, FROM_OTHERS.reduce(besideIt, text));
  }
}

/** A text that imports what is taken from another package from the file beside it. */
function besideIt(text: string, { from, file }: { from: string; file: string }): string {
  return text.replace(`from "${from}"`, `from "./${basename(file)}"`);
}

/**
 * Marks the calls that make the constants of a module, `const EXP = defineOp(…)`, as free of side effects, so that a
 * bundler leaves out the ops that a page does not use. The mark stays on the line: source maps remain right.
 */
function withPureConstants(text: string): string {
  return text.replace(/^((?:export )?(?:const|var) \w+ = )(?=(?:new )?[\w.]+\()/gm, '$1/* @__PURE__ */ ');
}

/** The declarations for ESM by the TypeScript compiler, and those for CommonJS: the same texts, whose imports name .cjs files. */
function buildDeclarations(): void {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  });
  for (const file of filesBelow(join(dist, 'types'), '.d.ts')) {
    const text = readFileSync(join(dist, 'types', file), 'utf8')
      .replace(/^\/\/# sourceMappingURL=.*$/m, '')
      .replace(/(['"])(\.{1,2}\/[^'"\n]+)\.js\1/g, '$1$2.cjs$1');
    write(join(dist, 'cjs/types', file.replace(/\.d\.ts$/, '.d.cts')), text);
  }
}

/** Splitting into shared chunks works for ESM only, so that is built first and then translated, chunk for chunk. */
async function buildCommonJs(): Promise<void> {
  const chunks = join(dist, 'chunks');
  const entries = Object.fromEntries(entryPoints().map(({ build, source }) => [build, source]));
  await build({
    ...shared,
    entryPoints: entries,
    outdir: chunks,
    bundle: true,
    splitting: true,
    chunkNames: 'shared/[hash]',
  });
  const files = filesBelow(chunks, '.js');
  await build({
    ...shared,
    entryPoints: files.map((file) => `dist/chunks/${file}`),
    outdir: 'dist/cjs',
    outbase: 'dist/chunks',
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    platform: 'node',
    // import() of an optional package becomes require(), which works in every CommonJS runner.
    supported: { 'dynamic-import': false },
    sourcesContent: false,
  });
  rmSync(chunks, { recursive: true });
  for (const file of files) {
    const path = join(dist, 'cjs', file.replace(/\.js$/, '.cjs'));
    const text = readFileSync(path, 'utf8').replace(
      /require\("(\.{1,2}\/[^"]+)\.js"\)/g,
      'require("$1.cjs")',
    );
    // An entry point that only passes names on has no lines of src/, and its map would lead to the deleted chunk.
    const mapped = !readFileSync(`${path}.map`, 'utf8').includes('/chunks/');
    if (!mapped) rmSync(`${path}.map`);
    writeFileSync(path, mapped ? text : text.replace(/^\/\/# sourceMappingURL=.*$/m, ''));
  }
}

function filesBelow(folder: string, ending: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith(ending));
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** An ESM file that exports what a CommonJS file does. */
function wrapForNode(entry: string): void {
  const commonJs = join(dist, 'cjs', `${entry}.cjs`);
  const names = Object.keys(createRequire(import.meta.url)(commonJs) as object).sort();
  const up = '../'.repeat(entry.split('/').length);
  write(
    join(dist, 'node', `${entry}.js`),
    `import all from '${up}cjs/${entry}.cjs';\nexport const {\n${names.map((name) => `  ${name},\n`).join('')}} = all;\n`,
  );
}

/** The licences of seedrandom's generator, which stands at the head of its file, and of fflate. */
function licences(): string {
  const source = readFileSync(join(root, 'node_modules/seedrandom/lib/alea.js'), 'utf8');
  const head = source.split('\n').filter((line) => line.startsWith('//'));
  const seedrandom = head.map((line) => line.replace(/^\/\/ ?/, '')).join('\n');
  const fflate = readFileSync(join(root, 'node_modules/fflate/LICENSE'), 'utf8').trim();
  for (const [name, licence] of Object.entries({ seedrandom, fflate }))
    if (!licence.includes('Permission is hereby granted')) throw new Error(`${name}: its licence has moved`);
  return `This build contains the file lib/alea.js of the package seedrandom:\n\n${seedrandom}

It also contains parts of the package fflate, in io/:\n\n${fflate}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildAll();
