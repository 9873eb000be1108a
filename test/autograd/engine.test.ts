/** The engine alone: this file imports src/autograd/ and nothing that is built on it. */
import * as assert from 'uvu/assert';
import { backward, propagate } from '../../src/autograd/backward.js';
import { Tensor } from '../../src/autograd/graph.js';
import { apply, defineOp } from '../../src/autograd/op.js';
import { add, broadcastTo, sumTo } from '../../src/autograd/sums.js';
import type { NDArray } from '../../src/base/array.js';
import type { Shape } from '../../src/base/shape.js';
import { suite } from '../support/suite.js';

const test = suite('engine');

const f64 = (values: number[], shape: Shape = [values.length]): Tensor =>
  new Tensor(Float64Array.from(values), shape);

function leaf(values: number[], shape: Shape = [values.length]): Tensor {
  const tensor = f64(values, shape);
  tensor.requiresGrad = true;
  return tensor;
}

/** y = a ⊙ b   ⇒   ā = g ⊙ b,   b̄ = g ⊙ a */
function mul(a: Tensor, b: Tensor): Tensor {
  return apply(MUL, [a, b]);
}
const MUL = defineOp({
  name: 'product',
  forward: ([a, b]: [NDArray, NDArray]) => ({ data: a.data.map((v, i) => v * b.data[i]!), shape: a.shape }),
  save: ({ inputs: [a, b] }) => ({ a, b }),
  vjp: [(g, { b }) => mul(g, b), (g, { a }) => mul(g, a)],
});

test('no op is attached to a tensor here', () => {
  assert.is((Tensor.prototype as { add?: unknown }).add, undefined);
  assert.is((Tensor.prototype as { backward?: unknown }).backward, undefined);
});

test('x·x is differentiated to second order', () => {
  const x = leaf([3, -2]);
  const y = mul(x, x);
  backward(y, f64([1, 1]), { createGraph: true });
  assert.equal([...x.grad!.data], [6, -4]);
  const slope = x.grad!;
  x.grad = null;
  backward(slope, f64([1, 1]));
  assert.equal([...x.grad!.data], [2, 2]);
});

test('in a diamond both ways contribute', () => {
  // y = (x·x)·x + x·x   ⇒   y′ = 3x² + 2x
  const x = leaf([2], []);
  const square = mul(x, x);
  backward(add(mul(square, x), square));
  assert.is(x.grad!.item(), 16);
});

test('the gradient of what was broadcast is summed back, and once more in the second derivative', () => {
  // Σᵢ (aᵢ + b)·aᵢ   ⇒   b̄ = Σ aᵢ,   āᵢ = 2aᵢ + b
  const [a, b] = [leaf([1, 2, 3]), leaf([10], [])];
  const total = sumTo(mul(add(a, b), a), []);
  const found = propagate(total, f64([1], []), { createGraph: true, targets: new Set([a, b]) });
  assert.equal([...found.get(b)!.data], [6]);
  assert.equal([...found.get(a)!.data], [12, 14, 16]);
  backward(found.get(b)!);
  assert.equal([...a.grad!.data], [1, 1, 1]);
  assert.is(b.grad, null);
});

test('broadcastTo and sumTo are the way back of each other', () => {
  const x = leaf([1, 2], [2, 1]);
  backward(broadcastTo(x, [2, 3]), f64([1, 2, 3, 4, 5, 6], [2, 3]));
  assert.equal([...x.grad!.data], [6, 15]);
  const y = leaf([1, 2, 3, 4, 5, 6], [2, 3]);
  backward(sumTo(y, [2, 1]), f64([7, 8], [2, 1]));
  assert.equal([...y.grad!.data], [7, 7, 7, 8, 8, 8]);
});

test('a chain of 100,000 ops is walked back without recursion', () => {
  const x = leaf([1], []);
  let y = x;
  for (let i = 0; i < 100_000; i++) y = add(y, x);
  backward(y);
  assert.is(x.grad!.item(), 100_001);
});
