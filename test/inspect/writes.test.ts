/** Writes that no version counts: anomaly detection names the op or the rule, and the tensor; what is harmless passes. */
import * as assert from 'uvu/assert';
import {
  AnomalyError,
  apply,
  type BackwardOptions,
  defineOp,
  detectAnomaly,
  GraphError,
  type NDArray,
  random,
  Tensor,
  tensor,
  type Vjp,
} from '../../src/index.js';
import { Linear } from '../../src/nn/index.js';
import { SGD } from '../../src/optim/index.js';
import { assertClose, assertThrows } from '../support/close.js';
import { suite } from '../support/suite.js';

const test = suite('writes');

const leaf = (...values: number[]): Tensor => tensor(values, { requiresGrad: true });

/** y = x², with another rule or another forward. */
function squared(
  rule: Vjp<{ x: Tensor }, undefined>,
  forward?: (x: NDArray) => NDArray,
): (x: Tensor) => Tensor {
  const op = defineOp<[NDArray], undefined, { x: Tensor }>({
    name: 'squared',
    forward: ([x]) => forward?.(x) ?? { data: x.data.map((v) => v * v), shape: x.shape },
    save: ({ inputs: [x] }) => ({ x }),
    vjp: [rule],
  });
  return (x) => apply(op, [x]);
}
const right: Vjp<{ x: Tensor }, undefined> = (g, { x }) => g.mul(x).mul(2);

/** Says who wrote to what, and that without detection nothing is noticed. */
function noticed(run: () => unknown, ...parts: string[]): void {
  run();
  const error = assertThrows(() => detectAnomaly(run), ...parts);
  assert.instance(error, AnomalyError);
}

test('a write to the data of a leaf between forward and backward is noticed, with op, tensor and line', () => {
  noticed(
    () => {
      const w = leaf(1, 2).named('w');
      const loss = w.square().sum();
      w.data[0] = 100;
      loss.backward();
    },
    'square (test/inspect/writes.test.ts:',
    'saved w [2], and its data was changed after the forward pass',
    'Change a clone()',
  );
});

test('a write to an array that the program handed over, and to another view of it, is noticed too', () => {
  for (const dtype of [Float32Array, Float64Array])
    for (const start of [0, 1])
      noticed(() => {
        const own = new dtype([1, 2, 3, 4]);
        const w = new Tensor(own.subarray(start, start + 2), [2]);
        w.requiresGrad = true;
        const loss = w.exp().mul(w).sum();
        own[1] = 9;
        loss.backward();
      }, 'its data was changed after the forward pass');
});

test('raw numbers that an op saved, or has as attributes, must not change either', () => {
  const op = defineOp({
    name: 'masked',
    forward: ([x]: [NDArray], { mask }: { mask: Uint8Array }) => ({
      data: x.data.map((v, i) => v * mask[i]!),
      shape: x.shape,
    }),
    save: ({ attrs: { mask } }) => ({ mask }),
    vjp: [(g, { mask }) => g.mul(tensor(Array.from(mask)))],
  });
  noticed(
    () => {
      const mask = new Uint8Array([1, 0, 1]);
      const loss = apply(op, [leaf(1, 2, 3)], { mask }).sum();
      mask[1] = 1;
      loss.backward();
    },
    'masked',
    'saved mask, and its data was changed',
  );
});

test('a forward that writes to its input is named, with the input', () => {
  const clamping = squared(right, ({ data, shape }) => {
    for (const [i, v] of data.entries()) data[i] = Math.max(v, 0);
    return { data: data.map((v) => v * v), shape };
  });
  noticed(
    () => clamping(leaf(-1, 2).named('w')),
    'squared: its forward wrote to the data of input 0 (w) [2] (test/inspect/writes.test.ts:',
    'x.data.slice()',
  );
});

test('a forward that returns memory of its input is refused, also when it did not the first time', () => {
  let alias = false;
  const sometimes = squared(right, (x) =>
    alias ? { data: x.data.subarray(0, 1), shape: [1] } : { data: x.data.slice(), shape: x.shape },
  );
  sometimes(leaf(1, 2));
  alias = true;
  const error = assertThrows(
    () => detectAnomaly(() => sometimes(leaf(1, 2))),
    'squared: its forward returned the array of one of its inputs',
  );
  assert.instance(error, GraphError);
});

