/**
 * The training loop: goes through the batches, pass after pass, makes an update of each group of batches, and tells the
 * callbacks. What an update does is written in update.ts.
 *
 * Previous: src/optim/standard-errors.ts · Next: src/io/safetensors-header.ts
 */
import { ArgumentError } from '../base/errors.js';
import { kindOf, shown } from '../base/kind.js';
import {
  type Check,
  checkOptions,
  needFlag,
  needFunction,
  needList,
  numberIn,
  refusePromise,
} from '../base/words.js';
import type { Tensor } from '../core.js';
import { History } from './history.js';
import { needStepper, type Stepper, update } from './update.js';

/** What a callback is told after a step. */
export interface TrainEvent {
  /** The number of steps that are done, 1 after the first. */
  readonly step: number;
  /** The number of steps in all. */
  readonly steps: number;
  /** The loss of the last step, before its update. */
  readonly loss: number;
  /** The norm of all gradients of the step before they were clipped, √Σg². Only with `clipNorm`. */
  readonly gradNorm?: number | undefined;
  readonly history: History;
}

/**
 * Runs after every step. If one of the callbacks returns false, the training ends when all of them have been told of the
 * step. Nothing waits for a callback, so a promise from one is refused. To save a run in a callback, use `writeFile` of
 * `tapegrad/io`, which has written the file when it returns.
 */
export type Callback = (event: TrainEvent) => boolean | undefined;

/** Options of {@link train}. */
export interface TrainOptions<Batch> {
  /**
   * The batches of one pass. They are iterated again until all steps are done; a DataLoader shuffles anew each time.
   */
  batches: Iterable<Batch>;
  /** The number of updates, those of `startStep` included. Give either `steps` or `epochs`. */
  steps?: number;
  /** The number of passes over `batches`, which need a `length` for it. A pass has ⌈length / accumulate⌉ updates. */
  epochs?: number;
  /** The loss of a batch, a scalar. `step` is the number of steps that are done, 0 in the first. */
  loss: (batch: Batch, step: number) => Tensor;
  optimizer: Stepper;
  callbacks?: readonly Callback[];
  /**
   * The number k of batches that make one update, as if they were one batch: its gradient and its loss are means over the
   * examples of all k, which the loss of each batch has to be over its own. At the end of a pass, fewer than k batches may
   * be left for an update. Batch norm still sees each batch alone. Default 1.
   */
  accumulate?: number;
  /**
   * The number of examples over which the loss of a batch is a mean, by which `accumulate` weighs it, ≥ 0. Where targets
   * are ignored, only those that are kept count. With class weights, the mean of crossEntropy is over the sum of the weights
   * of the targets that are kept, and that sum is what to return; it need not be whole. A batch with 0 is passed over beside
   * others. An update whose batches all have 0 is refused: leave such batches out. Default: the length of the first axis of
   * the batch or of `batch.x`, or else the length of `batch.labels` or of the batch, a list of examples.
   */
  count?: (batch: Batch) => number;
  /**
   * The most that the norm of all gradients may be, > 0: larger ones are scaled down, as by clipGradNorm. With Infinity
   * the norm is only measured.
   */
  clipNorm?: number;
  /**
   * The most that each element of a gradient may be, > 0, as for clipGradValue. An infinite element becomes this limit; NaN
   * has none. Instead of `clipNorm`.
   */
  clipValue?: number;
  /** The number of updates that were done before, in the run that is resumed. Default: the length of `history.loss`. */
  startStep?: number;
  /** What the run that is resumed has recorded, to be continued. Default: a new one. */
  history?: History;
  /**
   * Whether training goes on when the loss is NaN or infinite, or when gradients that are to be clipped have no finite norm or
   * hold NaN. Default false: it ends with an error that says why, and the parameters stay what they were before that step.
   */
  allowNonFinite?: boolean;
}

const POSITIVE = numberIn({ above: 0 });

const TRAIN: Record<keyof TrainOptions<unknown>, Check | null> = {
  batches: null,
  steps: null,
  epochs: null,
  loss: null,
  optimizer: null,
  callbacks: null,
  accumulate: numberIn({ least: 1, whole: true }),
  count: (op, what, value) => needFunction(op, value, `${what}, a function from a batch to a number`),
  clipNorm: POSITIVE,
  clipValue: POSITIVE,
  startStep: numberIn({ least: 0, whole: true }),
  history: needHistory,
  allowNonFinite: needFlag,
};

