/** A moving average of the weights of a model, which is often better than the weights of the last update. */
import { ArgumentError } from '../base/errors.js';
import { Printed } from '../base/printed.js';
import {
  type Check,
  checkOptions,
  needFlag,
  needFunction,
  needModel,
  needNumber,
  numberIn,
  refusePromise,
} from '../base/words.js';
import type { Tensor } from '../core.js';
import type { AnyModule, SavedState, StateDict } from '../nn/index.js';
import type { Callback } from './loop.js';
import { checkState, weightsFor } from './saved.js';

/** Options of {@link MovingAverage}. */
export interface MovingAverageOptions {
  /** The weight of the average against the present values, d in [0, 1), such as 0.999. */
  decay: number;
  /**
   * Whether the average follows faster in the beginning: d is min(decay, (1 + t) / (10 + t)) after t updates. Without it,
   * the first values weigh dᵗ, much for long. Default false.
   */
  warmUp?: boolean;
  /** Whether buffers, such as running statistics, are averaged too. Default false: they are copied. */
  useBuffers?: boolean;
}

/** What {@link MovingAverage.stateDict} gives. */
export interface MovingAverageState<Weights = StateDict> {
  /** The number of updates so far. */
  readonly updates: number;
  readonly weights: Weights;
}

const AVERAGE: Record<keyof MovingAverageOptions, Check | null> = {
  decay: null,
  warmUp: needFlag,
  useBuffers: needFlag,
};
const UPDATES = numberIn({ least: 0, whole: true });

/**
 * The exponential moving average (EMA) of the weights of a model:
 *
 *     a ← d·a + (1 − d)·w     after each update of the weights w
 *
 * It begins with the weights that the model has when the average is made. Weights that a model holds twice count once.
 * Averages have the dtype of their weights. Pass its callback to `train`, or call `update` after each step of your own
 * loop, and test the averaged weights by `use`.
 * @throws ArgumentError unless `decay` lies in [0, 1)
 * @source Polyak and Juditsky 1992; the warm-up is that of TensorFlow's ExponentialMovingAverage, and the choice about
 *   buffers that of PyTorch's AveragedModel
 */
export class MovingAverage extends Printed {
  private averages: StateDict;
  private done = 0;

  constructor(
    private readonly model: AnyModule,
    private readonly options: MovingAverageOptions,
  ) {
    super();
    needModel('MovingAverage', model);
    checkOptions('MovingAverage', options ?? {}, AVERAGE);
    needNumber('MovingAverage', 'decay', options?.decay, { least: 0, below: 1 });
    this.averages = model.stateDict();
  }

  /** The number of updates of the average so far. */
  get updates(): number {
    return this.done;
  }

  /** To be passed to `train`: updates the average after every step. */
  readonly callback: Callback = () => {
    this.update();
    return undefined;
  };

  /** Takes the present weights into the average. */
  update(): void {
    const { useBuffers = false } = this.options;
    const decay = decayAfter(this.done, this.options);
    const copied = new Set(useBuffers ? [] : this.model.namedBuffers().map(([path]) => path));
    for (const [path, { data: w }] of weightsOf(this.model, this.averages))
      this.averages[path]!.write((a) => {
        if (copied.has(path)) a.set(w);
        else for (let i = 0; i < a.length; i++) a[i] = decay * a[i]! + (1 - decay) * w[i]!;
      });
    this.done++;
  }

  /**
   * Runs `fn` while the model has the averaged weights, and puts the present ones back whatever happens. What `fn` changes of
   * the weights is lost. A tape that was recorded before cannot be walked back afterwards.
   * @returns what `fn` returns
   * @throws ArgumentError if that is a promise, since the weights would be put back before it has done its work
   */
  use<Result>(fn: () => Result): Result {
    needFunction('use', fn);
    weightsOf(this.model, this.averages); // refuses a model that has changed
    const present = this.model.stateDict();
    this.model.loadStateDict(this.averages);
    try {
      const result = fn();
      refusePromise('use', result, 'copy the average into a model that may keep it, by copyTo(model)');
      return result;
    } finally {
      this.model.loadStateDict(present);
    }
  }

  /** Copies the averaged weights and the buffers into a model of the same layers, this one or another. */
  copyTo(model: AnyModule): void {
    needModel('copyTo', model);
    model.loadStateDict(weightsFor('copyTo', model, this.averages));
  }

  /** Copies of the averages and the number of updates, for saving. */
  stateDict(): MovingAverageState {
    return { updates: this.done, weights: weightsFor('stateDict', this.model, this.averages) };
  }

  /**
   * Takes over what {@link stateDict} gave, also after `JSON.stringify` and `JSON.parse`. The model itself stays.
   * @throws ArgumentError or ShapeError, changing nothing, for anything else, or for the values of another model
   */
  loadStateDict(saved: MovingAverageState<SavedState>): void {
    const op = 'MovingAverage.loadStateDict';
    checkState(op, 'the saved state', saved, { updates: UPDATES, weights: checkState });
    this.averages = weightsFor(op, this.model, saved.weights);
    this.done = saved.updates;
  }

  /** `MovingAverage(Sequential, decay=0.999): 400 updates` */
  override toString(): string {
    const settings = Object.entries(this.options).map(([name, value]) => `${name}=${value}`);
    return `MovingAverage(${[this.model.constructor.name, ...settings].join(', ')}): ${this.done} updates`;
  }
}

/** The decay d after t updates. */
const decayAfter = (t: number, { decay, warmUp = false }: MovingAverageOptions): number =>
  warmUp ? Math.min(decay, (1 + t) / (10 + t)) : decay;

/**
 * The parameters and buffers of a model themselves, since copies would be made at every update.
 * @throws ArgumentError if they are others than those of which there are averages
 */
function weightsOf(model: AnyModule, averages: StateDict): Map<string, Tensor> {
  const present = new Map<string, Tensor>([
    ...model.namedParameters(),
    ...model.namedFrozen(),
    ...model.namedBuffers(),
  ]);
  const changed = [
    ...[...present.keys()].filter((path) => !Object.hasOwn(averages, path)),
    ...Object.keys(averages).filter((path) => !present.has(path)),
  ];
  if (changed.length > 0)
    throw new ArgumentError(
      'MovingAverage',
      `${changed.join(', ')} came to the model or left it after the average was made; make the average when the model is whole`,
    );
  return present;
}
