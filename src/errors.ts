/**
 * Every error tapegrad throws, and the line of *your* code that an error or a warning points at.
 * Read next: {@link random.ts}.
 */

/** What all of the library's errors have in common: the op that complained. */
export class TapegradError extends Error {
  override name = 'TapegradError';
  constructor(
    message: string,
    readonly op?: string,
  ) {
    super(message);
  }
}

/** Shapes that do not fit together. `shapes` holds them in the order of the arguments. */
export class ShapeError extends TapegradError {
  override name = 'ShapeError';
  constructor(
    op: string,
    problem: string,
    readonly shapes: readonly (readonly number[])[] = [],
  ) {
    super(`${op}: ${problem}${atUserLine()}`, op);
  }
}

/** An argument of the wrong type or out of range. */
export class ArgumentError extends TapegradError {
  override name = 'ArgumentError';
  constructor(op: string, problem: string) {
    super(`${op}: ${problem}${atUserLine()}`, op);
  }
}

/** The tape cannot do what was asked: no path to a leaf, already released, a saved value was overwritten. */
export class GraphError extends TapegradError {
  override name = 'GraphError';
  constructor(op: string, problem: string) {
    super(`${op}: ${problem}`, op);
  }
}

/** A forward value or a gradient became NaN or infinite under `detectAnomaly`. */
export class AnomalyError extends TapegradError {
  override name = 'AnomalyError';
}

/** `[2, 3]`, the way every message prints a shape. */
export function formatShape(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

const LIBRARY = libraryFolders();

/** Where stack frames of the library lie: this folder, and with source maps the sources of a build in `dist/` too. */
function libraryFolders(): string[] {
  const folder = import.meta.url.slice(0, import.meta.url.lastIndexOf('/') + 1).replace(/^file:\/\//, '');
  return folder.endsWith('/dist/') ? [folder, folder.replace(/dist\/$/, 'src/')] : [folder];
}

/** `train.ts:14`: the innermost stack frame outside the library; empty where no such frame is known. */
export function userLine(stack: string | undefined = callSite().stack): string {
  const frames = (stack ?? '').split('\n').slice(1);
  for (const frame of frames) {
    if (LIBRARY.some((folder) => frame.includes(folder)) || frame.includes('node:')) continue;
    const place = /([^/\\(\s]+):(\d+):\d+\)?$/.exec(frame.trim());
    if (place) return `${place[1]}:${place[2]}`;
  }
  return '';
}

const DEEP = 100;

/** Where we are. The usual ten frames of an Error would not lead out of a nest of modules to the line that called it. */
export function callSite(): Error {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = DEEP;
  const site = new Error();
  Error.stackTraceLimit = limit;
  return site;
}

/** ` (train.ts:14)`, or nothing where the line is not known. */
export function atUserLine(stack?: string): string {
  const line = userLine(stack ?? callSite().stack);
  return line && ` (${line})`;
}

const warned = new Set<string>();

/** Prints a warning the first time its `key` comes up; `setLint(false)` silences all of them. */
export function warnOnce(key: string, message: string): void {
  if (!lintEnabled || warned.has(key)) return;
  warned.add(key);
  console.warn(`tapegrad lint: ${message}${atUserLine()}`);
}

let lintEnabled = true;

/** Turns the once-only lint warnings (double softmax, missing zeroGrad, a tape that keeps growing) on or off. */
export function setLint(enabled: boolean): void {
  lintEnabled = enabled;
  warned.clear();
}
