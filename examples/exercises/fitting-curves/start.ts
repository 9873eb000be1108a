/**
 * Exercise: how far to trust a fit.
 *
 * `fitDecay` fits y = a·exp(−bt) to measurements with noise of unknown size, the same for all, and returns the parameters
 * p = [a, b] and their standard errors. The parameters are right. The standard errors are too small: two faults are in the
 * variance of a measurement.
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
  const variance = value / t.size;
  const { errors } = standardErrors(hessian(cost)(x), { scale: variance });
  return { p: x, errors };
}
