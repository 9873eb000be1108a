/** Errors of predicted numbers. */
import { mseLoss, tensor, zeros } from 'tapegrad';
import { meanAbsoluteError, r2Score, rootMeanSquaredError } from 'tapegrad/train';
import * as assert from 'uvu/assert';
import { assertClose, assertThrows } from '../support/close.js';
import { fc, property } from '../support/property.js';
import { suite } from '../support/suite.js';

const test = suite('metrics of regression');
const ROWS = fc.array(fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -50, max: 50 })), {
  minLength: 2,
  maxLength: 30,
});

test('the errors are those of the documentation of scikit-learn', () => {
  const [targets, predicted] = [
    [3, -0.5, 2, 7],
    [2.5, 0, 2, 8],
  ];
  assert.is(meanAbsoluteError(predicted!, targets!), 0.5);
  assertClose([rootMeanSquaredError(predicted!, targets!)], [0.6123724356957945], { relative: 1e-14 });
  assertClose([r2Score(predicted!, targets!)], [0.9486081370449679], { relative: 1e-14 });
});

test('R² is 1 for a perfect prediction, 0 for the mean, below 0 for what is worse', () => {
  assert.is(r2Score([1, 2, 3], [1, 2, 3]), 1);
  assert.is(r2Score([2, 2, 2], [1, 2, 3]), 0);
  assert.is(r2Score([3, 2, 1], [1, 2, 3]), -3);
});

test('equal targets give 1 or 0, as in scikit-learn, also where their mean is rounded', () => {
  assert.is(r2Score([-2, -2, -2], [-2, -2, -2]), 1);
  assert.is(r2Score([-2, -2, -2 + 1e-8], [-2, -2, -2]), 0);
  assert.is.not((0.1 + 0.1 + 0.1) / 3, 0.1);
  assert.is(r2Score([0.1, 0.1, 0.2], [0.1, 0.1, 0.1]), 0);
});

test('tensors of any shape, lists, and both together give one result', () => {
  const x = tensor([[1], [2], [4]]);
  const t = tensor([[1], [4], [0]]);
  for (const [p, target] of [
    [x, t],
    [x, [1, 4, 0]],
    [[1, 2, 4], t],
    [tensor([1, 2, 4], { dtype: 'float64' }), tensor([1, 4, 0])],
  ] as const) {
    assert.is(meanAbsoluteError(p, target), 2);
    assertClose([rootMeanSquaredError(p, target)], [Math.sqrt(20 / 3)], { relative: 1e-15 });
    // The targets 1, 4 and 0 have the mean 5/3, and Σ (t − 5/3)² = 4/9 + 49/9 + 25/9 = 26/3.
    assertClose([r2Score(p, target)], [1 - 20 / (26 / 3)], { relative: 1e-14 });
  }
  assert.is(
    meanAbsoluteError(
      zeros([2, 2]),
      tensor([
        [1, 1],
        [3, 3],
      ]),
    ),
    2,
  );
});

test('the squared error is that of mseLoss, and no error is above the largest', () =>
  property(ROWS, (rows) => {
    const [p, t] = [rows.map(([a]) => a), rows.map(([, b]) => b)];
    const root = rootMeanSquaredError(p, t);
    const f64 = { dtype: 'float64' } as const;
    assertClose([root ** 2], [mseLoss(tensor(p, f64), tensor(t, f64)).item()], { relative: 1e-12 });
    const absolute = meanAbsoluteError(p, t);
    assert.ok(absolute <= root * (1 + 1e-12) && root <= 100);
    assert.is(meanAbsoluteError(t, p), absolute);
  }));

test('R² does not change if targets and predictions are moved and scaled together', () =>
  property(ROWS, (rows) => {
    const [p, t] = [rows.map(([a]) => a), rows.map(([, b]) => b)];
    const moved = (values: number[]): number[] => values.map((value) => 1024 - 4 * value);
    assertClose([r2Score(moved(p), moved(t))], [r2Score(p, t)], { relative: 1e-9, absolute: 1e-9 });
  }));

test('errors whose squares are too large or too small for a number are measured all the same', () => {
  // By hand: the errors are 0 and 1, the targets 1 and 3 have the mean 2, so that R² = 1 − 1/2. All in units of `unit`.
  for (const unit of [1, 2 ** 900, 1e200, 1e-200, 2 ** -1060]) {
    const [predicted, targets] = [
      [1, 2],
      [1, 3],
    ].map((numbers) => numbers.map((one) => one * unit)) as [number[], number[]];
    assertClose([r2Score(predicted, targets)], [0.5], { relative: 1e-12, absolute: 0 });
    assertClose([rootMeanSquaredError(predicted, targets)], [Math.SQRT1_2 * unit], {
      relative: 1e-4, // 2^-1060 leaves fifteen bits
      absolute: 0,
    });
    assertClose([meanAbsoluteError(predicted, targets)], [0.5 * unit], { relative: 1e-12, absolute: 0 });
  }
  assert.is(meanAbsoluteError([1.5e308, -1.5e308], [0, 0]), 1.5e308);
  assert.is(rootMeanSquaredError([1e-200, 0], [0, 1e-200]), 1e-200);
  // Errors that are large beside the spread, and small beside it, each in a unit of their own.
  assertClose([r2Score([1e150, 0], [0, 1])], [-2e300], { relative: 1e-12, absolute: 0 });
  assert.is(r2Score([1e200, 0], [0, 1]), -Infinity);
  assert.is(r2Score([1e-200, 1e200], [0, 1e200]), 1);
  assert.is(r2Score([1e-300, 5e-324], [1e-300, 5e-324]), 1);
});

test('a distance that is no finite number is refused', () => {
  const far = [-1e308, 1e308];
  for (const metric of [meanAbsoluteError, rootMeanSquaredError, r2Score])
    assertThrows(
      () => metric([0, -1e308], [0, 1e308]),
      `${metric.name}: the distance from target to prediction 1 is a finite number, got -Infinity`,
    );
  assertThrows(
    () => r2Score([0, 0], far),
    'r2Score: the distance from target 0 to target 1 is a finite number, got Infinity',
  );
  assert.is(meanAbsoluteError([0, 0], far), 1e308);
});

test('unequal shapes, which broadcasting would hide, and numbers that are none are refused', () => {
  for (const [call, message] of [
    [
      () => rootMeanSquaredError(zeros([3, 1]), zeros([3])),
      'rootMeanSquaredError: predictions [3, 1] and targets [3]; expected one shape',
    ],
    [() => meanAbsoluteError([1], [1, 2]), 'meanAbsoluteError: 1 predictions and 2 targets'],
    [() => meanAbsoluteError([], []), 'meanAbsoluteError: no numbers to compare'],
    [() => meanAbsoluteError([Number.NaN], [1]), 'prediction 0 is a finite number, got NaN'],
    [() => meanAbsoluteError([1], [Infinity]), 'target 0 is a finite number, got Infinity'],
    [() => r2Score([1], [1]), 'r2Score: a single row has no spread to explain'],
    [
      () => r2Score(zeros([3, 2]), zeros([3, 2])),
      'r2Score: expected one number for each row, [n] or [n, 1], got [3, 2]; score each column by itself',
    ],
    [
      () => meanAbsoluteError('12' as unknown as number[], [1, 2]),
      'meanAbsoluteError: expected predictions, in a list or a Tensor, got a string',
    ],
  ] as [() => unknown, string][])
    assertThrows(call, message);
});
