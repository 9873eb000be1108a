/** Warnings about habits that work and are mostly mistakes. Each is printed once. */
import { atUserLine } from './site.js';
import { needFlag } from './words.js';

const warned = new Set<string>();
let enabled = true;

/** Prints a warning the first time its `key` comes up; `setLint(false)` silences all of them. */
export function warnOnce(key: string, message: string): void {
  if (!enabled || warned.has(key)) return;
  warned.add(key);
  console.warn(`tapegrad lint: ${message}${atUserLine()}`);
}

/** Turns the once-only lint warnings (double softmax, missing zeroGrad, a tape that keeps growing) on or off. */
export function setLint(on: boolean): void {
  needFlag('setLint', 'the switch', on);
  enabled = on;
  warned.clear();
}
