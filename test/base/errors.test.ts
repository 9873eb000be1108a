/** What errors carry: a class to catch, the op that complained, and the line of the program that called it. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { formatShape } from '../../src/base/errors.js';
import { warnOnce } from '../../src/base/lint.js';
import { atUserLine, callSite } from '../../src/base/site.js';
import {
  AnomalyError,
  ArgumentError,
  apply,
  defineOp,
  detectAnomaly,
  equal,
  explainGrad,
  GraphError,
  type NDArray,
  noGrad,
  random,
  ShapeError,
  setLint,
  TapegradError,
  type Tensor,
  tensor,
  userLine,
  where,
  zeros,
} from '../../src/index.js';
import { Linear, Module, ReLU, Sequential } from '../../src/nn/index.js';
import { assertThrows } from '../support/close.js';
import { suite } from '../support/suite.js';

const test = suite('errors');

/** `test/base/errors.test.ts:n:c`, n lines below the call, where `call` is first written in that line. */
function below(lines: number, call: string): string {
  const caller = new Error().stack!.split('\n')[2]!;
  const line = Number(/errors\.test\.ts:(\d+)/.exec(caller)![1]) + lines;
  return `test/base/errors.test.ts:${line}:${own[line - 1]!.indexOf(call) + 1}`;
}
const own = readFileSync(fileURLToPath(import.meta.url), 'utf8').split('\n');

/** What the library throws from `action`. */
function thrownBy(action: () => unknown): TapegradError {
  const error = assertThrows(action);
  assert.instance(error, TapegradError);
  return error as TapegradError;
}

/** The warnings that `action` prints. */
function warningsOf(action: () => unknown): string[] {
  const original = console.warn;
  const warnings: string[] = [];
  console.warn = (text: string) => void warnings.push(text);
  try {
    action();
  } finally {
    console.warn = original;
  }
  return warnings;
}

const a = zeros([2, 3]);
const wide: Tensor = zeros([4, 5]);

test('each kind of mistake has a class of its own, below one that catches them all', () => {
  const x = tensor(-1, { requiresGrad: true });
  const cases: [TapegradError, new (...args: never[]) => TapegradError, string, string][] = [
    [thrownBy(() => a.add(wide)), ShapeError, 'ShapeError', 'add'],
    [thrownBy(() => a.matmul(wide)), ShapeError, 'ShapeError', 'matmul'],
    [thrownBy(() => zeros([-1])), ArgumentError, 'ArgumentError', 'zeros'],
    [thrownBy(() => random(Number.NaN)), ArgumentError, 'ArgumentError', 'random'],
    [thrownBy(() => a.backward()), GraphError, 'GraphError', 'backward'],
    [thrownBy(() => detectAnomaly(() => x.log())), AnomalyError, 'AnomalyError', 'log'],
  ];
  for (const [error, type, name, op] of cases) {
    assert.instance(error, type);
    assert.instance(error, Error);
    assert.is(error.name, name);
    assert.is(error.op, op);
    assert.ok(error.message.startsWith(`${op}: `), error.message);
    assert.ok(String(error).startsWith(`${name}: ${op}: `), String(error));
  }
});

test('the classes do not pass for each other', () => {
  const shape = thrownBy(() => a.add(wide));
  for (const other of [ArgumentError, GraphError, AnomalyError]) assert.not.instance(shape, other);
});

test('a shape error carries the shapes in the order of the arguments, also as text', () => {
  const product = thrownBy(() => a.matmul(wide)) as ShapeError;
  assert.equal(product.shapes, [
    [2, 3],
    [4, 5],
  ]);
  assert.match(product.message, '[2, 3] · [4, 5]: 3 ≠ 4');
  assert.equal((thrownBy(() => wide.add(a)) as ShapeError).shapes, [
    [4, 5],
    [2, 3],
  ]);
  assert.equal(new ShapeError('mine', 'wrong').shapes, []);
});

test('shapes print as lists', () => {
  assert.equal([[], [3], [2, 0, 4]].map(formatShape), ['[]', '[3]', '[2, 0, 4]']);
});

test('an error ends with the line that called the op', () => {
  const line = below(1, 'add(');
  const error = thrownBy(() => a.add(wide));
  assert.ok(error.message.endsWith(` (${line})`), error.message);
  const maker = below(1, 'zeros(');
  const argument = thrownBy(() => zeros([1.5]));
  assert.ok(argument.message.endsWith(` (${maker})`), argument.message);
});

test('an error inside nested layers names the line that called the outermost one', () => {
  const rng = random(0);
  let model: Module = new Linear(3, 4, { rng });
  for (let depth = 0; depth < 12; depth++) model = new Sequential(new ReLU(), model as Linear);
  const line = below(1, 'forward(');
  const error = thrownBy(() => (model as Sequential).forward(wide));
  assert.ok(error.message.endsWith(` (${line})`), error.message);
});

