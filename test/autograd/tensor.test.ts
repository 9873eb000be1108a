import { inspect } from 'node:util';
import * as assert from 'uvu/assert';
import {
  ArgumentError,
  arange,
  full,
  GraphError,
  randn,
  random,
  ShapeError,
  Tensor,
  tensor,
  zeros,
} from '../../src/index.js';
import { assertSame, assertThrows } from '../support/close.js';
import { suite } from '../support/suite.js';

const test = suite('tensor');

test('a tensor knows its shape, size, rank and dtype', () => {
  const x = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  assert.equal([x.shape, x.size, x.rank, x.dtype], [[2, 3], 6, 2, 'float32']);
  const scalar = tensor(1, { dtype: 'float64' });
  assert.equal([scalar.shape, scalar.size, scalar.rank, scalar.dtype], [[], 1, 0, 'float64']);
  const empty = zeros([2, 0, 3]);
  assert.equal([empty.size, empty.rank], [0, 3]);
});

test('the constructor keeps the array it is given, and checks its length', () => {
  const data = Float32Array.of(1, 2);
  assert.is(new Tensor(data, [2]).data, data);
  assertThrows(() => new Tensor(data, [3]), 'Tensor: 2 elements do not fill the shape [3], which holds 3');
});

test('item gives the one element, whatever the rank, and refuses more or none', () => {
  assert.is(tensor(2.5).item(), 2.5);
  assert.is(tensor([[[3]]]).item(), 3);
  const error = assertThrows(
    () => tensor([1, 2]).item(),
    'item: expected one element, got shape [2]',
    'toArray()',
  );
  assert.instance(error, ShapeError);
  assertThrows(() => tensor([]).item(), 'item: expected one element, got shape [0]');
});

test('toArray nests by the shape, empty axes included', () => {
  assert.is(tensor(4).toArray(), 4);
  assert.equal(tensor([1, 2, 3, 4, 5, 6, 7, 8], { shape: [2, 2, 2] }).toArray(), [
    [
      [1, 2],
      [3, 4],
    ],
    [
      [5, 6],
      [7, 8],
    ],
  ]);
  assert.equal(zeros([0]).toArray(), []);
  assert.equal(zeros([2, 0]).toArray(), [[], []]);
  assert.equal(zeros([0, 2]).toArray(), []);
  const copy = tensor([1, 2]);
  (copy.toArray() as number[])[0] = 9;
  assert.is(copy.data[0], 1);
});

test('assign overwrites in place from numbers or a tensor, and counts the write', () => {
  const x = tensor([1, 2]);
  const { data } = x;
  assert.is(x.assign([3, 4]), x);
  assert.is(x.data, data);
  assert.equal([x.toArray(), x.version], [[3, 4], 1]);
  x.assign(tensor([[5, 6]], { dtype: 'float64' }));
  assert.equal([x.toArray(), x.version, x.dtype], [[5, 6], 2, 'float32']);
  const error = assertThrows(() => x.assign([1]), 'assign: 1 values for a tensor of 2 elements, shape [2]');
  assert.instance(error, ArgumentError);
  assert.equal([x.toArray(), x.version], [[5, 6], 2]);
});

test('write hands out the numbers and counts the write', () => {
  const x = tensor([1, 2]);
  assert.is(
    x.write((data) => data.fill(7)),
    x,
  );
  assert.equal([x.toArray(), x.version], [[7, 7], 1]);
});

test('detach copies the numbers, keeps the name, and leads nowhere', () => {
  const x = tensor([1, 2], { requiresGrad: true }).named('x');
  const y = x.detach();
  assert.equal([y.toArray(), y.name, y.requiresGrad, y.isLeaf], [[1, 2], 'x', false, true]);
  x.assign([3, 4]);
  assert.equal(y.toArray(), [1, 2]);
  assert.is(y.cut?.by, 'detach');
  assert.is(tensor([1]).detach().cut, null);
});

test('leaves ask for gradients, computed tensors follow their inputs', () => {
  const x = tensor([1]);
  assert.not.ok(x.requiresGrad);
  x.requiresGrad = true;
  const y = x.mul(2);
  assert.equal([x.isLeaf, y.isLeaf, y.requiresGrad, y.grad], [true, false, true, null]);
  const error = assertThrows(() => {
    y.requiresGrad = false;
  }, 'requiresGrad: this tensor was computed by mul and follows its inputs; use detach()');
  assert.instance(error, GraphError);
  x.requiresGrad = false;
  assert.not.ok(x.mul(2).requiresGrad);
});

