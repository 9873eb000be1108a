/** What a training run has measured, step by step. It can be saved, and a run that is resumed goes on with it. */
import { ArgumentError } from '../base/errors.js';
import type { SavedTensor } from '../base/json.js';
import { needNumber, needText } from '../base/words.js';
import { Tensor } from '../core.js';
import { arrayOf, checkState } from './saved.js';

/** Values that were measured at some of the steps, in the order of the steps. */
export interface Series {
  readonly steps: number[];
  readonly values: number[];
}

/** What {@link History.stateDict} gives: all numbers in float64 tensors, which keep NaN and survive JSON. */
export interface HistoryState<Numbers = Tensor> {
  readonly loss: Numbers;
  readonly metrics: Readonly<Record<string, { readonly steps: Numbers; readonly values: Numbers }>>;
}

/** What happened in a training run. */
export class History {
  /** The loss of every step, before its update. */
  readonly loss: number[] = [];
  /** What {@link record} added, by name. */
  readonly metrics = new Map<string, Series>();

  /** Adds a measurement, such as the test accuracy at a step. */
  record(name: string, step: number, value: number): void {
    needText('record', 'the name', name);
    needNumber('record', 'the step', step, { least: 0 });
    if (typeof value !== 'number') needNumber('record', 'the value', value);
    let series = this.metrics.get(name);
    if (!series) this.metrics.set(name, (series = { steps: [], values: [] }));
    series.steps.push(step);
    series.values.push(value);
  }

  /** Copies of all that was recorded, for saving. */
  stateDict(): HistoryState {
    const metrics = [...this.metrics].map(
      ([name, { steps, values }]) => [name, { steps: numbers(steps), values: numbers(values) }] as const,
    );
    return { loss: numbers(this.loss), metrics: Object.fromEntries(metrics) };
  }

  /**
   * Takes over what {@link stateDict} gave, in the place of what was recorded, also after `JSON.stringify` and
   * `JSON.parse`.
   * @throws ArgumentError, changing nothing, for anything else
   */
  loadStateDict(saved: HistoryState<Tensor | SavedTensor>): void {
    const op = 'History.loadStateDict';
    checkState(op, 'the saved state', saved, { loss: arrayOf, metrics: checkState });
    const loss = listOf(op, 'loss', saved.loss);
    const metrics = Object.entries(saved.metrics).map(
      ([name, series]) => [name, seriesOf(op, `the series ${name}`, series)] as const,
    );
    this.loss.length = 0;
    for (const value of loss) this.loss.push(value);
    this.metrics.clear();
    for (const [name, series] of metrics) this.metrics.set(name, series);
  }
}

const numbers = (values: readonly number[]): Tensor => new Tensor(Float64Array.from(values), [values.length]);

const listOf = (op: string, what: string, saved: unknown): number[] =>
  Array.from(arrayOf(op, what, saved).data);

function seriesOf(op: string, what: string, saved: unknown): Series {
  checkState(op, what, saved, { steps: arrayOf, values: arrayOf });
  const { steps, values } = saved as { steps: unknown; values: unknown };
  const series = { steps: listOf(op, what, steps), values: listOf(op, what, values) };
  if (series.steps.length !== series.values.length)
    throw new ArgumentError(
      op,
      `${what} has ${series.steps.length} steps and ${series.values.length} values`,
    );
  return series;
}
