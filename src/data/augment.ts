/**
 * Images that are changed at random, so that a network sees other ones in each pass. For `transform` of a `DataLoader`; the
 * labels stay what they are.
 */
import { allocateLike } from '../base/array.js';
import { ArgumentError, ShapeError } from '../base/errors.js';
import { label } from '../base/shape.js';
import { type Check, checkOptions, needGenerator, needNumber, needTensors, numberIn } from '../base/words.js';
import { type Rng, Tensor } from '../core.js';

/** Options of {@link shiftImages} and {@link flipImages}. */
export interface ImageOptions {
  /** The generator that is drawn from. */
  rng: Rng;
  /** The rows of an image. Default: the last axis but one of [n, …, height, width]. Needed for flat images [n, pixels]. */
  height?: number;
  /** The columns of an image. Default: the last axis. Needed for flat images. */
  width?: number;
}

const size = numberIn({ least: 1, whole: true });
const IMAGE: Record<keyof ImageOptions, Check | null> = { rng: null, height: size, width: size };

/** Height and width of the images, and the number of planes, such as colours, in each. */
function planesOf(op: string, x: Tensor, { height, width }: ImageOptions): [planes: number, number, number] {
  const [rows, columns] = x.rank > 2 ? x.shape.slice(-2) : [];
  const [h, w] = [height ?? rows, width ?? columns];
  if (x.rank < 2 || h === undefined || w === undefined)
    throw new ArgumentError(
      op,
      `${label(x)} does not say how high and wide its images are; pass images [n, height, width], or { height, width }`,
    );
  const pixels = x.shape.slice(1).reduce((product, one) => product * one, 1);
  if (pixels % (h * w) !== 0 || (x.rank > 2 && (h !== rows || w !== columns)))
    throw new ShapeError(op, `${label(x)} holds no images of height ${h} and width ${w}`, [x.shape]);
  return [pixels / (h * w), h, w];
}

/**
 * Each image is moved by whole pixels, down by dy and to the right by dx, both drawn from {−most, …, most} with equal
 * chances. What leaves the image is lost, and zeros come in. All planes of an image, such as its colours, move together.
 * x [n, …, height, width], or flat, ⇒ y of the same shape. No gradient flows through it.
 * @throws ArgumentError without a generator or without the size of flat images, ShapeError for a size that does not fit
 */
export function shiftImages(x: Tensor, options: ImageOptions & { most: number }): Tensor {
  needTensors('shiftImages', x);
  checkOptions('shiftImages', options ?? {}, { ...IMAGE, most: null });
  const { most, rng } = { ...options };
  needNumber('shiftImages', 'most', most, { least: 0, whole: true });
  needGenerator('shiftImages', rng, 'for the shifts');
  const [planes, height, width] = planesOf('shiftImages', x, options);
  const data = allocateLike(x.data);
  for (let image = 0; image < x.shape[0]!; image++) {
    const dy = rng.integer(2 * most + 1) - most;
    const dx = rng.integer(2 * most + 1) - most;
    const [from, to] = [Math.max(0, -dx), Math.min(width, width - dx)];
    for (let row = image * planes * height; row < (image + 1) * planes * height; row++) {
      const into = (row % height) + dy;
      if (into < 0 || into >= height || from >= to) continue;
      data.set(x.data.subarray(row * width + from, row * width + to), (row + dy) * width + from + dx);
    }
  }
  return new Tensor(data, x.shape);
}

/**
 * Each image is mirrored with the probability p, so that left and right change places. Not for digits and letters, which
 * mirrored are others or none. x [n, …, height, width], or flat, ⇒ y of the same shape. No gradient flows through it.
 * @throws ArgumentError without a generator or without the size of flat images, ShapeError for a size that does not fit
 */
export function flipImages(x: Tensor, options: ImageOptions & { p?: number }): Tensor {
  needTensors('flipImages', x);
  checkOptions('flipImages', options ?? {}, { ...IMAGE, p: numberIn({ least: 0, most: 1 }) });
  const { rng, p = 0.5 } = { ...options };
  needGenerator('flipImages', rng, 'for the choice of images');
  const [planes, height, width] = planesOf('flipImages', x, options);
  const data = x.data.slice();
  for (let image = 0; image < x.shape[0]!; image++) {
    if (rng.uniform() >= p) continue;
    for (let row = image * planes * height; row < (image + 1) * planes * height; row++)
      data.subarray(row * width, (row + 1) * width).reverse();
  }
  return new Tensor(data, x.shape);
}
