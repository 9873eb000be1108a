/** What an op is handed, and what its forward hands back, looked at before it is believed. Read before: {@link op.ts}. */
import { kindOf, sharedForward, wrongForward } from './complaints.js';
import { ArgumentError } from './errors.js';
import type { FloatArray } from './kernels/array.js';
import type { Op } from './op.js';
import { Tensor } from './tensor.js';

/** Refuses inputs of the wrong number, or that are no tensors. */
export function checkInputs(op: Op, inputs: readonly Tensor[]): void {
  if (op.arity >= 0 && inputs.length !== op.arity)
    throw new ArgumentError(op.name, `takes ${op.arity} inputs, got ${inputs.length}`);
  for (let i = 0; i < inputs.length; i++)
    if (!(inputs[i] instanceof Tensor))
      throw new ArgumentError(
        op.name,
        `input ${i} is ${kindOf(inputs[i])}; expected a Tensor. Make one with tensor(…)`,
      );
}

/** Ops that were seen not to share memory with their inputs. Asking an array for its buffer is slow, so each op is asked once. */
const separate = new WeakSet<Op>();

/** Refuses a result that is no float array, is of another dtype than the inputs, or shares memory with one of them. */
export function checkForward(op: Op, data: FloatArray, inputs: readonly Tensor[]): void {
  const first = inputs[0];
  if (first && data?.constructor !== first.data.constructor && !(op.converts && isFloatArray(data)))
    throw wrongForward(op, data, first);
  const asked = separate.has(op);
  for (const input of inputs)
    if (input.data === data || (!asked && overlap(input.data, data))) throw sharedForward(op);
  if (!asked) separate.add(op);
}

function overlap(a: FloatArray, b: FloatArray): boolean {
  return (
    a.buffer === b.buffer &&
    a.byteOffset < b.byteOffset + b.byteLength &&
    b.byteOffset < a.byteOffset + a.byteLength
  );
}

const isFloatArray = (data: unknown): boolean => data instanceof Float32Array || data instanceof Float64Array;

/** Refuses options that nobody reads: a misspelt one would leave the default in force without a word. */
export function checkOptions(op: string, options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options) || options instanceof Tensor)
    throw new ArgumentError(op, `expected options { ${known.join(', ')} }, got ${kindOf(options)}`);
  for (const key in options)
    if (!known.includes(key))
      throw new ArgumentError(op, `knows no option ${key}; expected ${known.join(', ')}`);
}
