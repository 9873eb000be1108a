/** fast-check, set up once: a fixed seed that is printed, or the one given in TAPEGRAD_SEED. */
import fc from 'fast-check';

const seed = Number(process.env.TAPEGRAD_SEED ?? 20261123);
const numRuns = Number(process.env.TAPEGRAD_RUNS ?? 50);
if (!Number.isInteger(seed) || !Number.isInteger(numRuns))
  throw new Error('TAPEGRAD_SEED and TAPEGRAD_RUNS are whole numbers');
fc.configureGlobal({ seed, numRuns, includeErrorInReport: true });
console.log(`fast-check: seed ${seed}, ${numRuns} runs a property (TAPEGRAD_SEED=${seed} repeats it)`);

export { fc, seed };

/** Throws with the whole report, seed and path included, if `holds` throws or returns false for a generated value. */
export function property<T>(values: fc.Arbitrary<T>, holds: (value: T) => unknown, runs?: number): void {
  const judged = fc.property(values, (value) => holds(value) !== false);
  fc.assert(judged, runs === undefined ? {} : { numRuns: runs });
}
