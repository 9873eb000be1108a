/**
 * The ladder of docs/steps: each file runs and prints what it says, its gradients are those of the step before and of the
 * engine, and what it claims in its comments holds.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as assert from 'uvu/assert';
import * as slope from '../../docs/steps/1-slope.js';
import * as numbers from '../../docs/steps/2-tape-for-numbers.js';
import * as arrays from '../../docs/steps/3-tape-for-arrays.js';
import * as broadcasting from '../../docs/steps/4-broadcasting.js';
import * as rules from '../../docs/steps/5-rules-as-ops.js';
import * as guide from '../../docs/steps/6-the-real-engine.js';
import * as engine from '../../src/index.js';
import { assertClose, assertThrows } from '../support/close.js';
import { fc, property } from '../support/property.js';
import { suite } from '../support/suite.js';
import { type Engine, type OpName, type Program, programs, run, type Shape, traits } from './programs.js';

const test = suite('steps');
const folder = fileURLToPath(new URL('../../docs/steps', import.meta.url));
/** The steps that this file tests, in order. */
const STEPS = [
  '1-slope',
  '2-tape-for-numbers',
  '3-tape-for-arrays',
  '4-broadcasting',
  '5-rules-as-ops',
  '6-the-real-engine',
];

const sourceOf = (name: string): string => readFileSync(join(folder, `${name}.ts`), 'utf8');

function node(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['--import', import.meta.resolve('tsx'), ...args], { encoding: 'utf8' });
}

// The files as programs

/** The lines below "## What it prints", without their comment marks. */
function promised(source: string): string {
  const section = source.split('\n// ## What it prints\n//\n')[1]?.split('\n\n')[0];
  if (section === undefined) throw new Error('no section "What it prints"');
  return section.replace(/^\/\/ ?/gm, '');
}

const BEGIN = '\u0001begin\n';

/** What all steps print together in one process: when they are imported, and then each as if it were started. */
function printed(): string[] {
  const lines = STEPS.map((name) => {
    const path = join(folder, `${name}.ts`);
    const url = pathToFileURL(path).href;
    return {
      imported: `await import(${JSON.stringify(url)});`,
      started: `process.stdout.write(${JSON.stringify(BEGIN)}); process.argv[1] = ${JSON.stringify(path)}; await import(${JSON.stringify(`${url}?started`)});`,
    };
  });
  const program = [...lines.map(({ imported }) => imported), ...lines.map(({ started }) => started)];
  const { status, stdout, stderr } = node('--input-type=module', '--eval', program.join('\n'));
  assert.is(stderr, '');
  assert.is(status, 0);
  return stdout.split(BEGIN);
}
let outputs: string[] | null = null;
const outputAt = (place: number): string | undefined => (outputs ??= printed())[place];

for (const [i, name] of STEPS.entries())
  test(`${name} prints what its last comment promises`, () => {
    const output = outputAt(i + 1)!;
    assert.is(output.trimEnd(), promised(sourceOf(name)));
    assert.ok(output.length > 200, 'something worth seeing');
  });

test('a step that is imported prints nothing', () => assert.is(outputAt(0), ''));

test('a step prints the same when it is started by its path', () => {
  const { status, stdout, stderr } = node(join(folder, `${STEPS[1]}.ts`));
  assert.is(stderr, '');
  assert.is(status, 0);
  assert.is(stdout, outputAt(2));
});

test('each step says what is new and what is missing, and names its neighbours', () => {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.replace(/\.ts$/, ''));
  assert.equal(files.sort(), STEPS);
  for (const [i, name] of STEPS.entries()) {
    const head = sourceOf(name).split('*/')[0]!;
    assert.ok(head.startsWith(`/**\n * Step ${i + 1}: `), name);
    for (const word of ['\n * New: ', '\n * Missing', `npx tsx docs/steps/${name}.ts`])
      assert.ok(head.includes(word), `${name}: ${word}`);
    const previous = i === 0 ? 'docs/README.md' : `docs/steps/${STEPS[i - 1]}.ts`;
    const following = STEPS[i + 1];
    const next = following ? `docs/steps/${following}.ts` : 'docs/backprop.md';
    assert.is(head.trimEnd().split('\n').at(-1), ` * Previous: ${previous} · Next: ${next}`);
  }
});

