/**
 * What an initialiser is: a pure function of a shape, the fans and a generator. It draws from the generator it is
 * given, so two layers never share values, and in double precision; the parameter rounds once.
 *
 * Previous: src/nn/linear.ts · Next: src/init/fans.ts
 */
import { ArgumentError, formatShape } from '../base/errors.js';
import type { Rng } from '../base/random.js';
import { checkShape, type Shape, sizeOf } from '../base/shape.js';
import { needGenerator } from '../base/words.js';
import type { Fans } from './fans.js';

/** A strategy for filling a parameter. Call it, print its `label`, or ask it to `describe` what it does for given fans. */
export interface Initializer {
  (shape: Shape, fans: Fans | null, rng: Rng): Float64Array;
  /** Its name in words, such as `He normal`. */
  readonly label: string;
  /** `He normal, fanIn=784, std=0.0505`. */
  describe(fans: Fans | null): string;
}

/** Makes an initialiser out of a label, a function that draws, and a function that says how wide it draws. */
export function initializer(
  label: string,
  draw: (shape: Shape, fans: Fans | null, rng: Rng) => Float64Array,
  detail: (fans: Fans | null) => string = () => '',
): Initializer {
  const describe = (fans: Fans | null): string => [label, detail(fans)].filter(Boolean).join(', ');
  const init = (shape: Shape, fans: Fans | null, rng: Rng): Float64Array => {
    checkShape(label, shape);
    needGenerator(label, rng, 'to draw from', 'random(seed) as the third argument');
    return draw(shape, fans, rng);
  };
  return Object.assign(init, { label, describe });
}

/** An array of the shape's size whose elements come from `draw`, in order. */
export function fillWith(shape: Shape, draw: () => number): Float64Array {
  const values = new Float64Array(sizeOf(shape));
  for (let i = 0; i < values.length; i++) values[i] = draw();
  return values;
}

/** The fans, or an error that says why there are none, or that they are no counts. */
export function needFans(label: string, shape: Shape, fans: Fans | null): Fans {
  if (!fans)
    throw new ArgumentError(
      label,
      `needs fanIn and fanOut, and a parameter of shape ${formatShape(shape)} has none here; biases and scales start from zeros() or constant()`,
    );
  for (const name of ['fanIn', 'fanOut'] as const)
    if (!(fans[name] > 0 && Number.isFinite(fans[name])))
      throw new ArgumentError(label, `expected a finite ${name} > 0, got ${fans[name]}`);
  return fans;
}

/** Three significant digits, for descriptions. */
export function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
