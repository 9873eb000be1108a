/** Batches of a dataset, in the order of the rows or in a random order. */
import { ArgumentError } from '../base/errors.js';
import { shown } from '../base/kind.js';
import { Printed } from '../base/printed.js';
import {
  type Check,
  checkOptions,
  needFlag,
  needFunction,
  needGenerator,
  needNumber,
  refusePromise,
} from '../base/words.js';
import { type Rng, random } from '../core.js';
import { countRows, type Dataset, type Labelled, type Labels, type Rows, takeRows } from './columns.js';
import { weightedDraw } from './weights.js';

/**
 * Some rows of a dataset, with the columns of the dataset. Labels are a tensor where those of the dataset are one, and whole
 * numbers otherwise. `Batch<Tensor>` is a batch of {@link Labelled}`<Tensor>`.
 */
export type Batch<D = Int32Array> = (D extends Labels ? Rows<Labelled<D>> : Rows<D>) & {
  /** The positions of these rows in the dataset. */
  readonly indices: Int32Array;
};

/** Options of {@link DataLoader}. */
export interface LoaderOptions {
  /** The number of rows in a batch, ≥ 1. The last batch of a pass may have fewer. */
  batchSize: number;
  /** Whether every pass has a new random order. Needs `rng`. Default false. */
  shuffle?: boolean;
  /** Whether every row of a batch is drawn from all rows, so that a row may come twice. Needs `rng`. Default false. */
  withReplacement?: boolean;
  /**
   * With `withReplacement`: the weight of each row, ≥ 0, as a list. Row i is drawn with the probability weights[i] / Σ weights.
   * Default: all rows weigh the same.
   */
  weights?: ArrayLike<number>;
  /** Whether a last batch that is not full is left out. Default false. */
  dropLast?: boolean;
  /** The generator of the random order. */
  rng?: Rng;
}

/** An option of {@link DataLoader} that changes what comes out. */
export interface TransformOption<B, T> {
  /**
   * Makes of each batch what the loader yields, such as a batch with shifted images:
   * `(batch) => ({ ...batch, x: shiftImages(batch.x, { most: 2, rng }) })`.
   */
  transform?: (batch: B) => T;
}

const LOADER: Record<keyof LoaderOptions | 'transform', Check | null> = {
  batchSize: null, // It has no default and is checked also where it is missing.
  shuffle: needFlag,
  withReplacement: needFlag,
  weights: null,
  dropLast: needFlag,
  rng: null,
  transform: (op, what, value) => needFunction(op, value, `${what}, a function of a batch`),
};

/** How far a loader is in a pass, as {@link DataLoader.stateDict} gives it. */
export interface LoaderState {
  /** The number of batches that the pass has yielded; 0 if no pass was begun, or the last one is at its end. */
  readonly batch: number;
  /** The state of the generator when the pass was shuffled; null if it was not, or no pass was begun. */
  readonly order: string | null;
  readonly batchSize: number;
  /** The number of rows of the dataset. */
  readonly rows: number;
}

/**
 * The batches of a dataset. Each `for … of` is one pass. With one seed, a program gets the same batches in each run.
 *
 * A dataset is columns such as `{ x, labels }`, or an {@link ImageSet}. Further columns, such as a mask or names, come out
 * under their names.
 * @throws ArgumentError for a batch size that is no whole number ≥ 1, unequal numbers of rows and labels, labels in a list
 *   that are no whole numbers, or a random order without a generator
 */
