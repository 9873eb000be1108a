/** Random orthogonal matrices, whose singular values all equal the gain. */
import { formatShape, ShapeError } from '../base/errors.js';
import { sizeOf } from '../base/shape.js';
import { checkOptions, numberIn } from '../base/words.js';
import { type Initializer, initializer } from './initializer.js';

/**
 * W = gain · Q, where Q has orthonormal columns, or orthonormal rows if there are fewer rows. All such Q are equally
 * likely (Haar's distribution). More than two axes are taken as [first axis, all others], so that the rows of a
 * convolution's weight [out, in, ...kernel] are its filters. The gain is 1 by default.
 *
 * Q comes from the QR decomposition of a matrix of normal numbers, in double precision. Each column of Q is multiplied
 * by the sign of R's diagonal element; without these signs, some Q would be more likely than others.
 * @throws ShapeError for a shape with fewer than two axes; ArgumentError for a gain that is not finite
 * @source Saxe, McClelland and Ganguli 2013; F. Mezzadri, How to generate random matrices from the classical compact
 *   groups, 2007
 */
export function orthogonal(options: { gain?: number } = {}): Initializer {
  checkOptions('orthogonal', options, { gain: numberIn({ finite: true }) });
  const { gain = 1 } = options;
  return initializer(
    'orthogonal',
    (shape, _, rng) => {
      if (shape.length < 2)
        throw new ShapeError(
          'orthogonal',
          `expected at least two axes, got shape ${formatShape(shape)}; biases start from zeros()`,
          [shape],
        );
      const rows = shape[0]!;
      const columns = sizeOf(shape.slice(1));
      const tall = Math.max(rows, columns);
      const narrow = Math.min(rows, columns);
      const q = haarColumns(
        Float64Array.from({ length: tall * narrow }, () => rng.normal()),
        tall,
        narrow,
      );
      const values = new Float64Array(rows * columns);
      for (let i = 0; i < tall; i++)
        for (let j = 0; j < narrow; j++)
          values[rows >= columns ? i * columns + j : j * columns + i] = gain * q[i * narrow + j]!;
      return values;
    },
    () => `gain=${gain}`,
  );
}

/** The columns of Q·sign(diag R) for the QR decomposition of a [m, n] matrix, m ≥ n, by Householder reflections. */
function haarColumns(a: Float64Array, m: number, n: number): Float64Array {
  const reflectors: Float64Array[] = [];
  const signs: number[] = [];
  for (let j = 0; j < n; j++) {
    const v = new Float64Array(m);
    let norm = 0;
    for (let i = j; i < m; i++) {
      v[i] = a[i * n + j]!;
      norm += v[i]! * v[i]!;
    }
    // The diagonal element of R. With the sign opposite to that of v_j, v_j − alpha cancels no digits.
    const alpha = v[j]! >= 0 ? -Math.sqrt(norm) : Math.sqrt(norm);
    signs.push(alpha >= 0 ? 1 : -1);
    v[j]! -= alpha;
    normalise(v);
    reflect(v, a, m, n, j);
    reflectors.push(v);
  }
  const q = new Float64Array(m * n);
  for (let j = 0; j < n; j++) q[j * n + j] = signs[j]!;
  for (let j = n - 1; j >= 0; j--) reflect(reflectors[j]!, q, m, n, 0);
  return q;
}

function normalise(v: Float64Array): void {
  let norm = 0;
  for (const value of v) norm += value * value;
  const scale = norm > 0 ? 1 / Math.sqrt(norm) : 0;
  for (let i = 0; i < v.length; i++) v[i]! *= scale;
}

/** a ← (I − 2vvᵀ) · a, for the columns from `from` on. */
function reflect(v: Float64Array, a: Float64Array, m: number, n: number, from: number): void {
  for (let j = from; j < n; j++) {
    let dot = 0;
    for (let i = 0; i < m; i++) dot += v[i]! * a[i * n + j]!;
    for (let i = 0; i < m; i++) a[i * n + j]! -= 2 * dot * v[i]!;
  }
}
