/** One wrong op among many is found and named, with its line; what the tape never saw explains itself. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { gradcheck, gradgradcheck } from '../../../src/check/index.js';
import {
  apply,
  defineOp,
  type NDArray,
  noGrad,
  type Op,
  randn,
  random,
  Tensor,
  tensor,
} from '../../../src/index.js';
import { suite } from '../../support/suite.js';

const test = suite('blame');

/** A smooth op whose rule for its second input may be wrong: y = a·sin b. */
const SINE_PRODUCT = (wrong: number): Op<[NDArray, NDArray], undefined> =>
  defineOp({
    name: 'sineProduct',
    forward: ([a, b]: [NDArray, NDArray]) => ({
      data: a.data.map((v, i) => v * Math.sin(b.data[i]!)),
      shape: a.shape,
    }),
    save: ({ inputs: [a, b] }) => ({ a, b }),
    vjp: [(g, { b }) => g.mul(b.sin()), (g, { a, b }) => g.mul(a).mul(b.cos()).mul(wrong)],
  });
const WRONG = SINE_PRODUCT(1.5);

/** A call in the line after the caller's in this file, as reports print it. */
function nextLine(call: string): string {
  const caller = new Error().stack!.split('\n')[2]!;
  const line = Number(/blame\.test\.ts:(\d+)/.exec(caller)![1]) + 1;
  return `test/check/verdict/blame.test.ts:${line}:${own[line - 1]!.indexOf(call) + 1}`;
}
const own = readFileSync(fileURLToPath(import.meta.url), 'utf8').split('\n');

let wrongLine = '';
function network(x: Tensor, w: Tensor, v: Tensor): Tensor {
  const hidden = x.matmul(w).tanh();
  const scale = hidden.exp().add(1).log();
  wrongLine = nextLine('apply(');
  const mixed = apply(WRONG, [scale, hidden]);
  return mixed.matmul(v).sigmoid().mean();
}
const parts = (): Tensor[] => [
  randn([2, 3], random(1)).named('x'),
  randn([3, 4], random(2)).named('w'),
  randn([4, 2], random(3)).named('v'),
];

test('in a composite function the culprit is named: op, step, input, line, numbers; the others pass', () => {
  const report = gradcheck(network, parts());
  assert.is(report.verdict, 'wrong');
  assert.equal(
    report.ops.map(({ op }) => op),
    ['matmul', 'tanh', 'exp', 'add', 'log', 'sineProduct', 'matmul', 'sigmoid', 'mean'],
  );
  assert.is(report.culprits.length, 1);
  const [culprit] = report.culprits;
  assert.is(culprit!.op, 'sineProduct');
  assert.is(culprit!.step, 6);
  assert.is(culprit!.input, 1);
  assert.is(culprit!.order, 1);
  assert.is(culprit!.verdict, 'wrong');
  assert.equal(culprit!.inputShapes, [
    [2, 4],
    [2, 4],
  ]);
  assert.is(culprit!.line, wrongLine);
  assert.match(culprit!.diagnosis.join(), 'backward() is 1.5 times the true gradient everywhere');
  assert.ok(Math.abs(culprit!.worst!.analytic / culprit!.worst!.numeric - 1.5) < 1e-6);
  for (const one of report.ops) if (one !== culprit) assert.is(one.verdict, 'correct', one.op);
  for (const part of [
    `Culprit: sineProduct at ${wrongLine} (step 6 of the tape, inputs [2, 4], [2, 4]), the rule for input 1: wrong`,
    'The other 8 ops pass',
  ])
    assert.ok(String(report).includes(part), String(report));
});

test('the inputs before the culprit fail with it, the input after it is correct', () => {
  assert.equal(
    gradcheck(network, parts()).inputs.map(({ name, verdict }) => [name, verdict]),
    [
      ['x', 'wrong'],
      ['w', 'wrong'],
      ['v', 'correct'],
    ],
  );
});

test('along random directions the culprit is found as well', () => {
  const report = gradcheck(network, parts(), { mode: 'directions' });
  assert.equal(
    report.culprits.map(({ op, input }) => [op, input]),
    [['sineProduct', 1]],
  );
});

test('two wrong ops are both named, and a wrong op that is called twice is named twice', () => {
  const cube = defineOp({
    name: 'cube',
    forward: ([x]: [NDArray]) => ({ data: x.data.map((v) => v ** 3), shape: x.shape }),
    save: ({ inputs: [x] }) => ({ x }),
    vjp: [(g, { x }) => g.mul(x.square()).mul(2)],
  });
  const report = gradcheck(
    (x) => apply(cube, [apply(WRONG, [apply(cube, [x.exp()]), x])]),
    tensor([0.25, 0.5]),
  );
  assert.equal(
    report.culprits.map(({ op, step }) => [op, step]),
    [
      ['cube', 2],
      ['sineProduct', 3],
      ['cube', 4],
    ],
  );
  assert.ok(String(report).includes('The other op passes'));
});

