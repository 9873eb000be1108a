/** Convolutions, and their adjoints. */
import fc from 'fast-check';
import {
  abs,
  type Conv1dOptions,
  type ConvOptions,
  type ConvTransposeOptions,
  conv1d,
  conv2d,
  convTranspose2d,
  fold,
  type PerAxis,
  randn,
  type Tensor,
} from '../../../src/index.js';
import { type Attributes, onnx, whole } from '../onnx.js';
import { type Case, generated, golden, goldenOutput, type Row } from '../row.js';
import { both, drawnPair, type Pair, pads } from '../sizes.js';

const sized = (...tensors: (Tensor | null)[]): string =>
  tensors.map((one) => `[${one?.shape ?? ''}]`).join(' ');
const size = (tensor: Tensor | null): Tensor | null => tensor && abs(tensor);

/** The padding of a convolution for ONNX. Its SAME_UPPER is for windows without gaps. */
function padding(
  options: { padding?: PerAxis | 'valid' | 'same' },
  kernel: Pair,
  dilation: Pair,
): Attributes {
  const { padding = 0 } = options;
  if (padding === 'valid') return { auto_pad: 'VALID' };
  if (padding !== 'same') return { pads: pads(padding) };
  if (dilation.every((gap) => gap === 1)) return { auto_pad: 'SAME_UPPER' };
  const beyond = kernel.map((k, axis) => dilation[axis]! * (k - 1));
  return { pads: [...beyond.map((n) => Math.floor(n / 2)), ...beyond.map((n) => Math.ceil(n / 2))] };
}

/** A convolution of images here and in ONNX. */
export function convolved(x: Tensor, w: Tensor, b: Tensor | null, options: ConvOptions): Case {
  const { stride = 1, dilation = 1, groups = 1 } = options;
  const kernel = w.shape.slice(2) as unknown as Pair;
  return {
    what: `${sized(x, w, b)} ${JSON.stringify(options)}`,
    ours: () => conv2d(x, w, b, options),
    theirs: onnx('Conv', [x, w, b], {
      strides: both(stride),
      dilations: both(dilation),
      group: groups,
      ...padding(options, kernel, both(dilation)),
    }),
    scale: () => conv2d(abs(x), abs(w), size(b), options),
  };
}

function signalsConvolved(x: Tensor, w: Tensor, b: Tensor | null, options: Conv1dOptions): Case {
  const { stride = 1, dilation = 1, groups = 1, padding: around = 0 } = options;
  const named: Attributes = around === 'valid' ? { auto_pad: 'VALID' } : { auto_pad: 'SAME_UPPER' };
  return {
    what: `${sized(x, w, b)} ${JSON.stringify(options)}`,
    ours: () => conv1d(x, w, b, options),
    theirs: onnx('Conv', [x, w, b], {
      strides: [stride],
      dilations: [dilation],
      group: groups,
      ...(typeof around === 'number' ? { pads: [around, around] } : named),
    }),
    scale: () => conv1d(abs(x), abs(w), size(b), options),
  };
}

/** A transposed convolution here and in ONNX. */
function transposed(x: Tensor, w: Tensor, b: Tensor | null, options: ConvTransposeOptions): Case {
  const { stride = 1, dilation = 1, groups = 1, padding: around = 0, outputPadding = 0 } = options;
  return {
    what: `${sized(x, w, b)} ${JSON.stringify(options)}`,
    ours: () => convTranspose2d(x, w, b, options),
    theirs: onnx('ConvTranspose', [x, w, b], {
      strides: both(stride),
      dilations: both(dilation),
      group: groups,
      pads: pads(around),
      output_padding: both(outputPadding),
    }),
    scale: () => convTranspose2d(abs(x), abs(w), size(b), options),
  };
}

const CHANNELS = {
  batch: fc.integer({ min: 1, max: 3 }),
  groups: fc.integer({ min: 1, max: 3 }),
  in: fc.integer({ min: 1, max: 3 }),
  out: fc.integer({ min: 1, max: 3 }),
  bias: fc.boolean(),
};
const IMAGES = fc.record({
  ...CHANNELS,
  kernel: drawnPair(1, 4),
  stride: drawnPair(1, 3),
  dilation: drawnPair(1, 3),
  padding: fc.oneof<fc.Arbitrary<Pair | 'same' | 'valid'>[]>(
    drawnPair(0, 3),
    fc.constant('same'),
    fc.constant('valid'),
  ),
  more: drawnPair(0, 6),
});
const SIGNALS = fc.record({
  ...CHANNELS,
  kernel: fc.integer({ min: 1, max: 4 }),
  stride: fc.integer({ min: 1, max: 3 }),
  dilation: fc.integer({ min: 1, max: 2 }),
  padding: fc.oneof<fc.Arbitrary<number | 'same' | 'valid'>[]>(
    fc.integer({ min: 0, max: 3 }),
    fc.constant('same'),
    fc.constant('valid'),
  ),
  more: fc.integer({ min: 0, max: 6 }),
});
const TRANSPOSED = fc.record({
  ...CHANNELS,
  kernel: drawnPair(1, 4),
  stride: drawnPair(1, 3),
  dilation: drawnPair(1, 2),
  padding: drawnPair(0, 1),
  outputPadding: drawnPair(0, 2),
  image: drawnPair(2, 5),
});

