/** Softmax and its logarithm of rows. Twin of ../../reference/softmax.ts; read that first. */
import { exponential, logarithm } from './functions';

/** yⱼ = e^(xⱼ − max x) / Σ e^(x − max x) for `count` rows of `width` numbers. */
export function softmaxRows(x: usize, y: usize, count: i32, width: i32): void {
  for (let row = 0; row < count; row++) {
    const top = rowMax(x, width);
    const total = exponentials(x, y, width, top);
    for (let j = 0; j < width; j++) store<f32>(y + (j << 2), <f32>(load<f32>(y + (j << 2)) / total));
    x += width << 2;
    y += width << 2;
  }
}

/** yⱼ = (xⱼ − max x) − log Σ e^(x − max x). The exponentials are kept in `y` until the results replace them. */
export function logSoftmaxRows(x: usize, y: usize, count: i32, width: i32): void {
  for (let row = 0; row < count; row++) {
    const top = rowMax(x, width);
    const logTotal = f64x2.extract_lane(logarithm(f64x2.splat(exponentials(x, y, width, top))), 0);
    for (let j = 0; j < width; j++) store<f32>(y + (j << 2), <f32>(below(top, load<f32>(x + (j << 2))) - logTotal));
    x += width << 2;
    y += width << 2;
  }
}

/** Largest number of a row; NaN wins. */
@inline function rowMax(x: usize, width: i32): f64 {
  let top: f32 = -Infinity;
  for (let j = 0; j < width; j++) top = max(top, load<f32>(x + (j << 2)));
  return top;
}

/** value − top, and 0 where both are the same infinity. */
@inline function below(top: f64, value: f64): f64 {
  return value == top ? 0 : value - top;
}

/** yⱼ = e^(xⱼ − top). Returns the sum of these numbers as they are before rounding, in float64. */
@inline function exponentials(x: usize, y: usize, width: i32, top: f64): f64 {
  const shift = f64x2.splat(top);
  let sums = f64x2.splat(0);
  const whole = width & ~1;
  for (let j = 0; j < whole; j += 2) {
    const v = f64x2.promote_low_f32x4(v128.load64_zero(x + (j << 2)));
    const e = exponential(v128.andnot(f64x2.sub(v, shift), f64x2.eq(v, shift)));
    sums = f64x2.add(sums, e);
    v128.store64_lane(y + (j << 2), f32x4.demote_f64x2_zero(e), 0);
  }
  let total = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  if (whole < width) {
    const e = f64x2.extract_lane(exponential(f64x2.splat(below(top, load<f32>(x + (whole << 2))))), 0);
    total += e;
    store<f32>(y + (whole << 2), <f32>e);
  }
  return total;
}