export class DataLoader<D extends Dataset<D> | Labels = Labelled<Int32Array>, T = Batch<D>>
  extends Printed
  implements Iterable<T>
{
  private readonly count: number;
  private batch = 0;
  private order: string | null = null;
  /** Whether the next pass is the rest of one that another loader began. */
  private resumed = false;
  private readonly draw: (rng: Rng) => number;
  private readonly dataset: unknown;
  private readonly options: LoaderOptions & TransformOption<never, unknown>;

  constructor(dataset: D & Dataset<D>, options: LoaderOptions & TransformOption<Batch<D>, T>) {
    super();
    this.count = countRows('DataLoader', dataset);
    if (typeof options !== 'object' || options === null)
      throw new ArgumentError('DataLoader', 'expected options, such as { batchSize: 100 }');
    checkOptions('DataLoader', options, LOADER);
    const { batchSize, shuffle, withReplacement, weights, rng } = options;
    needNumber('DataLoader', 'batchSize', batchSize, { least: 1, whole: true });
    if (shuffle || withReplacement) needGenerator('DataLoader', rng, 'for a random order');
    if (weights !== undefined && !withReplacement)
      throw new ArgumentError('DataLoader', 'weights needs withReplacement: true; rows are drawn by weight');
    this.draw =
      weights === undefined
        ? (generator) => generator.integer(this.count)
        : weightedDraw('DataLoader', weights, this.count);
    this.dataset = dataset;
    this.options = options;
  }

  /** The number of batches in a pass. */
  get length(): number {
    const { batchSize, dropLast = false } = this.options;
    return dropLast ? Math.floor(this.count / batchSize) : Math.ceil(this.count / batchSize);
  }

  *[Symbol.iterator](): Iterator<T> {
    const { batchSize, withReplacement = false, rng } = this.options;
    const order = this.begin();
    for (let batch = this.batch; batch < this.length; batch++) {
      const size = Math.min(batchSize, this.count - batch * batchSize);
      const indices = withReplacement
        ? Int32Array.from({ length: size }, () => this.draw(rng!))
        : order.slice(batch * batchSize, batch * batchSize + size);
      this.batch = batch + 1;
      yield this.take(indices);
    }
  }

  /** Begins a pass, or goes on with the one that was loaded. Returns the rows in the order of the pass. */
  private begin(): Int32Array {
    const { shuffle = false, withReplacement = false, rng } = this.options;
    const { resumed } = this;
    this.resumed = false;
    if (!resumed) this.batch = 0;
    if (!shuffle || withReplacement) return Int32Array.from({ length: this.count }, (_, i) => i);
    if (!resumed) {
      this.order = rng!.state();
      return rng!.permutation(this.count);
    }
    // The pass was shuffled before its state was saved, and the generator has moved on since.
    const present = rng!.state();
    rng!.restore(this.order!);
    const order = rng!.permutation(this.count);
    rng!.restore(present);
    return order;
  }

  /**
   * How far the loader is in the pass that was begun last. The generator is saved apart from it, since others may draw from it
   * as well.
   */
  stateDict(): LoaderState {
    const ended = this.batch >= this.length;
    const { batchSize } = this.options;
    return { batch: ended ? 0 : this.batch, order: ended ? null : this.order, batchSize, rows: this.count };
  }

  /**
   * Takes over what {@link stateDict} gave: the next `for … of` yields the rest of that pass, in its order. The loader needs the
   * same dataset and options, and its generator the state that it had when the loader was saved.
   * @throws ArgumentError, changing nothing, for what does not fit this loader
   */
  loadStateDict(saved: LoaderState): void {
    const op = 'DataLoader.loadStateDict';
    const { batch, order, ...of } = (saved ?? {}) as Partial<LoaderState>;
    needNumber(op, 'batch', batch, { least: 0, whole: true });
    const { batchSize, shuffle = false, withReplacement = false } = this.options;
    if (batch! > 0 && !(of.batchSize === batchSize && of.rows === this.count))
      throw new ArgumentError(
        op,
        `the saved pass is one over ${shown(of.rows)} rows by ${shown(of.batchSize)}, and this loader has ${this.count} by ${batchSize}; resume with the dataset and the batch size of before`,
      );
    const isShuffled = shuffle && !withReplacement;
    if (batch! > 0 && isShuffled !== (typeof order === 'string'))
      throw new ArgumentError(
        op,
        `the saved pass was ${isShuffled ? 'not ' : ''}shuffled, and this loader ${isShuffled ? 'shuffles' : 'does not shuffle'}; resume with the options of before`,
      );
    needNumber(op, 'batch', batch, { least: 0, most: Math.max(0, this.length - 1), whole: true });
    // A text that is no state is refused here, and not in the middle of training.
    if (batch! > 0 && isShuffled) random(0).restore(order!);
    [this.batch, this.order, this.resumed] = [batch!, order ?? null, batch! > 0];
  }

  /** `DataLoader(60,000 rows, batchSize=128, shuffle=true): 469 batches` */
  override toString(): string {
    const settings = Object.entries(this.options)
      .filter(([, value]) => typeof value === 'number' || typeof value === 'boolean')
      .map(([name, value]) => `${name}=${value}`);
    return `DataLoader(${[`${this.count.toLocaleString('en')} rows`, ...settings].join(', ')}): ${this.length} batches`;
  }

  private take(indices: Int32Array): T {
    const batch: unknown = { ...takeRows(this.dataset, indices), indices };
    const { transform } = this.options;
    if (!transform) return batch as T;
    const transformed = transform(batch as never);
    refusePromise('DataLoader', transformed, 'transform cannot wait; prepare the dataset before the loader');
    if (transformed === undefined)
      throw new ArgumentError('DataLoader', 'transform returned undefined; return the batch');
    return transformed as T;
  }
}
