/** Limits on gradients, between backward and step. */

import type { Tensor } from '../autograd/graph.js';
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
 * @throws ArgumentError if the norm is NaN or infinite, unless `errorIfNonFinite` is false
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
  let square = 0;
  for (const { data } of gradients) for (let i = 0; i < data.length; i++) square += data[i]! * data[i]!;
  const norm = Math.sqrt(square);
  if (!Number.isFinite(norm) && errorIfNonFinite)
    throw new ArgumentError(
      'clipGradNorm',
      `the norm of the gradients is ${norm}; look for the cause with detectAnomaly(), or pass { errorIfNonFinite: false }`,
    );
  if (norm > maxNorm)
    for (const gradient of gradients)
      gradient.write((data) => {
        for (let i = 0; i < data.length; i++) data[i]! *= maxNorm / norm;
      });
  return norm;
}

/** Limits every element of every gradient to [−limit, limit]. */
export function clipGradValue(params: Iterable<Tensor>, limit: number): void {
  for (const gradient of gradientsOf('clipGradValue', params, limit))
    gradient.write((data) => {
      for (let i = 0; i < data.length; i++) data[i] = Math.min(Math.max(data[i]!, -limit), limit);
    });
}
