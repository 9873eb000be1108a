import * as assert from 'uvu/assert';
import { checkModule, demand } from '../../src/check/index.js';
import { type Dtype, randn, random, type Shape, type Tensor, zeros } from '../../src/index.js';
import {
  GroupNorm,
  InstanceNorm2d,
  LayerNorm,
  type Module,
  RMSNorm,
  Sequential,
  summary,
} from '../../src/nn/index.js';
import { assertClose, assertThrows } from '../support/close.js';
import { assertGolden, goldenInputs } from '../support/golden.js';
import { suite } from '../support/suite.js';

const test = suite('normalisation layers');

/** A layer with the parameters of a golden case. */
function withGolden<Layer extends Module>(name: string, dtype: Dtype, make: (x: Tensor) => Layer): void {
  const inputs = goldenInputs(name, dtype);
  const layer = make(inputs.x!);
  for (const [key, parameter] of layer.namedParameters()) {
    parameter.assign(inputs[key]!);
    inputs[key] = parameter;
  }
  assertGolden(name, layer.forward(inputs.x!), inputs);
}

test('values and gradients of every parameter are those of plain loops and complex steps', () => {
  for (const dtype of ['float64', 'float32'] as const) {
    withGolden('layerNorm', dtype, (x) => new LayerNorm(x.shape.at(-1)!, { dtype }));
    withGolden('rmsNorm', dtype, (x) => new RMSNorm(x.shape.at(-1)!, { dtype }));
    withGolden('groupNorm', dtype, (x) => new GroupNorm(2, x.shape[1]!, { dtype }));
  }
});

const LAYERS: readonly [layer: Module, shape: Shape][] = [
  [new LayerNorm(4), [3, 4]],
  [new LayerNorm([2, 3], { bias: false }), [4, 2, 3]],
  [new RMSNorm([4]), [2, 3, 4]],
  [new GroupNorm(2, 4), [2, 4, 3]],
  [new InstanceNorm2d(2, { affine: true }), [2, 2, 2, 3]],
];

test('every gradient passes the check, to second order, and no layer asks whether it trains', () => {
  for (const [layer, shape] of LAYERS) {
    const x = randn(shape, random(3));
    demand(checkModule(layer, x, { order: 2 }));
    assertClose(layer.eval().forward(x).data, layer.train().forward(x).data, { relative: 0, absolute: 0 });
  }
});

test('a new layer only standardises: its weight is 1 and its bias 0', () => {
  const x = randn([4, 6, 2, 2], random(0), { dtype: 'float64' }).mul(5).add(3);
  const rows: [Module, number | number[]][] = [
    [new LayerNorm([6, 2, 2]), [1, 2, 3]],
    [new LayerNorm(2, { elementwiseAffine: false }), 3],
    [new InstanceNorm2d(6), [2, 3]],
    [new GroupNorm(1, 6), [1, 2, 3]],
  ];
  for (const [layer, axes] of rows) {
    const y = layer.forward(x);
    assertClose(
      y.mean(axes).data,
      y.mean(axes).data.map(() => 0),
      { absolute: 1e-12 },
    );
    const variances = y.variance(axes, { correction: 0 });
    assertClose(
      variances.data,
      variances.data.map(() => 1),
      { relative: 2e-2 },
    );
  }
  const size = new RMSNorm(24, { eps: 0 })
    .forward(x.reshape([4, 24]))
    .square()
    .mean(1);
  assertClose(size.data, [1, 1, 1, 1], { relative: 1e-12 });
});

