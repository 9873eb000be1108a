/** Builds dist/: one ESM file an entry point with shared chunks, one minified browser file, and declarations with maps. */
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { compileKernels } from './build-kernels.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const rooms = ['nn', 'init', 'optim', 'check', 'data', 'train', 'plot'];
const shared = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  sourcemap: true,
  logLevel: 'warning',
} as const;

/** The one file that a page loads. */
export async function buildForBrowser(outfile: string): Promise<void> {
  await build({
    ...shared,
    entryPoints: ['src/browser.ts'],
    outfile,
    minify: true,
    platform: 'browser',
    external: ['node:*'], // loaded only by functions that read files
  });
}

async function buildAll(): Promise<void> {
  writeFileSync(`${root}/src/kernels/simd/bytes.ts`, await compileKernels());
  rmSync(`${root}/dist`, { recursive: true, force: true });
  await build({
    ...shared,
    entryPoints: {
      index: 'src/index.ts',
      ...Object.fromEntries(rooms.map((room) => [`${room}/index`, `src/${room}/index.ts`])),
    },
    outdir: 'dist',
    splitting: true,
    packages: 'external',
  });
  await buildForBrowser(`${root}/dist/tapegrad.min.js`);
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildAll();
