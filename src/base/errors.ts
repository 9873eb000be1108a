/** Every error that tapegrad throws. */
import { atUserLine, beginAtProgram } from './site.js';

/** What all of the library's errors have in common: the op that complained, and a stack that begins at the program's call. */
export class TapegradError extends Error {
  // On the prototype, so that the stack, which is written while the error is made, begins with the name.
  static {
    TapegradError.prototype.name = 'TapegradError';
  }
  constructor(
    message: string,
    readonly op?: string,
  ) {
    super(message);
    beginAtProgram(this);
  }
}

/** Shapes that do not fit together. `shapes` holds them in the order of the arguments. */
export class ShapeError extends TapegradError {
  static {
    ShapeError.prototype.name = 'ShapeError';
  }
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
  static {
    ArgumentError.prototype.name = 'ArgumentError';
  }
  constructor(op: string, problem: string) {
    super(`${op}: ${problem}${atUserLine()}`, op);
  }
}

/** The tape cannot do what was asked: no path to a leaf, already released, a saved value was overwritten. */
export class GraphError extends TapegradError {
  static {
    GraphError.prototype.name = 'GraphError';
  }
  constructor(op: string, problem: string) {
    super(`${op}: ${problem}`, op);
  }
}

/** A forward value or a gradient became NaN or infinite under `detectAnomaly`. */
export class AnomalyError extends TapegradError {
  static {
    AnomalyError.prototype.name = 'AnomalyError';
  }
}

/** `[2, 3]`, the way every message prints a shape. */
export function formatShape(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}
