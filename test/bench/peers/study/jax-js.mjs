/** jax-js, with the whole step compiled by jit. */
import { contend, jaxJs } from '../shared.mjs';
import { BATCH, biases, inputs, LR, oneHot, SIZES, weights } from './problem.mjs';

const { jit, nn, numpy: np, valueAndGrad } = await jaxJs();

const x = np.array(inputs).reshape([BATCH, SIZES[0]]);
const y = np.array(oneHot).reshape([BATCH, 10]);
const loss = (w0, b0, w1, b1, w2, b2, x, y) => {
  const h0 = nn.relu(np.matmul(x, w0).add(b0));
  const h1 = nn.relu(np.matmul(h0, w1).add(b1));
  const logits = np.matmul(h1, w2).add(b2);
  return nn
    .logSoftmax(logits, -1)
    .mul(y)
    .sum()
    .mul(-1 / BATCH);
};
const both = valueAndGrad(loss, { argnums: [0, 1, 2, 3, 4, 5] });
const step = jit((w0, b0, w1, b1, w2, b2, x, y) => {
  const params = [w0, b0, w1, b1, w2, b2];
  const [value, grads] = both(w0.ref, b0.ref, w1.ref, b1.ref, w2.ref, b2.ref, x, y);
  return [value, ...params.map((p, i) => p.sub(grads[i].mul(LR)))];
});
let params = [0, 1, 2].flatMap((i) => [
  np.array(weights[i]).reshape([SIZES[i], SIZES[i + 1]]),
  np.array(biases[i]),
]);
contend(async () => {
  const [value, ...next] = step(...params, x.ref, y.ref);
  params = next;
  return (await value.data())[0];
});
