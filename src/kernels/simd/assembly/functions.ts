/**
 * exp, log, tanh, sigmoid, erf and the normal distribution of float32 numbers, computed in float64, two at a time,
 * and rounded once at the end. Before that rounding the error is about 1e-10, so a result differs from the correctly
 * rounded one by the last bit at most.
 */

const LOG2_E: f64 = 1.4426950408889634;
/** ln 2 in two parts: n·high is exact for the n that occur. */
const LN2_HIGH: f64 = 0.6931471803691238;
const LN2_LOW: f64 = 1.9082149292705877e-10;

/** eˣ = 2ⁿ · eʳ with n = round(x / ln 2) and |r| ≤ ln(2)/2, where the Taylor series to r¹⁰ is good to 3e-13. */
@inline export function exponential(x: v128): v128 {
  // Beyond these bounds a float32 is 0 or infinite anyway; NaN passes through min and max.
  const bounded = f64x2.max(f64x2.min(x, f64x2.splat(150)), f64x2.splat(-150));
  const n = f64x2.nearest(f64x2.mul(bounded, f64x2.splat(LOG2_E)));
  const r = f64x2.sub(f64x2.sub(bounded, f64x2.mul(n, f64x2.splat(LN2_HIGH))), f64x2.mul(n, f64x2.splat(LN2_LOW)));
  let p = f64x2.splat(1.0 / 3628800);
  p = multiplyAdd(p, r, 1.0 / 362880);
  p = multiplyAdd(p, r, 1.0 / 40320);
  p = multiplyAdd(p, r, 1.0 / 5040);
  p = multiplyAdd(p, r, 1.0 / 720);
  p = multiplyAdd(p, r, 1.0 / 120);
  p = multiplyAdd(p, r, 1.0 / 24);
  p = multiplyAdd(p, r, 1.0 / 6);
  p = multiplyAdd(p, r, 0.5);
  p = multiplyAdd(p, r, 1);
  p = multiplyAdd(p, r, 1);
  // 2ⁿ as a float64: n goes into the bits of the exponent.
  const exponent = i64x2.extend_low_i32x4_s(i32x4.trunc_sat_f64x2_s_zero(n));
  const power = i64x2.shl(i64x2.add(exponent, i64x2.splat(1023)), 52);
  return f64x2.mul(p, power);
}

/** p · x + c, one step of Horner's scheme. */
@inline function multiplyAdd(p: v128, x: v128, c: f64): v128 {
  return f64x2.add(f64x2.mul(p, x), f64x2.splat(c));
}

/** ln x = e·ln 2 + ln m, x = 2ᵉ·m with m in [√½, √2), and ln m = 2 artanh((m − 1)/(m + 1)) by its series. */
@inline export function logarithm(x: v128): v128 {
  const SIGNIFICAND: v128 = i64x2.splat(0x000fffffffffffff);
  const ONE: v128 = i64x2.splat(0x3ff0000000000000);
  let m = v128.or(v128.and(x, SIGNIFICAND), ONE);
  const biased = i64x2.shr_u(x, 52);
  const large = f64x2.gt(m, f64x2.splat(1.4142135623730951));
  m = v128.bitselect(f64x2.mul(m, f64x2.splat(0.5)), m, large);
  const whole = i64x2.sub(i64x2.sub(biased, i64x2.splat(1023)), large);
  // The low halves of both 64-bit integers, side by side, as float64.
  const e = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(whole, whole, 0, 2, 0, 2));
  const s = f64x2.div(f64x2.sub(m, f64x2.splat(1)), f64x2.add(m, f64x2.splat(1)));
  const s2 = f64x2.mul(s, s);
  let p = f64x2.splat(1.0 / 13);
  p = multiplyAdd(p, s2, 1.0 / 11);
  p = multiplyAdd(p, s2, 1.0 / 9);
  p = multiplyAdd(p, s2, 1.0 / 7);
  p = multiplyAdd(p, s2, 1.0 / 5);
  p = multiplyAdd(p, s2, 1.0 / 3);
  p = multiplyAdd(p, s2, 1);
  const value = f64x2.add(f64x2.mul(e, f64x2.splat(0.6931471805599453)), f64x2.mul(f64x2.mul(f64x2.splat(2), s), p));
  return logarithmEdges(x, value);
}

