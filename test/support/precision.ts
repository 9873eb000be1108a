/** Measures the error of every elementwise function and of its slopes against test/fixtures/precision.json. */
import { readFileSync } from 'node:fs';
import * as tg from '../../src/index.js';

type Fn = (...inputs: tg.Tensor[]) => tg.Tensor;
type What = 'value' | 'slope';

/** The functions of the fixture, by name. */
export const FUNCTIONS: Record<string, Fn> = {
  ...(Object.fromEntries(
    `neg square reciprocal abs exp expm1 log log1p sqrt cbrt rsqrt sin cos tan asin acos atan sinh cosh tanh erf normalCdf
     leakyRelu elu selu sigmoid softplus gelu silu mish softsign hardSigmoid hardSwish div pow log2 log10 exp2 logSigmoid
     hypot atan2 logAddExp`
      .split(/\s+/)
      .map((name) => [name, (...inputs: tg.Tensor[]) => (tg[name as 'pow'] as unknown as Fn)(...inputs)]),
  ) as Record<string, Fn>),
  geluByTanh: (x) => tg.gelu(x!, 'tanh'),
  softplusBy3: (x) => tg.softplus(x!, 3),
};

/** How the functions are called whose name in the fixture is none of the library. */
const CALLED: Record<string, string> = { geluByTanh: "gelu(x, 'tanh')", softplusBy3: 'softplus(x, 3)' };

/** An argument and what is true there: a float64 and, in its ulp, what the rounding to it has lost. */
interface Point {
  readonly at: readonly number[];
  /** The value, then the slope by each argument. */
  readonly trues: readonly { readonly nearest: number; readonly rest: number }[];
}

export const fixture: Record<string, Point[]> = Object.fromEntries(
  Object.entries(
    JSON.parse(readFileSync(new URL('../fixtures/precision.json', import.meta.url), 'utf8')) as Record<
      string,
      string[]
    >,
  ).map(([name, rows]) => [name, rows.map(point)]),
);

function point(row: string): Point {
  const numbers = row.split(' ').map(Number);
  // f(x) and one slope, or f(a, b) and two.
  const count = numbers.length === 5 ? 1 : 2;
  const trues = Array.from({ length: count + 1 }, (_, i) => ({
    nearest: numbers[count + 2 * i]!,
    rest: numbers[count + 2 * i + 1]!,
  }));
  return { at: numbers.slice(0, count), trues };
}

/** Zeros of slopes that are no machine numbers. Near them the error counts in ulp of the largest term of the formula. */
export const ZEROS = [
  { name: 'gelu', formula: 'Φ(x) + x·φ(x)', from: -1.25, to: -0.55, term: 0.226 },
  { name: 'geluByTanh', formula: 'σ(v) + x·σ′(v)·v′', from: -1.25, to: -0.55, term: 0.226 },
  { name: 'silu', formula: 'σ(x) + x·σ′(x)', from: -1.6, to: -1.05, term: 0.217 },
  { name: 'mish', formula: 't + x·t′', from: -1.6, to: -0.8, term: 0.25 },
] as const;

const LEAST = { float32: 2 ** -149, float64: Number.MIN_VALUE } as const;
const DIGITS = { float32: 23, float64: 52 } as const;
const LARGEST = { float32: 2 ** 128 * (1 - 2 ** -25), float64: Infinity } as const;

/** The unit in the last place of a number. */
export function ulp(x: number, dtype: tg.Dtype): number {
  const [, high] = new Uint32Array(Float64Array.of(x).buffer);
  const exponent = ((high! >> 20) & 0x7ff) - 1023;
  return Math.max(LEAST[dtype], 2 ** Math.max(exponent - DIGITS[dtype], -1074));
}

/** The error of a result in ulp, of the largest term where the point is near a zero that is no machine number. */
function errorOf(
  name: string,
  what: What,
  dtype: tg.Dtype,
  got: number,
  at: readonly number[],
  { nearest, rest }: Point['trues'][number],
): number {
  if (Math.abs(nearest) >= LARGEST[dtype]) return got === Math.sign(nearest) * Infinity ? 0 : Infinity;
  if (!Number.isFinite(got)) return Infinity;
  const zero = ZEROS.find((one) => one.name === name && at[0]! > one.from && at[0]! < one.to);
  const unit = ulp(what === 'slope' && zero ? zero.term : nearest, dtype);
  return Math.abs((got - nearest) / unit - (rest * ulp(nearest, 'float64')) / unit);
}

