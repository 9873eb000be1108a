import * as assert from 'uvu/assert';
import { type Rng, random } from '../../src/index.js';
import { orthogonal } from '../../src/init/index.js';
import { Linear } from '../../src/nn/index.js';
import { assertClose, assertThrows } from '../support/close.js';
import { fc, property } from '../support/property.js';
import { deviation, exceeded, uniformDistribution } from '../support/statistics.js';
import { suite } from '../support/suite.js';

const test = suite('orthogonal');

/** The largest |wᵢ · wⱼ − gain²·δᵢⱼ| over the rows of W [rows, columns], or over its columns if those are fewer. */
function departure(values: ArrayLike<number>, rows: number, columns: number, gain = 1): number {
  const [few, many, step, stride] =
    rows <= columns ? [rows, columns, columns, 1] : [columns, rows, 1, columns];
  let worst = 0;
  for (let i = 0; i < few; i++)
    for (let j = 0; j <= i; j++) {
      let dot = 0;
      for (let k = 0; k < many; k++) dot += values[i * step + k * stride]! * values[j * step + k * stride]!;
      worst = Math.max(worst, Math.abs(dot - (i === j ? gain * gain : 0)));
    }
  return worst;
}

test('square, tall and wide matrices have orthonormal rows or columns to rounding', () => {
  for (const [rows, columns] of [
    [1, 1],
    [2, 2],
    [64, 64],
    [100, 30],
    [30, 100],
    [1, 9],
    [9, 1],
    [65, 64],
  ] as const) {
    const values = orthogonal()([rows, columns], null, random(4));
    assert.ok(departure(values, rows, columns) < 2e-14, `[${rows}, ${columns}]`);
  }
});

test('a square matrix is orthogonal in its rows and in its columns', () => {
  const n = 40;
  const values = orthogonal()([n, n], null, random(5));
  const turned = Float64Array.from(values, (_, i) => values[(i % n) * n + Math.floor(i / n)]!);
  assert.ok(departure(values, n, n) < 2e-14);
  assert.ok(departure(turned, n, n) < 2e-14);
});

test('rounded once to float32, a layer’s weight is orthogonal within 1e-6', () => {
  const layer = new Linear(128, 96, { rng: random(6), init: orthogonal() });
  assert.ok(departure(layer.weight.data, 128, 96) < 1e-6);
});

test('more than two axes are flattened to [first, all others]: the filters of a convolution are orthonormal', () => {
  for (const shape of [
    [8, 4, 3, 3],
    [64, 2, 3],
    [5, 5, 1, 1],
  ]) {
    const others = shape.slice(1).reduce((a, b) => a * b);
    const values = orthogonal()(shape, null, random(7));
    assert.is(values.length, shape[0]! * others);
    assert.ok(departure(values, shape[0]!, others) < 2e-14);
  }
});

test('the gain scales every value, and is what each row and column measures', () => {
  property(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })), ([rows, columns]) => {
    const plain = orthogonal()([rows, columns], null, random(8));
    const scaled = orthogonal({ gain: 2.5 })([rows, columns], null, random(8));
    assertClose(
      scaled,
      plain.map((x) => 2.5 * x),
      { relative: 1e-15, absolute: 0 },
    );
    assert.ok(departure(scaled, rows, columns, 2.5) < 1e-14);
  });
});

type Draw = (n: number, rng: Rng) => ArrayLike<number>;
const drawOrthogonal: Draw = (n, rng) => orthogonal()([n, n], null, rng);

/**
 * Properties of square matrices that are uniform (Haar) over the orthogonal group. For n = 8 the trace has mean 0 and
 * variance 1, and the first element and the determinant are positive half of the time. An element of a 3 × 3 matrix is
 * a coordinate of a uniform point on the sphere, so it is uniform on [−1, 1] (Archimedes).
 */
function haarDefects(draw: Draw, draws = 2000): string[] {
  const rng = random('haar');
  const defects: string[] = [];
  const traces: number[] = [];
  let firstPositive = 0;
  let rotations = 0;
  for (let i = 0; i < draws; i++) {
    const q = draw(8, rng);
    let trace = 0;
    for (let j = 0; j < 8; j++) trace += q[j * 9]!;
    traces.push(trace);
    if (q[0]! > 0) firstPositive++;
    if (determinant(q, 8) > 0) rotations++;
  }
  const mean = traces.reduce((a, b) => a + b) / draws;
  const variance = traces.reduce((a, b) => a + (b - mean) ** 2, 0) / draws;
  if (Math.abs(mean) > 5 / Math.sqrt(draws)) defects.push('mean of the trace');
  if (Math.abs(variance - 1) > 5 * Math.sqrt(2 / draws)) defects.push('variance of the trace');
  if (Math.abs(firstPositive - draws / 2) > 2.5 * Math.sqrt(draws)) defects.push('sign of the first element');
  if (Math.abs(rotations - draws / 2) > 2.5 * Math.sqrt(draws)) defects.push('sign of the determinant');
  const small = Array.from({ length: draws }, () => draw(3, rng));
  for (let element = 0; element < 9; element++) {
    const values = small.map((q) => q[element]!);
    if (exceeded(deviation(values, uniformDistribution(-1, 1))).length > 0)
      defects.push(`distribution of element ${element} of 9`);
  }
  return defects;
}

