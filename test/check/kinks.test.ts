/** Corners, edges and jumps: what is accepted there, and that it is always listed. */
import * as assert from 'uvu/assert';
import { type GradcheckReport, gradcheck } from '../../src/check/index.js';
import { apply, defineOp, maximum, minimum, type NDArray, type Tensor, tensor } from '../../src/index.js';
import { assertClose } from '../support/close.js';
import { suite } from '../support/suite.js';

const test = suite('kinks in gradcheck');

/** The slopes and the fate of every kink of the first input: [left, right, analytic, accepted]. */
const kinksOf = (report: GradcheckReport) =>
  report.inputs[0]!.kinks.map(({ left, right, analytic, accepted }) => [left, right, analytic, accepted]);

/** relu with a slope at 0 of one's own choice. */
const reluWith = (atZero: number): ((x: Tensor) => Tensor) => {
  const op = defineOp({
    name: 'reluWith',
    forward: ([x]: [NDArray]) => ({ data: x.data.map((v) => Math.max(v, 0)), shape: x.shape }),
    save: ({ inputs: [x] }) => ({ x }),
    vjp: [(g, { x }) => g.mul(x.greater(0).add(x.equal(0).mul(atZero)))],
  });
  return (x) => apply(op, [x]);
};

test('relu at 0: slopes 0 and 1, gradient 0 accepted and listed', () => {
  const report = gradcheck((x) => x.relu(), tensor([-1, 0, 2]));
  assert.ok(report.ok);
  assert.is(report.verdict, 'kink');
  assert.equal(kinksOf(report), [[0, 1, 0, true]]);
  assert.equal(report.inputs[0]!.kinks[0]!.index, [1]);
  for (const part of [
    'passed: the function has a kink at this point',
    '1 of 9 sit on a kink:',
    'a[1] → output [1]: slopes 0 from the left, 1 from the right; backward() gave 0, in between',
  ])
    assert.ok(String(report).includes(part), String(report));
});

test('relu at 0: every value between the slopes is accepted, the ends included', () => {
  for (const slope of [0, 0.25, 0.5, 1])
    assert.equal(kinksOf(gradcheck(reluWith(slope), tensor([0, 1]))), [[0, 1, slope, true]]);
});

test('relu at 0: a gradient outside both slopes is wrong, and still listed as a kink', () => {
  for (const slope of [1.001, -0.001, 7]) {
    const report = gradcheck(reluWith(slope), tensor([-1, 0, 2]));
    assert.is(report.verdict, 'wrong');
    assert.not(report.ok);
    assert.equal(kinksOf(report), [[0, 1, slope, false]]);
    assert.is(report.inputs[0]!.wrongElements, 1);
    assert.ok(String(report).includes(`backward() gave ${slope}, outside both`), String(report));
    assert.equal(
      report.culprits.map(({ op }) => op),
      ['reluWith'],
    );
  }
});

test('relu: a kink excuses nothing elsewhere', () => {
  const half = defineOp({
    name: 'halfRelu',
    forward: ([x]: [NDArray]) => ({ data: x.data.map((v) => Math.max(v, 0)), shape: x.shape }),
    save: ({ inputs: [x] }) => ({ x }),
    vjp: [(g, { x }) => g.mul(x.greater(0)).mul(0.5)],
  });
  const report = gradcheck((x) => apply(half, [x]), tensor([0, 2]));
  assert.is(report.verdict, 'wrong');
  assert.equal(
    report.failures.map(({ index }) => index),
    [[1]],
  );
  assert.is(report.inputs[0]!.kinks.length, 1);
});

test('abs at 0: slopes −1 and 1 agree with 0 on average, and are listed all the same', () => {
  const report = gradcheck((x) => x.abs(), tensor([0, -3]));
  assert.ok(report.ok);
  assert.equal(kinksOf(report), [[-1, 1, 0, true]]);
});

test('max with ties: each tied element is a kink, the even share is in between', () => {
  const report = gradcheck((x) => x.max(), tensor([1, 3, 3, 2]));
  assert.ok(report.ok);
  assert.equal(kinksOf(report), [
    [0, 1, 0.5, true],
    [0, 1, 0.5, true],
  ]);
  const three = gradcheck((x) => x.min(), tensor([3, 3, 3]));
  assertClose(
    three.inputs[0]!.kinks.flatMap(({ left, right, analytic }) => [left, right, analytic]),
    [1, 0, 1 / 3, 1, 0, 1 / 3, 1, 0, 1 / 3],
  );
});

test('maximum and minimum of equal tensors: kinks in both inputs', () => {
  for (const op of [maximum, minimum]) {
    const report = gradcheck((a, b) => op(a, b), [tensor([1, 2]), tensor([1, 3])]);
    assert.ok(report.ok);
    assert.equal(
      report.inputs.map(({ kinks }) => kinks.length),
      [1, 1],
    );
  }
});

