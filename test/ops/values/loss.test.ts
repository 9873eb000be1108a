import * as assert from 'uvu/assert';
import {
  ArgumentError,
  binaryCrossEntropyWithLogits,
  crossEntropy,
  grad,
  hessian,
  huberLoss,
  type IndexInput,
  klDivLoss,
  l1Loss,
  logSoftmax,
  mseLoss,
  nllLoss,
  oneHot,
  type Reduction,
  ShapeError,
  smoothL1Loss,
  type Tensor,
  tensor,
  zeros,
} from '../../../src/index.js';
import { assertClose, assertSame, assertThrows } from '../../support/close.js';
import { fc, property } from '../../support/property.js';
import { suite } from '../../support/suite.js';
import { at, DTYPES, filled, tensors } from './loops.js';

const test = suite('loss');

type Pairwise = (prediction: Tensor, target: Tensor, options?: { reduction?: Reduction }) => Tensor;

/** Losses of two tensors of one shape, each beside its definition for one element. */
const PAIRWISE: Record<string, [Pairwise, (p: number, t: number) => number, (t: number) => number]> = {
  mseLoss: [mseLoss, (p, t) => (p - t) ** 2, (t) => t],
  l1Loss: [l1Loss, (p, t) => Math.abs(p - t), (t) => t],
  huberLoss: [
    huberLoss,
    (p, t) => (Math.abs(p - t) < 1 ? (p - t) ** 2 / 2 : Math.abs(p - t) - 0.5),
    (t) => t,
  ],
  smoothL1Loss: [
    smoothL1Loss,
    (p, t) => (Math.abs(p - t) < 1 ? (p - t) ** 2 / 2 : Math.abs(p - t) - 0.5),
    (t) => t,
  ],
  klDivLoss: [klDivLoss, (p, t) => (t === 0 ? 0 : t * (Math.log(t) - p)), (t) => Math.abs(t) / 8],
  binaryCrossEntropyWithLogits: [
    binaryCrossEntropyWithLogits,
    (p, t) => -t * Math.log(1 / (1 + Math.exp(-p))) - (1 - t) * Math.log(1 / (1 + Math.exp(p))),
    (t) => Math.abs(t) / 8,
  ],
};

const total = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0);

test('every pairwise loss agrees with its definition, element by element and reduced, in both dtypes', () => {
  const pairs = tensors(0, 2).chain((p) => fc.tuple(fc.constant(p), filled(p.shape)));
  for (const [name, [loss, definition, domain]] of Object.entries(PAIRWISE))
    property(pairs, ([p, raw]) => {
      const t = tensor(raw.data.map(domain), { shape: raw.shape });
      const expected = Array.from(p.data, (value, i) => definition(value, t.data[i]!));
      for (const dtype of DTYPES) {
        const tolerance =
          dtype === 'float64' ? { relative: 1e-12, absolute: 1e-12 } : { relative: 1e-5, absolute: 1e-5 };
        const [a, b] = [p.astype(dtype), t.astype(dtype)];
        const each = loss(a, b, { reduction: 'none' });
        assert.equal([each.dtype, each.shape], [dtype, p.shape], name);
        assertClose(each.data, expected, { ...tolerance, what: name });
        const sum = total(expected);
        const scale = tolerance.relative * (1 + total(expected.map(Math.abs)));
        assertClose(loss(a, b, { reduction: 'sum' }).data, [sum], {
          relative: 0,
          absolute: scale,
          what: name,
        });
        assertClose(loss(a, b, { reduction: 'mean' }).data, [sum / p.size], {
          relative: 0,
          absolute: scale,
          what: name,
        });
        assertSame(loss(a, b).data, loss(a, b, { reduction: 'mean' }).data, name);
      }
    });
});

