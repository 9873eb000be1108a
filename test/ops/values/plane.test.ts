import * as assert from 'uvu/assert';
import { atan2, grad, hessian, hypot, type Tensor, tensor } from '../../../src/index.js';
import { assertClose, assertSame, assertThrows } from '../../support/close.js';
import { suite } from '../../support/suite.js';
import { DTYPES } from './loops.js';

const test = suite('plane');

const f64 = (data: number[]): Tensor => tensor(data, { dtype: 'float64' });
const { PI } = Math;

test('hypot of sides that are whole is whole, in every quadrant and order', () => {
  for (const dtype of DTYPES)
    for (const [a, b, c] of [
      [3, 4, 5],
      [5, 12, 13],
      [20, 21, 29],
      [0, 7, 7],
    ] as const)
      for (const [p, q] of [
        [a, b],
        [b, a],
        [-a, b],
        [a, -b],
      ] as const)
        assert.is(hypot(tensor(p, { dtype }), tensor(q, { dtype })).item(), c);
});

test('hypot neither overflows nor vanishes where its squares do', () => {
  assertClose(
    hypot(f64([3e300, 3e-300, 1.2e308]), f64([4e300, 4e-300, 1.2e308])).data,
    [...[5e300, 5e-300, 1.2e308 * Math.SQRT2]],
    { relative: 4e-16, absolute: 0 },
  );
  assertClose(hypot(tensor([3e30, 3e-30]), tensor([4e30, 4e-30])).data, [5e30, 5e-30], { absolute: 0 });
  assertClose(
    grad((a: Tensor) => hypot(a, f64([4e300, 4e-300])).sum())(f64([3e300, -3e-300])).data,
    [0.6, -0.6],
    { relative: 4e-16 },
  );
});

test('the slopes of hypot are the sides over it, and 0 at the origin, where its square is smooth', () => {
  const h = (x: Tensor): Tensor => hypot(x.slice([0]), x.slice([1]));
  assertClose(grad(h)(f64([3, -4])).data, [0.6, -0.8], { relative: 1e-15 });
  // With u = (3, −4)/5: (I − uuᵀ)/5
  assertClose(hessian(h)(f64([3, -4])).data, [0.128, 0.096, 0.096, 0.072], { relative: 1e-14 });
  assertSame(grad(h)(f64([0, 0])).data, [0, 0]);
  assertSame(hessian((x: Tensor) => h(x).square())(f64([0, 0])).data, [2, 0, 0, 2]);
});

test('hypot at infinities and NaN: ∞ beats every number, NaN stays', () => {
  assertSame(hypot(f64([Infinity, -Infinity, 3, NaN]), f64([3, Infinity, -Infinity, 1])).data, [
    ...[Infinity, Infinity, Infinity, NaN],
  ]);
});

/** y, x, the angle, ∂/∂y, ∂/∂x and ∂²/∂y², to 60 digits. */
const ANGLES: number[][] = [
  [1, 2, 0.4636476090008061, 0.4, -0.2, -0.16],
  [-3, 0.5, -1.4056476493802699, 0.05405405405405406, 0.32432432432432434, 0.03506208911614317],
  [2, -1, 2.0344439357957027, -0.2, -0.4, 0.16],
  [-0.25, -4, -3.079173843593836, -0.2490272373540856, 0.01556420233463035, -0.007751820618026011],
  [5, 0.001, 1.5705963267975633, 3.9999998400000065e-5, -0.19999999200000032, -1.5999998720000076e-5],
];

