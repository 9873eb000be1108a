/**
 * Elementary functions from + − × ÷ and √ alone, which IEEE 754 rounds in one way, so that a result has the same bits in
 * every JavaScript engine. `Math.exp` and its kin differ from engine to engine in the last digits. This file holds what
 * the others share: what a sum or a product has lost by rounding, and the exponent of a number.
 *
 * The error bounds are in ulp, units in the last place of a float64. test/precision.test.ts measures them.
 */

/** a + b − s for s = a + b as it was rounded. @source Knuth, The Art of Computer Programming 2, 4.2.2 */
export function sumError(a: number, b: number, s: number): number {
  const part = s - a;
  return a - (s - part) + (b - part);
}

/** a · b − p for p = a · b as it was rounded, unless a product of parts overflows or vanishes. @source Dekker 1971 */
export function productError(a: number, b: number, p: number): number {
  const a1 = upperHalf(a);
  const b1 = upperHalf(b);
  const a2 = a - a1;
  const b2 = b - b1;
  return a2 * b2 - (p - a1 * b1 - a2 * b1 - a1 * b2);
}

/** x rounded to 26 bits, so that a product of two such numbers is exact. */
function upperHalf(x: number): number {
  const shifted = x * 134_217_729; // 2²⁷ + 1
  return shifted - (shifted - x);
}

/** (a + low) / b − q for q = a / b as it was rounded. */
export function quotientError(a: number, b: number, q: number, low = 0): number {
  const product = q * b;
  return (a - product - productError(q, b, product) + low) / b;
}

/** 2ⁿ at n + 1074, for all that are float64. */
const POWERS = /* @__PURE__ */ powersOfTwo();

function powersOfTwo(): Float64Array {
  const powers = new Float64Array(2098);
  for (let n = 0, power = Number.MIN_VALUE; n < powers.length; n++, power *= 2) powers[n] = power;
  return powers;
}

/** x · 2ⁿ for |n| ≤ 1500, rounded once, also where the result is subnormal or where 2ⁿ alone would overflow. */
export function scale(x: number, n: number): number {
  if (n < -1022) return x * POWERS[n + 1574]! * POWERS[574]!;
  if (n > 1023) return x * POWERS[n + 574]! * POWERS[1574]!;
  return x * POWERS[n + 1074]!;
}

const double = /* @__PURE__ */ new Float64Array(1);
/** The bits of `double`, low half first: WebAssembly, which reads the same arrays, wants that everywhere. */
const halves = /* @__PURE__ */ new Int32Array(double.buffer);

/** k of x = 2ᵏ · m with m from √½ to √2, for x > 0. */
export function exponentOf(x: number): number {
  const subnormal = x < 2 ** -1022;
  double[0] = subnormal ? x * 2 ** 54 : x;
  // 0x95f62 carries into the exponent from m = √2 on.
  return ((halves[1]! + 0x95f62) >> 20) - (subnormal ? 1077 : 1023);
}
