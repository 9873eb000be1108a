import type { Exercise } from '../exercise.js';

interface Case {
  readonly name: string;
  readonly f: (x: number) => number;
  readonly slope: (x: number) => number;
  readonly x: number;
}

const CASES: readonly Case[] = [
  { name: 'x³ at 1.5', f: (x) => x * x * x, slope: (x) => 3 * x * x, x: 1.5 },
  {
    name: 'sin(x) / 10⁶ at 1, a flat function',
    f: (x) => Math.sin(x) / 1e6,
    slope: (x) => Math.cos(x) / 1e6,
    x: 1,
  },
  { name: 'exp(x) at 12, a steep place', f: Math.exp, slope: Math.exp, x: 12 },
  {
    name: 'sin(50x) at 0.4, a curved place',
    f: (x) => Math.sin(50 * x),
    slope: (x) => 50 * Math.cos(50 * x),
    x: 0.4,
  },
  { name: 'log(x) at 10⁷, far from 0', f: Math.log, slope: (x) => 1 / x, x: 1e7 },
];

export const exercise: Exercise<typeof import('./solution.js')> = {
  title: 'A checker of your own',
  chapter: 'docs/how-the-checker-works.md',
  task: 'Mend a checker of slopes, so that it notices an error of a ten-thousandth and accepts what is right.',
  hint: 'The table of the page shows the best step and how many digits it gives. What does a digit mean for a slope of a millionth?',
  names: ['agrees'],
  check({ agrees }) {
    for (const { name, f, slope, x } of CASES) {
      const right = slope(x);
      if (agrees(f, right, x) !== true) throw new Error(`Your checker rejects the right slope of ${name}.`);
      for (const factor of [0, -1, 2, 1.01, 1.0001])
        if (agrees(f, factor * right, x) !== false)
          throw new Error(`Your checker accepts ${factor} times the slope of ${name}.`);
    }
  },
};
