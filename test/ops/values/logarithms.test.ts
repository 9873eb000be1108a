import * as assert from 'uvu/assert';
import {
  exp2,
  grad,
  hessian,
  log2,
  log10,
  logAddExp,
  logSumExp,
  stack,
  type Tensor,
  tensor,
} from '../../../src/index.js';
import { assertClose, assertSame, assertThrows } from '../../support/close.js';
import { suite } from '../../support/suite.js';

const test = suite('logarithms');

const f64 = (data: number[]): Tensor => tensor(data, { dtype: 'float64' });
const slopes = (f: (x: Tensor) => Tensor, at: number[]): ArrayLike<number> =>
  grad((x: Tensor) => f(x).sum())(f64(at)).data;
const curvatures = (f: (x: Tensor) => Tensor, at: number[]): ArrayLike<number> =>
  slopes(
    grad((x: Tensor) => f(x).sum()),
    at,
  );
/** Every whole number from −1074 to 1023. */
const exponents = Array.from({ length: 2098 }, (_, i) => i - 1074);

test('exp2 is exact for every whole number whose power is a number, and log2 leads back', () => {
  const powers = exponents.map((n) => 2 ** n);
  assertSame(exp2(f64(exponents)).data, powers);
  assertSame(log2(f64(powers)).data, exponents);
  const small = exponents.filter((n) => n >= -149 && n < 128);
  assertSame(
    exp2(tensor(small)).data,
    small.map((n) => 2 ** n),
  );
  assertSame(log2(tensor(small.map((n) => 2 ** n))).data, small);
});

test('log10 is exact for powers of 10, and whole numbers come out for those that are rounded', () => {
  const ten = Array.from({ length: 616 }, (_, i) => i - 307);
  assertSame(log10(f64(ten.map((n) => Number(`1e${n}`)))).data, ten);
  const single = ten.filter((n) => n > -38 && n < 39);
  assertSame(log10(tensor(single.map((n) => Number(`1e${n}`)))).data, single);
});

test('log2, log10 and exp2 have the values of 60-digit arithmetic between', () => {
  const at = f64([0.3, 0.7, 5, 10, 1e30]);
  assertClose(
    log2(at).data,
    [-1.7369655941662063, -0.5145731728297583, 2.321928094887362, 3.321928094887362, 99.65784284662087],
    { relative: 2.3e-16, absolute: 0 },
  );
  assertClose(
    log10(f64([0.3, 0.7, 5, 2, 1e30])).data,
    [-0.5228787452803376, -0.1549019599857432, 0.6989700043360189, 0.3010299956639812, 30],
    { relative: 2.3e-16, absolute: 0 },
  );
  assertClose(
    exp2(f64([-2.5, -0.3, 0.1, 1.7, 100.25])).data,
    [0.1767766952966369, 0.8122523963562356, 1.0717734625362931, 3.249009585424942, 1.5074991131288803e30],
    { relative: 2.3e-16, absolute: 0 },
  );
});

test('at 0, below it, at both infinities and at NaN they are the limits', () => {
  for (const log of [log2, log10])
    assertSame(log(f64([0, -0, -1, Infinity, -Infinity, NaN])).data, [
      -Infinity,
      -Infinity,
      NaN,
      Infinity,
      NaN,
      NaN,
    ]);
  assertSame(exp2(f64([0, -0, Infinity, -Infinity, NaN, 1024, -1075, 1e300, -1e300])).data, [
    ...[1, 1, Infinity, 0, NaN, Infinity, 0, Infinity, 0],
  ]);
});

test('their slopes are those of the tables: 1/(x ln 2), 1/(x ln 10), 2ˣ ln 2', () => {
  const at = [0.25, 1, 3];
  assertClose(
    slopes(log2, at),
    at.map((x) => 1 / (x * Math.LN2)),
    { relative: 1e-15 },
  );
  assertClose(
    slopes(log10, at),
    at.map((x) => 1 / (x * Math.LN10)),
    { relative: 1e-15 },
  );
  assertClose(
    slopes(exp2, at),
    at.map((x) => 2 ** x * Math.LN2),
    { relative: 1e-15 },
  );
  assertClose(
    curvatures(log2, at),
    at.map((x) => -1 / (x * x * Math.LN2)),
    { relative: 1e-15 },
  );
  assertClose(
    curvatures(log10, at),
    at.map((x) => -1 / (x * x * Math.LN10)),
    { relative: 1e-15 },
  );
  assertClose(
    curvatures(exp2, at),
    at.map((x) => 2 ** x * Math.LN2 ** 2),
    { relative: 1e-15 },
  );
});

