/** Attention with heads: values from elsewhere, a composition by hand, masks, weights, dropout, positions, refusals. */
import * as assert from 'uvu/assert';
import { checkModule, demand } from '../../src/check/index.js';
import {
  concat,
  indexSelect,
  ones,
  randn,
  random,
  scaledDotProductAttention,
  type Tensor,
  tensor,
  transpose,
  tril,
  zeros,
} from '../../src/index.js';
import { ones as oneInit } from '../../src/init/index.js';
import { MultiheadAttention, Sequential, sinusoidalPositions, summary } from '../../src/nn/index.js';
import { assertClose, assertSame, assertThrows } from '../support/close.js';
import { assertGolden, goldenInputs } from '../support/golden.js';
import { suite } from '../support/suite.js';

const test = suite('attention layers');

const make = (
  options: Partial<ConstructorParameters<typeof MultiheadAttention>[2]> = {},
): MultiheadAttention =>
  new MultiheadAttention(4, 2, { rng: random(5), dtype: 'float64', biasInit: oneInit(), ...options });
const input = (length = 3, seed = 1): Tensor => randn([2, length, 4], random(seed), { dtype: 'float64' });

for (const dtype of ['float64', 'float32'] as const)
  test(`output and gradients are those of the golden case in ${dtype}`, () => {
    const inputs = goldenInputs('multiHeadAttention', dtype);
    const layer = make({ dtype });
    const leaves = {
      x: inputs.x!,
      weightIn: layer.inProjWeight,
      biasIn: layer.inProjBias!,
      weightOut: layer.outProj.weight,
      biasOut: layer.outProj.bias!,
    };
    for (const [name, leaf] of Object.entries(leaves)) if (name !== 'x') leaf.assign(inputs[name]!.data);
    const { x } = leaves;
    assertGolden('multiHeadAttention', layer.forward(x, x, x, { causal: true }), leaves);
  });

test('by hand: each head attends in its own features, and the last map joins the heads', () => {
  const layer = make();
  const [query, key, value] = [input(2, 1), input(3, 2), input(3, 3)];
  const part = (x: Tensor, which: number, head: number): Tensor => {
    const rows: [number, number] = [4 * which + 2 * head, 4 * which + 2 * head + 2];
    return x.matmul(transpose(layer.inProjWeight.slice([rows]))).add(layer.inProjBias!.slice([rows]));
  };
  const heads = [0, 1].map((head) =>
    scaledDotProductAttention(part(query, 0, head), part(key, 1, head), part(value, 2, head)),
  );
  const expected = concat(heads, -1).matmul(transpose(layer.outProj.weight)).add(layer.outProj.bias!);
  assertClose(layer.forward(query, key, value).data, expected.data, { absolute: 1e-13 });
});

test('key and value are the query, and the value the key, unless they are given', () => {
  const layer = make();
  const [x, memory] = [input(3), input(5, 2)];
  assertSame(layer.forward(x).data, layer.forward(x, x, x).data);
  assertSame(layer.forward(x, memory).data, layer.forward(x, memory, memory).data);
  assertSame(new Sequential(layer).forward(x).data, layer.forward(x).data);
});

test('the gradients of inputs and parameters pass the check', () => {
  demand(checkModule(make(), input(2), { order: 2 }));
  demand(checkModule(make({ bias: false }), [input(2, 1), input(3, 2), input(3, 3)]));
});

test('needWeights returns the weights of each head too, which add up to 1', () => {
  const layer = make();
  const x = input();
  const { output, weights } = layer.forward(x, x, x, { needWeights: true, causal: true });
  assertSame(output.data, layer.forward(x, x, x, { causal: true }).data);
  assert.equal(weights.shape, [2, 2, 3, 3]);
  assertClose(weights.sum(-1).data, new Float64Array(12).fill(1), { absolute: 1e-14 });
  assertSame(weights.slice([null, null, 0]).data, [1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0]);
});

