/** Loads the optional packages that draw, when something is drawn. */
import { ArgumentError } from '../base/errors.js';

/**
 * What `load` imports. `task` says what the package is for, such as `charts are drawn by`.
 * @throws ArgumentError that says how to install the package, if it cannot be loaded
 */
export async function loadOptional<T>(
  op: string,
  task: string,
  name: string,
  load: () => Promise<T>,
): Promise<T> {
  try {
    return await load();
  } catch (error) {
    throw new ArgumentError(
      op,
      `${task} the optional package ${name}, which cannot be loaded (${(error as Error).message}). Install it: npm install ${name}`,
    );
  }
}