const PAIRS: [a: number, b: number, value: number, share: number][] = [
  [0, 0, Math.LN2, 0.5],
  [1, 2, 2.313261687518223, 0.2689414213699951],
  [-50, 0.25, 0.25, 1.5021118919431522e-22],
  [700, -700, 700, 1],
  [0.001, -30, 0.0010000000000934828, 0.9999999999999065],
];

test('logAddExp has the tabulated values, and its slopes are the shares of both', () => {
  const [a, b] = [0, 1].map((i) => f64(PAIRS.map((row) => row[i]!))) as [Tensor, Tensor];
  const values = PAIRS.map(([, , value]) => value);
  const shares = PAIRS.map(([, , , share]) => share);
  assertClose(logAddExp(a, b).data, values, { relative: 2.3e-16, absolute: 0 });
  assertClose(logAddExp(b, a).data, values, { relative: 2.3e-16, absolute: 0 });
  assertClose(grad((x: Tensor) => logAddExp(x, b).sum())(a).data, shares, { relative: 1e-15, absolute: 0 });
  assertClose(grad((x: Tensor) => logAddExp(b, x).sum())(a).data, shares, { relative: 1e-15, absolute: 0 });
});

test('logAddExp does not overflow, and keeps what is far smaller than its larger operand', () => {
  assertClose(logAddExp(tensor([1000, -1000]), tensor([1000, -1000])).data, [1000.6931, -999.3069]);
  assertClose(logAddExp(tensor([0, -80]), tensor([-50, 0])).data, [1.9287498479639178e-22, Math.exp(-80)], {
    relative: 1e-7,
    absolute: 0,
  });
});

test('logAddExp leaves −∞ out, and equal infinities share evenly, as in logSumExp', () => {
  const a = f64([-Infinity, -Infinity, Infinity, Infinity, Infinity, NaN, 2]);
  const b = f64([-Infinity, 2, Infinity, -Infinity, 2, 2, NaN]);
  assertSame(logAddExp(a, b).data, [-Infinity, 2, Infinity, Infinity, Infinity, NaN, NaN]);
  assertSame(grad((x: Tensor) => logAddExp(x, b).sum())(a).data, [0.5, 0, 0.5, 1, 1, NaN, NaN]);
  const rows = stack([a, b]);
  assertSame(logAddExp(a, b).data, logSumExp(rows, 0).data);
});

test('the second derivatives of logAddExp are ±p(1 − p)', () => {
  const h = hessian((x: Tensor) => logAddExp(x.slice([0]), x.slice([1])))(f64([1, 2]));
  const p = 0.2689414213699951 * (1 - 0.2689414213699951);
  assertClose(h.data, [p, -p, -p, p], { relative: 1e-14 });
});

test('logAddExp broadcasts, takes numbers, and refuses what does not fit by its own name', () => {
  assert.equal(logAddExp(tensor([[1], [2]]), tensor([3, 4, 5])).shape, [2, 3]);
  assert.is(logAddExp(tensor(3), -Infinity).item(), 3);
  assert.equal(logAddExp(tensor([], { shape: [0] }), 1).shape, [0]);
  assertThrows(
    () => logAddExp(tensor([1, 2]) as Tensor, tensor([1, 2, 3]) as Tensor),
    'logAddExp: cannot broadcast [2] with [3]: axis 0 is 2 against 3; sizes must be equal or 1',
  );
  assertThrows(
    () => (logAddExp as (...x: number[]) => Tensor)(1, 2, 3),
    'logAddExp: takes 2 arguments and got more',
  );
});
