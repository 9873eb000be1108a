import * as assert from 'uvu/assert';
import {
  type Dtype,
  grad,
  groupNorm,
  instanceNorm,
  layerNorm,
  type NormalisationOptions,
  randn,
  random,
  rmsNorm,
  type Tensor,
  tensor,
  zeros,
} from '../../../src/index.js';
import { standardise } from '../../../src/ops/normalisation.js';
import { assertClose, assertSame, assertThrows } from '../../support/close.js';
import { assertGolden, goldenCase, goldenInputs } from '../../support/golden.js';
import { fc, property } from '../../support/property.js';
import { suite } from '../../support/suite.js';
import { at, build, DTYPES, positions, tensors } from './loops.js';

const test = suite('normalisation');

test('values and gradients are those of plain loops and complex steps', () => {
  for (const dtype of DTYPES) {
    const layer = goldenInputs('layerNorm', dtype);
    assertGolden('layerNorm', layerNorm(layer.x!, -1, layer.weight!, layer.bias!), layer);
    const group = goldenInputs('groupNorm', dtype);
    assertGolden('groupNorm', groupNorm(group.x!, 2, group.weight!, group.bias!), group);
    const rms = goldenInputs('rmsNorm', dtype);
    assertGolden('rmsNorm', rmsNorm(rms.x!, -1, rms.weight!), rms);
  }
});

test('a large mean costs no digit: x + 10000 agrees in float64, and in float32 with the inputs as float32 holds them', () => {
  const exact = goldenInputs('layerNormLargeMean');
  assertGolden('layerNormLargeMean', layerNorm(exact.x!, -1), exact);
  const { x } = goldenInputs('layerNormLargeMean', 'float32');
  const y = layerNorm(x!, -1);
  const width = x!.shape.at(-1)!;
  const expected = build(x!.shape, (place) => {
    const row = Array.from({ length: width }, (_, i) => at(x!, [...place.slice(0, -1), i]));
    return ofRow(row, 1e-5)[place.at(-1)!]!;
  });
  assertClose(y.data, expected, { relative: 2e-7, absolute: 1e-8 });
  // The inputs lost digits when they were rounded, so the case of the file is off by more than that.
  assert.ok(Math.abs(y.data[0]! - goldenCase('layerNormLargeMean').output.data[0]!) > 1e-4);
});

/** A row standardised from the definition. */
function ofRow(row: readonly number[], eps: number, centred = true): number[] {
  const mean = centred ? row.reduce((sum, v) => sum + v, 0) / row.length : 0;
  const square = row.reduce((sum, v) => sum + (v - mean) ** 2, 0) / row.length;
  return row.map((v) => (v - mean) / Math.sqrt(square + eps));
}

/** A tensor standardised from the definition over some of its axes. */
function defined(x: Tensor, axes: readonly number[], eps: number, centred: boolean): number[] {
  return build(x.shape, (place) => {
    const inside = [...positions(axes.map((axis) => x.shape[axis]!))];
    const row = inside.map((own) =>
      at(
        x,
        place.map((p, axis) => (axes.includes(axis) ? own[axes.indexOf(axis)]! : p)),
      ),
    );
    const own = inside.findIndex((candidate) => axes.every((axis, i) => candidate[i] === place[axis]));
    return ofRow(row, eps, centred)[own]!;
  });
}

const withAxes = tensors(1, 4).chain((x) =>
  fc.record({
    x: fc.constant(x),
    axes: fc.subarray(x.shape.map((_, axis) => axis)),
    eps: fc.constantFrom(1e-5, 0.5),
  }),
);

