/** What numbers a verdict rests on: the differences' own error, and the Taylor remainder as a second opinion. */
import * as assert from 'uvu/assert';
import { type GradcheckOptions, gradcheck, type Taylor } from '../../../src/check/index.js';
import {
  apply,
  type Dtype,
  defineOp,
  type NDArray,
  randn,
  random,
  type Tensor,
  tensor,
} from '../../../src/index.js';
import { suite } from '../../support/suite.js';

const test = suite('second opinion and numeric error');

/** exp with its gradient off by a factor. */
const expTimes = (factor: number): ((x: Tensor) => Tensor) => {
  const op = defineOp({
    name: 'expTimes',
    forward: ([x]: [NDArray]) => ({ data: x.data.map(Math.exp), shape: x.shape }),
    save: ({ output: y }) => ({ y }),
    vjp: [(g, { y }) => g.mul(y).mul(factor)],
  });
  return (x) => apply(op, [x]);
};

const opinion = (f: (x: Tensor) => Tensor, x: Tensor, options: GradcheckOptions = {}): Taylor =>
  gradcheck(f, x, { blame: false, ...options }).inputs[0]!.taylor!;

for (const dtype of ['float64', 'float32'] as Dtype[]) {
  test(`${dtype}: the remainder is of order 2 when the gradient is right, of order 1 when it is not`, () => {
    for (let seed = 0; seed < 20; seed++) {
      const x = randn([2, 3], random(seed));
      const right = opinion((x) => expTimes(1)(x).sum(), x, { dtype, seed });
      assert.is(right.opinion, 'right', `seed ${seed}: order ${right.order}`);
      assert.ok(right.order > 1.7, `seed ${seed}: order ${right.order}`);
      const wrong = opinion((x) => expTimes(1.3)(x).sum(), x, { dtype, seed });
      assert.is(wrong.opinion, 'wrong', `seed ${seed}: order ${wrong.order}`);
      assert.ok(Math.abs(wrong.order - 1) < 0.3, `seed ${seed}: order ${wrong.order}`);
    }
  });

  test(`${dtype}: the opinion does not depend on the scale of f`, () => {
    for (const scale of [1e-6, 1e-3, 1e3, 1e6]) {
      const x = tensor([0.5, -0.25, 1]);
      assert.is(opinion((x) => expTimes(1)(x).mul(scale), x, { dtype }).opinion, 'right');
      assert.is(opinion((x) => expTimes(1.5)(x).mul(scale), x, { dtype }).opinion, 'wrong');
    }
  });

  test(`${dtype}: a linear function leaves no remainder`, () => {
    const taylor = opinion((x) => x.mul(3).sum(), tensor([0.5, -0.25, 1]), { dtype });
    assert.is(taylor.opinion, 'exact');
    assert.ok(Number.isNaN(taylor.order));
  });
}

test('one wrong element among twelve by 3 % turns the order from 2 to 1', () => {
  const factors = tensor([1, 1, 1, 1, 1, 1, 1, 1.03, 1, 1, 1, 1], { dtype: 'float64' });
  const op = defineOp({
    name: 'expOneWrong',
    forward: ([x]: [NDArray]) => ({ data: x.data.map(Math.exp), shape: x.shape }),
    save: ({ output: y }) => ({ y }),
    vjp: [(g, { y }) => g.mul(y).mul(factors)],
  });
  const x = randn([12], random(7));
  assert.is(opinion((x) => apply(op, [x]), x).opinion, 'wrong');
  assert.is(opinion((x) => x.exp(), x).opinion, 'right');
});

test('the opinion stands in the report, beside what it means', () => {
  const report = gradcheck(expTimes(2), tensor([0.5, 1]));
  assert.match(
    String(report),
    /second opinion: Taylor remainder of order 1\.0\d \(2 when right, 1 when wrong\): wrong/,
  );
});

test('the error estimate of the differences holds: the true slope lies within a few of it', () => {
  const functions: [(x: Tensor) => Tensor, (x: number) => number][] = [
    [(x) => x.exp(), Math.exp],
    [(x) => x.sin(), Math.cos],
    [(x) => x.mul(20).sin(), (x) => 20 * Math.cos(20 * x)],
    [(x) => x.square().add(1).reciprocal(), (x) => (-2 * x) / (x * x + 1) ** 2],
    [(x) => x.add(1000).log(), (x) => 1 / (x + 1000)],
  ];
  for (const [f, slope] of functions)
    for (const x of [-1.25, 0.3, 0.7]) {
      const { worst } = gradcheck(f, tensor(x, { dtype: 'float64' })).inputs[0]!;
      const error = Math.abs(worst!.numeric - slope(x));
      assert.ok(
        worst!.numericError > 0 && worst!.numericError < 1e-5 * Math.abs(slope(x)) + 1e-9,
        `${f}: ${worst!.numericError}`,
      );
      assert.ok(error <= 1e-6 * Math.abs(slope(x)), `${f} at ${x}: off by ${error}`);
    }
});

test('a wrong gradient is further off than the error printed beside it', () => {
  const [failure] = gradcheck(expTimes(1.001), tensor(0.5)).failures;
  assert.ok(failure!.absolute > 100 * failure!.numericError, JSON.stringify(failure));
  assert.ok(Math.abs(failure!.numeric - Math.exp(0.5)) <= 4 * failure!.numericError + 1e-10);
});

test('stepErrors draws the V: rounding on the left, truncation on the right, the best step between', () => {
  const curve = gradcheck((x) => x.exp(), tensor(1)).stepErrors();
  assert.ok(curve.length > 30);
  for (let i = 1; i < curve.length; i++) assert.is(curve[i]!.step, curve[i - 1]!.step / 2);
  const best = curve.reduce((a, b) => (b.error < a.error ? b : a));
  assert.ok(best.step < 1e-3 && best.step > 1e-8, `best step ${best.step}`);
  const widest = curve[0]!;
  assert.ok(widest.error > 0.05, 'truncation h²/6·e at h = ½ is 0.11');
  assert.ok(curve.at(-1)!.error > 1e3 * best.error, 'the smallest step drowns in rounding');
});
