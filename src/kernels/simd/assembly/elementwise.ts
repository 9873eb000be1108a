/**
 * Elementwise loops, four numbers at a time. Twin of ../../reference/elementwise.ts; read that first.
 *
 * The loops read `count` numbers at the byte address `x`, or at `a` and `b`, and write `count` numbers at `y`. In a binary
 * loop b may be shorter: its `period` numbers are used again and again, as when a bias is added to every row. Up to three
 * numbers beyond `count` are read and written.
 */

/** y = a + b */
export function add(a: usize, b: usize, y: usize, count: i32, period: i32): void {
  binary(0, a, b, y, count, period);
}

/** y = a − b */
export function sub(a: usize, b: usize, y: usize, count: i32, period: i32): void {
  binary(1, a, b, y, count, period);
}

/** y = a · b */
export function mul(a: usize, b: usize, y: usize, count: i32, period: i32): void {
  binary(2, a, b, y, count, period);
}

/** y = a / b */
export function div(a: usize, b: usize, y: usize, count: i32, period: i32): void {
  binary(3, a, b, y, count, period);
}

/** a ∘ b. The compiler knows the operation when it inlines this function, so the choice costs nothing at run time. */
@inline function combine(operation: i32, a: v128, b: v128): v128 {
  if (operation == 0) return f32x4.add(a, b);
  if (operation == 1) return f32x4.sub(a, b);
  if (operation == 2) return f32x4.mul(a, b);
  return f32x4.div(a, b);
}

/** y = a ∘ b. A period of 1 is a number for all of a; otherwise b is repeated along a. */
@inline function binary(operation: i32, a: usize, b: usize, y: usize, count: i32, period: i32): void {
  if (period == 1) {
    const same = v128.load32_splat(b);
    for (let i = 0; i < count; i += 4) v128.store(y + (i << 2), combine(operation, v128.load(a + (i << 2)), same));
    return;
  }
  for (let start = 0; start < count; start += period) {
    const whole = period & ~3;
    for (let i = 0; i < whole; i += 4)
      v128.store(y + ((start + i) << 2), combine(operation, v128.load(a + ((start + i) << 2)), v128.load(b + (i << 2))));
    for (let i = whole; i < period; i++)
      v128.store32_lane(y + ((start + i) << 2), combine(operation, v128.load32_splat(a + ((start + i) << 2)), v128.load32_splat(b + (i << 2))), 0);
  }
}

/** y = max(x, 0); NaN stays NaN, and −0 becomes 0. */
export function relu(x: usize, y: usize, count: i32): void {
  const zero = f32x4.splat(0);
  for (let i = 0; i < count; i += 4) {
    const v = v128.load(x + (i << 2));
    v128.store(y + (i << 2), v128.andnot(v, f32x4.le(v, zero)));
  }
}

/** x = g where y > 0 or NaN, 0 elsewhere. */
export function reluGrad(g: usize, y: usize, x: usize, count: i32): void {
  const zero = f32x4.splat(0);
  for (let i = 0; i < count; i += 4)
    v128.store(x + (i << 2), v128.andnot(v128.load(g + (i << 2)), f32x4.le(v128.load(y + (i << 2)), zero)));
}

/** y = √x */
export function sqrt(x: usize, y: usize, count: i32): void {
  for (let i = 0; i < count; i += 4) v128.store(y + (i << 2), f32x4.sqrt(v128.load(x + (i << 2))));
}

/** y = x² */
export function square(x: usize, y: usize, count: i32): void {
  for (let i = 0; i < count; i += 4) {
    const v = v128.load(x + (i << 2));
    v128.store(y + (i << 2), f32x4.mul(v, v));
  }
}