test('losses by hand', () => {
  const [p, t] = [tensor([1, -2, 4]), tensor([1, 1, 2])];
  assert.equal(mseLoss(p, t, { reduction: 'none' }).toArray(), [0, 9, 4]);
  assert.is(mseLoss(p, t, { reduction: 'sum' }).item(), 13);
  assert.is(l1Loss(p, t, { reduction: 'sum' }).item(), 5);
  assert.equal(huberLoss(p, t, { reduction: 'none' }).toArray(), [0, 2.5, 1.5]);
  assert.equal(huberLoss(p, t, { reduction: 'none', delta: 2 }).toArray(), [0, 4, 2]);
  assert.equal(huberLoss(tensor([0.5, 1]), tensor([0, 0]), { reduction: 'none' }).toArray(), [0.125, 0.5]);
  const even = binaryCrossEntropyWithLogits(tensor([0, 0]), tensor([0, 1]), { reduction: 'none' });
  assertClose(even.data, [Math.LN2, Math.LN2]);
  assertClose(klDivLoss(tensor([Math.log(0.25)]), tensor([0.5]), { reduction: 'none' }).data, [
    0.5 * Math.LN2,
  ]);
});

test('pairwise losses refuse unequal shapes instead of broadcasting, and suggest a reshape where one helps', () => {
  for (const [name, [loss]] of Object.entries(PAIRWISE)) {
    const error = assertThrows(
      () => loss(zeros([3, 1]), zeros([3])),
      `${name}: prediction [3, 1] and target [3] must have one shape, losses do not broadcast`,
      'did you mean target.reshape([3, 1])?',
    );
    assert.instance(error, ShapeError);
    const wider = assertThrows(
      () => loss(zeros([3, 1]), zeros([3, 2])),
      `${name}: prediction [3, 1] and target [3, 2]`,
    );
    assert.not.ok(wider.message.includes('did you mean'));
    assertThrows(() => loss(zeros([]), zeros([1])), `${name}: prediction [] and target [1]`);
    assertThrows(
      () => loss(zeros([1]), 0 as unknown as Tensor),
      `${name}: expected two Tensors, prediction and target`,
    );
  }
});

test('an unknown reduction is refused by every loss', () => {
  const wrong = { reduction: 'average' as Reduction };
  for (const [name, [loss]] of Object.entries(PAIRWISE))
    assertThrows(
      () => loss(zeros([2]), zeros([2]), wrong),
      `${name}: unknown reduction average; expected 'mean', 'sum'`,
      "'none'",
    );
  assertThrows(() => crossEntropy(zeros([1, 2]), [0], wrong), 'crossEntropy: unknown reduction average');
  assertThrows(() => nllLoss(zeros([1, 2]), [0], wrong), 'nllLoss: unknown reduction average');
});

test('over nothing the sum is 0 and the mean is NaN', () => {
  for (const [, [loss]] of Object.entries(PAIRWISE)) {
    assert.is(loss(zeros([0]), zeros([0]), { reduction: 'sum' }).item(), 0);
    assertSame(loss(zeros([0]), zeros([0])).data, [Number.NaN]);
  }
  assert.is(crossEntropy(zeros([0, 3]), [], { reduction: 'sum' }).item(), 0);
  assertSame(crossEntropy(zeros([0, 3]), []).data, [Number.NaN]);
});

test('NaN in a prediction or a target is never hidden', () => {
  for (const [name, [loss]] of Object.entries(PAIRWISE)) {
    const none = { reduction: 'none' } as const;
    assertSame(loss(tensor([Number.NaN, 1]), tensor([1, 1]), none).data.slice(0, 1), [Number.NaN], name);
    assertSame(loss(tensor([1, 1]), tensor([Number.NaN, 1]), none).data.slice(0, 1), [Number.NaN], name);
  }
  const row = crossEntropy(
    tensor([
      [Number.NaN, 0],
      [0, 0],
    ]),
    [0, 0],
    { reduction: 'none' },
  );
  assertClose(row.data, [Number.NaN, Math.LN2]);
});

test('infinite errors give infinite losses', () => {
  const [p, t] = [tensor([Infinity, -Infinity]), tensor([0, 0])];
  for (const loss of [mseLoss, l1Loss, huberLoss, smoothL1Loss]) assert.is(loss(p, t).item(), Infinity);
});

test('huberLoss wants a positive delta', () => {
  for (const delta of [0, -1, Number.NaN])
    assertThrows(
      () => huberLoss(zeros([1]), zeros([1]), { delta }),
      `huberLoss: delta is a number > 0, got ${delta}`,
    );
});

