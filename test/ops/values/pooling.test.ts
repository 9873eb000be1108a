import * as assert from 'uvu/assert';
import {
  adaptiveAvgPool2d,
  arange,
  avgPool2d,
  grad,
  hessian,
  type MaxPoolOptions,
  maxPool2d,
  type PerAxis,
  type Tensor,
  tensor,
  zeros,
} from '../../../src/index.js';
import { assertClose, assertSame, assertThrows } from '../../support/close.js';
import { assertGolden, goldenInputs } from '../../support/golden.js';
import { property } from '../../support/property.js';
import { suite } from '../../support/suite.js';
import { moves } from '../rows/pooling.js';
import { at, build, DTYPES, filled } from './loops.js';

const test = suite('pooling');

/** One plane as an image. */
const plane = (rows: number[][]): Tensor => tensor([rows]);
const slopes = (f: (x: Tensor) => Tensor, x: Tensor): unknown =>
  (grad((v: Tensor) => f(v).sum())(x).toArray() as number[][][])[0];
const numbers = (y: Tensor): unknown => (y.toArray() as number[][][])[0];

test('values and gradients are those of plain loops and complex steps', () => {
  for (const dtype of DTYPES) {
    const options = { stride: 2, padding: 1, ceilMode: true };
    const most = goldenInputs('maxPool2d', dtype);
    assertGolden('maxPool2d', maxPool2d(most.x!, 3, options), most);
    const mean = goldenInputs('avgPool2d', dtype);
    assertGolden('avgPool2d', avgPool2d(mean.x!, 3, options), mean);
    const seen = goldenInputs('avgPool2dExclude', dtype);
    assertGolden('avgPool2dExclude', avgPool2d(seen.x!, 3, { ...options, countIncludePad: false }), seen);
  }
});

test('what ceilMode adds beyond the image does not count: numbers that PyTorch printed', () => {
  const x = arange(49).reshape([1, 7, 7]);
  assert.equal(numbers(avgPool2d(x, 2, { stride: 3, ceilMode: true })), [
    [4, 7, 9.5],
    [25, 28, 30.5],
    [42.5, 45.5, 48],
  ]);
});

test('values worked out by hand: explicit padding counts as zeros, or not at all', () => {
  const x = plane([
    [1, 2],
    [3, 4],
  ]);
  assert.equal(numbers(avgPool2d(x, 2, { stride: 1, padding: 1 })), [
    [0.25, 0.75, 0.5],
    [1, 2.5, 1.5],
    [0.75, 1.75, 1],
  ]);
  assert.equal(numbers(avgPool2d(x, 2, { stride: 1, padding: 1, countIncludePad: false })), [
    [1, 1.5, 2],
    [2, 2.5, 3],
    [3, 3.5, 4],
  ]);
  assert.equal(numbers(maxPool2d(x, 2, { stride: 1, padding: 1 })), [
    [1, 2, 2],
    [3, 4, 4],
    [3, 4, 4],
  ]);
});

test('the stride is the kernel unless given, and both may differ along the axes', () => {
  const x = arange(24).reshape([1, 4, 6]);
  assert.equal(numbers(maxPool2d(x, [2, 3])), [
    [8, 11],
    [20, 23],
  ]);
  assert.equal(numbers(maxPool2d(x, [2, 3], { stride: [1, 2] })), [
    [8, 10],
    [14, 16],
    [20, 22],
  ]);
});

test('of equal pixels the first in row-major order takes the whole gradient', () => {
  const x = plane([
    [0, 7, 7],
    [7, 7, 0],
    [0, 0, 0],
  ]);
  assert.equal(
    slopes((v) => maxPool2d(v, 3), x),
    [
      [0, 1, 0],
      [0, 0, 0],
      [0, 0, 0],
    ],
  );
  assert.equal(
    slopes((v) => maxPool2d(v, 2, { stride: 1 }), x),
    [
      [0, 2, 0],
      [1, 1, 0],
      [0, 0, 0],
    ],
  );
});

test('a blank image gives each window’s gradient to one pixel, and the sum is kept', () => {
  const blank = zeros([1, 4, 4]);
  assert.equal(
    slopes((v) => maxPool2d(v, 2), blank),
    [
      [1, 0, 1, 0],
      [0, 0, 0, 0],
      [1, 0, 1, 0],
      [0, 0, 0, 0],
    ],
  );
  // The window at the corner sees one pixel, those along the edges two.
  assert.equal(
    slopes((v) => maxPool2d(v, 2, { padding: 1 }), zeros([1, 2, 2])),
    [
      [1, 1],
      [1, 1],
    ],
  );
});

