/** Weights of classes, and the margin of the right class. */
import * as assert from 'uvu/assert';
import {
  crossEntropy,
  grad,
  logSoftmax,
  multiMarginLoss,
  nllLoss,
  oneHot,
  type Reduction,
  type Tensor,
  tensor,
  zeros,
} from '../../../src/index.js';
import { assertClose, assertSame, assertThrows } from '../../support/close.js';
import { assertGolden, goldenInputs } from '../../support/golden.js';
import { fc, property } from '../../support/property.js';
import { suite } from '../../support/suite.js';
import { at, DTYPES, filled } from './loops.js';

const test = suite('losses of classes');

const IGNORE = -100;
const REDUCTIONS: readonly Reduction[] = ['mean', 'sum', 'none'];

for (const dtype of DTYPES)
  test(`smoothing, an ignored row and class weights together give the reference loss and gradient, in ${dtype}`, () => {
    const { logits } = goldenInputs('crossEntropySmoothed', dtype);
    const options = { weight: [1, 2, 0.5], labelSmoothing: 0.1, ignoreIndex: IGNORE };
    const loss = crossEntropy(logits!, [0, IGNORE, 2, 1], options).reshape([1]);
    assertGolden('crossEntropySmoothed', loss, { logits: logits! });
  });

/** Logits with classes, some of them ignored, and a weight for each class. */
const weighted = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }))
  .chain(([rows, classes]) =>
    fc.record({
      logits: filled([rows, classes]),
      targets: fc.array(fc.nat(classes - 1), { minLength: rows, maxLength: rows }),
      ignored: fc.array(fc.boolean(), { minLength: rows, maxLength: rows }),
      weight: fc.array(fc.constantFrom(0.25, 0.5, 1, 3), { minLength: classes, maxLength: classes }),
      labelSmoothing: fc.constantFrom(0, 0.125, 1),
    }),
  );

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

test('weighted cross-entropy agrees with its definition, and the mean divides by the weights of the rows that count', () => {
  property(weighted, ({ logits, targets, ignored, weight, labelSmoothing }) => {
    const classes = weight.length;
    const minusLog = (row: number, c: number): number =>
      Math.log(total(weight.map((_, k) => Math.exp(at(logits, [row, k]))))) - at(logits, [row, c]);
    const each = targets.map((target, row) => {
      if (ignored[row]) return 0;
      // The weighted sum over all classes of the target, which is smoothed.
      return total(
        weight.map((w, c) => {
          const t = (c === target ? 1 - labelSmoothing : 0) + labelSmoothing / classes;
          return w * t * minusLog(row, c);
        }),
      );
    });
    const divisor = total(targets.map((target, row) => (ignored[row] ? 0 : weight[target]!)));
    const index = targets.map((target, row) => (ignored[row] ? IGNORE : target));
    for (const dtype of DTYPES) {
      const tolerance = dtype === 'float64' ? 1e-12 : 1e-5;
      const close = { relative: tolerance, absolute: tolerance };
      const loss = (reduction: Reduction): Tensor =>
        crossEntropy(logits.astype(dtype), index, { weight, labelSmoothing, ignoreIndex: IGNORE, reduction });
      assert.is(loss('none').dtype, dtype);
      assertClose(loss('none').data, each, close);
      assertClose(loss('sum').data, [total(each)], close);
      assertClose(loss('mean').data, [total(each) / divisor], close);
    }
  });
});

test('nllLoss weighs as crossEntropy does, bit for bit', () => {
  property(weighted, ({ logits, targets, ignored, weight }) => {
    const index = targets.map((target, row) => (ignored[row] ? IGNORE : target));
    for (const reduction of REDUCTIONS) {
      const options = { weight, ignoreIndex: IGNORE, reduction };
      assertSame(crossEntropy(logits, index, options).data, nllLoss(logSoftmax(logits), index, options).data);
    }
  });
});

test('weights of 1 change nothing', () => {
  property(weighted, ({ logits, targets, labelSmoothing }) => {
    const weight = new Float64Array(logits.shape[1]!).fill(1);
    for (const reduction of REDUCTIONS)
      assertClose(
        crossEntropy(logits, targets, { weight, labelSmoothing, reduction }).data,
        crossEntropy(logits, targets, { labelSmoothing, reduction }).data,
        { relative: 1e-12, absolute: 1e-12 },
      );
  });
});

test('a class that weighs 2 counts as if its rows came twice', () => {
  const rows = [
    [1, 2, 3],
    [0, 1, 0],
    [2, 0, 2],
  ];
  const twice = crossEntropy(tensor([...rows, rows[0]!], { dtype: 'float64' }), [1, 0, 2, 1]);
  const once = crossEntropy(tensor(rows, { dtype: 'float64' }), [1, 0, 2], { weight: [1, 2, 1] });
  assertClose(once.data, twice.data, { relative: 1e-14 });
});

test('target probabilities: one-hot rows weigh as class indices, and the mean divides by the rows', () => {
  property(weighted, ({ logits, targets, weight, labelSmoothing }) => {
    const hot = oneHot(targets, weight.length, 'float64');
    const close = { relative: 1e-12, absolute: 1e-12 };
    const options = { weight, labelSmoothing };
    const sum = crossEntropy(logits, targets, { ...options, reduction: 'sum' });
    for (const reduction of ['sum', 'none'] as const)
      assertClose(
        crossEntropy(logits, hot, { ...options, reduction }).data,
        crossEntropy(logits, targets, { ...options, reduction }).data,
        close,
      );
    assertClose(crossEntropy(logits, hot, options).data, sum.div(targets.length).data, close);
  });
});

