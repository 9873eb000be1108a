/** Scaled dot-product attention: values, masks, what a masked number may not touch, dropout, refusals. */
import * as assert from 'uvu/assert';
import { demand, gradcheck } from '../../../src/check/index.js';
import {
  type AttentionOptions,
  gradients,
  indexSelect,
  matmul,
  ones,
  randn,
  random,
  scaledDotProductAttention,
  type Tensor,
  tensor,
  tril,
  zeros,
} from '../../../src/index.js';
import { assertClose, assertSame, assertThrows } from '../../support/close.js';
import { suite } from '../../support/suite.js';

const test = suite('attention');

const drawn = (shapes: number[][], seed = 0): Tensor[] => {
  const rng = random(seed);
  return shapes.map((shape) => randn(shape, rng, { dtype: 'float64', requiresGrad: true }));
};
type Three = [Tensor, Tensor, Tensor];
const three = (L: number, S: number, seed = 0): Three =>
  drawn(
    [
      [2, L, 4],
      [2, S, 4],
      [2, S, 3],
    ],
    seed,
  ) as Three;
const copied = (x: Tensor, change: (data: Float32Array | Float64Array) => void): Tensor => {
  const copy = tensor(x, { requiresGrad: true });
  return copy.write(change);
};

/** Attention by loops over numbers: exponentials of the products, divided by their sum over the allowed keys. */
function byLoops(q: Tensor, k: Tensor, v: Tensor, allowed: (l: number, s: number) => boolean): number[] {
  const [B, L, d] = q.shape as [number, number, number];
  const [, S, e] = v.shape as [number, number, number];
  const y: number[] = [];
  for (let b = 0; b < B; b++)
    for (let l = 0; l < L; l++) {
      const weights = Array.from({ length: S }, (_, s) => {
        let product = 0;
        for (let i = 0; i < d; i++) product += q.data[(b * L + l) * d + i]! * k.data[(b * S + s) * d + i]!;
        return allowed(l, s) ? Math.exp(product / Math.sqrt(d)) : 0;
      });
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      for (let j = 0; j < e; j++)
        y.push(
          weights.reduce(
            (sum, w, s) => (w === 0 ? sum : sum + (w / total) * v.data[(b * S + s) * e + j]!),
            0,
          ),
        );
    }
  return y;
}

test('two keys by hand: the weights are softmax of the products divided by √d', () => {
  // q · k = [4, 0], divided by √4 is [2, 0]. The first weight is 1/(1 + e⁻²).
  const y = scaledDotProductAttention(
    tensor([[2, 0, 0, 0]], { dtype: 'float64' }),
    tensor(
      [
        [2, 1, 1, 1],
        [0, 5, 5, 5],
      ],
      { dtype: 'float64' },
    ),
    tensor(
      [
        [1, 10],
        [0, 20],
      ],
      { dtype: 'float64' },
    ),
  );
  const first = 1 / (1 + Math.exp(-2));
  assertClose(y.data, [first, 20 - 10 * first], { relative: 1e-14 });
});

test('it agrees with loops over numbers, with and without masks', () => {
  const [q, k, v] = three(3, 5);
  const allow = [
    [1, 0, 1, 1, 0],
    [0, 1, 0, 0, 0],
    [1, 1, 1, 1, 1],
  ];
  assertClose(
    scaledDotProductAttention(q, k, v).data,
    byLoops(q, k, v, () => true),
    { absolute: 1e-13 },
  );
  const masked = scaledDotProductAttention(q, k, v, { allow });
  assertClose(
    masked.data,
    byLoops(q, k, v, (l, s) => allow[l]![s] === 1),
    { absolute: 1e-13 },
  );
});

test('a scale of its own takes the place of 1/√d', () => {
  const [q, k, v] = three(2, 3);
  assertClose(
    scaledDotProductAttention(q, k, v, { scale: 1 }).data,
    scaledDotProductAttention(q.mul(2), k, v).data,
    { absolute: 1e-13 },
  );
  assertClose(scaledDotProductAttention(q, k, v, { scale: 0 }).data.slice(0, 3), v.mean(1).data.slice(0, 3), {
    absolute: 1e-13,
  });
});

