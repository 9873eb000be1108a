/** From the positions of a shape to places in an array, for the kernels that move numbers. */
import type { Shape } from '../../base/shape.js';

/**
 * A walk through the positions [i, j, …] of a shape in row-major order. `at` is the place of the position in an array
 * that is read or written along strides:  at = offset + i·s₀ + j·s₁ + …
 */
export class Walk {
  at: number;
  private readonly position: number[] = [];

  /** Only the first `axes` axes are walked; the position stays 0 along the others. */
  constructor(
    private readonly shape: Shape,
    private readonly strides: readonly number[],
    offset = 0,
    private readonly axes = shape.length,
  ) {
    this.at = offset;
    for (let axis = 0; axis < axes; axis++) this.position.push(0);
  }

  /** Goes on to the next position; from the last one back to the first. */
  next(): void {
    for (let axis = this.axes - 1; axis >= 0; axis--) {
      this.at += this.strides[axis]!;
      if (++this.position[axis]! < this.shape[axis]!) return;
      this.at -= this.shape[axis]! * this.strides[axis]!;
      this.position[axis] = 0;
    }
  }
}