test('without positions the order of the inputs does not matter: outputs are permuted as they are', () => {
  const layer = make();
  const x = input(4);
  const order = [3, 1, 0, 2];
  assertClose(layer.forward(indexSelect(x, 1, order)).data, indexSelect(layer.forward(x), 1, order).data, {
    absolute: 1e-13,
  });
  const positions = sinusoidalPositions(4, 4);
  const placed = (of: Tensor): Tensor => layer.forward(of.add(positions));
  const difference = placed(indexSelect(x, 1, order)).sub(indexSelect(placed(x), 1, order));
  assert.ok(difference.abs().max().item() > 0.01);
});

test('causal is allow with the lower triangle', () => {
  const layer = make();
  const x = input(3);
  assertSame(
    layer.forward(x, x, x, { causal: true }).data,
    layer.forward(x, x, x, { allow: tril(ones([3, 3])) }).data,
  );
});

test('a mask with three axes counts for all heads of its sequence, one with four for each head', () => {
  const layer = make();
  const x = input(3);
  // The batch is as long as there are heads, so a wrong axis would not be refused.
  const allow = tensor([[[1, 0, 1]], [[1, 1, 0]]]);
  const y = layer.forward(x, x, x, { allow });
  for (const [i, kept] of [
    [0, 2],
    [0, 1],
  ].entries()) {
    const one = x.slice([[i, i + 1]]);
    const some = indexSelect(one, 1, kept);
    assertClose(y.slice([[i, i + 1]]).data, layer.forward(one, some, some).data, { absolute: 1e-13 });
  }
  assertSame(layer.forward(x, x, x, { allow: [[[1, 0, 1]], [[1, 1, 0]]] }).data, y.data);
  const perHead = layer.forward(x, x, x, { allow: [[[[1, 0, 1]], [[1, 1, 0]]]], needWeights: true });
  const { weights } = perHead as unknown as { weights: Tensor };
  assert.ok(weights.slice([null, 0, null, 1]).data.every((weight) => weight === 0));
  assert.ok(weights.slice([null, 1, null, 2]).data.every((weight) => weight === 0));
});

test('padding that is NaN changes no other output', () => {
  const layer = make();
  const clean = input(3);
  const dirty = tensor(clean).write((data) => data.fill(Number.NaN, 8, 12)); // position 2 of the first sequence
  const allow = [[[1, 1, 0]], [[1, 1, 1]]];
  const heard = (x: Tensor): Tensor => layer.forward(x.slice([null, [0, 2]]), x, x, { allow });
  assertClose(heard(dirty).data, heard(clean).data, { absolute: 1e-13 });
  assert.ok(layer.forward(dirty, dirty, dirty, { allow }).data.slice(0, 12).slice(8).every(Number.isNaN));
});

test('dropout drops weights while the model trains, and nothing in evaluation', () => {
  const layer = make({ dropout: 0.5 });
  const x = input();
  const [first, second] = [layer.forward(x), layer.forward(x)];
  assert.is.not(first.data.join(), second.data.join());
  layer.eval();
  assertSame(layer.forward(x).data, make().forward(x).data);
});

test('parameters have PyTorch’s names and layout, and all options are printed', () => {
  const layer = new MultiheadAttention(6, 3, { rng: random(0), dropout: 0.25 });
  assert.equal(
    Object.entries(layer.stateDict()).map(([name, { shape }]) => `${name} ${shape}`),
    ['inProjWeight 18,6', 'inProjBias 18', 'outProj.weight 6,6', 'outProj.bias 6'],
  );
  assert.is(
    String(layer),
    'MultiheadAttention(6, 3 heads, dropout=0.25, Xavier uniform, fanIn=6, fanOut=18, std=0.289): 168 parameters',
  );
  assertSame(layer.inProjBias!.data, new Float32Array(18));
  const bare = new MultiheadAttention(6, 3, { rng: random(0), bias: false });
  assert.match(String(bare), /no bias\): 144 parameters$/);
  assert.match(summary(layer, [2, 4, 6]), /^model +MultiheadAttention +\[2, 4, 6\] +168 /m);
});

