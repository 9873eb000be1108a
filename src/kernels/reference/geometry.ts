/** How a window moves over an image: the options of convolution and pooling, and the arithmetic of sizes. */

/** A number for the height and one for the width. */
export type Pair = readonly [height: number, width: number];

/** How much is added before the first and after the last row or column. */
export type Margins = readonly [before: number, after: number];

/** A window and how it moves, with every option resolved. */
export interface Geometry {
  /** Size of the window. */
  readonly kernel: Pair;
  /** How far the window moves from one position to the next. */
  readonly stride: Pair;
  /** Rows added at the top and the bottom, columns added on the left and the right. */
  readonly padding: readonly [vertical: Margins, horizontal: Margins];
  /** How far two neighbours in the window lie apart in the image. */
  readonly dilation: Pair;
}

/** How many pixels a window covers from its first row or column to its last.  d(k − 1) + 1 */
export function reach(kernel: number, dilation: number): number {
  return dilation * (kernel - 1) + 1;
}

/** The number of positions of the window on an image of this size.  ⌊(size + before + after − d(k − 1) − 1) / s⌋ + 1 */
export function outputSize([height, width]: Pair, geometry: Geometry): Pair {
  return [positions(height, geometry, 0), positions(width, geometry, 1)];
}

function positions(size: number, { kernel, stride, padding, dilation }: Geometry, axis: 0 | 1): number {
  const [before, after] = padding[axis];
  const room = size + before + after - reach(kernel[axis], dilation[axis]);
  return Math.max(0, Math.floor(room / stride[axis]) + 1);
}

/**
 * The smallest image on which the window has so many positions, the inverse of {@link outputSize}.
 * (count − 1)s − before − after + d(k − 1) + 1
 */
export function inputSize([rows, columns]: Pair, geometry: Geometry): Pair {
  return [covered(rows, geometry, 0), covered(columns, geometry, 1)];
}

function covered(count: number, { kernel, stride, padding, dilation }: Geometry, axis: 0 | 1): number {
  const [before, after] = padding[axis];
  return (count - 1) * stride[axis] - before - after + reach(kernel[axis], dilation[axis]);
}
