/**
 * The training loop. Each step sets the gradients to zero, computes the loss and its gradients, and updates the
 * parameters. The zeros are needed because `backward()` adds to the gradients that are there.
 *
 * Previous: src/optim/schedules.ts · Next: src/check/numeric/differences.ts
 */
import { ArgumentError } from '../base/errors.js';
import { isPromise, kindOf, shown } from '../base/kind.js';
import {
  type Check,
  checkOptions,
  needFlag,
  needFunction,
  needList,
  needNumber,
  needText,
} from '../base/words.js';
import { Tensor } from '../core.js';
import { causeOf } from './cause.js';

/** What the loop asks of an optimiser. Every optimiser of `tapegrad/optim` has both. */
export interface Stepper {
  zeroGrad(): void;
  step(): void;
}

/**
 * One step: sets the gradients to zero, computes the loss and its gradients, and updates the parameters.
 * @returns the loss before the update
 * @throws ArgumentError if the loss is no Tensor
 */
export function trainStep(optimizer: Stepper, loss: () => Tensor): number {
  needStepper('trainStep', optimizer);
  needFunction('trainStep', loss, 'a function that returns the loss');
  return checkedStep('trainStep', optimizer, loss, () => {});
}

/**
 * A step that shows the loss to `check` before anything is differentiated or changed.
 * @param op the public function that was called, for messages
 */
function checkedStep(
  op: string,
  optimizer: Stepper,
  loss: () => Tensor,
  check: (loss: Tensor) => void,
): number {
  optimizer.zeroGrad();
  const value = loss();
  if (!(value instanceof Tensor))
    throw new ArgumentError(
      op,
      `the loss is ${kindOf(value)}; ${isPromise(value) ? 'await before the step, not in it' : 'expected a Tensor, not its item()'}`,
    );
  check(value);
  value.backward();
  optimizer.step();
  return value.item();
}

/** Values that were measured at some of the steps, in the order of the steps. */
export interface Series {
  readonly steps: number[];
  readonly values: number[];
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
}

/** What a callback is told after a step. */
export interface TrainEvent {
  /** The number of steps that are done, 1 after the first. */
  readonly step: number;
  /** The number of steps in all. */
  readonly steps: number;
  /** The loss of the last step, before its update. */
  readonly loss: number;
  readonly history: History;
}

/** Runs after every step. If it returns false, the training ends. */
export type Callback = (event: TrainEvent) => boolean | undefined;

/** Options of {@link train}. */
export interface TrainOptions<Batch> {
  /**
   * The batches of one pass. They are iterated again until all steps are done; a DataLoader shuffles anew each time.
   */
  batches: Iterable<Batch>;
  /** The number of updates. Give either `steps` or `epochs`. */
  steps?: number;
  /** The number of passes over `batches`, which need a `length` for it. */
  epochs?: number;
  /** The loss of a batch, a scalar. `step` is the number of steps that are done, 0 in the first. */
  loss: (batch: Batch, step: number) => Tensor;
  optimizer: Stepper;
  callbacks?: readonly Callback[];
  /**
   * Whether training goes on when the loss is NaN or infinite. Default false: it ends with an error that says why, and the
   * parameters stay what they were before that step.
   */
  allowNonFinite?: boolean;
}

const TRAIN: Record<keyof TrainOptions<unknown>, Check | null> = {
  batches: null,
  steps: null,
  epochs: null,
  loss: null,
  optimizer: null,
  callbacks: null,
  allowNonFinite: needFlag,
};

/**
 * Trains until all steps are done or a callback returns false.
 * @throws ArgumentError without exactly one of `steps` and `epochs`, for batches that yield nothing, or when the loss
 *   is no longer finite
 */
export function train<Batch>(options: TrainOptions<Batch>): History {
  checkParts(options);
  const { batches, loss, optimizer, callbacks = [] } = options;
  const total = countSteps(options);
  const history = new History();
  for (let step = 0; step < total; ) {
    const before = step;
    for (const batch of batches) {
      const check = (value: Tensor): void => {
        if (!options.allowNonFinite) refuseNonFinite(value, step, optimizer);
      };
      const value = checkedStep('train', optimizer, () => loss(batch, step), check);
      step++;
      history.loss.push(value);
      if (callbacks.some((callback) => callback({ step, steps: total, loss: value, history }) === false))
        return history;
      if (step >= total) break;
    }
    if (step === before) throw step === 0 ? noBatches() : usedUp(step);
  }
  return history;
}

/** What is no single recorded number is left to backward(), which refuses it. */
function refuseNonFinite(loss: Tensor, step: number, optimizer: Stepper): void {
  if (loss.size !== 1 || !loss.node || Number.isFinite(loss.item())) return;
  const { groups } = optimizer as { groups?: readonly { lr?: unknown }[] };
  const updated = step > 0 && !groups?.every(({ lr }) => lr === 0);
  throw new ArgumentError(
    'train',
    `the loss became ${loss.item()} at step ${step + 1}: ${causeOf(loss, { updated })}`,
  );
}

function checkParts<Batch>(options = {} as TrainOptions<Batch>): void {
  checkOptions('train', options, TRAIN);
  const { batches, loss, optimizer, callbacks } = options;
  if (typeof batches === 'string' || typeof batches?.[Symbol.iterator] !== 'function')
    throw new ArgumentError(
      'train',
      'expected batches that can be iterated, such as a DataLoader or an array',
    );
  if (typeof loss !== 'function')
    throw new ArgumentError('train', 'expected loss, a function from a batch to a Tensor');
  needStepper('train', optimizer);
  if (callbacks !== undefined) needList('train', callbacks, 'callbacks in a list');
  for (const callback of callbacks ?? []) needFunction('train', callback, 'a function as callback');
}

function needStepper(op: string, optimizer: Stepper): void {
  if (typeof optimizer?.step !== 'function' || typeof optimizer.zeroGrad !== 'function')
    throw new ArgumentError(
      op,
      `expected an optimizer, such as new SGD(model.parameters(), { lr: 0.1 }), got ${kindOf(optimizer)}`,
    );
}

function noBatches(): ArgumentError {
  return new ArgumentError(
    'train',
    'batches yielded nothing; is the dataset empty, or smaller than one batch with dropLast?',
  );
}

function usedUp(steps: number): ArgumentError {
  return new ArgumentError(
    'train',
    `batches yielded nothing after ${steps} steps, when they were iterated again; a generator can be iterated once. Pass a DataLoader, an array, or an object whose [Symbol.iterator] begins anew`,
  );
}

function countSteps<Batch>({ steps, epochs, batches }: TrainOptions<Batch>): number {
  if ((steps === undefined) === (epochs === undefined))
    throw new ArgumentError('train', 'expected either steps or epochs');
  const count = steps ?? epochs!;
  if (!Number.isInteger(count) || count < 0)
    throw new ArgumentError(
      'train',
      `expected a whole number of ${steps === undefined ? 'epochs' : 'steps'} ≥ 0, got ${shown(count)}`,
    );
  if (steps !== undefined) return steps;
  const length = (batches as { length?: number }).length;
  if (length === undefined)
    throw new ArgumentError(
      'train',
      'epochs needs batches with a length, such as a DataLoader or an array; pass steps instead',
    );
  if (count > 0 && length === 0) throw noBatches();
  return count * length;
}
