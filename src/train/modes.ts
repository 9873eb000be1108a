/** The training flag of every module of a model, which a function may change for a while. */
import type { AnyModule } from '../nn/index.js';

/** Runs something, and gives every module its own `training` back afterwards, also after an error. */
export function keepingModes<Result>(model: AnyModule, run: () => Result): Result {
  const before = model.namedModules().map(([, module]) => [module, module.training] as const);
  try {
    return run();
  } finally {
    for (const [module, training] of before) module.training = training;
  }
}
