/** Losses of scores whose targets are classes. ONNX has the classes on axis 1, here they are on the last axis. */
import {
  type CrossEntropyOptions,
  crossEntropy,
  logSoftmax,
  nllLoss,
  permute,
  type Rng,
  rand,
  randint,
  randn,
  type Tensor,
  tensor,
} from '../../../src/index.js';
import { type Attributes, type Output, onnx, whole } from '../onnx.js';
import { type Case, golden, goldenOutput, type Row } from '../row.js';

const IGNORED = -100;

/** Classes, one in four of which is not to count. */
function targets(shape: readonly number[], classes: number, someIgnored: boolean, rng: Rng): Tensor {
  const drawn = randint(0, classes, shape, rng);
  const place = rand(shape, rng).data;
  return tensor(
    drawn.data.map((one, i) => (someIgnored && i > 0 && place[i]! < 0.25 ? IGNORED : one)),
    { shape, dtype: 'float64' },
  );
}

/** [..., classes] with the classes on axis 1. */
const classesSecond = (x: Tensor): Tensor =>
  permute(x, [0, x.rank - 1, ...Array.from({ length: x.rank - 2 }, (_, i) => i + 1)]);

/** A loss in ONNX. */
export function lossOf(op: string, scores: Tensor, target: Tensor, options: CrossEntropyOptions): Output {
  const { weight, ignoreIndex, reduction = 'mean' } = options;
  const attributes: Attributes = {
    reduction,
    ...(typeof ignoreIndex === 'number' ? { ignore_index: ignoreIndex } : {}),
  };
  return onnx(
    op,
    [classesSecond(scores), whole(target.data, target.shape), ...(weight ? [weight as Tensor] : [])],
    attributes,
  );
}

/** Both losses over shapes [..., classes], with and without weights and ignored rows, in the three reductions. */
function* cases(
  rng: Rng,
  op: string,
  ours: (scores: Tensor, target: Tensor, options: CrossEntropyOptions) => Tensor,
  draw: (shape: readonly number[]) => Tensor,
): Iterable<Case> {
  for (const shape of [
    [1, 2],
    [6, 4],
    [3, 5, 4],
    [2, 3, 4, 5],
    [200, 10],
  ])
    for (const reduction of ['mean', 'sum', 'none'] as const)
      for (const weighted of [false, true])
        for (const ignored of [false, true]) {
          const classes = shape.at(-1)!;
          const scores = draw(shape);
          const target = targets(shape.slice(0, -1), classes, ignored, rng);
          const options: CrossEntropyOptions = {
            reduction,
            ...(weighted ? { weight: rand([classes], rng) } : {}),
            ...(ignored ? { ignoreIndex: IGNORED } : {}),
          };
          yield {
            what: `[${shape}], ${reduction}${weighted ? ', weights' : ''}${ignored ? ', ignored rows' : ''}`,
            ours: () => ours(scores, target, options),
            theirs: lossOf(op, scores, target, options),
          };
        }
}

/**
 * The golden case has smoothing, which ONNX has not: 0.9 times the loss, and 0.1 times the mean over the classes of the loss
 * that each class would have as the target, weighted by itself, both over the sum of the weights of the right ones.
 */
function smoothed(): Case {
  const logits = golden('crossEntropySmoothed').logits!;
  const weight = tensor([1, 2, 0.5]);
  const target = tensor([0, IGNORED, 2, 1], { dtype: 'float64' });
  const options = { weight, ignoreIndex: IGNORED };
  const losses = onnx('Neg', [onnx('Mul', [onnx('LogSoftmax', [logits], { axis: 1 }), weight])]);
  const kept = onnx('Gather', [losses, whole([0, 2, 3])], { axis: 0 });
  const uniform = onnx('Div', [
    onnx('ReduceSum', [onnx('ReduceMean', [kept, whole([1])])], { keepdims: 0 }),
    tensor(1 + 0.5 + 2),
  ]);
  const hard = lossOf('SoftmaxCrossEntropyLoss', logits, target, options);
  const both = onnx('Add', [onnx('Mul', [hard, tensor(0.9)]), onnx('Mul', [uniform, tensor(0.1)])]);
  const { data } = goldenOutput('crossEntropySmoothed');
  return {
    what: 'golden crossEntropySmoothed',
    ours: () => crossEntropy(logits, target, { ...options, labelSmoothing: 0.1 }),
    theirs: both,
    golden: { shape: [], data },
  };
}

/** Of no row the mean is NaN. */
function nothingCounts(rng: Rng): Case {
  const scores = randn([2, 3], rng);
  const target = tensor([IGNORED, IGNORED], { dtype: 'float64' });
  const options = { ignoreIndex: IGNORED };
  return {
    what: 'every row ignored',
    ours: () => crossEntropy(scores, target, options),
    theirs: lossOf('SoftmaxCrossEntropyLoss', scores, target, options),
  };
}

export const LOSSES: readonly Row[] = [
  {
    op: 'crossEntropy',
    by: 'SoftmaxCrossEntropyLoss',
    units: 8,
    *cases(rng) {
      yield* cases(rng, 'SoftmaxCrossEntropyLoss', crossEntropy, (shape) => randn(shape, rng));
      yield nothingCounts(rng);
      yield smoothed();
    },
  },
  {
    op: 'nllLoss',
    by: 'NegativeLogLikelihoodLoss',
    units: 8,
    *cases(rng) {
      yield* cases(rng, 'NegativeLogLikelihoodLoss', nllLoss, (shape) =>
        logSoftmax(randn(shape, rng) as Tensor),
      );
    },
  },
];
