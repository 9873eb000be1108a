/** Sets of grey images in memory. */
import { ArgumentError } from '../base/errors.js';
import { isBytes, kindOf } from '../base/kind.js';
import { Printed } from '../base/printed.js';
import { needNumber } from '../base/words.js';
import { Tensor } from '../core.js';
import { needPositions } from './positions.js';

/**
 * Grey images with their labels. The pixels are kept as bytes, and become floats when {@link images} asks for them.
 * @throws ArgumentError unless there are labels · height · width pixels
 */
export class ImageSet extends Printed {
  constructor(
    /** All pixels, 0 … 255, image after image. */
    readonly pixels: Uint8Array,
    /** One class for each image. */
    readonly labels: Uint8Array,
    readonly height: number,
    readonly width: number,
  ) {
    super();
    if (!isBytes(pixels) || !isBytes(labels))
      throw new ArgumentError(
        'ImageSet',
        `pixels and labels are bytes, Uint8Arrays; got ${kindOf(pixels)} and ${kindOf(labels)}`,
      );
    needNumber('ImageSet', 'height', height, { least: 1, whole: true });
    needNumber('ImageSet', 'width', width, { least: 1, whole: true });
    if (pixels.length !== labels.length * height * width)
      throw new ArgumentError(
        'ImageSet',
        `${labels.length} labels do not fit ${pixels.length / (height * width)} images of ${height} × ${width}`,
      );
  }

  /** The number of images. */
  get length(): number {
    return this.labels.length;
  }

  /**
   * The images at some positions, or all of them, as a float32 tensor [n, height · width] of values in [0, 1].
   * @throws ArgumentError for a position that does not exist
   */
  images(indices?: ArrayLike<number>): Tensor {
    const { pixels, length } = this;
    if (indices !== undefined) needPositions('images', 'image', indices, length);
    const size = this.height * this.width;
    const count = indices?.length ?? length;
    const data = new Float32Array(count * size);
    for (let i = 0; i < count; i++) {
      const from = (indices ? indices[i]! : i) * size;
      for (let j = 0; j < size; j++) data[i * size + j] = pixels[from + j]! / 255;
    }
    return new Tensor(data, [count, size]);
  }

  /** The labels of the images at some positions. @throws ArgumentError for a position that does not exist */
  labelsOf(indices: ArrayLike<number>): Int32Array {
    needPositions('labelsOf', 'image', indices, this.length);
    return Int32Array.from(indices, (index) => this.labels[index]!);
  }

  /** `ImageSet(60,000 images of 28 × 28)` */
  override toString(): string {
    return `ImageSet(${this.length.toLocaleString('en')} images of ${this.height} × ${this.width})`;
  }
}
