/** What a check concludes: one test or more for every verdict. */
import * as assert from 'uvu/assert';
import { type GradcheckReport, gradcheck, type Verdict } from '../../src/check/index.js';
import { apply, defineOp, type NDArray, randn, random, type Tensor, tensor, where } from '../../src/index.js';
import { Dropout, Linear, Sequential } from '../../src/nn/index.js';
import { assertClose } from '../support/close.js';
import { suite } from '../support/suite.js';

const test = suite('verdicts of gradcheck');

function expectVerdict(report: GradcheckReport, verdict: Verdict, ok: boolean, ...parts: string[]): void {
  assert.is(report.verdict, verdict, String(report));
  assert.is(report.ok, ok, String(report));
  for (const part of parts) assert.ok(String(report).includes(part), `expected "${part}" in:\n${report}`);
}

/** tanh with any rule, given y = tanh x. */
const tanhWith = (rule: (g: Tensor, y: Tensor) => Tensor): ((x: Tensor) => Tensor) => {
  const op = defineOp({
    name: 'tanhWith',
    forward: ([x]: [NDArray]) => ({ data: x.data.map(Math.tanh), shape: x.shape }),
    save: ({ output: y }) => ({ y }),
    vjp: [(g, { y }) => rule(g, y)],
  });
  return (x) => apply(op, [x]);
};

/** The rows of a batch, normalised by their mean and variance. */
const batchNorm = (x: Tensor): Tensor => {
  const centred = x.sub(x.mean(0, true));
  return centred.div(centred.square().mean(0, true).add(1e-5).sqrt());
};

test('correct: backward and differences agree, and the report holds both Jacobians', () => {
  const report = gradcheck((x) => x.square(), tensor([1, -2]));
  expectVerdict(report, 'correct', true, 'passed', 'has the right gradient', 'full Jacobian', 'float64');
  assertClose(report.inputs[0]!.analytic!, [2, 0, 0, -4], { relative: 0, absolute: 0 });
  assertClose(report.inputs[0]!.numeric!, [2, 0, 0, -4], { relative: 1e-9, absolute: 1e-9 });
  assert.is(report.inputs[0]!.compared, 4);
  assert.equal(report.failures, []);
});

test('correct: an identity that hands back its input, and an empty tensor', () => {
  expectVerdict(
    gradcheck((x) => x, tensor([1, 2])),
    'correct',
    true,
  );
  expectVerdict(
    gradcheck((x) => x.exp(), tensor([])),
    'correct',
    true,
    '0 entries compared',
  );
});

test('wrong: names input, element, output, both values and their errors', () => {
  const wrong = tanhWith((g, y) => g.mul(y.square().neg().add(1)).mul(tensor([1, 1.5, 1])));
  const report = gradcheck(wrong, tensor([0.5, -0.25, 2]).named('x'));
  const slope = 1 - Math.tanh(-0.25) ** 2;
  expectVerdict(
    report,
    'wrong',
    false,
    'has a wrong gradient in x',
    'worst at x[1] → output [1]',
    `backward() gave          ${Number((1.5 * slope).toPrecision(10))}`,
    `finite differences gave  ${Number(slope.toPrecision(6))}`.slice(0, -2),
    '1 of 3 elements fail',
  );
  const [failure] = report.failures;
  assert.equal([failure!.index, failure!.output], [[1], [1]]);
  assertClose(
    [failure!.analytic, failure!.numeric, failure!.absolute, failure!.relative],
    [1.5 * slope, slope, slope / 2, 1 / 3],
    { relative: 1e-8 },
  );
});

test('wrong: the worst five failures are listed, worst first', () => {
  const wrong = tanhWith((g, y) => g.mul(y.square().neg().add(1)).mul(tensor([2, 3, 1, 4, 5, 6, 7])));
  const report = gradcheck((x) => wrong(x).sum(), tensor([0, 0, 0, 0, 0, 0, 0]));
  assert.is(report.inputs[0]!.wrongElements, 6);
  assert.equal(
    report.failures.map(({ index }) => index[0]),
    [6, 5, 4, 3, 1],
  );
  expectVerdict(report, 'wrong', false, '6 of 7 elements fail', 'next worst:');
});

test('wrong: an error of one part in a hundred thousand is seen', () => {
  const report = gradcheck(
    tanhWith((g, y) => g.mul(y.square().neg().add(1)).mul(1 + 1e-5)),
    tensor([0.5, -0.25]),
  );
  expectVerdict(report, 'wrong', false);
});

