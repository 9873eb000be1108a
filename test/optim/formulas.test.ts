/** The fused loops behind the optimisers, held to the formulas that define them; and the formulas by themselves. */
import * as assert from 'uvu/assert';
import type { FloatArray } from '../../src/base/array.js';
import { gradcheck } from '../../src/check/index.js';
import { mul, sign, sub, sum, type Tensor, tensor } from '../../src/index.js';
import {
  Adadelta,
  AdaGrad,
  Adam,
  Adamax,
  AdamW,
  type AnyUpdateRule,
  Lion,
  NAdam,
  Optimizer,
  RAdam,
  RMSprop,
  SGD,
  State,
  type UpdateRule,
} from '../../src/optim/index.js';
import { assertClose, assertSame, assertThrows } from '../support/close.js';
import { fc, property } from '../support/property.js';
import { suite } from '../support/suite.js';

const test = suite('formulas of optimisers');

type Dtype = 'float32' | 'float64';

/** What the tests ask of an optimiser, whatever its options are called. */
interface Tested {
  readonly groups: readonly unknown[];
  // biome-ignore lint/suspicious/noExplicitAny: the options differ from one optimiser to the next
  updateRule(group: any): AnyUpdateRule<any>;
  step(): void;
  stateDict(): ReturnType<Optimizer<{ lr: number }>['stateDict']>;
  loadStateDict(saved: ReturnType<Optimizer<{ lr: number }>['stateDict']>): void;
}

/** The same optimiser without its fused loop: the formula runs, op by op. */
function byFormula(optimizer: Tested): Tested {
  const original = optimizer.updateRule.bind(optimizer);
  optimizer.updateRule = (group) => {
    const { fused, ...rest } = original(group);
    assert.ok(fused, 'there is a fused loop that can be left out');
    return rest;
  };
  return optimizer;
}

/** A number between two others out of 64 steps: with such numbers the first sums are exact in float32 too. */
const share = (low: number, high: number) =>
  fc.integer({ min: 0, max: 64 }).map((n) => low + ((high - low) * n) / 64);
const lr = share(1 / 64, 0.5);
const weightDecay = fc.constantFrom(0, 0, 1 / 8, 1 / 2);
const eps = fc.constantFrom(1e-8, 1e-10, 1 / 64);
const fade = fc.constantFrom(0, 0.5, 0.9, 0.99, 0.999);

/** An optimiser with options at random. */
const OPTIMISERS: Record<string, fc.Arbitrary<(params: Tensor[]) => Tested>> = {
  SGD: fc.record({ lr, weightDecay }).map((options) => (p) => new SGD(p, options)),
  'SGD with momentum': fc
    .record({ lr, weightDecay, momentum: share(1 / 64, 0.99), dampening: share(0, 1) })
    .map((options) => (p) => new SGD(p, options)),
  'SGD with Nesterov’s momentum': fc
    .record({ lr, weightDecay, momentum: share(1 / 64, 0.99), nesterov: fc.constant(true) })
    .map((options) => (p) => new SGD(p, options)),
  AdaGrad: fc.record({ lr, weightDecay, eps }).map((options) => (p) => new AdaGrad(p, options)),
  RMSprop: fc
    .record({ lr, weightDecay, eps, alpha: fade, momentum: fc.constantFrom(0, 0.5, 0.9) })
    .map((options) => (p) => new RMSprop(p, options)),
  Adam: fc
    .record({ lr, weightDecay, eps, betas: fc.tuple(fade, fade) })
    .map((options) => (p) => new Adam(p, options)),
  AdamW: fc
    .record({ lr, weightDecay, eps, betas: fc.tuple(fade, fade) })
    .map((options) => (p) => new AdamW(p, options)),
};

const STEPS = 5;

/** Weights and the gradient of each step, both between −2 and 2. */
const values = fc
  .integer({ min: 1, max: 6 })
  .chain((size) =>
    fc.tuple(
      ...Array.from({ length: STEPS + 1 }, () =>
        fc.array(share(-2, 2), { minLength: size, maxLength: size }),
      ),
    ),
  );

/** The numbers one after the other `times` over: enough of them run the SIMD kernel. */
const repeated = (numbers: readonly number[], times: number): number[] =>
  Array.from({ length: times }, () => numbers).flat();

/** A tensor with two axes. */
function matrix(numbers: readonly number[], times: number, dtype: Dtype): Tensor {
  return tensor(repeated(numbers, times), { dtype }).reshape([times, numbers.length]).detach();
}

