/** checkOp: every aspect passes a good op, and each one fails for the op that breaks it. */
import * as assert from 'uvu/assert';
import { checkOp } from '../../src/check/index.js';
import { apply, defineOp, mul, type NDArray, randn, random, type Tensor, tensor } from '../../src/index.js';
import { assertThrows } from '../support/close.js';
import { suite } from '../support/suite.js';

const test = suite('checkOp');

const sine = ({ data, shape }: NDArray): NDArray => ({ data: data.map(Math.sin), shape });
const cosine = (g: Tensor, x: Tensor): Tensor => g.mul(x.cos());

/** sin, with a forward or a rule of one's own. */
const sinWith = (forward = sine, rule = cosine) =>
  defineOp({
    name: 'sinWith',
    forward: ([x]: [NDArray]) => forward(x),
    save: ({ inputs: [x] }) => ({ x }),
    vjp: [(g, { x }) => rule(g, x)],
  });
/** A product whose forward broadcasts. */
const productWith = (broadcast: boolean, factor: (a: Tensor) => number = () => 1) =>
  defineOp({
    name: 'productWith',
    broadcast,
    forward: ([a, b]: [NDArray, NDArray]) => {
      const { data, shape } = mul(tensor(a.data, { shape: a.shape }), tensor(b.data, { shape: b.shape }));
      return { data: data.slice(), shape };
    },
    save: ({ inputs: [a, b] }) => ({ a, b }),
    vjp: [(g, { b }) => g.mul(b), (g, { a }) => g.mul(a).mul(factor(a))],
  });
const inputs = [randn([3, 4], random(0))];
const pair = [randn([2, 3], random(1)), randn([2, 3], random(2))];

test('a good op passes everything in one line', () => {
  const reference = ({ data }: NDArray): ArrayLike<number> => Array.from(data, Math.sin);
  const { ok, aspects, gradient } = checkOp(sinWith(), { inputs, elementwise: true, reference });
  assert.ok(ok);
  assert.equal(
    aspects.map(({ name }) => name),
    ['gradient', 'forward', 'pure', 'dtype', 'NaN', 'broadcasting', 'scalar', 'empty'],
  );
  assert.is(gradient.next!.order, 2);
});

test('plain functions, ops with attributes and broadcasting ops pass as well', () => {
  assert.ok(checkOp((x) => x.tanh(), { inputs, elementwise: true }).ok);
  const scale = defineOp({
    name: 'scale',
    forward: ([x]: [NDArray], { by }: { by: number }) => ({
      data: x.data.map((v) => v * by),
      shape: x.shape,
    }),
    vjp: [(g, _, { by }) => g.mul(by)],
  });
  assert.ok(checkOp(scale, { inputs, attrs: { by: 3 } }).ok);
  assert.ok(checkOp(productWith(true), { inputs: pair }).ok);
});

test('forward: another value than the reference, or another number of them', () => {
  const off = { inputs, reference: ({ data }: NDArray) => Array.from(data, Math.cos) };
  assertThrows(() => checkOp(sinWith(), off), 'checkOp, forward: value 0 is', 'the reference says');
  assertThrows(() => checkOp(sinWith(), { inputs, reference: () => [1] }), '12 values, the reference has 1');
});

test('gradient: a wrong rule, and one that is wrong at second order only', () => {
  assertThrows(
    () =>
      checkOp(
        sinWith(sine, (g) => g),
        { inputs },
      ),
    'checkOp, gradient:',
    'Culprit: sinWith',
  );
  const once = sinWith(sine, (g, x) => g.mul(x.cos().detach()));
  assertThrows(() => checkOp(once, { inputs }), 'derivative of order 2');
  assert.ok(checkOp(once, { inputs, order: 1 }).ok);
});

test('pure: a rule that writes to the incoming gradient, a forward that writes to its input', () => {
  const greedy = sinWith(sine, (g, x) => {
    const result = cosine(g, x);
    g.data.fill(0);
    return result;
  });
  assertThrows(
    () => checkOp(greedy, { inputs, order: 1 }),
    'checkOp, pure: backward wrote to the incoming gradient',
  );
  let calls = 0;
  const rude = sinWith((x) => {
    const result = sine(x);
    if (calls++ === 0) x.data[0] = 7;
    return result;
  });
  assertThrows(() => checkOp(rude, { inputs, order: 1 }), 'not deterministic');
});

test('dtype: float32 and float64 disagree', () => {
  const coarse = sinWith(({ data, shape }) => {
    const factor = data instanceof Float32Array ? 1.001 : 1;
    return { data: data.map((v) => Math.sin(v) * factor), shape };
  });
  assertThrows(() => checkOp(coarse, { inputs }), 'checkOp, dtype: value 0 is', 'in float32 and');
  assert.ok(checkOp(coarse, { inputs, float32: 1e-2 }).ok);
});

test('NaN: an op that swallows it', () => {
  const deaf = sinWith(({ data, shape }) => ({ data: data.map((v) => Math.sin(v || 0)), shape }));
  assertThrows(() => checkOp(deaf, { inputs }), 'checkOp, NaN: a NaN in input 0 does not reach the output');
  assert.ok(checkOp(deaf, { inputs, nan: 'dropped' }).ok);
});

test('scalar and empty: shapes that the op was not written for', () => {
  const flat = sinWith((x) => ({ ...sine(x), shape: x.shape.length === 0 ? [1] : x.shape }));
  assertThrows(
    () => checkOp(flat, { inputs, elementwise: true }),
    'checkOp, scalar: inputs of shape [] gave an output of shape [1]',
  );
  const full = sinWith((x) => {
    if (x.data.length === 0) throw new Error('no elements');
    return sine(x);
  });
  assertThrows(() => checkOp(full, { inputs, elementwise: true }), 'checkOp, empty: no elements');
  assertThrows(() => checkOp(full, { inputs, empty: [tensor([])] }), 'checkOp, empty: no elements');
});

test('empty: the reason is told when an empty input comes back in another shape', () => {
  const lost = sinWith((x) => ({ ...sine(x), shape: x.data.length === 0 ? [0, 5] : x.shape }));
  assertThrows(
    () => checkOp(lost, { inputs, elementwise: true }),
    'inputs of shape [0] gave an output of shape [0, 5]',
  );
});

test('broadcasting: gradients not summed back, or wrong for broadcast shapes only', () => {
  assertThrows(
    () => checkOp(productWith(false), { inputs: pair, elementwise: true }),
    'checkOp, broadcasting:',
    'has shape [2, 3]',
  );
  const scalarOnly = productWith(true, (a) => (a.rank === 0 ? 2 : 1));
  assertThrows(() => checkOp(scalarOnly, { inputs: pair }), 'checkOp, broadcasting: input 0 of shape []');
});

test('all aspects that fail are listed, not the first alone', () => {
  const deafAndWrong = sinWith(
    ({ data, shape }) => ({ data: data.map((v) => Math.sin(v || 0)), shape }),
    (g) => g,
  );
  assertThrows(() => checkOp(deafAndWrong, { inputs }), 'checkOp, gradient:', 'checkOp, NaN:');
});

test('what it checks is what apply runs', () => {
  const x = tensor([0.5]);
  assert.is(apply(sinWith(), [x]).item(), Math.fround(Math.sin(0.5)));
});
