/** Precision over recall, and the receiver operating characteristic. */
import { tensor, zeros } from 'tapegrad';
import { averagePrecision, precisionRecallCurve, rocAuc, rocCurve } from 'tapegrad/train';
import * as assert from 'uvu/assert';
import { assertClose, assertThrows } from '../support/close.js';
import { fc, property } from '../support/property.js';
import { suite } from '../support/suite.js';

const test = suite('metrics of scores');
const CLOSE = { relative: 1e-14, absolute: 0 };

/** The example in the documentation of scikit-learn, without equal scores. */
const LABELS = [0, 0, 1, 1];
const SCORES = [0.1, 0.4, 0.35, 0.8];
/** Ten rows with six distinct scores. What is expected of them was printed by scikit-learn 1.2.1. */
const TIED_LABELS = [1, 0, 1, 1, 0, 0, 1, 0, 1, 0];
const TIED_SCORES = [0.9, 0.9, 0.7, 0.5, 0.5, 0.5, 0.4, 0.4, 0.2, 0.1];

/** Up to 30 scores of which many are equal, with labels of both classes. */
const ROWS = fc
  .array(fc.tuple(fc.integer({ min: -4, max: 4 }), fc.nat(1)), { maxLength: 28 })
  .map((rows) => [...rows, [0, 1], [1, 0]] as [number, number][]);
const split = (rows: readonly (readonly [number, number])[]): [number[], number[]] => [
  rows.map(([score]) => score),
  rows.map(([, label]) => label),
];

/** The share of pairs of a positive and a negative row in which the positive one has the higher score; ties count half. */
function mannWhitney([scores, labels]: readonly [number[], number[]]): number {
  let [won, pairs] = [0, 0];
  for (const [i, p] of scores.entries())
    for (const [j, n] of scores.entries())
      if (labels[i] === 1 && labels[j] === 0) {
        pairs++;
        won += p > n ? 1 : p === n ? 0.5 : 0;
      }
  return won / pairs;
}

test('precision and recall are those of the documentation of scikit-learn', () => {
  const { precision, recall, thresholds } = precisionRecallCurve(SCORES, LABELS);
  assertClose(precision, [0.5, 2 / 3, 0.5, 1, 1], CLOSE);
  assert.equal(recall, [1, 1, 0.5, 0.5, 0]);
  assert.equal(thresholds, [0.1, 0.35, 0.4, 0.8]);
  assertClose([averagePrecision(SCORES, LABELS)], [0.8333333333333333], CLOSE);
});

test('rows of one score cross the threshold together, as in scikit-learn', () => {
  const { precision, recall, thresholds } = precisionRecallCurve(TIED_SCORES, TIED_LABELS);
  assertClose(precision, [0.5, 0.5555555555555556, 0.5, 0.5, 0.6666666666666666, 0.5, 1], CLOSE);
  assertClose(recall, [1, 1, 0.8, 0.6, 0.4, 0.2, 0], CLOSE);
  assert.equal(thresholds, [0.1, 0.2, 0.4, 0.5, 0.7, 0.9]);
  assertClose([averagePrecision(TIED_SCORES, TIED_LABELS)], [0.5444444444444444], CLOSE);
  const roc = rocCurve(TIED_SCORES, TIED_LABELS);
  assertClose(roc.falsePositiveRate, [0, 0.2, 0.2, 0.6, 0.8, 0.8, 1], CLOSE);
  assertClose(roc.truePositiveRate, [0, 0.2, 0.4, 0.6, 0.8, 1, 1], CLOSE);
  assert.equal(roc.thresholds, [Infinity, 0.9, 0.7, 0.5, 0.4, 0.2, 0.1]);
  assertClose([rocAuc(TIED_SCORES, TIED_LABELS)], [0.56], CLOSE);
});

test('both rates and the area are those of the documentation of scikit-learn', () => {
  const { falsePositiveRate, truePositiveRate, thresholds } = rocCurve(SCORES, LABELS);
  assert.equal(falsePositiveRate, [0, 0, 0.5, 0.5, 1]);
  assert.equal(truePositiveRate, [0, 0.5, 0.5, 1, 1]);
  assert.equal(thresholds, [Infinity, 0.8, 0.4, 0.35, 0.1]);
  assert.is(rocAuc(SCORES, LABELS), 0.75);
});

test('equal scores of all rows are chance: one step, an area of one half, the share of positives as precision', () => {
  const [scores, labels] = [
    [3, 3, 3, 3],
    [1, 0, 0, 0],
  ];
  assert.is(rocAuc(scores!, labels!), 0.5);
  assert.is(averagePrecision(scores!, labels!), 0.25);
  assert.equal(rocCurve(scores!, labels!), {
    falsePositiveRate: [0, 1],
    truePositiveRate: [0, 1],
    thresholds: [Infinity, 3],
  });
});