/** The determinant, by elimination with row exchanges. */
function determinant(matrix: ArrayLike<number>, n: number): number {
  const rows = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => matrix[i * n + j]!));
  let product = 1;
  for (let j = 0; j < n; j++) {
    let pivot = j;
    for (let i = j + 1; i < n; i++) if (Math.abs(rows[i]![j]!) > Math.abs(rows[pivot]![j]!)) pivot = i;
    if (pivot !== j) product = -product;
    [rows[j], rows[pivot]] = [rows[pivot]!, rows[j]!];
    product *= rows[j]![j]!;
    for (let i = j + 1; i < n; i++) {
      const factor = rows[i]![j]! / rows[j]![j]!;
      for (let k = j; k < n; k++) rows[i]![k]! -= factor * rows[j]![k]!;
    }
  }
  return product;
}

test('square matrices are uniform over the orthogonal group', () => {
  assert.equal(haarDefects(drawOrthogonal), []);
});

/** Q of the QR decomposition by Householder reflections, with the signs that the reflections happen to give. */
const withoutSigns: Draw = (n, rng) => {
  const a = Array.from({ length: n }, () => Array.from({ length: n }, () => rng.normal()));
  const q = a.map((_, i) => a.map((_, j) => (i === j ? 1 : 0)));
  for (let j = 0; j < n; j++) {
    const v = a.map((row, i) => (i < j ? 0 : row[j]!));
    v[j]! += Math.sign(v[j]!) * Math.hypot(...v);
    const scale = 2 / v.reduce((sum, x) => sum + x * x, 0);
    for (let k = 0; k < n; k++) {
      const dot = scale * v.reduce((sum, x, i) => sum + x * a[i]![k]!, 0);
      for (let i = 0; i < n; i++) a[i]![k]! -= dot * v[i]!;
    }
    for (const row of q) {
      const dot = scale * v.reduce((sum, x, i) => sum + x * row[i]!, 0);
      for (let i = 0; i < n; i++) row[i]! -= dot * v[i]!;
    }
  }
  return q.flat();
};

test('a QR decomposition whose signs are left as they fall is orthogonal, and noticed all the same', () => {
  assert.ok(departure(withoutSigns(8, random(9)), 8, 8) < 1e-14);
  const defects = haarDefects(withoutSigns);
  for (const defect of ['mean of the trace', 'variance of the trace', 'sign of the first element'])
    assert.ok(defects.includes(defect), `${defect} saw nothing`);
});

test('rotations alone, without reflections, are noticed', () => {
  const onlyRotations: Draw = (n, rng) => {
    const q = Float64Array.from(drawOrthogonal(n, rng));
    if (determinant(q, n) < 0) for (let j = 0; j < n; j++) q[(n - 1) * n + j]! *= -1;
    return q;
  };
  assert.equal(haarDefects(onlyRotations), ['sign of the determinant']);
});

test('a permutation with signs, which is orthogonal too, is noticed', () => {
  const signedPermutation: Draw = (n, rng) => {
    const order = rng.permutation(n);
    const q = new Float64Array(n * n);
    for (let i = 0; i < n; i++) q[i * n + order[i]!] = rng.uniform() < 0.5 ? -1 : 1;
    return q;
  };
  assert.ok(haarDefects(signedPermutation).includes('distribution of element 0 of 9'));
});

test('each element of a tall or a wide matrix is a coordinate of a uniform point on the sphere', () => {
  for (const shape of [
    [3, 2],
    [2, 3],
    [3, 1],
    [1, 3],
  ]) {
    const rng = random('sphere');
    const draws = Array.from({ length: 3000 }, () => orthogonal()(shape, null, rng));
    for (let element = 0; element < shape[0]! * shape[1]!; element++)
      assert.equal(
        exceeded(
          deviation(
            draws.map((q) => q[element]!),
            uniformDistribution(-1, 1),
          ),
        ),
        [],
        `element ${element} of [${shape.join(', ')}]`,
      );
  }
});

test('fewer than two axes are refused, and so is a gain that is not finite', () => {
  for (const shape of [[], [5]])
    assertThrows(
      () => orthogonal()(shape, null, random(1)),
      'orthogonal: expected at least two axes',
      `got shape [${shape}]`,
      'zeros()',
    );
  for (const gain of [Number.NaN, Infinity])
    assertThrows(() => orthogonal({ gain }), `orthogonal: gain is a finite number, got ${gain}`);
  assert.is(orthogonal()([0, 4], null, random(1)).length, 0);
});
