/** What a comparison is: a table of rows, each with cases. And how one is made. */
import fc from 'fast-check';
import { type Rng, random, type Tensor, tensor } from '../../src/index.js';
import { goldenCase, goldenInputs } from '../support/golden.js';
import { type Evaluated, evaluate, type Output } from './onnx.js';

/** One call here, and the same in ONNX. */
export interface Case {
  /** Shapes and options, for the message of a disagreement. */
  readonly what: string;
  readonly ours: () => Tensor | readonly Tensor[];
  readonly theirs: Output | readonly Output[];
  /**
   * How large the numbers are whose rounding one sees in each element of the first output, such as the sum of the absolute
   * values of the terms of a sum. Default: the larger of 1 and the element.
   */
  readonly scale?: () => Tensor;
  /** The numbers of the golden case with these inputs. They are compared with ONNX too. */
  readonly golden?: Evaluated;
}

/** The cases of an op. */
export interface Row {
  /** The op or the layer here. */
  readonly op: string;
  /** The ops of ONNX that it is compared with. */
  readonly by: string;
  /**
   * By how much both may differ, in units of 2⁻²⁴ times the scale. By half of a unit to one, float32 rounds a number as large
   * as the scale. 0: they are equal.
   */
  readonly units: number;
  readonly cases: (rng: Rng) => Iterable<Case>;
}

/** How a case ended: the largest difference in units, and what to say of it if it is a disagreement. */
export interface Verdict {
  readonly units: number;
  readonly absolute: number;
  readonly complaint: string | null;
}

/** Compares one case. */
export async function judge({ units }: Pick<Row, 'units'>, one: Case): Promise<Verdict> {
  try {
    const { ours, theirs, scale, golden } = one;
    const found = asList(ours());
    const expected = await evaluate(asList(theirs));
    if (found.length !== expected.length)
      throw new Error(`${found.length} outputs here and ${expected.length} from onnxruntime`);
    const scales = scale?.();
    const pairs = found.map((tensor, i) => ({ what: `output ${i}`, found: tensor, expected: expected[i]! }));
    if (golden) pairs.push({ what: 'the golden numbers', found: tensorOf(golden), expected: expected[0]! });
    const verdicts = pairs.map((pair) =>
      compare(pair, pair.expected === expected[0] ? scales : undefined, units),
    );
    return verdicts.reduce((worst, next) => ({
      units: Math.max(worst.units, next.units),
      absolute: Math.max(worst.absolute, next.absolute),
      complaint: worst.complaint ?? next.complaint,
    }));
  } catch (error) {
    return { units: Number.NaN, absolute: Number.NaN, complaint: String((error as Error).message ?? error) };
  }
}

const asList = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);
const tensorOf = ({ shape, data }: Evaluated): Tensor => tensor(data, { shape, dtype: 'float32' });

interface Pair {
  readonly what: string;
  readonly found: Tensor;
  readonly expected: Evaluated;
}

const UNIT = 2 ** -24;

function compare({ what, found, expected }: Pair, scales: Tensor | undefined, allowed: number): Verdict {
  if (found.shape.join() !== expected.shape.join())
    return {
      units: Number.NaN,
      absolute: Number.NaN,
      complaint: `${what} has shape [${found.shape.join(', ')}] here and [${expected.shape.join(', ')}] in ONNX`,
    };
  let [units, absolute, at] = [0, 0, -1];
  for (const [i, theirs] of expected.data.entries()) {
    const ours = found.data[i]!;
    if (Object.is(ours, theirs) || ours === theirs) continue;
    // NaN or an infinite number on one side alone is beyond any allowance, and so is one without a scale.
    const difference = Number.isFinite(ours - theirs) ? Math.abs(ours - theirs) : Number.POSITIVE_INFINITY;
    const scale = scales ? scales.data[i]! : Math.max(1, Math.abs(theirs));
    const here = Number.isFinite(scale) ? difference / (UNIT * scale) : Number.POSITIVE_INFINITY;
    absolute = Math.max(absolute, difference);
    if (here > units || at < 0) [units, at] = [here, i];
  }
  const complaint =
    units > allowed
      ? `${what}, element ${at} of [${found.shape.join(', ')}], is ${found.data[at]} here and ${expected.data[at]} in ONNX, a difference of ${units.toPrecision(3)} units where ${allowed} are allowed`
      : null;
  return { units, absolute, complaint };
}

/** Values of generated options: the same in every run. */
export const generated = <T>(values: fc.Arbitrary<T>, count: number): T[] =>
  fc.sample(values, { seed: 20261127, numRuns: count });

/** The inputs of a golden case in float32. */
export const golden = (name: string): Record<string, Tensor> => goldenInputs(name, 'float32');

/** The output of a golden case. */
export const goldenOutput = (name: string): Evaluated => goldenCase(name).output;

/** A generator for each row, with its name as the seed, so that a row draws the same whatever runs before it. */
export const generatorOf = ({ op }: Row): Rng => random(op);
