/** Which parameters weight decay is for. */

import type { Tensor } from '../autograd/graph.js';
import { ArgumentError } from '../base/errors.js';
import { kindOf } from '../base/kind.js';
import { checkOptions, needNumber } from '../base/words.js';

/** What {@link decayGroups} asks of a model. Every module has it. */
export interface NamedParameters {
  namedParameters(): Iterable<readonly [name: string, parameter: Tensor]>;
}

/**
 * The parameters of a model in two groups, for any optimiser: those with two axes or more, which are the weights of
 * products and convolutions and the tables of embeddings, decay. Those with fewer, which are biases and the scales of
 * norms, do not: a decay would pull them towards 0 as well, where they are not simpler. Nor does a `Parameter` without fans,
 * such as the scale of a norm over several axes.
 *
 * ```ts
 * new AdamW(decayGroups(model, { weightDecay: 0.01 }), { lr: 0.001 });
 * ```
 *
 * @throws ArgumentError for what has no parameters to name, and unless weightDecay ≥ 0
 */
export function decayGroups(
  model: NamedParameters,
  options: { weightDecay: number },
): { params: Tensor[]; weightDecay: number }[] {
  if (typeof model?.namedParameters !== 'function')
    throw new ArgumentError('decayGroups', `expected a model, got ${kindOf(model)}; pass the Module itself`);
  checkOptions('decayGroups', options, ['weightDecay']);
  const { weightDecay } = options;
  needNumber('decayGroups', 'weightDecay', weightDecay, { least: 0, finite: true });
  const params = [...model.namedParameters()].map(([, parameter]) => parameter);
  return [
    { params: params.filter(decays), weightDecay },
    { params: params.filter((parameter) => !decays(parameter)), weightDecay: 0 },
  ];
}

/** A bias or a scale of any rank has no fans; a plain tensor says nothing of fans. */
const decays = (parameter: Tensor & { readonly fans?: unknown }): boolean =>
  parameter.rank >= 2 && parameter.fans !== null;