interface Comparison {
  readonly dtype: Dtype;
  /** How often the numbers are repeated. */
  readonly times?: number;
  /** Start each step of the formula from where the fused loop is. */
  readonly sync: boolean;
  readonly compare: (name: string, fused: FloatArray, formula: FloatArray, before: FloatArray) => void;
}

/** Five steps by the fused loop and by the formula; compares the parameter `w` and all that is kept after each step. */
function together(
  make: (params: Tensor[]) => Tested,
  [start, ...gradients]: readonly (readonly number[])[],
  { dtype, times = 1, sync, compare }: Comparison,
): void {
  const [p, q] = [matrix(start!, times, dtype), matrix(start!, times, dtype)];
  p.requiresGrad = q.requiresGrad = true;
  const [fused, plain] = [make([p]), byFormula(make([q]))];
  for (const gradient of gradients) {
    p.grad = matrix(gradient, times, dtype);
    q.grad = matrix(gradient, times, dtype);
    if (sync) {
      q.assign(p);
      plain.loadStateDict(fused.stateDict());
    }
    const [w, kept] = [p.data.slice(), fused.stateDict()[0]!.arrays];
    fused.step();
    plain.step();
    compare('w', p.data, q.data, w);
    const [one, other] = [fused.stateDict()[0]!, plain.stateDict()[0]!];
    assert.equal([one.step, Object.keys(one.arrays)], [other.step, Object.keys(other.arrays)]);
    for (const [name, array] of Object.entries(one.arrays))
      compare(name, array, other.arrays[name]!, kept[name] ?? new Float64Array(array.length));
  }
}

/** Half of the distance of a float32 to the next one, relative to it: what rounding once costs at most. */
const ROUNDING = 2 ** -24;

/**
 * A formula in float32 rounds after every op, the fused loop only what it stores. What is rounded on the way is no
 * larger than the numbers before and after and the gradient, which is below 4; a sum of squares is a sum of positive
 * numbers and loses nothing by cancellation.
 */
function assertRounded(name: string, fused: FloatArray, formula: FloatArray, before: FloatArray): void {
  for (let i = 0; i < fused.length; i++) {
    const size = /square/i.test(name) ? fused[i]! : 4 + Math.abs(fused[i]!) + Math.abs(before[i]!);
    const error = Math.abs(fused[i]! - formula[i]!);
    if (!(error <= 5 * ROUNDING * size))
      throw new Error(`${name}: element ${i} is ${fused[i]} by the loop and ${formula[i]} by the formula`);
  }
}

for (const [name, makers] of Object.entries(OPTIMISERS)) {
  test(`${name}: the fused loop computes the formula, in float64 to 12 digits over ${STEPS} steps`, () => {
    property(fc.tuple(makers, values), ([make, numbers]) =>
      together(make, numbers, {
        dtype: 'float64',
        sync: false,
        compare: (what, fused, formula) =>
          assertClose(fused, formula, { relative: 1e-12, absolute: 1e-12, what }),
      }),
    );
  });

  test(`${name}: in float32 each step is that of the formula up to rounding`, () => {
    property(fc.tuple(makers, values), ([make, numbers]) =>
      together(make, numbers, { dtype: 'float32', sync: true, compare: assertRounded }),
    );
  });

  test(`${name}: with many numbers, which may go to the SIMD kernel, too`, () => {
    const some = (runs: [make: (params: Tensor[]) => Tested, numbers: number[][]]): void =>
      together(...runs, { dtype: 'float32', times: 600, sync: true, compare: assertRounded });
    property(fc.tuple(makers, values), some, 5);
  });
}

/** The update rule of an optimiser's first group, with what the formula of it takes besides tensors. */
function ruleOf(optimizer: Tested, state: State) {
  // biome-ignore lint/suspicious/noExplicitAny: see updateRule
  const group = optimizer.groups[0] as any;
  const rule = optimizer.updateRule(group);
  return {
    rule,
    options: group,
    rates: rule.rates?.(group, state) ?? { lr: (group as { lr?: number }).lr! },
  };
}

const f64 = (...data: number[]): Tensor => tensor(data, { dtype: 'float64' });

