/**
 * Patches of images. {@link unfold} copies what a window sees at each of its positions into a column, and {@link fold}
 * adds columns back to where they were taken from. Each is the adjoint of the other: ⟨unfold x, y⟩ = ⟨x, fold y⟩.
 */

import { allocateLike, type NDArray } from '../../base/array.js';
import { type Geometry, outputSize, type Pair } from './geometry.js';

/**
 * x [N, C, H, W] ⇒ [N, C·kh·kw, L], where L counts the positions of the window. Row (c·kh + i)·kw + j holds what element
 * [i, j] of the window sees in channel c, which is 0 in the padding.
 */
export function unfold(x: NDArray, geometry: Geometry): NDArray {
  const [images, channels, height, width] = x.shape as [number, number, number, number];
  const [rows, columns] = outputSize([height, width], geometry);
  const [kh, kw] = geometry.kernel;
  const shape = [images, channels * kh * kw, rows * columns];
  const y = allocateLike(x.data, shape[0]! * shape[1]! * shape[2]!);
  const step = geometry.stride[1];
  eachRun(images * channels, [height, width], geometry, (column, pixel, count) => {
    for (let i = 0; i < count; i++) y[column + i] = x.data[pixel + i * step]!;
  });
  return { data: y, shape };
}

/** columns [N, C·kh·kw, L] ⇒ [N, C, H, W]: pixels that several windows see receive the sum, pixels that none sees are 0. */
export function fold(columns: NDArray, [height, width]: Pair, geometry: Geometry): NDArray {
  const [images, rows] = columns.shape as [number, number, number];
  const channels = rows / (geometry.kernel[0] * geometry.kernel[1]);
  const y = allocateLike(columns.data, images * channels * height * width);
  const step = geometry.stride[1];
  eachRun(images * channels, [height, width], geometry, (column, pixel, count) => {
    for (let i = 0; i < count; i++) y[pixel + i * step]! += columns.data[column + i]!;
  });
  return { data: y, shape: [images, channels, height, width] };
}

/**
 * Visits the pixels that the elements of the window see, in the order of the columns. A run are the positions in one row
 * of output at which one element of the window sees a pixel and no padding: its first place in the columns, its first
 * place in the image, and how many there are. The next pixel of a run lies `stride` further.
 */
function eachRun(
  planes: number,
  [height, width]: Pair,
  geometry: Geometry,
  visit: (column: number, pixel: number, count: number) => void,
): void {
  const { kernel, stride, padding, dilation } = geometry;
  const [rows, columns] = outputSize([height, width], geometry);
  let column = 0;
  for (let plane = 0; plane < planes; plane++)
    for (let i = 0; i < kernel[0]; i++)
      for (let j = 0; j < kernel[1]; j++) {
        const left = j * dilation[1] - padding[1][0];
        const first = Math.max(0, Math.ceil(-left / stride[1]));
        const end = Math.min(columns, Math.ceil((width - left) / stride[1]));
        for (let row = 0; row < rows; row++, column += columns) {
          const y = row * stride[0] + i * dilation[0] - padding[0][0];
          if (y < 0 || y >= height || first >= end) continue;
          visit(column + first, (plane * height + y) * width + first * stride[1] + left, end - first);
        }
      }
}
