/** The options of losses, each with its check. The losses are in loss.ts, and modules that keep options are in nn/loss.ts. */
import { Tensor } from '../autograd/graph.js';
import { ArgumentError, formatShape } from '../base/errors.js';
import { isNumberArray, shown } from '../base/kind.js';
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

/** Options of {@link smoothL1Loss}. */
export interface SmoothL1Options extends LossOptions {
  /** β, where the parabola becomes a line, ≥ 0. Default 1. */
  beta?: number;
}
export const SMOOTH_L1: Record<keyof SmoothL1Options, Check> = {
  beta: numberIn({ least: 0, finite: true }),
  ...REDUCTION,
};

/** Weights ≥ 0 in a list or in a tensor with one axis. A tensor that asks for its gradient receives one. */
export type Weights = readonly number[] | Float32Array | Float64Array | Tensor;

function needWeights(op: string, what: string, value: unknown): void {
  if (value instanceof Tensor ? value.rank !== 1 : !Array.isArray(value) && !isNumberArray(value))
    throw new ArgumentError(
      op,
      `${what} is ${value instanceof Tensor ? `a tensor of shape ${formatShape(value.shape)}` : shown(value)}; expected numbers in a list or in a tensor with one axis`,
    );
  const numbers = value instanceof Tensor ? value.data : (value as readonly number[]);
  for (const [i, weight] of numbers.entries())
    needNumber(op, `${what}[${i}]`, weight, { least: 0, finite: true });
}

/** Options of {@link binaryCrossEntropyWithLogits}. */
export interface BCEOptions extends LossOptions {
  /** How much a positive weighs, ≥ 0, beside a negative, which weighs 1. One number, or one for each place of the last axis. Default 1. */
  posWeight?: number | Weights;
}
export const BCE: Record<keyof BCEOptions, Check> = {
  posWeight: (op, what, value) =>
    (typeof value === 'number' ? numberIn({ least: 0, finite: true }) : needWeights)(op, what, value),
  ...REDUCTION,
};

/** Options of {@link multiMarginLoss} and {@link cosineEmbeddingLoss}. */
export interface MarginOptions extends LossOptions {
  /** How far apart is far enough. Default 1 for multiMarginLoss, 0 for cosineEmbeddingLoss. */
  margin?: number;
}
export const MARGIN: Record<keyof MarginOptions, Check> = {
  margin: numberIn({ finite: true }),
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
  /** The weight of each class, ≥ 0. The mean divides by the weights of the targets of the rows that count. Default: all 1. */
  weight?: Weights;
}
export const NLL: Record<keyof NLLOptions, Check> = {
  ignoreIndex: (op, what, value) => value !== null && needNumber(op, what, value, { whole: true }),
  weight: needWeights,
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
