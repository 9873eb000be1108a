/**
 * exp, log, tanh, sigmoid, erf, the normal distribution, activations and slopes of float32 numbers, computed in float64, two at a time,
 * and rounded once at the end. Before that rounding the error is about 1e-10, so a result differs from the correctly
 * rounded one by the last bit at most.
 *
 * Constants are globals declared with `let`. A loop loads a global from memory, which takes one instruction. What is declared with
 * `const` the compiler puts into the loop as a literal, which JavaScript engines build from parts in every turn, and that takes
 * longer than the arithmetic.
 */

let ZERO: v128 = f64x2.splat(0);
let HALF: v128 = f64x2.splat(0.5);
let ONE: v128 = f64x2.splat(1);
let TWO: v128 = f64x2.splat(2);
let FOUR: v128 = f64x2.splat(4);
let SIGN: v128 = f64x2.splat(-0.0);
let LOG2_E: v128 = f64x2.splat(1.4426950408889634);
let LN2: v128 = f64x2.splat(0.6931471805599453);

/** Beyond ±150 the exponential of a float32 is 0 or infinite. */
let LIMIT: v128 = f64x2.splat(150);
let MINUS_LIMIT: v128 = f64x2.splat(-150);
/** 1.5 · 2⁵²: a sum of this size has no digits behind the point, and its last bits are those of a whole number. */
let WHOLE: v128 = f64x2.splat(6755399441055744);
let EXP_2: v128 = f64x2.splat(0.5);
let EXP_3: v128 = f64x2.splat(0.16666666719154666);
let EXP_4: v128 = f64x2.splat(0.04166666671913113);
let EXP_5: v128 = f64x2.splat(0.00833329841399441);
let EXP_6: v128 = f64x2.splat(0.0013888853982128165);
let EXP_7: v128 = f64x2.splat(0.00019899332014494553);
let EXP_8: v128 = f64x2.splat(2.4859634734036927e-5);

/**
 * eˣ = 2ⁿ · eʳ with n = round(x / ln 2), |r| ≤ ln(2)/2, and eʳ by a polynomial, interpolated at Chebyshev's points, good to 4e-12.
 * Powers of r² apart from each other, so that the processor computes several terms at once. NaN stays NaN.
 */
@inline export function exponential(x: v128): v128 {
  const bounded = f64x2.pmax(f64x2.pmin(x, LIMIT), MINUS_LIMIT);
  const shifted = multiplyAdd(bounded, LOG2_E, WHOLE);
  const r = f64x2.sub(bounded, f64x2.mul(f64x2.sub(shifted, WHOLE), LN2));
  const r2 = f64x2.mul(r, r);
  const r4 = f64x2.mul(r2, r2);
  const low = multiplyAdd(multiplyAdd(EXP_3, r, EXP_2), r2, f64x2.add(ONE, r));
  const high = multiplyAdd(multiplyAdd(EXP_7, r, EXP_6), r2, multiplyAdd(EXP_5, r, EXP_4));
  const p = multiplyAdd(multiplyAdd(EXP_8, r4, high), r4, low);
  // n goes into the bits of the exponent.
  return i64x2.add(p, i64x2.shl(shifted, 52));
}

/** p · x + c, one step of Horner's scheme: rounded once where the engine has a fused multiply-add (relaxed SIMD), else twice. */
@inline function multiplyAdd(p: v128, x: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f64x2.relaxed_madd(p, x, c);
  return f64x2.add(f64x2.mul(p, x), c);
}

let SIGNIFICAND: v128 = i64x2.splat(0x000fffffffffffff);
let BIAS: v128 = i64x2.splat(1023);
let ROOT_TWO: v128 = f64x2.splat(1.4142135623730951);
let ARTANH_1: v128 = f64x2.splat(2.0000000000084058);
let ARTANH_3: v128 = f64x2.splat(0.666666652411293);
let ARTANH_5: v128 = f64x2.splat(0.40000385967808594);
let ARTANH_7: v128 = f64x2.splat(0.2853496890963766);
let ARTANH_9: v128 = f64x2.splat(0.2361795277842024);

