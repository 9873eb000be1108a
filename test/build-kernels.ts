/**
 * Compiles src/kernels/simd/assembly to WebAssembly and writes the bytes into src/kernels/simd/bytes.ts, where the
 * library finds them without a file to load. The output is the same on every machine; a test compares it.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const folder = fileURLToPath(new URL('../src/kernels/simd/', import.meta.url));

/** The text of bytes.ts for the assembly as it is now. */
export async function compileKernels(): Promise<string> {
  let wasm: Uint8Array | null = null;
  const { error, stderr } = await asc.main(
    [
      'assembly/index.ts',
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
    ],
    { writeFile: (name, contents) => void (name.endsWith('.wasm') && (wasm = contents as Uint8Array)) },
  );
  if (error || !wasm) throw new Error(`the SIMD kernels do not compile: ${stderr.toString()}`);
  const base64 = Buffer.from(wasm).toString('base64');
  return `/** Made by test/build-kernels.ts from assembly/; do not edit. */\nexport const KERNELS =\n  '${base64}';\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(`${folder}bytes.ts`, await compileKernels());
