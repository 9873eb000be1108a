/**
 * exp, log, tanh, sigmoid, erf, the normal distribution, activations and slopes of float32 numbers, computed in float64, two at a time,
 * and rounded once at the end. Before that rounding the error is about 1e-10, so a result differs from the correctly
 * rounded one by the last bit at most.
 */

const LOG2_E: f64 = 1.4426950408889634;
/** ln 2 in two parts: n·high is exact for the n that occur. */
const LN2_HIGH: f64 = 0.6931471803691238;
const LN2_LOW: f64 = 1.9082149292705877e-10;

/**
 * eˣ = 2ⁿ · eʳ with n = round(x / ln 2) and |r| ≤ ln(2)/2. eʳ = (C + r)/(C − r) with C = r · coth(r/2) = 2 + r²/6 − …, whose
 * terms to r⁸ are good to 2e-13.
 */
@inline export function exponential(x: v128): v128 {
  // Beyond these bounds a float32 is 0 or infinite anyway; NaN passes through min and max.
  const bounded = f64x2.max(f64x2.min(x, f64x2.splat(150)), f64x2.splat(-150));
  const n = f64x2.nearest(f64x2.mul(bounded, f64x2.splat(LOG2_E)));
  const r = f64x2.sub(f64x2.sub(bounded, f64x2.mul(n, f64x2.splat(LN2_HIGH))), f64x2.mul(n, f64x2.splat(LN2_LOW)));
  const z = f64x2.mul(r, r);
  const c = f64x2.mul(z, multiplyAdd(multiplyAdd(multiplyAdd(f64x2.splat(-1.0 / 604800), z, 1.0 / 15120), z, -1.0 / 360), z, 1.0 / 6));
  const even = f64x2.add(c, f64x2.splat(2));
  const p = f64x2.div(f64x2.add(even, r), f64x2.sub(even, r));
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

/** erf x: for |x| < 1 its Maclaurin series times e^(−x²), which has no cancellation; beyond, 1 − erfc x. */
function errorFunction(x: v128): v128 {
  const size = f64x2.min(f64x2.abs(x), f64x2.splat(6));
  const x2 = f64x2.mul(size, size);
  const e = exponential(f64x2.neg(x2));
  const near = f64x2.mul(f64x2.mul(f64x2.splat(1.1283791670955126), size), f64x2.mul(e, oddSeries(x2)));
  const far = f64x2.sub(f64x2.splat(1), f64x2.mul(e, scaledComplement(size)));
  return v128.or(v128.bitselect(near, far, f64x2.lt(size, f64x2.splat(1))), v128.and(x, f64x2.splat(-0.0)));
}

/** Σ (2x²)ⁿ / (1·3·5⋯(2n + 1)) to n = 14, by Horner's scheme from the inside out. */
@inline function oddSeries(x2: v128): v128 {
  let sum = f64x2.splat(1);
  for (let n = 14; n >= 1; n--)
    sum = f64x2.add(f64x2.splat(1), f64x2.mul(sum, f64x2.mul(x2, f64x2.splat(2.0 / <f64>(2 * n + 1)))));
  return sum;
}

/**
 * erfc(x)·e^(x²) for 0 ≤ x ≤ 20: t = 1/(1 + x/2) times a polynomial in t, interpolated at Chebyshev's points, good to
 * 6.7e-11. Even and odd powers apart, so that the processor computes both at once.
 */
@inline function scaledComplement(x: v128): v128 {
  const t = f64x2.div(f64x2.splat(1), multiplyAdd(x, f64x2.splat(0.5), 1));
  const t2 = f64x2.mul(t, t);
  let even = f64x2.splat(-0.2553342596508672);
  even = multiplyAdd(even, t2, -1.6286961569820917);
  even = multiplyAdd(even, t2, -1.2483760495011464);
  even = multiplyAdd(even, t2, -0.2632296377913323);
  even = multiplyAdd(even, t2, 0.07471559980078385);
  even = multiplyAdd(even, t2, 0.24674537110605443);
  even = multiplyAdd(even, t2, 0.2820947088045552);
  let odd = f64x2.splat(0.03304483184620978);
  odd = multiplyAdd(odd, t2, 0.8605364979443818);
  odd = multiplyAdd(odd, t2, 1.8462929631038638);
  odd = multiplyAdd(odd, t2, 0.5459139729637212);
  odd = multiplyAdd(odd, t2, 0.046783290400738003);
  odd = multiplyAdd(odd, t2, 0.17741001109738805);
  odd = multiplyAdd(odd, t2, 0.2820988568834232);
  return f64x2.mul(t, f64x2.add(even, f64x2.mul(odd, t)));
}

/** e^(−x²/2) of an x between −200 and 200. */
@inline function bell(x: v128): v128 {
  return exponential(f64x2.mul(f64x2.mul(x, x), f64x2.splat(-0.5)));
}

/** Φ(x) = ½ erfc(z), z = −x/√2, which keeps its digits where it is tiny; 1 − Φ(−x) for x > 0. `e` is bell(x). */
@inline function normalDistribution(x: v128, e: v128): v128 {
  const z = f64x2.min(f64x2.abs(f64x2.mul(x, f64x2.splat(0.7071067811865476))), f64x2.splat(20));
  const tail = f64x2.mul(f64x2.mul(f64x2.splat(0.5), e), scaledComplement(z));
  return v128.bitselect(tail, f64x2.sub(f64x2.splat(1), tail), f64x2.lt(x, f64x2.splat(0)));
}

/** x · Φ(x) */
@inline function gelu(x: v128): v128 {
  return shareOf(x, normalDistribution(x, bell(near(x))));
}

/** Φ(x) + x·φ(x), φ(x) = e^(−x²/2)/√(2π) */
@inline function geluSlope(x: v128): v128 {
  const e = bell(near(x));
  return f64x2.add(normalDistribution(x, e), f64x2.mul(f64x2.mul(near(x), e), f64x2.splat(0.3989422804014327)));
}

/** σ′(x) = e/(1 + e)², with e = e^(−|x|). */
@inline function logisticSlope(x: v128): v128 {
  const e = exponential(f64x2.neg(f64x2.abs(x)));
  const d = f64x2.add(f64x2.splat(1), e);
  return f64x2.div(e, f64x2.mul(d, d));
}

/** x between −200 and 200, so that a product with a number that is 0 at ±∞ is 0 and not NaN there; NaN stays NaN. */
@inline function near(x: v128): v128 {
  return f64x2.max(f64x2.min(x, f64x2.splat(200)), f64x2.splat(-200));
}

/** x times a share that is 0 at −∞, and from −200 on. */
@inline function shareOf(x: v128, share: v128): v128 {
  return f64x2.mul(f64x2.max(x, f64x2.splat(-200)), share);
}

/** a + b·x² */
@inline function evenPolynomial(x: v128, a: f64, b: f64): v128 {
  return f64x2.add(f64x2.splat(a), f64x2.mul(f64x2.splat(b), f64x2.mul(x, x)));
}

/** v = √(8/π)(x + 0.044715x³) of a bounded x. */
@inline function cubic(x: v128): v128 {
  return f64x2.mul(x, evenPolynomial(x, 1.5957691216057308, 0.07135481627260025));
}

/** σ(v) + x·σ′(v)·v′ */
function geluByTanhSlope(x: v128): v128 {
  const v = cubic(x);
  const density = f64x2.mul(logisticSlope(v), evenPolynomial(x, 1.5957691216057308, 0.21406444881780074));
  return f64x2.add(logistic(v), f64x2.mul(x, density));
}

/** The functions by number, as {@link apply} takes them. */
const EXP = 0;
const LOG = 1;
const TANH = 2;
const SIGMOID = 3;
const ERF = 4;
const NORMAL_CDF = 5;
const TANH_SLOPE = 6;
const SIGMOID_SLOPE = 7;
const SILU = 8;
const SILU_SLOPE = 9;
const GELU = 10;
const GELU_SLOPE = 11;
const GELU_BY_TANH = 12;
const GELU_BY_TANH_SLOPE = 13;

/** The function of number `f`, of two numbers. */
@inline function pairOf(f: i32, x: v128): v128 {
  if (f == EXP) return exponential(x);
  if (f == LOG) return logarithm(x);
  if (f == TANH) return tangent(x);
  if (f == SIGMOID) return logistic(x);
  if (f == ERF) return errorFunction(x);
  if (f == NORMAL_CDF) return normalDistribution(x, bell(near(x)));
  if (f == TANH_SLOPE) return f64x2.mul(logisticSlope(f64x2.add(x, x)), f64x2.splat(4));
  if (f == SIGMOID_SLOPE) return logisticSlope(x);
  if (f == SILU) return shareOf(x, logistic(x));
  if (f == SILU_SLOPE) return f64x2.add(logistic(x), f64x2.mul(near(x), logisticSlope(x)));
  if (f == GELU) return gelu(x);
  if (f == GELU_SLOPE) return geluSlope(x);
  if (f == GELU_BY_TANH) return shareOf(x, logistic(cubic(near(x))));
  return geluByTanhSlope(near(x));
}

/** The loop over two numbers at a time, made once for each function. */
@inline function each(f: i32, x: usize, y: usize, count: i32): void {
  for (let i = 0; i < count; i += 2) {
    const pair = f64x2.promote_low_f32x4(v128.load64_zero(x + (i << 2)));
    v128.store64_lane(y + (i << 2), f32x4.demote_f64x2_zero(pairOf(f, pair)), 0);
  }
}

/** y = f(x) for `count` numbers; reads and writes up to one number beyond. */
export function apply(f: i32, x: usize, y: usize, count: i32): void {
  switch (f) {
    case EXP: return each(EXP, x, y, count);
    case LOG: return each(LOG, x, y, count);
    case TANH: return each(TANH, x, y, count);
    case SIGMOID: return each(SIGMOID, x, y, count);
    case ERF: return each(ERF, x, y, count);
    case NORMAL_CDF: return each(NORMAL_CDF, x, y, count);
    case TANH_SLOPE: return each(TANH_SLOPE, x, y, count);
    case SIGMOID_SLOPE: return each(SIGMOID_SLOPE, x, y, count);
    case SILU: return each(SILU, x, y, count);
    case SILU_SLOPE: return each(SILU_SLOPE, x, y, count);
    case GELU: return each(GELU, x, y, count);
    case GELU_SLOPE: return each(GELU_SLOPE, x, y, count);
    case GELU_BY_TANH: return each(GELU_BY_TANH, x, y, count);
    case GELU_BY_TANH_SLOPE: return each(GELU_BY_TANH_SLOPE, x, y, count);
  }
}
