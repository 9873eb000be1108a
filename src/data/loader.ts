/** Batches of a dataset, in the order of the rows or in a random order. */
import { ArgumentError } from '../base/errors.js';
import { isNumberArray, kindOf, refuseForeign, shown } from '../base/kind.js';
import { Printed } from '../base/printed.js';
import { type Check, checkOptions, needFlag, needGenerator, needNumber } from '../base/words.js';
import { indexSelect, type Rng, random, Tensor } from '../core.js';
import { ImageSet } from './images.js';

/** What a dataset says of its rows: a class for each in a list, or targets of any shape in a tensor. */
export type Labels = ArrayLike<number> | Tensor;

/** A dataset in memory: rows and their classes or targets. */
export interface Labelled<L extends Labels = Labels> {
  /** The first axis counts the rows. */
  readonly x: Tensor;
  /**
   * One class for each row: whole numbers. Or a tensor whose first axis counts the rows: targets to regress on, one-hot rows,
   * probabilities.
   */
  readonly labels: L;
}

/** Some rows of a dataset. Its labels are a tensor where those of the dataset are one, and whole numbers otherwise. */
export interface Batch<L extends Labels = Int32Array> {
  readonly x: Tensor;
  readonly labels: L extends Tensor ? Tensor : Int32Array;
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

const LOADER: Record<keyof LoaderOptions, Check | null> = {
  batchSize: null, // It has no default and is checked also where it is missing.
  shuffle: needFlag,
  withReplacement: needFlag,
  dropLast: needFlag,
  rng: null,
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
 * @throws ArgumentError for a batch size that is no whole number ≥ 1, unequal numbers of rows and labels, labels in a list
 *   that are no whole numbers, or a random order without a generator
 */
export class DataLoader<L extends Labels = Int32Array> extends Printed implements Iterable<Batch<L>> {
  private readonly count: number;
  private batch = 0;
  private order: string | null = null;
  /** Whether the next pass is the rest of one that another loader began. */
  private resumed = false;

  constructor(
    private readonly dataset: Labelled<L> | ImageSet,
    private readonly options: LoaderOptions,
  ) {
    super();
    refuseForeign('DataLoader', (dataset as Labelled | undefined)?.x);
    if (
      !(dataset instanceof ImageSet || (dataset?.x instanceof Tensor && dataset.x.rank > 0 && dataset.labels))
    )
      throw new ArgumentError(
        'DataLoader',
        'expected a dataset { x, labels }: a Tensor whose first axis counts the rows, and a class for each row',
      );
    if (typeof options !== 'object' || options === null)
      throw new ArgumentError('DataLoader', 'expected options, such as { batchSize: 100 }');
    checkOptions('DataLoader', options, LOADER);
    const { batchSize, shuffle, withReplacement, rng } = options;
    needNumber('DataLoader', 'batchSize', batchSize, { least: 1, whole: true });
    if (shuffle || withReplacement) needGenerator('DataLoader', rng, 'for a random order');
    this.count = dataset instanceof ImageSet ? dataset.length : countLabels(dataset.labels);
    if (!(dataset instanceof ImageSet) && dataset.x.shape[0] !== this.count)
      throw new ArgumentError('DataLoader', `${dataset.x.shape[0]} rows and ${this.count} labels`);
  }

  /** The number of batches in a pass. */
  get length(): number {
    const { batchSize, dropLast = false } = this.options;
    return dropLast ? Math.floor(this.count / batchSize) : Math.ceil(this.count / batchSize);
  }

  *[Symbol.iterator](): Iterator<Batch<L>> {
    const { batchSize, withReplacement = false, rng } = this.options;
    const order = this.begin();
    for (let batch = this.batch; batch < this.length; batch++) {
      const size = Math.min(batchSize, this.count - batch * batchSize);
      const indices = withReplacement
        ? Int32Array.from({ length: size }, () => rng!.integer(this.count))
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
    needNumber(op, 'batch', batch, { least: 0, most: Math.max(0, this.length - 1), whole: true });
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
    // A text that is no state is refused here, and not in the middle of training.
    if (batch! > 0 && isShuffled) random(0).restore(order!);
    [this.batch, this.order, this.resumed] = [batch!, order ?? null, batch! > 0];
  }

  /** `DataLoader(60,000 rows, batchSize=128, shuffle=true): 469 batches` */
  override toString(): string {
    const { rng: _, ...options } = this.options;
    const settings = Object.entries(options).map(([name, value]) => `${name}=${value}`);
    return `DataLoader(${[`${this.count.toLocaleString('en')} rows`, ...settings].join(', ')}): ${this.length} batches`;
  }

  private take(indices: Int32Array): Batch<L> {
    const { dataset } = this;
    if (dataset instanceof ImageSet)
      return {
        x: dataset.images(indices),
        labels: dataset.labelsOf(indices),
        indices,
      } as unknown as Batch<L>;
    const { x, labels } = dataset as Labelled;
    const taken =
      labels instanceof Tensor
        ? indexSelect(labels, 0, indices)
        : Int32Array.from(indices, (index) => labels[index]!);
    return { x: indexSelect(x, 0, indices), labels: taken, indices } as unknown as Batch<L>;
  }
}

/** The number of labels. Refuses those that a batch could not hold: a class is a whole number of 32 bits. */
function countLabels(labels: Labels): number {
  refuseForeign('DataLoader', labels);
  if (labels instanceof Tensor) {
    if (labels.rank > 0) return labels.shape[0]!;
    throw new ArgumentError(
      'DataLoader',
      'the labels have no axis; expected one label, or one row of them, for each row',
    );
  }
  if (!Array.isArray(labels) && !isNumberArray(labels))
    throw new ArgumentError(
      'DataLoader',
      `the labels are ${kindOf(labels)}; expected a list of classes, or a Tensor of targets`,
    );
  for (let i = 0; i < labels.length; i++) {
    const label: unknown = labels[i];
    if (!Number.isInteger(label) || Math.abs(label as number) >= 2 ** 31)
      throw new ArgumentError(
        'DataLoader',
        `label ${i} is ${shown(label)}; labels in a list are classes, whole numbers below 2^31. Pass other targets as a Tensor whose first axis counts the rows, such as tensor([[0.25], [0.75]])`,
      );
  }
  return labels.length;
}
