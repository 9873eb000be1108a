/** The Taylor test, a second opinion without a step size: how fast the remainder of a linear approximation vanishes. */
import { log } from '../../base/elementary/index.js';
import { isFloat64 } from '../../base/kind.js';
import type { Rng } from '../../core.js';
import type { Settings } from '../terms/settings.js';
import type { Subject } from '../terms/subject.js';
import type { Taylor } from '../terms/types.js';
import { perturbAlong } from './differences.js';
import type { Pullback } from './pullback.js';
import { dot, largest, normals } from './vectors.js';

/**
 * The order p of the remainder R(t) = |φ(x + t·v) − φ(x) − t·⟨∇φ, v⟩| ~ tᵖ, for φ = ⟨u, f⟩ and a random direction v of
 * one input. p is 2 if ∇φ is right, because the next Taylor term is left, and 1 if ∇φ is wrong, because an error in the
 * slope is left. The scale of f does not matter. p is read off between the smallest steps whose remainder is well above
 * rounding.
 * @see S. W. Funke et al., Taylor remainder convergence test, as used by dolfin-adjoint
 */
export function taylorOrder(
  subject: Subject,
  input: number,
  base: ArrayLike<number>,
  pull: Pullback,
  { dtype, roundoff }: Settings,
  rng: Rng,
): Taylor {
  const leaf = subject.leaves[input]!;
  const x = leaf.data;
  const values = Float64Array.from(base);
  if (x.length === 0 || values.length === 0) return { order: Number.NaN, opinion: 'exact' };
  const u = normals(values, rng);
  const seed = isFloat64(x) ? u.slice() : Float32Array.from(u);
  const cotangent = Float64Array.from(seed);
  const v = normals(x, rng);
  const length = Math.max(1, largest(x)) / Math.sqrt(x.length);
  const slope = length * dot(pull(seed)[input]!, v);
  const here = dot(cotangent, values);
  const size = values.reduce((sum, value, m) => sum + Math.abs(value * cotangent[m]!), 0);
  // The smallest steps are for functions that bend within a millionth. For others rounding ends the loop long before.
  const [ratio, count, first] = dtype === 'float64' ? [4, 14, 2 ** -4] : [2, 7, 2 ** -3];
  const moved = perturbAlong(subject, leaf, v, length);
  const remainders: number[] = [];
  const floor = 64 * roundoff * size;
  for (let k = 0, t = first; k < count && !(remainders.at(-1)! <= 4 * floor); k++, t /= ratio) {
    const there = dot(cotangent, moved(t).values);
    remainders.push(Math.abs(there - here - t * slope));
  }
  return opinionOn(remainders, floor, ratio);
}

/** Reads the order off the remainders, largest step first. A remainder below `floor` may be rounding. */
function opinionOn(remainders: readonly number[], floor: number, ratio: number): Taylor {
  const finite = remainders.every(Number.isFinite);
  if (finite && remainders.every((r) => r <= 4 * floor)) return { order: Number.NaN, opinion: 'exact' };
  let order = Number.NaN;
  for (let k = 1; k < remainders.length && remainders[k]! > 16 * floor; k++)
    order = log(remainders[k - 1]! / remainders[k]!) / log(ratio);
  if (!Number.isFinite(order)) return { order: Number.NaN, opinion: 'undecided' };
  const opinion = order > 1.7 ? 'right' : order > 0.7 && order < 1.3 ? 'wrong' : 'undecided';
  return { order, opinion };
}