test('smooth L1 is Huber’s loss divided by β, and for β = 0 the absolute error', () => {
  property(fc.tuple(filled([6]), filled([6]), fc.constantFrom(0.125, 0.5, 2, 100)), ([p, t, beta]) => {
    assertClose(
      smoothL1Loss(p, t, { beta, reduction: 'none' }).data,
      huberLoss(p, t, { delta: beta, reduction: 'none' }).div(beta).data,
      { relative: 1e-12, absolute: 1e-15 },
    );
    assertSame(smoothL1Loss(p, t, { beta: 0 }).data, l1Loss(p, t).data);
  });
  // By hand with β = 2: 0.5²/4, 1²/4 at the joint 2²/4 = 2 − 1, and 3 − 1.
  const each = smoothL1Loss(tensor([0.5, -1, 2, -3]), zeros([4]), { beta: 2, reduction: 'none' });
  assertSame(each.data, [0.0625, 0.25, 1, 2]);
});

test('smooth L1 keeps value and slope for a β whose square is no number of float32', () => {
  const x = tensor([1e-30, -3e-30, 5], { requiresGrad: true });
  const each = smoothL1Loss(x, zeros([3]), { beta: 2e-30, reduction: 'none' });
  assertClose(each.data, [2.5e-31, 2e-30, 5], { relative: 1e-6, absolute: 0 });
  each.sum().backward();
  assertClose(x.grad!.data, [0.5, -1, 1], { relative: 1e-6 });
  for (const beta of [-1, Number.NaN, Infinity])
    assertThrows(
      () => smoothL1Loss(zeros([1]), zeros([1]), { beta }),
      `smoothL1Loss: beta is a finite number ≥ 0, got ${beta}`,
    );
});

test('klDivLoss takes log targets, divides by rows for batchMean, and gives 0 where the target is 0', () => {
  const rows = tensor(
    [
      [0.5, 0.5, 0],
      [0.25, 0.25, 0.5],
    ],
    { dtype: 'float64' },
  );
  const q = tensor(
    [
      [0.5, 0.25, 0.25],
      [0.25, 0.5, 0.25],
    ].map((row) => row.map(Math.log)),
    { dtype: 'float64' },
  );
  const each = [0, 0.5 * Math.LN2, 0, 0, -0.25 * Math.LN2, 0.5 * Math.LN2];
  const sum = 0.75 * Math.LN2;
  assertClose(klDivLoss(q, rows, { reduction: 'none' }).data, each, { relative: 1e-14, absolute: 1e-16 });
  assertClose(klDivLoss(q, rows, { reduction: 'batchMean' }).data, [sum / 2], { relative: 1e-14 });
  assertClose(klDivLoss(q, rows).data, [sum / 6], { relative: 1e-14 });
  const logs = tensor(rows.data.map(Math.log), { shape: [2, 3] });
  assert.is(logs.data[2], -Infinity);
  const logged = klDivLoss(q, logs, { reduction: 'none', logTarget: true });
  assertClose(logged.data, each, { relative: 1e-13, absolute: 1e-15 });
  const impossible = klDivLoss(tensor([-Infinity, -Infinity]), tensor([0, 0.5]), { reduction: 'none' });
  assertSame(impossible.data, [0, Infinity]);
});

test('binary cross-entropy of logits of ±1000 is exact at both ends', () => {
  for (const dtype of DTYPES) {
    const x = tensor([1000, 1000, -1000, -1000, 1000], { dtype });
    const t = tensor([1, 0, 0, 1, 0.5], { dtype });
    const each = binaryCrossEntropyWithLogits(x, t, { reduction: 'none' });
    assertSame(each.data, [0, 1000, 0, 1000, 500]);
  }
});

test('binary cross-entropy keeps its digits where the loss is small, in float32 too', () => {
  for (const logit of [5, 10, 17, 40]) {
    const each = binaryCrossEntropyWithLogits(tensor([logit, -logit]), tensor([1, 0]), { reduction: 'none' });
    const exact = Math.log1p(Math.exp(-logit));
    assertClose(each.data, [exact, exact], { relative: 1e-6, absolute: 0 });
  }
});