test('parameters are named as in PyTorch, and are left out on demand', () => {
  const names = (layer: Module): string[] =>
    layer.namedParameters().map(([name, { shape }]) => `${name} ${shape}`);
  assert.equal(names(new LayerNorm([2, 3])), ['weight 2,3', 'bias 2,3']);
  assert.equal(names(new LayerNorm(3, { bias: false })), ['weight 3']);
  assert.equal(names(new LayerNorm(3, { elementwiseAffine: false })), []);
  assert.equal(names(new RMSNorm(3)), ['weight 3']);
  assert.equal(names(new RMSNorm(3, { elementwiseAffine: false })), []);
  assert.equal(names(new GroupNorm(2, 4)), ['weight 4', 'bias 4']);
  assert.equal(names(new GroupNorm(2, 4, { affine: false })), []);
  assert.equal(names(new InstanceNorm2d(4)), []);
  assert.equal(names(new InstanceNorm2d(4, { affine: true })), ['weight 4', 'bias 4']);
});

test('printing names the sizes, and the summary has a line', () => {
  assert.is(String(new LayerNorm([4, 5])), 'LayerNorm([4, 5], eps=0.00001): 40 parameters');
  assert.is(
    String(new RMSNorm(8, { elementwiseAffine: false })),
    'RMSNorm([8], eps=0.000001, not affine): 0 parameters',
  );
  assert.is(String(new GroupNorm(2, 6)), 'GroupNorm(2 groups of 3 channels, eps=0.00001): 12 parameters');
  assert.is(
    String(new GroupNorm(2, 6, { affine: false, eps: 0.1 })),
    'GroupNorm(2 groups of 3 channels, eps=0.1, not affine): 0 parameters',
  );
  assert.is(String(new InstanceNorm2d(3)), 'InstanceNorm2d(3, eps=0.00001): 0 parameters');
  assert.is(
    String(new InstanceNorm2d(3, { affine: true })),
    'InstanceNorm2d(3, eps=0.00001, affine): 6 parameters',
  );
  assert.is(
    summary(new Sequential(new LayerNorm(4), new RMSNorm(4)), [2, 4]),
    [
      'name      layer      output  parameters  initialised',
      'layers.0  LayerNorm  [2, 4]           8  constant 1 / zeros',
      'layers.1  RMSNorm    [2, 4]           4  constant 1',
      '12 parameters',
    ].join('\n'),
  );
});

test('initialize makes weights 1 and biases 0 again', () => {
  const layer = new LayerNorm(2);
  layer.weight!.assign([5, 6]);
  layer.bias!.assign([7, 8]);
  layer.initialize(random(1));
  assert.equal(
    [layer.weight!.toArray(), layer.bias!.toArray()],
    [
      [1, 1],
      [0, 0],
    ],
  );
});

test('inputs of another layout, and sizes that are none, are refused', () => {
  const said = (call: () => unknown): string =>
    assertThrows(call).message.replace(/ \(\S+:\d+(:\d+)?\)$/, '');
  assert.is(
    said(() => new LayerNorm([4, 5]).forward(zeros([2, 5]))),
    'LayerNorm([4, 5]): expected an input [..., 4, 5], got [2, 5]',
  );
  assert.is(
    said(() => new RMSNorm(4).forward(zeros([4, 2]))),
    'RMSNorm([4]): expected an input [..., 4], got [4, 2]',
  );
  assert.is(
    said(() => new GroupNorm(2, 4).forward(zeros([4, 2]))),
    'GroupNorm(2, 4): expected an input [N, 4, ...], got [4, 2]',
  );
  assert.is(
    said(() => new InstanceNorm2d(4).forward(zeros([2, 4, 3]))),
    'InstanceNorm2d(4): expected an input [N, 4, H, W], got [2, 4, 3]',
  );
  assert.is(
    said(() => new GroupNorm(3, 4)),
    'GroupNorm: 4 channels do not split into 3 groups',
  );
  assert.is(
    said(() => new LayerNorm([4, 0])),
    'LayerNorm: normalizedShape is a whole number ≥ 1, or a list of them, got [4, 0]',
  );
  assert.is(
    said(() => new RMSNorm('4' as unknown as number)),
    "RMSNorm: normalizedShape is a whole number ≥ 1, or a list of them, got '4'",
  );
});