/** ln x = e·ln 2 + ln m, x = 2ᵉ·m with m in [√½, √2), and ln m = 2 artanh((m − 1)/(m + 1)) by a polynomial, good to 5e-12. */
@inline export function logarithm(x: v128): v128 {
  let m = v128.or(v128.and(x, SIGNIFICAND), ONE);
  const biased = i64x2.shr_u(x, 52);
  const large = f64x2.gt(m, ROOT_TWO);
  m = v128.bitselect(f64x2.mul(m, HALF), m, large);
  const whole = i64x2.sub(i64x2.sub(biased, BIAS), large);
  // The low halves of both 64-bit integers, side by side, as float64.
  const e = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(whole, whole, 0, 2, 0, 2));
  const s = f64x2.div(f64x2.sub(m, ONE), f64x2.add(m, ONE));
  const s2 = f64x2.mul(s, s);
  let p = multiplyAdd(ARTANH_9, s2, ARTANH_7);
  p = multiplyAdd(p, s2, ARTANH_5);
  p = multiplyAdd(p, s2, ARTANH_3);
  p = multiplyAdd(p, s2, ARTANH_1);
  return logarithmEdges(x, multiplyAdd(s, p, f64x2.mul(e, LN2)));
}

let INFINITE: v128 = f64x2.splat(Infinity);
let MINUS_INFINITE: v128 = f64x2.splat(-Infinity);
let NO_NUMBER: v128 = f64x2.splat(NaN);

/** −∞ at 0, ∞ at ∞, NaN below 0 and at NaN. */
@inline function logarithmEdges(x: v128, value: v128): v128 {
  let y = v128.bitselect(MINUS_INFINITE, value, f64x2.eq(x, ZERO));
  y = v128.bitselect(x, y, f64x2.eq(x, INFINITE));
  return v128.bitselect(y, NO_NUMBER, f64x2.ge(x, ZERO));
}

let TINY: v128 = f64x2.splat(0.00006103515625);

/** (1 − t)/(1 + t) with t = e^(−2|x|); x itself where the next term, x³/3, is below the last digit and 1 − t would cancel. */
@inline function tangent(x: v128): v128 {
  const size = f64x2.abs(x);
  const t = exponential(f64x2.neg(f64x2.add(size, size)));
  const far = f64x2.div(f64x2.sub(ONE, t), f64x2.add(ONE, t));
  return v128.bitselect(x, v128.or(far, v128.and(x, SIGN)), f64x2.lt(size, TINY));
}

/** e^(−|x|), which does not overflow. */
@inline function decay(x: v128): v128 {
  return exponential(v128.or(x, SIGN));
}

/** `below` where x < 0, else `above`. */
@inline function bySign(x: v128, below: v128, above: v128): v128 {
  return v128.bitselect(below, above, f64x2.lt(x, ZERO));
}

/** 1/(1 + e) for x ≥ 0 and e/(1 + e) below, with e = e^(−|x|). */
@inline function logistic(x: v128): v128 {
  const e = decay(x);
  return f64x2.div(bySign(x, e, ONE), f64x2.add(ONE, e));
}

/** σ′(x) = e/(1 + e)², with e = e^(−|x|). */
@inline function logisticSlope(x: v128): v128 {
  const e = decay(x);
  const d = f64x2.add(ONE, e);
  return f64x2.div(e, f64x2.mul(d, d));
}

/** σ(x) + m·σ′(x) = (d + me)/d² for x ≥ 0 and e(d + m)/d² below, with e = e^(−|x|) and d = 1 + e. */
@inline function logisticAndSlope(x: v128, m: v128): v128 {
  const e = decay(x);
  const d = f64x2.add(ONE, e);
  const below = f64x2.mul(e, f64x2.add(d, m));
  return f64x2.div(bySign(x, below, multiplyAdd(m, e, d)), f64x2.mul(d, d));
}

let SIX: v128 = f64x2.splat(6);
let ERF_1: v128 = f64x2.splat(1.1283791670946768);
let ERF_3: v128 = f64x2.splat(-0.37612638889634686);
let ERF_5: v128 = f64x2.splat(0.11283791308585076);
let ERF_7: v128 = f64x2.splat(-0.026866133233499248);
let ERF_9: v128 = f64x2.splat(0.005223783471379105);
let ERF_11: v128 = f64x2.splat(-0.0008542637885972288);
let ERF_13: v128 = f64x2.splat(0.00011956561403507518);
let ERF_15: v128 = f64x2.splat(-1.3909333682537295e-5);
let ERF_17: v128 = f64x2.splat(1.0589366551558844e-6);

