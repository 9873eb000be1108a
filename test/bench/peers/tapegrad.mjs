import { crossEntropy, random, tensor } from '../../../dist/index.js';
import { Linear, ReLU, Sequential } from '../../../dist/nn/index.js';
import { SGD } from '../../../dist/optim/index.js';
import { BATCH, biases, contend, inputs, LR, labels, SIZES, weights } from './problem.mjs';

const rng = random(0);
const layers = [0, 1, 2].map((i) => new Linear(SIZES[i], SIZES[i + 1], { rng }));
for (const [i, layer] of layers.entries()) {
  layer.weight.assign(weights[i]);
  layer.bias.assign(biases[i]);
}
const model = new Sequential(layers[0], new ReLU(), layers[1], new ReLU(), layers[2]);
const optimizer = new SGD(model.parameters(), { lr: LR });
const x = tensor(inputs, { shape: [BATCH, SIZES[0]] });
const target = tensor(labels);
contend(() => {
  optimizer.zeroGrad();
  const loss = crossEntropy(model.forward(x), target);
  loss.backward();
  optimizer.step();
  return loss.item();
});
