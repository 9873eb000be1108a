/** Bins of confidence, the errors of calibration, and the Brier score. */
import { randn, random, softmax, tensor, zeros } from 'tapegrad';
import { accuracy, type CalibrationBin, calibration } from 'tapegrad/train';
import * as assert from 'uvu/assert';
import { assertClose, assertThrows } from '../support/close.js';
import { fc, property } from '../support/property.js';
import { suite } from '../support/suite.js';

const test = suite('calibration');
const untyped = <T>(value: unknown): T => value as T;
const filled = (bins: readonly CalibrationBin[]): CalibrationBin[] => bins.filter(({ count }) => count > 0);
const confidences = (bins: readonly CalibrationBin[]): number[] => filled(bins).map((bin) => bin.confidence!);
const accuracies = (bins: readonly CalibrationBin[]): number[] => filled(bins).map((bin) => bin.accuracy!);

test('the bins of two classes are those of the documentation of scikit-learn', () => {
  // sklearn.calibration.calibration_curve(labels, probabilities, n_bins=3)
  const labels = [0, 0, 0, 0, 1, 1, 1, 1, 1];
  const { bins } = calibration([0.1, 0.2, 0.3, 0.4, 0.65, 0.7, 0.8, 0.9, 1], labels, { bins: 3 });
  assertClose(accuracies(bins), [0, 0.5, 1]);
  assertClose(confidences(bins), [0.2, 0.525, 0.85]);
  assert.equal(
    bins.map(({ count }) => count),
    [3, 2, 4],
  );
});

test('a probability on an edge falls into the bin below it, as in scikit-learn; 0 into the first', () => {
  // calibration_curve(…, n_bins=5) and brier_score_loss, printed by scikit-learn 1.2.1
  const { bins, brierScore } = calibration([0, 0.2, 0.4, 0.4, 0.6, 0.9, 1], [0, 1, 0, 1, 1, 1, 0], {
    bins: 5,
  });
  assertClose(accuracies(bins), [0.5, 0.5, 1, 0.5]);
  assertClose(confidences(bins), [0.1, 0.4, 0.6, 0.95]);
  assertClose([brierScore], [0.33285714285714285], { relative: 1e-14 });
  assert.equal(bins[3], { from: 0.6, to: 0.8, count: 0, confidence: null, accuracy: null });
});

test('the errors are those worked out by hand', () => {
  // Confidences 0.9 (right), 0.8 (wrong), 0.6 (right), 0.7 (right). In halves: (0, 0.5] is empty, (0.5, 1] has all four, with
  // a mean confidence of 0.75 and 3 of 4 right. In tenths: |1 − 0.9|, |0 − 0.8|, |1 − 0.6| and |1 − 0.7|, a quarter each.
  const probabilities = tensor(
    [
      [0.9, 0.1],
      [0.8, 0.2],
      [0.4, 0.6],
      [0.3, 0.7],
    ],
    { dtype: 'float64' },
  );
  const labels = [0, 1, 1, 1];
  const halves = calibration(probabilities, labels, { bins: 2 });
  assertClose([halves.expectedError, halves.maximumError], [0, 0], { absolute: 1e-15 });
  const tenths = calibration(probabilities, labels);
  assert.is(tenths.bins.length, 10);
  assertClose([tenths.expectedError, tenths.maximumError], [0.4, 0.8], { relative: 1e-12 });
  // Both classes count, so each square comes twice: 2 (0.01 + 0.64 + 0.16 + 0.09) / 4
  assertClose([tenths.brierScore], [0.45], { relative: 1e-12 });
});

test('a certain model is calibrated if it is right, and as wrong as can be if it is wrong', () => {
  const sure = tensor([
    [1, 0, 0],
    [0, 0, 1],
  ]);
  const right = calibration(sure, [0, 2]);
  assert.equal([right.expectedError, right.maximumError, right.brierScore], [0, 0, 0]);
  const wrong = calibration(sure, [1, 1]);
  assert.equal([wrong.expectedError, wrong.maximumError, wrong.brierScore], [1, 1, 2]);
  assert.is(calibration([1, 0], [0, 1]).brierScore, 1);
});

