/** Objects that consoles show as their text: `console.log(model)` instead of all fields of the model. */

const NODE = Symbol.for('nodejs.util.inspect.custom');
const DENO = Symbol.for('Deno.customInspect');

/** The names by which consoles ask an object for its text: that of Node and Bun, and that of Deno. Browsers do not ask. */
export const ASKED: readonly symbol[] = [NODE, DENO];

/** The base of objects that consoles show as their text. */
export abstract class Printed {
  /** The object in words. */
  abstract toString(): string;

  /** @internal */
  [NODE](): string {
    return this.toString();
  }

  /** @internal */
  [DENO](): string {
    return this.toString();
  }
}
