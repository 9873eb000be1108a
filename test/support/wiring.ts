/**
 * Convolution as a list of wires. A wire joins a pixel, an element of a filter and an element of the output. The list is
 * made from the pixels and not from the windows, and knows no patches and no products.
 */

export type Pair = readonly [number, number];

/** Along one axis: where the wire begins in the input, where it ends in the output, and by which element of the filter. */
interface Wire {
  readonly input: number;
  readonly output: number;
  readonly tap: number;
}

/** How the window moves along one axis, the zeros before and after the input apart from each other. */
export interface Axis {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly before: number;
  readonly after: number;
  readonly dilation: number;
}

/** The number of positions, found by moving the window until its last element leaves the padded input. */
export function countPositions({ size, kernel, stride, before, after, dilation }: Axis): number {
  let count = 0;
  for (let last = (kernel - 1) * dilation - before; last < size + after; last += stride) count++;
  return count;
}

/** All wires along an axis. */
export function wiresAlong(axis: Axis): Wire[] {
  const { size, kernel, stride, before, dilation } = axis;
  const positions = countPositions(axis);
  const wires: Wire[] = [];
  for (let input = 0; input < size; input++)
    for (let tap = 0; tap < kernel; tap++) {
      const output = (input + before - tap * dilation) / stride;
      if (Number.isInteger(output) && output >= 0 && output < positions) wires.push({ input, output, tap });
    }
  return wires;
}

/** The sizes of a convolution: its channels and its two axes. */
export interface Sizes {
  readonly images: number;
  readonly groups: number;
  readonly inGroup: number;
  readonly outGroup: number;
  readonly vertical: Axis;
  readonly horizontal: Axis;
}

/** Calls back with the places in x [N, in, H, W], in w [out, in/groups, kh, kw] and in y [N, out, rows, columns] of each wire. */
export function eachWire(sizes: Sizes, visit: (x: number, w: number, y: number) => void): void {
  const { images, groups, inGroup, outGroup, vertical, horizontal } = sizes;
  const [down, across] = [wiresAlong(vertical), wiresAlong(horizontal)];
  const [rows, columns] = [countPositions(vertical), countPositions(horizontal)];
  for (let n = 0; n < images; n++)
    for (let group = 0; group < groups; group++)
      for (let i = 0; i < inGroup; i++)
        for (let o = 0; o < outGroup; o++)
          for (const v of down)
            for (const h of across) {
              const [from, to] = [group * inGroup + i, group * outGroup + o];
              visit(
                ((n * groups * inGroup + from) * vertical.size + v.input) * horizontal.size + h.input,
                ((to * inGroup + i) * vertical.kernel + v.tap) * horizontal.kernel + h.tap,
                ((n * groups * outGroup + to) * rows + v.output) * columns + h.output,
              );
            }
}

/** The shapes of x, w and y. */
export function shapesOf({ images, groups, inGroup, outGroup, vertical, horizontal }: Sizes): {
  x: number[];
  w: number[];
  y: number[];
} {
  return {
    x: [images, groups * inGroup, vertical.size, horizontal.size],
    w: [groups * outGroup, inGroup, vertical.kernel, horizontal.kernel],
    y: [images, groups * outGroup, countPositions(vertical), countPositions(horizontal)],
  };
}
