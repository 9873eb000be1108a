/** What the compiler knows of derivatives of functions: one tensor for one input, a tuple for several. */
import { hessian, jacobian, type Tensor } from '../../src/index.js';

export function ofOne(x: Tensor): Tensor[] {
  const [j, h] = [jacobian((a) => a.square())(x), hessian((a) => a.square().sum())(x)];
  // @ts-expect-error f has one input
  jacobian((a) => a.square())(x, x);
  // @ts-expect-error the Hessian by one input is a tensor
  const [row] = h;
  return [j, h, row];
}

export function ofTwo(x: Tensor, y: Tensor): Tensor[] {
  const f = (a: Tensor, b: Tensor): Tensor => a.mul(b).sum();
  const [ja, jb] = jacobian(f)(x, y);
  const [[aa, ab], [ba, bb]] = hessian(f)(x, y);
  // @ts-expect-error f has two inputs
  hessian(f)(x);
  // @ts-expect-error there is no third block
  void hessian(f)(x, y)[2];
  return [ja, jb, aa, ab, ba, bb];
}
