import * as assert from 'uvu/assert';
import {
  conv1d,
  conv2d,
  convTranspose2d,
  type Dtype,
  flip,
  fold,
  grad,
  gradients,
  matmul,
  type Op,
  ones,
  pad,
  randn,
  random,
  reshape,
  sum,
  type Tensor,
  tensor,
  transpose,
  unfold,
  unsqueeze,
  zeros,
} from '../../../src/index.js';
import { assertClose, assertSame, assertThrows } from '../../support/close.js';
import { assertGolden, goldenInputs } from '../../support/golden.js';
import { fc, property } from '../../support/property.js';
import { suite } from '../../support/suite.js';
import { type Axis, countPositions, eachWire, type Sizes, shapesOf } from '../../support/wiring.js';

const test = suite('convolution');
const DTYPES: readonly Dtype[] = ['float64', 'float32'];
const drawn = (shape: readonly number[], seed: number): Tensor =>
  randn(shape, random(seed), { dtype: 'float64' });
const CLOSE = { relative: 1e-12, absolute: 1e-11 };

for (const dtype of DTYPES) {
  test(`conv2d has the value and the gradients of the golden case in ${dtype}`, () => {
    const { x, weight, bias } = goldenInputs('conv2d', dtype);
    const options = { stride: [2, 1], padding: [1, 1], dilation: [1, 2], groups: 2 } as const;
    assertGolden('conv2d', conv2d(x!, weight!, bias!, options), { x: x!, weight: weight!, bias: bias! });
  });
  test(`convTranspose2d has the value and the gradients of the golden case in ${dtype}`, () => {
    const { x, weight, bias } = goldenInputs('convTranspose2d', dtype);
    const y = convTranspose2d(x!, weight!, bias!, { stride: 2, padding: 1, outputPadding: 1 });
    assertGolden('convTranspose2d', y, { x: x!, weight: weight!, bias: bias! });
  });
}

test('values by hand: the filter is laid on the image as it is, and not turned round', () => {
  const x = tensor([
    [
      [
        [1, 2, 3],
        [4, 5, 6],
        [7, 8, 9],
      ],
    ],
  ]);
  const w = tensor([
    [
      [
        [10, 0],
        [0, 1],
      ],
    ],
  ]);
  // 10 · top left + bottom right + 0.5
  assert.equal(conv2d(x, w, tensor([0.5])).toArray(), [
    [
      [
        [15.5, 26.5],
        [48.5, 59.5],
      ],
    ],
  ]);
  // A pixel v adds v · w at its place: [[1, 2], [3, 4]] laid out four times.
  assert.equal(convTranspose2d(tensor([[[[1, 2]]]]), w).toArray(), [
    [
      [
        [10, 20, 0],
        [0, 1, 2],
      ],
    ],
  ]);
  assert.equal(conv1d(tensor([[[1, 2, 3, 4]]]), tensor([[[1, -1]]])).toArray(), [[[-1, -1, -1]]]);
});

const upTo = (most: number, least = 1): fc.Arbitrary<number> => fc.integer({ min: least, max: most });
const axis = fc
  .record({ kernel: upTo(3), stride: upTo(3), before: upTo(2, 0), dilation: upTo(2), more: upTo(3, 0) })
  .map(({ more, ...moves }): Axis => {
    const least = moves.dilation * (moves.kernel - 1) + 1 - 2 * moves.before;
    return { ...moves, after: moves.before, size: Math.max(1, least) + more };
  });
const sizes = fc.record({
  images: upTo(2),
  groups: upTo(3),
  inGroup: upTo(2),
  outGroup: upTo(2),
  vertical: axis,
  horizontal: axis,
});

const optionsOf = ({ groups, vertical: v, horizontal: h }: Sizes) =>
  ({
    stride: [v.stride, h.stride],
    padding: [v.before, h.before],
    dilation: [v.dilation, h.dilation],
    groups,
  }) as const;

