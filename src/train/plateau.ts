/** Lowers the learning rates when what is measured no longer gets better. */
import { ArgumentError } from '../base/errors.js';
import { kindOf } from '../base/kind.js';
import { Printed } from '../base/printed.js';
import { type Check, checkOptions, needList, needNumber, numberIn, oneOf } from '../base/words.js';
import type { LearningRate } from '../optim/index.js';
import { improves, type Mode, needMode } from './best.js';
import { checkState, orNull } from './saved.js';

/** What has learning rates. Every optimiser of `tapegrad/optim` is such. */
export interface Rated {
  readonly groups: readonly { lr: LearningRate }[];
}

/** Options of {@link reduceOnPlateau}. */
export interface PlateauOptions {
  /** By what the rates are multiplied, in [0, 1). Default 0.1. */
  factor?: number;
  /** The number of values in succession that may be no better than the best one. The next one lowers the rates. Default 10. */
  patience?: number;
  /** By how much a value has to be better than the best one, ≥ 0. Default 10⁻⁴. */
  threshold?: number;
  /** Whether the threshold is a share of the best value, 'rel', or a difference, 'abs'. Default 'rel'. */
  thresholdMode?: 'rel' | 'abs';
  /** The number of values after a reduction that count as no worse, whatever they are. Default 0. */
  cooldown?: number;
  /** The rate below which no rate is lowered, ≥ 0. One that lies below it from the start stays what it is. Default 0. */
  minLr?: number;
  /** Whether small values are good, 'min', or large ones, 'max'. Default 'min'. */
  mode?: Mode;
}

/** What {@link ReduceOnPlateau.stateDict} gives. */
export interface PlateauState {
  readonly best: number | null;
  /** The number of values since the best one. */
  readonly waited: number;
  /** The number of values that still count as no worse. */
  readonly cooling: number;
  /** The learning rate of each group. */
  readonly rates: readonly number[];
}

const COUNT = numberIn({ least: 0, whole: true });
const AMOUNT = numberIn({ least: 0, finite: true });
const PLATEAU: Record<keyof PlateauOptions, Check> = {
  factor: numberIn({ least: 0, below: 1 }),
  patience: COUNT,
  threshold: AMOUNT,
  thresholdMode: oneOf(['rel', 'abs']),
  cooldown: COUNT,
  minLr: AMOUNT,
  mode: needMode,
};

/** A rate that would fall by no more than this stays, as in PyTorch. */
const LEAST_FALL = 1e-8;

/**
 * Multiplies the learning rates of an optimiser by `factor` when more than `patience` values in succession are no better
 * than the best one. With the mode 'min', a value is better if it is
 *
 *     below best · (1 − threshold), with the threshold mode 'rel',     or below best − threshold, with 'abs'
 *
 * and with 'max' if it lies above best · (1 + threshold) or best + threshold. NaN and infinite values are never better.
 * Hand a value to `update` each time one was measured, mostly once a pass.
 *
 *     const plateau = reduceOnPlateau(optimizer, { patience: 3 });
 *     const validate: Callback = ({ step }) => {
 *       if (step % 100 === 0) plateau.update(validationLoss());
 *     };
 *
 * @throws ArgumentError if a group of the optimiser has a schedule as its rate
 * @source the algorithm of PyTorch's ReduceLROnPlateau
 */
export function reduceOnPlateau(optimizer: Rated, options: PlateauOptions = {}): ReduceOnPlateau {
  const { groups } = (optimizer ?? {}) as { groups?: unknown };
  if (!Array.isArray(groups))
    throw new ArgumentError(
      'reduceOnPlateau',
      `expected an optimizer, such as new SGD(model.parameters(), { lr: 0.1 }), got ${kindOf(optimizer)}`,
    );
  checkOptions('reduceOnPlateau', options, PLATEAU);
  ratesOf(optimizer);
  return new ReduceOnPlateau(optimizer, options);
}

