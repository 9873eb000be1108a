/** Collects the warnings of the lint. */
import { setLint } from '../../src/index.js';

/** Switches the lint on, runs `run`, and returns what was written to console.warn meanwhile. */
export function captureWarnings(run: () => void): string[] {
  const warnings: string[] = [];
  const original = console.warn;
  console.warn = (message: string) => void warnings.push(message);
  setLint(true);
  try {
    run();
  } finally {
    console.warn = original;
  }
  return warnings;
}