test('conv2d is the sum over all wires, for any stride, padding, dilation and groups', () =>
  property(sizes, (given) => {
    const shapes = shapesOf(given);
    const [x, w, bias] = [drawn(shapes.x, 1), drawn(shapes.w, 2), drawn([shapes.w[0]!], 3)];
    const y = conv2d(x, w, bias, optionsOf(given));
    assert.equal([...y.shape], shapes.y);
    const expected = new Float64Array(y.size);
    const area = shapes.y[2]! * shapes.y[3]!;
    for (let i = 0; i < expected.length; i++) expected[i] = bias.data[Math.floor(i / area) % bias.size]!;
    eachWire(given, (xAt, wAt, yAt) => (expected[yAt]! += w.data[wAt]! * x.data[xAt]!));
    assertClose(y.data, expected, CLOSE);
  }));

test('convTranspose2d runs the wires backwards, and outputPadding chooses between the sizes that fit', () =>
  property(sizes, (given) => {
    const shapes = shapesOf(given);
    const [g, w] = [drawn(shapes.y, 1), drawn(shapes.w, 2)];
    const least = ({ stride, before, kernel, dilation, ...rest }: Axis): number =>
      (countPositions({ stride, before, kernel, dilation, ...rest }) - 1) * stride -
      2 * before +
      dilation * (kernel - 1) +
      1;
    const outputPadding = [
      given.vertical.size - least(given.vertical),
      given.horizontal.size - least(given.horizontal),
    ] as const;
    const y = convTranspose2d(g, w, null, { ...optionsOf(given), outputPadding });
    assert.equal([...y.shape], shapes.x);
    const expected = new Float64Array(y.size);
    eachWire(given, (xAt, wAt, yAt) => (expected[xAt]! += w.data[wAt]! * g.data[yAt]!));
    assertClose(y.data, expected, CLOSE);
  }));

test('a convolution is a product of patches, and its gradient of the image is a fold', () => {
  const options = { stride: [2, 1], padding: 1, dilation: [1, 2] } as const;
  const [x, w] = [drawn([2, 3, 6, 5], 4), drawn([4, 3, 2, 2], 5)];
  x.requiresGrad = true;
  const y = conv2d(x, w, null, options);
  const columns = unfold(x, 2, options);
  assertClose(y.data, matmul(reshape(w, [4, 12]), columns).data, CLOSE);
  const g = drawn(y.shape, 6);
  const product = matmul(transpose(reshape(w, [4, 12])), reshape(g, [2, 4, -1]));
  assertClose(gradients(y, [x], { seed: g })[0]!.data, fold(product, [6, 5], 2, options).data, CLOSE);
});

test('rows = ⌊(H + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1', () => {
  for (const [height, kernel, stride, padding, dilation, rows] of [
    [28, 5, 1, 2, 1, 28],
    [28, 5, 1, 0, 1, 24],
    [224, 7, 2, 3, 1, 112],
    [10, 3, 3, 0, 1, 3],
    [10, 3, 1, 0, 4, 2],
    [5, 5, 9, 0, 1, 1],
  ] as const) {
    const options = { stride, padding, dilation };
    const y = conv2d(zeros([1, 1, height, 300]), zeros([1, 1, kernel, 1]), null, options);
    assert.is(y.shape[2], rows);
  }
});

test('rows of a transposed convolution = (H − 1)·stride − 2·padding + dilation·(kernel − 1) + outputPadding + 1', () => {
  for (const [height, kernel, stride, padding, outputPadding, dilation, rows] of [
    [4, 3, 2, 1, 1, 1, 8],
    [4, 4, 2, 1, 0, 1, 8],
    [5, 3, 1, 0, 0, 1, 7],
    [3, 2, 1, 0, 2, 3, 8],
  ] as const) {
    const options = { stride, padding, dilation, outputPadding };
    const y = convTranspose2d(zeros([1, 1, height, height]), zeros([1, 1, kernel, kernel]), null, options);
    assert.equal(y.shape, [1, 1, rows, rows]);
  }
});

test('outputPadding adds rows that are computed, and zeros only beyond the reach of every filter', () => {
  const [x, w] = [ones([1, 1, 2, 2]), ones([1, 1, 3, 3])];
  const last = (y: Tensor): Tensor => y.slice([0, 0, -1]);
  assert.equal(
    last(convTranspose2d(x, w, null, { stride: 2, padding: 1, outputPadding: 1 })).toArray(),
    [1, 2, 1, 1],
  );
  assert.equal(
    last(convTranspose2d(x, w, null, { stride: 2, outputPadding: 1 })).toArray(),
    [0, 0, 0, 0, 0, 0],
  );
});

