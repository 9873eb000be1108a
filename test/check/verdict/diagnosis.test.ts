/** Every mistake that a check knows by sight, made on purpose. */
import * as assert from 'uvu/assert';
import { gradcheck } from '../../../src/check/index.js';
import {
  apply,
  defineOp,
  mul,
  type NDArray,
  ones,
  randn,
  random,
  type Tensor,
  tensor,
} from '../../../src/index.js';
import { assertThrows } from '../../support/close.js';
import { suite } from '../../support/suite.js';

const test = suite('diagnosis of wrong gradients');

type Fn = (...inputs: Tensor[]) => Tensor;

/** An op with the forward of `like` and the gradients that `rule` makes. */
function withRule(like: Fn, rule: (g: Tensor, inputs: readonly Tensor[]) => readonly Tensor[]): Fn {
  const op = defineOp({
    name: 'mistaken',
    forward: (arrays: NDArray[]) => {
      const { data, shape } = like(...arrays.map(({ data, shape }) => tensor(data, { shape })));
      return { data: data.slice(), shape };
    },
    save: ({ inputs }) => ({ inputs }),
    vjpAll: (g, { inputs }) => rule(g, inputs),
  });
  return (...inputs) => apply(op, inputs);
}

/** What is said about one input of a wrong function, which must fail. */
function diagnosisOf(f: Fn, inputs: Tensor[], input = 0): string {
  const report = gradcheck(f, inputs);
  assert.not(report.ok, String(report));
  const found = report.inputs[input]!.diagnosis;
  for (const line of found) assert.ok(String(report).includes(line));
  return found.join('\n');
}

const x23 = (): Tensor => randn([2, 3], random(1));
const x33 = (): Tensor => randn([3, 3], random(2));
const exp: Fn = (x) => x.exp();

test('a constant factor, printed', () => {
  const f = (c: number): Fn => withRule(exp, (g, [x]) => [g.mul(x!.exp()).mul(c)]);
  assert.match(diagnosisOf(f(0.7), [x23()]), 'backward() is 0.7 times the true gradient everywhere');
  assert.match(diagnosisOf(f(-3.5), [x23()]), 'backward() is -3.5 times');
  assert.match(diagnosisOf(f(1.00002), [x23()]), 'backward() is 1.00002 times');
});

test('a flipped sign', () => {
  assert.match(
    diagnosisOf(
      withRule(exp, (g, [x]) => [g.mul(x!.exp()).neg()]),
      [x23()],
    ),
    'sign flipped',
  );
});

test('twice the gradient', () => {
  const f = withRule(exp, (g, [x]) => [g.mul(x!.exp()).mul(2)]);
  assert.match(diagnosisOf(f, [x23()]), 'exactly twice the true gradient everywhere: accumulated twice');
});

test('a factor is recognised in a scalar function and along random directions, too', () => {
  const f = withRule(
    (x) => x.exp().sum(),
    (g, [x]) => [x!.exp().mul(g).mul(-1)],
  );
  assert.match(diagnosisOf(f, [x23()]), 'sign flipped');
  const report = gradcheck(f, x23(), { mode: 'directions' });
  assert.match(report.inputs[0]!.diagnosis.join(), 'sign flipped');
});

test('1/n: the rule of a mean for a sum, and n: that of a sum for a mean', () => {
  const spread = (g: Tensor, x: Tensor): Tensor => mul(ones(x.shape), g);
  const meanForSum = withRule(
    (x) => x.sum(),
    (g, [x]) => [spread(g, x!).mul(1 / 6)],
  );
  assert.match(diagnosisOf(meanForSum, [x23()]), 'too small by 1/6 everywhere, a size of the input: a mean');
  const sumForMean = withRule(
    (x) => x.mean(),
    (g, [x]) => [spread(g, x!)],
  );
  assert.match(diagnosisOf(sumForMean, [x23()]), 'too large by 6 everywhere, a size of the input: a sum');
  const axis = withRule(
    (x) => x.mean(1, true),
    (g, [x]) => [spread(g, x!)],
  );
  assert.match(diagnosisOf(axis, [x23()]), 'too large by 3 everywhere');
});

test('a transposed gradient', () => {
  const a = x33();
  const f = withRule(
    (x) => a.astype('float64').matmul(x),
    (g) => [a.astype('float64').transpose().matmul(g).transpose()],
  );
  assert.match(diagnosisOf(f, [x33()]), "transposed: the gradient's last two axes 3 × 3 are exchanged");
});

test('a reshape where a transpose belongs', () => {
  const weights = tensor(
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
    { dtype: 'float64' },
  );
  const f = withRule(
    (x) => x.transpose().mul(weights),
    (g) => [g.mul(weights).reshape([2, 3])],
  );
  assert.match(diagnosisOf(f, [x23()]), "transposed: the gradient's last two axes 2 × 3 are exchanged");
});

