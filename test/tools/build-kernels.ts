/**
 * Compiles src/kernels/simd/assembly to WebAssembly and writes the bytes into src/kernels/simd/bytes.ts, where the
 * library finds them without a file to load. The output is the same on every machine; a test compares it.
 */
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../src/kernels/simd/', import.meta.url));

const OPTIONS = [
  '--baseDir',
  folder,
  '--outFile',
  'kernels.wasm',
  '-O3',
  '--noAssert',
  '--runtime',
  'stub',
  '--enable',
  'simd',
  '--importMemory',
];
/** Pages that shared memory may grow to: 1 GiB. */
const SHARED = ['--enable', 'threads', '--sharedMemory', '--initialMemory', '16', '--maximumMemory', '16384'];

async function compile(entry: string, options: readonly string[]): Promise<string> {
  // Loaded here, since it takes seconds, which --help need not.
  const { default: asc } = await import('assemblyscript/asc');
  let wasm: Uint8Array | null = null;
  const { error, stderr } = await asc.main([entry, ...OPTIONS, ...options], {
    writeFile: (name, contents) => void (name.endsWith('.wasm') && (wasm = contents as Uint8Array)),
  });
  if (error || !wasm) throw new Error(`the SIMD kernels do not compile: ${stderr.toString()}`);
  return Buffer.from(wasm).toString('base64');
}

const RELAXED = ['--enable', 'relaxed-simd'];

/** The text of bytes.ts for the assembly as it is now: each module with fused multiply-adds, and without. */
export async function compileKernels(): Promise<string> {
  const both = async (entry: string, options: readonly string[]): Promise<string> =>
    `[\n  '${await compile(entry, [...options, ...RELAXED])}',\n  '${await compile(entry, options)}',\n]`;
  return `/** Made by test/tools/build-kernels.ts from assembly/; do not edit. */
export const KERNELS: readonly [relaxed: string, plain: string] = ${await both('assembly/index.ts', [])};

/** For {@link threads.ts}: work over a memory that threads share. */
export const SHARED_KERNELS: readonly [relaxed: string, plain: string] = ${await both('assembly/shared.ts', SHARED)};
`;
}

async function main(): Promise<void> {
  // Loaded here, since the build of the package uses this file without the examples.
  const { commandLine, run } = await import('../../examples/shared/program.js');
  const { writeWhole } = await import('../../examples/shared/output.js');
  await run('kernels', async () => {
    commandLine(
      'kernels',
      `Compiles ${folder}assembly to WebAssembly and writes bytes.ts beside it.`,
    ).parse();
    await writeWhole(`${folder}bytes.ts`, await compileKernels());
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
