/** Features with mean 0 and standard deviation 1, by the statistics of the training rows. */
import { type Dtype, needDtype, rounded } from '../base/array.js';
import { ArgumentError, formatShape, ShapeError } from '../base/errors.js';
import { checkShape, label, ravel, type Shape, sizeOf, unravel } from '../base/shape.js';
import { type Check, checkOptions, needNumber, needTensors } from '../base/words.js';
import { ones, type Tensor, zeros } from '../core.js';
import { Buffer, Module } from '../nn/index.js';

/** Options of {@link Normalizer}. */
export interface NormalizerOptions {
  /** The dtype of the mean and the standard deviation, which is that of the inputs. Default float32. */
  dtype?: Dtype;
}

const NORMALIZER: Record<keyof NormalizerOptions, Check> = { dtype: needDtype };

/**
 * y = (x − mean) / std, with the mean and the standard deviation that {@link fit} found in the training rows. Both are buffers,
 * so that they are saved with a model: as its first layer, `new Sequential(new Normalizer(4).fit(train.x), …)`, or by
 * `stateDict()` and `loadStateDict()` of the normalizer itself. Before `fit` the mean is 0 and std is 1.
 *
 * The shape is that of the mean and of std, and broadcasts to the rows: `4` for four features, `[3, 1, 1]` for a mean of each
 * channel of images [n, 3, height, width], `1` for one mean of all numbers.
 * @throws ArgumentError for a shape that is none
 * @source scikit-learn's `StandardScaler`
 */
export class Normalizer extends Module {
  readonly mean: Buffer;
  readonly std: Buffer;

  constructor(shape: number | Shape, options: NormalizerOptions = {}) {
    super();
    checkOptions('Normalizer', options, NORMALIZER);
    if (!Array.isArray(shape))
      needNumber('Normalizer', 'the number of features', shape, { least: 1, whole: true });
    const sizes = Array.isArray(shape) ? [...(shape as Shape)] : [shape as number];
    checkShape('Normalizer', sizes);
    const { dtype = 'float32' } = options;
    this.mean = new Buffer(zeros(sizes, { dtype }).data, sizes);
    this.std = new Buffer(ones(sizes, { dtype }).data, sizes);
  }

  /**
   * Takes the mean and the standard deviation (divisor n) of training rows: over the first axis, and over all others along which
   * the shape of the statistics broadcasts. Sums are in double precision. A feature that is constant has std = 1, and becomes 0.
   * @returns this normalizer
   * @throws ShapeError for rows of another shape, ArgumentError for no rows, NaN, or ±∞; nothing is changed then
   */
  fit(x: Tensor): this {
    this.check(x);
    if (x.rank === this.mean.rank)
      throw new ShapeError(
        'Normalizer',
        `expected rows [n, ${this.mean.shape.join(', ')}], got ${label(x)}`,
        [x.shape],
      );
    if (x.size === 0) throw new ArgumentError('Normalizer', `there are no rows to fit in ${label(x)}`);
    const wrong = x.data.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0)
      throw new ArgumentError(
        'Normalizer',
        `element ${formatShape(unravel(wrong, x.shape))} is ${x.data[wrong]}; fill in or leave out missing values first`,
      );
    const slots = slotsOf(x.shape.slice(x.rank - this.mean.rank), this.mean.shape);
    const { mean, std } = statistics(x.data, slots, this.mean.size);
    const [newMean, newStd] = [rounded(mean, this.mean.dtype), rounded(std, this.mean.dtype)];
    if (![...newMean, ...newStd].every(Number.isFinite))
      throw new ArgumentError(
        'Normalizer',
        `the mean or the standard deviation is too large for ${this.mean.dtype}`,
      );
    this.mean.assign(newMean);
    this.std.assign(newStd.map((value) => value || 1));
    return this;
  }

  /** (x − mean) / std */
  override forward(x: Tensor): Tensor {
    this.check(x);
    return x.sub(this.mean).div(this.std);
  }

  /** The inverse of {@link forward}: y · std + mean. For a target that was normalized, the prediction in its unit. */
  invert(y: Tensor): Tensor {
    this.check(y);
    return y.mul(this.std).add(this.mean);
  }

  /** Refuses an input to which the statistics do not broadcast. */
  private check(x: Tensor): void {
    needTensors('Normalizer', x);
    const { shape } = this.mean;
    const last = x.shape.slice(Math.max(0, x.rank - shape.length));
    if (last.length < shape.length || shape.some((size, axis) => size !== 1 && size !== last[axis]))
      throw new ShapeError(
        'Normalizer',
        `the statistics ${formatShape(shape)} do not broadcast to ${label(x)}`,
        [x.shape, shape],
      );
  }

  protected override describe(): string {
    return formatShape(this.mean.shape);
  }
}

/** For each element of a row, the position of its statistic. */
function slotsOf(row: Shape, shape: Shape): Int32Array {
  return Int32Array.from({ length: sizeOf(row) }, (_, i) =>
    ravel(
      unravel(i, row).map((at, axis) => (shape[axis] === 1 ? 0 : at)),
      shape,
    ),
  );
}

/**
 * Means, and standard deviations about them. Each value is measured from one of its own feature, so that the sums are exact
 * where a feature is constant, and lose few digits where its mean is large.
 */
function statistics(
  data: ArrayLike<number>,
  slots: Int32Array,
  size: number,
): { mean: Float64Array; std: Float64Array } {
  const width = slots.length;
  const count = data.length / size;
  const origin = new Float64Array(size);
  for (let j = 0; j < width; j++) origin[slots[j]!] = data[j]!;
  const sums = new Float64Array(size);
  for (let i = 0; i < data.length; i++) {
    const slot = slots[i % width]!;
    sums[slot]! += data[i]! - origin[slot]!;
  }
  const mean = origin.map((value, slot) => value + sums[slot]! / count);
  const squares = new Float64Array(size);
  for (let i = 0; i < data.length; i++) {
    const slot = slots[i % width]!;
    const deviation = data[i]! - mean[slot]!;
    squares[slot]! += deviation * deviation;
  }
  return { mean, std: squares.map((sum) => Math.sqrt(sum / count)) };
}
