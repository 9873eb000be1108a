/** Attention: means of values, in which softmax of the products of queries and keys gives the weights. */

import { Tensor } from '../autograd/graph.js';
import { broadcastTo } from '../autograd/sums.js';
import type { Dtype, NestedArray } from '../base/array.js';
import { ArgumentError, ShapeError } from '../base/errors.js';
import { shown } from '../base/kind.js';
import type { Rng } from '../base/random.js';
import { broadcastShapes, checkBroadcast, label, type Shape } from '../base/shape.js';
import { type Check, checked, needFlag, needGenerator, needTensors, numberIn } from '../base/words.js';
import { add, mul, sub } from './arithmetic.js';
import { where } from './compare.js';
import { ones, tensor } from './create.js';
import { dropout } from './dropout.js';
import { tril } from './indexing.js';
import { matmul } from './matmul.js';
import { sum } from './reduce.js';
import { isFinite as finiteMask } from './replace.js';
import { transpose } from './shape.js';
import { softmax } from './softmax.js';

/** A mask as nested arrays. */
export type MaskInput = boolean | number | readonly MaskInput[];

/** Options of {@link scaledDotProductAttention}. */
export interface AttentionOptions {
  /**
   * 1 or true where a query may attend to a key, 0 or false where not: a tensor or nested arrays that broadcast to
   * [..., queries, keys]. Default: each query may attend to all keys.
   */
  allow?: Tensor | MaskInput;
  /** Whether a query may attend only to its own position and to those before it. Default false. */
  causal?: boolean;
  /** Probability, in [0, 1), that a weight is replaced by 0; the others grow by 1/(1 − p). Default 0. */
  dropout?: number;
  /** The generator that dropout draws from. */
  rng?: Rng;
  /** What the products of queries and keys are multiplied by. Default 1/√d. */
  scale?: number;
}

const OPTIONS: Record<keyof AttentionOptions, Check | null> = {
  allow: null,
  causal: needFlag,
  dropout: numberIn({ least: 0, below: 1 }),
  rng: null,
  scale: numberIn({ finite: true }),
};

/** The output of attention and the weights in it, before dropout. */
export interface Attended {
  readonly output: Tensor;
  readonly weights: Tensor;
}

/**
 * Attention of queries q [..., L, d] to keys k [..., S, d] with values v [..., S, e]: each output is a mean of the values,
 * and the values whose keys point where the query points weigh most. Leading axes are a batch and broadcast.
 *
 *     y = softmax(q · kᵀ / √d) · v,     [..., L, e]
 *
 * The softmax is taken over the keys that the query may attend to. What a query may not attend to does not exist for it:
 * neither its output nor a gradient changes, even where a key or a value is NaN or infinite. A query that may attend to
 * nothing has the output 0 and the gradient 0. With a mask, a query that may attend to a number that is not finite has the
 * output NaN.
 * @throws ShapeError unless q, k, v and `allow` have shapes that fit; ArgumentError for a mask of other numbers than 0 and
 *   1, for dropout without a generator, and for `causal` unless there are as many queries as keys
 * @source Vaswani et al. 2017, equation 1
 */
export function scaledDotProductAttention(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  options: AttentionOptions = {},
): Tensor {
  return attend('scaledDotProductAttention', q, k, v, options).output;
}

/** {@link scaledDotProductAttention} under the name of the layer that calls it, with the weights. */
export function attend(op: string, q: Tensor, k: Tensor, v: Tensor, options: AttentionOptions): Attended {
  const { dropout: p = 0, rng, scale } = checked(op, options, OPTIONS);
  if (p > 0) needGenerator(op, rng, 'for dropout');
  const shape = weightsShape(op, q, k, v);
  const allowed = maskOf(op, shape, q.dtype, options);
  const factor = scale ?? 1 / Math.sqrt(q.shape[q.rank - 1]!);
  const [a, b, c] = (allowed ? [q, k, v].map(finite) : [q, k, v]) as [Tensor, Tensor, Tensor];
  const scores = matmul(mul(a, factor), transpose(b));
  const weights = allowed ? softmaxAmong(allowed, scores) : softmax(scores);
  const output = matmul(dropout(weights, p, rng!), c);
  if (!allowed || (a === q && b === k && c === v)) return { output, weights };
  const taken = takenAway(q, k, v, broadcastTo(allowed, shape));
  return { output: add(output, taken), weights: add(weights, taken) };
}