test('a rule that writes to the gradient it was given is named, and the seed of the caller is as it was', () => {
  const spoiling = squared((g, { x }) => {
    g.data.fill(0);
    return g.mul(x);
  });
  noticed(
    () => spoiling(leaf(1, 2)).sum().backward(),
    'squared (test/inspect/writes.test.ts:',
    'its rule for input 0 wrote to the gradient g it was given',
    'Return a new tensor',
  );
  const seed = tensor([3, 4]);
  assertThrows(() => detectAnomaly(() => spoiling(leaf(1, 2)).backward(seed)), 'wrote to the gradient g');
  assert.equal([...seed.data], [3, 4]);
});

test('a rule that writes by assign is named as well', () => {
  const spoiling = squared((g, { x }) => g.assign(x.mul(2)));
  noticed(() => spoiling(leaf(1, 2)).sum().backward(), 'its rule for input 0 wrote to the gradient g');
});

test('of several rules the one that writes is named, and what it wrote to', () => {
  const op = defineOp({
    name: 'product',
    forward: ([a, b]: [NDArray, NDArray]) => ({ data: a.data.map((v, i) => v * b.data[i]!), shape: a.shape }),
    save: ({ inputs: [a, b] }) => ({ a, b }),
    vjp: [
      (g, { b }) => g.mul(b),
      (g, { a }) => {
        a.data[0] = 0;
        return g.mul(a);
      },
    ],
  });
  const b = leaf(3, 4);
  noticed(
    () =>
      apply(op, [leaf(1, 2), b])
        .sum()
        .backward(),
    'its rule for input 1 wrote to the saved a [2]',
  );
});

test('a joint rule is named as such', () => {
  const op = defineOp({
    name: 'joint',
    forward: ([a]: [NDArray]) => ({ data: a.data.slice(), shape: a.shape }),
    vjpAll: (g) => {
      g.data[0] = 7;
      return [g.mul(1)];
    },
  });
  noticed(
    () =>
      apply(op, [leaf(1, 2)])
        .sum()
        .backward(),
    'joint',
    'its vjpAll wrote to the gradient g',
  );
});

test('a hook that writes to its gradient is noticed, on a leaf and on a computed tensor', () => {
  const overwrite = (g: Tensor): void => void g.data.fill(0);
  noticed(
    () => {
      const [a, b] = [leaf(1, 2), leaf(3, 4)];
      a.registerHook(overwrite);
      a.add(b).sum().backward();
    },
    'registerHook: the gradient [2]',
    'was written to on its way',
    'the rule of sum for input 0 returned',
  );
  noticed(
    () => {
      const a = leaf(1, 2);
      const h = a.square();
      h.registerHook(overwrite);
      h.add(a).sum().backward();
    },
    'registerHook',
    'returned was written to on its way',
  );
});

test('what is harmless passes: .grad between passes, values that no rule needs, counted writes, hooks that return', () => {
  const rng = random(0);
  const layer = new Linear(3, 2, { rng });
  const optimizer = new SGD(layer.parameters(), { lr: 0.1, momentum: 0.9 });
  const x = tensor([[1, 2, 3]]);
  detectAnomaly(() => {
    for (let step = 0; step < 3; step++) {
      optimizer.zeroGrad();
      layer.forward(x).square().sum().backward();
      layer.weight.grad!.data[0] = 0.5;
      optimizer.step();
      x.data[0] = step; // between steps no tape needs it
    }
    const w = leaf(1, 2);
    const sum = w.add(1).sum();
    w.data[0] = 5;
    sum.backward();
    assertClose(w.grad!.data, [1, 1]);
    const kept: Tensor[] = [];
    const v = leaf(1, 2);
    v.registerHook((g) => {
      kept.push(g);
      return g.mul(2);
    });
    v.sum().backward();
    kept[0]!.data.fill(9);
    v.exp();
    assertClose(v.grad!.data, [2, 2]);
  });
});

test('gradients under detection are the same bits, to second order too', () => {
  const slopes = (options: BackwardOptions): number[] => {
    const x = leaf(0.5, -1.5);
    x.mul(x).mul(x).tanh().sum().backward(undefined, options);
    if (!options.createGraph) return [...x.grad!.data];
    const first = x.grad!;
    x.grad = null;
    first.sum().backward();
    return [...x.grad!.data];
  };
  for (const options of [{}, { createGraph: true }])
    assert.equal(
      detectAnomaly(() => slopes(options)),
      slopes(options),
    );
});
