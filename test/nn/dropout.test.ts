import * as assert from 'uvu/assert';
import { demand, gradcheck } from '../../src/check/index.js';
import { arange, ones, type Rng, randn, random, tensor, zeros } from '../../src/index.js';
import { AlphaDropout, Dropout, Dropout1d, Dropout2d, Linear, Sequential } from '../../src/nn/index.js';
import { assertClose, assertSame, assertThrows } from '../support/close.js';
import { suite } from '../support/suite.js';

const test = suite('dropout');

test('while training each element is 0 or 1/(1 − p) times itself, drawn element by element from the generator', () => {
  const x = arange(1, 33);
  const rng = random(4);
  const expected = [...x.data].map((value) => (rng.uniform() < 0.75 ? 0 : 4 * value));
  assert.ok(expected.includes(0) && expected.some((value) => value > 0));
  assertSame(new Dropout(0.75, { rng: random(4) }).forward(x).data, expected);
});

test('the share dropped is p and the mean is kept, each within 5 standard deviations', () => {
  const n = 40_000;
  for (const p of [0.1, 0.5, 0.9]) {
    const data = Array.from(new Dropout(p, { rng: random(1) }).forward(ones([n], { dtype: 'float64' })).data);
    const dropped = data.filter((y) => y === 0).length;
    assert.ok(Math.abs(dropped - n * p) < 5 * Math.sqrt(n * p * (1 - p)), `p=${p}: dropped ${dropped}`);
    const mean = data.reduce((sum, y) => sum + y, 0) / n;
    // Var(mask) = p/(1 − p)
    assert.ok(Math.abs(mean - 1) < 5 * Math.sqrt(p / (1 - p) / n), `p=${p}: mean ${mean}`);
  }
});

test('gradients pass through the same mask', () => {
  const x = tensor([1, 2, 3, 4, 5, 6], { requiresGrad: true });
  const y = new Dropout(0.5, { rng: random(2) }).forward(x);
  y.sum().backward();
  assert.ok(y.data.includes(0) && y.data.some((value) => value !== 0));
  assertSame(
    x.grad!.data,
    [...y.data].map((value, i) => value / (i + 1)),
  );
});

test('in evaluation nothing is dropped or scaled, and the generator is left alone', () => {
  let drawn = 0;
  const source = random(0);
  const rng: Rng = Object.create(source, {
    uniform: {
      value: () => {
        drawn++;
        return source.uniform();
      },
    },
  });
  const dropout = new Dropout(0.5, { rng }).eval();
  const x = tensor([1, 2, 3]);
  assertSame(dropout.forward(x).data, x.data);
  assert.is(drawn, 0);
  dropout.train().forward(x);
  assert.is(drawn, 3);
});

test('eval on a model reaches the dropout in it: two forwards agree, and training again they differ', () => {
  const rng = random(0);
  const model = new Sequential(new Linear(8, 64, { rng }), new Dropout(0.5, { rng }));
  const x = ones([1, 8]);
  model.eval();
  assertSame(model.forward(x).data, model.forward(x).data);
  model.train();
  assert.is.not(model.forward(x).data.join(), model.forward(x).data.join());
});

test('the same seed gives the same masks, each forward a new one', () => {
  const masks = (seed: number): string[] => {
    const dropout = new Dropout(0.5, { rng: random(seed) });
    return [0, 1].map(() => dropout.forward(ones([64])).data.join());
  };
  assert.equal(masks(0), masks(0));
  assert.is.not(masks(0)[0], masks(0)[1]);
  assert.is.not(masks(0)[0], masks(1)[0]);
});

test('p = 0 gives the input back while training too', () => {
  const x = tensor([1, 2]);
  assertSame(new Dropout(0, { rng: random(0) }).forward(x).data, x.data);
});

test('a probability outside [0, 1) is refused, 1 among them since 1/(1 − p) would be infinite', () => {
  for (const p of [1, -0.1, 2, Number.NaN])
    assertThrows(() => new Dropout(p, { rng: random(0) }), `Dropout: p lies in [0, 1), got ${p}`);
});

test('dropout without a generator is refused with the fix', () => {
  const options = {} as unknown as { rng: Rng };
  assertThrows(() => new Dropout(0.5, options), 'Dropout: needs a generator', 'rng: random(seed)');
});

test('the output keeps shape and dtype', () => {
  const y = new Dropout(0.5, { rng: random(0) }).forward(ones([2, 3], { dtype: 'float64' }));
  assert.equal(y.shape, [2, 3]);
  assert.is(y.dtype, 'float64');
});

test('a dropped element is 0 even where it was infinite, and a NaN is never dropped', () => {
  const drop = new Dropout(0.5, { rng: random(0) });
  const x = tensor(new Array<number>(64).fill(-Infinity), { requiresGrad: true });
  const y = drop.forward(x);
  assert.ok(y.data.every((value) => value === 0 || value === -Infinity) && y.data.includes(-Infinity));
  y.backward(tensor(new Array<number>(64).fill(1)));
  assert.ok(x.grad!.data.every((value) => value === 0 || value === 2));
  assert.ok(drop.forward(tensor(new Array<number>(64).fill(Number.NaN))).data.every(Number.isNaN));
});