/** f and its slopes at the points, together or in parts of `size`. */
function evaluate(fn: Fn, points: readonly Point[], dtype: tg.Dtype, size: number): number[][] {
  const results: number[][] = [];
  for (let start = 0; start < points.length; start += size) {
    const part = points.slice(start, start + size);
    const inputs = part[0]!.at.map((_, i) =>
      tg.tensor(
        part.map(({ at }) => at[i]!),
        { dtype, requiresGrad: true },
      ),
    );
    const y = fn(...inputs);
    y.backward(tg.ones(y.shape, { dtype }));
    for (let i = 0; i < part.length; i++)
      results.push([y.data[i]!, ...inputs.map((input) => input.grad!.data[i]!)]);
  }
  return results;
}

/** In ulp. */
export const LIMITS = {
  value: { float32: 1, float64: 2 },
  slope: { float32: 4, float64: 4 },
} as const;

export interface Worst {
  readonly error: number;
  readonly text: string;
}

const measured = new Map<string, Worst>();

/** The largest error of a function's values, or of its slopes. `fast`: in arrays so large that the SIMD kernels run. */
export function worst(name: string, what: What, dtype: tg.Dtype, fast: boolean): Worst {
  const key = [name, what, dtype, fast].join();
  const found = measured.get(key) ?? measure(name, what, dtype, fast);
  measured.set(key, found);
  return found;
}

function measure(name: string, what: What, dtype: tg.Dtype, fast: boolean): Worst {
  const points = fixture[name]!.filter(
    ({ at }) => dtype === 'float64' || at.every((x) => Math.fround(x) === x),
  );
  const all = fast ? Array.from({ length: Math.ceil(600 / points.length) }, () => points).flat() : points;
  const results = evaluate(FUNCTIONS[name]!, all, dtype, fast ? all.length : 24);
  let most: Worst = { error: 0, text: 'exact everywhere' };
  for (const [i, { at, trues }] of all.entries())
    for (const [j, truth] of trues.entries()) {
      if ((what === 'value') !== (j === 0)) continue;
      const error = errorOf(name, what, dtype, results[i]![j]!, at, truth);
      if (error > most.error)
        most = {
          error,
          text: `${name}(${at.join(', ')}): ${what} ${results[i]![j]}, expected ${truth.nearest}`,
        };
    }
  return most;
}

/** The section of docs/conventions.md that says what was measured. */
export function section(): string {
  const cell = (name: string, what: What, dtype: tg.Dtype): string =>
    Math.max(...[false, true].map((fast) => worst(name, what, dtype, fast).error)).toFixed(2);
  const rows = Object.keys(FUNCTIONS).map(
    (name) =>
      `| ${CALLED[name] ?? name} | ${cell(name, 'value', 'float32')} | ${cell(name, 'value', 'float64')} | ${cell(name, 'slope', 'float32')} | ${cell(name, 'slope', 'float64')} |`,
  );
  const zeros = ZEROS.map(
    ({ name, formula, from, to, term }) =>
      `| ${CALLED[name] ?? name} | ${formula} | ${String(from).replace('-', '−')} … ${String(to).replace('-', '−')} | ${term} |`,
  );
  return `## Precision

Every elementwise function has the same bits in every JavaScript engine: it is made of + − × ÷ and √, which IEEE 754 rounds
in one way. Only the fast kernels of float32 may differ in the last digit between engines with fused multiply-adds and those
without, unless \`TAPEGRAD_KERNELS=simd\` switches these off. The table gives the largest errors, of the value and of the slope, at ${Object.values(fixture)[0]!.length} points from the smallest to the largest
number and more around each function's own hard places, against arithmetic of 1,400 bits. They are in **ulp**, the distance
between two neighbouring numbers: a correctly rounded result is off by at most 0.5. float32 is measured with the plain
kernels and with the fast ones. The limits are 1 for values in float32, 2 in float64, and 4 for slopes.

| function | value, float32 | value, float64 | slope, float32 | slope, float64 |
|---|---|---|---|---|
${rows.join('\n')}

Four slopes are 0 between two neighbouring numbers. There every formula is the difference of two numbers of nearly the same
size, so in these intervals the error counts in ulp of the larger of the two:

| slope of | formula | interval | larger term, at least |
|---|---|---|---|
${zeros.join('\n')}
`;
}
