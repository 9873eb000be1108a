import * as assert from 'uvu/assert';
import {
  arange,
  grad,
  type PadMode,
  padBy,
  pixelShuffle,
  repeatInterleave,
  roll,
  type Tensor,
  tensor,
  zeros,
} from '../../../src/index.js';
import { assertSame, assertThrows } from '../../support/close.js';
import { property } from '../../support/property.js';
import { suite } from '../../support/suite.js';
import { at, build, tensors } from './loops.js';

const test = suite('rearrange');

const TABLE: Tensor = arange(10).reshape([2, 5]);

test('roll has the results of the examples of numpy.roll', () => {
  assert.equal(roll(arange(10), 2).toArray(), [8, 9, 0, 1, 2, 3, 4, 5, 6, 7]);
  assert.equal(roll(arange(10), -2).toArray(), [2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
  assert.equal(roll(TABLE, 1).toArray(), [
    [9, 0, 1, 2, 3],
    [4, 5, 6, 7, 8],
  ]);
  assert.equal(roll(TABLE, 1, 0).toArray(), [
    [5, 6, 7, 8, 9],
    [0, 1, 2, 3, 4],
  ]);
  assert.equal(roll(TABLE, -1, 1).toArray(), [
    [1, 2, 3, 4, 0],
    [6, 7, 8, 9, 5],
  ]);
  assert.equal(roll(TABLE, [2, 1], [1, 0]).toArray(), [
    [8, 9, 5, 6, 7],
    [3, 4, 0, 1, 2],
  ]);
});

test('roll goes round as often as it has to, and back is the opposite shift', () => {
  property(tensors(1, 3), (x) => {
    for (const axis of x.shape.keys())
      for (const shift of [-7, 0, 1, 6]) {
        const size = x.shape[axis]!;
        const expected = build(x.shape, (place) =>
          at(x, place.with(axis, (((place[axis]! - shift) % size) + size) % size)),
        );
        assertSame(roll(x, shift, axis).data, expected);
        assertSame(roll(roll(x, shift, axis), -shift, axis).data, x.data);
      }
  });
  assert.equal(roll(tensor(5), 3).toArray(), 5);
  assert.equal(roll(zeros([0, 2]), 1, 0).shape, [0, 2]);
});

test('the gradient of roll is rolled back', () => {
  const slope = grad((x: Tensor) =>
    roll(x, 1)
      .mul(tensor([1, 10, 100]))
      .sum(),
  );
  assertSame(slope(tensor([5, 6, 7])).data, [10, 100, 1]);
});

test('roll refuses shifts that are no whole numbers or too many', () => {
  assertThrows(() => roll(TABLE, [1, 2]), 'roll: 2 shifts and no axes; expected one axis for each shift');
  assertThrows(() => roll(TABLE, 1, [0, 1]), 'roll: 1 shifts for 2 axes; expected one axis for each shift');
  assertThrows(() => roll(TABLE, 0.5), 'roll: a shift is a whole number, got 0.5');
  assertThrows(
    () => roll(TABLE, '1' as never),
    "roll: expected a shift as a whole number, or as a list of them, got '1'",
  );
  assertThrows(
    () => roll(TABLE, 1, 2),
    'roll: axis 2 does not exist in a tensor of rank 2; expected -2 to 1',
  );
});

test('repeatInterleave has the results of the examples of numpy.repeat', () => {
  const x = tensor([
    [1, 2],
    [3, 4],
  ]);
  assert.equal(repeatInterleave(tensor([3]), 4).toArray(), [3, 3, 3, 3]);
  assert.equal(repeatInterleave(x, 2).toArray(), [1, 1, 2, 2, 3, 3, 4, 4]);
  assert.equal(repeatInterleave(x, 3, 1).toArray(), [
    [1, 1, 1, 2, 2, 2],
    [3, 3, 3, 4, 4, 4],
  ]);
  assert.equal(repeatInterleave(x, [1, 2], 0).toArray(), [
    [1, 2],
    [3, 4],
    [3, 4],
  ]);
  assert.equal(repeatInterleave(x, [0, 2], -1).toArray(), [
    [2, 2],
    [4, 4],
  ]);
  assert.equal(repeatInterleave(x, 0, 0).shape, [0, 2]);
  assert.equal(repeatInterleave(tensor(5), 2).toArray(), [5, 5]);
});

test('an image is enlarged by its nearest pixels if both axes are repeated, and gradients add up', () => {
  const image = tensor([
    [1, 2],
    [3, 4],
  ]);
  const large = (x: Tensor): Tensor => repeatInterleave(repeatInterleave(x, 2, -1), 2, -2);
  assert.equal(large(image).toArray(), [
    [1, 1, 2, 2],
    [1, 1, 2, 2],
    [3, 3, 4, 4],
    [3, 3, 4, 4],
  ]);
  assertSame(grad((x: Tensor) => large(x).sum())(image).data, [4, 4, 4, 4]);
  const slope = grad((x: Tensor) =>
    repeatInterleave(x, [2, 0, 1])
      .mul(tensor([1, 10, 100]))
      .sum(),
  );
  assertSame(slope(tensor([7, 8, 9])).data, [11, 0, 100]);
});

test('repeatInterleave refuses repeats below 0, and lists of another length', () => {
  const x = tensor([1, 2, 3]);
  assertThrows(
    () => repeatInterleave(x, -1),
    'repeatInterleave: a number of repeats is a whole number ≥ 0, got -1',
  );
  assertThrows(
    () => repeatInterleave(x, [1, 2], 0),
    'repeatInterleave: 2 repeats for the 3 elements of axis 0 of [3]; expected one for each, or one number for all',
  );
  assertThrows(
    () => repeatInterleave(x, 1.5),
    'repeatInterleave: a number of repeats is a whole number ≥ 0, got 1.5',
  );
});

test('padBy has the results of the examples of numpy.pad', () => {
  const x = tensor([1, 2, 3, 4, 5]);
  const padded = (mode: PadMode): unknown => padBy(x, [[2, 3]], mode).toArray();
  assert.equal(padded('reflect'), [3, 2, 1, 2, 3, 4, 5, 4, 3, 2]);
  assert.equal(padded('replicate'), [1, 1, 1, 2, 3, 4, 5, 5, 5, 5]);
  assert.equal(padded('circular'), [4, 5, 1, 2, 3, 4, 5, 1, 2, 3]);
  const table = arange(1, 10).reshape([3, 3]);
  const border = [
    [1, 0],
    [0, 2],
  ] as const;
  assert.equal(padBy(table, border, 'reflect').toArray(), [
    [4, 5, 6, 5, 4],
    [1, 2, 3, 2, 1],
    [4, 5, 6, 5, 4],
    [7, 8, 9, 8, 7],
  ]);
});

test('padBy takes borders up to the widest there is, and of size 0', () => {
  const x = tensor([1, 2, 3]);
  assert.equal(padBy(x, [[2, 2]], 'reflect').toArray(), [3, 2, 1, 2, 3, 2, 1]);
  assert.equal(padBy(x, [[3, 3]], 'circular').toArray(), [1, 2, 3, 1, 2, 3, 1, 2, 3]);
  assert.equal(padBy(tensor([7]), [[0, 4]], 'replicate').toArray(), [7, 7, 7, 7, 7]);
  for (const mode of ['reflect', 'replicate', 'circular'] as const) {
    assert.equal(
      padBy(
        zeros([0, 2]),
        [
          [0, 0],
          [1, 0],
        ],
        mode,
      ).shape,
      [0, 3],
    );
    assert.is(padBy(tensor(5), [], mode).item(), 5);
  }
});

test('padBy refuses borders that are wider than the axis gives', () => {
  const x: Tensor = zeros([2, 3]);
  assertThrows(
    () =>
      padBy(
        x,
        [
          [0, 2],
          [0, 0],
        ],
        'reflect',
      ),
    "padBy: 'reflect' adds at most 1 elements to axis 0 of [2, 3], got widths [0, 2]",
  );
  assertThrows(
    () =>
      padBy(
        x,
        [
          [0, 0],
          [4, 0],
        ],
        'circular',
      ),
    "padBy: 'circular' adds at most 3 elements to axis 1 of [2, 3], got widths [4, 0]",
  );
  assertThrows(
    () => padBy(zeros([0]), [[1, 0]], 'replicate'),
    "padBy: 'replicate' adds at most 0 elements to axis 0 of [0], got widths [1, 0]",
  );
  assertThrows(() => padBy(x, [[1, 1]], 'reflect'), 'padBy: 1 pairs of widths for shape [2, 3]');
  assertThrows(
    () => padBy(x, [[1, 1], [1]] as never, 'reflect'),
    'padBy: expected two widths an axis, before and after, got [1]',
  );
  assertThrows(
    () =>
      padBy(
        x,
        [
          [1, 1],
          [1, -1],
        ],
        'reflect',
      ),
    'padBy: the widths are whole numbers ≥ 0, got [1, -1]',
  );
  assertThrows(
    () =>
      padBy(
        x,
        [
          [1, 1],
          [1, 1],
        ],
        'mirror' as PadMode,
      ),
    "padBy: unknown mode mirror; expected 'reflect', 'replicate' or 'circular'",
  );
});

test('pixelShuffle makes a square of each group of channels', () => {
  // Channel 2·i + j of each group is the pixel in row i and column j of its square.
  const x = arange(16).reshape([4, 2, 2]);
  assert.equal(pixelShuffle(x, 2).toArray(), [
    [
      [0, 4, 1, 5],
      [8, 12, 9, 13],
      [2, 6, 3, 7],
      [10, 14, 11, 15],
    ],
  ]);
  assert.equal(pixelShuffle(zeros([5, 18, 4, 2]), 3).shape, [5, 2, 12, 6]);
  assert.equal(pixelShuffle(x, 1).toArray(), x.toArray());
});

test('pixelShuffle refuses channels that make no squares, and less than an image', () => {
  assertThrows(
    () => pixelShuffle(zeros([1, 6, 2, 2]), 2),
    'pixelShuffle: expected [..., channels, height, width] with a multiple of 4 channels, got shape [1, 6, 2, 2]',
  );
  assertThrows(
    () => pixelShuffle(zeros([4, 2]), 2),
    'pixelShuffle: expected [..., channels, height, width] with a multiple of 4 channels, got shape [4, 2]',
  );
  assertThrows(
    () => pixelShuffle(zeros([4, 1, 1]), 0),
    'pixelShuffle: the factor is a whole number ≥ 1, got 0',
  );
});
