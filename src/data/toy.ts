/** Small sets of points in a plane, in classes that no straight line separates. */
import { cos, sin } from '../base/elementary/index.js';
import { ArgumentError } from '../base/errors.js';
import { shown } from '../base/kind.js';
import { type Check, checkOptions, needGenerator, numberIn } from '../base/words.js';
import { type Rng, Tensor, zeros } from '../core.js';

/** Points and their classes. */
export interface ToySet {
  /** The coordinates, float32 [n, 2]. */
  readonly x: Tensor;
  /** The classes, from 0. Point i belongs to class i mod the number of classes. */
  readonly labels: Int32Array;
}

/** Options of the small sets. */
export interface ToyOptions {
  /** The generator that the points are drawn from. */
  rng: Rng;
  /** Standard deviation of the normal noise that is added to both coordinates, ≥ 0. Default 0. */
  noise?: number;
}

const TOY: Record<keyof ToyOptions, Check | null> = {
  rng: null,
  noise: numberIn({ least: 0, finite: true }),
};
const SPIRAL = { ...TOY, classes: numberIn({ least: 1, whole: true }) };

function generate(
  op: string,
  n: number,
  classes: number,
  options: ToyOptions & { classes?: number },
  point: (t: number, label: number) => [number, number],
): ToySet {
  checkOptions(op, options ?? {}, op === 'spiral' ? SPIRAL : TOY);
  const { rng, noise = 0 } = { ...options };
  needGenerator(op, rng, 'to draw the points from');
  if (!Number.isInteger(n) || n < 1)
    throw new ArgumentError(op, `expected a whole number of points ≥ 1, got ${shown(n)}`);
  if (!Number.isInteger(classes) || classes < 1)
    throw new ArgumentError(op, `expected a whole number of classes ≥ 1, got ${classes}`);
  const { data } = zeros([n, 2], { dtype: 'float32' });
  const labels = Int32Array.from({ length: n }, (_, i) => i % classes);
  for (let i = 0; i < n; i++) {
    const [x, y] = point(rng!.uniform(), labels[i]!);
    data[2 * i] = x + noise * rng!.normal();
    data[2 * i + 1] = y + noise * rng!.normal();
  }
  return { x: new Tensor(data, [n, 2]), labels };
}

/**
 * A spiral with one arm for each of `classes` classes, by default 3: the point at t ~ U(0, 1) has radius t and angle
 * 4t + 2π · class/classes, from the vertical axis.
 * @throws ArgumentError for fewer than one point or class, noise below 0, or without a generator
 */
export function spiral(n: number, options: ToyOptions & { classes?: number }): ToySet {
  const classes = options?.classes ?? 3;
  return generate('spiral', n, classes, options, (t, label) => {
    const angle = 4 * t + (label * 2 * Math.PI) / classes;
    return [t * sin(angle), t * cos(angle)];
  });
}

/**
 * Two half circles of radius 1 that reach into each other: (cos πt, sin πt) and (1 − cos πt, ½ − sin πt), t ~ U(0, 1).
 * @throws ArgumentError for fewer than one point, noise below 0, or without a generator
 */
export function moons(n: number, options: ToyOptions): ToySet {
  return generate('moons', n, 2, options, (t, label) =>
    label === 0 ? [cos(Math.PI * t), sin(Math.PI * t)] : [1 - cos(Math.PI * t), 0.5 - sin(Math.PI * t)],
  );
}

/**
 * A circle of radius 1, class 0, around a circle of radius ½, class 1. Both have the origin as their centre.
 * @throws ArgumentError for fewer than one point, noise below 0, or without a generator
 */
export function circles(n: number, options: ToyOptions): ToySet {
  return generate('circles', n, 2, options, (t, label) => {
    const radius = label === 0 ? 1 : 0.5;
    return [radius * cos(2 * Math.PI * t), radius * sin(2 * Math.PI * t)];
  });
}

/**
 * The four corners (±1, ±1): class 0 where the signs are equal, class 1 where they differ.
 * @throws ArgumentError for fewer than one point, noise below 0, or without a generator
 */
export function xor(n: number, options: ToyOptions): ToySet {
  return generate('xor', n, 2, options, (t, label) => {
    const sign = t < 0.5 ? -1 : 1;
    return [sign, label === 0 ? sign : -sign];
  });
}