/** erf x: for |x| < 1 by an odd polynomial, interpolated at Chebyshev's points, good to 1e-12; beyond, 1 − erfc x. */
@inline function errorFunction(x: v128): v128 {
  const size = f64x2.pmin(f64x2.abs(x), SIX);
  const x2 = f64x2.mul(size, size);
  let p = multiplyAdd(ERF_17, x2, ERF_15);
  p = multiplyAdd(p, x2, ERF_13);
  p = multiplyAdd(p, x2, ERF_11);
  p = multiplyAdd(p, x2, ERF_9);
  p = multiplyAdd(p, x2, ERF_7);
  p = multiplyAdd(p, x2, ERF_5);
  p = multiplyAdd(p, x2, ERF_3);
  p = multiplyAdd(p, x2, ERF_1);
  const far = f64x2.sub(ONE, f64x2.mul(exponential(f64x2.neg(x2)), scaledComplement(size)));
  return v128.or(v128.bitselect(f64x2.mul(size, p), far, f64x2.lt(size, ONE)), v128.and(x, SIGN));
}

let ERFC_0: v128 = f64x2.splat(0.2820947088045552);
let ERFC_1: v128 = f64x2.splat(0.2820988568834232);
let ERFC_2: v128 = f64x2.splat(0.24674537110605443);
let ERFC_3: v128 = f64x2.splat(0.17741001109738805);
let ERFC_4: v128 = f64x2.splat(0.07471559980078385);
let ERFC_5: v128 = f64x2.splat(0.046783290400738003);
let ERFC_6: v128 = f64x2.splat(-0.2632296377913323);
let ERFC_7: v128 = f64x2.splat(0.5459139729637212);
let ERFC_8: v128 = f64x2.splat(-1.2483760495011464);
let ERFC_9: v128 = f64x2.splat(1.8462929631038638);
let ERFC_10: v128 = f64x2.splat(-1.6286961569820917);
let ERFC_11: v128 = f64x2.splat(0.8605364979443818);
let ERFC_12: v128 = f64x2.splat(-0.2553342596508672);
let ERFC_13: v128 = f64x2.splat(0.03304483184620978);

/**
 * erfc(x)·e^(x²) for 0 ≤ x ≤ 20: t = 1/(1 + x/2) times a polynomial in t, interpolated at Chebyshev's points, good to
 * 6.7e-11. Even and odd powers apart, so that the processor computes both at once.
 */
@inline function scaledComplement(x: v128): v128 {
  const t = f64x2.div(ONE, multiplyAdd(x, HALF, ONE));
  const t2 = f64x2.mul(t, t);
  let even = multiplyAdd(ERFC_12, t2, ERFC_10);
  even = multiplyAdd(even, t2, ERFC_8);
  even = multiplyAdd(even, t2, ERFC_6);
  even = multiplyAdd(even, t2, ERFC_4);
  even = multiplyAdd(even, t2, ERFC_2);
  even = multiplyAdd(even, t2, ERFC_0);
  let odd = multiplyAdd(ERFC_13, t2, ERFC_11);
  odd = multiplyAdd(odd, t2, ERFC_9);
  odd = multiplyAdd(odd, t2, ERFC_7);
  odd = multiplyAdd(odd, t2, ERFC_5);
  odd = multiplyAdd(odd, t2, ERFC_3);
  odd = multiplyAdd(odd, t2, ERFC_1);
  return f64x2.mul(t, multiplyAdd(odd, t, even));
}

let FAR: v128 = f64x2.splat(200);
let MINUS_FAR: v128 = f64x2.splat(-200);

/** x between −200 and 200, so that a product with a number that is 0 at ±∞ is 0 and not NaN there; NaN stays NaN. */
@inline function near(x: v128): v128 {
  return f64x2.pmax(f64x2.pmin(x, FAR), MINUS_FAR);
}

/** x times a share that is 0 at −∞, and from −200 on. */
@inline function shareOf(x: v128, share: v128): v128 {
  return f64x2.mul(f64x2.pmax(x, MINUS_FAR), share);
}

let MINUS_HALF: v128 = f64x2.splat(-0.5);
let ROOT_HALF: v128 = f64x2.splat(0.7071067811865476);
let TWENTY: v128 = f64x2.splat(20);
let ONE_OVER_SQRT_TWO_PI: v128 = f64x2.splat(0.3989422804014327);

