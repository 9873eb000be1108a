/**
 * Solution: a gated unit.
 *
 *     r = σ(a_r + b_r),   z = σ(a_z + b_z),   n = tanh(a_n + r ⊙ b_n),   h′ = (1 − z) ⊙ n + z ⊙ h
 *
 * Where z is 1 the old state stays, and its gradient passes unchanged.
 */
import { split, type Tensor } from 'tapegrad';

export function step(a: Tensor, b: Tensor, h: Tensor): Tensor {
  const [ar, az, an] = split(a, 3, -1) as [Tensor, Tensor, Tensor];
  const [br, bz, bn] = split(b, 3, -1) as [Tensor, Tensor, Tensor];
  const r = ar.add(br).sigmoid();
  const z = az.add(bz).sigmoid();
  const n = an.add(r.mul(bn)).tanh();
  return n.add(z.mul(h.sub(n)));
}
