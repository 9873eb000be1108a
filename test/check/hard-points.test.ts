/** What makes differences lie: values that are coarser than they look, tiny x, and corners that meet. */
import * as assert from 'uvu/assert';
import { gradcheck, type Verdict } from '../../src/check/index.js';
import { apply, defineOp, type NDArray, randn, random, type Tensor, tensor } from '../../src/index.js';
import { suite } from '../support/suite.js';

const test = suite('hard points of gradcheck');

type Fn = (...inputs: Tensor[]) => Tensor;

/** An elementwise op with a rule of its own. */
function elementwise(f: (x: number) => number, rule: (g: Tensor, x: Tensor) => Tensor): Fn {
  const op = defineOp({
    name: 'elementwise',
    forward: ([x]: [NDArray]) => ({ data: x.data.map(f), shape: x.shape }),
    save: ({ inputs: [x] }) => ({ x }),
    vjp: [(g, { x }) => rule(g, x)],
  });
  return (x) => apply(op, [x!]);
}
const wide = (data: number[]): Tensor => tensor(data, { dtype: 'float64' });

function expectVerdict(f: Fn, inputs: Tensor | Tensor[], expected: Verdict, options = {}): void {
  const report = gradcheck(f, inputs, { blame: false, ...options });
  assert.is(report.verdict, expected, String(report));
}

test('a saturated softmax, whose values round like numbers of size 1, raises no alarm', () => {
  for (let seed = 0; seed < 6; seed++) {
    const [x, w, v] = [
      randn([2, 20], random(`${seed}x`)),
      randn([20, 30], random(`${seed}w`)),
      randn([30, 3], random(`${seed}v`)),
    ];
    const f: Fn = (x, w, v) => x!.matmul(w!).relu().matmul(v!).logSoftmax();
    expectVerdict(f, [x, w, v], 'correct', { allow: ['kink'] });
  }
  for (const gap of [5, 16, 20, 28, 36, 50, 700])
    expectVerdict((x) => x!.logSoftmax(), wide([0, -gap, -gap - 1]), 'correct');
});

test('a saturated softmax hides no wrong gradient', () => {
  const softmax = (factor: number): Fn => {
    const op = defineOp({
      name: 'logSoftmaxTimes',
      forward: ([x]: [NDArray]) => ({
        data: wide([...x.data])
          .logSoftmax()
          .data.slice(),
        shape: x.shape,
      }),
      save: ({ output: y }) => ({ y }),
      vjp: [(g, { y }) => g.sub(y.exp().mul(g.sum())).mul(factor)],
    });
    return (x) => apply(op, [x!]);
  };
  for (const gap of [5, 16, 20, 28]) {
    expectVerdict(softmax(1), wide([0, -gap, -gap - 1]), 'correct');
    expectVerdict(softmax(1.001), wide([0, -gap, -gap - 1]), 'wrong');
  }
});

test('a tail that the values cannot show at all is no mistake', () => {
  expectVerdict((x) => x!.gelu(), wide([-9, -40, -200, 1]), 'correct');
});

test('elements next to the end of the domain: steps go by x there', () => {
  expectVerdict((x) => x!.log(), wide([1e-8, 1e-10, 1]), 'correct');
  expectVerdict((x) => x!.sqrt(), wide([1e-12, 1e-14, 1]), 'correct');
  expectVerdict((a, b) => a!.div(b!), [wide([1, 2]), wide([1e-8, -3e-9])], 'correct');
  const off = elementwise(Math.sqrt, (g, x) => g.div(x.sqrt()).mul(0.501));
  expectVerdict(off, wide([1e-12, 1]), 'wrong');
});

test('a kink at 0 is seen past from as near as 1e-12', () => {
  for (const x of [1e-7, 1e-9, -1e-10, 1e-12]) expectVerdict((x) => x!.abs(), wide([x, 1]), 'correct');
});

test('a zero slope where the slope itself has a kink: x·|x| and relu(x)² at 0', () => {
  expectVerdict((x) => x!.mul(x!.abs()), wide([0, 0.5]), 'correct');
  expectVerdict((x) => x!.relu().square(), wide([0, 1e-7, -1e-6, 0.5]), 'correct');
});

