/**
 * Convolutions in WebAssembly: the calling side of assembly/convolve.ts. Twin of {@link reference/convolve.ts}. The product
 * reads the patches where they lie in the image, so the columns of `unfold` are never written. Every function returns null
 * where the reference has to do it.
 */

import type { NDArray } from '../../base/array.js';
import { isFloat32 } from '../../base/kind.js';
import { sizeOf } from '../../base/shape.js';
import { type Geometry, outputSize, type Pair } from '../reference/geometry.js';
import { padded, taken } from './elementwise.js';
import type { Simd } from './exports.js';
import { WORTHWHILE } from './matmul.js';

/** One convolution, or one of its adjoints: its sizes, and the places of its operands in the memory, in numbers. */
interface Plan {
  readonly images: number;
  readonly groups: number;
  /** Of one group: channels of the image, filters, numbers that a window sees. */
  readonly channels: number;
  readonly filters: number;
  readonly tapCount: number;
  readonly positionCount: number;
  /** Rows of an image, and how wide they are. */
  readonly size: Pair;
  /** The same with its borders. */
  readonly bordered: Pair;
  readonly geometry: Geometry;
  readonly x: number;
  readonly w: number;
  readonly y: number;
  readonly bias: number;
  /** One image with its borders. */
  readonly image: number;
  readonly columns: number;
  readonly taps: number;
  readonly positions: number;
  /** In bytes. */
  readonly scratch: number;
}

/** Lays the operands out in the memory and writes the two tables; null if there is no room, or too little to do. */
function plan(
  simd: Simd,
  images: number,
  [inputs, outputs]: readonly [inputs: number, outputs: number],
  size: Pair,
  geometry: Geometry,
  groups: number,
  columnsWanted: boolean,
): Plan | null {
  const [channels, filters] = [inputs / groups, outputs / groups];
  const [rows, columnCount] = outputSize(size, geometry);
  const tapCount = channels * geometry.kernel[0] * geometry.kernel[1];
  const positionCount = rows * columnCount;
  const [vertical, horizontal] = geometry.padding;
  // A negative margin cuts pixels off, which is rare.
  if (images * outputs * tapCount * positionCount < WORTHWHILE || Math.min(...vertical, ...horizontal) < 0)
    return null;
  const bordered: Pair = [size[0] + vertical[0] + vertical[1], size[1] + horizontal[0] + horizontal[1]];
  let end = 0;
  const room = (count: number): number => {
    const start = end;
    end += padded(count);
    return start;
  };
  const places = {
    x: room(images * inputs * size[0] * size[1]),
    w: room(outputs * tapCount),
    y: room(images * outputs * positionCount),
    bias: room(outputs),
    // What lies behind the last row of an image may be read as part of a vector, so there is a vector to spare.
    image: room(inputs * bordered[0] * bordered[1] + 4),
    columns: room(columnsWanted ? tapCount * positionCount : tapCount * filters),
    taps: room(tapCount),
    positions: room(positionCount),
  };
  const scratch = Math.max(
    simd.scratchBytes(filters, tapCount, positionCount),
    simd.scratchBytes(tapCount, positionCount, filters),
    simd.scratchBytes(tapCount, filters, positionCount),
  );
  if (!simd.reserve(end * 4 + scratch)) return null;
  writeTables(simd, places.taps, places.positions, channels, [rows, columnCount], bordered, geometry);
  return {
    images,
    groups,
    channels,
    filters,
    tapCount,
    positionCount,
    size,
    bordered,
    geometry,
    ...places,
    scratch: end * 4,
  };
}

/** Element t of a window at position p is number taps[t] + positions[p] of the image with its borders. */
function writeTables(
  simd: Simd,
  taps: number,
  positions: number,
  channels: number,
  [rows, columns]: Pair,
  [height, width]: Pair,
  { kernel: [kh, kw], stride, dilation }: Geometry,
): void {
  const integers = new Int32Array(simd.floats.buffer);
  for (let c = 0; c < channels; c++)
    for (let i = 0; i < kh; i++)
      for (let j = 0; j < kw; j++)
        integers[taps++] = (c * height + i * dilation[0]) * width + j * dilation[1];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      integers[positions++] = row * stride[0] * width + column * stride[1];
}

const areFloat32 = (...arrays: readonly (NDArray | null)[]): boolean =>
  arrays.every((array) => array === null || isFloat32(array.data));

/** y = w ⋆ x + bias */
export function convolve(
  simd: Simd,
  x: NDArray,
  w: NDArray,
  geometry: Geometry,
  groups: number,
  bias: NDArray | null,
): NDArray | null {
  if (!areFloat32(x, w, bias)) return null;
  const [images, inputs, ...size] = x.shape as [number, number, number, number];
  const outputs = w.shape[0]!;
  const at = plan(simd, images, [inputs, outputs], size, geometry, groups, false);
  if (!at) return null;
  const { floats } = simd;
  floats.set(x.data, at.x);
  floats.set(w.data, at.w);
  if (bias) floats.set(bias.data, at.bias);
  clearBorders(simd, at);
  for (let n = 0; n < images; n++) {
    const image = withBorders(simd, at, n);
    if (bias)
      simd.fillRows(at.bias * 4, (at.y + n * outputs * at.positionCount) * 4, outputs, at.positionCount);
    for (let group = 0; group < groups; group++)
      simd.multiplyByPatches(
        (at.w + group * at.filters * at.tapCount) * 4,
        (image + group * planes(at)) * 4,
        (at.y + (n * groups + group) * at.filters * at.positionCount) * 4,
        ...tables(at),
        at.filters,
        at.tapCount,
        at.positionCount,
        bias !== null,
      );
  }
  const shape = [images, outputs, ...outputSize(size, geometry)];
  return { data: taken(simd, at.y, sizeOf(shape)), shape };
}