const EXAMPLES: Record<string, (params: Tensor[]) => Tested> = {
  SGD: (p) => new SGD(p, { lr: 0.5, weightDecay: 0.25 }),
  'SGD with momentum': (p) => new SGD(p, { lr: 0.5, momentum: 0.75, dampening: 0.25, weightDecay: 0.25 }),
  'SGD with Nesterov’s momentum': (p) => new SGD(p, { lr: 0.5, momentum: 0.75, nesterov: true }),
  AdaGrad: (p) => new AdaGrad(p, { lr: 0.5, weightDecay: 0.25 }),
  RMSprop: (p) => new RMSprop(p, { lr: 0.5, weightDecay: 0.25, momentum: 0.5 }),
  Adam: (p) => new Adam(p, { lr: 0.5, weightDecay: 0.25 }),
  AdamW: (p) => new AdamW(p, { lr: 0.5, weightDecay: 0.25 }),
  'RMSprop, centered': (p) => new RMSprop(p, { lr: 0.5, weightDecay: 0.25, momentum: 0.5, centered: true }),
  'Adam with amsgrad': (p) => new Adam(p, { lr: 0.5, weightDecay: 0.25, amsgrad: true }),
  'AdamW with amsgrad': (p) => new AdamW(p, { lr: 0.5, weightDecay: 0.25, amsgrad: true }),
  Adadelta: (p) => new Adadelta(p, { lr: 0.5, weightDecay: 0.25 }),
  Adamax: (p) => new Adamax(p, { lr: 0.5, weightDecay: 0.25 }),
  NAdam: (p) => new NAdam(p, { lr: 0.5, weightDecay: 0.25 }),
  RAdam: (p) => new RAdam(p, { lr: 0.5, weightDecay: 0.25, betas: [0.5, 0.999] }),
  Lion: (p) => new Lion(p, { lr: 0.5, weightDecay: 0.25 }),
};

for (const [name, make] of Object.entries(EXAMPLES)) {
  test(`${name}: the formula changes nothing it is given, and gives the same bits if the rates are tensors`, () => {
    const [w, g] = [f64(1, -2), f64(0.5, 3)];
    w.requiresGrad = true;
    const state = new State();
    state.step = 2;
    const { rule, options, rates } = ruleOf(make([w]), state);
    const kept = Object.fromEntries(rule.keeps.map((key, i) => [key, f64(0.25 + i, 1 + i)]));
    const inputs = [w, g, ...Object.values(kept)];
    const before = inputs.map(({ data }) => data.slice());

    const [newW, newKept] = rule.formula(w, g, kept, options, rates);
    assert.equal(Object.keys(newKept), [...rule.keeps]);
    const asTensors = Object.fromEntries(Object.entries(rates).map(([key, rate]) => [key, f64(rate).sum()]));
    const [traced, tracedKept] = rule.formula(w, g, kept, options, asTensors);
    assertSame(traced.data, newW.data, 'w');
    for (const key of rule.keeps) assertSame(tracedKept[key]!.data, newKept[key]!.data, key);
    for (const [i, { data }] of inputs.entries()) assertSame(data, before[i]!);
  });

  test(`${name}: the formula is made of tensor ops from end to end: its derivative in w, g, what is kept and the rates is right`, () => {
    const state = new State();
    state.step = 2;
    state.get('velocity', new Float64Array(2));
    const { rule, options, rates } = ruleOf(make([tensor([0], { requiresGrad: true })]), state);
    const [keeps, names] = [rule.keeps, Object.keys(rates)];
    const inputs = [f64(1, -2), f64(0.5, 3), ...keeps.map((_, i) => f64(0.25 + i, 1 + i))];
    const numbers = Object.values(rates).map((rate) => f64(rate).sum());
    const report = gradcheck(
      (...all) => {
        const [w, g] = all;
        const kept = Object.fromEntries(keeps.map((key, i) => [key, all[2 + i]!]));
        const asTensors = Object.fromEntries(names.map((key, i) => [key, all[2 + keeps.length + i]!]));
        const [newW, newKept] = rule.formula(w!, g!, kept, options, asTensors);
        return keeps.reduce((total, key) => total.add(newKept[key]!.sum()), newW.sum());
      },
      [...inputs, ...numbers],
    );
    assert.is(report.verdict, 'correct', String(report));
  });
}

/** Descends along the sign of the gradient; given as a formula alone. */
class SignDescent extends Optimizer<{ lr: number }> {
  protected override check(): void {}
  override updateRule(): UpdateRule<{ lr: number }> {
    return { keeps: [], formula: (w, g, _kept, _options, { lr }) => [sub(w, mul(sign(g), lr)), {}] };
  }
}

