/**
 * Exercise: a gated unit.
 *
 *     r = σ(a_r + b_r),   z = σ(a_z + b_z),   n = tanh(a_n + r ⊙ b_n),   h′ = (1 − z) ⊙ n + z ⊙ h
 *
 * `a` [batch, 3·hidden] comes from the input and `b` [batch, 3·hidden] from the state, each with the parts r, z and n side by
 * side. h is [batch, hidden]. This step forgets the reset gate, and the update gate lets the wrong one through. Mend both.
 */
import { split, type Tensor } from 'tapegrad';

export function step(a: Tensor, b: Tensor, h: Tensor): Tensor {
  const [, az, an] = split(a, 3, -1) as [Tensor, Tensor, Tensor];
  const [, bz, bn] = split(b, 3, -1) as [Tensor, Tensor, Tensor];
  const z = az.add(bz).sigmoid();
  const n = an.add(bn).tanh();
  return z.mul(n).add(z.neg().add(1).mul(h));
}
