/**
 * Runs a function before any slope is taken, and decides whether it can be checked: whether it is deterministic, finite
 * and computed with enough digits.
 */
import { formatShape } from '../../base/errors.js';
import { unravel } from '../../base/shape.js';
import { GraphError, type Node, type Observer, observe, type Tensor } from '../../core.js';
import type { RecordedRun } from '../numeric/pullback.js';
import { largest } from '../numeric/vectors.js';
import type { Settings } from '../terms/settings.js';
import { recorded, type Subject, valuesOf } from '../terms/subject.js';
import type { Problem } from '../terms/verdicts.js';

/**
 * Records a run of the function.
 * @returns the run and the names of the ops that returned float32 for float64 inputs, or, as `refused`, the name of the
 * op whose float32 output `defineOp` refused
 */
export function firstRun(subject: Subject): (RecordedRun & { narrow: string[] }) | { refused: string } {
  const narrow: string[] = [];
  const sizes = new Map<Node, number>();
  const watcher: Observer = {
    forward(op, inputs, output) {
      // An op may compute with numbers of size 1 even if its output is smaller, unless its inputs are smaller, too.
      const given = Math.max(0, ...inputs.map(({ data }) => largest(data)));
      if (output.node) sizes.set(output.node, Math.max(largest(output.data), Math.min(1, given)));
      if (output.dtype === 'float32' && inputs.some((input) => input.dtype === 'float64'))
        narrow.push(op.name);
    },
  };
  let output: Tensor;
  try {
    output = observe(watcher, () => recorded(subject.run));
  } catch (error) {
    if (error instanceof GraphError && error.op && error.message.includes('returned Float32Array'))
      return { refused: error.op };
    throw error;
  }
  return { output, base: output.data.slice(), sizes, narrow };
}

/** The problem of a function that is not deterministic or not finite; null if there is none. */
export function unfit(subject: Subject, output: Tensor, base: ArrayLike<number>): Problem | null {
  const again = valuesOf(subject);
  if (again.length !== base.length)
    return {
      verdict: 'not deterministic',
      message: `two runs of ${subject.title} on the same inputs gave ${base.length} and ${again.length} numbers; what the inputs' values decide must not change from run to run`,
    };
  let worst = -1;
  for (let i = 0; i < base.length; i++)
    if (
      !Object.is(base[i], again[i]) &&
      !(Math.abs(base[i]! - again[i]!) <= Math.abs(base[worst]! - again[worst]!))
    )
      worst = i;
  if (worst >= 0)
    return {
      verdict: 'not deterministic',
      message: `two runs of ${subject.title} on the same inputs gave ${base[worst]} and ${again[worst]} at output ${formatShape(unravel(worst, output.shape))}. Seed what it draws inside the function, or switch dropout off with model.eval()`,
    };
  const bad = Array.from(base).findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    return {
      verdict: 'not finite',
      message: `${subject.title} is ${base[bad]} at output ${formatShape(unravel(bad, output.shape))} before any gradient was taken; choose inputs inside its domain. detectAnomaly() names the op`,
    };
  return null;
}

/** The problem of ops that compute in float32 while the check runs in float64; null if there are no such ops. */
export function tooNarrow(narrow: readonly string[], { dtype }: Settings): Problem | null {
  if (dtype === 'float32' || narrow.length === 0) return null;
  const names = [...new Set(narrow)].join(', ');
  return {
    verdict: 'precision',
    message: `${names} returned float32 for float64 inputs, so finite differences drown in rounding. Let its forward allocate the dtype of its input (data.slice() does), or check with { dtype: 'float32' }, which cannot see errors below about 4e-3`,
  };
}