test('the tape for numbers is about sixty lines of code', () => {
  const tape = sourceOf(STEPS[1]!).split('// The tape ends here.')[0]!;
  const code = tape.split('\n').filter((line) => line.trim() !== '' && !/^\s*(\/?\*|\/\/)/.test(line));
  assert.ok(code.length <= 60, `${code.length} lines`);
});

// Step 1

test('the forward difference has order 1, the central difference order 2', () => {
  const order = (difference: typeof slope.central): number =>
    Math.log10(
      Math.abs(difference(Math.exp, 1, 1e-2) - Math.E) / Math.abs(difference(Math.exp, 1, 1e-3) - Math.E),
    );
  assertClose([order(slope.forward), order(slope.central)], [1, 2], { absolute: 0.01 });
});

test('the errors of x³ are those that its comments derive', () => {
  for (const h of [0.1, 0.01, 0.001])
    assertClose(
      [slope.forward(slope.cube, 7, h), slope.central(slope.cube, 7, h)].map((value) => value - 147),
      [21 * h + h * h, h * h],
      { relative: 1e-3, absolute: 0 },
    );
});

test('the errors form a V, and float32 finds the slope 0 for tiny h', () => {
  const table = slope.errorTable(slope.cube, 7, 147);
  assert.equal(
    table.map(({ h }) => h),
    Array.from({ length: 15 }, (_, i) => Number(`1e-${i + 1}`)),
  );
  const best = (column: 'forwardError' | 'centralError'): number =>
    table.reduce((a, b) => (b[column] < a[column] ? b : a)).h;
  assert.ok(best('forwardError') <= 1e-7 && best('forwardError') >= 1e-9);
  assert.ok(best('centralError') <= 1e-4 && best('centralError') >= 1e-6);
  assert.ok(table[0]!.forwardError > 1 && table.at(-1)!.forwardError > 1);
  assert.ok(table.every(({ h, float32 }) => h > 1e-8 || float32 === 0));
  assert.ok(Math.abs(table[1]!.float32 - 147) < 0.01);
});

test('the gradient check accepts right gradients and names the wrong element of others', () => {
  const at = fc.array(fc.noBias(fc.integer({ min: -30, max: 30 })), { minLength: 2, maxLength: 5 });
  // Σ xᵢ² · xᵢ₊₁, with the first number after the last.
  const f = (x: readonly number[]): number =>
    x.reduce((sum, v, i) => sum + v * v * x[(i + 1) % x.length]!, 0);
  const gradient = (x: readonly number[]): number[] =>
    x.map((v, i) => 2 * v * x[(i + 1) % x.length]! + x.at(i - 1)! ** 2);
  const faults: readonly ((right: number) => number)[] = [
    (right) => right + 1,
    (right) => 2 * right + 1e-3,
    (right) => -right - 1e-3,
    (right) => right * (1 + 1e-4) + 1e-4,
    () => Number.NaN,
    () => Number.POSITIVE_INFINITY,
  ];
  property(
    fc.record({
      x: at.map((x) => x.map((v) => v / 10)),
      element: fc.nat(),
      fault: fc.constantFrom(...faults),
    }),
    ({ x, element, fault }) => {
      const right = gradient(x);
      assert.equal(slope.gradientCheck(f, x, right), []);
      const at = element % x.length;
      const found = slope.gradientCheck(f, x, right.with(at, fault(right[at]!)));
      assert.equal(
        found.map(({ element }) => element),
        [at],
      );
      assertClose([found[0]!.measured], [right[at]!], { absolute: 1e-6 });
    },
  );
});

