/** jax-js, with the whole step compiled by jit. */
import { contend, jaxJs } from '../shared.mjs';
import { BATCH, EPS, HEADS, input, LENGTH, LR, parameters, WIDTH } from './problem.mjs';

const { jit, nn, numpy: np, valueAndGrad } = await jaxJs();
const SIZE = WIDTH / HEADS;
const norm = (x, gain, shift) => nn.standardize(x, -1, { epsilon: EPS }).mul(gain).add(shift);
const heads = (h) => h.reshape([BATCH, LENGTH, HEADS, SIZE]).transpose([0, 2, 1, 3]);
const affine = (x, w, b) => np.matmul(x, w).add(b);
const loss = (...all) => {
  const [gain1, shift1, wq, bq, wk, bk, wv, bv, wo, bo, gain2, shift2, w1, b1, w2, b2, x] = all;
  const h = norm(x.ref, gain1, shift1);
  const [q, k, v] = [affine(h.ref, wq, bq), affine(h.ref, wk, bk), affine(h, wv, bv)].map(heads);
  const scores = np.matmul(q, k.transpose([0, 1, 3, 2])).mul(1 / Math.sqrt(SIZE));
  const met = np.matmul(nn.softmax(scores, -1), v).transpose([0, 2, 1, 3]).reshape([BATCH, LENGTH, WIDTH]);
  const a = x.add(affine(met, wo, bo));
  const n = norm(a.ref, gain2, shift2);
  const y = a.add(affine(nn.gelu(affine(n, w1, b1), { approximate: true }), w2, b2));
  return np.mean(np.square(y));
};
const both = valueAndGrad(loss, { argnums: parameters.map((_, i) => i) });
const step = jit((...all) => {
  const params = all.slice(0, -1);
  const [value, grads] = both(...params.map((p) => p.ref), all.at(-1));
  return [value, ...params.map((p, i) => p.sub(grads[i].mul(LR)))];
});
const x = np.array(input).reshape([BATCH, LENGTH, WIDTH]);
let params = parameters.map(({ data, shape }) => np.array(data).reshape(shape));
contend(async () => {
  const [value, ...next] = step(...params, x.ref);
  params = next;
  return (await value.data())[0];
});