test('a detach() explains itself: all ops pass, and its line is named', () => {
  let line = '';
  const f = (x: Tensor): Tensor => {
    line = nextLine('detach(');
    const constant = x.exp().detach();
    return x.square().add(constant);
  };
  const report = gradcheck(f, tensor([1, 2]));
  assert.is(report.verdict, 'wrong');
  assert.equal(report.culprits, []);
  assert.equal(report.cuts, [`detach() at ${line}`]);
  const text = `All 3 ops on the tape pass alone: the mistake lies in what the tape did not see, a value taken out by detach() at ${line}`;
  assert.ok(String(report).includes(text), String(report));
});

test('noGrad() explains itself too', () => {
  const report = gradcheck((x) => x.mul(noGrad(() => x.exp())), tensor([1, 2]));
  assert.equal(report.culprits, []);
  assert.is(report.cuts.length, 1);
  assert.match(report.cuts[0]!, /^noGrad\(\) at test\/check\/verdict\/blame\.test\.ts:\d+:\d+$/);
});

test('numbers taken out with item() leave no trace on the tape: the message lists what may have happened', () => {
  const report = gradcheck((x) => x.mul(x.sum().item()), tensor([1, 2]));
  assert.not(report.ok);
  assert.equal([report.culprits, report.cuts], [[], []]);
  for (const word of ['detach()', 'item()', 'data', 'noGrad()', 'hook'])
    assert.ok(String(report).includes(word), String(report));
});

test('a hook that changes a gradient is no op, and is hinted at', () => {
  const report = gradcheck(
    (x) => {
      const y = x.exp();
      if (y.requiresGrad) y.registerHook((g) => g.mul(2));
      return y.square();
    },
    tensor([1, 2]),
  );
  assert.not(report.ok);
  assert.equal(report.culprits, []);
  assert.match(String(report), 'a hook that changes a gradient');
});

test('detaching inside the ops of the library is not held against the program', () => {
  const report = gradcheck((x) => apply(WRONG, [x.logSumExp(0, true), x]), tensor([0.5]));
  assert.equal(report.cuts, []);
  assert.equal(
    report.culprits.map(({ op }) => op),
    ['sineProduct'],
  );
});

/** y = x³ with a rule right as a number, whose own derivative is not: x² is taken out as raw numbers. */
const ONCE = defineOp({
  name: 'onceCube',
  forward: ([x]: [NDArray]) => ({ data: x.data.map((v) => v ** 3), shape: x.shape }),
  save: ({ inputs: [x] }) => ({ x }),
  vjp: [
    (g, { x }) =>
      g.mul(
        new Tensor(
          x.data.map((v) => 3 * v * v),
          x.shape,
        ),
      ),
  ],
});

test('a mistake of second order alone passes order 1 and is found at order 2, at the op that makes it', () => {
  const f = (x: Tensor): Tensor => apply(ONCE, [x.exp()]).tanh();
  const x = tensor([0.25, -0.5]);
  assert.ok(gradcheck(f, x).ok);
  const report = gradgradcheck(f, x);
  assert.not(report.ok);
  assert.is(report.verdict, 'wrong');
  assert.is(report.inputs[0]!.verdict, 'correct', 'the first derivative is right');
  assert.is(report.next!.inputs[0]!.verdict, 'wrong');
  assert.equal(
    report.culprits.map(({ op, order, step }) => [op, order, step]),
    [['onceCube', 2, 2]],
  );
  for (const part of [
    'Culprit: onceCube',
    'the derivative of the rule for input 0',
    'The other 2 ops pass',
    '(derivative of order 2)',
  ])
    assert.ok(String(report).includes(part), String(report));
});

test('blame: false leaves the ops alone', () => {
  const report = gradcheck(network, parts(), { blame: false });
  assert.not(report.ok);
  assert.equal([report.ops, report.culprits, report.cuts], [[], [], []]);
  assert.not.match(String(report), 'Culprit');
});

test('a check that passes accuses nobody', () => {
  const report = gradcheck((x) => x.exp().detach().add(x), tensor([0.5]), { allow: ['wrong'] });
  assert.ok(report.ok);
  assert.equal([report.ops, report.cuts], [[], []]);
});

test('an op is examined at the inputs it had, and with the attributes', () => {
  const scaled = defineOp({
    name: 'scaled',
    forward: ([x]: [NDArray], { by }: { by: number }) => ({
      data: x.data.map((v) => v * by),
      shape: x.shape,
    }),
    vjp: [(g, _, { by }) => g.mul(by > 2 ? by + 1 : by)],
  });
  const report = gradcheck((x) => apply(scaled, [apply(scaled, [x], { by: 2 })], { by: 3 }), tensor([0.5]));
  assert.equal(
    report.ops.map(({ op, verdict }) => [op, verdict]),
    [
      ['scaled', 'correct'],
      ['scaled', 'wrong'],
    ],
  );
});