test('a tensor prints its numbers in aligned columns, its shape, and what is not the default', () => {
  assert.is(String(tensor(3)), 'tensor(3, shape [])');
  assert.is(String(tensor([1, 2])), 'tensor([1, 2], shape [2])');
  assert.is(String(tensor([0.5, -12, 3.25])), 'tensor([  0.50, -12.00,   3.25], shape [3])');
  assert.is(String(tensor([1 / 3])), 'tensor([0.3333], shape [1])');
  assert.is(String(tensor([1], { dtype: 'float64' })), 'tensor([1], shape [1], float64)');
  const w = tensor([1], { requiresGrad: true, dtype: 'float64' }).named('W');
  assert.is(String(w), 'W([1], shape [1], float64, requiresGrad)');
});

test('rows stand below each other and matrices are set apart', () => {
  assert.is(
    String(
      tensor([
        [1, 2],
        [3, 40],
      ]),
    ),
    ['tensor([[ 1,  2],', '        [ 3, 40]], shape [2, 2])'].join('\n'),
  );
  assert.is(String(tensor([[1], [2]]).named('W')), ['W([[1],', '   [2]], shape [2, 1])'].join('\n'));
  assert.is(
    String(tensor([[[1, 2]], [[3, 4]]])),
    ['tensor([[[1, 2]],', '', '        [[3, 4]]], shape [2, 1, 2])'].join('\n'),
  );
});

test('very small and very large numbers are printed in scientific form', () => {
  assert.is(
    String(tensor([1e-7, 2], { dtype: 'float64' })),
    'tensor([1.0000e-7, 2.0000e+0], shape [2], float64)',
  );
  assert.is(String(tensor([1234567])), 'tensor([1.2346e+6], shape [1])');
  assert.is(
    String(tensor([999999, 0.0001], { dtype: 'float64' })),
    'tensor([999999.0000,      0.0001], shape [2], float64)',
  );
  assert.is(String(tensor([1e300], { dtype: 'float64' })), 'tensor([1.0000e+300], shape [1], float64)');
});

test('NaN and infinities are printed by name, beside plain numbers', () => {
  assert.is(
    String(tensor([Number.NaN, 1, Infinity, -Infinity])),
    'tensor([      NaN,         1,  Infinity, -Infinity], shape [4])',
  );
  assert.is(String(tensor(Number.NaN)), 'tensor(NaN, shape [])');
});

test('tensors of no elements print their brackets', () => {
  assert.is(String(zeros([0])), 'tensor([], shape [0])');
  assert.is(String(zeros([0, 3])), 'tensor([], shape [0, 3])');
  assert.is(String(zeros([2, 0])), ['tensor([[],', '        []], shape [2, 0])'].join('\n'));
});

test('of more than 1000 elements only the ends of long axes are printed', () => {
  assert.ok(!String(zeros([1000])).includes('…'));
  assert.is(String(arange(1001)), 'tensor([   0,    1,    2, …,  998,  999, 1000], shape [1001])');
  const lines = String(arange(2000).reshape([200, 10])).split('\n');
  assert.equal(lines, [
    'tensor([[   0,    1,    2, …,    7,    8,    9],',
    '        [  10,   11,   12, …,   17,   18,   19],',
    '        [  20,   21,   22, …,   27,   28,   29],',
    '        …,',
    '        [1970, 1971, 1972, …, 1977, 1978, 1979],',
    '        [1980, 1981, 1982, …, 1987, 1988, 1989],',
    '        [1990, 1991, 1992, …, 1997, 1998, 1999]], shape [200, 10])',
  ]);
  const narrow = String(arange(2000).reshape([4, 500])).split('\n');
  assert.is(narrow.length, 4);
  assert.is(narrow[3], '        [1500, 1501, 1502, …, 1997, 1998, 1999]], shape [4, 500])');
});

test('a tensor of many short axes prints as well', () => {
  const text = String(zeros(new Array(17).fill(2)));
  assert.is(text.match(/0/g)!.length, 2 ** 17);
});

test('console.log shows what toString gives', () => {
  const x = tensor([[1.5, 2]]).named('x');
  assert.is(inspect(x), x.toString());
  assert.is(`${x}`, 'x([[1.5, 2.0]], shape [1, 2])');
});

test('printing leaves the numbers alone', () => {
  const x = tensor([Number.NaN, -0]);
  String(x);
  assertSame(x.data, [Number.NaN, -0]);
});

test('a shape that was passed in stays the caller’s: changing it changes no tensor', () => {
  const shape = [2, 3];
  const made = [
    zeros(shape),
    full(shape, 1),
    randn(shape, random(0)),
    tensor([1, 2, 3, 4, 5, 6], { shape }),
    arange(6).reshape(shape),
    arange(3).broadcastTo(shape),
    arange(3).expand(shape),
  ];
  shape[0] = 9;
  for (const x of made) assert.equal(x.shape, [2, 3]);
});

test('a write that throws halfway counts as a write', () => {
  const x = tensor([1, 2]);
  assertThrows(() =>
    x.write((data) => {
      data[0] = 7;
      throw new Error('planted');
    }),
  );
  assert.equal([x.toArray(), x.version], [[7, 2], 1]);
});
