/**
 * What the compiler knows of shapes. Nothing here runs: a wrong type, or an expected error that does not occur, makes
 * `tsc` and the test of types fail.
 */

import { random } from '../../src/base/random.js';
import {
  add,
  div,
  matmul,
  maximum,
  mul,
  ones,
  type Shape,
  sub,
  type Tensor,
  tensor,
  zeros,
} from '../../src/index.js';
import { Linear } from '../../src/nn/index.js';

/** Compiles only if T is exactly a tensor of shape S; a tensor of a looser or a stricter shape is refused. */
type IsTensor<T extends Tensor, S extends Shape> =
  (<X>() => X extends Mutable<T['shape']> ? 1 : 2) extends <X>() => X extends Mutable<S> ? 1 : 2
    ? true
    : false;
type Mutable<S extends Shape> = { -readonly [K in keyof S]: S[K] };
const holds = <_ extends true>(): void => {};

const a = zeros([2, 3]);
const b = zeros([3, 4]);
const row = ones([3]);
const column = ones([2, 1]);
const one = ones([]);
const rows: number = 5;
const batch = zeros([rows, 3]);
const anything: Tensor = zeros([2, 2]);

export function literalShapesAreKept(): void {
  holds<IsTensor<typeof a, [2, 3]>>();
  holds<IsTensor<typeof one, []>>();
  holds<IsTensor<typeof batch, [number, 3]>>();
  // @ts-expect-error the helper itself tells one shape from another
  holds<IsTensor<typeof a, [3, 2]>>();
  // @ts-expect-error and a known shape from an unknown one
  holds<IsTensor<typeof a, Shape>>();
  const shaped = tensor(new Float32Array(6), { shape: [3, 2] });
  holds<IsTensor<typeof shaped, [3, 2]>>();
}

export function matrixProducts(): void {
  const product = matmul(a, b);
  holds<IsTensor<typeof product, [2, 4]>>();
  const method = a.matmul(b);
  holds<IsTensor<typeof method, [2, 4]>>();
  const ofBatch = batch.matmul(b);
  holds<IsTensor<typeof ofBatch, [number, 4]>>();
  const unknown: Tensor = anything.matmul(a);
  void unknown;
  // @ts-expect-error [3,4] x [2,3]: inner sizes differ
  matmul(b, a);
  // @ts-expect-error [2,3] x [2,3]: inner sizes differ
  a.matmul(a);
  // @ts-expect-error the inner size of the batch is known, its number of rows is not
  batch.matmul(a);
}

export function broadcasting(): void {
  const same = add(a, a);
  holds<IsTensor<typeof same, [2, 3]>>();
  const withRow = add(a, row);
  holds<IsTensor<typeof withRow, [2, 3]>>();
  const withColumn = mul(column, a);
  holds<IsTensor<typeof withColumn, [2, 3]>>();
  const outer = sub(column, row);
  holds<IsTensor<typeof outer, [2, 3]>>();
  const withNumber = div(a, 2);
  holds<IsTensor<typeof withNumber, [2, 3]>>();
  const withScalar = a.add(one);
  holds<IsTensor<typeof withScalar, [2, 3]>>();
  const ofBatch = batch.add(row);
  holds<IsTensor<typeof ofBatch, [number, 3]>>();
  const unknown = a.add(anything);
  holds<IsTensor<typeof unknown, Shape>>();
}

export function shapesThatClash(): void {
  // @ts-expect-error add: cannot broadcast [2,3] with [3,4]
  add(a, b);
  // @ts-expect-error sub: cannot broadcast [2,3] with [3,4]
  sub(a, b);
  // @ts-expect-error mul: cannot broadcast [2,3] with [2]
  mul(a, ones([2]));
  // @ts-expect-error div: cannot broadcast [2,3] with [4,1,2]
  div(a, ones([4, 1, 2]));
  // @ts-expect-error maximum: cannot broadcast [3] with [2,4]
  maximum(row, ones([2, 4]));
  // @ts-expect-error add: cannot broadcast [2,3] with [3,4]
  a.add(b);
  // @ts-expect-error mul: cannot broadcast [number,3] with [4]
  batch.mul(ones([4]));
}

export function reductions(): void {
  const all = a.sum();
  holds<IsTensor<typeof all, []>>();
  const overRows = a.sum(0);
  holds<IsTensor<typeof overRows, [3]>>();
  const overColumns = a.mean(-1);
  holds<IsTensor<typeof overColumns, [2]>>();
  const kept = a.sum(1, true);
  holds<IsTensor<typeof kept, [2, 1]>>();
  const centred = a.sub(kept);
  holds<IsTensor<typeof centred, [2, 3]>>();
  // @ts-expect-error sub: cannot broadcast [2,3] with [2]; the sum has to keep its axis
  a.sub(overColumns);
}

export function layers(): void {
  const rng = random(0);
  const first = new Linear(3, 8, { rng });
  const second = new Linear(8, 1, { rng });
  const y = second.forward(first.forward(a));
  holds<IsTensor<typeof y, [2, 1]>>();
  const values: Tensor = first.weight;
  void values;
}

export function shapesThatAreKnownAreAlsoShapes(): void {
  const takesAny = (x: Tensor): Tensor => x.square();
  takesAny(a);
  takesAny(one);
  // @ts-expect-error what is only known to be a tensor is not a matrix
  const matrix: Tensor<readonly [2, 2]> = anything;
  void matrix;
}
