/** Which kernels run, and why: on a page a policy can forbid the fast ones without a word. */
import { setting } from '../../base/host.js';
import { hasFastKernels } from '../dispatch.js';
import { simd } from './module.js';

/** What {@link kernels} says. */
export interface Kernels {
  /** `simd`: WebAssembly with vector instructions. `reference`: plain loops, about ten times slower for large arrays. */
  readonly name: 'simd' | 'reference';
  /** Why these run; for the reference kernels also what to do about it. */
  readonly why: string;
}

/**
 * Which kernels this program runs. The reference kernels compute the same functions, some of them with other last
 * digits, and are chosen without a warning where the fast ones cannot run.
 * @example
 * ```ts
 * if (kernels().name === 'reference') console.warn(kernels().why);
 * ```
 */
export function kernels(): Kernels {
  return hasFastKernels()
    ? { name: 'simd', why: 'WebAssembly with SIMD runs here' }
    : { name: 'reference', why: whyNot() };
}

/** The bytes of a WebAssembly module in which there is nothing. */
const EMPTY = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

function whyNot(): string {
  if (simd) return 'kernels had run before `tapegrad` was loaded; import it before `tapegrad/core` computes';
  if (setting('TAPEGRAD_KERNELS') === 'reference') return 'TAPEGRAD_KERNELS asks for them';
  if (typeof WebAssembly === 'undefined') return 'this JavaScript engine has no WebAssembly';
  try {
    // An instance, since WebKit's policy allows the module and forbids its instance.
    new WebAssembly.Instance(new WebAssembly.Module(EMPTY));
  } catch {
    return "the content-security policy forbids WebAssembly; add 'wasm-unsafe-eval' to its script-src";
  }
  return 'this JavaScript engine has WebAssembly without SIMD; a newer one has it';
}