test('a weight of positives counts them as if they came that many times, one weight for all or one a column', () => {
  const [x, t] = [
    tensor(
      [
        [1, -2],
        [0.5, 3],
      ],
      { dtype: 'float64' },
    ),
    tensor([
      [1, 0],
      [0, 1],
    ]),
  ];
  const plain = binaryCrossEntropyWithLogits(x, t, { reduction: 'none' }).data;
  const each = (posWeight: number | number[] | Tensor) =>
    binaryCrossEntropyWithLogits(x, t, { posWeight, reduction: 'none' });
  assertClose(each(3).data, [3 * plain[0]!, plain[1]!, plain[2]!, 3 * plain[3]!]);
  for (const posWeight of [[3, 0.5], tensor([3, 0.5])])
    assertClose(each(posWeight).data, [3 * plain[0]!, plain[1]!, plain[2]!, 0.5 * plain[3]!]);
  assertSame(each(1).data, plain);
  const mean = binaryCrossEntropyWithLogits(x, t, { posWeight: 3 });
  assertClose(mean.data, [total(each(3).data) / 4], { relative: 1e-14 });
  assert.is(mean.dtype, 'float64');
  // A target between 0 and 1 is a share of both.
  const half = binaryCrossEntropyWithLogits(tensor([0]), tensor([0.5]), { posWeight: 3 });
  assertClose(half.data, [2 * Math.LN2]);
});

test('a weight of positives leaves the extremes exact', () => {
  const [x, t] = [tensor([1000, -1000, Infinity, -Infinity, -Infinity]), tensor([1, 1, 1, 0, 1])];
  const each = (posWeight: number) =>
    binaryCrossEntropyWithLogits(x, t, { posWeight, reduction: 'none' }).data;
  assertSame(each(4), [0, 4000, 0, 0, Infinity]);
  assertSame(each(0), [0, 0, 0, 0, 0], 'what weighs nothing costs nothing, even if it is infinite');
});

test('weights of positives that are negative or do not fit are refused', () => {
  const refused = (posWeight: unknown, message: string): void =>
    void assertThrows(
      () => binaryCrossEntropyWithLogits(zeros([2, 3]), zeros([2, 3]), { posWeight: posWeight as number }),
      `binaryCrossEntropyWithLogits: ${message}`,
    );
  refused(-1, 'posWeight is a finite number ≥ 0, got -1');
  refused([1, 1, -1], 'posWeight[2] is a finite number ≥ 0, got -1');
  refused('many', 'posWeight is');
  refused([1, 2], 'cannot broadcast posWeight [2] with [2, 3]');
  refused(zeros([2, 3]), 'posWeight is a tensor of shape [2, 3]; expected numbers in a list');
});

/** −log softmax(logits)[class] of one row, from the definition. */
function rowLoss(logits: Tensor, row: readonly number[], target: number): number {
  const classes = logits.shape.at(-1)!;
  let sum = 0;
  for (let c = 0; c < classes; c++) sum += Math.exp(at(logits, [...row, c]));
  return Math.log(sum) - at(logits, [...row, target]);
}

const IGNORE = -100;

/** Logits [rows, classes] with a class for each row, some of them ignored. */
const classified = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 5 }))
  .chain(([rows, classes]) =>
    fc.record({
      logits: filled([rows, classes]),
      targets: fc.array(fc.nat(classes - 1), { minLength: rows, maxLength: rows }),
      ignored: fc.array(fc.boolean(), { minLength: rows, maxLength: rows }),
      smoothing: fc.constantFrom(0, 0.1, 0.5, 1),
    }),
  );

