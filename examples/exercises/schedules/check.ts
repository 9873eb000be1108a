import type { Exercise } from '../exercise.js';

const [PEAK, WARM, STEPS] = [0.8, 10, 50] as const;

export const exercise: Exercise<typeof import('./solution.js')> = {
  title: 'A rate that rises and falls',
  chapter: 'docs/schedules.md',
  task: 'Mend a schedule with a warm-up and a cosine, so that it has the right rate for every update.',
  hint: 'Ask your function by hand: which rate does it give before the first update, where the two parts meet, and after the end?',
  names: ['rate'],
  check({ rate }) {
    const schedule = rate(PEAK, WARM, STEPS);
    for (const [t, expected, what] of [
      [0, 0, 'The first update has t = 0, where the line begins.'],
      [WARM / 5, PEAK / 5, 'The warm-up is a straight line.'],
      [WARM, PEAK, 'Here the warm-up meets the wave, and the rate must not jump.'],
      [
        (WARM + STEPS) / 2,
        PEAK / 2,
        'This is the middle of the fall, which takes only the updates that are left.',
      ],
      [STEPS, 0, 'This is the end of the fall.'],
      [STEPS + WARM, 0, 'Training that goes on after the end must not speed up again.'],
    ] as const)
      compare(schedule(t), expected, `at t = ${t}`, what);
  },
};

function compare(found: number, expected: number, where: string, what: string): void {
  if (Math.abs(found - expected) < 1e-9) return;
  throw new Error(
    `With rate(${PEAK}, ${WARM}, ${STEPS}) the rate ${where} is ${found.toPrecision(3)}, expected ${expected}. ${what}`,
  );
}