test('rows may have hundreds of thousands of classes', () => {
  const row = new Float32Array(200_000).fill(2 ** -20);
  row[123_456] = 1 - 199_999 * 2 ** -20;
  const probabilities = tensor(row).reshape([1, row.length]);
  assert.is(calibration(probabilities, [123_456], { bins: 1 }).bins[0]!.accuracy, 1);
  assert.is(calibration(probabilities, [123_457], { bins: 1 }).bins[0]!.confidence, row[123_456]);
});

test('of equal probabilities the first counts as the answer', () => {
  const even = zeros([2, 4]).add(0.25);
  assert.is(calibration(even, [0, 1], { bins: 1 }).bins[0]!.accuracy, 0.5);
  assert.is(calibration(even, [3, 1], { bins: 1 }).bins[0]!.accuracy, 0);
});

test('one bin compares the mean confidence with the accuracy, and no number of bins loses a row', () =>
  property(
    fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 30 }), fc.nat()),
    ([n, bins, seed]) => {
      const rng = random(seed);
      const logits = randn([n, 3], rng).mul(3);
      const probabilities = softmax(logits);
      const labels = Array.from({ length: n }, () => rng.integer(3));
      const found = calibration(probabilities, labels, { bins });
      assert.is(
        found.bins.reduce((sum, { count }) => sum + count, 0),
        n,
      );
      for (const { from, to, count, confidence } of found.bins)
        assert.ok(
          count === 0 || (confidence! > from && confidence! <= to + 1e-12),
          `${confidence} in (${from}, ${to}]`,
        );
      const [whole] = calibration(probabilities, labels, { bins: 1 }).bins;
      assert.is(whole!.accuracy, accuracy(logits, labels));
      const surest = (probabilities.toArray() as number[][]).map((row) => Math.max(...row));
      assertClose([whole!.confidence!], [surest.reduce((a, b) => a + b) / n], { relative: 1e-12 });
      assert.ok(found.expectedError <= found.maximumError + 1e-12);
    },
  ));

test('the order of the rows changes nothing, and the probabilities of two classes have twice the score of one', () =>
  property(fc.array(fc.tuple(fc.nat(8), fc.nat(1)), { minLength: 1, maxLength: 30 }), (rows) => {
    const labels = rows.map(([, label]) => label);
    const p = rows.map(([eighths]) => eighths / 8);
    const here = calibration(p, labels);
    const back = calibration(p.toReversed(), labels.toReversed());
    assert.equal(back.bins, here.bins);
    const both = calibration(tensor(p.map((one) => [1 - one, one])), labels);
    assertClose([both.brierScore], [2 * here.brierScore], { relative: 1e-12 });
    assert.equal(calibration(tensor(p).reshape([rows.length, 1]), labels), here);
  }));

test('logits, other labels, no rows and impossible bins are refused', () => {
  const logits = tensor([[2, -1]]);
  for (const [call, message] of [
    [() => calibration(logits, [0]), 'calibration: probability 0 lies in [0, 1], got 2'],
    [
      () => calibration(tensor([[0.5, 0.25]]), [0]),
      'calibration: the probabilities of row 0 add up to 0.75, not 1; pass softmax(logits)',
    ],
    [() => calibration([Number.NaN], [0]), 'calibration: probability 0 lies in [0, 1], got NaN'],
    [() => calibration(tensor([[Number.NaN, 1]]), [0]), 'probability 0 lies in [0, 1], got NaN'],
    [() => calibration([0.5], [2]), 'label 0 is a whole number from 0 to 1, got 2'],
    [() => calibration(zeros([0, 3]), []), 'calibration: no rows to count'],
    [() => calibration([], []), 'calibration: no rows to count'],
    [() => calibration([0.5], []), '1 rows and 0 labels; expected one label for each row'],
    [() => calibration([0.5], [0], { bins: 0 }), 'bins is a whole number from 1 to 1000, got 0'],
    [() => calibration([0.5], [0], untyped({ bin: 5 })), 'knows no option bin; expected bins'],
    [() => calibration(zeros([2, 3, 4]), [0, 1]), 'expected probabilities [n, classes], or n of class 1'],
  ] as [() => unknown, string][])
    assertThrows(call, message);
});