test('cross-entropy of class indices agrees with its definition: smoothing, ignored rows, every reduction', () => {
  property(
    classified,
    ({ logits, targets, ignored, smoothing }) => {
      const classes = logits.shape[1]!;
      const expected = targets.map((target, row) => {
        if (ignored[row]) return 0;
        const uniform = total(Array.from({ length: classes }, (_, c) => rowLoss(logits, [row], c))) / classes;
        return (1 - smoothing) * rowLoss(logits, [row], target) + smoothing * uniform;
      });
      const counted = ignored.filter((skip) => !skip).length;
      const index = targets.map((target, row) => (ignored[row] ? IGNORE : target));
      for (const dtype of DTYPES) {
        const tolerance =
          dtype === 'float64' ? { relative: 1e-12, absolute: 1e-12 } : { relative: 1e-5, absolute: 1e-5 };
        const loss = (reduction: Reduction): Tensor =>
          crossEntropy(logits.astype(dtype), index, {
            ignoreIndex: IGNORE,
            labelSmoothing: smoothing,
            reduction,
          });
        assert.is(loss('none').dtype, dtype);
        assertClose(loss('none').data, expected, tolerance);
        assertClose(loss('sum').data, [total(expected)], tolerance);
        assertClose(loss('mean').data, [total(expected) / counted], tolerance);
      }
    },
    100,
  );
});

test('cross-entropy is nllLoss of logSoftmax, bit for bit', () => {
  property(classified, ({ logits, targets, ignored }) => {
    const index = targets.map((target, row) => (ignored[row] ? IGNORE : target));
    for (const reduction of ['mean', 'sum', 'none'] as const) {
      const options = { reduction, ignoreIndex: IGNORE };
      assertSame(crossEntropy(logits, index, options).data, nllLoss(logSoftmax(logits), index, options).data);
    }
  });
});

test('target probabilities: one-hot rows equal class indices, smoothed too, and a mixture is weighted', () => {
  property(classified, ({ logits, targets, smoothing }) => {
    const options = { labelSmoothing: smoothing, reduction: 'none' } as const;
    const hot = oneHot(targets, logits.shape[1]!, 'float64');
    const close = { relative: 1e-12, absolute: 1e-12 };
    assertClose(crossEntropy(logits, hot, options).data, crossEntropy(logits, targets, options).data, close);
  });
  const logits = tensor([[0, Math.log(3)]], { dtype: 'float64' });
  const mixed = crossEntropy(logits, tensor([[0.5, 0.5]], { dtype: 'float64' }));
  assertClose(mixed.data, [0.5 * Math.log(4) + 0.5 * Math.log(4 / 3)], { relative: 1e-14 });
  const batch = crossEntropy(
    zeros([2, 4]),
    tensor([
      [1, 0, 0, 0],
      [0.25, 0.25, 0.25, 0.25],
    ]),
  );
  assertClose(batch.data, [Math.log(4)]);
});

test('logits of ±1000 give a loss of 0 or 2000 and no NaN', () => {
  for (const dtype of DTYPES) {
    const logits = tensor(
      [
        [1000, -1000],
        [1000, -1000],
      ],
      { dtype },
    );
    assert.equal(crossEntropy(logits, [0, 1], { reduction: 'none' }).toArray(), [0, 2000]);
    const saturated = tensor([[1e4, -1e4, 0]], { dtype });
    assertSame(crossEntropy(saturated, [1]).data, [2e4]);
  }
});

test('a masked class of −∞ costs nothing unless it is the target', () => {
  const logits = tensor([[0, -Infinity, 0]]);
  assertClose(crossEntropy(logits, [0]).data, [Math.LN2]);
  assertSame(crossEntropy(logits, [1]).data, [Infinity]);
});

test('ignored rows count for nothing, whatever they hold, with smoothing too', () => {
  for (const labelSmoothing of [0, 0.2])
    for (const wild of [5, -Infinity, Number.NaN]) {
      const logits = tensor([
        [1, 2],
        [wild, 0],
        [3, -1],
      ]);
      const options = { ignoreIndex: 7, labelSmoothing };
      const kept = crossEntropy(
        tensor([
          [1, 2],
          [3, -1],
        ]),
        [0, 1],
        { labelSmoothing },
      );
      assertClose(crossEntropy(logits, [0, 7, 1], options).data, kept.data);
      const each = crossEntropy(logits, [0, 7, 1], { ...options, reduction: 'none' });
      assert.is(each.data[1], 0);
    }
});