const zeros = (n: number): Tensor => wide(new Array(n).fill(0));

test('directions: corners in every element at once, with cotangents of either sign, are accepted', () => {
  for (let seed = 0; seed < 20; seed++)
    for (const n of [3, 40, 1000]) {
      expectVerdict((x) => x!.relu(), zeros(n), 'kink', { mode: 'directions', seed, allow: [] });
      assert.ok(gradcheck((x) => x.relu(), zeros(n), { mode: 'directions', seed }).ok, `seed ${seed}`);
      assert.ok(gradcheck((x) => x.abs(), zeros(n), { mode: 'directions', seed }).ok, `seed ${seed}`);
    }
});

test('directions: a slope outside the corners of single elements is wrong', () => {
  const steep = elementwise(Math.abs, (g, x) => g.mul(x.sign().sub(x.equal(0).mul(1.5))));
  for (let seed = 0; seed < 5; seed++) expectVerdict(steep, zeros(6), 'wrong', { mode: 'directions', seed });
});

test('directions: one corner among many elements does not hide a mistake in the others', () => {
  for (const factor of [1.001, 1.5])
    for (let seed = 0; seed < 5; seed++) {
      const relu = elementwise(
        (v) => Math.max(v, 0),
        (g, x) => g.mul(x.greater(0)).mul(factor),
      );
      const x = randn([400], random(seed), { dtype: 'float64' });
      x.data[123] = 0;
      expectVerdict(relu, x, 'wrong', { mode: 'directions', seed });
      assert.ok(gradcheck((x) => x.relu(), x, { mode: 'directions', seed }).ok);
    }
});

test('directions: several kinks at different tiny distances are seen past', () => {
  for (let seed = 0; seed < 5; seed++)
    for (const scale of [1e-5, 1e-7, 1e-9]) {
      const x = wide([1, -1, 2, -3].map((v) => v * scale));
      assert.ok(gradcheck((x) => x.relu(), x, { mode: 'directions', seed }).ok, `${seed} ${scale}`);
    }
});

test('order 2: the gradient jumps where f has a kink, which is listed and accepted', () => {
  const report = gradcheck((x) => x.relu(), tensor([0, 1]), { order: 2 });
  assert.ok(report.ok, String(report));
  assert.is(report.next!.inputs[0]!.kinks[0]!.kind, 'jump');
  assert.match(String(report), 'the gradient jumps here, as it must where the function has a kink');
  assert.not.ok(gradcheck((x) => x.greater(0).add(x), tensor([0, 1]), { order: 2 }).ok);
});

test('where kinks of several ops meet, no op is accused and the message says so', () => {
  const report = gradcheck((x) => x.relu().sub(x.neg().relu()), tensor([0, 1]));
  assert.not.ok(report.ok, 'relu(x) − relu(−x) is x, and the rules give 0');
  assert.match(String(report), 'where kinks of several ops meet');
  assert.match(String(report), '2 of them at a kink, relu (test/check/hard-points.test.ts:');
});

test('a rule that is wrong for mixed cotangents only: the rows of J do not add up to Jᵀu', () => {
  const f = elementwise(Math.sin, (g, x) => {
    const set = Array.from(g.data).filter((v) => v !== 0).length;
    return g.mul(x.cos()).mul(set > 1 ? 1.1 : 1);
  });
  const report = gradcheck(f, tensor([1, 2, 3]));
  assert.is(report.verdict, 'wrong');
  assert.match(report.problems.join(), 'not linear in the incoming gradient');
});

test('a function that bends within a millionth: the second opinion is right, too', () => {
  const x = randn([4], random(0), { dtype: 'float64' }).mul(1e-6);
  for (const mode of ['full', 'directions'] as const) {
    const report = gradcheck((x) => x.div(1e-6).sin(), x, { mode });
    assert.ok(report.ok, String(report));
    assert.is(report.inputs[0]!.taylor!.opinion, 'right');
  }
});