/** e^(−x²/2) of an x between −200 and 200. */
@inline function bell(x: v128): v128 {
  return exponential(f64x2.mul(f64x2.mul(x, x), MINUS_HALF));
}

/** Φ(x) = ½ erfc(z), z = −x/√2, which keeps its digits where it is tiny; 1 − Φ(−x) for x > 0. `e` is bell(x). */
@inline function normalDistribution(x: v128, e: v128): v128 {
  const z = f64x2.pmin(f64x2.abs(f64x2.mul(x, ROOT_HALF)), TWENTY);
  const tail = f64x2.mul(f64x2.mul(HALF, e), scaledComplement(z));
  return bySign(x, tail, f64x2.sub(ONE, tail));
}

/** x · Φ(x) */
@inline function geluOf(x: v128): v128 {
  return shareOf(x, normalDistribution(x, bell(near(x))));
}

/** Φ(x) + x·φ(x), φ(x) = e^(−x²/2)/√(2π) */
@inline function geluSlopeOf(x: v128): v128 {
  const e = bell(near(x));
  return multiplyAdd(f64x2.mul(near(x), e), ONE_OVER_SQRT_TWO_PI, normalDistribution(x, e));
}

/** √(8/π), 0.044715·√(8/π) and three times that. */
let LINEAR: v128 = f64x2.splat(1.5957691216057308);
let CUBIC: v128 = f64x2.splat(0.07135481627260025);
let CUBIC_SLOPE: v128 = f64x2.splat(0.21406444881780074);

/** v = √(8/π)(x + 0.044715x³) of a bounded x. */
@inline function cubic(x: v128): v128 {
  return f64x2.mul(x, multiplyAdd(f64x2.mul(x, x), CUBIC, LINEAR));
}

/** σ(v) + x·σ′(v)·v′ of a bounded x. */
@inline function geluByTanhSlopeOf(x: v128): v128 {
  return logisticAndSlope(cubic(x), f64x2.mul(x, multiplyAdd(f64x2.mul(x, x), CUBIC_SLOPE, LINEAR)));
}

let WIDE_1: v128 = f64x2.splat(2.000000000004866);
let WIDE_3: v128 = f64x2.splat(0.6666666623790809);
let WIDE_5: v128 = f64x2.splat(0.40000061422258414);
let WIDE_7: v128 = f64x2.splat(0.2856814573039064);
let WIDE_9: v128 = f64x2.splat(0.22305127680156114);
let WIDE_11: v128 = f64x2.splat(0.17122535683698112);
let WIDE_13: v128 = f64x2.splat(0.21860573499339284);

/** max(x, 0) + ln(1 + e), e = e^(−|x|), where ln(1 + e) = 2 artanh(e/(2 + e)), by a polynomial good to 3e-12, keeps the digits of a small e. */
@inline function softplusOf(x: v128): v128 {
  const e = decay(x);
  const s = f64x2.div(e, f64x2.add(TWO, e));
  const s2 = f64x2.mul(s, s);
  let p = multiplyAdd(WIDE_13, s2, WIDE_11);
  p = multiplyAdd(p, s2, WIDE_9);
  p = multiplyAdd(p, s2, WIDE_7);
  p = multiplyAdd(p, s2, WIDE_5);
  p = multiplyAdd(p, s2, WIDE_3);
  p = multiplyAdd(p, s2, WIDE_1);
  return multiplyAdd(s, p, f64x2.pmax(x, ZERO));
}

/** x · tanh(softplus x) = x · n/d, with e = e^(−|x|): n = e² + 2e, d = n + 2 below 0; n = 1 + 2e, d = n + 2e² from 0 on. */
@inline function mishOf(x: v128): v128 {
  const e = decay(x);
  const e2 = f64x2.mul(e, e);
  const n = f64x2.add(f64x2.add(e, e), bySign(x, e2, ONE));
  const d = f64x2.add(n, bySign(x, TWO, f64x2.add(e2, e2)));
  return shareOf(x, f64x2.div(n, d));
}

