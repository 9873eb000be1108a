import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { contend, rows } from '../shared.mjs';
import { biases, inputs, LR, labels, SIZES, weights } from './problem.mjs';

const require = createRequire(import.meta.url);
const { torch } = await import(pathToFileURL(require.resolve('js-pytorch').replace(/\.cjs$/, '.mjs')).href);
const { nn } = torch;
const layers = [0, 1, 2].map((i) => new nn.Linear(SIZES[i], SIZES[i + 1], 'cpu', true));
for (const [i, layer] of layers.entries()) {
  layer.W._data = rows(weights[i], SIZES[i + 1]);
  layer.b._data = Array.from(biases[i]);
}
const relu = new nn.ReLU();
const criterion = new nn.CrossEntropyLoss();
const x = torch.tensor(rows(inputs, SIZES[0]), false, 'cpu');
const y = torch.tensor(labels, false, 'cpu');
const params = layers.flatMap((layer) => [layer.W, layer.b]);
const descend = (p, g) => (Array.isArray(p) ? p.map((v, i) => descend(v, g[i])) : p - LR * g);
contend(() => {
  const out = layers[2].forward(relu.forward(layers[1].forward(relu.forward(layers[0].forward(x)))));
  const loss = criterion.forward(out, y);
  loss.backward();
  for (const p of params) {
    p._data = descend(p._data, p._grad._data);
    p.zero_grad();
  }
  return Number(loss._data?.[0] ?? loss._data);
});