test('products that would overflow do not', () => {
  const y = scaledDotProductAttention(tensor([[1000]]), tensor([[1], [2], [-1000]]), tensor([[1], [2], [3]]));
  assertSame(y.data, [2]);
});

test('any axes may lead, and they broadcast', () => {
  const [q, k, v] = drawn([
    [2, 1, 3, 4],
    [5, 6, 4],
    [2, 5, 6, 2],
  ]) as Three;
  const y = scaledDotProductAttention(q, k, v);
  assert.equal(y.shape, [2, 5, 3, 2]);
  const one = scaledDotProductAttention(q.slice([1, 0]), k.slice([3]), v.slice([1, 3]));
  assertClose(y.slice([1, 3]).data, one.data, { absolute: 1e-13 });
});

test('causal is the mask tril, and both masks count together', () => {
  const [q, k, v] = three(4, 4);
  const past = tril(ones([4, 4]));
  assertSame(
    scaledDotProductAttention(q, k, v, { causal: true }).data,
    scaledDotProductAttention(q, k, v, { allow: past }).data,
  );
  const odd = [[true, false, true, false]];
  assertSame(
    scaledDotProductAttention(q, k, v, { causal: true, allow: odd }).data,
    scaledDotProductAttention(q, k, v, { allow: past.mul(tensor([1, 0, 1, 0])) }).data,
  );
});

test('with causal no output depends on what comes later', () => {
  const [q, k, v] = three(4, 4);
  const later = scaledDotProductAttention(
    q,
    copied(k, (data) => data.fill(9, 12, 16)),
    copied(v, (data) => data.fill(9, 9, 12)),
    { causal: true },
  );
  const y = scaledDotProductAttention(q, k, v, { causal: true });
  assertSame(later.data.slice(0, 9), y.data.slice(0, 9));
  assert.is.not(later.data[9], y.data[9]);
});

test('the order of the keys does not matter, and outputs follow the order of the queries', () => {
  const [q, k, v] = three(3, 4);
  const y = scaledDotProductAttention(q, k, v);
  const order = [2, 0, 3, 1];
  assertClose(scaledDotProductAttention(q, indexSelect(k, 1, order), indexSelect(v, 1, order)).data, y.data, {
    absolute: 1e-13,
  });
  const turned = scaledDotProductAttention(indexSelect(q, 1, [1, 2, 0]), k, v);
  assertClose(turned.data, indexSelect(y, 1, [1, 2, 0]).data, { absolute: 1e-13 });
});

test('the weights of what is allowed add up to 1: values that are all equal come out', () => {
  const [q, k] = three(3, 4);
  const y = scaledDotProductAttention(q, k, ones([2, 4, 1], { dtype: 'float64' }), { allow: [[1, 0, 0, 1]] });
  assertClose(y.data, new Float64Array(6).fill(1), { absolute: 1e-14 });
});

const NOTHING = {
  allow: [
    [1, 1, 0],
    [0, 0, 0],
    [0, 1, 1],
  ],
} satisfies AttentionOptions;

test('a query that may attend to nothing has the output 0 and the gradient 0, and the others are as without it', () => {
  const [q, k, v] = three(3, 3);
  const y = scaledDotProductAttention(q, k, v, NOTHING);
  assertSame(y.data.slice(3, 6), [0, 0, 0]);
  y.square().sum().backward();
  assertSame(q.grad!.slice([null, 1]).data, new Float64Array(8));
  assert.ok([q, k, v].every((x) => x.grad!.data.every(Number.isFinite)));
  const [q2, k2, v2] = three(3, 3);
  const rest = scaledDotProductAttention(indexSelect(q2, 1, [0, 2]), k2, v2, {
    allow: [NOTHING.allow[0]!, NOTHING.allow[2]!],
  });
  assertSame(rest.data, indexSelect(y, 1, [0, 2]).data);
  rest.square().sum().backward();
  for (const [a, b] of [
    [k, k2],
    [v, v2],
  ] as const)
    assertClose(a.grad!.data, b.grad!.data, { absolute: 1e-13 });
});

