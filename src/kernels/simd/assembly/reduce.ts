/**
 * Sums, added up in float64, two numbers at a time; largest and smallest numbers. Twin of ../../reference/reduce.ts; read
 * that first.
 */

/** totals[row] += Σ of `length` numbers, for `count` rows that lie one after the other. The totals are float64. */
export function addRows(x: usize, totals: usize, count: i32, length: i32): void {
  const whole = length & ~3;
  for (let row = 0; row < count; row++) {
    let low = f64x2.splat(0);
    let high = f64x2.splat(0);
    for (let i = 0; i < whole; i += 4) {
      const v = v128.load(x + (i << 2));
      low = f64x2.add(low, f64x2.promote_low_f32x4(v));
      high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<i32>(v, v, 2, 3, 2, 3)));
    }
    const pair = f64x2.add(low, high);
    let total = f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1);
    for (let i = whole; i < length; i++) total += load<f32>(x + (i << 2));
    store<f64>(totals, load<f64>(totals) + total);
    totals += 8;
    x += length << 2;
  }
}

/** totals[j] += Σ over `count` rows of x[row, j], `width` numbers a row. The totals are float64. */
export function addColumns(x: usize, totals: usize, count: i32, width: i32): void {
  const whole = width & ~3;
  for (let row = 0; row < count; row++) {
    for (let j = 0; j < whole; j += 4) {
      const v = v128.load(x + (j << 2));
      const to = totals + (j << 3);
      v128.store(to, f64x2.add(v128.load(to), f64x2.promote_low_f32x4(v)));
      v128.store(to, f64x2.add(v128.load(to, 16), f64x2.promote_low_f32x4(v128.shuffle<i32>(v, v, 2, 3, 2, 3))), 16);
    }
    for (let j = whole; j < width; j++) {
      const to = totals + (j << 3);
      store<f64>(to, load<f64>(to) + load<f32>(x + (j << 2)));
    }
    x += width << 2;
  }
}

export function maxRows(x: usize, y: usize, count: i32, length: i32): void {
  extremeRows(true, x, y, count, length);
}

export function minRows(x: usize, y: usize, count: i32, length: i32): void {
  extremeRows(false, x, y, count, length);
}

export function maxColumns(x: usize, y: usize, count: i32, width: i32): void {
  extremeColumns(true, x, y, count, width);
}

export function minColumns(x: usize, y: usize, count: i32, width: i32): void {
  extremeColumns(false, x, y, count, width);
}

/** The larger or the smaller of two, lane by lane; NaN wins. */
@inline function extreme(larger: bool, a: v128, b: v128): v128 {
  return larger ? f32x4.max(a, b) : f32x4.min(a, b);
}

/** y[row] = the extreme of `length` numbers, for `count` rows that lie one after the other. */
@inline function extremeRows(larger: bool, x: usize, y: usize, count: i32, length: i32): void {
  const whole = length & ~3;
  for (let row = 0; row < count; row++) {
    let found = f32x4.splat(larger ? -Infinity : Infinity);
    for (let i = 0; i < whole; i += 4) found = extreme(larger, found, v128.load(x + (i << 2)));
    found = extreme(larger, found, v128.shuffle<i32>(found, found, 2, 3, 0, 1));
    found = extreme(larger, found, v128.shuffle<i32>(found, found, 1, 0, 3, 2));
    for (let i = whole; i < length; i++) found = extreme(larger, found, v128.load32_splat(x + (i << 2)));
    v128.store32_lane(y + (row << 2), found, 0);
    x += length << 2;
  }
}

/** y[j] = the extreme over `count` rows of x[row, j], `width` numbers a row. */
@inline function extremeColumns(larger: bool, x: usize, y: usize, count: i32, width: i32): void {
  const whole = width & ~3;
  for (let j = 0; j < width; j++) store<f32>(y + (j << 2), larger ? -Infinity : Infinity);
  for (let row = 0; row < count; row++) {
    for (let j = 0; j < whole; j += 4) v128.store(y + (j << 2), extreme(larger, v128.load(y + (j << 2)), v128.load(x + (j << 2))));
    for (let j = whole; j < width; j++) v128.store32_lane(y + (j << 2), extreme(larger, v128.load32_splat(y + (j << 2)), v128.load32_splat(x + (j << 2))), 0);
    x += width << 2;
  }
}
