/**
 * Elementwise loops, four numbers at a time. Twin of ../../reference/elementwise.ts; read that first.
 *
 * The loops read `count` numbers at the byte address `x`, or at `a` and `b`, and write `count` numbers at `y`, which may be
 * the address of an input. Up to three numbers beyond `count` are read and written.
 */

/** The operations of two numbers, as {@link combine} takes them; the last two have their operands in the other order. */
const ADD = 0;
const SUB = 1;
const MUL = 2;
const DIV = 3;
const MAXIMUM = 4;
const MINIMUM = 5;
const GREATER = 6;
const GREATER_EQUAL = 7;
const LESS = 8;
const LESS_EQUAL = 9;
const EQUAL = 10;
const NOT_EQUAL = 11;
const SUB_FROM = 12;
const DIV_INTO = 13;

/** a ∘ b. The compiler knows the operation when it inlines this function, so the choice costs nothing at run time. */
@inline function apply(operation: i32, a: v128, b: v128): v128 {
  if (operation == ADD) return f32x4.add(a, b);
  if (operation == SUB) return f32x4.sub(a, b);
  if (operation == MUL) return f32x4.mul(a, b);
  if (operation == DIV) return f32x4.div(a, b);
  if (operation == MAXIMUM) return f32x4.max(a, b);
  if (operation == MINIMUM) return f32x4.min(a, b);
  if (operation == GREATER) return oneWhere(f32x4.gt(a, b));
  if (operation == GREATER_EQUAL) return oneWhere(f32x4.ge(a, b));
  if (operation == LESS) return oneWhere(f32x4.lt(a, b));
  if (operation == LESS_EQUAL) return oneWhere(f32x4.le(a, b));
  if (operation == EQUAL) return oneWhere(f32x4.eq(a, b));
  if (operation == NOT_EQUAL) return oneWhere(f32x4.ne(a, b));
  if (operation == SUB_FROM) return f32x4.sub(b, a);
  return f32x4.div(b, a);
}

/** 1 where all bits of the mask are set, 0 where none is. */
@inline function oneWhere(mask: v128): v128 {
  return v128.and(mask, f32x4.splat(1));
}

/**
 * y = a ∘ b, where b has `period` numbers. Each is used for `inner` numbers of a one after the other, and after the last one
 * the first follows again: a bias repeated over rows has inner = 1, a number for each row has inner = the width of a row.
 */
export function combine(operation: i32, a: usize, b: usize, y: usize, count: i32, inner: i32, period: i32): void {
  switch (operation) {
    case ADD: return repeated(ADD, a, b, y, count, inner, period);
    case SUB: return repeated(SUB, a, b, y, count, inner, period);
    case MUL: return repeated(MUL, a, b, y, count, inner, period);
    case DIV: return repeated(DIV, a, b, y, count, inner, period);
    case MAXIMUM: return repeated(MAXIMUM, a, b, y, count, inner, period);
    case MINIMUM: return repeated(MINIMUM, a, b, y, count, inner, period);
    case GREATER: return repeated(GREATER, a, b, y, count, inner, period);
    case GREATER_EQUAL: return repeated(GREATER_EQUAL, a, b, y, count, inner, period);
    case LESS: return repeated(LESS, a, b, y, count, inner, period);
    case LESS_EQUAL: return repeated(LESS_EQUAL, a, b, y, count, inner, period);
    case EQUAL: return repeated(EQUAL, a, b, y, count, inner, period);
    case NOT_EQUAL: return repeated(NOT_EQUAL, a, b, y, count, inner, period);
    case SUB_FROM: return repeated(SUB_FROM, a, b, y, count, inner, period);
    case DIV_INTO: return repeated(DIV_INTO, a, b, y, count, inner, period);
  }
}

@inline function repeated(operation: i32, a: usize, b: usize, y: usize, count: i32, inner: i32, period: i32): void {
  const end = a + (count << 2);
  let at = 0;
  while (a < end) {
    const length = inner == 1 ? period : inner;
    const vectors = a + ((length & ~3) << 2);
    const last = a + (length << 2);
    if (inner == 1) {
      let from = b;
      for (; a < vectors; a += 16, y += 16, from += 16) v128.store(y, apply(operation, v128.load(a), v128.load(from)));
      for (; a < last; a += 4, y += 4, from += 4) v128.store32_lane(y, apply(operation, v128.load32_splat(a), v128.load32_splat(from)), 0);
    } else {
      const same = v128.load32_splat(b + (at << 2));
      for (; a < vectors; a += 16, y += 16) v128.store(y, apply(operation, v128.load(a), same));
      for (; a < last; a += 4, y += 4) v128.store32_lane(y, apply(operation, v128.load32_splat(a), same), 0);
      if (++at == period) at = 0;
    }
  }
}

/**
 * y = a where the condition is not 0, b elsewhere. A step of 16 bytes goes through a or b; a step of 0 stays at four numbers that are
 * equal.
 */
export function select(condition: usize, a: usize, b: usize, y: usize, count: i32, stepA: i32, stepB: i32): void {
  const zero = f32x4.splat(0);
  for (let i = 0; i < count; i += 4, a += stepA, b += stepB)
    v128.store(y + (i << 2), v128.bitselect(v128.load(a), v128.load(b), f32x4.ne(v128.load(condition + (i << 2)), zero)));
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

/** y = low below `low`, high above `high`, x between; NaN stays NaN. */
export function clip(x: usize, y: usize, count: i32, low: f32, high: f32): void {
  const least = f32x4.splat(low);
  const most = f32x4.splat(high);
  for (let i = 0; i < count; i += 4) v128.store(y + (i << 2), f32x4.pmin(f32x4.pmax(v128.load(x + (i << 2)), least), most));
}

/** y = −x */
export function neg(x: usize, y: usize, count: i32): void {
  for (let i = 0; i < count; i += 4) v128.store(y + (i << 2), f32x4.neg(v128.load(x + (i << 2))));
}

/** y = |x| */
export function abs(x: usize, y: usize, count: i32): void {
  for (let i = 0; i < count; i += 4) v128.store(y + (i << 2), f32x4.abs(v128.load(x + (i << 2))));
}

/** y = √x */
export function sqrt(x: usize, y: usize, count: i32): void {
  for (let i = 0; i < count; i += 4) v128.store(y + (i << 2), f32x4.sqrt(v128.load(x + (i << 2))));
}

/** y = 1 / x */
export function reciprocal(x: usize, y: usize, count: i32): void {
  const one = f32x4.splat(1);
  for (let i = 0; i < count; i += 4) v128.store(y + (i << 2), f32x4.div(one, v128.load(x + (i << 2))));
}

/** y = x² */
export function square(x: usize, y: usize, count: i32): void {
  for (let i = 0; i < count; i += 4) {
    const v = v128.load(x + (i << 2));
    v128.store(y + (i << 2), f32x4.mul(v, v));
  }
}