test('an optimiser of your own is one formula: the sign of the gradient', () => {
  const w = tensor([2, -3, 0], { requiresGrad: true });
  w.grad = tensor([4, -6, 0]);
  const optimizer = new SignDescent([w], { lr: 0.5 });
  optimizer.step();
  assertSame(w.data, [1.5, -2.5, 0]);
  assert.equal(optimizer.stateDict(), [
    { optimizer: 'SignDescent', name: '', shape: [3], step: 1, updates: 1, arrays: {}, options: { lr: 0.5 } },
  ]);
  assert.ok(w.isLeaf && w.version === 1);
});

/** Momentum whose direction has the length 1, which takes the whole parameter to know. */
class UnitMomentum extends Optimizer<{ lr: number; momentum: number }> {
  protected override check(): void {}
  override updateRule(): UpdateRule<{ lr: number; momentum: number }, 'velocity'> {
    return {
      keeps: ['velocity'],
      formula(w, g, { velocity: v }, { momentum }, { lr }) {
        v = v.mul(momentum).add(g);
        const length = sum(v.square(), 1, true).sqrt();
        return [w.sub(v.div(length).mul(lr)), { velocity: v }];
      },
    };
  }
}

test('a formula sees the parameter in its own shape, keeps what it returns, and its state can be saved', () => {
  const w = tensor(
    [
      [0, 0],
      [0, 0],
    ],
    { requiresGrad: true, dtype: 'float64' },
  );
  w.grad = tensor(
    [
      [3, 4],
      [0, -2],
    ],
    { dtype: 'float64' },
  );
  const optimizer = new UnitMomentum([w], { lr: 5, momentum: 0.5 });
  optimizer.step();
  assertSame(w.data, [-3, -4, 0, 5]);
  w.grad = tensor(
    [
      [2.5, 2],
      [1, 1],
    ],
    { dtype: 'float64' },
  );
  optimizer.step();
  const saved = optimizer.stateDict();
  const of = { optimizer: 'UnitMomentum', name: '', shape: [2, 2], options: { lr: 5, momentum: 0.5 } };
  assert.equal(saved, [{ ...of, step: 2, updates: 2, arrays: { velocity: Float64Array.of(4, 4, 1, 0) } }]);
  assertClose(w.data, [-3 - 5 / Math.SQRT2, -4 - 5 / Math.SQRT2, -5, 5], { relative: 1e-15 });
  const other = new UnitMomentum([w], { lr: 5, momentum: 0.5 });
  other.loadStateDict(saved);
  assert.equal(other.stateDict(), saved);
});

test('a formula that returns no tensor, one of another shape, or not all that is kept is refused and changes nothing', () => {
  const returning = (result: (w: Tensor) => unknown): void => {
    class Broken extends Optimizer<{ lr: number }> {
      protected override check(): void {}
      override updateRule(): UpdateRule<{ lr: number }, 'mean'> {
        return { keeps: ['mean'], formula: (w) => result(w) as [Tensor, { mean: Tensor }] };
      }
    }
    const w = tensor([1, 2], { requiresGrad: true });
    w.grad = tensor([1, 1]);
    const optimizer = new Broken([w], { lr: 1 });
    try {
      optimizer.step();
    } finally {
      assertSame(w.data, [1, 2]);
      assertSame(optimizer.stateDict()[0]!.arrays.mean!, [0, 0]);
    }
  };
  assertThrows(
    () => returning((w) => [w.mul(2), {}]),
    'Broken: its formula returned undefined as the new mean; expected a Tensor',
  );
  assertThrows(
    () => returning((w) => [3, { mean: w }]),
    'Broken: its formula returned a number as the new parameter; expected a Tensor',
  );
  assertThrows(
    () => returning((w) => [w.sum(), { mean: w }]),
    'Broken: its formula returned a new parameter of shape [] for a parameter of shape [2]',
  );
});

test('an optimiser without an update rule says what it lacks', () => {
  class Empty extends Optimizer<{ lr: number }> {
    protected override check(): void {}
  }
  const w = tensor([1], { requiresGrad: true });
  const optimizer = new Empty([w], { lr: 1 });
  optimizer.step();
  w.grad = tensor([1]);
  assertThrows(() => optimizer.step(), 'Empty: has no update rule; override updateRule(group)', 'or update(');
});
