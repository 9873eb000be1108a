import * as assert from 'uvu/assert';
import { logSoftmax, softmax, type Tensor, tensor, zeros } from '../../../src/index.js';
import { assertClose, assertSame, assertThrows } from '../../support/close.js';
import { fc, property } from '../../support/property.js';
import { suite } from '../../support/suite.js';
import { at, build, DTYPES, tensors } from './loops.js';

const test = suite('softmax');

/** A tensor and one of its axes. */
const along = tensors(1, 3).chain((x) =>
  fc.record({ x: fc.constant(x), axis: fc.integer({ min: -x.rank, max: x.rank - 1 }) }),
);

/** e^x / Σ e^x along the axis, straight from the definition: safe for the small numbers it is given. */
function defined(x: Tensor, axis: number): number[] {
  const own = axis < 0 ? axis + x.rank : axis;
  return build(x.shape, (place) => {
    let total = 0;
    for (let i = 0; i < x.shape[own]!; i++)
      total += Math.exp(
        at(
          x,
          place.map((p, j) => (j === own ? i : p)),
        ),
      );
    return Math.exp(at(x, place)) / total;
  });
}

test('softmax and its logarithm agree with the definition along any axis, in both dtypes', () => {
  property(
    along,
    ({ x, axis }) => {
      const expected = defined(x, axis);
      for (const dtype of DTYPES) {
        const tolerance =
          dtype === 'float64' ? { relative: 1e-13, absolute: 1e-14 } : { relative: 1e-6, absolute: 1e-6 };
        const y = softmax(x.astype(dtype), axis);
        const log = logSoftmax(x.astype(dtype), axis);
        assert.equal([y.dtype, y.shape, log.dtype, log.shape], [dtype, x.shape, dtype, x.shape]);
        assertClose(y.data, expected, tolerance);
        assertClose(log.data, expected.map(Math.log), tolerance);
      }
    },
    100,
  );
});

test('each line sums to 1, adding a constant changes nothing, and the last axis is the default', () => {
  property(along, ({ x, axis }) => {
    const y = softmax(x, axis);
    const sums = y.sum([axis]);
    assertClose(sums.data, x.shape.at(axis) === 0 ? sums.data.map(() => 0) : sums.data.map(() => 1), {
      relative: 1e-14,
    });
    assertClose(softmax(x.add(64), axis).data, y.data, { relative: 1e-13, absolute: 1e-300 });
    assertSame(softmax(x).data, softmax(x, -1).data);
    assertSame(logSoftmax(x).data, logSoftmax(x, -1).data);
  });
});

test('by hand: [0, log 3] is a quarter and three quarters, and equal logits share', () => {
  const x = tensor([0, Math.log(3)], { dtype: 'float64' });
  assertClose(softmax(x).data, [0.25, 0.75], { relative: 1e-15 });
  assertClose(logSoftmax(x).data, [-Math.log(4), Math.log(0.75)], { relative: 1e-15 });
  assertSame(softmax(tensor([7, 7, 7, 7])).data, [0.25, 0.25, 0.25, 0.25]);
});

test('logits of ±1000 neither overflow nor lose the logarithm', () => {
  for (const dtype of DTYPES) {
    const x = tensor(
      [
        [1000, 0, -1000],
        [-1000, -1000, -1000],
        [1000, 1000, 999],
      ],
      { dtype },
    );
    const share = 1 / (2 + Math.exp(-1));
    assertClose(softmax(x).data, [1, 0, 0, 1 / 3, 1 / 3, 1 / 3, share, share, share / Math.E]);
    const log = Math.log(share);
    assertClose(logSoftmax(x).data, [
      0,
      -1000,
      -2000,
      -Math.log(3),
      -Math.log(3),
      -Math.log(3),
      log,
      log,
      log - 1,
    ]);
  }
});

test('logits of the largest magnitude float32 holds stay finite', () => {
  const x = tensor([3e38, -3e38]);
  assertSame(softmax(x).data, [1, 0]);
  assert.is(logSoftmax(tensor([1e4, -1e4])).data[1], -2e4);
});

test('−∞ has probability 0, equal infinities share evenly, and a line with NaN has no probabilities', () => {
  for (const dtype of DTYPES) {
    const masked = tensor([0, -Infinity, 0], { dtype });
    assertSame(softmax(masked).data, [0.5, 0, 0.5]);
    assertClose(logSoftmax(masked).data, [-Math.LN2, -Infinity, -Math.LN2]);
    for (const equal of [-Infinity, Infinity]) {
      assertSame(softmax(tensor([equal, equal], { dtype })).data, [0.5, 0.5]);
      assertClose(logSoftmax(tensor([equal, equal], { dtype })).data, [-Math.LN2, -Math.LN2]);
    }
    const first = tensor([Infinity, 2, -Infinity, Infinity], { dtype });
    assertSame(softmax(first).data, [0.5, 0, 0, 0.5]);
    assertClose(logSoftmax(first).data, [-Math.LN2, -Infinity, -Infinity, -Math.LN2]);
    for (const broken of [
      [Number.NaN, 0],
      [Infinity, Number.NaN],
    ]) {
      assertSame(softmax(tensor(broken, { dtype })).data, [Number.NaN, Number.NaN]);
      assertSame(logSoftmax(tensor(broken, { dtype })).data, [Number.NaN, Number.NaN]);
    }
    const rows = tensor(
      [
        [Number.NaN, 0],
        [0, 0],
      ],
      { dtype },
    );
    assertSame(softmax(rows).data, [Number.NaN, Number.NaN, 0.5, 0.5]);
  }
});

test('one class has probability 1, and no classes are no numbers', () => {
  assertSame(softmax(tensor([[5], [-1000]])).data, [1, 1]);
  assertSame(logSoftmax(tensor([[5], [-1000]])).data, [0, 0]);
  assert.equal(softmax(zeros([2, 0])).shape, [2, 0]);
  assert.equal(logSoftmax(zeros([0, 3]), 0).shape, [0, 3]);
});

test('axes that do not exist are named', () => {
  assertThrows(
    () => softmax(zeros([2, 3]), 2),
    'softmax: axis 2 does not exist in a tensor of rank 2; expected -2 to 1',
  );
  assertThrows(() => logSoftmax(zeros([2, 3]), -3), 'logSoftmax: axis -3 does not exist');
  assertThrows(() => softmax(tensor(1), 1), 'softmax: axis 1 does not exist');
  assertThrows(() => logSoftmax(zeros([2]), 0.5), 'logSoftmax: axis 0.5 does not exist');
});

test('the softmax of a scalar along axis 0 or −1 is 1, with slope 0', () => {
  for (const axis of [0, -1]) {
    const x = tensor(3, { requiresGrad: true });
    assert.equal(softmax(x, axis).toArray(), 1);
    assert.equal(logSoftmax(x, axis).toArray(), 0);
    softmax(x, axis).add(logSoftmax(x, axis)).backward();
    assert.equal(x.grad!.toArray(), 0);
  }
});

test('methods are the ops of the same name', () => {
  const x = tensor([
    [1, 2],
    [3, 5],
  ]);
  assertSame(x.softmax(0).data, softmax(x, 0).data);
  assertSame(x.logSoftmax(0).data, logSoftmax(x, 0).data);
  assertSame(x.softmax().data, softmax(x).data);
});
