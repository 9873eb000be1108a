/** The options of losses, each with its check. The losses are in loss.ts, and modules that keep options are in nn/loss.ts. */
import { type Check, needFlag, needNumber, numberIn, oneOf } from '../base/words.js';

export type Reduction = 'mean' | 'sum' | 'none';

/** Options that most losses have. */
export interface LossOptions {
  /** Whether the losses are averaged, summed, or returned one by one. Default mean. */
  reduction?: Reduction;
}
export const REDUCTION: Record<keyof LossOptions, Check> = { reduction: oneOf(['mean', 'sum', 'none']) };

/** Options of {@link huberLoss}. */
export interface HuberOptions extends LossOptions {
  /** δ, where the parabola becomes a line, > 0. Default 1. */
  delta?: number;
}
export const HUBER: Record<keyof HuberOptions, Check> = {
  delta: numberIn({ above: 0 }),
  ...REDUCTION,
};

/** Options of {@link klDivLoss}. */
export interface KLDivOptions {
  /** Whether the target holds log-probabilities too. Default false. */
  logTarget?: boolean;
  /** As in other losses, or 'batchMean': the sum divided by the size of the first axis. Default mean. */
  reduction?: Reduction | 'batchMean';
}
export const KL_DIV: Record<keyof KLDivOptions, Check> = {
  logTarget: needFlag,
  reduction: oneOf(['mean', 'sum', 'none', 'batchMean']),
};

/** Options of {@link nllLoss}. */
export interface NLLOptions extends LossOptions {
  /** Rows with this class count for nothing, in the mean's denominator either. Default null: every row counts. */
  ignoreIndex?: number | null;
}
export const NLL: Record<keyof NLLOptions, Check> = {
  ignoreIndex: (op, what, value) => value !== null && needNumber(op, what, value, { whole: true }),
  ...REDUCTION,
};

/** Options of {@link crossEntropy}. */
export interface CrossEntropyOptions extends NLLOptions {
  /** Mixes the target with the uniform distribution over the classes: (1 − ε)·target + ε/classes. Default 0. */
  labelSmoothing?: number;
}
export const CROSS_ENTROPY: Record<keyof CrossEntropyOptions, Check> = {
  labelSmoothing: numberIn({ least: 0, most: 1 }),
  ...NLL,
};