test('NaN wins, the first of several, and −∞ wins against padding', () => {
  const x = plane([
    [1, Number.NaN],
    [Number.NaN, Infinity],
  ]);
  assertSame(maxPool2d(x, 2).data, [Number.NaN]);
  assert.equal(
    slopes((v) => maxPool2d(v, 2), x),
    [
      [0, 1],
      [0, 0],
    ],
  );
  const low = tensor(new Array<number>(9).fill(-Infinity), { shape: [1, 3, 3] });
  const y = maxPool2d(low, 3, { padding: 1, stride: 2, ceilMode: true });
  assertSame(y.data, [-Infinity, -Infinity, -Infinity, -Infinity]);
  assertSame(maxPool2d(plane([[-5]]), 2, { padding: 1 }).data, [-5]);
});

const pair = (size: PerAxis): readonly [number, number] => (typeof size === 'number' ? [size, size] : size);

/** Pooling from its definition: every start of a window that is allowed, and every pixel that lies in the window. */
function defined(
  x: Tensor,
  kernel: PerAxis,
  { stride = kernel, padding = 0, ceilMode = false }: MaxPoolOptions,
  of: (seen: number[], padded: number) => number,
): { shape: number[]; data: number[] } {
  const starts = [0, 1].map((axis) => {
    const [k, s, p] = [pair(kernel)[axis]!, pair(stride)[axis]!, pair(padding)[axis]!];
    const size = x.shape.at(axis - 2)!;
    const found: number[] = [];
    // A window ends within the padding. With ceilMode one more may end beyond, if it begins before the padding behind.
    for (let start = -p; start + k <= size + p; start += s) found.push(start);
    const next = (found.at(-1) ?? -p - s) + s;
    const covers = (found.at(-1) ?? -Infinity) + k >= size + p;
    if (ceilMode && !covers && next < size) found.push(next);
    return found;
  });
  const shape = [...x.shape.slice(0, -2), starts[0]!.length, starts[1]!.length];
  const data = build(shape, (place) => {
    const lead = place.slice(0, -2);
    const [top, left] = [starts[0]![place.at(-2)!]!, starts[1]![place.at(-1)!]!];
    const seen: number[] = [];
    let padded = 0;
    for (let i = top; i < top + pair(kernel)[0]; i++)
      for (let j = left; j < left + pair(kernel)[1]; j++) {
        const [height, width] = x.shape.slice(-2) as [number, number];
        if (i < height + pair(padding)[0] && j < width + pair(padding)[1]) padded++;
        if (i >= 0 && i < height && j >= 0 && j < width) seen.push(at(x, [...lead, i, j]));
      }
    return of(seen, padded);
  });
  return { shape, data };
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const drawn = moves.chain((move) => filled(move.shape).map((x) => ({ x, ...move })));

test('every geometry agrees with the definition, in both dtypes', () => {
  property(
    drawn,
    ({ x, shape: _, kernel, countIncludePad, ...options }) => {
      const most = defined(x, kernel, options, (seen) => Math.max(...seen));
      const mean = defined(
        x,
        kernel,
        options,
        (seen, padded) => sum(seen) / (countIncludePad ? padded : seen.length),
      );
      for (const dtype of DTYPES) {
        const y = maxPool2d(x.astype(dtype), kernel, options);
        assert.equal([y.shape, y.dtype], [most.shape, dtype]);
        assertSame(y.data, most.data);
        const z = avgPool2d(x.astype(dtype), kernel, { ...options, countIncludePad });
        assert.equal([z.shape, z.dtype], [mean.shape, dtype]);
        assertClose(z.data, mean.data, { relative: 1e-6, absolute: 1e-12 });
      }
    },
    200,
  );
});

test('the gradient of a mean is the adjoint of the mean: ⟨pool x, g⟩ = ⟨x, x̄⟩', () => {
  property(drawn, ({ x, shape: _, kernel, ...options }) => {
    const y = avgPool2d(x, kernel, options);
    const g = y.mul(3).sub(1);
    const back = grad((v: Tensor) => avgPool2d(v, kernel, options).mul(g).sum())(x);
    assertClose([y.mul(g).sum().item()], [x.mul(back).sum().item()], { relative: 1e-12, absolute: 1e-12 });
  });
});

test('adaptive windows cover the image: neighbours overlap where sizes do not divide', () => {
  const x = plane([[1, 2, 4, 8, 16]]);
  assert.equal(numbers(adaptiveAvgPool2d(x, [1, 3])), [[1.5, 14 / 3, 12].map(Math.fround)]);
  assert.equal(numbers(adaptiveAvgPool2d(x, [1, 5])), [[1, 2, 4, 8, 16]]);
  assert.equal(numbers(adaptiveAvgPool2d(x, [2, 1])), [[Math.fround(6.2)], [Math.fround(6.2)]]);
  // More windows than columns: each sees one or two.
  assert.equal(numbers(adaptiveAvgPool2d(plane([[1, 3]]), [1, 3])), [[1, 2, 3]]);
});

test('an output size that divides is an ordinary pooling, and 1 is the mean of the whole image', () => {
  const x = arange(48).reshape([2, 1, 4, 6]);
  assertSame(adaptiveAvgPool2d(x, [2, 3]).data, avgPool2d(x, 2).data);
  const whole = adaptiveAvgPool2d(x, 1);
  assert.equal(whole.shape, [2, 1, 1, 1]);
  assertSame(whole.data, x.mean([2, 3]).data);
});

test('second derivatives: of Σ max³ it is 6 · max at the largest pixels, of Σ mean² it is 2/n² between pixels of a window', () => {
  const x = tensor([[[1, 2, 5, 3]]], { dtype: 'float64' });
  const cubes = (v: Tensor): Tensor => maxPool2d(v, [1, 2]).pow(3).sum();
  const seconds = hessian(cubes)(x).reshape([4, 4]);
  assert.equal(seconds.toArray(), [
    [0, 0, 0, 0],
    [0, 12, 0, 0],
    [0, 0, 30, 0],
    [0, 0, 0, 0],
  ]);
  const squares = (v: Tensor): Tensor => avgPool2d(v, [1, 2]).square().sum();
  assert.equal(hessian(squares)(x).reshape([4, 4]).toArray(), [
    [0.5, 0.5, 0, 0],
    [0.5, 0.5, 0, 0],
    [0, 0, 0.5, 0.5],
    [0, 0, 0.5, 0.5],
  ]);
});

test('one image is pooled as a batch of one, and an empty batch gives an empty batch', () => {
  const x = arange(32).reshape([2, 4, 4]);
  const batch = x.unsqueeze(0);
  assertSame(maxPool2d(x, 2).data, maxPool2d(batch, 2).data);
  assertSame(avgPool2d(x, 2).data, avgPool2d(batch, 2).data);
  const none = zeros([0, 3, 4, 4], { requiresGrad: true });
  for (const pool of [maxPool2d, avgPool2d, adaptiveAvgPool2d]) {
    const y = pool(none, 2);
    assert.equal(y.shape, [0, 3, 2, 2]);
    y.sum().backward();
    assert.equal(none.grad!.shape, [0, 3, 4, 4]);
  }
});

test('what is no image, and windows that do not fit, are refused with both sizes', () => {
  const said = (call: () => unknown): string =>
    assertThrows(call).message.replace(/ \(\S+:\d+(:\d+)?\)$/, '');
  const x = zeros([1, 2, 3, 4]);
  assert.is(
    said(() => maxPool2d(zeros([3, 4]), 2)),
    'maxPool2d: expected images [N, C, H, W], or one image [C, H, W], got [3, 4]',
  );
  assert.is(
    said(() => adaptiveAvgPool2d(zeros([1, 2, 0, 4]), 2)),
    'adaptiveAvgPool2d: an image without pixels has no windows: [1, 2, 0, 4]',
  );
  assert.is(
    said(() => avgPool2d(x.named('photo'), 4)),
    'avgPool2d: a window of [4, 4] does not fit into photo [1, 2, 3, 4], whose images are [3, 4]',
  );
  assert.is(
    said(() => maxPool2d(zeros([1, 2, 2]), [5, 2], { padding: [1, 0] })),
    'maxPool2d: a window of [5, 2] does not fit into [1, 2, 2], whose images are [2, 2] with padding [1, 0]',
  );
  assert.is(
    said(() => maxPool2d(x, 2, { padding: 2 })),
    'maxPool2d: padding is at most half of the kernel, got [2, 2] for a kernel [2, 2]; a window has to see the image',
  );
  assert.is(
    said(() => avgPool2d(x, 0)),
    'avgPool2d: kernel is a whole number ≥ 1, or one for the height and one for the width, such as [2, 3], got 0',
  );
  assert.is(
    said(() => avgPool2d(x, 2, { stride: [1, 1.5] })),
    'avgPool2d: stride is a whole number ≥ 1, or one for the height and one for the width, such as [2, 3], got [1, 1.5]',
  );
  assert.is(
    said(() => avgPool2d(x, [1, 2, 3] as unknown as PerAxis)),
    'avgPool2d: kernel is a whole number ≥ 1, or one for the height and one for the width, such as [2, 3], got [1, 2, 3]',
  );
  assert.is(
    said(() => maxPool2d(x, 2, { countIncludePad: true } as MaxPoolOptions)),
    'maxPool2d: knows no option countIncludePad; expected stride, padding, ceilMode',
  );
  assert.is(
    said(() => adaptiveAvgPool2d(x, [0, 1])),
    'adaptiveAvgPool2d: outputSize is a whole number ≥ 1, or one for the height and one for the width, such as [2, 3], got [0, 1]',
  );
});