/** The slope of mish, (n·d + 4x·w(1 + e))/d², with w = e below 0 and e² from 0 on. */
@inline function mishSlopeOf(x: v128): v128 {
  const e = decay(x);
  const e2 = f64x2.mul(e, e);
  const n = f64x2.add(f64x2.add(e, e), bySign(x, e2, ONE));
  const d = f64x2.add(n, bySign(x, TWO, f64x2.add(e2, e2)));
  const moment = f64x2.mul(f64x2.mul(near(x), bySign(x, e, e2)), f64x2.mul(FOUR, f64x2.add(ONE, e)));
  return f64x2.div(multiplyAdd(n, d, moment), f64x2.mul(d, d));
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
const SOFTPLUS = 14;
const MISH = 15;
const MISH_SLOPE = 16;
const RSQRT = 17;

/** The function of number `f`, of two numbers. */
@inline function pairOf(f: i32, x: v128): v128 {
  if (f == EXP) return exponential(x);
  if (f == LOG) return logarithm(x);
  if (f == TANH) return tangent(x);
  if (f == SIGMOID) return logistic(x);
  if (f == ERF) return errorFunction(x);
  if (f == NORMAL_CDF) return normalDistribution(x, bell(near(x)));
  if (f == TANH_SLOPE) return f64x2.mul(logisticSlope(f64x2.add(x, x)), FOUR);
  if (f == SIGMOID_SLOPE) return logisticSlope(x);
  if (f == SILU) return shareOf(x, logistic(x));
  if (f == SILU_SLOPE) return logisticAndSlope(x, near(x));
  if (f == GELU) return geluOf(x);
  if (f == GELU_SLOPE) return geluSlopeOf(x);
  if (f == GELU_BY_TANH) return shareOf(x, logistic(cubic(near(x))));
  if (f == GELU_BY_TANH_SLOPE) return geluByTanhSlopeOf(near(x));
  if (f == SOFTPLUS) return softplusOf(x);
  if (f == MISH) return mishOf(x);
  if (f == MISH_SLOPE) return mishSlopeOf(x);
  return f64x2.div(ONE, f64x2.sqrt(x));
}

/** The first two of four float32 numbers as float64, and the last two. */
@inline export function firstPair(x: v128): v128 {
  return f64x2.promote_low_f32x4(x);
}
@inline export function lastPair(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i32>(x, x, 2, 3, 2, 3));
}

/** Two pairs, rounded to float32. */
@inline export function rounded(first: v128, last: v128): v128 {
  return v128.shuffle<i32>(f32x4.demote_f64x2_zero(first), f32x4.demote_f64x2_zero(last), 0, 1, 4, 5);
}

/** Two float32 numbers as float64. */
@inline function loadPair(address: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(address));
}

/** Stores two numbers as float32. */
@inline function storePair(address: usize, pair: v128): void {
  v128.store64_lane(address, f32x4.demote_f64x2_zero(pair), 0);
}

/** The loop over two numbers at a time, made once for each function. */
@inline function each(f: i32, x: usize, y: usize, count: i32): void {
  for (let i = 0; i < count; i += 2) storePair(y + (i << 2), pairOf(f, loadPair(x + (i << 2))));
}

/**
 * y = f(x) for `count` numbers; reads and writes up to one number beyond. Each is a function of its own: JavaScript engines compile a
 * very long function badly.
 */
export function exp(x: usize, y: usize, count: i32): void { each(EXP, x, y, count); }
export function log(x: usize, y: usize, count: i32): void { each(LOG, x, y, count); }
export function tanh(x: usize, y: usize, count: i32): void { each(TANH, x, y, count); }
export function sigmoid(x: usize, y: usize, count: i32): void { each(SIGMOID, x, y, count); }
export function erf(x: usize, y: usize, count: i32): void { each(ERF, x, y, count); }
export function normalCdf(x: usize, y: usize, count: i32): void { each(NORMAL_CDF, x, y, count); }
export function tanhSlope(x: usize, y: usize, count: i32): void { each(TANH_SLOPE, x, y, count); }
export function sigmoidSlope(x: usize, y: usize, count: i32): void { each(SIGMOID_SLOPE, x, y, count); }
export function silu(x: usize, y: usize, count: i32): void { each(SILU, x, y, count); }
export function siluSlope(x: usize, y: usize, count: i32): void { each(SILU_SLOPE, x, y, count); }
export function gelu(x: usize, y: usize, count: i32): void { each(GELU, x, y, count); }
export function geluSlope(x: usize, y: usize, count: i32): void { each(GELU_SLOPE, x, y, count); }
export function geluByTanh(x: usize, y: usize, count: i32): void { each(GELU_BY_TANH, x, y, count); }
export function geluByTanhSlope(x: usize, y: usize, count: i32): void { each(GELU_BY_TANH_SLOPE, x, y, count); }
export function softplus(x: usize, y: usize, count: i32): void { each(SOFTPLUS, x, y, count); }
export function mish(x: usize, y: usize, count: i32): void { each(MISH, x, y, count); }
export function mishSlope(x: usize, y: usize, count: i32): void { each(MISH_SLOPE, x, y, count); }
export function rsqrt(x: usize, y: usize, count: i32): void { each(RSQRT, x, y, count); }

