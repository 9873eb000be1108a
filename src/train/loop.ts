/**
 * The training loop: zero the gradients, compute the loss, differentiate, step; and write down what happened.
 *
 * Gradients accumulate over `backward()` calls by design (two losses of one step add up), so every step has to
 * start from zero. {@link trainStep} does that, which is why forgetting it is impossible here.
 *
 * Previous: src/optim/adam.ts · Next: src/check/numeric/differences.ts
 */
import { ArgumentError } from '../base/errors.js';
import { Tensor } from '../index.js';

/** What the loop needs of an optimiser. */
export interface Stepper {
  zeroGrad(): void;
  step(): void;
}

/** One step: gradients to zero, the loss, its gradients, the update. Returns the loss before the update. */
export function trainStep(optimizer: Stepper, loss: () => Tensor): number {
  optimizer.zeroGrad();
  const value = loss();
  if (!(value instanceof Tensor))
    throw new ArgumentError(
      'train',
      `the loss is ${(value as unknown) instanceof Promise ? 'a promise; await before the step, not in it' : `${String(value)}; expected a Tensor, not its item()`}`,
    );
  value.backward();
  optimizer.step();
  return value.item();
}

/** Values measured at some of the steps. */
export interface Series {
  readonly steps: number[];
  readonly values: number[];
}

/** What a training run leaves behind: the loss of every step, and whatever else was recorded. */
export class History {
  readonly loss: number[] = [];
  readonly metrics = new Map<string, Series>();

  /** Adds a measurement, such as the test accuracy at a step. */
  record(name: string, step: number, value: number): void {
    let series = this.metrics.get(name);
    if (!series) this.metrics.set(name, (series = { steps: [], values: [] }));
    series.steps.push(step);
    series.values.push(value);
  }
}

export interface TrainEvent {
  /** Steps done, from 1. */
  readonly step: number;
  readonly steps: number;
  /** The loss of this step, before its update. */
  readonly loss: number;
  readonly history: History;
}

/** Runs after every step; returning false ends the training. */
export type Callback = (event: TrainEvent) => boolean | undefined;

export interface TrainOptions<Batch> {
  /** Iterated again and again until `steps` are done; a DataLoader shuffles anew each time. */
  batches: Iterable<Batch>;
  /** How many updates; give `epochs` instead for whole passes over `batches`. */
  steps?: number;
  epochs?: number;
  loss: (batch: Batch, step: number) => Tensor;
  optimizer: Stepper;
  callbacks?: readonly Callback[];
  /** Keep going when the loss is NaN or infinite. Default: stop with an error, since nothing can be learnt after it. */
  allowNonFinite?: boolean;
}

/**
 * Trains until `steps` or `epochs` are done or a callback returns false.
 * @throws ArgumentError without exactly one of `steps` and `epochs`, for batches that yield nothing, or when the loss
 *   stops being finite
 */
export function train<Batch>(options: TrainOptions<Batch>): History {
  checkParts(options);
  const { batches, loss, optimizer, callbacks = [] } = options;
  const total = countSteps(options);
  const history = new History();
  for (let step = 0; step < total; ) {
    const before = step;
    for (const batch of batches) {
      const value = trainStep(optimizer, () => loss(batch, step));
      step++;
      history.loss.push(value);
      if (!Number.isFinite(value) && !options.allowNonFinite)
        throw new ArgumentError(
          'train',
          `the loss became ${value} at step ${step}; lower the learning rate, clip gradients, or look for the cause with detectAnomaly()`,
        );
      if (callbacks.some((callback) => callback({ step, steps: total, loss: value, history }) === false))
        return history;
      if (step >= total) break;
    }
    if (step === before) throw noBatches();
  }
  return history;
}

function checkParts<Batch>({ batches, loss, optimizer } = {} as TrainOptions<Batch>): void {
  if (typeof batches?.[Symbol.iterator] !== 'function')
    throw new ArgumentError(
      'train',
      'expected batches that can be iterated, such as a DataLoader or an array',
    );
  if (typeof loss !== 'function')
    throw new ArgumentError('train', 'expected loss, a function from a batch to a Tensor');
  if (typeof optimizer?.step !== 'function')
    throw new ArgumentError(
      'train',
      'expected an optimizer, such as new SGD(model.parameters(), { lr: 0.1 })',
    );
}

function noBatches(): ArgumentError {
  return new ArgumentError(
    'train',
    'batches yielded nothing; is the dataset empty, or smaller than one batch with dropLast?',
  );
}

function countSteps<Batch>({ steps, epochs, batches }: TrainOptions<Batch>): number {
  if ((steps === undefined) === (epochs === undefined))
    throw new ArgumentError('train', 'expected either steps or epochs');
  const count = steps ?? epochs!;
  if (!Number.isInteger(count) || count < 0)
    throw new ArgumentError(
      'train',
      `expected a whole number of ${steps === undefined ? 'epochs' : 'steps'} ≥ 0, got ${count}`,
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