/** Softmax over the keys that are allowed. Of n times −∞ it is 1/n each, which the product with the mask makes 0. */
function softmaxAmong(allowed: Tensor, scores: Tensor): Tensor {
  return mul(softmax(where(allowed, scores, -Infinity)), allowed);
}

/** The shape [..., L, S] of the weights. Refuses queries, keys and values that do not fit. */
function weightsShape(op: string, q: Tensor, k: Tensor, v: Tensor): Shape {
  needTensors(op, q, k, v);
  const [L, d] = q.shape.slice(-2);
  const [S, width] = k.shape.slice(-2);
  if (Math.min(q.rank, k.rank, v.rank) < 2 || d !== width || S !== v.shape.at(-2))
    throw new ShapeError(
      op,
      `expected q [..., L, d], k [..., S, d] and v [..., S, e], got ${label(q)}, ${label(k)} and ${label(v)}`,
      [q.shape, k.shape, v.shape],
    );
  const leading = ({ shape }: Tensor, of: string) => ({
    shape: shape.slice(0, -2),
    name: `the batch of ${of}`,
  });
  const batch = broadcastShapes(op, leading(q, 'q'), leading(k, 'k'));
  broadcastShapes(op, { shape: batch, name: 'the batch of q and k' }, leading(v, 'v'));
  return [...batch, L!, S!];
}

/** What `allow` and `causal` say together, as 1 and 0; null where each query may attend to all keys. */
function maskOf(op: string, shape: Shape, dtype: Dtype, { allow, causal }: AttentionOptions): Tensor | null {
  const given = allow === undefined ? null : toMask(op, allow, dtype);
  if (given) checkBroadcast(op, { shape: given.shape, name: 'allow' }, { shape, name: 'the weights' });
  if (!causal) return given;
  const [L, S] = shape.slice(-2) as [number, number];
  if (L !== S)
    throw new ShapeError(
      op,
      `causal needs as many queries as keys, got ${L} and ${S}; allow can say which key comes before which query`,
    );
  const past = tril(ones([L, S], { dtype }));
  return given ? mul(given, past) : past;
}

/** A mask as a tensor of 1 and 0, which it is checked to be. */
export function toMask(op: string, allow: Tensor | MaskInput, dtype: Dtype): Tensor {
  const mask = tensor(allow instanceof Tensor ? allow : asNumbers(op, allow), { dtype });
  const wrong = mask.data.findIndex((value) => value !== 0 && value !== 1);
  if (wrong >= 0)
    throw new ArgumentError(
      op,
      `allow holds ${mask.data[wrong]} at position ${wrong}; expected 1 where a query may attend to a key, and 0 elsewhere`,
    );
  return mask;
}

/** The nested arrays with 1 for true and 0 for false. */
function asNumbers(op: string, part: MaskInput): NestedArray {
  if (Array.isArray(part)) return part.map((inner) => asNumbers(op, inner));
  if (typeof part !== 'number' && typeof part !== 'boolean')
    throw new ArgumentError(op, `expected allow as a Tensor or nested arrays of 1 and 0, got ${shown(part)}`);
  return Number(part);
}

/** x with 0 in the place of NaN and ∞, of which a weight of 0 would not leave 0. */
function finite(x: Tensor): Tensor {
  return x.data.every(Number.isFinite) ? x : where(notFinite(x), 0, x);
}

const notFinite = (x: Tensor): Tensor => sub(1, finiteMask(x));

/** What {@link finite} took away, to be added to the outputs: NaN for a query that may attend to it, 0 for the others. */
function takenAway(q: Tensor, k: Tensor, v: Tensor, allowed: Tensor): Tensor {
  const [queries, keys, values] = [q, k, v].map((x) => sum(notFinite(x), -1, true)) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const met = add(mul(queries, sum(allowed, -1, true)), matmul(allowed, add(keys, values)));
  return where(met, Number.NaN, met);
}
