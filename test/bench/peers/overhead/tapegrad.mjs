import { contend, tapegrad } from '../shared.mjs';
import { A, STEPS } from './problem.mjs';

const { tg } = await tapegrad();
const leaf = () => tg.tensor(A, { requiresGrad: true });
const [x, b, c] = [leaf(), leaf(), leaf()];
contend(() => {
  x.grad = b.grad = c.grad = null;
  let a = x;
  for (let i = 0; i < STEPS; i++) a = a.mul(b).add(c);
  const y = a.sum();
  y.backward();
  return y.item() / 1e6;
});
