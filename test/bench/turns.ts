/**
 * One contender of `npm run bench threads`, in a process of its own: takes turns in which it runs the study's step, on
 * as many threads as its environment says. Answers each message with the mean milliseconds of a step.
 */
import { threads } from '../../src/index.js';
import { studyStep } from './study.js';

/** What the contender is asked for: a turn of so many milliseconds. */
export interface Turn {
  readonly milliseconds: number;
}

/** What it answers: the mean of a step in milliseconds, and how many threads its large jobs may have. */
export interface Took {
  readonly step: number;
  readonly threads: number;
}

const step = studyStep();

process.on('message', ({ milliseconds }: Turn) => {
  const started = performance.now();
  let steps = 0;
  let passed = 0;
  for (; passed < milliseconds; passed = performance.now() - started) {
    step();
    steps++;
  }
  process.send!({ step: passed / steps, threads: threads() } satisfies Took);
});
process.on('disconnect', () => process.exit());
process.send!('ready');
