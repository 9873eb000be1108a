/**
 * The parts of a convolution that are no product. The window at position p sees, as its element t, the number that lies
 * taps[t] + positions[p] numbers behind the start of the image, borders of padding included. So a product meets the patches of an
 * image in place, through these two tables, and no matrix of columns is built.
 */
import { multiplyBlocks } from './matmul';

/** y [out, positions] = w [out, taps] · patches, on top of what y holds if `onTop`. */
export function multiplyByPatches(w: usize, image: usize, y: usize, taps: usize, positions: usize, scratch: usize, out: i32, tapCount: i32, positionCount: i32, onTop: bool): void {
  multiplyBlocks(w, 0, 0, image, positions, taps, y, 0, scratch, out, tapCount, positionCount, false, false, 0, out, 0, positionCount, onTop);
}

/** c [taps, out] = patches · gᵀ, for g [out, positions], on top of what c holds if `onTop`. */
export function multiplyPatches(image: usize, g: usize, c: usize, taps: usize, positions: usize, scratch: usize, out: i32, tapCount: i32, positionCount: i32, onTop: bool): void {
  multiplyBlocks(image, taps, positions, g, 0, 0, c, 0, scratch, tapCount, positionCount, out, false, true, 0, tapCount, 0, out, onTop);
}

/** Adds columns [taps, positions] back to the image that their patches were taken from. */
export function addPatches(columns: usize, image: usize, taps: usize, positions: usize, tapCount: i32, positionCount: i32): void {
  for (let t = 0; t < tapCount; t++) {
    const at = image + (load<i32>(taps + (t << 2)) << 2);
    let p = 0;
    while (p < positionCount) {
      const first = load<i32>(positions + (p << 2));
      const to = at + (first << 2);
      // Positions ascend, so four that span three steps follow each other.
      if (p + 4 <= positionCount && load<i32>(positions + (p << 2), 12) == first + 3) {
        v128.store(to, f32x4.add(v128.load(to), v128.load(columns)));
        p += 4;
        columns += 16;
      } else {
        store<f32>(to, load<f32>(to) + load<f32>(columns));
        p++;
        columns += 4;
      }
    }
  }
}

/** Copies planes of rows from one place to another, each side with its own distance, in numbers, from row to row and from plane to plane. */
export function copyPlanes(from: usize, fromRow: i32, fromPlane: i32, to: usize, toRow: i32, toPlane: i32, planes: i32, rows: i32, width: i32): void {
  for (let plane = 0; plane < planes; plane++)
    for (let row = 0; row < rows; row++)
      memory.copy(to + ((plane * toPlane + row * toRow) << 2), from + ((plane * fromPlane + row * fromRow) << 2), width << 2);
}

/** Fills each row of y [rows, width] with the number of the row. */
export function fillRows(values: usize, y: usize, rows: i32, width: i32): void {
  for (let row = 0; row < rows; row++) {
    const value = load<f32>(values + (row << 2));
    for (let i = 0; i < width; i++) {
      store<f32>(y, value);
      y += 4;
    }
  }
}
