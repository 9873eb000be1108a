/**
 * Compares random values with the distribution that they are drawn from, by four statistics. None of these finds every
 * mistake, but together they find all common ones. The limits are wide, since a seeded sample either passes always or
 * never.
 */

/** A symmetric distribution: its moments, its bounds and its distribution function. */
export interface Distribution {
  readonly mean: number;
  readonly std: number;
  /** E[((x − mean)/std)ᵏ] for k = 4, 6, 8. */
  readonly moments: readonly [fourth: number, sixth: number, eighth: number];
  readonly bounds: readonly [low: number, high: number];
  cdf(x: number): number;
}

/** Φ(x) by its Taylor series. @source G. Marsaglia, Evaluating the normal distribution, 2004 */
export function standardNormalCdf(x: number): number {
  if (!(Math.abs(x) <= 8)) return x > 8 ? 1 : x < -8 ? 0 : Number.NaN;
  let term = x;
  let sum = x;
  for (let n = 3, last = Number.NaN; sum !== last; n += 2) {
    last = sum;
    term *= (x * x) / n;
    sum += term;
  }
  return 0.5 + (sum * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI);
}

export function normalDistribution(mean: number, std: number): Distribution {
  return {
    mean,
    std,
    moments: [3, 15, 105],
    bounds: [-Infinity, Infinity],
    cdf: (x) => standardNormalCdf((x - mean) / std),
  };
}

export function uniformDistribution(low: number, high: number): Distribution {
  return {
    mean: (low + high) / 2,
    std: (high - low) / Math.sqrt(12),
    moments: [9 / 5, 27 / 7, 9],
    bounds: [low, high],
    cdf: (x) => Math.min(1, Math.max(0, (x - low) / (high - low))),
  };
}

/**
 * N(mean, sigma²) given |x − mean| ≤ cutoff · sigma, where `sigma` is that of the uncut normal. The moments follow by
 * partial integration: E[zᵏ] = (k − 1)·E[zᵏ⁻²] − 2·cᵏ⁻¹·φ(c)/(Φ(c) − Φ(−c)).
 */
export function truncatedNormalDistribution(mean: number, sigma: number, cutoff: number): Distribution {
  const inside = 2 * standardNormalCdf(cutoff) - 1;
  const density = Math.exp(-0.5 * cutoff * cutoff) / Math.sqrt(2 * Math.PI);
  const next = (k: number, previous: number): number =>
    (k - 1) * previous - (2 * cutoff ** (k - 1) * density) / inside;
  const second = next(2, 1);
  const fourth = next(4, second);
  const sixth = next(6, fourth);
  const eighth = next(8, sixth);
  const below = standardNormalCdf(-cutoff);
  return {
    mean,
    std: sigma * Math.sqrt(second),
    moments: [fourth / second ** 2, sixth / second ** 3, eighth / second ** 4],
    bounds: [mean - cutoff * sigma, mean + cutoff * sigma],
    cdf: (x) => Math.min(1, Math.max(0, (standardNormalCdf((x - mean) / sigma) - below) / inside)),
  };
}

/**
 * The mean, the variance (sum of squared deviations, divided by N) and the kurtosis (3 for a normal one) of a sample.
 */
export function momentsOf(values: ArrayLike<number>): { mean: number; variance: number; kurtosis: number } {
  let mean = 0;
  for (let i = 0; i < values.length; i++) mean += values[i]! / values.length;
  let second = 0;
  let fourth = 0;
  for (let i = 0; i < values.length; i++) {
    const square = (values[i]! - mean) ** 2;
    second += square / values.length;
    fourth += square ** 2 / values.length;
  }
  return { mean, variance: second, kurtosis: fourth / second ** 2 };
}

/** The mean of the squared values. */
export function secondMomentOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! ** 2;
  return sum / values.length;
}

/** The statistic of Kolmogorov and Smirnov, √N · max |F_N(x) − F(x)|. The values are in ascending order. */
function kolmogorovSmirnov(sorted: Float64Array, cdf: (x: number) => number): number {
  const n = sorted.length;
  let distance = 0;
  for (let i = 0; i < n; i++) {
    const expected = cdf(sorted[i]!);
    distance = Math.max(distance, expected - i / n, (i + 1) / n - expected); // a NaN remains a NaN
  }
  return Math.sqrt(n) * distance;
}

/**
 * The distance of a sample from a distribution. That of mean, variance and kurtosis is in their standard deviations.
 */
export interface Deviation {
  readonly mean: number;
  readonly variance: number;
  readonly kurtosis: number;
  readonly ks: number;
  /** The share of values beyond the bounds. */
  readonly outside: number;
  /** The share of values that are equal to another value. */
  readonly repeated: number;
}

/** The largest deviations that pass. A larger ks than 2.2253 has probability 1e-4. */
export const LIMITS: Deviation = {
  mean: 5,
  variance: 5,
  kurtosis: 5,
  ks: 2.2253,
  outside: 0,
  repeated: 0.05,
};

/**
 * The deviation of a sample of N draws. Its mean has the standard deviation σ/√N, its variance σ²√((m₄ − 1)/N), and its
 * kurtosis √((m₈ − 4m₄m₆ + 4m₄³ − m₄²)/N), which is √(24/N) for the normal distribution. The bounds allow for rounding
 * to float32.
 */
export function deviation(values: ArrayLike<number>, expected: Distribution): Deviation {
  const n = values.length;
  const [m4, m6, m8] = expected.moments;
  const found = momentsOf(values);
  const [low, high] = expected.bounds;
  const slack = 1e-6 * expected.std;
  const sorted = Float64Array.from(values).sort();
  return {
    mean: ((found.mean - expected.mean) / expected.std) * Math.sqrt(n),
    variance: (found.variance / expected.std ** 2 - 1) / Math.sqrt((m4 - 1) / n),
    kurtosis: (found.kurtosis - m4) / Math.sqrt((m8 - 4 * m4 * m6 + 4 * m4 ** 3 - m4 ** 2) / n),
    ks: kolmogorovSmirnov(sorted, (x) => expected.cdf(x)),
    outside: sorted.filter((x) => x < low - slack || x > high + slack).length / n,
    repeated: sorted.filter((x, i) => i > 0 && x === sorted[i - 1]).length / n,
  };
}

/** The statistics that exceed their limits. A NaN counts as exceeding. */
export function exceeded(found: Deviation): (keyof Deviation)[] {
  return (Object.keys(LIMITS) as (keyof Deviation)[]).filter(
    (name) => !(Math.abs(found[name]) <= LIMITS[name]),
  );
}

/** Throws unless all the statistics of `values` are within their limits. */
export function assertDistribution(values: ArrayLike<number>, expected: Distribution, what = 'values'): void {
  const found = deviation(values, expected);
  const broken = exceeded(found);
  if (broken.length === 0) return;
  const list = broken.map((name) => `${name} ${found[name].toFixed(3)} (limit ${LIMITS[name]})`);
  throw new Error(`${what}: not the expected distribution: ${list.join(', ')}`);
}