test('a tensor of either precision counts like a list, and a column like a row', () => {
  const expected = precisionRecallCurve(SCORES, LABELS);
  for (const scores of [tensor(SCORES, { dtype: 'float64' }), Float64Array.from(SCORES)])
    assert.equal(precisionRecallCurve(scores, LABELS), expected);
  assert.equal(precisionRecallCurve(tensor(SCORES), LABELS).precision, expected.precision);
  assert.is(rocAuc(tensor(SCORES).reshape([4, 1]), LABELS), 0.75);
});

test('infinite scores have their place at the ends, and zeros of both signs are one score', () => {
  assert.is(rocAuc([-Infinity, 0, Infinity, Infinity], [0, 0, 1, 1]), 1);
  assert.is(rocAuc([Infinity, Infinity, -Infinity, -Infinity], [1, 0, 1, 0]), 0.5);
  assert.is(rocAuc([0, -0], [0, 1]), 0.5);
});

test('the area is the share of pairs that are in order, counted one by one', () =>
  property(ROWS, (rows) => assertClose([rocAuc(...split(rows))], [mannWhitney(split(rows))], CLOSE)));

test('negated scores, and labels that change places, give 1 minus the area', () =>
  property(ROWS, (rows) => {
    const [scores, labels] = split(rows);
    const area = rocAuc(scores, labels);
    const negated = scores.map((score) => -score);
    const swapped = labels.map((label) => 1 - label);
    assertClose([rocAuc(negated, labels), rocAuc(scores, swapped)], [1 - area, 1 - area], {
      relative: 1e-13,
    });
    assert.is(rocAuc(negated, swapped), area);
  }));

test('the order of the rows changes nothing, nor does any rising function of the scores', () =>
  property(fc.tuple(ROWS, fc.nat()), ([rows, turn]) => {
    const at = turn % rows.length;
    const moved = split([...rows.slice(at), ...rows.slice(0, at)]);
    const here = split(rows);
    assert.equal(rocCurve(...moved), rocCurve(...here));
    assert.equal(precisionRecallCurve(...moved), precisionRecallCurve(...here));
    const cubed = here[0].map((score) => score ** 3);
    assert.is(averagePrecision(cubed, here[1]), averagePrecision(...here));
    assert.is(rocAuc(cubed, here[1]), rocAuc(...here));
  }));

test('each point of the curves is what counting at its threshold gives', () =>
  property(ROWS, (rows) => {
    const curve = precisionRecallCurve(...split(rows));
    const roc = rocCurve(...split(rows));
    const positives = rows.filter(([, label]) => label === 1).length;
    for (const [i, threshold] of curve.thresholds.entries()) {
      const called = rows.filter(([score]) => score >= threshold);
      const right = called.filter(([, label]) => label === 1).length;
      assert.is(curve.precision[i], right / called.length);
      assert.is(curve.recall[i], right / positives);
      const at = roc.thresholds.indexOf(threshold);
      assert.is(roc.truePositiveRate[at], right / positives);
      assert.is(roc.falsePositiveRate[at], (called.length - right) / (rows.length - positives));
    }
    assert.is(new Set(split(rows)[0]).size, curve.thresholds.length);
  }));

test('positives alone have a precision of 1', () => {
  assert.equal(precisionRecallCurve([1, 2], [1, 1]), {
    precision: [1, 1, 1],
    recall: [1, 0.5, 0],
    thresholds: [1, 2],
  });
  assert.is(averagePrecision([1, 2], [1, 1]), 1);
});

test('NaN, other labels, no rows, and labels from which nothing follows are refused', () => {
  for (const [call, message] of [
    [() => rocAuc([1, Number.NaN], [0, 1]), 'rocAuc: score 1 is a number, got NaN'],
    [() => rocCurve([1, 2], [0, 2]), 'rocCurve: label 1 is a whole number from 0 to 1, got 2'],
    [() => rocCurve([1, 2], [1, 1]), 'rocCurve: no row is of class 0; a curve needs rows of 0 and 1'],
    [() => rocAuc([1, 2], [0, 0]), 'rocAuc: no row is of class 1; a curve needs rows of 0 and 1'],
    [
      () => precisionRecallCurve([1, 2], [0, 0]),
      'precisionRecallCurve: no row is of class 1; a curve needs rows of 1',
    ],
    [() => averagePrecision([1, 2], [0, 0]), 'averagePrecision: no row is of class 1'],
    [() => averagePrecision([], []), 'averagePrecision: no rows to count'],
    [() => rocAuc([1, 2, 3], [0, 1]), 'rocAuc: 3 rows and 2 labels; expected one label for each row'],
    [
      () => rocAuc(zeros([2, 2]), [0, 1]),
      'rocAuc: expected scores, one for each row: a list or a Tensor of shape [n]',
    ],
    [() => rocAuc(tensor(1), [1]), 'rocAuc: expected scores, one for each row'],
  ] as [() => unknown, string][])
    assertThrows(call, message);
});
