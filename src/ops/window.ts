/** The options of a window that moves over images, checked and resolved into the geometry that kernels take. */

import { ArgumentError, formatShape, ShapeError } from '../base/errors.js';
import { shown } from '../base/kind.js';
import { label, type Shaped } from '../base/shape.js';
import { type Check, oneOf } from '../base/words.js';
import { type Geometry, type Margins, outputSize, type Pair, reach } from '../kernels/reference/geometry.js';

/** A whole number for both axes of an image, or one for the height and one for the width. */
export type PerAxis = number | readonly [height: number, width: number];

/** Options of {@link unfold} and {@link fold}. */
export interface WindowOptions {
  /** How far the window moves from one position to the next. Default 1. */
  stride?: PerAxis;
  /**
   * Rows and columns of zeros on each side of the image; 'valid' for none, and 'same' for as many as give an output of the
   * size of the input, where an odd number has one more at the bottom and on the right. Default 0.
   */
  padding?: PerAxis | 'valid' | 'same';
  /** How far neighbours in the window lie apart in the image. Default 1. */
  dilation?: PerAxis;
}

/** Refuses what is neither a whole number from `least` on nor a pair of them. */
export const perAxis =
  (least: number): Check =>
  (op, what, value) => {
    const sizes: readonly unknown[] = Array.isArray(value) && value.length === 2 ? value : [value];
    if (!sizes.every((size) => Number.isInteger(size) && (size as number) >= least))
      throw new ArgumentError(
        op,
        `${what} is a whole number ≥ ${least}, or one for the height and one for the width, such as [2, 3], got ${Array.isArray(value) ? formatShape(value) : shown(value)}`,
      );
  };

const named = oneOf(['valid', 'same']);

/** The checks of {@link WindowOptions}. */
export const WINDOW: Record<keyof WindowOptions, Check> = {
  stride: perAxis(1),
  padding: (op, what, value) => (typeof value === 'string' ? named : perAxis(0))(op, what, value),
  dilation: perAxis(1),
};

/** One number stands for both axes. */
export function both(value: PerAxis): Pair {
  return typeof value === 'number' ? [value, value] : value;
}

/** Height and width of images [N, C, H, W]; signals [N, C, L] are images of one row. */
export function imageSize({ shape }: Shaped): Pair {
  return shape.length === 3 ? [1, shape[2]!] : [shape[2]!, shape[3]!];
}

/**
 * The geometry of a window of this size on images x [N, C, H, W] or signals [N, C, L].
 * @throws ShapeError where the window does not fit; ArgumentError for 'same' with a stride
 */
export function windowOver(op: string, x: Shaped, kernel: PerAxis, options: WindowOptions): Geometry {
  perAxis(1)(op, 'the kernel', kernel);
  const { stride = 1, padding = 0, dilation = 1 } = options;
  const moves = { kernel: both(kernel), stride: both(stride), dilation: both(dilation) };
  const geometry = { ...moves, padding: resolvePadding(op, x, padding, moves) };
  if (outputSize(imageSize(x), geometry).includes(0)) throw windowTooLarge(op, x, geometry);
  return geometry;
}

type Moves = Omit<Geometry, 'padding'>;

function resolvePadding(
  op: string,
  x: Shaped,
  padding: PerAxis | 'valid' | 'same',
  moves: Moves,
): Geometry['padding'] {
  if (padding === 'valid') return resolvePadding(op, x, 0, moves);
  if (padding !== 'same') {
    const [vertical, horizontal] = both(padding);
    return [
      [vertical, vertical],
      [horizontal, horizontal],
    ];
  }
  if (Math.max(...moves.stride) > 1) throw sameIsAmbiguous(op, x, moves);
  return sameAsWithoutStride(moves);
}

/** As many zeros as the window covers pixels beside its first.  before + after = d(k − 1) */
function sameAsWithoutStride({ kernel, dilation }: Moves): Geometry['padding'] {
  return [shared(reach(kernel[0], dilation[0]) - 1), shared(reach(kernel[1], dilation[1]) - 1)];
}

/** As few zeros as give ⌈size / stride⌉ positions. */
function sameByPositions({ shape }: Shaped, { kernel, stride, dilation }: Moves): Geometry['padding'] {
  const total = (axis: 0 | 1): number => {
    const size = imageSize({ shape })[axis];
    const needed = (Math.ceil(size / stride[axis]) - 1) * stride[axis] + reach(kernel[axis], dilation[axis]);
    return Math.max(0, needed - size);
  };
  return [shared(total(0)), shared(total(1))];
}

const shared = (total: number): Margins => [Math.floor(total / 2), Math.ceil(total / 2)];

function sameIsAmbiguous(op: string, x: Shaped, moves: Moves): ArgumentError {
  const axes = x.shape.length - 2;
  const shown = (padding: Geometry['padding']): string =>
    `[${padding.slice(-axes).map(formatShape).join(', ')}]`;
  const [one, other] = [shown(sameAsWithoutStride(moves)), shown(sameByPositions(x, moves))];
  return new ArgumentError(
    op,
    `padding 'same' with stride ${times(moves.stride, axes)} means different zeros before and after in different libraries: ${one} as with stride 1, or ${other}, as few as give ⌈size / stride⌉ positions (TensorFlow); choose one, and pass x through pad(…) first`,
  );
}

function windowTooLarge(op: string, x: Shaped, { kernel, dilation, padding }: Geometry): ShapeError {
  const axes = x.shape.length - 2;
  const window = times([reach(kernel[0], dilation[0]), reach(kernel[1], dilation[1])], axes);
  const [height, width] = imageSize(x);
  const whole = times([height + padding[0][0] + padding[0][1], width + padding[1][0] + padding[1][1]], axes);
  return new ShapeError(
    op,
    `the kernel covers ${window}, and x ${label(x)} is only ${whole} with its padding; make the kernel smaller or the padding larger`,
    [x.shape],
  );
}

/** `3 × 5`; for signals the length alone. */
export function times(pair: Pair, axes = 2): string {
  return pair.slice(-axes).join(' × ');
}