test('wrong in one input leaves the others correct', () => {
  const op = defineOp({
    name: 'product',
    forward: ([a, b]: [NDArray, NDArray]) => ({ data: a.data.map((v, i) => v * b.data[i]!), shape: a.shape }),
    save: ({ inputs: [a, b] }) => ({ a, b }),
    vjp: [(g, { b }) => g.mul(b), (g, { a }) => g.mul(a).mul(3)],
  });
  const report = gradcheck((a, b) => apply(op, [a, b]), [tensor([1, 2]), tensor([3, 5])]);
  assert.equal(
    report.inputs.map(({ verdict }) => verdict),
    ['correct', 'wrong'],
  );
  expectVerdict(report, 'wrong', false, 'wrong gradient in b [', 'a [2]: correct', 'b [2]: wrong');
});

test('vacuous: softmax sums to one whatever its input', () => {
  const x = tensor([1, 2, 3]);
  expectVerdict(
    gradcheck((x) => x.softmax().sum(), x),
    'vacuous',
    false,
    'proves nothing',
  );
  expectVerdict(
    gradcheck((x) => x.softmax(), x),
    'correct',
    true,
  );
  expectVerdict(
    gradcheck((x) => x.softmax().sum(), x, { allow: ['vacuous'] }),
    'vacuous',
    true,
  );
});

test('vacuous: a wrong softmax whose gradient cancels in the sum does not pass either', () => {
  const op = defineOp({
    name: 'wrongSoftmax',
    forward: ([x]: [NDArray]) => {
      const exps = x.data.map(Math.exp);
      const total = Array.from(exps).reduce((a, b) => a + b, 0);
      return { data: exps.map((e) => e / total), shape: x.shape };
    },
    vjp: [(g) => g.mul(0)],
  });
  const softmax = (x: Tensor): Tensor => apply(op, [x]);
  expectVerdict(
    gradcheck((x) => softmax(x).sum(), tensor([1, 2, 3])),
    'vacuous',
    false,
  );
  expectVerdict(gradcheck(softmax, tensor([1, 2, 3])), 'wrong', false);
});

test('vacuous: batch normalisation of a batch of one', () => {
  expectVerdict(gradcheck(batchNorm, tensor([[1, 2, 3]])), 'vacuous', false, 'proves nothing');
  expectVerdict(gradcheck(batchNorm, randn([4, 3], random(0))), 'correct', true);
});

test('vacuous: a zero slope of a function that is curved there, square and cube alike', () => {
  expectVerdict(
    gradcheck((x) => x.square(), tensor(0)),
    'vacuous',
    false,
  );
  expectVerdict(
    gradcheck((x) => x.mul(x).mul(x), tensor(0)),
    'vacuous',
    false,
  );
  expectVerdict(
    gradcheck((x) => x.square(), tensor([0, 1])),
    'correct',
    true,
  );
});

test('vacuous: an input that the function does not use, beside one that it does', () => {
  const report = gradcheck((a, b) => a.exp().add(b.mul(0)), [tensor([1]), tensor([2])]);
  assert.equal(
    report.inputs.map(({ verdict }) => verdict),
    ['correct', 'vacuous'],
  );
  expectVerdict(report, 'vacuous', false, 'proves nothing in b');
});

test('not deterministic: dropout in training mode, with the gap and the way out', () => {
  const model = new Sequential(new Linear(4, 8, { rng: random(0) }), new Dropout(0.5, { rng: random(1) }));
  const x = randn([2, 4], random(2));
  expectVerdict(
    gradcheck((x) => model.forward(x), x),
    'not deterministic',
    false,
    'two runs of the function on the same inputs gave',
    'model.eval()',
  );
  model.eval();
  expectVerdict(
    gradcheck((x) => model.forward(x), x),
    'correct',
    true,
  );
});

test('not deterministic: the output with the largest gap is named', () => {
  let runs = 0;
  const f = (x: Tensor): Tensor => {
    runs++;
    return x.add(tensor([0, runs * 1e-3, runs, 0]).reshape([2, 2]));
  };
  const report = gradcheck(
    f,
    tensor([
      [1, 2],
      [3, 4],
    ]),
  );
  expectVerdict(report, 'not deterministic', false, 'gave 4 and 5 at output [1, 0]');
});

test('not deterministic: an output whose shape changes from run to run', () => {
  let runs = 0;
  const report = gradcheck((x) => x.mul(tensor(new Array(++runs + 1).fill(2))), tensor(1));
  expectVerdict(report, 'not deterministic', false, 'gave 2 and 3 numbers');
});