/** −∞ at 0, ∞ at ∞, NaN below 0 and at NaN. */
@inline function logarithmEdges(x: v128, value: v128): v128 {
  const zero = f64x2.splat(0);
  let y = v128.bitselect(f64x2.splat(-Infinity), value, f64x2.eq(x, zero));
  y = v128.bitselect(x, y, f64x2.eq(x, f64x2.splat(Infinity)));
  return v128.bitselect(y, f64x2.splat(NaN), f64x2.ge(x, zero));
}

/** (1 − t)/(1 + t) with t = e^(−2|x|); where that would cancel, x − x³/3 + 2x⁵/15. */
@inline function tangent(x: v128): v128 {
  const size = f64x2.abs(x);
  const t = exponential(f64x2.mul(size, f64x2.splat(-2)));
  const far = f64x2.div(f64x2.sub(f64x2.splat(1), t), f64x2.add(f64x2.splat(1), t));
  const x2 = f64x2.mul(x, x);
  const near = f64x2.mul(x, multiplyAdd(multiplyAdd(f64x2.splat(2.0 / 15), x2, -1.0 / 3), x2, 1));
  const signed = v128.or(far, v128.and(x, f64x2.splat(-0.0)));
  return v128.bitselect(near, signed, f64x2.lt(size, f64x2.splat(0.01)));
}

/** 1/(1 + e) for x ≥ 0 and e/(1 + e) below, with e = e^(−|x|). */
@inline function logistic(x: v128): v128 {
  const e = exponential(f64x2.neg(f64x2.abs(x)));
  const numerator = v128.bitselect(e, f64x2.splat(1), f64x2.lt(x, f64x2.splat(0)));
  return f64x2.div(numerator, f64x2.add(f64x2.splat(1), e));
}

/**
 * erf x: for |x| < 1 its Maclaurin series times e^(−x²), which has no cancellation; beyond, 1 − erfc x by a fit.
 */
@inline function errorFunction(x: v128): v128 {
  const size = f64x2.min(f64x2.abs(x), f64x2.splat(6));
  const isNear = f64x2.lt(size, f64x2.splat(1));
  const x2 = f64x2.mul(size, size);
  const t = f64x2.div(f64x2.splat(1), multiplyAdd(size, f64x2.splat(0.5), 1));
  const e = exponential(f64x2.sub(v128.bitselect(f64x2.splat(0), complementFit(t), isNear), x2));
  const near = f64x2.mul(f64x2.mul(f64x2.splat(1.1283791670955126), size), f64x2.mul(e, oddSeries(x2)));
  const far = f64x2.sub(f64x2.splat(1), f64x2.mul(t, e));
  return v128.or(v128.bitselect(near, far, isNear), v128.and(x, f64x2.splat(-0.0)));
}

/** Σ (2x²)ⁿ / (1·3·5⋯(2n + 1)) to n = 14, by Horner's scheme from the inside out. */
@inline function oddSeries(x2: v128): v128 {
  let sum = f64x2.splat(1);
  for (let n = 14; n >= 1; n--)
    sum = f64x2.add(f64x2.splat(1), f64x2.mul(sum, f64x2.mul(x2, f64x2.splat(2.0 / <f64>(2 * n + 1)))));
  return sum;
}

/**
 * ln(erfc(x)·e^(x²)/t) as a polynomial in t = 1/(1 + x/2), for 1 ≤ x ≤ 20: interpolated at Chebyshev's points, good to
 * 7.4e-11. The idea that this function of t is smooth enough for that: W. H. Press et al., Numerical Recipes, 6.2.
 */
