/** Sets fast-check up: with a fixed seed, or with that of TAPEGRAD_SEED. The seed is printed. */
import fc from 'fast-check';

const seed = Number(process.env.TAPEGRAD_SEED ?? 20261123);
const numRuns = Number(process.env.TAPEGRAD_RUNS ?? 20);
if (!Number.isInteger(seed) || !Number.isInteger(numRuns))
  throw new Error('TAPEGRAD_SEED and TAPEGRAD_RUNS are whole numbers');
fc.configureGlobal({ seed, numRuns, includeErrorInReport: true });
console.log(`fast-check: seed ${seed}, ${numRuns} runs a property (TAPEGRAD_SEED=${seed} repeats it)`);

export { fc, seed };

/**
 * Throws if `holds` throws or returns false for a generated value. The message has the seed and the path to repeat it.
 */
export function property<T>(values: fc.Arbitrary<T>, holds: (value: T) => unknown, runs?: number): void {
  const judged = fc.property(values, (value) => holds(value) !== false);
  fc.assert(judged, runs === undefined ? {} : { numRuns: runs });
}
