/** Layer-sequential unit variance: scale each layer by what it does to real data. */
import { ArgumentError } from '../base/errors.js';

/** One layer as LSUV sees it: a weight it may scale, and its output for the batch, computed anew at each call. */
export interface LsuvLayer {
  readonly name: string;
  scale(factor: number): void;
  output(): ArrayLike<number>;
}

export interface LsuvOptions {
  /** How far the output's standard deviation may stay from 1. Default 0.01. */
  tolerance?: number;
  /** How often one layer is rescaled at most. Default 10. */
  maxIterations?: number;
}

/** What was done to a layer. */
export interface LsuvReport {
  readonly name: string;
  readonly before: number;
  readonly after: number;
  readonly iterations: number;
}

/**
 * Goes through the layers in order and divides each weight by the standard deviation of that layer's output until it
 * is 1. Start from orthogonal weights and zero biases.
 * @throws ArgumentError if an output is constant or not finite: no scale would help; or for a negative tolerance
 * @source D. Mishkin and J. Matas, All you need is a good init, 2015
 */
export function lsuv(
  layers: readonly LsuvLayer[],
  { tolerance = 0.01, maxIterations = 10 }: LsuvOptions = {},
): LsuvReport[] {
  if (!(tolerance >= 0)) throw new ArgumentError('lsuv', `expected a tolerance ≥ 0, got ${tolerance}`);
  if (!(maxIterations >= 1))
    throw new ArgumentError('lsuv', `expected maxIterations ≥ 1, got ${maxIterations}`);
  return layers.map((layer) => {
    const before = spread(layer);
    let after = before;
    let iterations = 0;
    while (Math.abs(after - 1) > tolerance && iterations < maxIterations) {
      layer.scale(1 / after);
      after = spread(layer);
      iterations++;
    }
    return { name: layer.name, before, after, iterations };
  });
}

function spread(layer: LsuvLayer): number {
  const values = layer.output();
  let mean = 0;
  for (let i = 0; i < values.length; i++) mean += values[i]! / values.length;
  let square = 0;
  for (let i = 0; i < values.length; i++) square += (values[i]! - mean) ** 2 / values.length;
  const std = Math.sqrt(square);
  if (!(std > 0 && Number.isFinite(std)))
    throw new ArgumentError(
      'lsuv',
      `the output of ${layer.name} has standard deviation ${std}; start from weights that are neither zero nor huge, on a batch that varies`,
    );
  return std;
}