@inline function complementFit(t: v128): v128 {
  let p = f64x2.splat(-0.14045908831759302);
  p = multiplyAdd(p, t, 0.9119257356421546);
  p = multiplyAdd(p, t, -2.232822885655247);
  p = multiplyAdd(p, t, 2.6394401972173616);
  p = multiplyAdd(p, t, -1.5484215210553351);
  p = multiplyAdd(p, t, 0.5594188578744209);
  p = multiplyAdd(p, t, -0.3266303131592961);
  p = multiplyAdd(p, t, -0.050805766691631685);
  p = multiplyAdd(p, t, 0.07880609567905264);
  p = multiplyAdd(p, t, 0.3753723203018399);
  p = multiplyAdd(p, t, 0.9999824380687348);
  return multiplyAdd(p, t, -1.2655117639215796);
}

/** Φ(x) = ½ erfc(z), z = −x/√2: for |z| < 1 by erf, beyond by erfc itself, which keeps its digits where it is tiny. */
@inline function normalDistribution(x: v128): v128 {
  const size = f64x2.min(f64x2.abs(f64x2.mul(x, f64x2.splat(0.7071067811865476))), f64x2.splat(20));
  const isNear = f64x2.lt(size, f64x2.splat(1));
  const x2 = f64x2.mul(size, size);
  const t = f64x2.div(f64x2.splat(1), multiplyAdd(size, f64x2.splat(0.5), 1));
  const e = exponential(f64x2.sub(v128.bitselect(f64x2.splat(0), complementFit(t), isNear), x2));
  const near = f64x2.sub(f64x2.splat(1), f64x2.mul(f64x2.mul(f64x2.splat(1.1283791670955126), size), f64x2.mul(e, oddSeries(x2))));
  const tail = f64x2.mul(f64x2.splat(0.5), v128.bitselect(near, f64x2.mul(t, e), isNear));
  const y = v128.bitselect(tail, f64x2.sub(f64x2.splat(1), tail), f64x2.lt(x, f64x2.splat(0)));
  return v128.bitselect(y, x, f64x2.eq(x, x));
}

/** The functions by number, as {@link apply} takes them. */
const EXP = 0;
const LOG = 1;
const TANH = 2;
const SIGMOID = 3;
const ERF = 4;
const NORMAL_CDF = 5;

/** The function of number `f`, of two numbers. */
@inline function pairOf(f: i32, x: v128): v128 {
  if (f == EXP) return exponential(x);
  if (f == LOG) return logarithm(x);
  if (f == TANH) return tangent(x);
  if (f == SIGMOID) return logistic(x);
  if (f == ERF) return errorFunction(x);
  return normalDistribution(x);
}

/** The loop over four numbers at a time, made once for each function. */
@inline function each(f: i32, x: usize, y: usize, count: i32): void {
  for (let i = 0; i < count; i += 4) {
    const v = v128.load(x + (i << 2));
    const low = f32x4.demote_f64x2_zero(pairOf(f, f64x2.promote_low_f32x4(v)));
    const high = f32x4.demote_f64x2_zero(pairOf(f, f64x2.promote_low_f32x4(v128.shuffle<i32>(v, v, 2, 3, 2, 3))));
    v128.store(y + (i << 2), v128.shuffle<i32>(low, high, 0, 1, 4, 5));
  }
}

/** y = f(x) for `count` numbers; reads and writes up to three numbers beyond. */
export function apply(f: i32, x: usize, y: usize, count: i32): void {
  switch (f) {
    case EXP: return each(EXP, x, y, count);
    case LOG: return each(LOG, x, y, count);
    case TANH: return each(TANH, x, y, count);
    case SIGMOID: return each(SIGMOID, x, y, count);
    case ERF: return each(ERF, x, y, count);
    case NORMAL_CDF: return each(NORMAL_CDF, x, y, count);
  }
}