/** The function of number `f`. */
export function apply(f: i32, x: usize, y: usize, count: i32): void {
  switch (f) {
    case EXP: return exp(x, y, count);
    case LOG: return log(x, y, count);
    case TANH: return tanh(x, y, count);
    case SIGMOID: return sigmoid(x, y, count);
    case ERF: return erf(x, y, count);
    case NORMAL_CDF: return normalCdf(x, y, count);
    case TANH_SLOPE: return tanhSlope(x, y, count);
    case SIGMOID_SLOPE: return sigmoidSlope(x, y, count);
    case SILU: return silu(x, y, count);
    case SILU_SLOPE: return siluSlope(x, y, count);
    case GELU: return gelu(x, y, count);
    case GELU_SLOPE: return geluSlope(x, y, count);
    case GELU_BY_TANH: return geluByTanh(x, y, count);
    case GELU_BY_TANH_SLOPE: return geluByTanhSlope(x, y, count);
    case SOFTPLUS: return softplus(x, y, count);
    case MISH: return mish(x, y, count);
    case MISH_SLOPE: return mishSlope(x, y, count);
    case RSQRT: return rsqrt(x, y, count);
  }
}

let EXPM1_LIMIT: v128 = f64x2.splat(-0.001);
let SIXTH: v128 = f64x2.splat(0.16666666666666666);
let TWENTY_FOURTH: v128 = f64x2.splat(0.041666666666666664);

/** eˣ − 1 of an x ≤ 0: by its series near 0, where that would cancel. */
@inline function beyondOne(x: v128): v128 {
  const series = multiplyAdd(multiplyAdd(multiplyAdd(TWENTY_FOURTH, x, SIXTH), x, HALF), f64x2.mul(x, x), x);
  return v128.bitselect(series, f64x2.sub(exponential(x), ONE), f64x2.gt(x, EXPM1_LIMIT));
}

/** λ·x where x > 0, λα(eˣ − 1) elsewhere */
@inline function eluOf(x: v128, alpha: v128, scale: v128): v128 {
  const left = f64x2.mul(alpha, beyondOne(x));
  return f64x2.mul(scale, v128.bitselect(x, left, f64x2.gt(x, ZERO)));
}

/** y = λ·x where x > 0, λα(eˣ − 1) elsewhere */
export function elu(x: usize, y: usize, count: i32, alpha: f64, scale: f64): void {
  const a = f64x2.splat(alpha);
  const s = f64x2.splat(scale);
  for (let i = 0; i < count; i += 2) storePair(y + (i << 2), eluOf(loadPair(x + (i << 2)), a, s));
}

/** `right` where x > 0, left · eˣ elsewhere */
@inline function eluSlopeOf(x: v128, left: v128, right: v128): v128 {
  return v128.bitselect(right, f64x2.mul(left, exponential(x)), f64x2.gt(x, ZERO));
}

/** y = `right` where x > 0, left · eˣ elsewhere */
export function eluSlope(x: usize, y: usize, count: i32, left: f64, right: f64): void {
  const l = f64x2.splat(left);
  const r = f64x2.splat(right);
  for (let i = 0; i < count; i += 2) storePair(y + (i << 2), eluSlopeOf(loadPair(x + (i << 2)), l, r));
}

/** y = x where x > 0, slope · x elsewhere */
export function leakyRelu(x: usize, y: usize, count: i32, slope: f64): void {
  const s = f64x2.splat(slope);
  for (let i = 0; i < count; i += 2) {
    const v = loadPair(x + (i << 2));
    storePair(y + (i << 2), v128.bitselect(f64x2.mul(s, v), v, f64x2.le(v, ZERO)));
  }
}
