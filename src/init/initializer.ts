/**
 * Initialisers: functions that draw the first values of a parameter from a generator. The values are in double
 * precision, and the parameter rounds them once.
 *
 * Previous: src/nn/linear.ts · Next: src/init/fans.ts
 */
import { roundedInside } from '../base/array.js';
import { ArgumentError, formatShape } from '../base/errors.js';
import type { Rng } from '../base/random.js';
import { checkShape, type Shape, sizeOf } from '../base/shape.js';
import { kindOf, needFunction, needGenerator, needText } from '../base/words.js';
import type { Fans } from './fans.js';

/** A strategy for the first values of a parameter. Called, it draws as many values as the shape holds. */
export interface Initializer {
  (shape: Shape, fans: Fans | null, rng: Rng): Float64Array;
  /** Its name in words, such as `He normal`. */
  readonly label: string;
  /** What it does for given fans, in words: `He normal, fanIn=784, std=0.0505`. */
  describe(fans: Fans | null): string;
}

/**
 * An initialiser of your own.
 * @param label its name in words, which errors begin with
 * @param draw the values: as many as the shape holds, row by row
 * @param detail what `describe` adds to the label, such as the standard deviation. Default: nothing.
 */
export function initializer(
  label: string,
  draw: (shape: Shape, fans: Fans | null, rng: Rng) => Float64Array,
  detail: (fans: Fans | null) => string = () => '',
): Initializer {
  needText('initializer', 'label', label);
  needFunction('initializer', draw, 'a function that draws the values');
  needFunction('initializer', detail, 'a function that describes the values');
  const describe = (fans: Fans | null): string => [label, detail(fans)].filter(Boolean).join(', ');
  const init = (shape: Shape, fans: Fans | null, rng: Rng): Float64Array => {
    checkShape(label, shape);
    needGenerator(label, rng, 'to draw from', 'random(seed) as the third argument');
    return draw(shape, fans, rng);
  };
  return Object.assign(init, { label, describe });
}

/** Refuses what is no initialiser, such as a strategy that was not called. */
export function needInitializer(op: string, what: string, value: unknown): void {
  if (typeof (value as Initializer | null | undefined)?.describe === 'function') return;
  const found = typeof value === 'function' ? `the function ${value.name}` : kindOf(value);
  throw new ArgumentError(
    op,
    `${what} is ${found}, not an initialiser; call the strategy, such as heNormal(), or make one with initializer()`,
  );
}

/** Draws with `init` and then lets `change` alter a copy of the values. `words` says how, in `describe`. */
export function altered(
  init: Initializer,
  change: (values: Float64Array) => void,
  words: string,
): Initializer {
  const draw = (shape: Shape, fans: Fans | null, rng: Rng): Float64Array => {
    const values = init(shape, fans, rng).slice();
    change(values);
    return values;
  };
  return Object.assign(draw, {
    label: init.label,
    describe: (fans: Fans | null) => `${init.describe(fans)}, ${words}`,
  });
}

/** As many numbers as the shape holds, each from a call of `draw`. */
export function fillWith(shape: Shape, draw: () => number): Float64Array {
  const values = new Float64Array(sizeOf(shape));
  for (let i = 0; i < values.length; i++) values[i] = draw();
  return values;
}

/**
 * As many numbers as the shape holds, drawn from [low, high). They lie there in float32, too: a parameter rounds them, which
 * would now and then carry one to a bound or beyond.
 */
export function fillInside(shape: Shape, low: number, high: number, draw: () => number): Float64Array {
  return fillWith(shape, () => roundedInside(draw(), low, high, 'float32'));
}

/** The fans. @throws ArgumentError if there are none, or if they are not finite and above 0 */
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
