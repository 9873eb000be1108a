import type { Exercise } from '../exercise.js';

type Work = typeof import('./solution.js');

interface Curve {
  readonly name: string;
  readonly f: (x: number) => number;
  readonly x: number;
  readonly slope: number;
}

const CURVES: readonly Curve[] = [
  { name: 'eˣ at 1', f: Math.exp, x: 1, slope: Math.E },
  { name: '1/x at −2', f: (x) => 1 / x, x: -2, slope: -0.25 },
];

export const exercise: Exercise<Work> = {
  title: 'The order of a difference',
  chapter: 'docs/steps/1-slope.ts',
  task: 'Turn the forward difference into one of order 2.',
  hint: 'A slope is the difference of two values, divided by the distance of the two points. How far apart are they now?',
  names: ['slope'],
  check({ slope }) {
    for (const curve of CURVES) demandOrder2(slope, curve);
  },
};

/** Measures how the error shrinks when h does. */
function demandOrder2(difference: Work['slope'], { name, f, x, slope }: Curve): void {
  const [coarse, fine] = [difference(f, x, 1e-2), difference(f, x, 1e-3)];
  if (!Number.isFinite(fine)) throw new Error(`The slope of ${name} is not a number: ${fine}.`);
  const ratio = fine / slope;
  if (Math.abs(ratio - 1) > 0.01)
    throw new Error(
      `Your slope of ${name} does not become right when h becomes small: with h = 0.001 it is ${Number(ratio.toPrecision(3))} times the true slope.`,
    );
  const errors = [Math.abs(coarse - slope), Math.abs(fine - slope)] as const;
  const order = Math.log10(errors[0] / errors[1]);
  if (order < 1.9)
    throw new Error(
      `order ${Math.round(order)}, expected 2: your slope of ${name} is off by ${errors[0].toExponential(1)} with h = 0.01 and by ${errors[1].toExponential(1)} with h = 0.001.`,
    );
}