/** The smallest axis that a window with gaps fits into, and more. */
const fits = (kernel: number, dilation: number, more: number): number => dilation * (kernel - 1) + 1 + more;

export const CONVOLUTION: readonly Row[] = [
  {
    op: 'conv2d',
    by: 'Conv',
    units: 8,
    *cases(rng) {
      for (const { batch, groups, in: i, out, bias, kernel, dilation, more, ...moves } of generated(
        IMAGES,
        60,
      )) {
        const image = kernel.map((k, axis) => fits(k, dilation[axis]!, more[axis]!));
        const x = randn([batch, groups * i, ...image], rng);
        const w = randn([groups * out, i, ...kernel], rng);
        const stride = moves.padding === 'same' ? 1 : moves.stride;
        const options = { ...moves, stride, dilation, groups };
        yield convolved(x, w, bias ? randn([groups * out], rng) : null, options);
      }
      // Large enough for the fast kernels, plain and depthwise.
      yield convolved(randn([4, 8, 24, 20], rng), randn([16, 8, 3, 3], rng), randn([16], rng), {
        padding: 1,
      });
      yield convolved(randn([2, 32, 17, 19], rng), randn([32, 1, 3, 3], rng), randn([32], rng), {
        padding: 'same',
        groups: 32,
      });
      yield convolved(randn([2, 6, 33, 31], rng), randn([12, 3, 5, 4], rng), null, { stride: 2, groups: 2 });
      const { x, weight, bias } = golden('conv2d');
      const options: ConvOptions = { stride: [2, 1], padding: [1, 1], dilation: [1, 2], groups: 2 };
      yield { ...convolved(x!, weight!, bias!, options), golden: goldenOutput('conv2d') };
    },
  },
  {
    op: 'conv1d',
    by: 'Conv',
    units: 8,
    *cases(rng) {
      for (const { batch, groups, in: i, out, bias, kernel, more, ...moves } of generated(SIGNALS, 30)) {
        const same = moves.padding === 'same';
        const dilation = same ? 1 : moves.dilation;
        const x = randn([batch, groups * i, fits(kernel, dilation, more)], rng);
        const w = randn([groups * out, i, kernel], rng);
        const options = { ...moves, dilation, stride: same ? 1 : moves.stride, groups };
        yield signalsConvolved(x, w, bias ? randn([groups * out], rng) : null, options);
      }
      yield signalsConvolved(randn([4, 16, 200], rng), randn([24, 16, 7], rng), randn([24], rng), {
        padding: 3,
      });
    },
  },
  {
    op: 'convTranspose2d',
    by: 'ConvTranspose',
    units: 8,
    *cases(rng) {
      for (const { batch, groups, in: i, out, bias, kernel, image, ...moves } of generated(TRANSPOSED, 40)) {
        // Here it is below the stride or the dilation, in onnxruntime below the stride.
        const outputPadding = moves.outputPadding.map((n, axis) =>
          Math.min(n, moves.stride[axis]! - 1),
        ) as unknown as Pair;
        const padding = moves.padding.map((n, axis) => Math.min(n, kernel[axis]! - 1)) as unknown as Pair;
        const x = randn([batch, groups * i, ...image], rng);
        const w = randn([groups * i, out, ...kernel], rng);
        const options = { ...moves, padding, outputPadding, groups };
        yield transposed(x, w, bias ? randn([groups * out], rng) : null, options);
      }
      yield transposed(randn([2, 16, 12, 11], rng), randn([16, 8, 4, 4], rng), randn([8], rng), {
        stride: 2,
        padding: 1,
      });
      const { x, weight, bias } = golden('convTranspose2d');
      const options = { stride: 2, padding: 1, outputPadding: 1 };
      yield { ...transposed(x!, weight!, bias!, options), golden: goldenOutput('convTranspose2d') };
    },
  },
  {
    op: 'fold',
    by: 'Col2Im',
    units: 4,
    *cases(rng) {
      for (const { batch, in: channels, kernel, stride, dilation, padding, more } of generated(IMAGES, 30)) {
        const around = typeof padding === 'string' ? 0 : padding;
        const image = kernel.map((k, axis) => fits(k, dilation[axis]!, more[axis]!)) as unknown as Pair;
        const positions = image.map(
          (n, axis) =>
            Math.floor(
              (n + 2 * both(around)[axis]! - fits(kernel[axis]!, dilation[axis]!, 0)) / stride[axis]!,
            ) + 1,
        );
        const columns = randn([batch, channels * kernel[0] * kernel[1], positions[0]! * positions[1]!], rng);
        const options = { stride, dilation, padding: around };
        yield {
          what: `${sized(columns)} to ${image}, window ${kernel} ${JSON.stringify(options)}`,
          ours: () => fold(columns, image, kernel, options),
          theirs: onnx('Col2Im', [columns, whole(image), whole(kernel)], {
            strides: stride,
            dilations: dilation,
            pads: pads(around),
          }),
          scale: () => fold(abs(columns), image, kernel, options),
        };
      }
    },
  },
];
