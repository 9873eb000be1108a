/** TensorFlow.js on the backend that the first argument names, in eager mode as its users write it. */
import { contend, tensorFlow } from '../shared.mjs';
import { BATCH, biases, inputs, LR, oneHot, SIZES, weights } from './problem.mjs';

const tf = await tensorFlow();

const x = tf.tensor2d(inputs, [BATCH, SIZES[0]]);
const y = tf.tensor2d(oneHot, [BATCH, 10]);
const w = weights.map((data, i) => tf.variable(tf.tensor2d(data, [SIZES[i], SIZES[i + 1]])));
const b = biases.map((data) => tf.variable(tf.tensor1d(data)));
const optimizer = tf.train.sgd(LR);
contend(async () => {
  const loss = optimizer.minimize(() => {
    let h = x;
    for (let i = 0; i < 3; i++) {
      h = tf.add(tf.matMul(h, w[i]), b[i]);
      if (i < 2) h = tf.relu(h);
    }
    return tf.mean(tf.losses.softmaxCrossEntropy(y, h));
  }, true);
  const [value] = await loss.data();
  loss.dispose();
  return value;
});
