import { contend, tapegrad } from '../shared.mjs';
import { BATCH, biases, inputs, LR, labels, SIZES, weights } from './problem.mjs';

const { tg, nn, optim } = await tapegrad();
const { crossEntropy, random, tensor } = tg;
const { Linear, ReLU, Sequential } = nn;
const { SGD } = optim;

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
