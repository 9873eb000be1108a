/**
 * Standard errors of fitted parameters. Near its minimum ½χ² is a parabola with the Hessian H. The steeper it is along a
 * parameter, the better the data determine that parameter, and the covariance of all of them is H⁻¹.
 *
 * Previous: src/optim/bounds.ts · Next: src/train/loop.ts
 */
import { Tensor } from '../autograd/graph.js';
import { allocate, type Dtype } from '../base/array.js';
import { ArgumentError, formatShape } from '../base/errors.js';
import { checkOptions, needTensors, numberIn } from '../base/words.js';
import { EPSILON } from './magnitude.js';

/** What {@link standardErrors} computes. */
export interface StandardErrors {
  /** The standard error of each parameter: the root of its variance, in the shape of the parameters. */
  readonly errors: Tensor;
  /** The covariance of each pair of parameters, in the shape of the Hessian. */
  readonly covariance: Tensor;
}

/** Options of {@link standardErrors}. */
export interface StandardErrorsOptions {
  /** The factor of H⁻¹, such as the variance of what is left over, > 0. Default 1. */
  scale?: number;
}

/**
 * The covariance of fitted parameters and the root of its diagonal, their standard errors:
 *
 *     C = scale · H⁻¹,   errorᵢ = √Cᵢᵢ
 *
 * H is the Hessian of ½χ² = ½ Σ (yᵢ − model(xᵢ))²/σᵢ² at its minimum, or the Fisher information of another likelihood. If all
 * σ are equal and unknown, take the Hessian of ½ Σ (yᵢ − model(xᵢ))² and, as `scale`, the variance of what is left over:
 * Σ (yᵢ − model(xᵢ))² / (number of points − number of parameters).
 * @param hessian shape [...x, ...x], as `hessian(f)(x)` is; symmetric
 * @throws ArgumentError if H is not symmetric, or not positive definite as far as the digits of its dtype can tell: x is no
 *   minimum then, or the data do not determine all parameters
 * @source Press et al., Numerical Recipes, third edition, 2007, sections 2.9 and 15.6
 */
export function standardErrors(hessian: Tensor, options: StandardErrorsOptions = {}): StandardErrors {
  needTensors('standardErrors', hessian);
  checkOptions('standardErrors', options, { scale: numberIn({ above: 0, finite: true }) });
  const { scale = 1 } = options;
  const shape = halfOf(hessian);
  const n = Math.sqrt(hessian.size);
  checkSymmetric(hessian.data, n, DIFFERENCES[hessian.dtype]);
  const factor = cholesky(hessian.data, n, n * EPSILON[hessian.dtype]);
  const [errors, covariance] = [allocate(hessian.dtype, n), allocate(hessian.dtype, n * n)];
  for (let j = 0; j < n; j++) {
    const column = solve(factor, j, n);
    for (let i = 0; i < n; i++) covariance[i * n + j] = scale * column[i]!;
    errors[j] = Math.sqrt(scale * column[j]!);
  }
  return { errors: new Tensor(errors, shape), covariance: new Tensor(covariance, hessian.shape) };
}

/** About ∛ε, the share that is wrong where derivatives are taken by central differences. */
const DIFFERENCES: Readonly<Record<Dtype, number>> = { float32: 2 ** -8, float64: 2 ** -17 };

/** The shape of the parameters: the first half of that of their Hessian. @throws ArgumentError unless both halves are equal */
function halfOf({ shape }: Tensor): number[] {
  const half = shape.slice(0, shape.length / 2);
  if (formatShape([...half, ...half]) !== formatShape(shape))
    throw new ArgumentError(
      'standardErrors',
      `the Hessian has shape ${formatShape(shape)}; expected [...x, ...x], as hessian(f)(x) returns it for one tensor x`,
    );
  return half;
}

/**
 * Refuses |Hᵢⱼ − Hⱼᵢ| > allowed · √(HᵢᵢHⱼⱼ). In a positive definite matrix no |Hᵢⱼ| is above this root, whatever the units of
 * the parameters. A diagonal that is not positive makes the root NaN or 0, and is left to cholesky.
 */
function checkSymmetric(H: ArrayLike<number>, n: number, allowed: number): void {
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++) {
      const [below, above] = [H[i * n + j]!, H[j * n + i]!];
      const size = Math.sqrt(H[i * n + i]!) * Math.sqrt(H[j * n + j]!);
      if (size > 0 && Math.abs(below - above) > allowed * size)
        throw new ArgumentError(
          'standardErrors',
          `the Hessian is not symmetric: element (${i}, ${j}) is ${below} and element (${j}, ${i}) is ${above}. Pass all second derivatives as hessian(f)(x) returns them, not one triangle`,
        );
    }
}

/**
 * The lower triangle L with LLᵀ = H, by rows.
 * @param rounding the share of a diagonal element that its rounding errors may be
 * @throws ArgumentError if no more is left of a diagonal element than its rounding errors
 */
function cholesky(H: ArrayLike<number>, n: number, rounding: number): Float64Array {
  const L = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let left = H[i * n + j]!;
      for (let k = 0; k < j; k++) left -= L[i * n + k]! * L[j * n + k]!;
      if (i !== j) L[i * n + j] = left / L[j * n + j]!;
      else if (left > rounding * Math.abs(H[i * n + i]!)) L[i * n + i] = Math.sqrt(left);
      else throw notPositive(i);
    }
  return L;
}

const notPositive = (i: number): ArgumentError =>
  new ArgumentError(
    'standardErrors',
    `the Hessian is not positive definite: it has no curvature along parameter ${i} that those before it leave. Either this is no minimum, or the data do not determine all parameters`,
  );

/** The column j of H⁻¹: solves Lz = eⱼ from the top, then Lᵀx = z from the bottom. */
function solve(L: Float64Array, j: number, n: number): Float64Array {
  const x = new Float64Array(n);
  x[j] = 1;
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i]! -= L[i * n + k]! * x[k]!;
    x[i]! /= L[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= L[k * n + i]! * x[k]!;
    x[i]! /= L[i * n + i]!;
  }
  return x;
}
