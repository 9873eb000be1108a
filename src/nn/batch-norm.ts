/** Batch normalisation, with statistics of the batch while a model trains and running statistics in evaluation. */

import type { Tensor } from '../autograd/graph.js';
import { noGrad } from '../autograd/record.js';
import { allocate, type Dtype, needDtype } from '../base/array.js';
import { formatShape, ShapeError } from '../base/errors.js';
import { countOver, label } from '../base/shape.js';
import { type Check, checkOptions, needFlag, needNumber, needTensors } from '../base/words.js';
import { add, div, mul, square, sub } from '../ops/arithmetic.js';
import { sqrt } from '../ops/functions.js';
import { mean } from '../ops/moments.js';
import { deviation, EPS, scaleAndShift, standardise } from '../ops/normalisation.js';
import { reshape } from '../ops/shape.js';
import { titled } from './input.js';
import { Buffer, Module, type Parameter } from './module.js';
import { scales, shifts } from './norm.js';

/** Options of {@link BatchNorm1d} and {@link BatchNorm2d}. */
export interface BatchNormOptions {
  /** What is added to the variance under the root, ≥ 0. Default 1e-5. */
  eps?: number;
  /**
   * The share of the newest batch in the running statistics, in [0, 1]:
   * running ← (1 − momentum) · running + momentum · batch. (Keras calls 1 − momentum by this name.) Default 0.1. With null,
   * the running statistics are the means over all batches so far.
   */
  momentum?: number | null;
  /** Whether there are a weight and a bias. Default true. */
  affine?: boolean;
  /** Whether running statistics are kept. Without them evaluation normalises by the batch as well. Default true. */
  trackRunningStats?: boolean;
  /** Default float32. */
  dtype?: Dtype;
}

const BATCH_NORM: Record<keyof BatchNormOptions, Check> = {
  eps: EPS,
  momentum: (op, what, momentum) =>
    momentum !== null && needNumber(op, what, momentum, { least: 0, most: 1 }),
  affine: needFlag,
  trackRunningStats: needFlag,
  dtype: needDtype,
};

/** What the layers below share: they differ in the layouts that they take. */
abstract class BatchNorm extends Module {
  readonly eps: number;
  readonly momentum: number | null;
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
  readonly runningMean: Buffer | null;
  readonly runningVar: Buffer | null;
  /** The number of batches seen in training since the statistics were reset. */
  readonly numBatchesTracked: Buffer | null;
  protected abstract readonly layouts: readonly string[];

  constructor(
    readonly numFeatures: number,
    options: BatchNormOptions = {},
  ) {
    super();
    const { name } = this.constructor;
    checkOptions(name, options, BATCH_NORM);
    needNumber(name, 'numFeatures', numFeatures, { least: 1, whole: true });
    const {
      eps = 1e-5,
      momentum = 0.1,
      affine = true,
      trackRunningStats = true,
      dtype = 'float32',
    } = options;
    this.eps = eps;
    this.momentum = momentum;
    this.weight = affine ? scales([numFeatures], dtype) : null;
    this.bias = affine ? shifts([numFeatures], dtype) : null;
    const statistics = (): Buffer => new Buffer(allocate(dtype, numFeatures), [numFeatures]);
    this.runningMean = trackRunningStats ? statistics() : null;
    this.runningVar = trackRunningStats ? statistics() : null;
    // A counter in float32 would stop at 2²⁴.
    this.numBatchesTracked = trackRunningStats ? new Buffer(new Float64Array(1), []) : null;
    this.resetRunningStats();
  }

  /** Forgets all batches: the running mean becomes 0, the running variance 1. */
  resetRunningStats(): void {
    this.runningMean?.write((data) => data.fill(0));
    this.runningVar?.write((data) => data.fill(1));
    this.numBatchesTracked?.write((data) => data.fill(0));
  }

  override forward(x: Tensor): Tensor {
    this.check(x);
    const y = this.training || !this.runningMean ? this.byBatch(x) : this.byRunning(x);
    return scaleAndShift(this.constructor.name, y, [1], this.weight, this.bias);
  }

