import { contend, tapegrad } from '../shared.mjs';
import { BATCH, biases, images, LR, labels, weights } from './problem.mjs';

const { tg, nn, optim } = await tapegrad();
const rng = tg.random(0);
const layers = [
  new nn.Conv2d(1, 6, 5, { rng, padding: 2 }),
  new nn.Conv2d(6, 16, 5, { rng }),
  new nn.Linear(400, 120, { rng }),
  new nn.Linear(120, 84, { rng }),
  new nn.Linear(84, 10, { rng }),
];
for (const [i, layer] of layers.entries()) {
  layer.weight.assign(weights[i]);
  layer.bias.assign(biases[i]);
}
const [first, second, ...rest] = layers;
const x = tg.tensor(images, { shape: [BATCH, 1, 28, 28] });
const target = tg.tensor(labels);
const optimizer = new optim.SGD(
  layers.flatMap((layer) => layer.parameters()),
  { lr: LR },
);
const stage = (convolution, input) => tg.maxPool2d(tg.relu(convolution.forward(input)), 2);
contend(() => {
  optimizer.zeroGrad();
  let h = tg.flatten(stage(second, stage(first, x)), 1);
  for (const [i, layer] of rest.entries()) h = i < 2 ? tg.relu(layer.forward(h)) : layer.forward(h);
  const loss = tg.crossEntropy(h, target);
  loss.backward();
  optimizer.step();
  return loss.item();
});
