/** Looks for a good learning rate by a short run in which the rate grows from update to update. */
import { pow } from '../base/elementary/index.js';
import { ArgumentError } from '../base/errors.js';
import { kindOf } from '../base/kind.js';
import { type Check, checkOptions, needModel, numberIn } from '../base/words.js';
import type { Tensor } from '../core.js';
import type { AnyModule } from '../nn/index.js';
import type { LearningRate, SavedParameter } from '../optim/index.js';
import { runLoop, type TrainEvent } from './loop.js';
import { keepingModes } from './modes.js';
import type { Stepper } from './update.js';

/** What the test asks of an optimiser. Every optimiser of `tapegrad/optim` has it. */
export interface TestedOptimizer extends Stepper {
  readonly groups: readonly { readonly params: readonly Tensor[]; lr: LearningRate }[];
  stateDict(): SavedParameter[];
  loadStateDict(saved: readonly SavedParameter[]): void;
}

/** Options of {@link findLearningRate}. */
export interface RangeTestOptions<Batch> {
  /** The model, whose parameters and buffers are put back. */
  model: AnyModule;
  /** The optimiser, whose groups all get the rate that is tried. */
  optimizer: TestedOptimizer;
  /** The batches of one pass, iterated again until the test ends. */
  batches: Iterable<Batch>;
  /** The loss of a batch, as for `train`. */
  loss: (batch: Batch, step: number) => Tensor;
  /** The first rate, > 0. Default 10⁻⁷. */
  from?: number;
  /** The last rate, above the first. Default 10. */
  to?: number;
  /** The number of rates, ≥ 2. Default 100. */
  steps?: number;
  /**
   * How many times as large as its least value the smoothed loss is when the test ends, > 1. Of a least value below 0 the
   * loss lies above it by (divergence − 1) times its size. Default 4.
   */
  divergence?: number;
}

/** What {@link findLearningRate} returns. */
export interface RangeTest {
  /** The rates that were tried, in ascending order. */
  readonly rates: readonly number[];
  /** The loss of the batch before the update with each rate. */
  readonly losses: readonly number[];
  /** The mean of the losses so far, where older ones weigh less. */
  readonly smoothed: readonly number[];
  /** The rate whose update made the smoothed loss fall most; null if it never fell. */
  readonly suggestion: number | null;
  /** Why this rate or none is suggested, and why the test ended, in words. */
  readonly reason: string;
}

const POSITIVE = numberIn({ above: 0, finite: true });
const RANGE_TEST: Record<keyof RangeTestOptions<unknown>, Check | null> = {
  model: null,
  optimizer: null,
  batches: null,
  loss: null,
  from: POSITIVE,
  to: POSITIVE,
  steps: numberIn({ least: 2, whole: true }),
  divergence: numberIn({ above: 1 }),
};

/** The weight β of a loss in the smoothed loss against that of the loss after it. */
const SMOOTHING = 0.9;

/** The number of losses, 1 / (1 − β), before which the smoothed loss is mostly noise. */
const SETTLED = 10;

/**
 * The learning rate range test: trains for a few steps, with a rate that grows geometrically,
 *
 *     rate i = from · (to / from)^(i / (steps − 1)),   i = 0, 1, …
 *
 * and records the loss. Small rates change nothing, good ones make the loss fall, and beyond some rate it grows. The test
 * ends there. The loss is smoothed by a mean of all losses so far, in which each step back weighs β = 0.9 times as much:
 *
 *     sᵢ = sᵢ₋₁ + (lossᵢ − sᵢ₋₁) · (1 − β) / (1 − βⁱ⁺¹)
 *
 * It has diverged above least + (divergence − 1)·|least|, which is divergence · least for a loss above 0. The suggestion is
 * the rate i with the smallest sᵢ₊₁ − sᵢ < 0, the steepest descent on a logarithmic axis of rates; the first ten steps are
 * passed over, where the mean is of few losses. Look at the curve before you take it: the mean lags behind by a few steps.
 *
 * Parameters and their gradients, those of the model and those of the optimiser, buffers, the generators and the `training` of
 * all modules, and the state and rates of the optimiser are afterwards what they were, also after an error. What the batches
 * are shuffled by has moved on.
 * @throws ArgumentError if the first loss is not finite, or unless from < to
 * @source Smith 2017, Cyclical learning rates for training neural networks, section 3.3
 */
export function findLearningRate<Batch>(options: RangeTestOptions<Batch>): RangeTest {
  const { model, optimizer, batches, loss, from, to, steps, divergence } = checked(options);
  const rateOf = (i: number): number => from * pow(to / from, i / (steps - 1));
  const curve = new Curve(divergence);
  const setRate = (rate: number): void => {
    for (const group of optimizer.groups) group.lr = rate;
  };
  const takeLoss = ({ step, loss: value }: TrainEvent): boolean => {
    const goesOn = curve.take(rateOf(step - 1), value);
    setRate(rateOf(step));
    return goesOn;
  };
  puttingBack(model, optimizer, () => {
    setRate(from);
    runLoop(NAME, { batches, steps, loss, optimizer, callbacks: [takeLoss], allowNonFinite: true });
  });
  return curve.result();
}