test('not finite: a value outside the domain is reported before any gradient is taken', () => {
  const report = gradcheck(
    (x) => x.log(),
    tensor([
      [1, 2],
      [-1, 3],
    ]),
  );
  expectVerdict(
    report,
    'not finite',
    false,
    'the function is NaN at output [1, 0] before any gradient was taken',
  );
  assert.equal(report.inputs, []);
  const infinite = gradcheck((x) => x.reciprocal(), tensor([1, 0]));
  expectVerdict(infinite, 'not finite', false, 'the function is Infinity at output [1]');
});

test('not finite: a NaN in the gradient of a finite value', () => {
  const f = (x: Tensor): Tensor => where(x.greater(0), x.sqrt(), x.mul(0.5));
  const report = gradcheck(f, tensor([1, -1]));
  expectVerdict(report, 'not finite', false, 'backward() gave          NaN');
  assert.equal(
    report.culprits.map(({ op }) => op),
    ['sqrt'],
    'the op that met NaN is not accused for it',
  );
});

test('not finite: an infinite gradient of a finite value', () => {
  const report = gradcheck((x) => x.sqrt().sum(), tensor([4, 0]));
  expectVerdict(report, 'not finite', false, 'a[1] → output []', 'backward() gave          Infinity');
  assert.not.match(String(report), 'relative NaN');
});

test('precision: an op that returns float32 in a float64 check is named', () => {
  const op = defineOp({
    name: 'narrowTanh',
    forward: ([x]: [NDArray]) => ({ data: Float32Array.from(x.data, Math.tanh), shape: x.shape }),
    save: ({ output: y }) => ({ y }),
    vjp: [(g, { y }) => g.mul(y.square().neg().add(1))],
  });
  const f = (x: Tensor): Tensor => apply(op, [x.mul(2)]).exp();
  expectVerdict(
    gradcheck(f, tensor([0.5, 0.25])),
    'precision',
    false,
    'narrowTanh returned float32 for float64 inputs',
    "{ dtype: 'float32' }",
  );
  expectVerdict(gradcheck(f, tensor([0.5, 0.25]), { dtype: 'float32' }), 'correct', true);
});

/** exp, rounded to multiples of 2⁻ᵇⁱᵗˢ: the jitter of an op that computes with fewer digits inside. */
const coarseExp = (bits: number, factor: number): ((x: Tensor) => Tensor) => {
  const op = defineOp({
    name: 'coarseExp',
    forward: ([x]: [NDArray]) => ({
      data: x.data.map((v) => Math.round(Math.exp(v) * 2 ** bits) / 2 ** bits),
      shape: x.shape,
    }),
    save: ({ inputs: [x] }) => ({ x }),
    vjp: [(g, { x }) => g.mul(x.exp()).mul(factor)],
  });
  return (x) => apply(op, [x]);
};

test('precision: values too noisy for differences to decide', () => {
  const report = gradcheck(coarseExp(13, 1), tensor([0.013, 0.6]));
  expectVerdict(report, 'precision', false, 'too imprecise to check', 'too noisy to decide');
  assert.ok(report.failures[0]!.numericError > 1e-3, 'the error estimate tells how noisy');
  assert.equal(
    report.culprits.map(({ op }) => op),
    ['coarseExp'],
  );
});

test('noise of the size of float32 rounding neither raises an alarm nor hides a gradient wrong by 1 %', () => {
  const x = tensor([0.013, 0.6, -1.25]);
  expectVerdict(gradcheck(coarseExp(23, 1), x), 'correct', true);
  expectVerdict(gradcheck(coarseExp(23, 1.01), x), 'wrong', false);
});

test('float32 inputs are checked in float64, constants that the function makes included', () => {
  const dtypes: string[] = [];
  const report = gradcheck(
    (x) => {
      const constant = tensor([0.1, 0.2]);
      dtypes.push(x.dtype, constant.dtype);
      return x.mul(constant).exp();
    },
    tensor([1, 2], { dtype: 'float32' }),
    { order: 2 },
  );
  expectVerdict(report, 'correct', true);
  assert.equal([...new Set(dtypes)], ['float64']);
});

test('the blame, too, runs the function in float64', () => {
  const wrong = tanhWith((g) => g);
  const dtypes = new Set<string>();
  gradcheck(
    (x) => {
      dtypes.add(tensor([0.1]).dtype);
      return wrong(x);
    },
    tensor([0.5], { dtype: 'float32' }),
  );
  assert.equal([...dtypes], ['float64']);
});