test('when every row is ignored the sum is 0 and the mean NaN; a class that exists can be ignored as well', () => {
  const logits = tensor([
    [1, 2],
    [3, 4],
  ]);
  const options = { ignoreIndex: IGNORE };
  assertSame(crossEntropy(logits, [IGNORE, IGNORE], options).data, [Number.NaN]);
  assertSame(crossEntropy(logits, [IGNORE, IGNORE], { ...options, reduction: 'sum' }).data, [0]);
  assertSame(crossEntropy(logits, [IGNORE, IGNORE], { ...options, reduction: 'none' }).data, [0, 0]);
  assertSame(nllLoss(logSoftmax(logits), [IGNORE, IGNORE], options).data, [Number.NaN]);
  const first = crossEntropy(tensor([[1, 2]]), [1]);
  assertSame(crossEntropy(logits, [1, 0], { ignoreIndex: 0 }).data, first.data);
});

test('the gradient of an ignored row is 0', () => {
  const logits = tensor(
    [
      [1, 2],
      [3, 4],
    ],
    { requiresGrad: true },
  );
  crossEntropy(logits, [IGNORE, 1], { ignoreIndex: IGNORE, labelSmoothing: 0.1 }).backward();
  assert.equal([...logits.grad!.data.slice(0, 2)], [0, 0]);
  assert.ok(logits.grad!.data[2]! !== 0);
});

test('class indices come with any number of leading axes, as any kind of positions', () => {
  const logits = tensor([
    [
      [0, 1],
      [2, 0],
    ],
    [
      [1, 1],
      [5, 0],
    ],
  ]);
  const each = crossEntropy(
    logits,
    [
      [1, 0],
      [0, 1],
    ],
    { reduction: 'none' },
  );
  assert.equal(each.shape, [2, 2]);
  const expected = [
    [0, 0, 1],
    [0, 1, 0],
    [1, 0, 0],
    [1, 1, 1],
  ].map(([i, j, c]) => rowLoss(logits, [i!, j!], c!));
  assertClose(each.data, expected, { relative: 1e-5, absolute: 1e-6 });
  assertClose(crossEntropy(tensor([0, Math.log(3)]), 1).data, [Math.log(4 / 3)]);
  const inputs: IndexInput[] = [[1, 0], Int32Array.of(1, 0), Uint8Array.of(1, 0), tensor([1, 0])];
  const matrix = tensor([
    [1, 2, 0],
    [0, 4, 1],
  ]);
  for (const target of inputs)
    assertSame(crossEntropy(matrix, target).data, crossEntropy(matrix, [1, 0]).data);
});

test('classes that do not exist are named, negative ones included', () => {
  const logits = zeros([2, 3]);
  const error = assertThrows(
    () => crossEntropy(logits, [0, 3]),
    'crossEntropy: class 3 does not exist; expected a whole number from 0 to 2, or ignoreIndex',
  );
  assert.instance(error, ArgumentError);
  assertThrows(() => crossEntropy(logits, [0, -1]), 'crossEntropy: class -1 does not exist');
  assertThrows(() => crossEntropy(logits, [0, 0.5]), 'crossEntropy: class 0.5 does not exist');
  assertThrows(() => crossEntropy(logits, [0, Number.NaN]), 'crossEntropy: class NaN does not exist');
  assertThrows(() => crossEntropy(logits, [0, IGNORE], { ignoreIndex: -1 }), 'crossEntropy: class -100');
  assertThrows(() => crossEntropy(logits, [null, 1] as unknown as number[]), 'crossEntropy: found null');
  assertThrows(() => nllLoss(logits, [3, 0]), 'nllLoss: class 3 does not exist');
});

test('targets of another shape, and logits without classes, are named', () => {
  const logits = zeros([2, 3]);
  const error = assertThrows(
    () => crossEntropy(logits, [0, 1, 2]),
    'crossEntropy: the target has shape [3]; expected class indices [2] or probabilities [2, 3]',
  );
  assert.instance(error, ShapeError);
  assertThrows(() => crossEntropy(logits, zeros([2, 1])), 'crossEntropy: the target has shape [2, 1]');
  assertThrows(() => nllLoss(logits, [[0, 1]]), 'nllLoss: the target has shape [1, 2]');
  assertThrows(() => crossEntropy(tensor(1), 0), 'crossEntropy: expected [..., classes], got shape []');
  assertThrows(
    () => crossEntropy(zeros([2, 0]), [0, 0]),
    'crossEntropy: expected [..., classes], got shape [2, 0]',
  );
  assertThrows(() => nllLoss(tensor(1), 0), 'nllLoss: expected [..., classes], got shape []');
});