  private check(x: Tensor): void {
    needTensors(this.constructor.name, x);
    const ranks = this.layouts.map((layout) => layout.split(',').length);
    if (ranks.includes(x.rank) && x.shape[1] === this.numFeatures) return;
    const layouts = this.layouts.map((layout) => `[${layout.replace('C', String(this.numFeatures))}]`);
    throw new ShapeError(this.label(), `expected an input ${layouts.join(' or ')}, got ${label(x)}`, [
      x.shape,
    ]);
  }

  /** Normalises by the mean and the variance (divisor n) of each channel of the batch. */
  private byBatch(x: Tensor): Tensor {
    const axes = x.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
    const values = countOver(x.shape, axes);
    if (values < 2)
      throw new ShapeError(
        this.label(),
        `the input ${formatShape(x.shape)} has ${values === 1 ? 'one' : 'no'} value a channel, and a variance needs two. For the short last batch of an epoch, pass dropLast: true to the DataLoader; to evaluate, call eval() first`,
        [x.shape],
      );
    if (this.training && this.runningMean) noGrad(() => this.track(mean(x, axes), varianceOf(x, axes)));
    return standardise(x, { axes, centred: true, eps: this.eps });
  }

  /** Takes the statistics of a batch into the running ones. */
  private track(batchMean: Tensor, batchVariance: Tensor): void {
    const seen = this.numBatchesTracked!.item() + 1;
    this.numBatchesTracked!.assign([seen]);
    const share = this.momentum ?? 1 / seen;
    const blend = (running: Buffer, batch: Tensor): void => {
      running.assign(running.data.map((old, channel) => (1 - share) * old + share * batch.data[channel]!));
    };
    blend(this.runningMean!, batchMean);
    blend(this.runningVar!, batchVariance);
  }

  /** Normalises by the running statistics, which are constants. */
  private byRunning(x: Tensor): Tensor {
    const perChannel = (one: Tensor): Tensor =>
      reshape(one, [this.numFeatures, ...x.shape.slice(2).map(() => 1)]);
    const size = sqrt(add(this.runningVar!, this.eps));
    return div(sub(x, perChannel(this.runningMean!)), perChannel(size));
  }

  /** What errors call the layer: `BatchNorm2d(16) "layers.1"` */
  private label(): string {
    return titled(`${this.constructor.name}(${this.numFeatures})`, this.weight);
  }

  protected override describe(): string {
    const parts = [`${this.numFeatures}`, `eps=${this.eps}`];
    if (this.runningMean) parts.push(`momentum=${this.momentum ?? 'cumulative'}`);
    else parts.push('no running statistics');
    if (!this.weight) parts.push('not affine');
    return parts.join(', ');
  }
}

/**
 * Batch normalisation of features: each column of x [N, C], or each channel of x [N, C, L], is standardised over all that the
 * batch holds of it, then scaled and shifted.
 *
 *     training:    y = (x − batch mean) / √(batch variance + ε) ⊙ weight + bias     variance with the divisor n
 *     evaluation:  y = (x − runningMean) / √(runningVar + ε) ⊙ weight + bias
 *
 * A call in training also takes the statistics of its batch into the buffers `runningMean` and `runningVar`, the variance with
 * the divisor n − 1. Whether it does depends on `training` alone, not on `noGrad`, and no tape is made of it. Weight [C] is
 * ones at first, bias [C] zeros, the running mean zeros and the running variance ones.
 * @throws ShapeError for an input of another layout, and in training if a channel has a single value
 * @source Ioffe and Szegedy 2015
 */
export class BatchNorm1d extends BatchNorm {
  protected readonly layouts = ['N, C', 'N, C, L'];
}

/**
 * Batch normalisation of images x [N, C, H, W]: each channel is standardised over all pixels of all images of the batch. All
 * else is as for {@link BatchNorm1d}.
 * @throws ShapeError for an input of another layout, and in training if a channel has a single value
 * @source Ioffe and Szegedy 2015
 */
export class BatchNorm2d extends BatchNorm {
  protected readonly layouts = ['N, C, H, W'];
}

/** The variance over the axes with the divisor n − 1, an estimate for all data, from the size σ of rows, which has the divisor n. */
function varianceOf(x: Tensor, axes: readonly number[]): Tensor {
  const n = countOver(x.shape, axes);
  return mul(square(deviation(x, { axes, centred: true, eps: 0 })), n / (n - 1));
}