/** The rates of all groups, which have to be numbers. */
function ratesOf({ groups }: Rated): number[] {
  return groups.map(({ lr }, i) => {
    if (typeof lr === 'function')
      throw new ArgumentError(
        'reduceOnPlateau',
        `the rate of group ${i} is ${labelOf(lr)}, a schedule, which cannot be multiplied; give the optimizer a number, such as { lr: 0.1 }`,
      );
    return lr;
  });
}

/** A rate as text. */
const labelOf = (lr: LearningRate): string =>
  typeof lr === 'function' ? lr.name || 'a function' : String(lr);

/** Lowers the rates of an optimiser. Made by {@link reduceOnPlateau}. */
export class ReduceOnPlateau extends Printed {
  private best: number | null = null;
  private waited = 0;
  private cooling = 0;

  /** @internal */
  constructor(
    private readonly optimizer: Rated,
    private readonly options: PlateauOptions,
  ) {
    super();
  }

  /** Takes a value. Returns whether it was the one too many, upon which every rate above `minLr` was multiplied. */
  update(value: number): boolean {
    if (typeof value !== 'number') needNumber('update', 'the value', value);
    const rates = ratesOf(this.optimizer);
    const { factor = 0.1, patience = 10, cooldown = 0, minLr = 0 } = this.options;
    const { mode = 'min', threshold = 1e-4, thresholdMode = 'rel' } = this.options;
    if (improves(value, this.best, mode, threshold, thresholdMode === 'rel')) {
      this.best = value;
      this.waited = 0;
    } else this.waited++;
    if (this.cooling > 0) {
      this.cooling--;
      this.waited = 0;
    }
    if (this.waited <= patience) return false;
    this.cooling = cooldown;
    this.waited = 0;
    for (const [i, group] of this.optimizer.groups.entries()) {
      const lower = Math.max(rates[i]! * factor, minLr);
      if (rates[i]! - lower > LEAST_FALL) group.lr = lower;
    }
    return true;
  }

  /** Where the waiting stands, and the rates, for saving. */
  stateDict(): PlateauState {
    const { best, waited, cooling } = this;
    return { best, waited, cooling, rates: ratesOf(this.optimizer) };
  }

  /**
   * Goes on from what {@link stateDict} gave, and sets the rates of the optimiser to those saved. The state of an optimiser
   * contains its rates too. Where both were saved at one moment they are equal, and may be loaded in either order; else those
   * that are loaded last are in force. To go on with another rate, set it after both.
   * @throws ArgumentError, changing nothing, for anything else, for another number of groups, or if a group has a schedule
   */
  loadStateDict(saved: PlateauState): void {
    const op = 'ReduceOnPlateau.loadStateDict';
    checkState(op, 'the saved state', saved, {
      best: orNull(numberIn({ finite: true })),
      waited: COUNT,
      cooling: COUNT,
      rates: (_, what, rates) => needList(op, rates, `${what} in a list`),
    });
    const { groups } = this.optimizer;
    ratesOf(this.optimizer);
    if (saved.rates.length !== groups.length)
      throw new ArgumentError(
        op,
        `the saved state has ${saved.rates.length} rates; the optimizer has ${groups.length} groups`,
      );
    for (const [i, rate] of saved.rates.entries()) AMOUNT(op, `the rate of group ${i}`, rate);
    this.best = saved.best;
    this.waited = saved.waited;
    this.cooling = saved.cooling;
    for (const [i, group] of groups.entries()) group.lr = saved.rates[i]!;
  }

  /** `reduceOnPlateau(factor=0.5, patience=3): best 0.25, 2 values since, lr 0.05` */
  override toString(): string {
    const settings = Object.entries(this.options).map(([name, value]) => `${name}=${value}`);
    const state = this.best === null ? 'no value yet' : `best ${this.best}, ${this.waited} values since`;
    const rates = this.optimizer.groups.map(({ lr }) => labelOf(lr));
    return `reduceOnPlateau(${settings.join(', ')}): ${state}, lr ${rates.join(' and ')}`;
  }
}
