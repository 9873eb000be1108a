/** A layer of a transformer: the formula by hand, both places of the norm, masks, dropout, names, refusals. */
import * as assert from 'uvu/assert';
import { checkModule, demand } from '../../src/check/index.js';
import { gelu, indexSelect, randn, random, relu, type Tensor, zeros } from '../../src/index.js';
import { normal } from '../../src/init/index.js';
import {
  Sequential,
  summary,
  TransformerEncoderLayer,
  type TransformerEncoderLayerOptions,
} from '../../src/nn/index.js';
import { assertClose, assertSame, assertThrows } from '../support/close.js';
import { suite } from '../support/suite.js';

const test = suite('transformer');

const make = (options: Partial<TransformerEncoderLayerOptions> = {}): TransformerEncoderLayer => {
  const layer = new TransformerEncoderLayer(4, 2, 6, { rng: random(5), dtype: 'float64', ...options });
  // Biases and scales that are no 0 and 1, so that one that is left out is noticed.
  const rng = random(6);
  for (const parameter of layer.parameters())
    if (parameter.rank === 1) parameter.assign(normal()(parameter.shape, null, rng));
  return layer;
};
const input = (length = 3): Tensor => randn([2, length, 4], random(1), { dtype: 'float64' });

/** (x − mean) / √(variance + ε) over the last axis, scaled and shifted. */
const normalised = (x: Tensor, { weight, bias }: { weight: Tensor | null; bias: Tensor | null }): Tensor => {
  const centred = x.sub(x.mean(-1, true));
  const size = centred.square().mean(-1, true).add(1e-5).sqrt();
  return centred.div(size).mul(weight!).add(bias!);
};

for (const activation of ['relu', 'gelu'] as const) {
  const f = activation === 'relu' ? relu : gelu;
  const network = ({ linear1, linear2 }: TransformerEncoderLayer, x: Tensor): Tensor =>
    f(x.matmul(linear1.weight).add(linear1.bias!)).matmul(linear2.weight).add(linear2.bias!);

  test(`by hand with ${activation}: attention and network are added to their inputs, and the sums normalised`, () => {
    const layer = make({ activation });
    const x = input();
    const h = normalised(x.add(layer.selfAttn.forward(x)), layer.norm1);
    assertClose(layer.forward(x).data, normalised(h.add(network(layer, h)), layer.norm2).data, {
      absolute: 1e-12,
    });
  });

  test(`by hand with ${activation} and normFirst: the inputs are normalised, and the sums are not`, () => {
    const layer = make({ activation, normFirst: true });
    const x = input();
    const h = x.add(layer.selfAttn.forward(normalised(x, layer.norm1)));
    assertClose(layer.forward(x).data, h.add(network(layer, normalised(h, layer.norm2))).data, {
      absolute: 1e-12,
    });
  });
}

test('all gradients pass the check, with the norm in both places', () => {
  for (const normFirst of [false, true])
    demand(checkModule(make({ normFirst, activation: 'gelu' }), input(2)));
});

test('masks are handed on: with causal no output depends on what comes later', () => {
  const layer = make();
  const x = input(4);
  const later = x.detach().write((data) => data.fill(3, 12, 16));
  assertClose(
    layer.forward(later, { causal: true }).data.slice(0, 12),
    layer.forward(x, { causal: true }).data.slice(0, 12),
    {
      absolute: 1e-13,
    },
  );
  assert.is.not(layer.forward(later).data[0], layer.forward(x).data[0]);
  const padded = layer.forward(later, { allow: [1, 1, 1, 0] }).data.slice(0, 12);
  assertClose(padded, layer.forward(x, { allow: [1, 1, 1, 0] }).data.slice(0, 12), { absolute: 1e-13 });
});

test('positions that change places change places in the output', () => {
  const layer = make();
  const x = input(4);
  const order = [2, 3, 0, 1];
  assertClose(layer.forward(indexSelect(x, 1, order)).data, indexSelect(layer.forward(x), 1, order).data, {
    absolute: 1e-12,
  });
});

test('dropout works while the model trains, and eval reaches attention too', () => {
  const layer = make({ dropout: 0.5 });
  const x = input();
  assert.is.not(layer.forward(x).data.join(), layer.forward(x).data.join());
  layer.eval();
  assert.is(layer.selfAttn.training, false);
  assertSame(layer.forward(x).data, make().forward(x).data);
});

test('the same seed gives the same masks', () => {
  const run = (): string => make({ dropout: 0.5 }).forward(input()).data.join();
  assert.is(run(), run());
});

test('layers stand in a Sequential, with PyTorch’s names of parameters', () => {
  const rng = random(0);
  const layer = (): TransformerEncoderLayer => new TransformerEncoderLayer(4, 2, 8, { rng });
  const model = new Sequential(layer(), layer());
  assert.equal(model.forward(zeros([2, 3, 4])).shape, [2, 3, 4]);
  assert.equal(
    layer()
      .namedParameters()
      .map(([name, { shape }]) => `${name} ${shape}`),
    [
      ...['selfAttn.inProjWeight 12,4', 'selfAttn.inProjBias 12'],
      ...['selfAttn.outProj.weight 4,4', 'selfAttn.outProj.bias 4'],
      ...['linear1.weight 4,8', 'linear1.bias 8', 'linear2.weight 8,4', 'linear2.bias 4'],
      ...['norm1.weight 4', 'norm1.bias 4', 'norm2.weight 4', 'norm2.bias 4'],
    ],
  );
});

test('it prints its sizes and options, and its parts have lines in the summary', () => {
  const rng = random(0);
  const layer = new TransformerEncoderLayer(4, 2, 8, {
    rng,
    normFirst: true,
    dropout: 0.1,
    activation: 'gelu',
  });
  assert.is(
    String(layer),
    'TransformerEncoderLayer(4, 2 heads, 8 hidden, gelu, norm first, dropout=0.1, Xavier uniform): 172 parameters',
  );
  assert.match(
    String(new TransformerEncoderLayer(4, 2, 8, { rng, bias: false })),
    /relu, Xavier uniform, no bias\): 136 parameters$/,
  );
  const names = summary(layer, [2, 3, 4])
    .split('\n')
    .slice(1, -1)
    .map((line) => line.split(' ')[0]);
  assert.equal(names, ['norm1', 'selfAttn', 'norm2', 'linear1', 'linear2']);
});

test('sizes and options that do not fit are refused', () => {
  const rng = random(0);
  assertThrows(
    () => make().forward(zeros([2, 3, 5])),
    'TransformerEncoderLayer(4): expected an input of shape [batch, length, 4], got [2, 3, 5]',
  );
  assertThrows(() => make().forward(zeros([3, 4])), 'got [3, 4]');
  assertThrows(
    () => make().forward(input(), { needWeights: true } as never),
    'knows no option needWeights; expected allow, causal',
  );
  assertThrows(
    () => new TransformerEncoderLayer(4, 2, 0, { rng }),
    'TransformerEncoderLayer: hidden is a whole number ≥ 1, got 0',
  );
  assertThrows(() => new TransformerEncoderLayer(4, 3, 4, { rng }), '3 heads do not divide 4 features');
  assertThrows(
    () => new TransformerEncoderLayer(4, 2, 4, {} as never),
    'TransformerEncoderLayer: needs a generator for its weights',
  );
  assertThrows(
    () => new TransformerEncoderLayer(4, 2, 4, { rng, activation: 'tanh' as never }),
    "TransformerEncoderLayer: unknown activation tanh; expected 'relu' or 'gelu'",
  );
});
