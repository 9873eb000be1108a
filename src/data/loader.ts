/** Batches of a dataset, in the order of the rows or in a random order. */
import { ArgumentError } from '../base/errors.js';
import { Printed } from '../base/printed.js';
import { needGenerator } from '../base/words.js';
import { indexSelect, type Rng, Tensor } from '../core.js';
import { ImageSet } from './mnist.js';

/** A dataset in memory: rows and their classes. */
export interface Labelled {
  /** The first axis counts the rows. */
  readonly x: Tensor;
  /** One class for each row. */
  readonly labels: Int32Array | Uint8Array;
}

/** Some rows of a dataset. */
export interface Batch {
  readonly x: Tensor;
  readonly labels: Int32Array;
  /** The positions of these rows in the dataset. */
  readonly indices: Int32Array;
}

/** Options of {@link DataLoader}. */
export interface LoaderOptions {
  /** The number of rows in a batch, ≥ 1. The last batch of a pass may have fewer. */
  batchSize: number;
  /** Whether every pass has a new random order. Needs `rng`. Default false. */
  shuffle?: boolean;
  /** Whether every row of a batch is drawn from all rows, so that a row may come twice. Needs `rng`. Default false. */
  withReplacement?: boolean;
  /** Whether a last batch that is not full is left out. Default false. */
  dropLast?: boolean;
  /** The generator of the random order. */
  rng?: Rng;
}

/**
 * The batches of a dataset. Each `for … of` is one pass. With one seed, a program gets the same batches in each run.
 * @throws ArgumentError for a batch size that is no whole number ≥ 1, unequal numbers of rows and labels, or a random
 *   order without a generator
 */
export class DataLoader extends Printed implements Iterable<Batch> {
  private readonly count: number;

  constructor(
    private readonly dataset: Labelled | ImageSet,
    private readonly options: LoaderOptions,
  ) {
    super();
    if (
      !(dataset instanceof ImageSet || (dataset?.x instanceof Tensor && dataset.x.rank > 0 && dataset.labels))
    )
      throw new ArgumentError(
        'DataLoader',
        'expected a dataset { x, labels }: a Tensor whose first axis counts the rows, and a class for each row',
      );
    if (typeof options !== 'object' || options === null)
      throw new ArgumentError('DataLoader', 'expected options, such as { batchSize: 100 }');
    const { batchSize, shuffle, withReplacement, rng } = options;
    if (!Number.isInteger(batchSize) || batchSize < 1)
      throw new ArgumentError('DataLoader', `batchSize is a whole number ≥ 1, got ${batchSize}`);
    if (shuffle || withReplacement) needGenerator('DataLoader', rng, 'for a random order');
    this.count = dataset.labels.length;
    if (!(dataset instanceof ImageSet) && dataset.x.shape[0] !== this.count)
      throw new ArgumentError('DataLoader', `${dataset.x.shape[0]} rows and ${this.count} labels`);
  }

  /** The number of batches in a pass. */
  get length(): number {
    const { batchSize, dropLast = false } = this.options;
    return dropLast ? Math.floor(this.count / batchSize) : Math.ceil(this.count / batchSize);
  }

  *[Symbol.iterator](): Iterator<Batch> {
    const { batchSize, shuffle = false, withReplacement = false, rng } = this.options;
    const order =
      shuffle && !withReplacement
        ? rng!.permutation(this.count)
        : Int32Array.from({ length: this.count }, (_, i) => i);
    for (let batch = 0; batch < this.length; batch++) {
      const size = Math.min(batchSize, this.count - batch * batchSize);
      const indices = withReplacement
        ? Int32Array.from({ length: size }, () => rng!.integer(this.count))
        : order.slice(batch * batchSize, batch * batchSize + size);
      yield this.take(indices);
    }
  }

  /** `DataLoader(60,000 rows, batchSize=128, shuffle=true): 469 batches` */
  override toString(): string {
    const { rng: _, ...options } = this.options;
    const settings = Object.entries(options).map(([name, value]) => `${name}=${value}`);
    return `DataLoader(${[`${this.count.toLocaleString('en')} rows`, ...settings].join(', ')}): ${this.length} batches`;
  }

  private take(indices: Int32Array): Batch {
    const { dataset } = this;
    if (dataset instanceof ImageSet)
      return { x: dataset.images(indices), labels: dataset.labelsOf(indices), indices };
    return {
      x: indexSelect(dataset.x, 0, indices),
      labels: Int32Array.from(indices, (index) => dataset.labels[index]!),
      indices,
    };
  }
}