test('a class that weighs nothing costs nothing, even where it was held to be impossible', () => {
  const logits = tensor([
    [0, -Infinity, 0],
    [0, 0, -Infinity],
  ]);
  const options = { weight: [1, 0, 1] };
  assertClose(crossEntropy(logits, [1, 0], options).data, [Math.LN2]);
  assertSame(crossEntropy(logits, [1, 0], { ...options, reduction: 'none' }).data.slice(0, 1), [0]);
  assertSame(crossEntropy(logits, [1, 1], options).data, [Number.NaN], 'a mean over no weight');
});

test('weights in a tensor that asks for its gradient receive one', () => {
  const logits = tensor(
    [
      [1, 2],
      [3, -1],
    ],
    { dtype: 'float64' },
  );
  const weight = tensor([1, 3], { dtype: 'float64', requiresGrad: true });
  crossEntropy(logits, [0, 1], { weight }).backward();
  const [a, b] = crossEntropy(logits, [0, 1], { reduction: 'none' }).data;
  // (w₀a + w₁b) / (w₀ + w₁) at w = [1, 3]
  assertClose(weight.grad!.data, [(3 * (a! - b!)) / 16, (b! - a!) / 16], { relative: 1e-12 });
});

test('weights that do not fit are refused, naming what came', () => {
  const logits = zeros([2, 3]);
  const refused = (weight: unknown, message: string): void => {
    assertThrows(
      () => crossEntropy(logits, [0, 1], { weight: weight as number[] }),
      `crossEntropy: ${message}`,
    );
    assertThrows(() => nllLoss(logits, [0, 1], { weight: weight as number[] }), `nllLoss: ${message}`);
  };
  refused([1, 2], 'weight has 2 numbers; the scores [2, 3] have 3 classes');
  refused(tensor([1]), 'weight has 1 number; the scores [2, 3] have 3 classes');
  refused([1, 2, -1], 'weight[2] is a finite number ≥ 0, got -1');
  refused([1, Number.NaN, 1], 'weight[1] is a finite number ≥ 0, got NaN');
  refused(
    zeros([3, 1]),
    'weight is a tensor of shape [3, 1]; expected numbers in a list or in a tensor with one axis',
  );
  refused(3, 'weight is 3; expected numbers in a list');
});

test('the margin of the right class, by hand', () => {
  const scores = tensor([
    [0.1, 0.2, 0.4, 0.8],
    [5, 1, 4.5, 0],
  ]);
  // Row 0, class 3: 1 − 0.8 + (0.1, 0.2, 0.4) = 0.3 + 0.4 + 0.6. Row 1, class 0: only 1 − 5 + 4.5 = 0.5 is above 0.
  const each = multiMarginLoss(scores, [3, 0], { reduction: 'none' });
  assertClose(each.data, [1.3 / 4, 0.5 / 4], { relative: 1e-6 });
  assertClose(multiMarginLoss(scores, [3, 0]).data, [0.225], { relative: 1e-6 });
  assertClose(multiMarginLoss(scores, [3, 0], { reduction: 'sum' }).data, [0.45], { relative: 1e-6 });
  assertClose(multiMarginLoss(scores, [3, 0], { margin: 3, reduction: 'none' }).data, [7.3 / 4, 2.5 / 4]);
  assertClose(multiMarginLoss(tensor([1, 3, 2]), 1, { margin: 2 }).data, [1 / 3]);
});

test('a margin that is kept costs nothing and has no slope, at the margin itself too', () => {
  const loss = (x: Tensor): Tensor => multiMarginLoss(x, [0], { reduction: 'sum' });
  const scores = tensor([[2, 1, -7]]);
  assert.is(loss(scores).item(), 0);
  assertSame(grad(loss)(scores).data, [0, 0, 0]);
  assertClose(grad(loss)(tensor([[1, 1, 0.5]])).data, [-2 / 3, 1 / 3, 1 / 3]);
});

test('scores beyond the squares of float32, infinite scores, and NaN', () => {
  assertClose(multiMarginLoss(tensor([[1e30, 3e30]]), [0]).data, [1e30], { relative: 1e-6 });
  assertSame(multiMarginLoss(tensor([[Infinity, 3]]), [0]).data, [0]);
  assertSame(multiMarginLoss(tensor([[3, Infinity]]), [0]).data, [Infinity]);
  assertSame(multiMarginLoss(tensor([[0, Number.NaN]]), [0]).data, [Number.NaN]);
  assertSame(multiMarginLoss(tensor([[Number.NaN, 0]]), [0]).data, [Number.NaN]);
  assertSame(multiMarginLoss(zeros([0, 3]), []).data, [Number.NaN]);
  assertSame(multiMarginLoss(tensor([[4]]), [0]).data, [0], 'one class has no rival');
});

test('a class that does not exist, another shape and a margin that is no number are refused', () => {
  assertThrows(() => multiMarginLoss(zeros([1, 3]), [3]), 'multiMarginLoss: class 3 does not exist');
  assertThrows(() => multiMarginLoss(zeros([2, 3]), [0]), 'multiMarginLoss: the target has shape [1]');
  assertThrows(
    () => multiMarginLoss(zeros([1, 3]), [0], { margin: Number.NaN }),
    'multiMarginLoss: margin is a finite number, got NaN',
  );
});
