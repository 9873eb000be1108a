/** Reads what a `stateDict()` gave, as it was or after JSON, and refuses anything else before something is changed. */
import type { NDArray } from '../base/array.js';
import { ArgumentError, formatShape, ShapeError } from '../base/errors.js';
import { isSaved, restoreArray } from '../base/json.js';
import { isTensor, kindOf, refuseForeign, tagOf } from '../base/kind.js';
import { sameShape } from '../base/shape.js';
import type { Check } from '../base/words.js';
import { Tensor } from '../core.js';
import type { AnyModule, StateDict } from '../nn/index.js';

/** Refuses what is no object, or whose parts are not what they have to be. */
export function checkState(
  op: string,
  what: string,
  saved: unknown,
  parts: Readonly<Record<string, Check>> = {},
): void {
  if (typeof saved !== 'object' || saved === null || tagOf(saved) !== 'Object' || isTensor(saved))
    throw new ArgumentError(op, `${what} is ${kindOf(saved)}; expected what stateDict() gave`);
  for (const [name, check] of Object.entries(parts))
    check(op, `${name} of ${what}`, (saved as Record<string, unknown>)[name]);
}

/** A check that takes null too. */
export const orNull =
  (check: Check): Check =>
  (op, what, value) => {
    if (value !== null) check(op, what, value);
  };

/** The numbers of a tensor, or of what JSON made of one. @throws ArgumentError for anything else */
export function arrayOf(op: string, what: string, value: unknown): NDArray {
  refuseForeign(op, value);
  if (value instanceof Tensor) return value;
  if (isSaved(value)) return restoreArray(op, value, what);
  throw new ArgumentError(op, `${what} is ${kindOf(value)}; expected a Tensor`);
}

/**
 * The saved values of a model as copies, in the dtypes of the model.
 * @throws ShapeError that lists every path that is missing, unexpected or of another shape
 */
export function weightsFor(
  op: string,
  model: AnyModule,
  saved: Readonly<Record<string, unknown>>,
): StateDict {
  const copies = model.stateDict();
  const problems = Object.keys(saved)
    .filter((path) => !Object.hasOwn(copies, path))
    .map((path) => `unexpected ${path}`);
  for (const [path, copy] of Object.entries(copies)) {
    if (!Object.hasOwn(saved, path)) {
      problems.push(`missing ${path} ${formatShape(copy.shape)}`);
      continue;
    }
    const { shape, data } = arrayOf(op, path, saved[path]);
    if (sameShape(shape, copy.shape)) copy.assign(data);
    else problems.push(`${path} has shape ${formatShape(shape)}, the model ${formatShape(copy.shape)}`);
  }
  if (problems.length > 0)
    throw new ShapeError(op, `the saved values do not fit ${model.constructor.name}: ${problems.join('; ')}`);
  return copies;
}
