/** TensorFlow.js in eager mode. */
import { contend, tensorFlow } from '../shared.mjs';
import { A, STEPS } from './problem.mjs';

const tf = await tensorFlow();
const [x, b, c] = [tf.tensor1d(A), tf.tensor1d(A), tf.tensor1d(A)];
const both = tf.valueAndGrads((x, b, c) => {
  let a = x;
  for (let i = 0; i < STEPS; i++) a = tf.add(tf.mul(a, b), c);
  return tf.sum(a);
});
contend(async () => {
  const { value, grads } = both([x, b, c]);
  for (const grad of grads) grad.dispose();
  const [y] = await value.data();
  value.dispose();
  return y / 1e6;
});
