/** Mistakes in metrics and their pictures. */
import type { Planted } from '../planted.js';

export const METRICS: readonly Planted[] = [
  {
    mistake: 'the confusion matrix has the predicted classes as rows',
    file: 'train/metrics/confusion.ts',
    right: 'counts[labels[i]!]![answers[i]!]!++',
    wrong: 'counts[answers[i]!]![labels[i]!]!++',
    test: 'train/classes.test.ts',
  },
  {
    mistake: 'the macro average counts classes that occur nowhere',
    file: 'train/metrics/confusion.ts',
    right: 'macro: meanOf(occurring, () => 1)',
    wrong: 'macro: meanOf(perClass, () => 1)',
    test: 'train/classes.test.ts',
  },
  {
    mistake: 'accuracy among the first k takes the last of equal logits first',
    file: 'train/metrics/accuracy.ts',
    right: 'c < label',
    wrong: 'c > label',
    test: 'train/classes.test.ts',
  },
  {
    mistake: 'each row is a threshold of its own, so that equal scores count in the order of the rows',
    file: 'train/metrics/curves.ts',
    right: 'if (next === undefined || values[next] !== values[row])',
    wrong: 'if (true)',
    test: 'train/curves.test.ts',
  },
  {
    mistake: 'the area under the curve is that of steps, so that equal scores count as won',
    file: 'train/metrics/curves.ts',
    right: '(positives + before.positives)',
    wrong: '(2 * positives)',
    test: 'train/curves.test.ts',
  },
  {
    mistake: 'a bin of confidences begins with its lower edge and ends before the upper one',
    file: 'train/metrics/calibration.ts',
    right: 'row.confidence <= end',
    wrong: 'row.confidence < end || end === 1',
    test: 'train/calibration.test.ts',
  },
  {
    mistake: 'the expected calibration error is the plain mean over the bins',
    file: 'train/metrics/calibration.ts',
    right: '(bins[i]!.count / rows.length) * error',
    wrong: 'error / bins.length',
    test: 'train/calibration.test.ts',
  },
  {
    mistake: 'R² divides sums of squares that are in different units',
    file: 'train/metrics/regression.ts',
    right: '(left / spread) * ratio * ratio',
    wrong: '(left / spread) * ratio',
    test: 'train/regression.test.ts',
  },
  {
    mistake: 'the root of a mean of squares is not brought back to the unit of the targets',
    file: 'train/metrics/regression.ts',
    right: 'Math.sqrt(sumOf(values.map(squared)) / values.length) * unit',
    wrong: 'Math.sqrt(sumOf(values.map(squared)) / values.length)',
    test: 'train/regression.test.ts',
  },
  {
    mistake: 'the picture of a confusion matrix has the predicted classes as rows',
    file: 'plot/confusion.ts',
    right: ': count.toLocaleString(',
    wrong: ': counts[p]![t]!.toLocaleString(',
    test: 'plot/metric-charts.test.ts',
  },
  {
    mistake: 'precision is drawn with straight lines from point to point, which no threshold reaches',
    file: 'plot/shares.ts',
    right: 'points: stepped(points)',
    wrong: 'points',
    test: 'plot/metric-charts.test.ts',
  },
];
