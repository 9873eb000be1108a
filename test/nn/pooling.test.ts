import * as assert from 'uvu/assert';
import { checkModule, demand } from '../../src/check/index.js';
import {
  adaptiveAvgPool2d,
  arange,
  avgPool2d,
  maxPool2d,
  type PerAxis,
  randn,
  random,
} from '../../src/index.js';
import {
  AdaptiveAvgPool2d,
  AvgPool2d,
  Flatten,
  Linear,
  MaxPool2d,
  Sequential,
  summary,
} from '../../src/nn/index.js';
import { assertSame, assertThrows } from '../support/close.js';
import { suite } from '../support/suite.js';

const test = suite('pooling layers');

test('each layer keeps its window and its options, and applies the op of its name', () => {
  const x = arange(50).reshape([2, 5, 5]);
  const max = { stride: [2, 1], padding: 1, ceilMode: true } as const;
  assertSame(new MaxPool2d(3, max).forward(x).data, maxPool2d(x, 3, max).data);
  const mean = { ...max, countIncludePad: false };
  assertSame(new AvgPool2d([3, 2], mean).forward(x).data, avgPool2d(x, [3, 2], mean).data);
  assertSame(new AdaptiveAvgPool2d([2, 3]).forward(x).data, adaptiveAvgPool2d(x, [2, 3]).data);
});

test('gradients pass the check inside a model', () => {
  const rng = random(0);
  const model = new Sequential(
    new MaxPool2d(2),
    new AvgPool2d(2, { stride: 1 }),
    new Flatten(),
    new Linear(8, 2, { rng }),
  );
  demand(checkModule(model, randn([3, 2, 6, 6], rng), { order: 2 }));
});

test('they have no parameters, and printing says how the window moves', () => {
  assert.is(String(new MaxPool2d(2)), 'MaxPool2d(2 × 2, stride 2 × 2): 0 parameters');
  assert.is(
    String(new AvgPool2d([3, 2], { stride: 1, padding: [1, 0], ceilMode: true, countIncludePad: false })),
    'AvgPool2d(3 × 2, stride 1 × 1, padding 1 × 0, ceilMode, padding does not count): 0 parameters',
  );
  assert.is(String(new AdaptiveAvgPool2d(1)), 'AdaptiveAvgPool2d(1 × 1): 0 parameters');
  assert.is(
    summary(new Sequential(new MaxPool2d(2), new AdaptiveAvgPool2d(1), new Flatten()), [4, 3, 8, 8]),
    [
      'name      layer              output        parameters  initialised',
      'layers.0  MaxPool2d          [4, 3, 4, 4]           0',
      'layers.1  AdaptiveAvgPool2d  [4, 3, 1, 1]           0',
      'layers.2  Flatten            [4, 3]                 0',
      '0 parameters',
    ].join('\n'),
  );
});

test('a window that cannot be is refused when the layer is built', () => {
  assertThrows(
    () => new MaxPool2d(0),
    'MaxPool2d: kernel is a whole number ≥ 1, or one for the height and one for the width, such as [2, 3], got 0',
  );
  assertThrows(() => new MaxPool2d(2, { padding: 2 }), 'MaxPool2d: padding is at most half of the kernel');
  assertThrows(() => new AvgPool2d(2, { stride: 0 }), 'AvgPool2d: stride is a whole number ≥ 1');
  assertThrows(
    () => new AvgPool2d('2' as unknown as PerAxis),
    "AvgPool2d: kernel is a whole number ≥ 1, or one for the height and one for the width, such as [2, 3], got '2'",
  );
  assertThrows(() => new AdaptiveAvgPool2d(1.5), 'AdaptiveAvgPool2d: outputSize is a whole number ≥ 1');
});
