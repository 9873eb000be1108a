/** What an op is handed, and what its forward hands back, looked at before it is believed. Read before: {@link op.ts}. */

import type { FloatArray, NDArray } from './base/array.js';
import { ArgumentError, GraphError } from './base/errors.js';
import { kindOf, sharedForward, wrongForward } from './complaints.js';
import type { Op } from './op.js';
import { Tensor } from './tensor.js';

/** What an op may be declared with. */
const PARTS = ['name', 'kind', 'broadcast', 'converts', 'forward', 'save', 'vjp', 'vjpAll'];

/** Refuses an op without a name, a forward, or rules of one kind. */
export function checkDefinition(definition: object): void {
  checkOptions('defineOp', definition, PARTS);
  const { name, forward, save, vjp, vjpAll } = definition as Record<string, unknown>;
  if (typeof name !== 'string' || name === '')
    throw new ArgumentError('defineOp', `an op has a name, for errors to call it by; got ${kindOf(name)}`);
  const needs = (what: string, part: unknown): void => {
    if (typeof part !== 'function')
      throw new ArgumentError(name, `${what} is a function, got ${kindOf(part)}`);
  };
  needs('forward', forward);
  if (save !== undefined) needs('save', save);
  if ((vjp === undefined) === (vjpAll === undefined))
    throw new ArgumentError(name, 'an op has either vjp, one rule an input, or vjpAll');
  if (vjpAll !== undefined) needs('vjpAll', vjpAll);
  else if (Array.isArray(vjp))
    for (const [i, rule] of vjp.entries()) {
      if (rule !== 'zero') needs(`the rule for input ${i}`, rule);
    }
  else
    throw new ArgumentError(
      name,
      `vjp is a list with one rule an input, [(g, saved) => …], got ${kindOf(vjp)}`,
    );
}

/** Refuses inputs of the wrong number, or that are no tensors. */
export function checkInputs(op: Op, inputs: readonly Tensor[]): void {
  if (typeof op?.pullback !== 'function')
    throw new ArgumentError('apply', `expected an op made by defineOp, got ${kindOf(op)}`);
  if (!Array.isArray(inputs))
    throw new ArgumentError(op.name, `expected the inputs in a list, apply(op, [x]), got ${kindOf(inputs)}`);
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

/** Refuses to walk back from what is no tensor, or with options that do not exist. */
export function checkBackward(output: Tensor, options: object): void {
  if (!(output instanceof Tensor))
    throw new ArgumentError('backward', `expected the Tensor to walk back from, got ${kindOf(output)}`);
  checkOptions('backward', options, ['retainGraph', 'createGraph']);
}

/** Refuses a result that is no array with a shape, is of another dtype than the inputs, or shares memory with one of them. */
export function checkForward(op: Op, result: NDArray, inputs: readonly Tensor[]): void {
  if (!Array.isArray(result?.shape))
    throw new GraphError(op.name, `its forward returned ${kindOf(result)}; expected { data, shape }`);
  const { data } = result;
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

/** Refuses what a joint rule returned unless it is a list. */
export function checkList<T>(name: string, gradients: readonly T[]): readonly T[] {
  if (!Array.isArray(gradients))
    throw new GraphError(
      name,
      `its vjpAll returned ${kindOf(gradients)}; expected a list with a gradient, or null, for each input`,
    );
  return gradients;
}

/** Refuses a gradient that is no tensor. */
export function checkGradient(name: string, i: number, gradient: unknown): Tensor {
  if (!(gradient instanceof Tensor))
    throw new GraphError(name, `its vjp rule for input ${i} returned ${String(gradient)}; expected a Tensor`);
  return gradient;
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