test("'valid' pads nothing; 'same' keeps the size, and pads an even kernel one more at the bottom and on the right", () => {
  const [x, w] = [drawn([1, 2, 5, 6], 7), drawn([3, 2, 2, 3], 8)];
  assertSame(conv2d(x, w, null, { padding: 'valid' }).data, conv2d(x, w).data);
  const same = conv2d(x, w, null, { padding: 'same' });
  assert.equal(same.shape, [1, 3, 5, 6]);
  const padded = pad(x, [
    [0, 0],
    [0, 0],
    [0, 1],
    [1, 1],
  ]);
  assertClose(same.data, conv2d(padded, w).data, CLOSE);
  const wide = conv2d(x, w, null, { padding: 'same', dilation: [3, 2] });
  assert.equal(wide.shape, [1, 3, 5, 6]);
  assert.equal(conv1d(zeros([1, 1, 7]), zeros([1, 1, 4]), null, { padding: 'same' }).shape, [1, 1, 7]);
});

test('groups are convolutions side by side, and as many groups as channels filter each channel alone', () => {
  const [x, w, b] = [drawn([2, 4, 5, 5], 9), drawn([6, 2, 3, 3], 10), drawn([6], 11)];
  const y = conv2d(x, w, b, { groups: 2, padding: 1 });
  for (const [group, channels, filters] of [
    [0, [0, 2], [0, 3]],
    [1, [2, 4], [3, 6]],
  ] as const) {
    const alone = conv2d(x.slice([null, [...channels]]), w.slice([[...filters]]), b.slice([[...filters]]), {
      padding: 1,
    });
    assertClose(y.slice([null, [...filters]]).data, alone.data, { ...CLOSE, what: `group ${group}` });
  }
  const depthwise = conv2d(x, drawn([4, 1, 3, 3], 12), null, { groups: 4 });
  const touched = x.clone();
  touched.data.fill(0, 0, 25);
  const without = conv2d(touched, drawn([4, 1, 3, 3], 12), null, { groups: 4 });
  assertSame(depthwise.slice([0, [1, 4]]).data, without.slice([0, [1, 4]]).data);
  assert.ok(depthwise.slice([0, 0]).data.some((value, i) => value !== without.slice([0, 0]).data[i]));
});

test('a dilated filter is the filter with zeros between its elements', () => {
  const [x, w] = [drawn([1, 1, 7, 7], 13), drawn([1, 1, 2, 2], 14)];
  const spread = zeros([1, 1, 4, 3], { dtype: 'float64' });
  for (const [i, at] of [0, 2, 9, 11].entries()) spread.data[at] = w.data[i]!;
  assertClose(conv2d(x, w, null, { dilation: [3, 2] }).data, conv2d(x, spread).data, CLOSE);
});

test('without a stride, a transposed convolution is a convolution with the filter turned round, padded all around', () => {
  const [x, w] = [drawn([1, 2, 4, 4], 15), drawn([2, 3, 3, 3], 16)];
  const turned = transpose(flip(w, [2, 3]), 0, 1);
  assertClose(convTranspose2d(x, w).data, conv2d(x, turned, null, { padding: 2 }).data, CLOSE);
});

test('conv1d is conv2d on images of one row', () => {
  const [x, w, b] = [drawn([2, 4, 9], 17), drawn([2, 2, 3], 18), drawn([2], 19)];
  const flat = conv1d(x, w, b, { stride: 2, padding: 1, dilation: 2, groups: 2 });
  const options = { stride: [1, 2], padding: [0, 1], dilation: [1, 2], groups: 2 } as const;
  const image = conv2d(unsqueeze(x, 2), unsqueeze(w, 2), b, options);
  assert.equal(flat.shape, [2, 2, 4]);
  assertSame(flat.data, image.data);
});

test('no image gives no output, and gradients of zero', () => {
  const [x, w, b] = [zeros([0, 2, 5, 5]), ones([3, 2, 3, 3]), ones([3])];
  for (const leaf of [x, w, b]) leaf.requiresGrad = true;
  const y = conv2d(x, w, b);
  assert.equal(y.shape, [0, 3, 3, 3]);
  sum(y).backward();
  assert.equal(x.grad!.shape, [0, 2, 5, 5]);
  assertSame(w.grad!.data, new Float32Array(54));
  assertSame(b.grad!.data, new Float32Array(3));
  assert.equal(convTranspose2d(zeros([0, 3, 2, 2]), w).shape, [0, 2, 4, 4]);
});

