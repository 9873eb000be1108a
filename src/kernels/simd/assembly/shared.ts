/**
 * The module that threads share: one memory, and at its start a board on which the main thread posts jobs. A job is
 * cut into parts, and each thread that is free takes the next part, the main thread too. So a helper that has not started
 * yet, or that sleeps through a job, keeps nobody waiting.
 */
import { apply } from './functions';
import { multiplyPart, scratchBytes } from './matmul';

export { scratchBytes };
export { erf, exp, gelu, geluByTanh, geluByTanhSlope, geluSlope, log, mish, mishSlope, normalCdf, rsqrt, sigmoid, sigmoidSlope, silu, siluSlope, softplus, tanh, tanhSlope } from './functions';

/**
 * The board, in bytes: number of the last job, parts not yet taken, parts done, helpers that have come, helpers that
 * sleep, whether the main thread sleeps; then the job. Only threads that sleep are woken: a wake-up costs more than a small
 * part of a job.
 */
const POSTED: usize = 0;
const REMAINING: usize = 4;
const DONE: usize = 8;
const LISTENING: usize = 12;
const SLEEPING: usize = 16;
const WAITING: usize = 20;
const JOB: usize = 24;

/** The job on the board. The main thread writes it while there are no parts to take. */
@unmanaged
class Job {
  /** A function of functions.ts to apply to `m` numbers at `a`, or −1 for a matrix product. */
  f: i32;
  a: i32;
  b: i32;
  c: i32;
  bias: i32;
  /** Where thread 0 packs its operands; the next thread `scratchSize` bytes further on. */
  scratch: i32;
  scratchSize: i32;
  m: i32;
  k: i32;
  n: i32;
  transposeA: i32;
  transposeB: i32;
  /** How many rows, columns or numbers a part has. */
  strip: i32;
  byColumns: i32;
}

/**
 * How often a thread looks for work before it sleeps, which takes some tenths of a millisecond. Waking takes as long, and
 * the products of a training step follow each other faster than that.
 */
const PATIENCE = 300_000;

/** What a helper thread runs, for ever. Helpers count from 1; 0 is the main thread. */
export function serve(thread: i32): void {
  atomic.add<i32>(LISTENING, 1);
  let last = 0;
  while (true) {
    for (let i = 0; i < PATIENCE; i++) if (atomic.load<i32>(POSTED) != last) break;
    atomic.add<i32>(SLEEPING, 1);
    atomic.wait<i32>(POSTED, last, -1);
    atomic.sub<i32>(SLEEPING, 1);
    last = atomic.load<i32>(POSTED);
    work(thread);
  }
}

/** Offers the job on the board in so many parts and wakes the helpers that sleep. */
export function post(parts: i32): void {
  atomic.store<i32>(DONE, 0);
  atomic.store<i32>(REMAINING, parts);
  atomic.add<i32>(POSTED, 1);
  if (atomic.load<i32>(SLEEPING) > 0) atomic.notify(POSTED, -1);
}

/** Takes parts of the job and computes them until none is left. */
export function work(thread: i32): void {
  while (true) {
    const part = atomic.sub<i32>(REMAINING, 1) - 1;
    if (part < 0) return;
    const job = changetype<Job>(JOB);
    if (job.f < 0) multiply(job, part, thread);
    else transform(job, part);
    atomic.add<i32>(DONE, 1);
    if (atomic.load<i32>(WAITING)) atomic.notify(DONE, 1);
  }
}

function multiply(job: Job, part: i32, thread: i32): void {
  const from = part * job.strip;
  const to = min(from + job.strip, job.byColumns ? job.n : job.m);
  multiplyPart(
    job.a, job.b, job.c, job.bias, job.scratch + thread * job.scratchSize,
    job.m, job.k, job.n, job.transposeA != 0, job.transposeB != 0,
    job.byColumns ? 0 : from, job.byColumns ? job.m : to,
    job.byColumns ? from : 0, job.byColumns ? to : job.n,
  );
}

function transform(job: Job, part: i32): void {
  const from = part * job.strip;
  apply(job.f, job.a + (from << 2), job.c + (from << 2), min(job.strip, job.m - from));
}

/** Waits until all parts are done: awake for a while, then asleep if `maySleep`. False if that takes too long. */
export function finished(parts: i32, maySleep: bool, milliseconds: i32): bool {
  for (let i = 0; i < PATIENCE; i++) if (atomic.load<i32>(DONE) == parts) return true;
  for (let i = 0; i < milliseconds; i++) {
    const done = atomic.load<i32>(DONE);
    if (done == parts) return true;
    if (maySleep) sleepUntilMore(done);
    else for (let spin = 0; spin < 500_000; spin++) if (atomic.load<i32>(DONE) == parts) return true;
  }
  return false;
}

/** Sleeps a millisecond at most, or until more than `done` parts are done. */
function sleepUntilMore(done: i32): void {
  atomic.store<i32>(WAITING, 1);
  atomic.wait<i32>(DONE, done, 1_000_000);
  atomic.store<i32>(WAITING, 0);
}