test('the gradient check notices a gradient that is missing, zero, or of the wrong length', () => {
  assert.is(slope.gradientCheck(slope.surface, [3, 2], [0, 0]).length, 2);
  const exchanged = slope.gradientCheck(slope.surface, [3, 2], [10, 12]);
  assert.equal(
    exchanged.map(({ element, claimed, measured }) => [element, claimed, Math.round(measured * 1e6) / 1e6]),
    [
      [0, 10, 12],
      [1, 12, 10],
    ],
  );
  // A function that is not finite there has no slope that could be right.
  assert.is(slope.gradientCheck(() => Number.NaN, [1], [0]).length, 1);
  assert.is(slope.gradientCheck(([x]) => (x! > 1 ? Infinity : 0), [1], [1]).length, 1);
  assertThrows(() => slope.gradientCheck(slope.surface, [3, 2], [12]), '1 slopes for 2 numbers');
});

// Random programs

type Tensors = Engine<engine.Tensor>;
const reference: Tensors = {
  leaf: (data, shape) => engine.tensor(Float64Array.from(data), { shape, requiresGrad: true }),
  add: (a, b) => engine.add(a, b),
  sub: (a, b) => engine.sub(a, b),
  mul: (a, b) => engine.mul(a, b),
  tanh: (x) => engine.tanh(x),
  sum: (x) => engine.sum(x),
  matmul: (a, b) => engine.matmul(a, b),
  transpose: (x) => engine.transpose(x),
  broadcastTo: (x, shape) => engine.broadcastTo(x, shape),
  sumTo: (x, shape) => engine.sumTo(x, shape),
};

const missing = (): never => {
  throw new Error('this step has no such op');
};
const none = { transpose: missing, broadcastTo: missing, sumTo: missing };

const step2: Engine<numbers.Value> = {
  ...none,
  leaf: ([number]) => new numbers.Value(number!),
  add: numbers.add,
  mul: numbers.mul,
  tanh: numbers.tanh,
  sum: (x) => x,
  sub: missing,
  matmul: missing,
};
const step3: Engine<arrays.Tensor> = {
  ...none,
  ...arrays,
  leaf: (data, shape) => new arrays.Tensor(arrays.array(data, shape)),
};
const step4: Engine<broadcasting.Tensor> = {
  ...broadcasting,
  ...none,
  leaf: (data, shape) => new broadcasting.Tensor(arrays.array(data, shape)),
};
const step5: Engine<rules.Tensor> = {
  ...rules,
  leaf: (data, shape) => new rules.Tensor(arrays.array(data, shape)),
};

const leavesOf = <T>(engine: Engine<T>, { leaves }: Program): T[] =>
  leaves.map(({ numbers, shape }) => engine.leaf(numbers, shape));

/** Equal to 10⁻⁹ of the largest number among them, or of 1. */
function assertEqual(actual: readonly number[], expected: readonly number[], what: string): void {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  assertClose(actual, expected, { relative: 0, absolute: 1e-9 * largest, what });
}

const flat = (lists: readonly ArrayLike<number>[]): number[] => lists.flatMap((list) => Array.from(list));

/** The engine's value of a program, and its gradient with respect to all leaves, one after the other. */
function expected(program: Program): { value: number; gradient: number[] } {
  const leaves = leavesOf(reference, program);
  const loss = run(reference, program, leaves);
  return {
    value: loss.item(),
    gradient: flat(engine.gradients(loss, leaves).map(({ data }) => data)),
  };
}

/** Runs a property over programs, and demands that each of these traits has occurred. */
function overPrograms(
  options: Parameters<typeof programs>[0],
  demanded: readonly string[],
  holds: (program: Program) => void,
): void {
  const seen = new Set<string>();
  property(
    programs(options),
    (program) => {
      for (const trait of traits(program)) seen.add(trait);
      holds(program);
    },
    200,
  );
  for (const trait of demanded) assert.ok(seen.has(trait), `no program with ${trait}`);
}

const SHARED = ['diamond', 'twice in one op'];

/** A step whose `backward` maps leaves to gradients of some kind. */
function agreesWithEngine<T>(
  step: Engine<T>,
  backward: (loss: T) => ReadonlyMap<T, unknown>,
  dataOf: (value: T) => ArrayLike<number>,
  gradientOf: (gradient: unknown) => ArrayLike<number>,
): (program: Program) => void {
  return (program) => {
    const leaves = leavesOf(step, program);
    const loss = run(step, program, leaves);
    const { value, gradient: right } = expected(program);
    assertEqual(Array.from(dataOf(loss)), [value], 'value');
    const gradients = backward(loss);
    const gradient = flat(leaves.map((leaf) => gradientOf(gradients.get(leaf))));
    assertEqual(gradient, right, 'gradient');
    const at = flat(program.leaves.map(({ numbers }) => numbers));
    const f = (x: readonly number[]): number => dataOf(run(step, program, leavesAt(step, program, x)))[0]!;
    assert.equal(slope.gradientCheck(f, at, gradient), []);
  };
}