test('any axes agree with the definition, in both dtypes', () => {
  property(withAxes, ({ x, axes, eps }) => {
    for (const dtype of DTYPES) {
      const closeTo =
        dtype === 'float64' ? { relative: 1e-12, absolute: 1e-12 } : { relative: 1e-6, absolute: 1e-6 };
      const [y, z] = [
        layerNorm(x.astype(dtype), axes, null, null, { eps }),
        rmsNorm(x.astype(dtype), axes, null, { eps }),
      ];
      assert.equal([y.shape, y.dtype, z.shape, z.dtype], [x.shape, dtype, x.shape, dtype]);
      assertClose(y.data, defined(x, axes, eps, true), closeTo);
      assertClose(z.data, defined(x, axes, eps, false), closeTo);
    }
  });
});

test('the op is the composition that it stands for, in its values and in its gradients', () => {
  const seed = (y: Tensor): Tensor => randn(y.shape, random(1), { dtype: 'float64' });
  property(withAxes, ({ x, axes, eps }) => {
    for (const centred of [true, false]) {
      const fused = (v: Tensor): Tensor => standardise(v, { axes, centred, eps });
      const leaf = tensor(x, { requiresGrad: true });
      const { op, attrs } = fused(leaf).node!;
      const composed = (v: Tensor): Tensor => op.composition!([v], attrs);
      assertClose(fused(x).data, composed(x).data, { relative: 1e-12, absolute: 1e-12 });
      const [ours, theirs] = [fused, composed].map(
        (f) => grad((v: Tensor) => f(v).mul(seed(v)).sum())(x).data,
      );
      assertClose(ours!, theirs!, { relative: 1e-9, absolute: 1e-9 });
    }
  });
});

test('groups are neighbouring channels with all their pixels, and each channel has its weight and bias', () => {
  const x = randn([2, 4, 3], random(0), { dtype: 'float64' });
  const [weight, bias] = [
    tensor([1, 2, 3, 4], { dtype: 'float64' }),
    tensor([0, 10, 20, 30], { dtype: 'float64' }),
  ];
  const y = groupNorm(x, 2, weight, bias);
  const expected = build([2, 4, 3], ([n, c, i]) => {
    const group = Math.floor(c! / 2) * 2;
    const members = [group, group + 1].flatMap((channel) =>
      [0, 1, 2].map((pixel) => at(x, [n!, channel, pixel])),
    );
    return ofRow(members, 1e-5)[(c! - group) * 3 + i!]! * (c! + 1) + 10 * c!;
  });
  assertClose(y.data, expected, { relative: 1e-12, absolute: 1e-12 });
});

test('one group is a layer norm of a whole image, a group a channel is instance norm', () => {
  const x = randn([2, 3, 2, 2], random(0), { dtype: 'float64' });
  assertClose(groupNorm(x, 1).data, layerNorm(x, [1, 2, 3]).data, { relative: 1e-14 });
  assertClose(groupNorm(x, 3).data, instanceNorm(x).data, { relative: 1e-14 });
  assertClose(instanceNorm(x).data, layerNorm(x, [2, 3]).data, { relative: 1e-14 });
});

test('numbers near the ends of the range neither overflow nor vanish, and nor do their gradients', () => {
  const cases: [Dtype, number[], NormalisationOptions][] = [
    ['float32', [1e30, -1e30, 2e30], {}],
    ['float32', [3e38, -3e38, 3e38], {}],
    ['float32', [1e-30, -1e-30, 2e-30], { eps: 0 }],
    ['float64', [1e300, -1e300, 1.5e300], {}],
    ['float64', [1e308, -1e308, 1e308], {}],
    ['float64', [1e-300, -1e-300, 2e-300], { eps: 0 }],
  ];
  for (const [dtype, values, options] of cases) {
    const x = tensor(values, { dtype });
    const unit = 2 ** Math.round(Math.log2(Math.abs(values[0]!)));
    const scaled = [...x.data].map((v) => v / unit);
    const closeTo = { relative: 1e-6, absolute: 1e-6 };
    assertClose(layerNorm(x, -1, null, null, options).data, ofRow(scaled, 0), closeTo);
    assertClose(rmsNorm(x, -1, null, options).data, ofRow(scaled, 0, false), closeTo);
    // The slope at u · x is that at x, divided by u.
    const weights = tensor([3, 1, 2], { dtype: 'float64' });
    const slope = (at: Tensor): Tensor =>
      grad((v: Tensor) => layerNorm(v, -1, null, null, { eps: 0 }).mul(weights.astype(v.dtype)).sum())(at);
    const expected = slope(tensor(scaled, { dtype: 'float64' }));
    const found = [...slope(x).data].map((v) => v * unit);
    // In float32 slopes of 1e-38 are no longer whole.
    if (dtype === 'float64') assertClose(found, expected.data, { relative: 1e-9, absolute: 1e-9 });
    else assert.ok(found.every(Number.isFinite), `${found}`);
  }
});

