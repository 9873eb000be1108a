/** Pooling: the largest and the mean of windows. */
import fc from 'fast-check';
import {
  type AvgPoolOptions,
  abs,
  adaptiveAvgPool2d,
  avgPool2d,
  type MaxPoolOptions,
  maxPool2d,
  mul,
  type PerAxis,
  randint,
  randn,
  type Tensor,
} from '../../../src/index.js';
import { type Attributes, onnx } from '../onnx.js';
import { type Case, generated, golden, goldenOutput, type Row } from '../row.js';
import { both, drawnPair, type Pair, pads } from '../sizes.js';

const windows = (kernel: PerAxis, options: MaxPoolOptions): Attributes => ({
  kernel_shape: both(kernel),
  strides: both(options.stride ?? kernel),
  pads: pads(options.padding ?? 0),
  ceil_mode: options.ceilMode ? 1 : 0,
});
const words = (x: Tensor, kernel: PerAxis, options: object): string =>
  `[${x.shape}] window ${kernel} ${JSON.stringify(options)}`;

const largest = (x: Tensor, kernel: PerAxis, options: MaxPoolOptions): Case => ({
  what: words(x, kernel, options),
  ours: () => maxPool2d(x, kernel, options),
  theirs: onnx('MaxPool', [x], windows(kernel, options)),
});

/** The mean of windows here and in ONNX. */
export const averaged = (x: Tensor, kernel: PerAxis, options: AvgPoolOptions): Case => ({
  what: words(x, kernel, options),
  ours: () => avgPool2d(x, kernel, options),
  theirs: onnx('AveragePool', [x], {
    ...windows(kernel, options),
    count_include_pad: (options.countIncludePad ?? true) ? 1 : 0,
  }),
  scale: () => avgPool2d(abs(x), kernel, options),
});

/** Windows of all kinds that see the image wherever they stand. */
const MOVES = fc.record({
  batch: fc.integer({ min: 1, max: 2 }),
  channels: fc.integer({ min: 1, max: 3 }),
  kernel: drawnPair(1, 4),
  stride: drawnPair(1, 4),
  padding: drawnPair(0, 2),
  more: drawnPair(0, 6),
  ceilMode: fc.boolean(),
  countIncludePad: fc.boolean(),
  ties: fc.boolean(),
});
const atMostHalf = (padding: Pair, kernel: Pair): Pair =>
  padding.map((size, axis) => Math.min(size, Math.floor(kernel[axis]! / 2))) as unknown as Pair;

export const POOLING: readonly Row[] = [
  {
    op: 'maxPool2d',
    by: 'MaxPool',
    units: 0,
    *cases(rng) {
      for (const { batch, channels, kernel, stride, more, ceilMode, ties, ...rest } of generated(MOVES, 60)) {
        const shape = [batch, channels, kernel[0] + more[0], kernel[1] + more[1]];
        const x = ties ? mul(randint(-2, 2, shape, rng), 0.5) : randn(shape, rng);
        yield largest(x, kernel, { stride, padding: atMostHalf(rest.padding, kernel), ceilMode });
      }
      yield largest(randn([4, 8, 28, 27], rng), 2, {});
      yield {
        ...largest(golden('maxPool2d').x!, 3, { stride: 2, padding: 1, ceilMode: true }),
        golden: goldenOutput('maxPool2d'),
      };
    },
  },
  {
    op: 'avgPool2d',
    by: 'AveragePool',
    units: 8,
    *cases(rng) {
      for (const { batch, channels, kernel, more, padding, ties, ...options } of generated(MOVES, 60)) {
        const x = randn([batch, channels, kernel[0] + more[0], kernel[1] + more[1]], rng);
        yield averaged(x, kernel, { ...options, padding: atMostHalf(padding, kernel) });
      }
      yield averaged(randn([4, 8, 28, 27], rng), 2, {});
      const options = { stride: 2, padding: 1, ceilMode: true };
      yield { ...averaged(golden('avgPool2d').x!, 3, options), golden: goldenOutput('avgPool2d') };
      yield {
        ...averaged(golden('avgPool2dExclude').x!, 3, { ...options, countIncludePad: false }),
        golden: goldenOutput('avgPool2dExclude'),
      };
    },
  },
  {
    op: 'adaptiveAvgPool2d',
    by: 'GlobalAveragePool, AveragePool',
    units: 8,
    *cases(rng) {
      for (const shape of [
        [2, 3, 1, 1],
        [1, 4, 5, 7],
        [3, 2, 12, 8],
      ]) {
        const x = randn(shape, rng);
        yield {
          what: `[${shape}] to 1`,
          ours: () => adaptiveAvgPool2d(x, 1),
          theirs: onnx('GlobalAveragePool', [x]),
          scale: () => adaptiveAvgPool2d(abs(x), 1),
        };
      }
      for (const [outputSize, window] of [
        [
          [3, 2],
          [4, 4],
        ],
        [
          [12, 1],
          [1, 8],
        ],
        [
          [6, 8],
          [2, 1],
        ],
      ] as const) {
        const x = randn([2, 3, 12, 8], rng);
        yield {
          what: `[${x.shape}] to ${outputSize}`,
          ours: () => adaptiveAvgPool2d(x, outputSize),
          theirs: onnx('AveragePool', [x], windows(window, {})),
          scale: () => adaptiveAvgPool2d(abs(x), outputSize),
        };
      }
    },
  },
];