function leavesAt<T>(step: Engine<T>, { leaves }: Program, x: readonly number[]): T[] {
  let from = 0;
  return leaves.map(({ numbers, shape }) => step.leaf(x.slice(from, (from += numbers.length)), shape));
}

test('step 2: the gradients of random programs are those of step 1 and of the engine', () => {
  const ops: OpName[] = ['add', 'mul', 'tanh'];
  overPrograms(
    { ops, shapes: [[]] },
    [...ops, ...SHARED],
    agreesWithEngine(
      step2,
      numbers.backward,
      ({ number }) => [number],
      (gradient) => [gradient as number],
    ),
  );
});

test('step 3: the gradients of random programs are those of step 1 and of the engine', () => {
  const ops: OpName[] = ['add', 'sub', 'mul', 'tanh', 'sum', 'matmul'];
  overPrograms(
    { ops },
    [...ops, ...SHARED],
    agreesWithEngine(
      step3,
      arrays.backward,
      ({ data }) => data,
      (gradient) => (gradient as arrays.NDArray).data,
    ),
  );
});

test('step 4: the gradients of random programs are those of step 1 and of the engine', () => {
  const ops: OpName[] = ['add', 'sub', 'mul', 'tanh', 'sum', 'matmul'];
  overPrograms(
    { ops, broadcast: true },
    [...ops, ...SHARED, 'broadcast'],
    agreesWithEngine(
      step4,
      broadcasting.backward,
      ({ data }) => data,
      (gradient) => (gradient as arrays.NDArray).data,
    ),
  );
});

const EVERY_OP: OpName[] = [
  ...(['add', 'sub', 'mul', 'tanh', 'sum', 'matmul', 'transpose'] as const),
  ...(['broadcastTo', 'sumTo'] as const),
];

test('step 5: the gradients of random programs are those of step 1 and of the engine', () => {
  overPrograms(
    { ops: EVERY_OP, broadcast: true },
    [...EVERY_OP, ...SHARED, 'broadcast'],
    agreesWithEngine(
      step5,
      rules.backward,
      ({ data }) => data,
      (gradient) => (gradient as rules.Tensor).data,
    ),
  );
});

/** Numbers that are all different, to weigh the elements of gradients with. */
const weightsFor = (size: number): number[] =>
  Array.from({ length: size }, (_, i) => 0.3 + 0.1 * ((i * 7) % 11));

/** The gradient of a weighted sum of the gradient. */
function secondOrder<T>(
  step: Engine<T>,
  program: Program,
  differentiate: (loss: T, leaves: readonly T[]) => readonly T[],
): readonly T[] {
  const leaves = leavesOf(step, program);
  const first = differentiate(run(step, program, leaves), leaves);
  const weighted = first.map((gradient, i) => {
    const { numbers, shape } = program.leaves[i]!;
    return step.sum(step.mul(gradient, step.leaf(weightsFor(numbers.length), shape)));
  });
  return differentiate(
    weighted.reduce((total, one) => step.add(total, one)),
    leaves,
  );
}

test('step 5: the second derivatives of random programs are those of the engine', () => {
  let curved = 0;
  overPrograms({ ops: EVERY_OP, broadcast: true }, [...EVERY_OP, ...SHARED, 'broadcast'], (program) => {
    const own = secondOrder(step5, program, (loss, leaves) => {
      const gradients = rules.backward(loss);
      return leaves.map((leaf) => gradients.get(leaf) ?? step5.leaf(zeros(leaf.shape), leaf.shape));
    });
    const right = secondOrder(reference, program, (loss, leaves) =>
      engine.gradients(loss, leaves, { createGraph: true }),
    );
    const [actual, wanted] = [own, right].map((list) => flat(list.map(({ data }) => data)));
    assertEqual(actual!, wanted!, 'second order');
    if (wanted!.some((value) => Math.abs(value) > 1e-3)) curved++;
  });
  assert.ok(curved > 100, `only ${curved} programs have a second derivative`);
});

