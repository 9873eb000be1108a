/** Whether helper threads pay: decided by a clock, which is one of the test's own here. */
import * as assert from 'uvu/assert';
import { random } from '../../src/base/random.js';
import { Measured } from '../../src/kernels/simd/measured.js';
import { fc, property } from '../support/property.js';
import { suite } from '../support/suite.js';

const test = suite('measured helpers');

/** The large products of one step of the study, in multiply-adds. */
const STEP = [15_680_000, 4_000_000, 4_000_000, 4_000_000, 15_680_000];
/** Multiply-adds that one thread does in a millisecond. */
const SPEED = 15_000_000;
/** Milliseconds between two jobs, in which one thread does other things. */
const BETWEEN = 0.2;

interface World {
  /** How many times as long a job takes with helpers, at a time in milliseconds. */
  ratio(time: number): number;
  /** What happens after a job, in milliseconds, besides. */
  after?(time: number, job: number): number;
  keepsHelpers?: boolean;
  jobs?: readonly number[];
}

interface Course {
  /** The time of all jobs and of what lies between them, without what happens besides. */
  readonly time: number;
  /** The same if no job has helpers. */
  readonly alone: number;
  /** One letter for each job: h with helpers, a alone. */
  readonly ways: string;
}

/** Runs jobs for so many milliseconds of the world's time. */
function course(milliseconds: number, world: World): Course {
  const { ratio, after = () => 0, keepsHelpers = false, jobs = STEP } = world;
  let clock = 1000;
  const measured = new Measured(keepsHelpers, () => clock);
  let [time, alone, ways] = [0, 0, ''];
  for (let job = 0; clock < 1000 + milliseconds; job++) {
    const work = jobs[job % jobs.length]!;
    const helped = measured.next(work);
    const factor = helped ? ratio(clock - 1000) : 1;
    const took = (work / SPEED + BETWEEN) * factor;
    time += took;
    alone += work / SPEED + BETWEEN;
    ways += helped ? 'h' : 'a';
    clock += took + after(clock - 1000, job);
  }
  return { time, alone, ways };
}

/** The share of jobs with helpers among the last jobs. */
const lastWays = ({ ways }: Course, jobs = 200): string => ways.slice(-jobs);

test('helpers that make jobs faster are kept soon, and stay', () => {
  const run = course(10_000, { ratio: () => 0.6 });
  assert.ok(run.ways.startsWith('a'), 'the first job has none: they have to prove their worth');
  assert.is(run.ways.indexOf('h') < 60, true);
  assert.ok(run.time < 0.64 * run.alone, `took ${run.time / run.alone} of one thread`);
});

test('helpers that make jobs slower cost less than five per cent', () => {
  for (const ratio of [1, 1.05, 1.5, 2.3, 10]) {
    const run = course(10_000, { ratio: () => ratio });
    assert.ok(run.time < 1.05 * run.alone, `ratio ${ratio}: took ${run.time / run.alone} of one thread`);
  }
});

test('an advantage below five per cent changes nothing, whichever way is kept', () => {
  assert.ok(course(5000, { ratio: () => 0.96 }).ways.split('h').length < 250, 'one trial now and then');
  const asked = course(5000, { ratio: () => 1.04, keepsHelpers: true });
  assert.ok(asked.ways.split('a').length < 250, 'one trial now and then');
});

test('the way that lost is tried after 4, 8, 16, 32 and then every 64 windows', () => {
  // Jobs of 25 ms, each of them a window.
  const { ways } = course(12_000, { ratio: () => 1.2, jobs: [25 * SPEED] });
  const gaps = ways.split(/h+/).map(({ length }) => length);
  assert.equal(gaps.slice(0, 7), [1, 4, 8, 16, 32, 64, 64]);
  assert.ok([...ways.matchAll(/h+/g)].every(([trial]) => trial.length === 1));
});

test('when a core becomes busy helpers are left at once, and they come back when it is free', () => {
  const busy = (time: number): boolean => time > 6000 && time < 12_000;
  const run = course(20_000, { ratio: (time) => (busy(time) ? 2 : 0.6) });
  const during = course(6400, { ratio: (time) => (busy(time) ? 2 : 0.6) });
  assert.match(lastWays(during, 20), /^a+$/, 'left within 400 ms');
  assert.match(lastWays(run, 20), /^h+$/, 'back by the end');
});

test('a number of threads that was asked for begins with helpers, and is measured all the same', () => {
  const good = course(3000, { ratio: () => 0.6, keepsHelpers: true });
  assert.ok(good.ways.startsWith('h'.repeat(30)));
  const bad = course(3000, { ratio: () => 2, keepsHelpers: true });
  assert.ok(bad.ways.startsWith('h'));
  assert.ok(bad.ways.indexOf('a') < 60);
  assert.match(lastWays(bad, 20), /^a+$/);
});

test('what the program does in its pauses is not counted', () => {
  const world: World = { ratio: (time) => (time < 0 ? 1 : 0.6) };
  const smooth = course(3000, world);
  // Every 40th job is followed by two seconds of something else.
  const paused = course(60_000, { ...world, after: (_, job) => (job % 40 === 39 ? 2000 : 0) });
  assert.match(lastWays(smooth, 20), /^h+$/);
  assert.match(lastWays(paused, 20), /^h+$/);
  assert.ok(paused.time < 0.66 * paused.alone, `took ${paused.time / paused.alone} of one thread`);
});

test('one disturbance does not bring in helpers that do not pay', () => {
  // The first window, which the trial is compared with, has a stop of 200 ms in it.
  const run = course(2000, { ratio: () => 1.5, after: (_, job) => (job === 3 ? 200 : 0) });
  assert.ok(run.time < 1.1 * run.alone, `took ${run.time / run.alone} of one thread`);
  assert.match(lastWays(run, 20), /^a+$/);
});

test('jobs that take seconds are decided after three of them', () => {
  const { ways } = course(60_000, { ratio: () => 0.6, jobs: [2000 * SPEED] });
  assert.match(ways, /^ahah/);
});

test('what the system takes at random changes none of this', () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const rng = random(seed);
    // In one of 20 jobs the thread is put aside for 4 ms.
    const noise = (): number => (rng.uniform() < 0.05 ? 4 : 0);
    const bad = course(20_000, { ratio: () => 2, after: noise });
    assert.ok(bad.time < 1.05 * bad.alone, `took ${bad.time / bad.alone} of one thread`);
    const good = course(20_000, { ratio: () => 0.6, after: noise });
    assert.ok(good.time < 0.7 * good.alone, `took ${good.time / good.alone} of one thread`);
  }
});

test('no mix of jobs and no ratio costs more than a few per cent of one thread', () =>
  property(
    fc.tuple(
      fc.double({ min: 0.3, max: 8, noNaN: true }),
      fc.array(fc.integer({ min: 500_000, max: 60_000_000 }), { minLength: 1, maxLength: 30 }),
    ),
    ([ratio, jobs]) => {
      const run = course(20_000, { ratio: () => ratio, jobs });
      assert.ok(run.time < 1.05 * run.alone, `took ${run.time / run.alone} of one thread`);
      if (ratio < 0.8) assert.ok(run.time < (ratio + 0.12) * run.alone, `took ${run.time / run.alone}`);
    },
  ));