test('label smoothing outside [0, 1] and ignoreIndex beside probabilities are refused', () => {
  for (const labelSmoothing of [-0.1, 1.1, Number.NaN])
    assertThrows(
      () => crossEntropy(zeros([1, 2]), [0], { labelSmoothing }),
      `crossEntropy: labelSmoothing lies in [0, 1], got ${labelSmoothing}`,
    );
  assertThrows(
    () => crossEntropy(zeros([1, 2]), tensor([[1, 0]]), { ignoreIndex: 0 }),
    'crossEntropy: ignoreIndex goes with class indices, not with target probabilities',
  );
});

test('a row that crossEntropy ignores may hold anything: it moves neither the loss nor a gradient', () => {
  for (const labelSmoothing of [0, 0.25]) {
    const logits = tensor([NaN, 1, 2, 3, Infinity, 0], {
      shape: [3, 2],
      dtype: 'float64',
      requiresGrad: true,
    });
    const loss = crossEntropy(logits, [-1, 1, -1], { ignoreIndex: -1, labelSmoothing });
    const alone = tensor([2, 3], { shape: [1, 2], dtype: 'float64', requiresGrad: true });
    const expected = crossEntropy(alone, [1], { labelSmoothing });
    assertSame(loss.data, expected.data);
    loss.backward();
    expected.backward();
    assertSame(logits.grad!.data, [0, 0, ...alone.grad!.data, 0, 0]);
  }
});

test('a class of probability 0 at a logit of −∞ costs nothing', () => {
  const logits = tensor([[0, 0, -Infinity]], { dtype: 'float64', requiresGrad: true });
  const target = tensor([[0.5, 0.5, 0]], { dtype: 'float64', requiresGrad: true });
  const loss = crossEntropy(logits, target);
  assertClose(loss.data, [Math.LN2], { relative: 1e-15 });
  loss.backward();
  assertClose(logits.grad!.data, [0, 0, 0], { absolute: 1e-16 });
  assertClose(target.grad!.data, [Math.LN2, Math.LN2, 0], { relative: 1e-15 });
  assert.is(crossEntropy(logits, tensor([[0.5, 0, 0.5]], { dtype: 'float64' })).item(), Infinity);
});

/** Value, gradient and second derivatives by the first argument, all of Σ loss. */
function upToSecondOrder(f: (x: Tensor) => Tensor, values: number[], dtype: 'float32' | 'float64') {
  const x = tensor(values, { dtype });
  const total = (at: Tensor): Tensor => f(at).sum();
  return { value: f(x).data, slope: grad(total)(x).data, curvature: hessian(total)(x).sum(1).data };
}

test('a huber loss takes nothing from the square that it does not choose', () => {
  for (const dtype of DTYPES) {
    const huge = dtype === 'float32' ? 1e30 : 1e200;
    const loss = (delta: number) => (x: Tensor) =>
      huberLoss(x, tensor([0, 0, 0, 0, 0], { dtype }), { delta, reduction: 'none' });
    const found = upToSecondOrder(loss(2), [Infinity, -huge, 1, -2, 0], dtype);
    assertClose(found.value, [Infinity, 2 * huge, 0.5, 2, 0], { relative: 1e-6 });
    assertSame(found.slope, [2, -2, 1, -2, 0]);
    assertSame(found.curvature, [0, 0, 1, 1, 1]);
    const unlimited = upToSecondOrder(loss(Infinity), [3, -2, 1, -2, 0], dtype);
    assertSame(unlimited.value, [4.5, 2, 0.5, 2, 0]);
    assertSame(unlimited.slope, [3, -2, 1, -2, 0]);
    const l1 = upToSecondOrder((x) => l1Loss(x, tensor([0, 0], { dtype })), [Infinity, -huge], dtype);
    assertSame([...l1.value, ...l1.slope], [Infinity, 0.5, -0.5]);
  }
});

