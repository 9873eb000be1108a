/** Keeps the parameters of the best moment of a training run. */
import { ArgumentError } from '../base/errors.js';
import { Printed } from '../base/printed.js';
import { checkOptions, needModel } from '../base/words.js';
import type { AnyModule, SavedState, StateDict } from '../nn/index.js';
import { BEST, Best, type BestState, WATCH, type WatchOptions } from './best.js';
import type { Callback } from './loop.js';
import { checkState, orNull, weightsFor } from './saved.js';

/** What {@link KeepBest.stateDict} gives. */
export interface KeepBestState<Weights = StateDict> extends BestState {
  /** The parameters and buffers of the model at its best; null before the first value. */
  readonly weights: Weights | null;
}

/**
 * Keeps a copy of the parameters and buffers of a model each time that a value is the best so far, by more than `minDelta`.
 * NaN and infinite values are never the best. Pass its callback to `train`, or call `update` in a loop of your own:
 *
 *     const best = keepBest(model, { metric: 'accuracy', mode: 'max' });
 *     train({ batches, epochs: 20, loss, optimizer, callbacks: [validate, best.callback] });
 *     best.restore();
 *
 * where the callback `validate` records the metric. Without a metric the loss of each step is watched: it was computed on
 * one batch, and before the update whose result is kept. So a metric that is measured on data apart is the better choice.
 */
export function keepBest(model: AnyModule, options: WatchOptions = {}): KeepBest {
  needModel('keepBest', model);
  checkOptions('keepBest', options, WATCH);
  return new KeepBest(model, options);
}

/** The best parameters of a model so far. Made by {@link keepBest}. */
export class KeepBest extends Printed {
  private readonly watched: Best;
  private weights: StateDict | null = null;

  /** @internal */
  constructor(
    private readonly model: AnyModule,
    options: WatchOptions,
  ) {
    super();
    this.watched = new Best('keepBest', options);
  }

  /** The best value so far; null before the first. */
  get best(): number | null {
    return this.watched.value;
  }

  /** The step of the best value; null before the first. */
  get bestStep(): number | null {
    return this.watched.step;
  }

  /** To be passed to `train`: looks at the loss or at the metric after every step. */
  readonly callback: Callback = (event) => {
    const value = this.watched.measured(event);
    if (value !== undefined) this.update(event.step, value);
    return undefined;
  };

  /** Takes the value that was measured after so many steps, and a copy of the model if it is the best. */
  update(step: number, value: number): void {
    if (this.watched.take(step, value)) this.weights = this.model.stateDict();
  }

  /** Puts the best parameters and buffers back into the model. @throws ArgumentError if there are none yet */
  restore(): void {
    if (this.weights === null)
      throw new ArgumentError(
        'restore',
        'nothing is kept yet, since no finite value was seen. Is the callback in the list, and does a callback before it record the metric by that name?',
      );
    this.model.loadStateDict(this.weights);
  }

  /** The best value and the copy, for saving. */
  stateDict(): KeepBestState {
    const { weights } = this;
    return { ...this.watched.save(), weights: weights && weightsFor('stateDict', this.model, weights) };
  }

  /**
   * Goes on from what {@link stateDict} gave, also after `JSON.stringify` and `JSON.parse`. The model itself stays.
   * @throws ArgumentError or ShapeError, changing nothing, for anything else, or for the values of another model
   */
  loadStateDict(saved: KeepBestState<SavedState>): void {
    const op = 'KeepBest.loadStateDict';
    checkState(op, 'the saved state', saved, { ...BEST, weights: orNull(checkState) });
    const weights = saved.weights && weightsFor(op, this.model, saved.weights);
    this.watched.load(saved);
    this.weights = weights;
  }

  /** `keepBest(Sequential): best 0.98 at step 400` */
  override toString(): string {
    const state = this.best === null ? 'no value yet' : `best ${this.best} at step ${this.bestStep}`;
    return `keepBest(${this.model.constructor.name}): ${state}`;
  }
}