const NAME = 'findLearningRate';

function checked<Batch>(options: RangeTestOptions<Batch>): Required<RangeTestOptions<Batch>> {
  checkOptions(NAME, options ?? {}, RANGE_TEST);
  const { from = 1e-7, to = 10, steps = 100, divergence = 4, ...parts } = options ?? {};
  needModel(NAME, parts.model);
  const { groups, stateDict, loadStateDict } = (parts.optimizer ?? {}) as Partial<TestedOptimizer>;
  if (!Array.isArray(groups) || typeof stateDict !== 'function' || typeof loadStateDict !== 'function')
    throw new ArgumentError(
      NAME,
      `expected an optimizer with a state to put back, such as new SGD(model.parameters(), { lr: 0.1 }), got ${kindOf(parts.optimizer)}`,
    );
  if (!(from < to)) throw new ArgumentError(NAME, `expected from < to, got ${from} and ${to}`);
  return { ...parts, from, to, steps, divergence };
}

/**
 * Runs something, and puts all that training changes back afterwards, also after an error. What cannot be put back keeps nothing
 * else from being put back.
 * @throws the first error, that of the run before one of putting back
 */
function puttingBack(model: AnyModule, optimizer: TestedOptimizer, run: () => void): void {
  const restores = restoresOf(model, optimizer);
  const errors: unknown[] = [];
  for (const part of [() => keepingModes(model, run), ...restores])
    try {
      part();
    } catch (error) {
      errors.push(error);
    }
  if (errors.length > 0) throw errors[0];
}

/** Functions that each put one part back to where it is now. Gradients are taken off, so that the run adds to none of them. */
function restoresOf(model: AnyModule, optimizer: TestedOptimizer): (() => void)[] {
  const [weights, state] = [model.stateDict(), optimizer.stateDict()];
  const restores = [() => model.loadStateDict(weights)];
  for (const [, rng] of model.namedGenerators()) {
    const place = rng.state();
    restores.push(() => rng.restore(place));
  }
  for (const group of optimizer.groups) {
    const { lr } = group;
    restores.push(() => void (group.lr = lr));
  }
  // After the rates: a state that finds another schedule than its own would warn.
  restores.push(() => optimizer.loadStateDict(state));
  // The optimiser may hold parameters that the model does not, such as those of the loss, and lack some of the model's.
  for (const param of new Set([...model.parameters(), ...optimizer.groups.flatMap(({ params }) => params)])) {
    const { grad } = param;
    const data = param.data.slice();
    param.grad = null;
    restores.push(() => {
      param.grad = grad;
      param.assign(data);
    });
  }
  return restores;
}

/** The losses by their rates. */
class Curve {
  private readonly rates: number[] = [];
  private readonly losses: number[] = [];
  private readonly smoothed: number[] = [];
  private smooth = 0;
  private least = Infinity;
  private end = 'the test ended with the last rate';

  constructor(private readonly divergence: number) {}

  /** Takes a loss. Returns whether the test goes on. */
  take(rate: number, loss: number): boolean {
    const before = this.losses.length;
    if (!Number.isFinite(loss)) {
      if (before === 0)
        throw new ArgumentError(NAME, `the first loss is ${loss}, before any update; train() says why`);
      this.end = `the test ended at ${short(rate)}, where the loss became ${loss}`;
      return false;
    }
    this.smooth += ((loss - this.smooth) * (1 - SMOOTHING)) / (1 - pow(SMOOTHING, before + 1));
    this.rates.push(rate);
    this.losses.push(loss);
    this.smoothed.push(this.smooth);
    this.least = Math.min(this.least, this.smooth);
    if (this.smooth <= this.least + (this.divergence - 1) * Math.abs(this.least)) return true;
    const grown =
      this.least > 0
        ? `grown to more than ${this.divergence} times its least value`
        : `risen above its least value, ${short(this.least)}, by more than ${this.divergence - 1} times its size`;
    this.end = `the test ended at ${short(rate)}, where the smoothed loss had ${grown}`;
    return false;
  }

  result(): RangeTest {
    const { rates, losses, smoothed } = this;
    const slopes = smoothed.slice(1).map((value, i) => (i < SETTLED ? 0 : value - smoothed[i]!));
    const steepest = slopes.reduce((least, slope) => Math.min(least, slope), 0);
    const suggestion = steepest < 0 ? rates[slopes.indexOf(steepest)]! : null;
    const reason =
      suggestion === null
        ? `the smoothed loss never fell after the first ${SETTLED} steps`
        : `the smoothed loss fell most steeply at ${short(suggestion)}`;
    return { rates, losses, smoothed, suggestion, reason: `${reason}; ${this.end}` };
  }
}

/** A number with three digits. */
const short = (value: number): string => String(Number(value.toPrecision(3)));