test('operands of two dtypes are multiplied in float64, and each gradient has the dtype of its leaf', () => {
  const [x, w] = [ones([1, 1, 3, 3]), tensor([[[[0.1]]]], { dtype: 'float64' })];
  for (const leaf of [x, w]) leaf.requiresGrad = true;
  const y = conv2d(x, w);
  assert.is(y.dtype, 'float64');
  sum(y).backward();
  assert.is(x.grad!.dtype, 'float32');
  assert.is(w.grad!.dtype, 'float64');
});

test('NaN and infinity reach the outputs whose windows see them, and no others', () => {
  const x = zeros([1, 1, 1, 5]);
  x.data[0] = Number.NaN;
  x.data[4] = Infinity;
  assertSame(conv2d(x, ones([1, 1, 1, 2])).data, [Number.NaN, 0, 0, Infinity]);
});

test('the gradient of the first layer’s images is not computed when nobody asks for it', () => {
  const ran: string[] = [];
  const [x, w] = [ones([1, 1, 4, 4]), ones([1, 1, 3, 3])];
  w.requiresGrad = true;
  const y = conv2d(x, w);
  const { op } = y.node!;
  const rules = op.vjp as readonly ((...args: never[]) => Tensor)[];
  const watched: Op = {
    ...op,
    vjp: rules.map((rule, i) => (...args: never[]) => {
      ran.push(['image', 'filters'][i]!);
      return rule(...args);
    }) as never,
  };
  Object.assign(y.node!, { op: watched });
  sum(y).backward();
  assert.equal(ran, ['filters']);
  assert.is(x.grad, null);
  assertSame(w.grad!.data, new Float32Array(9).fill(4));
});

test('there are derivatives of any order: w ⋆ (w ⋆ (w ⋆ x)) is a cubic in a filter of one element', () => {
  const x = drawn([1, 1, 3, 3], 20);
  const cubic = (w: Tensor): Tensor => sum(conv2d(conv2d(conv2d(x, w), w), w));
  const w = tensor([[[[0.5]]]], { dtype: 'float64' });
  const total = sum(x).item();
  const [first, second, third] = [grad(cubic), grad(grad(cubic)), grad(grad(grad(cubic)))];
  assertClose(first(w).data, [0.75 * total], CLOSE);
  assertClose(second(w).data, [3 * total], CLOSE);
  assertClose(third(w).data, [6 * total], CLOSE);
});

test('refusals of operands name the op, the shapes and the fix', () => {
  const [x, w] = [zeros([8, 3, 9, 9]).named('images'), zeros([4, 3, 3, 3]).named('W')];
  assertThrows(
    () => conv2d(zeros([3, 9, 9]), w),
    'conv2d: expected x of shape [batch, channels, height, width], got [3, 9, 9]; x.unsqueeze(0) makes a batch of one',
  );
  assertThrows(
    () => conv2d(zeros([9, 9]), w),
    'conv2d: expected x of shape [batch, channels, height, width], got [9, 9]',
  );
  assertThrows(
    () => conv1d(zeros([3, 9]), zeros([4, 3, 3])),
    'conv1d: expected x of shape [batch, channels, length], got [3, 9]; x.unsqueeze(0) makes a batch of one',
  );
  assertThrows(
    () => conv2d(x, zeros([3, 3])),
    'conv2d: expected a weight of shape [out, in/groups, kernel height, kernel width], got [3, 3]',
  );
  assertThrows(
    () => convTranspose2d(x, zeros([3, 3])),
    'convTranspose2d: expected a weight of shape [in, out/groups, kernel height, kernel width], got [3, 3]',
  );
  assertThrows(
    () => conv1d(zeros([1, 3, 9]), zeros([3, 3])),
    'conv1d: expected a weight of shape [out, in/groups, kernel], got [3, 3]',
  );
  assertThrows(
    () => conv2d(x, zeros([4, 1, 3, 3]).named('W')),
    'conv2d: x images [8, 3, 9, 9] has 3 channels, and the weight W [4, 1, 3, 3] takes 1',
  );
  assertThrows(
    () => conv2d(x, zeros([4, 3, 3, 3]), null, { groups: 2 }),
    'conv2d: x images [8, 3, 9, 9] has 3 channels, and the weight [4, 3, 3, 3] takes 6, 3 in each of 2 groups',
  );
  assertThrows(
    () => conv2d(x, w, null, { groups: 3 }),
    'conv2d: 3 groups do not divide axis 0 of the weight W [4, 3, 3, 3]',
  );
  assertThrows(
    () => convTranspose2d(x, zeros([4, 3, 3, 3])),
    'convTranspose2d: x images [8, 3, 9, 9] has 3 channels, and the weight [4, 3, 3, 3] takes 4',
  );
  assertThrows(() => conv2d(x, w, zeros([3]).named('b')), 'conv2d: expected a bias of shape [4], got b [3]');
  assertThrows(
    () => convTranspose2d(x, zeros([3, 2, 1, 1]), zeros([2, 1]), { groups: 3 }),
    'convTranspose2d: expected a bias of shape [6], got [2, 1]',
  );
});