test('atan2 has the tabulated angles, slopes and second derivatives in every quadrant', () => {
  const column = (i: number): number[] => ANGLES.map((row) => row[i]!);
  const [y, x] = [f64(column(0)), f64(column(1))];
  const close = { relative: 1e-15, absolute: 0 };
  assertClose(atan2(y, x).data, column(2), close);
  const slope = grad((at: Tensor) => atan2(at, x).sum());
  assertClose(slope(y).data, column(3), close);
  assertClose(grad((at: Tensor) => atan2(y, at).sum())(x).data, column(4), close);
  assertClose(grad((at: Tensor) => slope(at).sum())(y).data, column(5), { ...close, relative: 4e-15 });
  // The angle is harmonic: both second derivatives add up to 0.
  const across = grad((at: Tensor) => grad((b: Tensor) => atan2(y, b).sum())(at).sum())(x);
  assertClose(
    across.data,
    column(5).map((value) => -value),
    { ...close, relative: 4e-15 },
  );
});

test('atan2 of zeros and infinities is what IEEE 754 lays down for each pair of signs', () => {
  for (const dtype of DTYPES) {
    const rows: [y: number, x: number, angle: number][] = [
      [0, 0, 0],
      [-0, 0, -0],
      [0, -0, PI],
      [-0, -0, -PI],
      [0, 1, 0],
      [-0, 1, -0],
      [0, -1, PI],
      [-0, -1, -PI],
      [1, 0, PI / 2],
      [-1, -0, -PI / 2],
      [1, Infinity, 0],
      [-1, Infinity, -0],
      [1, -Infinity, PI],
      [-1, -Infinity, -PI],
      [Infinity, 1, PI / 2],
      [-Infinity, 1, -PI / 2],
      [Infinity, Infinity, PI / 4],
      [-Infinity, Infinity, -PI / 4],
      [Infinity, -Infinity, (3 * PI) / 4],
      [-Infinity, -Infinity, (-3 * PI) / 4],
      [NaN, 1, NaN],
      [1, NaN, NaN],
      [NaN, Infinity, NaN],
    ];
    const [y, x] = [0, 1].map((i) =>
      tensor(
        rows.map((row) => row[i]!),
        { dtype },
      ),
    );
    const expected = tensor(
      rows.map(([, , angle]) => angle),
      { dtype },
    );
    assertSame(atan2(y!, x!).data, expected.data);
  }
});

test('atan2 of the largest and the smallest numbers keeps all digits, of the angle and of its slopes', () => {
  const y = f64([1e308, 5e-324, -1e300, 3e-310, 1e-200]);
  const x = f64([1e308, 5e-324, 1e-300, -3e-310, 1e120]);
  assertSame(atan2(y, x).data, [PI / 4, PI / 4, -PI / 2, (3 * PI) / 4, 1e-200 / 1e120]);
  assertClose(
    grad((at: Tensor) => atan2(at, f64([2e300, 2e-200])).sum())(f64([1e300, 1e-200])).data,
    [...[4e-301, 4e199]],
    { relative: 1e-15, absolute: 0 },
  );
});

test('far out the angle becomes flat, and at the origin it has no slope', () => {
  const at = f64([Infinity, -Infinity, 1, 0]);
  assertSame(grad((y: Tensor) => atan2(y, f64([1, 1, -Infinity, 0])).sum())(at).data, [0, 0, 0, NaN]);
});

test('both broadcast, take numbers, and refuse a third argument', () => {
  assert.equal(hypot(tensor([[1], [2]]), tensor([3, 4, 5])).shape, [2, 3]);
  assert.equal(atan2(tensor([[1], [2]]), tensor([3, 4, 5])).shape, [2, 3]);
  assert.equal(hypot(tensor([], { shape: [0] }), 1).shape, [0]);
  assert.is(hypot(tensor(3), 4).item(), 5);
  assertThrows(
    () => hypot(tensor([1, 2]) as Tensor, tensor([1, 2, 3]) as Tensor),
    'hypot: cannot broadcast [2] with [3]: axis 0 is 2 against 3; sizes must be equal or 1',
  );
  for (const op of [hypot, atan2])
    assertThrows(() => (op as (...x: number[]) => Tensor)(1, 2, 3), 'takes 2 arguments and got more');
});
