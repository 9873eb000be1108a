/**
 * Updates of parameters in place. The numbers are computed in float64, two at a time, and rounded when they are stored
 * as float32, so every result has the bits of its twin in ../../reference/optimise.ts. Read those first.
 *
 * The addresses w, g, v and m are those of `count` float32 numbers each. Up to three numbers beyond are read and written.
 */

/** Two float32 numbers as float64. */
@inline function load2(address: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(address));
}

/** Stores two numbers as float32 and returns what was stored, as float64. */
@inline function store2(address: usize, value: v128): v128 {
  const rounded = f32x4.demote_f64x2_zero(value);
  v128.store64_lane(address, rounded, 0);
  return f64x2.promote_low_f32x4(rounded);
}

/** factor · x */
@inline function times(factor: f64, x: v128): v128 {
  return f64x2.mul(f64x2.splat(factor), x);
}

/** Plain descent.  w ← w − η(g + λw) */
export function descend(w: usize, g: usize, count: i32, lr: f64, weightDecay: f64): void {
  for (let end = w + (count << 2); w < end; w += 8, g += 8) {
    const old = load2(w);
    store2(w, f64x2.sub(old, times(lr, f64x2.add(load2(g), times(weightDecay, old)))));
  }
}

/** Descent along a velocity.  g ← g + λw,  v ← μv + φg,  w ← w − ηv, or w − η(g + μv) in Nesterov's form */
export function descendWithMomentum(w: usize, g: usize, v: usize, count: i32, lr: f64, weightDecay: f64, momentum: f64, fresh: f64, nesterov: bool): void {
  for (let end = w + (count << 2); w < end; w += 8, g += 8, v += 8) {
    const old = load2(w);
    const gradient = f64x2.add(load2(g), times(weightDecay, old));
    const velocity = store2(v, f64x2.add(times(momentum, load2(v)), times(fresh, gradient)));
    const direction = nesterov ? f64x2.add(gradient, times(momentum, velocity)) : velocity;
    store2(w, f64x2.sub(old, times(lr, direction)));
  }
}

/** Adam and AdamW.  g ← g + λw,  m ← β₁m + (1 − β₁)g,  v ← β₂v + (1 − β₂)g²,  w ← s·w − η·m / (√(v/b) + ε) */
export function adapt(w: usize, g: usize, m: usize, v: usize, count: i32, lr: f64, weightDecay: f64, shrink: f64, beta1: f64, beta2: f64, bias2: f64, eps: f64): void {
  for (let end = w + (count << 2); w < end; w += 8, g += 8, m += 8, v += 8) {
    const old = load2(w);
    const gradient = f64x2.add(load2(g), times(weightDecay, old));
    const mean = store2(m, f64x2.add(times(beta1, load2(m)), times(1 - beta1, gradient)));
    const square = store2(v, f64x2.add(times(beta2, load2(v)), f64x2.mul(times(1 - beta2, gradient), gradient)));
    const size = f64x2.add(f64x2.sqrt(f64x2.div(square, f64x2.splat(bias2))), f64x2.splat(eps));
    store2(w, f64x2.sub(times(shrink, old), f64x2.div(times(lr, mean), size)));
  }
}
