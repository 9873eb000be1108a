/** Layers whose forward takes options or several inputs, or returns several outputs: found, trained, printed and checked. */
import * as assert from 'uvu/assert';
import { checkModule } from '../../src/check/index.js';
import { randn, random, type Tensor, zeros } from '../../src/index.js';
import { Linear, Module, Sequential, summary } from '../../src/nn/index.js';
import { assertThrows } from '../support/close.js';
import { suite } from '../support/suite.js';

const test = suite('any forward');
const rng = random(0);

class Cell extends Module {
  readonly inner = new Linear(3, 2, { rng });
  readonly outer = new Linear(2, 2, { rng });
  override forward(
    x: Tensor,
    state?: Tensor,
    { wrong = false } = {},
  ): { h: Tensor; c: [Tensor, Tensor | null] } {
    const h = this.inner.forward(x).tanh();
    const c = this.outer.forward(state ? h.add(state) : h);
    return { h, c: [wrong ? c.mul(c.detach()) : c, null] };
  }
}

class Wrapped extends Module {
  readonly cell = new Cell();
  override forward(x: Tensor): Tensor {
    return this.cell.forward(x).c[0];
  }
}

class Wrong extends Cell {
  override forward(x: Tensor): { h: Tensor; c: [Tensor, Tensor | null] } {
    return super.forward(x, undefined, { wrong: true });
  }
}

test('parameters are found, also inside a usual layer, and modes are switched', () => {
  const names = ['cell.inner.weight', 'cell.inner.bias', 'cell.outer.weight', 'cell.outer.bias'];
  const model = new Wrapped();
  assert.equal(
    model.namedParameters().map(([name]) => name),
    names,
  );
  model.eval();
  assert.is(model.cell.inner.training, false);
  assert.equal(new Sequential(model).forward(zeros([4, 3])).shape, [4, 2]);
});

test('all outputs are checked, wherever they are, and a wrong one is found', () => {
  const x = randn([2, 3], random(1));
  assert.is(checkModule(new Cell(), x, { order: 2 }).verdict, 'correct');
  assert.is(checkModule(new Cell(), [x, randn([2, 2], random(2))]).verdict, 'correct');
  assert.equal(checkModule(new Cell(), x).outputShape, [8]);
  const report = checkModule(new Wrong(), x);
  assert.is(report.verdict, 'wrong');
  assert.match(report.cuts.join(), 'detach() at test/nn/any-forward.test.ts:');
});

test('an output that is no tensor is refused by the name of the check', () => {
  class Counted extends Cell {
    override forward(x: Tensor) {
      return { ...super.forward(x), steps: 3 };
    }
  }
  assertThrows(
    () => checkModule(new Counted(), zeros([2, 3])),
    'checkModule: the function returned a number',
  );
});

test('the summary lists the shape of every output by its name', () => {
  class Outputs extends Module {
    override forward(x: Tensor): { h: Tensor; c: (Tensor | null)[] } {
      return { h: x, c: [x.sum(), null] };
    }
  }
  assert.match(summary(new Outputs(), [2, 3]), /^model +Outputs +h \[2, 3\], c \[\] +0/m);
});