const zeros = (shape: Shape): number[] => new Array(shape.reduce((size, length) => size * length, 1)).fill(0);

// Long chains

const LENGTH = 10_000;

test('a chain of 10,000 ops is walked back without a stack', () => {
  const two = new numbers.Value(2);
  const three = new arrays.Tensor(arrays.array([3], []));
  const four = new broadcasting.Tensor(arrays.array([4], []));
  let [y2, y3, y4] = [two, three, four];
  for (let i = 0; i < LENGTH; i++) {
    y2 = numbers.add(y2, two);
    y3 = arrays.add(y3, three);
    y4 = broadcasting.add(y4, four);
  }
  assert.is(numbers.backward(y2).get(two), LENGTH + 1);
  assert.is(arrays.backward(y3).get(three)!.data[0], LENGTH + 1);
  assert.is(broadcasting.backward(y4).get(four)!.data[0], LENGTH + 1);
});

test('step 5 walks a chain of 10,000 ops back, and then the walk', () => {
  // y = x · s · s · …  with s = 1: dy/dx = sⁿ, and d²y / dx ds = n.
  const x = rules.scalar(3);
  const s = rules.scalar(1);
  let y = x;
  for (let i = 0; i < LENGTH; i++) y = rules.mul(y, s);
  const slopeOfX = rules.backward(y).get(x)!;
  assert.is(slopeOfX.data[0], 1);
  assert.is(rules.backward(slopeOfX).get(s)!.data[0], LENGTH);
});

// Learning

test('xor is learned by step 2, and step 3 takes the same way', () => {
  const two = numbers.train(101, 0.05);
  const three = arrays.train(101, 0.05);
  assert.ok(two.losses[0]! > 4 && two.losses[100]! < 1e-3);
  assertClose(three.losses, two.losses, { relative: 1e-9, absolute: 1e-12, what: 'losses' });
  const answers = numbers.xor.map(
    ({ x, y }) => numbers.network(two.weights, new numbers.Value(x), new numbers.Value(y)).number,
  );
  assertClose(
    answers,
    numbers.xor.map(({ target }) => target),
    { absolute: 0.05 },
  );
  assertClose(three.answers.data, answers, { relative: 1e-9 });
});

test('step 4 follows the parabola with biases, and cannot without', () => {
  const [without, withBiases] = [broadcasting.train(2001, 0.3, false), broadcasting.train(2001, 0.3, true)];
  assert.ok(withBiases.losses[2000]! < 2e-4);
  assert.ok(without.losses[2000]! > 0.3);
  const { data } = without.answers;
  assertClose(data, Array.from(data, (number) => -number).reverse(), { absolute: 1e-12 });
});

test('the networks pass the gradient check', () => {
  assert.equal(arrays.checkGradients(arrays.lossOf, arrays.startWeights()), [[], []]);
  assert.equal(broadcasting.checkGradients(broadcasting.lossOf, broadcasting.startWeights()), [
    [],
    [],
    [],
    [],
  ]);
  // A function whose rule is wrong, so that the check has something to find.
  const wrong = (x: arrays.Tensor): arrays.Tensor =>
    arrays.sum(new arrays.Tensor(arrays.mul(x, x), [x], [(g) => g]));
  assert.is(arrays.checkGradients(wrong, [arrays.array([2, 3], [2])])[0]!.length, 2);
});

// Broadcasting

const shapePairs = fc.array(fc.noBias(fc.integer({ min: 1, max: 4 })), { maxLength: 3 }).chain((large) =>
  fc
    .record({
      ones: fc.array(fc.boolean(), { minLength: large.length, maxLength: large.length }),
      dropped: fc.integer({ min: 0, max: large.length }),
    })
    .map(({ ones, dropped }) => ({
      large,
      small: large.map((length, axis) => (ones[axis] ? 1 : length)).slice(dropped),
    })),
);

