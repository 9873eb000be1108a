/** Taking parameters out of training, as when the last layers of a trained network learn a new task. */

import { ArgumentError } from '../base/errors.js';
import { setFrozen } from '../base/frozen.js';
import { kindOf, needModel } from '../base/words.js';
import type { Tensor } from '../core.js';
import type { AnyModule } from '../nn/index.js';

/** Which parameters: those whose path begins with a text, such as `'layers.0'`, or for which a function returns true. */
export type Chosen = string | ((path: string, parameter: Tensor) => boolean);

/**
 * Freezes parameters: they ask for no gradient any more, so the walk back does not compute one and no optimiser moves them.
 * They stay in `stateDict()`. An optimiser takes what `parameters()` gives, so make it after the freezing, or keep the one
 * there is: it passes over parameters without a gradient. Running statistics are no parameters: a frozen layer of batch
 * normalisation goes on with them until `eval()` is called on it.
 * @param chosen default: all parameters of the model
 * @returns the paths of the parameters that were frozen now. One that was frozen before is left as it is, and is not among them
 * @throws ArgumentError if no parameter is chosen, frozen or not
 * @example freeze(model, 'bias');
 */
export function freeze(model: AnyModule, chosen: Chosen = ''): string[] {
  needModel('freeze', model);
  return change('freeze', model, chosen, true);
}

/**
 * Takes frozen parameters back into training. An optimiser that was made while they were frozen does not know them.
 * @param chosen default: all parameters of the model
 * @returns the paths of the parameters that train again. One that was not frozen is left as it is, and is not among them
 * @throws ArgumentError if no parameter is chosen, frozen or not
 */
export function unfreeze(model: AnyModule, chosen: Chosen = ''): string[] {
  needModel('unfreeze', model);
  return change('unfreeze', model, chosen, false);
}

/** Freezes the chosen parameters that train, or the other way round. */
function change(op: string, model: AnyModule, chosen: Chosen, yes: boolean): string[] {
  const all = [...model.namedParameters(), ...model.namedFrozen()];
  const found = all.filter(([path, parameter]) => isChosen(op, chosen, path, parameter));
  if (found.length === 0) {
    const paths = all.map(([path]) => path).join(', ') || 'none';
    throw new ArgumentError(
      op,
      `no parameter is chosen by ${typeof chosen === 'string' ? `'${chosen}'` : 'the function'}; there is ${paths}`,
    );
  }
  const changed = found.filter(([, { requiresGrad }]) => requiresGrad === yes);
  for (const [, parameter] of changed) {
    setFrozen(parameter, yes);
    parameter.grad = null;
  }
  return changed.map(([path]) => path);
}

function isChosen(op: string, chosen: Chosen, path: string, parameter: Tensor): boolean {
  if (typeof chosen === 'function') return chosen(path, parameter) === true;
  if (typeof chosen !== 'string')
    throw new ArgumentError(
      op,
      `expected the beginning of a path, or a function of it, got ${kindOf(chosen)}`,
    );
  return chosen === '' || path === chosen || path.startsWith(`${chosen}.`);
}