/** The adjoint in x. */
export function convolveBack(
  simd: Simd,
  g: NDArray,
  w: NDArray,
  size: Pair,
  geometry: Geometry,
  groups: number,
): NDArray | null {
  if (!areFloat32(g, w)) return null;
  const [images, outputs] = g.shape as [number, number];
  const inputs = w.shape[1]! * groups;
  const at = plan(simd, images, [inputs, outputs], size, geometry, groups, true);
  if (!at) return null;
  const { floats } = simd;
  floats.set(g.data, at.y);
  floats.set(w.data, at.w);
  const count = inputs * at.bordered[0] * at.bordered[1];
  for (let n = 0; n < images; n++) {
    floats.fill(0, at.image, at.image + count);
    for (let group = 0; group < groups; group++) {
      const weight = (at.w + group * at.filters * at.tapCount) * 4;
      const gradient = (at.y + (n * groups + group) * at.filters * at.positionCount) * 4;
      const columns = at.columns * 4;
      simd.matmul(
        weight,
        gradient,
        columns,
        0,
        at.scratch,
        at.tapCount,
        at.filters,
        at.positionCount,
        true,
        false,
      );
      const image = (at.image + group * planes(at)) * 4;
      simd.addPatches(columns, image, at.taps * 4, at.positions * 4, at.tapCount, at.positionCount);
    }
    withoutBorders(simd, at, n);
  }
  const shape = [images, inputs, ...size];
  return { data: taken(simd, at.x, sizeOf(shape)), shape };
}

/** The adjoint in w. The product is computed as [taps, filters], since there are more taps than filters, and turned at the end. */
export function convolveWeight(
  simd: Simd,
  x: NDArray,
  g: NDArray,
  geometry: Geometry,
  groups: number,
): NDArray | null {
  if (!areFloat32(x, g)) return null;
  const [images, inputs, ...size] = x.shape as [number, number, number, number];
  const outputs = g.shape[1]!;
  const at = plan(simd, images, [inputs, outputs], size, geometry, groups, false);
  if (!at) return null;
  const { floats } = simd;
  floats.set(x.data, at.x);
  floats.set(g.data, at.y);
  clearBorders(simd, at);
  const shape = [outputs, at.channels, ...geometry.kernel];
  const part = at.filters * at.tapCount;
  for (let n = 0; n < images; n++) {
    const image = withBorders(simd, at, n);
    for (let group = 0; group < groups; group++)
      simd.multiplyPatches(
        (image + group * planes(at)) * 4,
        (at.y + (n * groups + group) * at.filters * at.positionCount) * 4,
        (at.w + group * part) * 4,
        ...tables(at),
        at.filters,
        at.tapCount,
        at.positionCount,
        n > 0,
      );
  }
  const data = new Float32Array(outputs * at.tapCount);
  for (let group = 0; group < groups; group++)
    for (let filter = 0; filter < at.filters; filter++)
      for (let tap = 0; tap < at.tapCount; tap++)
        data[group * part + filter * at.tapCount + tap] =
          floats[at.w + group * part + tap * at.filters + filter]!;
  return { data, shape };
}

/** Numbers in all planes of one group of an image with its borders. */
const planes = ({ channels, bordered }: Plan): number => channels * bordered[0] * bordered[1];

const tables = ({ taps, positions, scratch }: Plan): [taps: number, positions: number, scratch: number] => [
  taps * 4,
  positions * 4,
  scratch,
];

const isPadded = ({ size, bordered }: Plan): boolean => size[0] !== bordered[0] || size[1] !== bordered[1];

/** Where the first pixel of an image lies inside its borders. */
const corner = ({ bordered, geometry: { padding } }: Plan): number =>
  padding[0][0] * bordered[1] + padding[1][0];

function clearBorders(simd: Simd, at: Plan): void {
  if (isPadded(at)) simd.floats.fill(0, at.image, at.image + at.groups * planes(at));
}

/** Where image n lies with its borders. Without padding, that is where it lies anyway. */
function withBorders(simd: Simd, at: Plan, n: number): number {
  const [height, width] = at.size;
  const channels = at.groups * at.channels;
  const from = at.x + n * channels * height * width;
  if (!isPadded(at)) return from;
  const [rows, columns] = at.bordered;
  const to = (at.image + corner(at)) * 4;
  simd.copyPlanes(from * 4, width, height * width, to, columns, rows * columns, channels, height, width);
  return at.image;
}

/** Copies the pixels of image n out of its borders. */
function withoutBorders(simd: Simd, at: Plan, n: number): void {
  const [height, width] = at.size;
  const channels = at.groups * at.channels;
  const [rows, columns] = at.bordered;
  const to = (at.x + n * channels * height * width) * 4;
  const from = (at.image + corner(at)) * 4;
  simd.copyPlanes(from, columns, rows * columns, to, width, height * width, channels, height, width);
}
