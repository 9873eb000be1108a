/** The ways to check: every entry, random directions, higher orders, forward against reverse mode, float32. */
import * as assert from 'uvu/assert';
import { type GradcheckReport, gradcheck, gradgradcheck } from '../../src/check/index.js';
import { apply, defineOp, type NDArray, type Rng, randn, random, Tensor, tensor } from '../../src/index.js';
import { assertClose, assertThrows } from '../support/close.js';
import { suite } from '../support/suite.js';

const test = suite('modes of gradcheck');

/** sin with a gradient that is wrong by `factor` at one element, or at all. */
const sinTimes = (factor: number, at?: number): ((x: Tensor) => Tensor) => {
  const op = defineOp({
    name: 'sinTimes',
    forward: ([x]: [NDArray]) => ({ data: x.data.map(Math.sin), shape: x.shape }),
    save: ({ inputs: [x] }) => ({ x }),
    vjp: [
      (g, { x }) => {
        const factors = new Float64Array(x.size).fill(1);
        for (let i = 0; i < x.size; i++) if (at === undefined || at === i) factors[i] = factor;
        return g.mul(x.cos()).mul(tensor(factors).reshape(x.shape).astype(x.dtype));
      },
    ],
  });
  return (x) => apply(op, [x]);
};

test('auto is full for a small function, directions for a large one', () => {
  assert.is(gradcheck((x) => x.exp(), randn([4, 4], random(0))).mode, 'full');
  assert.is(gradcheck((x) => x.exp(), randn([257], random(0))).mode, 'directions');
  assert.is(gradcheck((x) => x.exp(), randn([129], random(0))).mode, 'directions', '129² entries');
  assert.is(gradcheck((x) => x.exp().sum(), randn([256], random(0))).mode, 'full');
});

test('the number of runs: two an element in full mode, a handful in directions whatever the size', () => {
  const runs = (size: number, mode: 'full' | 'directions'): number => {
    let count = 0;
    const f = (x: Tensor): Tensor => {
      count++;
      return x.mul(2).sum();
    };
    gradcheck(f, tensor(new Float64Array(size).fill(1)), { mode });
    return count;
  };
  assert.is(runs(20, 'full') - runs(10, 'full'), 20);
  assert.is(runs(1000, 'directions'), runs(10, 'directions'));
  assert.ok(runs(1000, 'directions') < 50);
});

test('directions: a right gradient passes, a wrong one fails in every input', () => {
  const [a, b] = [randn([30, 20], random(1)), randn([20, 10], random(2))];
  const report = gradcheck((a, b) => a.matmul(b).tanh(), [a, b]);
  assert.ok(report.ok, String(report));
  assert.is(report.mode, 'directions');
  assert.is(report.inputs[0]!.compared, 3);
  assert.is(report.inputs[0]!.analytic, null);
  const wrong = gradcheck((a, b) => sinTimes(1.01)(a).matmul(b), [a, b]);
  assert.equal(
    wrong.inputs.map(({ verdict }) => verdict),
    ['wrong', 'correct'],
  );
  assert.match(String(wrong), '3 of 3 directions fail');
});

test('directions: one wrong element among a thousand is found', () => {
  for (let seed = 0; seed < 5; seed++) {
    const x = randn([1000], random(seed));
    assert.is(gradcheck(sinTimes(1.5, 137), x, { seed, blame: false }).verdict, 'wrong', `seed ${seed}`);
  }
});

test('directions: their number is an option', () => {
  const report = gradcheck((x) => x.exp(), tensor([1, 2]), { mode: 'directions', directions: 7 });
  assert.is(report.inputs[0]!.compared, 7);
  assert.match(String(report), '7 random directions, which miss an error of 0.1 % of the Jacobian with');
});

/** A report in directions mode with δ = relative / relativeError = relative. */
const withDirections = (directions: number, relative = 1e-6): GradcheckReport =>
  gradcheck((x) => x.exp(), tensor([1]), { mode: 'directions', directions, relative });

