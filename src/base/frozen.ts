/** Parameters that do not train for now. They ask for no gradient, and are parameters all the same: a model saves them. */

/** What can be frozen. */
interface Trained {
  requiresGrad: boolean;
}

const frozen = new WeakSet<Trained>();

export const isFrozen = (parameter: Trained): boolean => frozen.has(parameter);

/** Takes a parameter out of training, or back in. */
export function setFrozen(parameter: Trained, yes: boolean): void {
  parameter.requiresGrad = !yes;
  if (yes) frozen.add(parameter);
  else frozen.delete(parameter);
}