test('clip at both bounds, and a corner of a scaled and curved function', () => {
  const clipped = gradcheck((x) => x.clip(-1, 1), tensor([-1, 0.5, 1]));
  assert.ok(clipped.ok);
  assert.is(clipped.inputs[0]!.kinks.length, 2);
  const curved = gradcheck((x) => x.abs().exp().mul(1000).add(x.square()), tensor([0]));
  assert.ok(curved.ok);
  const [kink] = curved.inputs[0]!.kinks;
  assertClose([kink!.left, kink!.right], [-1000, 1000], { relative: 1e-4 });
});

test('a kink beside the point, inside the difference step, is seen past: no alarm and no kink', () => {
  for (const x of [2e-6, -2e-6, 1e-4]) {
    const report = gradcheck((x) => x.relu(), tensor([x, 1], { dtype: 'float64' }));
    assert.is(report.verdict, 'correct', `x = ${x}: ${report}`);
    assertClose(report.inputs[0]!.numeric!, [x > 0 ? 1 : 0, 0, 0, 1], { absolute: 1e-9 });
  }
});

test('a kink nearer than differences can resolve is listed', () => {
  const report = gradcheck((x) => x.sub(1).relu(), tensor([1 + 1e-12, 2], { dtype: 'float64' }));
  assert.ok(report.ok, String(report));
  assert.is(report.verdict, 'kink');
});

test('an edge of the domain: the slope of the side that exists decides', () => {
  // x^1.5 exists for x ≥ 0 only; its slope at 0 is 0. (1 − x)² is cut off at 1 by a NaN of our own.
  const halfLine = (factor: number) => {
    const op = defineOp({
      name: 'halfLine',
      forward: ([x]: [NDArray]) => ({
        data: x.data.map((v) => (v < 1 ? Number.NaN : 3 * v + v * v)),
        shape: x.shape,
      }),
      save: ({ inputs: [x] }) => ({ x }),
      vjp: [(g, { x }) => g.mul(x.mul(2).add(3)).mul(factor)],
    });
    return gradcheck((x) => apply(op, [x]), tensor([1, 2]));
  };
  const right = halfLine(1);
  assert.ok(right.ok, String(right));
  const [edge] = right.inputs[0]!.kinks;
  assert.is(edge!.kind, 'edge');
  assertClose([edge!.right, edge!.analytic], [5, 5], { relative: 1e-3 });
  assert.ok(String(right).includes('the function ends here; slope of the side that exists'));
  assert.is(halfLine(1.2).verdict, 'wrong');
});

test('a jump has no slope: never accepted, and said to be a jump', () => {
  const report = gradcheck((x) => x.greater(0).add(x), tensor([1, 0]));
  assert.not(report.ok);
  assert.is(report.verdict, 'kink');
  const [jump] = report.inputs[0]!.kinks;
  assert.equal([jump!.kind, jump!.accepted], ['jump', false]);
  assert.ok(String(report).includes('the function jumps here, so it has no slope'));
});

test('the worst entry of a passing report is not one of the kinks, and the rest is still compared', () => {
  const report = gradcheck((x) => x.relu().add(x.exp()), tensor([0, 1]));
  assert.ok(report.ok);
  assert.ok(report.inputs[0]!.worst!.absolute < 1e-8, String(report));
  assert.is(gradcheck((x) => x.relu(), tensor(0)).inputs[0]!.worst, null);
});

test('hundreds of kinks are all looked at', () => {
  const zeros = tensor(new Float64Array(300));
  const report = gradcheck((x) => x.relu().sum(), zeros, { mode: 'full' });
  assert.ok(report.ok, String(report));
  assert.is(report.inputs[0]!.kinks.length, 300);
  assert.ok(String(report).includes('and 295 more'));
});

test('along random directions a kink is found and bracketed too', () => {
  const report = gradcheck((x) => x.abs().add(x), tensor([0, 1, 2]), { mode: 'directions' });
  assert.ok(report.ok, String(report));
  assert.is(report.inputs[0]!.kinks.length, 3);
  const wrong = gradcheck((x) => reluWith(3)(x), tensor([0, 1, 2]), { mode: 'directions' });
  assert.is(wrong.verdict, 'wrong');
});

test('a kink in float32', () => {
  const report = gradcheck((x) => x.relu(), tensor([-1, 0, 2]), { dtype: 'float32' });
  assert.is(report.verdict, 'kink', String(report));
  assert.ok(report.ok);
  assert.is(gradcheck(reluWith(1.5), tensor([-1, 0, 2]), { dtype: 'float32' }).verdict, 'wrong');
});

test('beside a kink the Taylor remainder, which reaches across it, has no say', () => {
  const report = gradcheck((x) => x.relu(), tensor([1e-7], { dtype: 'float64' }));
  assert.is(report.verdict, 'correct', String(report));
  assert.is(report.inputs[0]!.taylor, null);
});