/** How often all of `directions` random directions see less than δ of a Jacobian error E of norm 1. */
function missesOf(error: readonly number[][], delta: number, directions: number, trials: number, rng: Rng) {
  let missed = 0;
  for (let trial = 0; trial < trials; trial++) {
    let all = true;
    for (let k = 0; k < directions; k++) {
      const u = error.map(() => rng.normal());
      const v = error[0]!.map(() => rng.normal());
      const seen = error.reduce((sum, row, i) => sum + u[i]! * row.reduce((s, e, j) => s + e * v[j]!, 0), 0);
      if (Math.abs(seen) >= delta) all = false;
    }
    if (all) missed++;
  }
  return missed / trials;
}

test('missProbability: the stated probability is what an experiment gives for a rank-one error', () => {
  const trials = 20_000;
  const e = [0.6, 0, -0.8];
  const rankOne = e.map((a) => [0.28 * a, 0.96 * a]);
  for (const [directions, delta] of [
    [1, 0.01],
    [1, 0.05],
    [1, 0.2],
    [2, 0.05],
    [2, 0.2],
    [3, 0.2],
  ] as const) {
    const stated = withDirections(directions, delta).missProbability(1);
    const found = missesOf(rankOne, delta, directions, trials, random(`miss ${directions} ${delta}`));
    const deviation = Math.sqrt((stated * (1 - stated)) / trials);
    assert.ok(
      Math.abs(found - stated) < 4 * deviation + 0.01 * stated,
      `${directions} directions, δ = ${delta}: stated ${stated}, found ${found}`,
    );
  }
});

test('missProbability: an error of higher rank is missed more rarely than stated', () => {
  const third = Math.sqrt(1 / 3);
  const identity = [0, 1, 2].map((i) => [0, 1, 2].map((j) => (i === j ? third : 0)));
  for (const delta of [0.05, 0.2]) {
    const found = missesOf(identity, delta, 1, 20_000, random('rank three'));
    assert.ok(found < 0.8 * withDirections(1, delta).missProbability(1), `δ = ${delta}: ${found}`);
  }
});

test('missProbability: 0 for a full Jacobian, 1 for errors below the tolerance, falling in between', () => {
  assert.is(gradcheck((x) => x.exp(), tensor([1])).missProbability(), 0);
  const report = withDirections(3);
  assert.is(report.missProbability(1e-6), 1);
  assert.is(report.missProbability(1e-9), 1);
  const errors = [2e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1];
  const misses = errors.map((error) => report.missProbability(error));
  for (let i = 1; i < misses.length; i++) assert.ok(misses[i]! < misses[i - 1]!, misses.join(' '));
  const one = withDirections(1).missProbability(1e-3);
  assertClose([withDirections(4).missProbability(1e-3)], [one ** 4], { relative: 1e-12, absolute: 0 });
  assertClose([one], [(2 / Math.PI) * 1e-3 * (1 + Math.log(2) - 0.5772156649 + Math.log(1e3))], {
    absolute: 0,
  });
});

test('order 2 reports on the gradient of the gradient, order 3 on one more', () => {
  const report = gradcheck((x) => x.exp().mul(x), tensor([0.5, -0.25]), { order: 3 });
  assert.ok(report.ok, String(report));
  assert.equal([report.order, report.next!.order, report.next!.next!.order], [1, 2, 3]);
  assert.is(report.next!.next!.next, null);
  assert.equal(
    report.next!.inputs.map(({ name }) => name),
    ['a', 'u'],
  );
  assert.equal(
    report.next!.next!.inputs.map(({ name }) => name),
    ['a', 'u', 'u2'],
  );
  assert.match(String(report), 'vjp of the function has the right gradient (derivative of order 2)');
  assert.match(String(report), 'vjp of vjp of the function has the right gradient (derivative of order 3)');
});

test('gradgradcheck is order 2', () => {
  const report = gradgradcheck((x) => x.sin(), tensor([1]));
  assert.ok(report.next !== null && report.next.next === null);
  assert.is(gradgradcheck((x) => x.sin(), tensor([1]), { order: 3 }).next!.next!.order, 3);
});

