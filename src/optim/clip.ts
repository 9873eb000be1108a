/** Limits on gradients, between backward and step. */

import type { Tensor } from '../autograd/graph.js';
import type { FloatArray } from '../base/array.js';
import { ArgumentError } from '../base/errors.js';
import { checkOptions, needFlag, needNumber, needTensors } from '../base/words.js';
import { listOf } from './optimizer.js';

function gradientsOf(op: string, params: Iterable<Tensor>, limit: number): Tensor[] {
  const list = listOf(op, params);
  needTensors(op, ...list);
  needNumber(op, 'the limit', limit, { least: 0 });
  return list.map((param) => param.grad).filter((grad) => grad !== null);
}

/**
 * Scales all gradients together so that their common norm √Σg² is at most `maxNorm`; the direction stays.
 * Returns the norm before.
 * @throws ArgumentError if the norm is NaN or infinite. With `errorIfNonFinite` false the gradients are then left as they
 *   are: to divide by ∞ would turn them into 0 and NaN
 * @source Pascanu, Mikolov and Bengio 2013
 */
export function clipGradNorm(
  params: Iterable<Tensor>,
  maxNorm: number,
  options: { errorIfNonFinite?: boolean } = {},
): number {
  checkOptions('clipGradNorm', options, { errorIfNonFinite: needFlag });
  const { errorIfNonFinite = true } = options;
  const gradients = gradientsOf('clipGradNorm', params, maxNorm);
  const norm = commonNorm(gradients.map(({ data }) => data));
  if (!Number.isFinite(norm) && errorIfNonFinite)
    throw new ArgumentError(
      'clipGradNorm',
      `the norm of the gradients is ${norm}; look for the cause with detectAnomaly(), or pass { errorIfNonFinite: false }`,
    );
  if (norm > maxNorm && norm < Infinity)
    for (const gradient of gradients)
      gradient.write((data) => {
        for (let i = 0; i < data.length; i++) data[i]! *= maxNorm / norm;
      });
  return norm;
}

/** √Σg² over several arrays. Numbers whose squares overflow or vanish are first divided by the largest of them. */
function commonNorm(arrays: readonly FloatArray[]): number {
  const sumOfSquares = (scale: number): number => {
    let sum = 0;
    for (const data of arrays)
      for (let i = 0; i < data.length; i++) sum += (data[i]! / scale) * (data[i]! / scale);
    return sum;
  };
  const plain = sumOfSquares(1);
  if (plain > 1e-270 && plain < Infinity) return Math.sqrt(plain);
  let top = 0;
  for (const data of arrays) for (let i = 0; i < data.length; i++) top = Math.max(top, Math.abs(data[i]!));
  return top > 0 && top < Infinity ? top * Math.sqrt(sumOfSquares(top)) : top;
}

/** Limits every element of every gradient to [−limit, limit]. */
export function clipGradValue(params: Iterable<Tensor>, limit: number): void {
  for (const gradient of gradientsOf('clipGradValue', params, limit))
    gradient.write((data) => {
      for (let i = 0; i < data.length; i++) data[i] = Math.min(Math.max(data[i]!, -limit), limit);
    });
}
