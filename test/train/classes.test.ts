/** Accuracy among the first k, and the confusion matrix. */
import { tensor, zeros } from 'tapegrad';
import { accuracy, confusionMatrix, topKAccuracy } from 'tapegrad/train';
import * as assert from 'uvu/assert';
import { assertClose, assertThrows } from '../support/close.js';
import { fc, property } from '../support/property.js';
import { suite } from '../support/suite.js';

const test = suite('metrics of classes');
const untyped = <T>(value: unknown): T => value as T;

/** Labels and predictions of up to 40 rows in 4 classes. */
const ROWS = fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { minLength: 1, maxLength: 40 });
const split = (rows: readonly (readonly [number, number])[]): [number[], number[]] => [
  rows.map(([predicted]) => predicted),
  rows.map(([, label]) => label),
];
/** Logits of 5 classes with many ties, and a label. */
const SCORED = fc.array(fc.tuple(fc.array(fc.nat(3), { minLength: 5, maxLength: 5 }), fc.nat(4)), {
  minLength: 1,
  maxLength: 20,
});

test('the counts of the confusion matrix are those in the documentation of scikit-learn', () => {
  // sklearn.metrics.confusion_matrix([2, 0, 2, 2, 0, 1], [0, 0, 2, 2, 0, 2])
  assert.equal(confusionMatrix([0, 0, 2, 2, 0, 2], [2, 0, 2, 2, 0, 1]).counts, [
    [2, 0, 0],
    [0, 0, 1],
    [1, 0, 2],
  ]);
});

test('the scores of the classes and their averages are those that scikit-learn prints', () => {
  // sklearn.metrics.classification_report([0, 1, 2, 2, 2], [0, 0, 2, 2, 1]), scikit-learn 1.2.1
  const {
    accuracy: right,
    perClass,
    macro,
    micro,
    weighted,
  } = confusionMatrix([0, 0, 2, 2, 1], [0, 1, 2, 2, 2]);
  assert.is(right, 0.6);
  assert.equal(
    perClass.map((report) => report.class),
    [0, 1, 2],
  );
  assert.equal(
    perClass.map(({ support }) => support),
    [1, 1, 3],
  );
  assertClose(
    perClass.flatMap(({ precision, recall, f1 }) => [precision, recall, f1]),
    [0.5, 1, 0.666666666667, 0, 0, 0, 1, 0.666666666667, 0.8],
    { relative: 1e-11 },
  );
  assertClose(Object.values(macro), [0.5, 0.555555555556, 0.488888888889], { relative: 1e-11 });
  assertClose(Object.values(weighted), [0.7, 0.6, 0.613333333333], { relative: 1e-11 });
  assertClose(Object.values(micro), [0.6, 0.6, 0.6]);
});

test('a score that is 0/0 is 0, and a class that occurs nowhere is left out of the macro average', () => {
  // precision_recall_fscore_support([1, 1, 1], [1, 1, 0]): of the labels 0 and 1 for the averages, of 0 … 3 by class
  const { perClass, macro, weighted } = confusionMatrix([1, 1, 0], [1, 1, 1], { classes: 4 });
  assertClose(
    perClass.flatMap(({ precision, recall, f1, support }) => [precision, recall, f1, support]),
    [0, 0, 0, 0, 1, 2 / 3, 0.8, 3, 0, 0, 0, 0, 0, 0, 0, 0],
  );
  assertClose(Object.values(macro), [0.5, 1 / 3, 0.4]);
  assertClose(Object.values(weighted), [1, 2 / 3, 0.8]);
});

test('logits, a tensor of classes and a list of classes give one matrix; of equal logits the first counts', () => {
  const logits = tensor([
    [1, 1, 0],
    [0, 2, 2],
    [-1, -2, -1],
    [0, 0, 5],
  ]);
  const labels = [0, 2, 2, 2];
  const matrix = confusionMatrix(logits, labels);
  assert.equal(matrix.counts, [
    [1, 0, 0],
    [0, 0, 0],
    [1, 1, 1],
  ]);
  assert.equal(confusionMatrix([0, 1, 0, 2], labels), matrix);
  assert.equal(confusionMatrix(tensor([0, 1, 0, 2]), Int32Array.from(labels)), matrix);
  assert.equal(confusionMatrix(tensor(logits.toArray(), { dtype: 'float64' }), labels), matrix);
  assert.is(matrix.accuracy, accuracy(logits, labels));
});

test('one class, and one row, are enough', () => {
  const { counts, macro, perClass } = confusionMatrix([0], [0]);
  assert.equal(counts, [[1]]);
  assert.equal(Object.values(macro), [1, 1, 1]);
  assert.equal(perClass, [{ class: 0, precision: 1, recall: 1, f1: 1, support: 1 }]);
});

test('rows of the matrix add up to the support, and the micro scores are the accuracy', () =>
  property(ROWS, (rows) => {
    const [predicted, labels] = split(rows);
    const { counts, perClass, micro, accuracy: right } = confusionMatrix(predicted, labels, { classes: 4 });
    for (const [c, row] of counts.entries()) {
      assert.is(perClass[c]!.support, labels.filter((label) => label === c).length);
      assert.is(perClass[c]!.support, row[0]! + row[1]! + row[2]! + row[3]!);
    }
    assert.is(right, rows.filter(([p, label]) => p === label).length / rows.length);
    assert.equal(Object.values(micro), [right, right, right]);
  }));

