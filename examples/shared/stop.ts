/** Ctrl-C and `kill` for programs with something worth keeping: the first asks the program to stop, the second ends it. */
import { constants } from 'node:os';

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
