/**
 * The module that threads share: one memory, and in it a mailbox for each helper thread. The main thread writes a job
 * into a mailbox, raises its number and wakes the helper, which works on its part of the product and reports the
 * number back.
 */
import { multiplyPart, scratchBytes } from './matmul';

export { multiplyPart, scratchBytes };

/** Words of a mailbox: number of the last job posted, number of the last job done, 1 once the helper listens, the job. */
const POSTED: usize = 0;
const DONE: usize = 4;
const LISTENING: usize = 8;
const JOB: usize = 12;

/** What a helper thread runs, for ever: it sleeps until a job is posted. */
export function serve(mailbox: usize): void {
  let last = atomic.load<i32>(mailbox + POSTED);
  atomic.store<i32>(mailbox + LISTENING, 1);
  while (true) {
    atomic.wait<i32>(mailbox + POSTED, last, -1);
    const job = atomic.load<i32>(mailbox + POSTED);
    if (job == last) continue;
    last = job;
    const word = mailbox + JOB;
    multiplyPart(
      load<i32>(word), load<i32>(word, 4), load<i32>(word, 8), load<i32>(word, 12),
      load<i32>(word, 16), load<i32>(word, 20), load<i32>(word, 24),
      load<i32>(word, 28) != 0, load<i32>(word, 32) != 0,
      load<i32>(word, 36), load<i32>(word, 40), load<i32>(word, 44), load<i32>(word, 48),
    );
    atomic.store<i32>(mailbox + DONE, job);
    atomic.notify(mailbox + DONE, 1);
  }
}

/** Hands the job in the mailbox to its helper. */
export function post(mailbox: usize): void {
  atomic.add<i32>(mailbox + POSTED, 1);
  atomic.notify(mailbox + POSTED, 1);
}

/** Waits until the job is done: awake for a while, then asleep if `maySleep`. False if it takes ten seconds. */
export function finished(mailbox: usize, maySleep: bool): bool {
  const job = atomic.load<i32>(mailbox + POSTED);
  for (let i = 0; i < 20_000; i++) if (atomic.load<i32>(mailbox + DONE) == job) return true;
  for (let i = 0; i < 1000; i++) {
    const done = atomic.load<i32>(mailbox + DONE);
    if (done == job) return true;
    if (maySleep) atomic.wait<i32>(mailbox + DONE, done, 10_000_000);
    else for (let spin = 0; spin < 1_000_000; spin++) if (atomic.load<i32>(mailbox + DONE) == job) return true;
  }
  return false;
}
