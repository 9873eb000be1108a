/**
 * Updates of parameters in place, computed in float64 two numbers at a time and rounded where the arrays are float32,
 * so that they agree with their twins in ../../reference/optimise.ts to the last bit. Read those first.
 *
 * Addresses x, g, v, m are those of `count` float32 numbers each; up to three numbers beyond are read and written.
 */

@inline function load2(address: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(address));
}

/** Stores two numbers as float32 and returns them as they were rounded. */
@inline function store2(address: usize, value: v128): v128 {
  const rounded = f32x4.demote_f64x2_zero(value);
  v128.store64_lane(address, rounded, 0);
  return f64x2.promote_low_f32x4(rounded);
}

@inline function times(factor: f64, x: v128): v128 {
  return f64x2.mul(f64x2.splat(factor), x);
}

/** x ← x − η(g + λx) */
export function descend(x: usize, g: usize, count: i32, lr: f64, weightDecay: f64): void {
  for (let end = x + (count << 2); x < end; x += 8, g += 8) {
    const old = load2(x);
    store2(x, f64x2.sub(old, times(lr, f64x2.add(load2(g), times(weightDecay, old)))));
  }
}

/** g ← g + λx,  v ← μv + φg,  x ← x − η(v or g + μv) */
export function descendWithMomentum(x: usize, g: usize, v: usize, count: i32, lr: f64, weightDecay: f64, momentum: f64, fresh: f64, nesterov: bool): void {
  for (let end = x + (count << 2); x < end; x += 8, g += 8, v += 8) {
    const old = load2(x);
    const gradient = f64x2.add(load2(g), times(weightDecay, old));
    const velocity = store2(v, f64x2.add(times(momentum, load2(v)), times(fresh, gradient)));
    const direction = nesterov ? f64x2.add(gradient, times(momentum, velocity)) : velocity;
    store2(x, f64x2.sub(old, times(lr, direction)));
  }
}

/** m ← β₁m + (1 − β₁)g,  v ← β₂v + (1 − β₂)g²,  x ← s·x − η·m / (√(v/b) + ε), with g ← g + λx first */
export function adapt(x: usize, g: usize, m: usize, v: usize, count: i32, lr: f64, weightDecay: f64, shrink: f64, beta1: f64, beta2: f64, bias2: f64, eps: f64): void {
  for (let end = x + (count << 2); x < end; x += 8, g += 8, m += 8, v += 8) {
    const old = load2(x);
    const gradient = f64x2.add(load2(g), times(weightDecay, old));
    const mean = store2(m, f64x2.add(times(beta1, load2(m)), times(1 - beta1, gradient)));
    const square = store2(v, f64x2.add(times(beta2, load2(v)), f64x2.mul(times(1 - beta2, gradient), gradient)));
    const size = f64x2.add(f64x2.sqrt(f64x2.div(square, f64x2.splat(bias2))), f64x2.splat(eps));
    store2(x, f64x2.sub(times(shrink, old), f64x2.div(times(lr, mean), size)));
  }
}
