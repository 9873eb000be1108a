/** Softmax and its logarithm of rows. Twin of ../../reference/softmax.ts; read that first. */
import { exponential, firstPair, lastPair, logarithm, rounded } from './functions';

/** yⱼ = e^(xⱼ − max x) / Σ e^(x − max x) for `count` rows of `width` numbers. */
export function softmaxRows(x: usize, y: usize, count: i32, width: i32): void {
  const whole = width & ~3;
  for (let row = 0; row < count; row++) {
    const total = exponentials(x, y, width, rowMax(x, width));
    const totals = f64x2.splat(total);
    for (let j = 0; j < whole; j += 4) {
      const e = v128.load(y + (j << 2));
      v128.store(y + (j << 2), rounded(f64x2.div(firstPair(e), totals), f64x2.div(lastPair(e), totals)));
    }
    for (let j = whole; j < width; j++) store<f32>(y + (j << 2), <f32>(load<f32>(y + (j << 2)) / total));
    x += width << 2;
    y += width << 2;
  }
}

/** yⱼ = (xⱼ − max x) − log Σ e^(x − max x). The exponentials are kept in `y` until the results replace them. */
export function logSoftmaxRows(x: usize, y: usize, count: i32, width: i32): void {
  const whole = width & ~3;
  for (let row = 0; row < count; row++) {
    const top = rowMax(x, width);
    const logTotals = logarithm(f64x2.splat(exponentials(x, y, width, top)));
    const tops = f64x2.splat(top);
    for (let j = 0; j < whole; j += 4) {
      const v = v128.load(x + (j << 2));
      v128.store(y + (j << 2), rounded(f64x2.sub(below(tops, firstPair(v)), logTotals), f64x2.sub(below(tops, lastPair(v)), logTotals)));
    }
    for (let j = whole; j < width; j++)
      v128.store32_lane(y + (j << 2), f32x4.demote_f64x2_zero(f64x2.sub(below(tops, firstPair(v128.load32_splat(x + (j << 2)))), logTotals)), 0);
    x += width << 2;
    y += width << 2;
  }
}

/** Largest number of a row; NaN wins. */
@inline function rowMax(x: usize, width: i32): f64 {
  let found = f32x4.splat(-Infinity);
  const whole = width & ~3;
  for (let j = 0; j < whole; j += 4) found = f32x4.max(found, v128.load(x + (j << 2)));
  for (let j = whole; j < width; j++) found = f32x4.max(found, v128.load32_splat(x + (j << 2)));
  found = f32x4.max(found, v128.shuffle<i32>(found, found, 2, 3, 0, 1));
  found = f32x4.max(found, v128.shuffle<i32>(found, found, 1, 0, 3, 2));
  return f32x4.extract_lane(found, 0);
}

/** value − top, and 0 where both are the same infinity. */
@inline function below(top: v128, value: v128): v128 {
  return v128.andnot(f64x2.sub(value, top), f64x2.eq(value, top));
}

/** yⱼ = e^(xⱼ − top). Returns the sum of these numbers as they are before rounding, in float64. */
@inline function exponentials(x: usize, y: usize, width: i32, top: f64): f64 {
  const tops = f64x2.splat(top);
  let sums = f64x2.splat(0);
  const whole = width & ~3;
  for (let j = 0; j < whole; j += 4) {
    const v = v128.load(x + (j << 2));
    const first = exponential(below(tops, firstPair(v)));
    const last = exponential(below(tops, lastPair(v)));
    sums = f64x2.add(sums, f64x2.add(first, last));
    v128.store(y + (j << 2), rounded(first, last));
  }
  let total = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  for (let j = whole; j < width; j++) {
    const e = f64x2.extract_lane(exponential(below(tops, firstPair(v128.load32_splat(x + (j << 2))))), 0);
    total += e;
    store<f32>(y + (j << 2), <f32>e);
  }
  return total;
}