test('order 2: a linear function, whose second derivative is zero, passes without being called vacuous', () => {
  const report = gradgradcheck((a, b) => a.mul(3).add(b), [tensor([1, 2]), tensor([3, 4])]);
  assert.ok(report.ok, String(report));
  assert.is(report.verdict, 'correct');
});

test('order 3 finds a mistake that order 2 cannot see', () => {
  // x⁴ whose rule is a second op, right, whose own rule 12x² is a number: its derivative is lost.
  const slope = defineOp({
    name: 'fourCubes',
    forward: ([x]: [NDArray]) => ({ data: x.data.map((v) => 4 * v ** 3), shape: x.shape }),
    save: ({ inputs: [x] }) => ({ x }),
    vjp: [
      (g, { x }) =>
        g.mul(
          new Tensor(
            x.data.map((v) => 12 * v * v),
            x.shape,
          ),
        ),
    ],
  });
  const fourth = defineOp({
    name: 'fourth',
    forward: ([x]: [NDArray]) => ({ data: x.data.map((v) => v ** 4), shape: x.shape }),
    save: ({ inputs: [x] }) => ({ x }),
    vjp: [(g, { x }) => g.mul(apply(slope, [x]))],
  });
  const f = (x: Tensor): Tensor => apply(fourth, [x]);
  const x = tensor([0.5, -1.25]);
  assert.ok(gradcheck(f, x, { order: 2 }).ok);
  const report = gradcheck(f, x, { order: 3 });
  assert.not(report.ok);
  assert.is(report.verdict, 'wrong');
  assert.is(report.next!.next!.inputs[0]!.verdict, 'wrong');
});

test('jvp: forward mode agrees with reverse mode for right rules', () => {
  const f = (a: Tensor, b: Tensor): Tensor => a.matmul(b).softmax();
  assert.ok(gradcheck(f, [randn([2, 3], random(1)), randn([3, 2], random(2))], { jvp: true }).ok);
});

test('jvp: a rule that multiplies with the raw numbers of g is right in reverse and caught in forward mode', () => {
  const op = defineOp({
    name: 'rawCotangent',
    forward: ([x]: [NDArray]) => ({ data: x.data.map(Math.exp), shape: x.shape }),
    save: ({ output: y }) => ({ y }),
    vjp: [(g, { y }) => y.mul(new Tensor(g.data.slice(), g.shape))],
  });
  const f = (x: Tensor): Tensor => apply(op, [x]);
  const x = tensor([0.5, 1]);
  assert.ok(gradcheck(f, x).ok, 'off by default at order 1');
  const report = gradcheck(f, x, { jvp: true });
  assert.not(report.ok);
  assert.is(report.verdict, 'wrong');
  assert.match(report.problems.join(), 'forward and reverse mode disagree: ⟨w, J·v⟩ = 0, ⟨Jᵀ·w, v⟩ =');
});

test('jvp runs by default from order 2 on', () => {
  const op = defineOp({
    name: 'rawCotangent',
    forward: ([x]: [NDArray]) => ({ data: x.data.map(Math.exp), shape: x.shape }),
    save: ({ output: y }) => ({ y }),
    vjp: [(g, { y }) => y.mul(new Tensor(g.data.slice(), g.shape))],
  });
  const report = gradgradcheck((x) => apply(op, [x]), tensor([0.5, 1]));
  assert.match(report.problems.join(), 'forward and reverse mode disagree');
});

test('float32: says what it cannot see, accepts right gradients and finds those wrong by 2 %', () => {
  for (let seed = 0; seed < 20; seed++) {
    const x = randn([2, 3], random(seed));
    const right = gradcheck(sinTimes(1), x, { dtype: 'float32', seed });
    assert.ok(right.ok, `seed ${seed}: ${right}`);
    const wrong = gradcheck(sinTimes(1.02), x, { dtype: 'float32', seed });
    assert.is(wrong.verdict, 'wrong', `seed ${seed}`);
  }
  const text = String(gradcheck(sinTimes(1), tensor([1]), { dtype: 'float32' }));
  assert.match(text, 'float32 cannot show errors below about 4e-3');
  assert.not.match(String(gradcheck(sinTimes(1), tensor([1]))), 'cannot show');
});