test('whole channels are dropped together, each by one draw', () => {
  for (const [layer, shape] of [
    [new Dropout1d(0.5, { rng: random(3) }), [5, 4, 6]],
    [new Dropout2d(0.5, { rng: random(3) }), [5, 4, 2, 3]],
  ] as const) {
    const rng = random(3);
    const expected = Array.from({ length: 20 }, () => (rng.uniform() < 0.5 ? 0 : 2));
    assert.ok(expected.includes(0) && expected.includes(2));
    const x = ones(shape, { requiresGrad: true });
    const y = layer.forward(x);
    assertSame(
      y.data,
      expected.flatMap((value) => new Array<number>(6).fill(value)),
    );
    y.sum().backward();
    assertSame(x.grad!.data, y.data);
    assertSame(layer.eval().forward(x).data, x.data);
    const none = [0, ...shape.slice(1)];
    assert.equal(layer.forward(zeros(none)).shape, none);
  }
});

test('the share of channels dropped is p and the mean is kept, each within 5 standard deviations', () => {
  const n = 4000;
  for (const p of [0.2, 0.7]) {
    const y = new Dropout2d(p, { rng: random(1) })
      .forward(ones([n, 1, 2, 2], { dtype: 'float64' }))
      .mean([2, 3]);
    const dropped = y.data.filter((value) => value === 0).length;
    assert.ok(Math.abs(dropped - n * p) < 5 * Math.sqrt(n * p * (1 - p)), `p=${p}: dropped ${dropped}`);
    assert.ok(Math.abs(y.mean().item() - 1) < 5 * Math.sqrt(p / (1 - p) / n), `p=${p}: mean ${y.mean()}`);
  }
});

test('alpha dropout keeps mean 0 and variance 1, within 5 standard deviations', () => {
  const n = 100_000;
  const x = randn([n], random(0), { dtype: 'float64' });
  for (const p of [0.05, 0.3, 0.6]) {
    const y = new AlphaDropout(p, { rng: random(1) }).forward(x);
    const mean = y.mean().item();
    const fourth = y.sub(mean).pow(4).mean().item();
    assert.ok(Math.abs(mean) < 5 / Math.sqrt(n), `p=${p}: mean ${mean}`);
    assert.ok(
      Math.abs(y.variance().item() - 1) < 5 * Math.sqrt((fourth - 1) / n),
      `p=${p}: variance ${y.variance()}`,
    );
    // A share p has the value that selu saturates at, scaled and shifted.
    const dropped = y.data.filter(
      (value) => value === y.data.find((_, i) => y.data.indexOf(y.data[i]!) !== i),
    ).length;
    assert.ok(Math.abs(dropped - n * p) < 5 * Math.sqrt(n * p * (1 - p)), `p=${p}: dropped ${dropped}`);
  }
});

test('alpha dropout by hand: p = ½ scales by a and shifts by b, and kept elements have the slope a', () => {
  // α′ = −1.7580993408473766;  a = (½ (1 + ½ α′²))^(−½),  b = −a · ½ α′
  const a = 0.8864048946659319;
  const x = tensor([0, 1, 2, 3, 4, 5, 6, 7], { dtype: 'float64', requiresGrad: true });
  const y = new AlphaDropout(0.5, { rng: random(1) }).forward(x);
  const rng = random(1);
  const kept = [...x.data].map(() => rng.uniform() >= 0.5);
  assert.ok(kept.includes(true) && kept.includes(false));
  assertClose(
    y.data,
    [...x.data].map((value, i) => a * (kept[i] ? value : -1.7580993408473766) + (a * 1.7580993408473766) / 2),
    { relative: 1e-9 },
  );
  y.sum().backward();
  assertClose(
    x.grad!.data,
    kept.map((one) => (one ? a : 0)),
    { relative: 1e-9 },
  );
  const at = tensor([-Infinity, Infinity], { requiresGrad: true });
  new AlphaDropout(0.999999, { rng: random(0) }).forward(at).sum().backward();
  assertSame(at.grad!.data, [0, 0]);
});

test('the gradients of all pass the check; they return the input in evaluation and for p = 0, and are printed', () => {
  const rng = random(0);
  const layers = [Dropout1d, Dropout2d, AlphaDropout];
  for (const Layer of layers) {
    const shape = Layer === Dropout1d ? [3, 2, 4] : [3, 2, 2, 4];
    const x = randn(shape, rng);
    demand(gradcheck((v) => new Layer(0.5, { rng: random(1) }).forward(v), x));
    assert.is(new Layer(0.5, { rng }).eval().forward(x), x);
    assert.is(new Layer(0, { rng }).forward(x), x);
    assert.is(String(new Layer(0.25, { rng })), `${Layer.name}(p=0.25): 0 parameters`);
    assertThrows(() => new Layer(1, { rng }), `${Layer.name}: p lies in [0, 1), got 1`);
    assertThrows(() => new Layer(0.5, {} as { rng: Rng }), `${Layer.name}: needs a generator for its masks`);
  }
  assertThrows(
    () => new Dropout1d(0.5, { rng }).forward(ones([2, 3])),
    'Dropout1d: expected [N, C, L], got [2, 3]',
  );
  assertThrows(
    () => new Dropout2d(0.5, { rng }).eval().forward(ones([2, 3, 4])),
    'Dropout2d: expected [N, C, H, W], got [2, 3, 4]',
  );
});
