/** jax-js, with the whole step compiled by jit. */
import { contend, jaxJs } from '../shared.mjs';
import { BATCH, biases, images, LR, oneHot, SHAPES, weights } from './problem.mjs';

const { jit, lax, nn, numpy: np, valueAndGrad } = await jaxJs();

const x = np.array(images).reshape([BATCH, 1, 28, 28]);
const y = np.array(oneHot).reshape([BATCH, 10]);
const pool = (h, channels, side) => np.max(h.reshape([BATCH, channels, side / 2, 2, side / 2, 2]), [3, 5]);
const convolved = (h, w, b, padding, channels) =>
  lax.convGeneralDilated(h, w, [1, 1], padding).add(b.reshape([channels, 1, 1]));
const loss = (w0, b0, w1, b1, w2, b2, w3, b3, w4, b4, x, y) => {
  const same = [
    [2, 2],
    [2, 2],
  ];
  const h0 = pool(nn.relu(convolved(x, w0, b0, same, 6)), 6, 28);
  const h1 = pool(nn.relu(convolved(h0, w1, b1, 'VALID', 16)), 16, 10).reshape([BATCH, 400]);
  const h2 = nn.relu(np.matmul(h1, w2).add(b2));
  const h3 = nn.relu(np.matmul(h2, w3).add(b3));
  const logits = np.matmul(h3, w4).add(b4);
  return nn
    .logSoftmax(logits, -1)
    .mul(y)
    .sum()
    .mul(-1 / BATCH);
};
const both = valueAndGrad(loss, { argnums: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] });
const step = jit((...all) => {
  const params = all.slice(0, 10);
  const [value, grads] = both(...params.map((p) => p.ref), ...all.slice(10));
  return [value, ...params.map((p, i) => p.sub(grads[i].mul(LR)))];
});
let params = weights.flatMap((w, i) => [np.array(w).reshape(SHAPES[i]), np.array(biases[i])]);
contend(async () => {
  const [value, ...next] = step(...params, x.ref, y.ref);
  params = next;
  return (await value.data())[0];
});