test('the gradients and second derivatives of masked attention pass the check, rows without a key included', () => {
  const inputs = three(3, 3);
  demand(gradcheck((q, k, v) => scaledDotProductAttention(q, k, v, NOTHING), inputs, { order: 2 }));
  demand(gradcheck((q, k, v) => scaledDotProductAttention(q, k, v, { causal: true }), inputs, { order: 2 }));
});

for (const bad of [Number.NaN, Infinity, -Infinity])
  test(`a key, a value or a query of ${bad} that is masked changes no other output and no gradient`, () => {
    const clean = three(3, 3);
    // Nobody may attend to key 2, and query 1 may attend to nothing.
    const options = {
      allow: [
        [1, 1, 0],
        [0, 0, 0],
        [1, 0, 0],
      ],
    };
    const y = scaledDotProductAttention(...clean, options);
    const expected = gradients(y.square().sum(), clean);
    const spoil = (data: Float32Array | Float64Array, at: number): void => void (data[at] = bad);
    const dirty: Three = [
      copied(clean[0], (data) => spoil(data, 5)),
      copied(clean[1], (data) => spoil(data, 9)),
      copied(clean[2], (data) => spoil(data, 7)),
    ];
    const found = scaledDotProductAttention(...dirty, options);
    assertSame(found.data, y.data);
    for (const [i, gradient] of gradients(found.square().sum(), dirty).entries())
      assertSame(gradient.data, expected[i]!.data);
  });

test('who may attend to a NaN has the output NaN, and the others and their gradients are untouched', () => {
  const clean = three(3, 3);
  const v = copied(clean[2], (data) => data.fill(Number.NaN, 3, 4)); // position 1 of the first sequence
  const y = scaledDotProductAttention(clean[0], clean[1], v, { causal: true });
  assert.ok(y.data.slice(3, 9).every(Number.isNaN));
  const rest = scaledDotProductAttention(...clean, { causal: true });
  assertSame(y.data.slice(0, 3), rest.data.slice(0, 3));
  assertSame(y.data.slice(9), rest.data.slice(9));
  const heard = (of: Tensor): Tensor => of.slice([1]).square().sum();
  const [found] = gradients(heard(y), [v]);
  const [expected] = gradients(heard(rest), [clean[2]]);
  assertSame(found!.data, expected!.data);
});

test('without a mask NaN and ∞ count as in any product', () => {
  const v = tensor([
    [Infinity, 1],
    [1, Number.NaN],
  ]);
  assertSame(scaledDotProductAttention(zeros([1, 2]), zeros([2, 2]), v).data, [Infinity, Number.NaN]);
});

test('no query and no key make an empty output, and zeros', () => {
  const k = zeros([2, 4]);
  assert.equal(scaledDotProductAttention(zeros([0, 4]), k, k).shape, [0, 4]);
  assertSame(scaledDotProductAttention(k, zeros([0, 4]), zeros([0, 1])).data, [0, 0]);
});

test('dropout drops weights: each output is a mean of fewer values, scaled so that its expectation stays', () => {
  const n = 20_000;
  const [p, S] = [0.25, 4];
  const y = scaledDotProductAttention(zeros([n, 1]), zeros([S, 1]), ones([S, 1]), {
    dropout: p,
    rng: random(3),
  });
  // Each output is the number of weights that stay, of 4, times 1/4 · 4/3.
  const counts = Array.from(y.data, (value) => Math.round(value * 3));
  assertClose(
    y.data,
    counts.map((count) => count / 3),
    { absolute: 1e-6 },
  );
  const mean = counts.reduce((sum, count) => sum + count, 0) / n;
  assert.ok(Math.abs(mean - S * (1 - p)) < 5 * Math.sqrt((S * p * (1 - p)) / n), `mean ${mean}`);
  assertSame(scaledDotProductAttention(zeros([1, 1]), zeros([S, 1]), ones([S, 1]), { dropout: 0 }).data, [1]);
});

