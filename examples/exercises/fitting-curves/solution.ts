/**
 * Solution: how far to trust a fit.
 *
 * The cost is half of the sum of squares, so the sum is twice its value. Two parameters were fitted, and bring the curve
 * nearer to the measurements than the true curve is. So the sum is shared by two measurements fewer.
 */
import { hessian, type Tensor, tensor } from 'tapegrad';
import { minimize, standardErrors } from 'tapegrad/optim';

export function fitDecay(t: Tensor, y: Tensor): { p: Tensor; errors: Tensor } {
  const curve = (p: Tensor): Tensor =>
    t
      .mul(p.slice([1]))
      .neg()
      .exp()
      .mul(p.slice([0]));
  const cost = (p: Tensor): Tensor => curve(p).sub(y).square().sum().mul(0.5);
  const { x, value } = minimize(cost, tensor([1, 1], { dtype: 'float64' }));
  const variance = (2 * value) / (t.size - 2);
  const { errors } = standardErrors(hessian(cost)(x), { scale: variance });
  return { p: x, errors };
}
