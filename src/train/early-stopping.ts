/** Ends a training run that no longer gets better. */
import { Printed } from '../base/printed.js';
import { type Check, checkOptions, needFlag, needNumber, numberIn } from '../base/words.js';
import { BEST, Best, type BestState, WATCH, type WatchOptions } from './best.js';
import type { Callback } from './loop.js';
import { checkState } from './saved.js';

/** Options of {@link earlyStopping}. */
export interface EarlyStoppingOptions extends WatchOptions {
  /** The number of values in succession that are no better than the best one, ≥ 1. The last of them ends the training. */
  patience: number;
}

/** What {@link EarlyStopping.stateDict} gives. */
export interface EarlyStoppingState extends BestState {
  /** The number of values since the best one. */
  readonly waited: number;
  readonly stopped: boolean;
}

const STOPPING: Record<keyof EarlyStoppingOptions, Check | null> = { patience: null, ...WATCH };
const WAITED = numberIn({ least: 0, whole: true });

/**
 * Ends a training run when `patience` values in succession are no better than the best one by more than `minDelta`. NaN and
 * infinite values are never better. Pass its callback to `train`, or hand the values to `update` in a loop of your own:
 *
 *     const stopping = earlyStopping({ patience: 3, metric: 'validation loss' });
 *     train({ batches, epochs: 100, loss, optimizer, callbacks: [validate, stopping.callback] });
 *
 * where the callback `validate` records the metric, say once a pass. Patience counts values and not steps.
 * @throws ArgumentError unless `patience` is a whole number ≥ 1
 * @source Prechelt 1998, Early stopping – but when?
 */
export function earlyStopping(options: EarlyStoppingOptions): EarlyStopping {
  checkOptions('earlyStopping', options ?? {}, STOPPING);
  needNumber('earlyStopping', 'patience', options?.patience, { least: 1, whole: true });
  return new EarlyStopping(options);
}

/** Watches a run, and says when it should end. Made by {@link earlyStopping}. */
export class EarlyStopping extends Printed {
  private readonly watched: Best;
  private readonly patience: number;
  private waited = 0;
  private ended = false;

  /** @internal */
  constructor({ patience, ...options }: EarlyStoppingOptions) {
    super();
    this.patience = patience;
    this.watched = new Best('earlyStopping', options);
  }

  /** The best value so far; null before the first. */
  get best(): number | null {
    return this.watched.value;
  }

  /** The step of the best value; null before the first. */
  get bestStep(): number | null {
    return this.watched.step;
  }

  /** Whether the training should end, or was ended. */
  get stopped(): boolean {
    return this.ended;
  }

  /** To be passed to `train`: looks at the loss or at the metric after every step. */
  readonly callback: Callback = (event) => {
    const value = this.watched.measured(event);
    if (value !== undefined) this.update(event.step, value);
    return !this.stopped;
  };

  /** Takes the value that was measured after so many steps. Look at {@link stopped} then. */
  update(step: number, value: number): void {
    this.waited = this.watched.take(step, value) ? 0 : this.waited + 1;
    if (this.waited >= this.patience) this.ended = true;
  }

  /** Where the watching stands, for saving. */
  stateDict(): EarlyStoppingState {
    return { ...this.watched.save(), waited: this.waited, stopped: this.stopped };
  }

  /**
   * Goes on from what {@link stateDict} gave. A callback is asked after a step and not before, so a run that was stopped would
   * make one more update each time it is resumed: look at {@link stopped} before you train on.
   * @throws ArgumentError, changing nothing, for anything else
   */
  loadStateDict(saved: EarlyStoppingState): void {
    const op = 'EarlyStopping.loadStateDict';
    checkState(op, 'the saved state', saved, {
      ...BEST,
      waited: WAITED,
      stopped: needFlag,
    });
    this.watched.load(saved);
    this.waited = saved.waited;
    this.ended = saved.stopped;
  }

  /** `earlyStopping(patience=3): best 0.25 at step 400, 2 values since` */
  override toString(): string {
    const { best, bestStep, waited } = this;
    const state = best === null ? 'no value yet' : `best ${best} at step ${bestStep}, ${waited} values since`;
    return `earlyStopping(patience=${this.patience}): ${state}${this.stopped ? ', stopped' : ''}`;
  }
}