test('float32: the function runs in float32', () => {
  const seen = new Set<string>();
  gradcheck(
    (x) => {
      seen.add(x.dtype);
      return x.mul(tensor([2, 3]));
    },
    tensor([1, 2], { dtype: 'float64' }),
    { dtype: 'float32' },
  );
  assert.equal([...seen], ['float32']);
});

test('float32: second order, several layers, and directions', () => {
  const [x, w] = [randn([3, 4], random(1)), randn([4, 2], random(2))];
  const f = (x: Tensor, w: Tensor): Tensor => x.matmul(w).tanh().square().mean();
  for (const mode of ['full', 'directions'] as const) {
    const report = gradcheck(f, [x, w], { dtype: 'float32', mode, order: 2 });
    assert.ok(report.ok, String(report));
  }
});

test('several outputs are checked as one, laid end to end', () => {
  const report = gradcheck((x) => [x.exp(), x.sum(), x.square().reshape([1, 2])], tensor([1, 2]));
  assert.ok(report.ok, String(report));
  assert.equal(report.outputShape, [5]);
  assert.is(report.inputs[0]!.compared, 10);
  const wrong = gradcheck((x) => [x.exp(), sinTimes(2)(x)], tensor([1, 2]));
  assert.not(wrong.ok);
  assert.equal(
    wrong.failures.map(({ output }) => output),
    [[2], [3]],
  );
  assert.ok(gradcheck((x) => [x.exp(), x.sum()], tensor([1, 2]), { order: 2 }).ok);
});

test('tolerances can be set', () => {
  const f = sinTimes(1 + 1e-4);
  assert.not(gradcheck(f, tensor([1])).ok);
  assert.ok(gradcheck(f, tensor([1]), { relative: 1e-3 }).ok);
  assert.ok(gradcheck(f, tensor([1]), { absolute: 1e-3 }).ok);
  const coarse = gradcheck((x) => x.sin(), tensor([1, 2]), { eps: 1e-3 });
  assert.ok(coarse.ok, String(coarse));
});

test('a step far too small for the values is not trusted: the closer look decides', () => {
  for (const eps of [1e-15, 1e-12, 1e-9]) {
    const x = tensor([1e6, 3, 0.25], { dtype: 'float64' });
    const report = gradcheck((x) => x.square(), x, { eps });
    assert.is(report.verdict, 'correct', `eps ${eps}: ${report}`);
    assert.is(gradcheck(sinTimes(1.01), x, { eps }).verdict, 'wrong', `eps ${eps}`);
  }
});

test('what is no function, no tensor or no output is refused, with the kind of value that came', () => {
  const x = tensor([1, 2]);
  const check = (fn: unknown, inputs: unknown): void => void gradcheck(fn as () => Tensor, inputs as Tensor);
  assertThrows(
    () => check(x, x),
    'gradcheck: expected a function to check first, got a Tensor of shape [2] (float32)',
  );
  assertThrows(
    () => check(() => x, { x }),
    'gradcheck: the inputs are an object; expected a Tensor or a list',
  );
  assertThrows(() => check(() => x, undefined), 'gradcheck: the inputs are undefined; expected a Tensor');
  assertThrows(() => check(() => x, [x, 3]), 'gradcheck: input 1 is a number; expected a Tensor');
  assertThrows(() => check(() => {}, x), 'gradcheck: the function returned undefined; expected a Tensor');
  assertThrows(
    () => check(async () => x, x),
    'gradcheck: the function returned a promise; expected a Tensor',
  );
  assertThrows(() => check(() => [], x), 'gradcheck: the function returned an empty list');
});