const counting = (shape: Shape): broadcasting.Tensor =>
  new broadcasting.Tensor(
    arrays.array(
      zeros(shape).map((_, i) => i + 1),
      shape,
    ),
  );

test('broadcastTo and sumTo are those of the engine, and each is the transpose of the other', () => {
  property(shapePairs, ({ large, small }) => {
    const [x, y] = [counting(small), counting(large)];
    const [repeated, summed] = [broadcasting.broadcastTo(x, large), broadcasting.sumTo(y, small)];
    const toEngine = ({ data, shape }: arrays.NDArray): engine.Tensor => engine.tensor(data, { shape });
    assert.equal(repeated.data, engine.broadcastTo(toEngine(x), large).data);
    assert.equal(summed.data, engine.sumTo(toEngine(y), small).data);
    assert.equal([repeated.shape, summed.shape], [large, small]);
    const inner = (a: arrays.NDArray, b: arrays.NDArray): number =>
      a.data.reduce((sum, number, i) => sum + number * b.data[i]!, 0);
    assert.is(inner(repeated, y), inner(x, summed));
  });
});

test('the table of places is the one in its comment', () => {
  assert.equal(broadcasting.placesIn([3], [2, 3]), [0, 1, 2, 0, 1, 2]);
  assert.equal(broadcasting.placesIn([2, 1], [2, 3]), [0, 0, 0, 1, 1, 1]);
  assert.equal(broadcasting.broadcastShape([4, 3], [3]), [4, 3]);
  assert.equal(broadcasting.broadcastShape([4, 1], [3]), [4, 3]);
  assert.equal(broadcasting.broadcastShape([], [4, 3]), [4, 3]);
});

test('shapes that do not fit are refused', () => {
  const at = (...shape: number[]): broadcasting.Tensor => counting(shape);
  assertThrows(() => broadcasting.add(at(2, 3), at(2)), 'cannot broadcast [2,3] with [2]: 3 ≠ 2');
  assertThrows(() => broadcasting.broadcastTo(at(2, 3), [3]), '[2,3] does not broadcast to [3]');
  assertThrows(() => broadcasting.sumTo(at(3), [2, 3]), '[3] cannot be summed to [2,3]');
  assertThrows(() => broadcasting.matmul(at(2, 3), at(2, 3)), 'inner sizes differ');
  assertThrows(() => broadcasting.backward(at(2)), 'only a single number has a gradient, not [2]');
  assertThrows(
    () => arrays.add(new arrays.Tensor(at(2, 3)), new arrays.Tensor(at(3))),
    'shapes differ: [2,3] and [3]',
  );
});

test('a rule that returns a wrong shape is noticed in steps 4 and 5', () => {
  const x = counting([2, 3]);
  const y = new broadcasting.Tensor(broadcasting.sumTo(x, [3]), [x], [(g) => g]);
  assertThrows(
    () => broadcasting.backward(broadcasting.sum(y)),
    'gradient has shape [3], the input has [2,3]',
  );
  const op = rules.defineOp({
    name: 'columnSums',
    forward: ([x]: [arrays.NDArray]) => broadcasting.sumTo(x, [3]),
    vjp: [(g) => g],
  });
  assertThrows(
    () => rules.backward(rules.sum(rules.apply(op, [new rules.Tensor(x)]))),
    'columnSums, input 0: gradient has shape [3], the input has [2,3]',
  );
});

// Step 5

test('the compiler refuses a missing rule, and a rule that uses what was not saved', () => {
  type Two = [arrays.NDArray, arrays.NDArray];
  const forward = ([a]: Two): arrays.NDArray => a;
  const ops = [
    // @ts-expect-error two inputs, one rule
    rules.defineOp({ name: 'one rule', forward, vjp: [(g) => g] }),
    rules.defineOp({
      name: 'not saved',
      forward,
      save: ({ inputs: [a] }) => ({ a }),
      // @ts-expect-error b is not saved
      vjp: [(g, { b }) => rules.mul(g, b), (g) => g],
    }),
  ];
  assert.is(ops.length, 2);
});

