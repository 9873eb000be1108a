/** The switch that says whether ops are recorded. Read before: {@link tape.ts}. */
import { noFunction, promiseReturned } from './complaints.js';
import { type Cut, settled } from './tensor.js';

let recording = true;

/** True while ops leave nodes on the tape. */
export function isRecording(): boolean {
  return recording;
}

let noGradSite: Error | null = null;

/** Runs `fn` without recording: what it computes are constants. For evaluation, and for updates of parameters. */
export function noGrad<T>(fn: () => T): T {
  if (typeof fn !== 'function') throw noFunction('noGrad', fn);
  const before = noGradSite;
  noGradSite = new Error();
  try {
    return withRecording(false, fn);
  } finally {
    noGradSite = before;
  }
}

/** The reason an op that would have been recorded was not. */
export function cutByNoGrad(): Cut | null {
  return noGradSite && { by: 'noGrad', site: settled(noGradSite) };
}

/** An op without a derivative as the reason. Six frames lead from here to a program's call of it, and a stack costs by the frame. */
export function cutByOp(op: string): Cut {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 6;
  const site = settled(new Error());
  Error.stackTraceLimit = limit;
  return { by: { op }, site };
}

/** Runs `fn` with recording switched on or off and restores the switch, whatever happens in between. */
export function withRecording<T>(on: boolean, fn: () => T): T {
  const before = recording;
  recording = on;
  try {
    const value = fn();
    if (value instanceof Promise) throw promiseReturned(on);
    return value;
  } finally {
    recording = before;
  }
}