test('the order of the rows changes nothing', () =>
  property(fc.tuple(ROWS, fc.nat()), ([rows, turn]) => {
    const at = turn % rows.length;
    const moved = [...rows.slice(at), ...rows.slice(0, at)].reverse();
    assert.equal(confusionMatrix(...split(moved)), confusionMatrix(...split(rows)));
  }));

test('predictions and labels that change places turn the matrix, and precision becomes recall', () =>
  property(ROWS, (rows) => {
    const [predicted, labels] = split(rows);
    const [there, back] = [confusionMatrix(predicted, labels), confusionMatrix(labels, predicted)];
    for (const [t, row] of there.counts.entries())
      for (const [p, count] of row.entries()) assert.is(back.counts[p]![t], count);
    for (const [c, { precision, f1 }] of there.perClass.entries()) {
      assert.is(back.perClass[c]!.recall, precision);
      assert.is(back.perClass[c]!.f1, f1);
    }
  }));

test('accuracy among the first k is that of the documentation of scikit-learn', () => {
  const logits = tensor([
    [0.5, 0.2, 0.2],
    [0.3, 0.4, 0.2],
    [0.2, 0.4, 0.3],
    [0.7, 0.2, 0.1],
  ]);
  // sklearn.metrics.top_k_accuracy_score([0, 1, 2, 2], logits, k=2); no label is in a tie.
  assert.is(topKAccuracy(logits, [0, 1, 2, 2], 2), 0.75);
  assert.is(topKAccuracy(logits, [0, 1, 2, 2], 1), 0.5);
});

test('of equal logits the first classes come first', () => {
  const equal = zeros([4, 4]);
  const labels = [0, 1, 2, 3];
  assert.equal(
    [1, 2, 3, 4].map((k) => topKAccuracy(equal, labels, k)),
    [0.25, 0.5, 0.75, 1],
  );
  const infinite = tensor([[-Infinity, Infinity, -Infinity]]);
  assert.equal(
    [0, 1, 2].map((label) => topKAccuracy(infinite, [label], 2)),
    [1, 1, 0],
  );
});

test('accuracy among the first k agrees with sorting, begins with the accuracy, grows with k and ends at 1', () =>
  property(SCORED, (rows) => {
    const logits = tensor(rows.map(([row]) => row));
    const labels = rows.map(([, label]) => label);
    const shares = [1, 2, 3, 4, 5].map((k) => topKAccuracy(logits, labels, k));
    for (const [i, share] of shares.entries()) {
      const found = rows.filter(([row, label]) =>
        [0, 1, 2, 3, 4]
          .sort((a, b) => row[b]! - row[a]! || a - b)
          .slice(0, i + 1)
          .includes(label),
      );
      assert.is(share, found.length / rows.length);
    }
    assert.is(shares[0], accuracy(logits, labels));
    assert.equal(shares.toSorted(), shares);
    assert.is(shares[4], 1);
  }));

test('what is no class, no logit or no row is refused', () => {
  const nan = tensor([
    [0, 1],
    [Number.NaN, 0],
  ]);
  for (const [call, ...parts] of [
    [
      () => confusionMatrix([0, 3], [0, 1], { classes: 3 }),
      'confusionMatrix: prediction 1 is a whole number from 0 to 2, got 3',
    ],
    [() => confusionMatrix([0, 1], [0, 3], { classes: 3 }), 'label 1 is a whole number from 0 to 2, got 3'],
    [() => confusionMatrix([0, 1e6], [0, 1]), 'prediction 1 is a whole number from 0 to 4999, got 1000000'],
    [() => confusionMatrix([0.5], [0]), 'prediction 0 is a whole number from 0 to 4999, got 0.5'],
    [() => confusionMatrix([0, 1], [0]), '2 rows and 1 labels; expected one label for each row'],
    [() => confusionMatrix([], []), 'confusionMatrix: no rows to count'],
    [() => confusionMatrix(zeros([0, 3]), []), 'confusionMatrix: no rows to count'],
    [() => confusionMatrix(zeros([2, 3]), [0]), 'logits [2, 3] do not fit 1 labels; expected [1, classes]'],
    [() => confusionMatrix(zeros([2, 3]), [0, 3]), 'label 1 is a whole number from 0 to 2, got 3'],
    [
      () => confusionMatrix(zeros([1, 3]), [0], { classes: 4 }),
      'classes is 4, and the logits have 3 columns',
    ],
    [() => confusionMatrix(zeros([1, 3, 2]), [0]), 'expected logits [n, classes] or the predicted classes'],
    [() => confusionMatrix(nan, [0, 1]), 'confusionMatrix: the logits are NaN in row 1'],
    [() => confusionMatrix([0], [0], untyped({ names: ['a'] })), 'knows no option names; expected classes'],
    [() => confusionMatrix([0], [0], { classes: 0 }), 'classes is a whole number from 1 to 5000, got 0'],
    [() => topKAccuracy(nan, [0, 1], 1), 'topKAccuracy: the logits are NaN in row 1'],
    [() => topKAccuracy(zeros([1, 3]), [0], 4), 'topKAccuracy: k is a whole number from 1 to 3, got 4'],
    [() => topKAccuracy(zeros([1, 3]), [0], 0), 'k is a whole number from 1 to 3, got 0'],
    [() => topKAccuracy(zeros([0, 3]), [], 1), 'topKAccuracy: no rows to count'],
    [() => topKAccuracy(untyped([[1, 2]]), [0], 1), 'topKAccuracy: expected logits as a Tensor'],
  ] as [() => unknown, string][])
    assertThrows(call, ...parts);
});