/**
 * Trains until all steps are done or a callback returns false.
 * @throws ArgumentError without exactly one of `steps` and `epochs`, for batches that yield nothing, for a callback that
 *   returns a promise, or when the loss is no longer finite
 */
export function train<Batch>(options: TrainOptions<Batch>): History {
  return runLoop('train', options);
}

/** {@link train}, for another function of this room. @param op the public function that was called, for messages */
export function runLoop<Batch>(op: string, options: TrainOptions<Batch>): History {
  checkParts(op, options);
  const { batches, accumulate = 1, callbacks = [], history = new History() } = options;
  const total = countSteps(op, options);
  const start = options.startStep ?? history.loss.length;
  for (let step = start, pass = 0; step < total; pass++) {
    const before = step;
    for (const group of groupsOf(batches, accumulate)) {
      const { loss, gradNorm } = update(op, group, step, options);
      step++;
      history.loss.push(loss);
      const answers = callbacks.map((callback) => callback({ step, steps: total, loss, gradNorm, history }));
      for (const answer of answers) refusePromise(op, answer, AT_ONCE);
      if (answers.includes(false)) return history;
      if (step >= total) break;
    }
    // A run that stopped at the very end of a pass is resumed with nothing of that pass left.
    if (step === before && (start === 0 || pass > 0)) throw step === 0 ? noBatches(op) : usedUp(op, step);
  }
  return history;
}

const AT_ONCE =
  'a callback has done its work when it returns, and may return false to end the training; save by writeFile of tapegrad/io, which needs no promise';

/** Lists of so many batches. The last one has what is left. */
function* groupsOf<Batch>(batches: Iterable<Batch>, size: number): Generator<Batch[]> {
  let group: Batch[] = [];
  for (const batch of batches) {
    group.push(batch);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

function checkParts<Batch>(op: string, options = {} as TrainOptions<Batch>): void {
  checkOptions(op, options, TRAIN);
  const { batches, loss, optimizer, callbacks, clipNorm, clipValue } = options;
  if (typeof batches === 'string' || typeof batches?.[Symbol.iterator] !== 'function')
    throw new ArgumentError(op, 'expected batches that can be iterated, such as a DataLoader or an array');
  if (typeof loss !== 'function')
    throw new ArgumentError(op, 'expected loss, a function from a batch to a Tensor');
  needStepper(op, optimizer);
  if (callbacks !== undefined) needList(op, callbacks, 'callbacks in a list');
  for (const callback of callbacks ?? []) needFunction(op, callback, 'a function as callback');
  if (clipNorm !== undefined && clipValue !== undefined)
    throw new ArgumentError(op, 'expected either clipNorm or clipValue, got both');
  if ((clipNorm ?? clipValue) !== undefined && !Array.isArray(optimizer.groups))
    throw new ArgumentError(
      op,
      'clipping needs the parameters of the optimizer, its groups [{ params }], and this one has none; clip in its step(), or give it groups',
    );
}

function needHistory(op: string, what: string, value: unknown): void {
  if (!(value instanceof History))
    throw new ArgumentError(op, `${what} is ${kindOf(value)}; expected a History, such as train returned`);
}

function noBatches(op: string): ArgumentError {
  return new ArgumentError(
    op,
    'batches yielded nothing; is the dataset empty, or smaller than one batch with dropLast?',
  );
}

function usedUp(op: string, steps: number): ArgumentError {
  return new ArgumentError(
    op,
    `batches yielded nothing after ${steps} steps, when they were iterated again; a generator can be iterated once. Pass a DataLoader, an array, or an object whose [Symbol.iterator] begins anew`,
  );
}

/** The number of updates in all. */
function countSteps<Batch>(op: string, options: TrainOptions<Batch>): number {
  const { steps, epochs, batches, accumulate = 1 } = options;
  if ((steps === undefined) === (epochs === undefined))
    throw new ArgumentError(op, 'expected either steps or epochs');
  const count = steps ?? epochs!;
  if (!Number.isInteger(count) || count < 0)
    throw new ArgumentError(
      op,
      `expected a whole number of ${steps === undefined ? 'epochs' : 'steps'} ≥ 0, got ${shown(count)}`,
    );
  if (steps !== undefined) return steps;
  const length = (batches as { length?: number }).length;
  if (length === undefined)
    throw new ArgumentError(
      op,
      'epochs needs batches with a length, such as a DataLoader or an array; pass steps instead',
    );
  if (count > 0 && length === 0) throw noBatches(op);
  return count * Math.ceil(length / accumulate);
}