test('derivatives of x³ to the fourth, and tanh″ by its formula', () => {
  let f = rules.cube;
  for (const value of [8, 12, 12, 6, 0]) {
    assert.is(f(rules.scalar(2)).data[0], value);
    f = rules.grad(f);
  }
  property(fc.noBias(fc.integer({ min: -300, max: 300 })), (x) => {
    const y = Math.tanh(x / 100);
    const [first, second] = [rules.grad(rules.tanh), rules.grad(rules.grad(rules.tanh))];
    assertClose(
      [first, second].map((f) => f(rules.scalar(x / 100)).data[0]!),
      [1 - y * y, -2 * y * (1 - y * y)],
      { relative: 1e-12, absolute: 1e-15 },
    );
  });
});

test('grad tells an argument from a constant with the same value, as the engine does', () => {
  const own = rules.grad((x) => rules.grad((y) => rules.mul(x, y))(x));
  const right = engine.grad((x) => engine.grad((y) => engine.mul(x, y))(x));
  assert.is(own(rules.scalar(5)).data[0], 1);
  assert.is(right(engine.tensor(5, { dtype: 'float64' })).item(), 1);
});

test('the gradient of a gradient penalty is the engine’s', () => {
  const numbers = [0.4, -0.7, 1.1, 0.2];
  const own = rules.grad(rules.gradientPenalty((x) => rules.sum(rules.tanh(rules.mul(x, rules.cube(x))))));
  const right = engine.grad((x) =>
    engine
      .grad((x) => x.mul(x.mul(x).mul(x)).tanh().sum())(x)
      .square()
      .sum(),
  );
  const x = arrays.array(numbers, [2, 2]);
  assertEqual(
    [...own(new rules.Tensor(x)).data],
    [...right(engine.tensor(x.data, { shape: [2, 2] })).data],
    'gradient',
  );
});

test('a second walk over the same tape gives the same gradients', () => {
  const x = rules.scalar(2);
  const y = rules.cube(x);
  const [once, again] = [rules.backward(y), rules.backward(y)];
  assert.is(once.get(x)!.data[0], 12);
  assert.is(again.get(x)!.data[0], 12);
});

// Step 6

const numbersOf = (lists: readonly engine.NDArray[]): number[] => flat(lists.map(({ data }) => data));

const asLeaf = (numbers: number | number[] | number[][]): engine.Tensor =>
  engine.tensor(numbers, { dtype: 'float64', requiresGrad: true });

test('step 6: the layer has the same derivatives in step 5 and in the engine, for any weights', () => {
  const weight = fc.noBias(fc.integer({ min: -20, max: 20 }));
  property(fc.tuple(weight, weight), ([a, b]) => {
    const w = asLeaf([[a / 10], [b / 10]]);
    const own = guide.derivatives(rules, guide.loss5, guide.in5(w));
    const right = guide.derivatives(guide.parts, guide.loss, w);
    assertEqual(numbersOf(own), numbersOf(right), 'derivatives');
    assert.ok(numbersOf(right).some((value) => Math.abs(value) > 1e-9));
  });
});

test('step 6: the table of parts names what stands in the files', () => {
  const table = sourceOf('6-the-real-engine').split('\n// ## Where the parts of step 5 stand\n//\n')[1]!;
  const rows = table.split('\n\n')[0]!.split('\n').slice(1);
  assert.ok(rows.length > 8);
  const declared = (text: string, name: string): boolean =>
    new RegExp(`(?:function|class|interface|type|const|let|\\{) ?${name}\\b`).test(text);
  for (const row of rows) {
    const [own, theirs, file] = row.slice(3).split(/ {2,}/) as [string, string, string];
    const text = readFileSync(join(folder, '../..', file), 'utf8');
    for (const name of own.split(', ')) assert.ok(declared(sourceOf('5-rules-as-ops'), name), name);
    for (const name of theirs.split(', ')) assert.ok(declared(text, name), `${name} in ${file}`);
  }
});

test('step 6: the lines in its errors are those that caused them', () => {
  const source = sourceOf('6-the-real-engine');
  const lines = source.split('\n');
  const named = [...promised(source).matchAll(/6-the-real-engine\.ts:(\d+)/g)];
  assert.equal(
    named.map(([, line]) => lines[Number(line) - 1]!.match(/square\.backward|noGrad|greater/)?.[0]),
    ['square.backward', 'noGrad', 'greater'],
  );
});

