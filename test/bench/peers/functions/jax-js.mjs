/** jax-js, compiled by jit. */
import { contend, jaxJs } from '../shared.mjs';
import * as problem from './problem.mjs';

const { jit, nn, numpy: np, valueAndGrad } = await jaxJs();
const value = (x, w, b) => np.tanh(x.ref.mul(w).add(b)).mul(nn.sigmoid(x)).sum();
const step = jit(valueAndGrad(value, { argnums: [0, 1, 2] }));
const [x, w, b] = [np.array(problem.x), np.array(problem.W), np.array(problem.B)];
contend(async () => {
  const [y, grads] = step(x.ref, w.ref, b.ref);
  for (const grad of grads) (await grad.blockUntilReady()).dispose();
  return (await y.data())[0] / problem.COUNT;
});
