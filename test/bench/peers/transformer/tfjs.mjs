/** TensorFlow.js in eager mode. */
import { contend, tensorFlow } from '../shared.mjs';
import { BATCH, EPS, HEADS, input, LENGTH, LR, parameters, WIDTH } from './problem.mjs';

const tf = await tensorFlow();
const SIZE = WIDTH / HEADS;
const x = tf.tensor3d(input, [BATCH, LENGTH, WIDTH]);
const params = parameters.map(({ data, shape }) => tf.variable(tf.tensor(data, shape)));
const [gain1, shift1, wq, bq, wk, bk, wv, bv, wo, bo, gain2, shift2, w1, b1, w2, b2] = params;
const norm = (h, gain, shift) => {
  const { mean, variance } = tf.moments(h, -1, true);
  return tf.add(tf.mul(tf.mul(tf.sub(h, mean), tf.rsqrt(tf.add(variance, EPS))), gain), shift);
};
const affine = (h, w, b) => {
  const width = h.shape.at(-1);
  const y = tf.add(tf.matMul(tf.reshape(h, [BATCH * LENGTH, width]), w), b);
  return tf.reshape(y, [BATCH, LENGTH, w.shape[1]]);
};
const heads = (h) => tf.transpose(tf.reshape(h, [BATCH, LENGTH, HEADS, SIZE]), [0, 2, 1, 3]);
const gelu = (h) => {
  const inner = tf.mul(tf.add(h, tf.mul(tf.mul(tf.mul(h, h), h), 0.044715)), Math.sqrt(2 / Math.PI));
  return tf.mul(tf.mul(h, 0.5), tf.add(tf.tanh(inner), 1));
};
const optimizer = tf.train.sgd(LR);
contend(async () => {
  const loss = optimizer.minimize(() => {
    const h = norm(x, gain1, shift1);
    const [q, k, v] = [affine(h, wq, bq), affine(h, wk, bk), affine(h, wv, bv)].map(heads);
    const weights = tf.softmax(tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(SIZE)));
    const met = tf.reshape(tf.transpose(tf.matMul(weights, v), [0, 2, 1, 3]), [BATCH, LENGTH, WIDTH]);
    const a = tf.add(x, affine(met, wo, bo));
    const y = tf.add(a, affine(gelu(affine(norm(a, gain2, shift2), w1, b1)), w2, b2));
    return tf.mean(tf.square(y));
  }, true);
  const [value] = await loss.data();
  loss.dispose();
  return value;
});
