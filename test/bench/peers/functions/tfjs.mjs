/** TensorFlow.js in eager mode. */
import { contend, tensorFlow } from '../shared.mjs';
import * as problem from './problem.mjs';

const tf = await tensorFlow();
const [x, w, b] = [tf.tensor1d(problem.x), tf.scalar(problem.W), tf.scalar(problem.B)];
const both = tf.valueAndGrads((x, w, b) => tf.sum(tf.mul(tf.tanh(tf.add(tf.mul(x, w), b)), tf.sigmoid(x))));
contend(async () => {
  const { value, grads } = both([x, w, b]);
  for (const grad of grads) {
    await grad.data();
    grad.dispose();
  }
  const [y] = await value.data();
  value.dispose();
  return y / problem.COUNT;
});
