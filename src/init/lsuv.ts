/** Layer-sequential unit variance (LSUV): scales each layer by the spread of its outputs for real data. */
import { ArgumentError } from '../base/errors.js';
import { type Check, checkOptions, kindOf, needList, needNumbers, numberIn } from '../base/words.js';

/** One layer: a weight that can be scaled, and the layer's output. */
export interface LsuvLayer {
  readonly name: string;
  /** Multiplies the weight. */
  scale(factor: number): void;
  /** The output for the batch, computed anew at each call. */
  output(): ArrayLike<number>;
}

/** Options of {@link lsuv}. */
export interface LsuvOptions {
  /** By how much the standard deviation of an output may differ from 1. Default 0.01. */
  tolerance?: number;
  /** How often one layer is scaled at most. Default 10. */
  maxIterations?: number;
}

const LSUV: Record<keyof LsuvOptions, Check> = {
  tolerance: numberIn({ least: 0 }),
  maxIterations: numberIn({ least: 1, whole: true }),
};

/** Refuses options of LSUV that do not exist, or values out of range. */
export function checkLsuv(op: string, options: LsuvOptions): void {
  checkOptions(op, options, LSUV);
}

/** What was done to one layer. */
export interface LsuvReport {
  readonly name: string;
  /** The standard deviation of the output before anything was scaled. */
  readonly before: number;
  /** The standard deviation of the output at the end. */
  readonly after: number;
  /** How often the layer was scaled. */
  readonly iterations: number;
}

/**
 * Divides the weight of each layer by the standard deviation of the layer's output, w ← w / std(y), again and again
 * until std(y) is 1 within the tolerance. The layers are taken in order. Start from orthogonal weights and zero biases.
 * @throws ArgumentError if an output is constant or not finite, since no factor would help; for a tolerance < 0; or for
 *   maxIterations < 1
 * @source D. Mishkin and J. Matas, All you need is a good init, 2015
 */
export function lsuv(layers: readonly LsuvLayer[], options: LsuvOptions = {}): LsuvReport[] {
  return scaled('lsuv', layers, options);
}

/** {@link lsuv} for a function of this name, which errors begin with. */
export function scaled(op: string, layers: readonly LsuvLayer[], options: LsuvOptions): LsuvReport[] {
  checkLsuv(op, options);
  const { tolerance = 0.01, maxIterations = 10 } = options;
  needList(op, layers, 'a list of layers { name, scale, output }');
  for (const [i, layer] of layers.entries())
    if (typeof layer?.scale !== 'function' || typeof layer.output !== 'function')
      throw new ArgumentError(op, `layer ${i} is ${kindOf(layer)}; expected { name, scale, output }`);
  return layers.map((layer) => {
    const before = outputStd(op, layer);
    let after = before;
    let iterations = 0;
    while (Math.abs(after - 1) > tolerance && iterations < maxIterations) {
      layer.scale(1 / after);
      after = outputStd(op, layer);
      iterations++;
    }
    return { name: layer.name, before, after, iterations };
  });
}

function outputStd(op: string, layer: LsuvLayer): number {
  const values = layer.output();
  needNumbers(op, values, [values?.length ?? 0]);
  const std = spreadOf(values);
  if (!(std > 0 && Number.isFinite(std)))
    throw new ArgumentError(
      op,
      `the output of ${layer.name} has standard deviation ${std}; start from weights that are neither zero nor huge, on a batch that varies`,
    );
  return std;
}

/** The standard deviation, by distances from the first value: these are exactly 0 for equal values, and scaled to at most 1. */
function spreadOf(values: ArrayLike<number>): number {
  const away = Float64Array.from(values, (value) => value - values[0]!);
  const scale = away.reduce((top, distance) => Math.max(top, Math.abs(distance)), 0);
  if (!(scale > 0)) return scale;
  let mean = 0;
  for (const distance of away) mean += distance / scale / away.length;
  let square = 0;
  for (const distance of away) {
    const gap = distance / scale - mean;
    square += (gap * gap) / away.length;
  }
  return Math.sqrt(square) * scale;
}
