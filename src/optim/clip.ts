/** Limits on gradients, between backward and step. */

import { Tensor } from '../autograd/graph.js';
import { ArgumentError } from '../base/errors.js';

function gradientsOf(op: string, params: Iterable<Tensor>, limit: number): Tensor[] {
  if (!(limit >= 0)) throw new ArgumentError(op, `the limit is a number ≥ 0, got ${limit}`);
  if (params instanceof Tensor) throw new ArgumentError(op, 'got a Tensor; put it into a list, [tensor]');
  return [...params].map((param) => param.grad).filter((grad) => grad !== null);
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
  { errorIfNonFinite = true } = {},
): number {
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
