import { contend, tapegrad } from '../shared.mjs';
import * as problem from './problem.mjs';

const { tg } = await tapegrad();
const x = tg.tensor(problem.x, { requiresGrad: true });
const w = tg.tensor(problem.W, { requiresGrad: true });
const b = tg.tensor(problem.B, { requiresGrad: true });
contend(() => {
  x.grad = w.grad = b.grad = null;
  const y = tg.sum(tg.mul(tg.tanh(tg.add(tg.mul(x, w), b)), tg.sigmoid(x)));
  y.backward();
  return y.item() / problem.COUNT;
});