test('an empty batch gives an empty output', () => {
  assert.equal(make().forward(zeros([0, 3, 4])).shape, [0, 3, 4]);
});

test('inputs and sizes that do not fit are named', () => {
  const layer = make();
  const refused = (inputs: [Tensor, Tensor?, Tensor?], ...parts: string[]): unknown =>
    assertThrows(() => layer.forward(...inputs), ...parts);
  refused(
    [zeros([2, 3, 5])],
    'MultiheadAttention(4, 2 heads): expected a query [batch, L, 4], a key and a value [batch, S, 4], got [2, 3, 5], [2, 3, 5], [2, 3, 5]',
  );
  refused([zeros([3, 4])], 'got [3, 4]');
  refused([zeros([2, 3, 4]), zeros([1, 3, 4])], 'got [2, 3, 4], [1, 3, 4], [1, 3, 4]');
  refused([zeros([2, 3, 4]), zeros([2, 5, 4]), zeros([2, 6, 4])], 'got [2, 3, 4], [2, 5, 4], [2, 6, 4]');
  assertThrows(
    () => new MultiheadAttention(5, 2, { rng: random(0) }),
    'MultiheadAttention: 2 heads do not divide 5 features; each head takes embed/heads of them',
  );
  assertThrows(
    () => new MultiheadAttention(4, 2, {} as never),
    'MultiheadAttention: needs a generator for its weights',
  );
  const x = zeros([2, 3, 4]);
  assertThrows(
    () => layer.forward(x, x, x, { allow: ones([3, 2, 3]) }),
    'MultiheadAttention(4, 2 heads): cannot broadcast allow [3, 1, 2, 3] with the weights [2, 2, 3, 3]',
  );
  assertThrows(
    () => layer.forward(x, x, x, { mask: 1 } as never),
    'knows no option mask; expected allow, causal, needWeights',
  );
});

test('positions: waves that begin at sin 0 and cos 0, whose lengths grow geometrically', () => {
  const positions = sinusoidalPositions(60, 6, { dtype: 'float64' });
  assert.equal(positions.shape, [60, 6]);
  assertSame(positions.slice([0]).data, [0, 1, 0, 1, 0, 1]);
  for (const p of [1, 7, 59])
    for (const [column, length] of [
      [0, 1],
      [2, 21.544346900318832],
      [4, 464.15888336127773],
    ] as const) {
      assertClose([positions.data[p * 6 + column]!], [Math.sin(p / length)], { absolute: 1e-14 });
      assertClose([positions.data[p * 6 + column + 1]!], [Math.cos(p / length)], { absolute: 1e-14 });
    }
});

test('positions: the product of two depends on their distance alone', () => {
  const positions = sinusoidalPositions(20, 8, { dtype: 'float64' });
  const products = positions.matmul(transpose(positions));
  const at = (p: number, q: number): number => products.data[p * 20 + q]!;
  for (const [p, q] of [
    [0, 3],
    [5, 8],
    [16, 19],
  ] as const)
    assertClose([at(p, q)], [at(0, 3)], { absolute: 1e-13 });
});

test('positions: an odd width ends with a sine, and sizes that are none are refused', () => {
  assertClose(sinusoidalPositions(2, 3).slice([1]).data, [0.84147096, 0.5403023, 0.00215443], {
    absolute: 1e-7,
  });
  assert.equal(sinusoidalPositions(0, 2).shape, [0, 2]);
  assertThrows(
    () => sinusoidalPositions(2.5, 2),
    'sinusoidalPositions: length is a whole number ≥ 0, got 2.5',
  );
  assertThrows(() => sinusoidalPositions(2, 0), 'sinusoidalPositions: width is a whole number ≥ 1, got 0');
});
