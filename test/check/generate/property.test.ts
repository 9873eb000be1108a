/** Property tests for users: generators, shrinking, and the reproduction of a failure, which is pasted and run. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { gradcheck, literal } from '../../../src/check/index.js';
import { arbitraries, gradientProperty } from '../../../src/check/property.js';
import { mul, type Tensor, tensor } from '../../../src/index.js';
import { assertThrows } from '../../support/close.js';
import { fc, property } from '../../support/property.js';
import { compilePrograms, readersFolder, runProgram } from '../../support/reader.js';
import { suite } from '../../support/suite.js';

const test = suite('property tests of gradients');
const any = arbitraries(fc);
const pair = any.broadcastShapes(2).chain((shapes) => any.tensors(shapes));

/** What `gradientProperty` throws for a gradient that is wrong towards b. */
const failure = (): Error =>
  assertThrows(
    () => gradientProperty(fc, (a, b) => mul(a, b.detach()), pair, { propertySeed: 3, order: 1 }),
    'To repeat it:',
  );

test('broadcast shapes broadcast by the rules of NumPy', () => {
  property(any.broadcastShapes(3), (shapes) => {
    const rank = Math.max(...shapes.map((shape) => shape.length));
    for (let back = 1; back <= rank; back++) {
      const sizes = shapes.map((shape) => shape.at(-back) ?? 1).filter((n) => n !== 1);
      assert.ok(new Set(sizes).size <= 1, JSON.stringify(shapes));
    }
  });
});

test('values are exact in float32, in the range, away from given points and distinct', () => {
  const options = { min: -1, max: 3, avoid: [0, 1], margin: 0.25, distinct: true };
  property(any.tensor([3, 4], options), ({ data }) => {
    assert.is(new Set(data).size, 12);
    for (const v of data) {
      assert.is(Math.fround(v), v);
      assert.ok(v >= -1 && v <= 3 && Math.abs(v) >= 0.25 && Math.abs(v - 1) >= 0.25, String(v));
    }
  });
});

test('special floats turn up when they are asked for, and never otherwise', () => {
  const drawn = (special: boolean): number[] =>
    fc.sample(any.tensor([20], { special }), 200).flatMap(({ data }) => [...data]);
  const found = drawn(true);
  for (const one of [Number.NaN, Infinity, -Infinity, -0, 3.4028234663852886e38])
    assert.ok(
      found.some((v) => Object.is(v, one)),
      String(one),
    );
  assert.ok(drawn(false).every(Number.isFinite));
});

test('axes, permutations and indices are valid, and indices repeat', () => {
  property(any.axes(3), (axes) => {
    assert.is(new Set(axes.map((axis) => (axis + 3) % 3)).size, axes.length);
  });
  property(any.permutation(4), (order) => assert.equal([...order].sort(), [0, 1, 2, 3]));
  const samples = fc.sample(any.indices([6], 4), 50);
  assert.ok(samples.every(({ data }) => data.every((v) => Number.isInteger(v) && v >= 0 && v < 4)));
  assert.ok(
    samples.every(({ data }) => new Set(data).size < 6),
    'six draws of four repeat',
  );
});

test('a range without enough values is refused with a way out', () => {
  assertThrows(() => any.tensor([9], { min: 0, max: 1 / 16, distinct: true }), '9 values', 'widen the range');
});

test('a failing case shrinks to tensors of few small numbers', () => {
  const run = fc.check(fc.property(pair, ([a, b]) => Math.max(...a!.add(b!).data) < 1));
  const [[a, b]] = run.counterexample!;
  assert.ok(a!.size <= 4 && b!.size <= 4, `${literal(a!)} ${literal(b!)}`);
  for (const v of [...a!.data, ...b!.data]) assert.ok(Number.isInteger(v * 4), String(v));
});

test('fast-check prints a tensor as the code that makes it', () => {
  const error = assertThrows(() =>
    fc.assert(fc.property(any.tensor([2]), (x) => gradcheck((x) => x.mul(x.detach()), x).ok)),
  );
  assert.match(error.message, /Counterexample: \[tensor\(\[/);
});

test('literal repeats every bit: float64, -0, NaN, empty shapes', () => {
  assert.is(literal(tensor([[1, -0]])), 'tensor([[1, -0]])');
  assert.is(
    literal(tensor([Number.NaN, 0.1], { dtype: 'float64' })),
    "tensor([NaN, 0.1], { dtype: 'float64' })",
  );
  assert.is(literal(tensor([], { shape: [2, 0] })), 'tensor([], { shape: [2, 0] })');
});

test('gradientProperty passes a right gradient although some cases are vacuous', () => {
  gradientProperty(fc, (a, b) => a.mul(b), pair, { order: 2 });
});

test('gradientProperty fails when an input never matters', () => {
  const constant = (a: Tensor, b: Tensor): Tensor => a.exp().add(b.mul(0));
  const cases = fc.readConfigureGlobal().numRuns;
  assert.type(cases, 'number');
  assertThrows(
    () => gradientProperty(fc, constant, pair),
    `the gradient of b was zero in all ${cases} cases`,
  );
  gradientProperty(fc, constant, pair, { allow: ['vacuous'] });
});

test('gradientProperty shrinks to a small case that is wrong, not to one that proves nothing', () => {
  const { message } = failure();
  assert.match(message, 'has a wrong gradient in b');
  assert.match(message, /const b = tensor\(-?1?\d*(\.\d+)?\);/);
  assert.match(message, /fast-check seed 3, path "[\d:]+"/);
});

test('gradientProperty repeats one case by seed and path', () => {
  const [, path] = /path "([\d:]+)"/.exec(failure().message)!;
  const again = assertThrows(() =>
    gradientProperty(fc, (a, b) => mul(a, b.detach()), pair, { propertySeed: 3, path: path! }),
  );
  assert.match(again.message, 'has a wrong gradient in b');
});

test('the reproduction, pasted into a file, runs and fails in the same way', async () => {
  const program = failure().message.split('To repeat it:\n')[1]!;
  assert.match(program, "import { mul, tensor } from 'tapegrad';");
  const folder = readersFolder('paste');
  const file = join(folder, 'paste.ts');
  writeFileSync(file, program);
  await compilePrograms(folder, [file]);
  const { status, stderr } = await runProgram(file);
  assert.is(status, 1, stderr);
  assert.match(stderr, 'GradientError');
  assert.match(stderr, 'has a wrong gradient in b');
});
