import { contend, tapegrad } from '../shared.mjs';
import { BATCH, EPS, HEADS, input, LENGTH, LR, parameters, WIDTH } from './problem.mjs';

const { tg, optim } = await tapegrad();
const x = tg.tensor(input, { shape: [BATCH, LENGTH, WIDTH] });
const params = parameters.map(({ data, shape }) => tg.tensor(data, { shape, requiresGrad: true }));
const optimizer = new optim.SGD(params, { lr: LR });
const [gain1, shift1, wq, bq, wk, bk, wv, bv, wo, bo, gain2, shift2, w1, b1, w2, b2] = params;
const heads = (h) => tg.permute(tg.reshape(h, [BATCH, LENGTH, HEADS, WIDTH / HEADS]), [0, 2, 1, 3]);
const attention = (h) => {
  const [q, k, v] = [tg.linear(h, wq, bq), tg.linear(h, wk, bk), tg.linear(h, wv, bv)].map(heads);
  const met = tg.permute(tg.scaledDotProductAttention(q, k, v), [0, 2, 1, 3]);
  return tg.linear(tg.reshape(met, [BATCH, LENGTH, WIDTH]), wo, bo);
};
contend(() => {
  optimizer.zeroGrad();
  const a = tg.add(x, attention(tg.layerNorm(x, -1, gain1, shift1, { eps: EPS })));
  const n = tg.layerNorm(a, -1, gain2, shift2, { eps: EPS });
  const y = tg.add(a, tg.linear(tg.gelu(tg.linear(n, w1, b1), 'tanh'), w2, b2));
  const loss = tg.mean(tg.square(y));
  loss.backward();
  optimizer.step();
  return loss.item();
});
