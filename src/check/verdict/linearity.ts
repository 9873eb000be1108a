/**
 * Checks that backward() is the same linear map for every cotangent, and that forward mode agrees with reverse mode.
 * Forward mode is computed by differentiating the recorded backward pass.
 */
import { allocateLike } from '../../base/array.js';
import { type FloatArray, gradients, type Rng, type Shape, Tensor } from '../../core.js';
import type { Grid } from '../numeric/grids.js';
import { type Pullback, pullbackOf } from '../numeric/pullback.js';
import { dot, largest, normals } from '../numeric/vectors.js';
import type { Settings } from '../terms/settings.js';
import { recorded, type Subject } from '../terms/subject.js';
import type { Problem } from '../terms/verdicts.js';
import type { JudgedGrid } from './judge.js';

/**
 * Checks Jᵀ(a·u + w) = a·Jᵀu + Jᵀw, which holds if every rule is a vector-Jacobian product. If all rows of J are known,
 * each from its own cotangent, Jᵀu must also be the sum of the rows, weighted by u.
 * @returns a problem for each input whose gradient is not linear
 */
export function notLinear(
  { names }: Subject,
  output: Tensor,
  pull: Pullback,
  judged: readonly JudgedGrid[],
  { dtype, roundoff }: Settings,
  rng: Rng,
): Problem[] {
  if (output.size === 0) return [];
  const [u, w] = [normals(output.data, rng), normals(output.data, rng)];
  const mixed = allocateLike(output.data);
  for (let i = 0; i < mixed.length; i++) mixed[i] = -2.5 * u[i]! + w[i]!;
  const [ofU, ofW, ofMixed] = [pull(u), pull(w), pull(mixed)];
  // If everything cancels to zero, only rounding is left.
  const rounding = 64 * roundoff * largest(output.data) * largest(mixed);
  const differ = (got: FloatArray, expected: (n: number) => number): number => {
    let [gap, size] = [0, 0];
    for (let n = 0; n < got.length; n++) {
      gap = Math.max(gap, Math.abs(got[n]! - expected(n)));
      size = Math.max(size, Math.abs(expected(n)), Math.abs(got[n]!));
    }
    return gap > (dtype === 'float64' ? 1e-8 : 1e-3) * size + rounding ? gap : 0;
  };
  const problems: Problem[] = [];
  for (const [i, name] of names.entries()) {
    const { vacuous, grid } = judged[i]!;
    const gap =
      differ(ofMixed[i]!, (n) => -2.5 * ofU[i]![n]! + ofW[i]![n]!) ||
      (grid.restrict ? 0 : differ(ofU[i]!, (n) => alongColumn(grid, n, u)));
    if (gap > 0 && !vacuous)
      problems.push({
        verdict: 'wrong',
        message: `the gradient of ${name} is not linear in the incoming gradient (off by ${gap.toExponential(1)}): backward ignores it, or uses it other than as a factor`,
      });
  }
  return problems;
}

/** Σₘ uₘ·Jₘₙ */
function alongColumn({ rows, probes, analytic }: Grid, n: number, u: FloatArray): number {
  let sum = 0;
  for (let m = 0; m < rows; m++) sum += u[m]! * analytic[m * probes + n]!;
  return sum;
}

/**
 * Checks ⟨w, J·v⟩ = ⟨Jᵀ·w, v⟩. J·v is the derivative of ⟨Jᵀ·u, v⟩ by the cotangent u of a recorded backward pass.
 * @returns the problem if the two sides differ
 */
export function forwardDiffers(subject: Subject, { dtype, roundoff }: Settings, rng: Rng): Problem[] {
  const { leaves } = subject;
  const output = recorded(subject.run);
  if (!output.requiresGrad) return [];
  const w = normals(output.data, rng);
  const tangents = leaves.map((leaf) => normals(leaf.data, rng));
  const forward = dot(w, pushforward(output, leaves, tangents).data);
  const pulled = pullbackOf(subject, output)(w.slice());
  const reverse = pulled.reduce((sum, g, i) => sum + dot(g, tangents[i]!), 0);
  // The terms of the sums may cancel. Rounding is proportional to the terms, not to the sums.
  const size = pulled.reduce((sum, g, i) => sum + dot(g.map(Math.abs), tangents[i]!.map(Math.abs)), 0);
  const room = (dtype === 'float64' ? 1e-8 : 1e-3) * size;
  const rounding = 64 * roundoff * dot(w.map(Math.abs), output.data.map(Math.abs));
  if (Math.abs(forward - reverse) <= room + rounding) return [];
  return [
    {
      verdict: 'wrong',
      message: `forward and reverse mode disagree: ⟨w, J·v⟩ = ${forward}, ⟨Jᵀ·w, v⟩ = ${reverse}. A rule is right as a number but its own derivative towards the incoming gradient is not; write it with tensor ops`,
    },
  ];
}

/** J·v, for one tangent v of each leaf. */
function pushforward(output: Tensor, leaves: readonly Tensor[], tangents: readonly Tensor['data'][]): Tensor {
  const cotangent = new Tensor(allocateLike(output.data), output.shape as Shape);
  cotangent.requiresGrad = true;
  return recorded(() => {
    const pulled = gradients(output, leaves, { seed: cotangent, createGraph: true });
    const along = pulled
      .map((g, i) => g.mul(new Tensor(tangents[i]!, leaves[i]!.shape as Shape)).sum())
      .reduce((a, b) => a.add(b));
    return along.requiresGrad ? gradients(along, [cotangent])[0]! : cotangent.mul(0);
  });
}