/** The gradient of 3x + (x + 2x) by a walk over the tape of step 5, with sums that grow in place. */
function slopeInPlace(ownFirst: boolean): number {
  const [x, two, three] = [1, 2, 3].map(rules.scalar) as [rules.Tensor, rules.Tensor, rules.Tensor];
  const y = rules.add(rules.mul(x, three), rules.add(x, rules.mul(x, two)));
  const reached = new Set([y]);
  for (const { node } of reached) for (const input of node?.inputs ?? []) reached.add(input);
  const newestFirst = [...reached]
    .filter(({ node }) => node)
    .sort((a, b) => b.node!.position - a.node!.position);
  const gradients = new Map([[y, rules.scalar(1)]]);
  for (const tensor of newestFirst)
    for (const [i, input] of tensor.node!.inputs.entries()) {
      const contribution = tensor.node!.op.vjp[i]!(gradients.get(tensor)!, tensor.node!.saved);
      const sum = gradients.get(input);
      if (sum) sum.data[0]! += contribution.data[0]!;
      else
        gradients.set(input, ownFirst ? new rules.Tensor(arrays.map(contribution, (v) => v)) : contribution);
    }
  return gradients.get(x)!.data[0]!;
}

test('step 6: a first contribution that grows in place spoils another gradient, as its numbers say', () => {
  assert.equal(guide.sums(), { inStep5: 6, inEngine: 6, careless: 12 });
  assert.is(slopeInPlace(false), 12);
  assert.is(slopeInPlace(true), 6);
});

test('step 6: gradients own their numbers in the engine, and share them in step 5', () => {
  const [p, q] = [rules.scalar(1), rules.scalar(2)];
  const map = rules.backward(rules.add(p, q));
  map.get(p)!.data[0] = 0;
  assert.is(map.get(q)!.data[0], 0);
  const [a, b] = [asLeaf(1), asLeaf(2)];
  a.add(b).backward();
  a.grad!.assign([0]);
  assert.is(b.grad!.item(), 1);
});

test('step 6: a node of the engine holds leaves and saved values, and no other tensor', () => {
  const [a, b] = [asLeaf([1, 2]), asLeaf([3, 4])];
  const loss = a.neg().add(b).mul(a).sum();
  for (const { inputs, saved, op } of engine.tapeOf(loss)) {
    for (const input of inputs) assert.ok(input instanceof engine.Node || input.isLeaf);
    const held = Object.values(saved).filter((value) => value instanceof engine.Tensor);
    assert.is(held.length, op.name === 'mul' ? 2 : 0, op.name);
  }
});

test('step 6: a walk that fails writes and releases nothing, and one that succeeds releases every node', () => {
  const w = asLeaf(3);
  const loss = w.mul(w).tanh();
  const tape = engine.tapeOf(loss);
  const held = (): number[] => tape.map(({ inputs, saved }) => inputs.length + Object.keys(saved).length);
  const before = held();
  const remove = w.registerHook(() => {
    throw new Error('on purpose');
  });
  assertThrows(() => loss.backward(), 'on purpose');
  assert.equal(held(), before);
  assert.is(w.grad, null);
  remove();
  loss.backward({ retainGraph: true });
  assert.equal(held(), before);
  loss.backward();
  assert.equal(held(), [0, 0]);
  assertThrows(() => loss.backward(), 'already walked back');
});

test('step 6: gradients of computed tensors are kept on request, and a mixed product converts by a recorded op', () => {
  const w = engine.tensor([3], { requiresGrad: true });
  const [kept, dropped] = [w.mul(4).retainGrad(), w.mul(2)];
  const product = kept.add(dropped).mul(asLeaf([1]));
  assert.equal(
    product.node!.inputs.map((input) => input instanceof engine.Node && input.op.name),
    ['astype', false],
  );
  product.sum().backward();
  assert.equal([kept.grad?.item(), dropped.grad, w.grad?.item()], [1, null, 6]);
});
