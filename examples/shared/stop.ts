/** Ctrl-C and `kill` for programs with something worth keeping: the first asks the program to stop, the second ends it. */
import { constants } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';

export interface Stop {
  /** Is aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** The exit code of a program that was stopped: 128 and the number of the signal. */
  readonly code: number;
}

/** Takes over Ctrl-C (SIGINT) and SIGTERM. The second one ends the process at once, wherever it is. */
export function stopOnSignal(): Stop {
  const controller = new AbortController();
  const stop = { signal: controller.signal, code: 0 };
  const received = (name: 'SIGINT' | 'SIGTERM'): void => {
    const code = 128 + constants.signals[name];
    if (controller.signal.aborted) process.exit(code);
    stop.code = code;
    console.error('\nstopping; Ctrl-C again ends the program at once');
    controller.abort();
  };
  process.on('SIGINT', received);
  process.on('SIGTERM', received);
  return stop;
}

/** For so many milliseconds a program may keep the process to itself. */
const BUSY = 20;

/**
 * Ctrl-C and the like reach a program only between the turns of its process. Returns a function that a long computation
 * awaits now and then: it ends the turn if that is due, and otherwise returns at once.
 */
export function turns(): () => Promise<void> {
  let began = performance.now();
  return async () => {
    if (performance.now() - began < BUSY) return;
    await nextTurn();
    began = performance.now();
  };
}
