/**
 * Ops that take the elements of an axis in another order, or several times: rolling, repeating, borders made of the elements
 * themselves. Each works out positions, and {@link indexSelect} takes the elements and adds up their gradients.
 */

import type { Tensor } from '../autograd/graph.js';
import { ArgumentError, formatShape, ShapeError } from '../base/errors.js';
import { checkShape, normalizeAxis } from '../base/shape.js';
import { type Limits, needList, needNumber, needOneOf, needTensors } from '../base/words.js';
import { indexSelect } from './indexing.js';
import { permute, reshape } from './shape.js';

/** A whole number, or whole numbers in a list, as a list. */
function wholeNumbers(
  op: string,
  what: string,
  given: number | readonly number[],
  limits: Limits = { whole: true },
): readonly number[] {
  if (typeof given !== 'number') needList(op, given, `${what} as a whole number, or as a list of them`);
  const list = typeof given === 'number' ? [given] : given;
  for (const one of list) needNumber(op, what, one, limits);
  return list;
}

/** The remainder of a division, from 0 to below n also for negative numbers. */
const modulo = (i: number, n: number): number => ((i % n) + n) % n;

/**
 * x moved by `shifts` along `axes`; what leaves at one end comes in at the other, as NumPy's roll. Without axes x is rolled as one row
 * of numbers.   yᵢ₊ₛ = xᵢ   ⇒   x̄ᵢ = gᵢ₊ₛ
 */
export function roll(
  x: Tensor,
  shifts: number | readonly number[],
  axes?: number | readonly number[],
): Tensor {
  needTensors('roll', x);
  const by = wholeNumbers('roll', 'a shift', shifts);
  if (axes === undefined) {
    if (by.length !== 1)
      throw new ArgumentError('roll', `${by.length} shifts and no axes; expected one axis for each shift`);
    return reshape(roll(reshape(x, [-1]), by, 0), x.shape);
  }
  const along = wholeNumbers('roll', 'an axis', axes).map((axis) => normalizeAxis('roll', axis, x));
  if (along.length !== by.length)
    throw new ArgumentError(
      'roll',
      `${by.length} shifts for ${along.length} axes; expected one axis for each shift`,
    );
  return by.reduce((y, shift, i) => {
    const size = y.shape[along[i]!]!;
    return indexSelect(
      y,
      along[i]!,
      Int32Array.from({ length: size }, (_, to) => modulo(to - shift, size)),
    );
  }, x);
}

/**
 * Each element along an axis repeated, as PyTorch's repeat_interleave: all equally often, or each as often as a list says. Without
 * an axis x is taken as one row of numbers. An image is enlarged by its nearest pixels if both of its axes are repeated.
 *   [a, b] ⇒ [a, a, b, b]   ⇒   x̄ = the sum of g over the repetitions
 */
export function repeatInterleave(x: Tensor, repeats: number | readonly number[], axis?: number): Tensor {
  needTensors('repeatInterleave', x);
  const times = wholeNumbers('repeatInterleave', 'a number of repeats', repeats, { whole: true, least: 0 });
  if (axis === undefined) return repeatInterleave(reshape(x, [-1]), repeats, 0);
  const along = normalizeAxis('repeatInterleave', axis, x);
  const size = x.shape[along]!;
  if (typeof repeats !== 'number' && times.length !== size)
    throw new ShapeError(
      'repeatInterleave',
      `${times.length} repeats for the ${size} elements of axis ${along} of ${formatShape(x.shape)}; expected one for each, or one number for all`,
      [x.shape],
    );
  const index = Array.from({ length: size }, (_, i) =>
    new Array<number>(typeof repeats === 'number' ? repeats : times[i]!).fill(i),
  );
  return indexSelect(x, along, Int32Array.from(index.flat()));
}

/** How {@link padBy} continues an axis: mirrored without its end, by repeating its end, or from its other end. */
export type PadMode = 'reflect' | 'replicate' | 'circular';

/** The position in 0 … n − 1 that stands at position i of the continued axis. */
const CONTINUED: Record<PadMode, (i: number, n: number) => number> = {
  reflect: (i, n) => n - 1 - Math.abs(n - 1 - Math.abs(i)),
  replicate: (i, n) => Math.min(Math.max(i, 0), n - 1),
  circular: modulo,
};
/** The widest border that an axis of n elements gives. */
const WIDEST: Record<PadMode, (n: number) => number> = {
  reflect: (n) => Math.max(n - 1, 0),
  replicate: (n) => (n > 0 ? Infinity : 0),
  circular: (n) => n,
};

/**
 * Adds `before` and `after` elements to each axis, as {@link pad}, made of the elements of x: `'reflect'` [a, b, c] ⇒
 * [c, b, a, b, c, b, a], `'replicate'` [a, a, a, b, c, c, c], `'circular'` [b, c, a, b, c, a, b].   x̄ = the sum of g over the uses
 * @throws ShapeError for a border that is wider than the axis gives
 */
export function padBy(
  x: Tensor,
  widths: readonly (readonly [before: number, after: number])[],
  mode: PadMode,
): Tensor {
  needTensors('padBy', x);
  needList('padBy', widths, 'a pair of widths an axis, such as [[1, 1], [0, 2]]');
  needOneOf('padBy', 'mode', mode, Object.keys(CONTINUED));
  if (widths.length !== x.rank)
    throw new ShapeError('padBy', `${widths.length} pairs of widths for shape ${formatShape(x.shape)}`, [
      x.shape,
    ]);
  return widths.reduce<Tensor>((y, pair, axis) => {
    checkShape('padBy', pair, 'the widths are');
    const [before, after] = pair;
    const size = x.shape[axis]!;
    if (pair.length !== 2)
      throw new ArgumentError(
        'padBy',
        `expected two widths an axis, before and after, got ${formatShape(pair)}`,
      );
    if (Math.max(before, after) > WIDEST[mode](size))
      throw new ShapeError(
        'padBy',
        `'${mode}' adds at most ${WIDEST[mode](size)} elements to axis ${axis} of ${formatShape(x.shape)}, got widths ${formatShape(pair)}`,
        [x.shape],
      );
    if (before + after === 0) return y;
    const index = Int32Array.from({ length: before + size + after }, (_, i) =>
      CONTINUED[mode](i - before, size),
    );
    return indexSelect(y, axis, index);
  }, x);
}

/**
 * Channels as pixels: [..., C·r², H, W] ⇒ [..., C, H·r, W·r]. Each group of r² channels becomes a square of r · r pixels.
 * @throws ShapeError unless r² divides the channels
 * @source Shi et al. 2016
 */
export function pixelShuffle(x: Tensor, factor: number): Tensor {
  needTensors('pixelShuffle', x);
  needNumber('pixelShuffle', 'the factor', factor, { least: 1, whole: true });
  const [channels = Number.NaN, height, width] = x.shape.slice(-3);
  const rest = channels / (factor * factor);
  if (x.rank < 3 || !Number.isInteger(rest))
    throw new ShapeError(
      'pixelShuffle',
      `expected [..., channels, height, width] with a multiple of ${factor * factor} channels, got shape ${formatShape(x.shape)}`,
      [x.shape],
    );
  const lead = x.shape.slice(0, -3);
  const apart = reshape(x, [...lead, rest, factor, factor, height!, width!]);
  const n = lead.length;
  const together = permute(apart, [...lead.keys(), n, n + 3, n + 1, n + 4, n + 2]);
  return reshape(together, [...lead, rest, height! * factor, width! * factor]);
}