test('an error inside a layer of the program names the line in that layer', () => {
  let line = '';
  class Broken extends Module {
    override forward(x: Tensor): Tensor {
      line = below(1, 'add(');
      return x.add(wide);
    }
  }
  const error = thrownBy(() => new Sequential(new Broken()).forward(a));
  assert.ok(error.message.endsWith(` (${line})`), error.message);
});

test('an error in the forward of an op that the program declared names that op', () => {
  const PICKY = defineOp({
    name: 'picky',
    forward: ([x]: [NDArray]) => {
      if (x.shape.length !== 1) throw new ShapeError('picky', 'expected a vector', [x.shape]);
      return { data: x.data.slice(), shape: x.shape };
    },
    vjp: [(g) => g],
  });
  const error = thrownBy(() => apply(PICKY, [a]));
  assert.is(error.op, 'picky');
  assert.match(error.message, /^picky: expected a vector \(test\/base\/errors\.test\.ts:\d+:\d+\)$/);
});

test('the place where noGrad cut the path is named, not the place of backward', () => {
  const w = tensor(1, { requiresGrad: true });
  const line = below(1, 'noGrad(');
  const loss = noGrad(() => w.square());
  const error = thrownBy(() => loss.backward());
  assert.match(error.message, `cut by noGrad() (${line})`);
});

test('an op without a derivative is named as the end of the path, with the line that called it', () => {
  const w = tensor([1, 2], { requiresGrad: true });
  const cases = {
    argMax: () => w.argMax(),
    argMin: () => w.argMin(),
    greater: () => w.greater(1),
    equal: () => equal(w, 1).mul(w.detach()),
  };
  for (const [name, make] of Object.entries(cases)) {
    const { message } = thrownBy(() => make().sum().backward());
    assert.match(
      message,
      `gradient: ${name} has no derivative, so nothing leads back through it (test/base/errors.test.ts:`,
    );
  }
  const line = below(1, 'less(');
  const mask = w.less(0);
  assert.match(thrownBy(() => mask.sum().backward()).message, `through it (${line})`);
  assert.match(explainGrad(mask).message, `is a constant: less has no derivative, so nothing leads back`);
  assert.is(explainGrad(mask).reason, 'not-tracked');
  assert.is(noGrad(() => w.argMax()).cut, null, 'under noGrad nothing was meant to lead back');
  assert.is(tensor([1, 2]).greater(1).cut, null, 'nor does it from constants');
});

test('a mask in the loss is not blamed for a leaf that is elsewhere', () => {
  const [w, x] = [tensor([1], { requiresGrad: true }), tensor([1, -2], { requiresGrad: true })];
  const loss = where(x.greater(0), x, 0).sum();
  assert.is(explainGrad(w, loss).message, 'the loss does not depend on this tensor');
});

test('finding the line of an op without a derivative leaves the length of stack traces as it was', () => {
  const limit = Error.stackTraceLimit;
  tensor([1], { requiresGrad: true }).argMax();
  assert.is(Error.stackTraceLimit, limit);
});

test('userLine reads the stack of an error, and of the call itself', () => {
  const here = below(1, 'userLine(');
  assert.is(userLine(), here);
  const there = below(1, 'new Error(');
  assert.is(userLine(new Error().stack), there);
  assert.is(atUserLine(new Error('x').stack), ` (${below(0, "new Error('x')")})`);
});

test('where no line of the program is known, the message does without', () => {
  assert.is(userLine(''), '');
  assert.is(userLine('Error\n    at native'), '');
  assert.is(atUserLine('Error'), '');
});

test('looking for the line leaves the length of stack traces as it was', () => {
  const limit = Error.stackTraceLimit;
  const nest = (depth: number): Error => (depth === 0 ? callSite() : nest(depth - 1));
  assert.ok(nest(50).stack!.split('\n').length > 50, 'looks further than the usual ten frames');
  assert.is(Error.stackTraceLimit, limit);
});

test('a lint warning is printed once, names the line, and can be switched off', () => {
  try {
    setLint(true);
    let line = '';
    const warnings = warningsOf(() => {
      line = below(1, 'warnOnce(');
      for (let i = 0; i < 3; i++) warnOnce('a key of this test', 'take care');
      warnOnce('another key of this test', 'take more care');
    });
    assert.is(warnings.length, 2);
    assert.is(warnings[0], `tapegrad lint: take care (${line})`);
    setLint(false);
    assert.equal(
      warningsOf(() => warnOnce('a third key', 'unheard')),
      [],
    );
    setLint(true);
    assert.is(
      warningsOf(() => warnOnce('a third key', 'heard')).length,
      1,
      'a silenced warning is not spent',
    );
  } finally {
    setLint(true);
  }
});