test('refusals of options name the op, the option and what would do', () => {
  const [x, w] = [zeros([1, 3, 4, 9]), zeros([4, 3, 3, 5])];
  assertThrows(
    () => conv2d(x, w, null, { dilation: 2, padding: [0, 1] }),
    'conv2d: the kernel covers 5 × 9, and x [1, 3, 4, 9] is only 4 × 11 with its padding; make the kernel smaller or the padding larger',
  );
  assertThrows(
    () => conv1d(zeros([1, 1, 4]), zeros([1, 1, 5])),
    'conv1d: the kernel covers 5, and x [1, 1, 4] is only 4 with its padding',
  );
  assertThrows(
    () => conv2d(zeros([1, 3, 0, 9]), w),
    'the kernel covers 3 × 5, and x [1, 3, 0, 9] is only 0 × 9 with its padding',
  );
  assertThrows(
    () => conv2d(x, w, null, { stride: 2, padding: 'same' }),
    "conv2d: padding 'same' with stride 2 × 2 means different zeros before and after in different libraries: [[1, 1], [2, 2]] as with stride 1, or [[0, 1], [2, 2]], as few as give ⌈size / stride⌉ positions (TensorFlow); choose one, and pass x through pad(…) first",
  );
  assertThrows(
    () => conv1d(zeros([1, 1, 8]), zeros([1, 1, 3]), null, { stride: 2, padding: 'same' }),
    "conv1d: padding 'same' with stride 2 means different zeros before and after in different libraries: [[1, 1]] as with stride 1, or [[0, 1]]",
  );
  assertThrows(
    () => conv2d(x, w, null, { padding: 'full' as never }),
    "conv2d: unknown padding full; expected 'valid' or 'same'",
  );
  assertThrows(
    () => conv2d(x, w, null, { stride: [1, 0] }),
    'conv2d: stride is a whole number ≥ 1, or one for the height and one for the width, such as [2, 3], got [1, 0]',
  );
  assertThrows(
    () => conv1d(zeros([1, 1, 8]), zeros([1, 1, 3]), null, { padding: [1, 1] as never }),
    'conv1d: padding is a whole number ≥ 0, got an array',
  );
  assertThrows(() => conv2d(x, w, null, { groups: 0 }), 'conv2d: groups is a whole number ≥ 1, got 0');
  assertThrows(
    () => conv2d(x, zeros([4, 3, 0, 3])),
    'conv2d: the kernel is a whole number ≥ 1, or one for the height and one for the width, such as [2, 3], got [0, 3]',
  );
  const g = zeros([1, 2, 3, 3]);
  assertThrows(
    () => convTranspose2d(g, zeros([2, 1, 3, 3]), null, { stride: [2, 1], outputPadding: 1 }),
    'convTranspose2d: outputPadding 1 × 1 is not below the stride 2 × 1 or the dilation 1 × 1 on each axis',
  );
  assertThrows(
    () => convTranspose2d(g, zeros([2, 1, 3, 3]), null, { padding: 3 }),
    'convTranspose2d: the output of x [1, 2, 3, 3] and the weight [2, 1, 3, 3] would be -1 × -1; make the padding smaller',
  );
  assertThrows(
    () => convTranspose2d(g, zeros([2, 1, 3, 3]), null, { padding: 'same' as never }),
    "convTranspose2d: padding is a number or a pair here, got 'same'",
  );
});