test('a mean squared error overflows only where it is beyond the dtype itself', () => {
  const x = tensor([2e19, 0, 0, 0], { requiresGrad: true });
  const loss = mseLoss(x, zeros([4]));
  assertClose(loss.data, [1e38], { relative: 1e-6 });
  loss.backward();
  assertClose(x.grad!.data, [1e19, 0, 0, 0], { relative: 1e-6 });
  assertSame(mseLoss(tensor([Infinity, 1]), zeros([2])).data, [Infinity]);
});

test('an infinite logit costs nothing where it is right: value, gradient and second derivative', () => {
  for (const dtype of DTYPES) {
    const target = tensor([1, 0, 0, 1, 0.5], { dtype });
    const loss = (x: Tensor): Tensor => binaryCrossEntropyWithLogits(x, target, { reduction: 'none' });
    const found = upToSecondOrder(loss, [Infinity, -Infinity, Infinity, -Infinity, Infinity], dtype);
    assertSame(found.value, [0, 0, Infinity, Infinity, Infinity]);
    assertClose(found.slope, [0, 0, 1, -1, 0.5], { absolute: 0 });
    assertClose(found.curvature, [0, 0, 0, 0, 0], { absolute: 0 });
    assertSame(
      binaryCrossEntropyWithLogits(tensor([NaN, 0], { dtype }), tensor([0, NaN], { dtype }), {
        reduction: 'none',
      }).data,
      [NaN, NaN],
    );
  }
});

test('a divergence counts nothing where the target is 0, whatever the other distribution says', () => {
  const logInput = tensor([-Infinity, Math.log(0.5), Math.log(0.5)], { requiresGrad: true });
  const target = tensor([0, 0.5, 0.5], { requiresGrad: true });
  const loss = klDivLoss(logInput, target, { reduction: 'sum' });
  loss.backward();
  assertClose(loss.data, [0]);
  assertClose(logInput.grad!.data, [0, -0.5, -0.5], { absolute: 0 });
  assertClose(target.grad!.data, [0, 1, 1]);
  const logTarget = tensor([-Infinity, 0], { requiresGrad: true });
  const logged = klDivLoss(tensor([-Infinity, -1]), logTarget, { logTarget: true, reduction: 'sum' });
  logged.backward();
  assertClose([...logged.data, ...logTarget.grad!.data], [1, 0, 2]);
  assert.is(klDivLoss(tensor([-Infinity, 0]), tensor([0.5, 0.5])).item(), Infinity);
});

test('an infinite logit of crossEntropy has finite gradients, and label smoothing makes a −∞ cost ∞', () => {
  for (const dtype of DTYPES) {
    const at = (target: number, options = {}) =>
      upToSecondOrder(
        (x) => crossEntropy(x.reshape([1, 3]), [target], options).reshape([1]),
        [Infinity, 0, -Infinity],
        dtype,
      );
    assertClose([...at(0).value, ...at(0).slope], [0, 0, 0, 0], { absolute: 0 });
    assertSame([...at(1).value, ...at(1).slope], [Infinity, 1, -1, 0]);
    const smoothed = at(0, { labelSmoothing: 0.3 });
    assertSame(smoothed.value, [Infinity]);
    assertClose(smoothed.slope, [0.2, -0.1, -0.1], { relative: 1e-6 });
    assertClose(nllLoss(tensor([[-Infinity, 0]], { dtype }), [1]).data, [0], { absolute: 0 });
    assertSame(nllLoss(tensor([[-Infinity, 0]], { dtype }), [0]).data, [Infinity]);
  }
});

test('every loss passes a NaN on', () => {
  const bad = tensor([[NaN, 0.5]]);
  const good = tensor([[0.5, 0.5]]);
  for (const loss of [mseLoss, l1Loss, huberLoss, klDivLoss, binaryCrossEntropyWithLogits])
    assertSame([loss(bad, good).item(), loss(good, bad).item()], [NaN, NaN]);
  assertSame([crossEntropy(bad, [1]).item(), crossEntropy(bad, good).item()], [NaN, NaN]);
  assertSame([crossEntropy(good, bad).item(), nllLoss(bad, [0]).item()], [NaN, NaN]);
});