test('equal numbers are exactly 0, at any size, and the slope is that of (x − mean x) / √ε', () => {
  for (const value of [0.1, 1e8, -3e30]) {
    const x = tensor([value, value, value], { requiresGrad: true });
    const y = layerNorm(x, -1, tensor([1, 2, 6]));
    assertSame(y.data, [0, 0, 0]);
    y.sum().backward();
    assertClose(
      x.grad!.data,
      [-2, -1, 3].map((g) => g / Math.sqrt(1e-5)),
    );
  }
});

test('infinite numbers and NaN stay in their row', () => {
  const x = tensor([
    [1, 2],
    [Infinity, 2],
    [Number.NaN, 2],
  ]);
  const y = layerNorm(x, -1).toArray() as number[][];
  assert.ok(y[0]!.every(Number.isFinite));
  assert.ok(y.slice(1).flat().every(Number.isNaN));
});

test('no row, and rows without numbers, give nothing', () => {
  for (const shape of [
    [0, 3],
    [3, 0],
  ]) {
    const x = zeros(shape, { requiresGrad: true });
    const y = layerNorm(x, -1);
    assert.equal(y.shape, shape);
    y.sum().backward();
    assert.equal(x.grad!.shape, shape);
  }
  assert.equal(groupNorm(zeros([0, 4, 2]), 2).shape, [0, 4, 2]);
});

test('ε is 1e-5, that of rmsNorm 1e-6, in both dtypes', () => {
  for (const dtype of DTYPES) {
    const x = tensor([0.003, -0.001], { dtype });
    assertClose(layerNorm(x, -1).data, ofRow([0.003, -0.001], 1e-5));
    assertClose(rmsNorm(x, -1).data, ofRow([0.003, -0.001], 1e-6, false));
  }
});

test('a weight or a bias of another shape, and channels that do not split, are refused', () => {
  const said = (call: () => unknown): string =>
    assertThrows(call).message.replace(/ \(\S+:\d+(:\d+)?\)$/, '');
  const x = zeros([2, 4, 3]);
  assert.is(
    said(() => layerNorm(x, [1, 2], zeros([3]))),
    'layerNorm: expected a weight of shape [4, 3] for an input [2, 4, 3], got [3]',
  );
  assert.is(
    said(() => layerNorm(x, -1, null, zeros([4]).named('b'))),
    'layerNorm: expected a bias of shape [3] for an input [2, 4, 3], got b [4]',
  );
  assert.is(
    said(() => groupNorm(x, 3)),
    'groupNorm: 4 channels of [2, 4, 3] do not split into 3 groups',
  );
  assert.is(
    said(() => groupNorm(zeros([4]), 2)),
    'groupNorm: expected a batch [N, C, ...], got [4]',
  );
  assert.is(
    said(() => instanceNorm(zeros([2, 4]))),
    'instanceNorm: a channel of [2, 4] has one value, which less its mean is 0; expected [N, C, ...] with more values to a channel',
  );
  assert.is(
    said(() => layerNorm(x, -1, null, null, { eps: -1 })),
    'layerNorm: eps is a finite number ≥ 0, got -1',
  );
  assert.is(
    said(() => rmsNorm(x, 3)),
    'rmsNorm: axis 3 does not exist in a tensor of rank 3; expected -3 to 2',
  );
});
