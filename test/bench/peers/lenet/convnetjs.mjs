/** ConvNetJS, which computes image by image and updates after each batch. */
import { createRequire } from 'node:module';
import { contend } from '../shared.mjs';
import { BATCH, biases, images, LR, labels, SHAPES, weights } from './problem.mjs';

const convnetjs = createRequire(import.meta.url)('convnetjs');
const net = new convnetjs.Net();
net.makeLayers([
  { type: 'input', out_sx: 28, out_sy: 28, out_depth: 1 },
  { type: 'conv', sx: 5, filters: 6, stride: 1, pad: 2, activation: 'relu', bias_pref: 0 },
  { type: 'pool', sx: 2, stride: 2 },
  { type: 'conv', sx: 5, filters: 16, stride: 1, pad: 0, activation: 'relu', bias_pref: 0 },
  { type: 'pool', sx: 2, stride: 2 },
  { type: 'fc', num_neurons: 120, activation: 'relu', bias_pref: 0 },
  { type: 'fc', num_neurons: 84, activation: 'relu', bias_pref: 0 },
  { type: 'softmax', num_classes: 10 },
]);
const learning = net.layers.filter(({ layer_type }) => layer_type === 'conv' || layer_type === 'fc');
for (const [i, layer] of learning.entries()) {
  const [outs, depth, height, width] = SHAPES[i].length === 4 ? SHAPES[i] : [];
  layer.filters.forEach((filter, o) => {
    if (outs)
      for (let c = 0; c < depth; c++)
        for (let y = 0; y < height; y++)
          for (let x = 0; x < width; x++)
            filter.set(x, y, c, weights[i][((o * depth + c) * height + y) * width + x]);
    // A volume keeps its depth innermost, where the others flatten channel by channel.
    else
      for (let j = 0; j < filter.w.length; j++) {
        const place = i === 2 ? (j % 16) * 25 + Math.floor(j / 16) : j;
        filter.w[j] = weights[i][place * SHAPES[i][1] + o];
      }
  });
  layer.biases.w.set?.(biases[i]);
}
const volumes = Array.from({ length: BATCH }, (_, n) => {
  const volume = new convnetjs.Vol(28, 28, 1, 0);
  volume.w.forEach((_, i) => {
    volume.w[i] = images[n * 784 + i];
  });
  return volume;
});
const trainer = new convnetjs.SGDTrainer(net, {
  learning_rate: LR,
  momentum: 0,
  batch_size: BATCH,
  l2_decay: 0,
});
contend(() => {
  let loss = 0;
  for (const [n, volume] of volumes.entries()) loss += trainer.train(volume, labels[n]).loss;
  return loss / BATCH;
});