test('the same seed drops the same weights', () => {
  const [q, k, v] = three(3, 4);
  const y = (seed: number): string =>
    scaledDotProductAttention(q, k, v, { dropout: 0.5, rng: random(seed) }).data.join();
  assert.is(y(0), y(0));
  assert.is.not(y(0), y(1));
});

test('the output has the dtype of the inputs, whatever the mask is made of', () => {
  const q = ones([2, 2]);
  const allow = ones([2, 2], { dtype: 'float64' });
  assert.is(scaledDotProductAttention(q, q, q, { allow, causal: true }).dtype, 'float32');
  assert.is(scaledDotProductAttention(q, q, q, { allow: [[true, false]] }).dtype, 'float32');
});

test('no gradient flows into the mask', () => {
  const [q, k, v] = three(2, 2);
  const allow = ones([2, 2], { dtype: 'float64', requiresGrad: true });
  scaledDotProductAttention(q, k, v, { allow }).sum().backward();
  assert.is(allow.grad, null);
});

test('with the identity as values the weights come out, and each row adds up to 1', () => {
  const [q, k] = three(3, 3);
  const y = scaledDotProductAttention(
    q,
    k,
    matmul(ones([2, 3, 1]), zeros([1, 3])).add(
      tensor([
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ]),
    ),
  );
  assertClose(y.sum(-1).data, new Float64Array(6).fill(1), { absolute: 1e-14 });
  assert.ok(y.data.every((weight) => weight > 0));
});

test('shapes that do not fit are named', () => {
  const [q, k, v] = [zeros([2, 3, 4]), zeros([2, 5, 4]), zeros([2, 5, 6])];
  const refused = (a: Tensor, b: Tensor, c: Tensor, ...parts: string[]): unknown =>
    assertThrows(() => scaledDotProductAttention(a, b, c), ...parts);
  refused(
    q,
    zeros([2, 5, 3]),
    v,
    'scaledDotProductAttention: expected q [..., L, d], k [..., S, d] and v [..., S, e], got [2, 3, 4], [2, 5, 3] and [2, 5, 6]',
  );
  refused(q, k, zeros([2, 4, 6]), 'got [2, 3, 4], [2, 5, 4] and [2, 4, 6]');
  refused(zeros([4]), k, v, 'got [4], [2, 5, 4]');
  refused(q, zeros([3, 5, 4]), v, 'cannot broadcast the batch of q [2] with the batch of k [3]');
  refused(q, k, zeros([3, 5, 6]), 'cannot broadcast the batch of q and k [2] with the batch of v [3]');
});

test('masks that do not fit, or hold other numbers than 0 and 1, are refused', () => {
  const [q, k] = [zeros([2, 3, 4]), zeros([2, 5, 4])];
  const refused = (options: AttentionOptions, ...parts: string[]): unknown =>
    assertThrows(() => scaledDotProductAttention(q, k, k, options), ...parts);
  refused(
    { allow: ones([3, 4]) },
    'cannot broadcast allow [3, 4] with the weights [2, 3, 5]: axis 2 is 4 against 5',
  );
  refused({ allow: ones([7, 2, 3, 5]) }, 'allow [7, 2, 3, 5] does not broadcast to the weights [2, 3, 5]');
  refused(
    { allow: [[0, 0, -Infinity, 0, 0]] },
    'scaledDotProductAttention: allow holds -Infinity at position 2; expected 1 where a query may attend to a key, and 0 elsewhere',
  );
  refused(
    { causal: true },
    'scaledDotProductAttention: causal needs as many queries as keys, got 3 and 5; allow can say which key comes before which query',
  );
  refused({ allow: 'all' as never }, 'expected allow as a Tensor or nested arrays of 1 and 0, got ');
});

test('dropout needs a generator, and a probability below 1', () => {
  const q = zeros([2, 2]);
  assertThrows(
    () => scaledDotProductAttention(q, q, q, { dropout: 0.5 }),
    'scaledDotProductAttention: needs a generator for dropout; pass { rng: random(seed) }',
  );
  assertThrows(
    () => scaledDotProductAttention(q, q, q, { dropout: 1, rng: random(0) }),
    'scaledDotProductAttention: dropout lies in [0, 1), got 1',
  );
});
