/**
 * Rows brought to mean 0 and mean square 1. Twin of ../../reference/standardise.ts; read that first. Nothing is scaled here,
 * because squares of float32 numbers neither overflow nor vanish in float64.
 */
import { firstPair, lastPair, rounded } from './functions';

/** y = (x − mean x) / σ for `count` rows of `width` numbers, σ = √(Σ (x − mean x)² / n + ε); without `centred` no mean is taken off. */
export function standardiseRows(x: usize, y: usize, count: i32, width: i32, eps: f64, centred: bool): void {
  const whole = width & ~3;
  for (let row = 0; row < count; row++) {
    const first = firstOf(x, centred);
    const mean = meanOf(x, width, first, centred);
    const size = sizeOf(x, width, first, mean, eps);
    const sizes = f64x2.splat(size);
    for (let j = 0; j < whole; j += 4) {
      const v = v128.load(x + (j << 2));
      const p = distance(firstPair(v), first, mean);
      const q = distance(lastPair(v), first, mean);
      v128.store(y + (j << 2), rounded(f64x2.div(p, sizes), f64x2.div(q, sizes)));
    }
    for (let j = whole; j < width; j++)
      store<f32>(y + (j << 2), <f32>((<f64>load<f32>(x + (j << 2)) - first - mean) / size));
    x += width << 2;
    y += width << 2;
  }
}

/** The σ of each row, as above. */
export function deviationRows(x: usize, y: usize, count: i32, width: i32, eps: f64, centred: bool): void {
  for (let row = 0; row < count; row++) {
    const first = firstOf(x, centred);
    store<f32>(y + (row << 2), <f32>sizeOf(x, width, first, meanOf(x, width, first, centred), eps));
    x += width << 2;
  }
}

/** p = g − mean g − y · mean(g y) for each row; without `centred` p = g − y · mean(g y) */
export function projectRows(g: usize, y: usize, p: usize, count: i32, width: i32, centred: bool): void {
  const whole = width & ~3;
  for (let row = 0; row < count; row++) {
    const mean = meanOf(g, width, 0, centred);
    const slope = alongEachOther(g, y, width) / <f64>width;
    const slopes = f64x2.splat(slope);
    for (let j = 0; j < whole; j += 4) {
      const v = v128.load(g + (j << 2));
      const w = v128.load(y + (j << 2));
      const left = f64x2.sub(distance(firstPair(v), 0, mean), f64x2.mul(firstPair(w), slopes));
      const right = f64x2.sub(distance(lastPair(v), 0, mean), f64x2.mul(lastPair(w), slopes));
      v128.store(p + (j << 2), rounded(left, right));
    }
    for (let j = whole; j < width; j++)
      store<f32>(p + (j << 2), <f32>(<f64>load<f32>(g + (j << 2)) - mean - <f64>load<f32>(y + (j << 2)) * slope));
    g += width << 2;
    y += width << 2;
    p += width << 2;
  }
}

/** What is taken off before the mean of the rest is, so that equal numbers give exactly 0. */
@inline function firstOf(x: usize, centred: bool): f64 {
  return centred ? <f64>load<f32>(x) : 0;
}

@inline function distance(x: v128, first: f64, mean: f64): v128 {
  return f64x2.sub(f64x2.sub(x, f64x2.splat(first)), f64x2.splat(mean));
}

/** Σ (x − first) / n; 0 without `centred`. */
function meanOf(x: usize, width: i32, first: f64, centred: bool): f64 {
  if (!centred) return 0;
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  const whole = width & ~3;
  for (let j = 0; j < whole; j += 4) {
    const v = v128.load(x + (j << 2));
    low = f64x2.add(low, distance(firstPair(v), first, 0));
    high = f64x2.add(high, distance(lastPair(v), first, 0));
  }
  let total = together(low, high);
  for (let j = whole; j < width; j++) total += <f64>load<f32>(x + (j << 2)) - first;
  return total / <f64>width;
}

/** √(Σ (x − first − mean)² / n + ε) */
function sizeOf(x: usize, width: i32, first: f64, mean: f64, eps: f64): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  const whole = width & ~3;
  for (let j = 0; j < whole; j += 4) {
    const v = v128.load(x + (j << 2));
    const p = distance(firstPair(v), first, mean);
    const q = distance(lastPair(v), first, mean);
    low = f64x2.add(low, f64x2.mul(p, p));
    high = f64x2.add(high, f64x2.mul(q, q));
  }
  let squares = together(low, high);
  for (let j = whole; j < width; j++) {
    const d = <f64>load<f32>(x + (j << 2)) - first - mean;
    squares += d * d;
  }
  return sqrt<f64>(squares / <f64>width + eps);
}

/** Σ g · y */
function alongEachOther(g: usize, y: usize, width: i32): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  const whole = width & ~3;
  for (let j = 0; j < whole; j += 4) {
    const v = v128.load(g + (j << 2));
    const w = v128.load(y + (j << 2));
    low = f64x2.add(low, f64x2.mul(firstPair(v), firstPair(w)));
    high = f64x2.add(high, f64x2.mul(lastPair(v), lastPair(w)));
  }
  let total = together(low, high);
  for (let j = whole; j < width; j++) total += <f64>load<f32>(g + (j << 2)) * <f64>load<f32>(y + (j << 2));
  return total;
}

@inline function together(low: v128, high: v128): f64 {
  const sums = f64x2.add(low, high);
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
}
