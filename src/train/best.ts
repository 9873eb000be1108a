/** The best value so far of what a run measures: its loss, or a metric of its history. */
import { ArgumentError } from '../base/errors.js';
import { type Check, needNumber, needText, numberIn, oneOf } from '../base/words.js';
import type { History } from './history.js';
import type { TrainEvent } from './loop.js';
import { orNull } from './saved.js';

/** Whether small or large values are good. */
export type Mode = 'min' | 'max';

/** The check of a {@link Mode}. */
export const needMode: Check = oneOf(['min', 'max']);

/**
 * Whether a value is better than the best one by more than a margin: below best − margin, or above best + margin with the
 * mode 'max'. A relative margin is a share of the best value, which makes it best · (1 ∓ margin). Any finite value is better
 * than none, and one that is NaN or infinite is never better.
 */
export function improves(
  value: number,
  best: number | null,
  mode: Mode,
  margin: number,
  relative = false,
): boolean {
  if (!Number.isFinite(value)) return false;
  if (best === null) return true;
  const delta = mode === 'min' ? -margin : margin;
  const bound = relative ? best * (1 + delta) : best + delta;
  return mode === 'min' ? value < bound : value > bound;
}

/** What is watched, and what counts as better. */
export interface WatchOptions {
  /**
   * The name of a metric that another callback, before this one in the list, adds by `history.record(name, step, value)`.
   * Default: the loss of each step.
   */
  metric?: string;
  /** Whether small values are good, 'min', or large ones, 'max'. Default 'min'. */
  mode?: Mode;
  /** By how much a value has to be better than the best one, ≥ 0. Default 0: by anything. */
  minDelta?: number;
}

/** The checks of {@link WatchOptions}. */
export const WATCH: Record<keyof WatchOptions, Check> = {
  metric: needText,
  mode: needMode,
  minDelta: numberIn({ least: 0, finite: true }),
};

/** What is saved of a {@link Best}. */
export interface BestState {
  readonly best: number | null;
  readonly bestStep: number | null;
}

/** The best value of what is watched, and its step. */
export class Best {
  value: number | null = null;
  step: number | null = null;
  private history: History | null = null;
  /** How many values of the metric the history had when it was last looked at, and after which step that was. */
  private seen = 0;
  private lastStep = 0;

  /** @param op the public function that watches, for messages */
  constructor(
    private readonly op: string,
    private readonly options: WatchOptions,
  ) {}

  /** Takes a value. Returns whether it is the best so far. */
  take(step: number, value: number): boolean {
    needNumber('update', 'the step', step, { least: 0 });
    if (typeof value !== 'number') needNumber('update', 'the value', value);
    const { mode = 'min', minDelta = 0 } = this.options;
    if (!improves(value, this.value, mode, minDelta)) return false;
    this.value = value;
    this.step = step;
    return true;
  }

  /**
   * The value that was measured after the step of an event; undefined if none was.
   * @throws ArgumentError for a value that was recorded for another step, since the parameters have changed since then
   */
  measured({ step, loss, history }: TrainEvent): number | undefined {
    const { metric } = this.options;
    if (metric === undefined) return loss;
    const { steps, values } = history.metrics.get(metric) ?? { steps: [], values: [] };
    // Steps that do not go up are those of a run that went back to an earlier step.
    if (history !== this.history || step <= this.lastStep) {
      // A history that is continued has values of the run before.
      this.history = history;
      this.seen = steps.filter((earlier) => earlier < step).length;
    }
    this.lastStep = step;
    if (values.length === this.seen) return undefined;
    this.seen = values.length;
    if (steps.at(-1) === step) return values.at(-1);
    throw new ArgumentError(
      this.op,
      `${metric} was recorded for step ${steps.at(-1)} and is seen after step ${step}; record it by event.step, in a callback that comes before this one in the list`,
    );
  }

  save(): BestState {
    return { best: this.value, bestStep: this.step };
  }

  load({ best, bestStep }: BestState): void {
    this.value = best;
    this.step = bestStep;
    // The history may go back to another step too, so the values that it had do not count as seen.
    this.history = null;
  }
}

/** The checks of a {@link BestState}. */
export const BEST: Readonly<Record<keyof BestState, Check>> = {
  best: orNull(numberIn({ finite: true })),
  bestStep: orNull(numberIn({ least: 0 })),
};