test('the Jacobian transposed: multiplied from the wrong side', () => {
  const a = randn([3, 3], random(5), { dtype: 'float64' });
  const f = withRule(
    (x) => a.matmul(x),
    (g) => [a.matmul(g)],
  );
  assert.match(diagnosisOf(f, [tensor([1, 2, 3])]), 'the Jacobian is transposed: the rule computes J·g');
});

test('a sum over a broadcast axis left out', () => {
  const f = withRule(
    (x, b) => x.add(b),
    (g) => [g, g.slice([0]).reshape([3])],
  );
  const found = diagnosisOf(f, [x23(), tensor([1, 2, 3])], 1);
  assert.match(
    found,
    'a term from broadcasting is missing: only the outputs at index 0 of axis 0 reach this input',
  );
  assert.match(found, 'sum over axis 0');
});

test('a sum left out altogether is refused by the engine, which names op, input and shapes', () => {
  const f = withRule(
    (x, b) => x.add(b),
    (g) => [g, g],
  );
  assertThrows(
    () => gradcheck(f, [x23(), tensor([1, 2, 3])]),
    'mistaken: the gradient of input 1 has shape [2, 3]',
    'the input has [3]',
    'broadcast: true',
  );
});

test('zero for an input that matters, and a gradient for one that does not', () => {
  const zero = withRule(exp, (g) => [g.mul(0)]);
  assert.match(diagnosisOf(zero, [x23()]), 'backward() gave zero for an input that matters');
  const invented = withRule(
    (x) => x.mul(0).add(1),
    (g) => [g],
  );
  assert.match(diagnosisOf(invented, [x23()]), 'an input that does not change the output');
});

test('zero in some entries: a case of the rule is missing', () => {
  const f = withRule(
    (x) => x.abs(),
    (g, [x]) => [g.mul(x!.greater(0))],
  );
  assert.match(
    diagnosisOf(f, [tensor([1, -2, 3, -4])]),
    'zero in 2 of 16 entries that matter and right in all others',
  );
});

test('the gradient of the other input', () => {
  const f = withRule(
    (a, b) => a.mul(b),
    (g, [a, b]) => [g.mul(a!), g.mul(b!)],
  );
  const inputs = [x23().named('left'), randn([2, 3], random(3)).named('right')];
  assert.match(
    diagnosisOf(f, inputs, 0),
    'this is the gradient of right: the rules of two inputs are exchanged',
  );
  assert.match(diagnosisOf(f, inputs, 1), 'this is the gradient of left');
});

test('a rule that ignores the incoming gradient', () => {
  const f = withRule(exp, (_, [x]) => [x!.exp()]);
  assert.match(diagnosisOf(f, [x23()]), 'backward ignores the incoming gradient');
});

test('a rule that ignores the incoming gradient of a scalar, where one pass from 1 looks right', () => {
  const f = withRule(
    (x) => x.square().sum(),
    (_, [x]) => [x!.mul(2)],
  );
  for (const mode of ['full', 'directions'] as const) {
    const report = gradcheck(f, x23(), { mode });
    assert.is(report.verdict, 'wrong');
    assert.not(report.ok);
    assert.match(report.problems.join(), 'the gradient of a is not linear in the incoming gradient');
    assert.match(report.problems.join(), 'backward ignores it');
  }
  const { culprits } = gradcheck((x) => f(x.mul(3)).exp(), x23());
  assert.equal(
    culprits.map(({ op }) => op),
    ['mistaken'],
  );
});

test('a rule that uses the incoming gradient other than as a factor', () => {
  const squared = withRule(exp, (g, [x]) => [g.square().mul(x!.exp())]);
  assert.match(gradcheck(squared, x23()).problems.join(), 'uses it other than as a factor');
  const shifted = withRule(exp, (g, [x]) => [g.add(1e-4).mul(x!.exp())]);
  assert.match(gradcheck(shifted, x23()).problems.join(), 'not linear in the incoming gradient (off by');
});

test('only the diagonal: an elementwise rule for softmax', () => {
  const f = withRule(
    (x) => x.softmax(),
    (g, [x]) => {
      const y = x!.softmax();
      return [g.mul(y).mul(y.neg().add(1))];
    },
  );
  assert.match(diagnosisOf(f, [tensor([0.5, -1, 2])]), 'only the diagonal of the Jacobian is there');
});

test('a small error is not mistaken for a pattern that a right gradient fits as well', () => {
  const noise = tensor([1, 1 + 3e-5, 1, 1 - 2e-5, 1, 1], { dtype: 'float64' }).reshape([2, 3]);
  const f = withRule(exp, (g, [x]) => [g.mul(x!.exp()).mul(noise)]);
  assert.is(diagnosisOf(f, [x23()]), '');
});

test('an error without a pattern gets no diagnosis, and a right gradient none either', () => {
  const f = withRule(exp, (g, [x]) => [g.mul(x!.sin())]);
  assert.is(diagnosisOf(f, [x23()]), '');
  assert.equal(gradcheck(exp, x23()).inputs[0]!.diagnosis, []);
});
