/** Mistakes in patches, convolutions and their layers. */
import type { Planted } from '../planted.js';

const OPS = 'ops/values/convolution.test.ts';
const PATCHES = 'ops/values/patches.test.ts';
const LAYERS = 'nn/convolution.test.ts';

export const CONVOLUTIONS: readonly Planted[] = [
  {
    mistake: 'fold overwrites where windows overlap',
    file: 'kernels/reference/patches.ts',
    right: 'y[pixel + i * step]! += columns.data',
    wrong: 'y[pixel + i * step] = columns.data',
    test: PATCHES,
  },
  {
    mistake: 'the filter of a convolution is turned round, in the gradient too',
    file: 'kernels/reference/patches.ts',
    right: 'const left = j * dilation[1]',
    wrong: 'const left = (kernel[1] - 1 - j) * dilation[1]',
    test: OPS,
  },
  {
    mistake: 'a convolution has one position too many where the stride does not divide',
    file: 'kernels/reference/geometry.ts',
    right: 'Math.floor(room / stride[axis]) + 1',
    wrong: 'Math.floor((room + stride[axis] - 1) / stride[axis]) + 1',
    test: OPS,
  },
  {
    mistake: 'dilation of a convolution spreads one element too many',
    file: 'kernels/reference/geometry.ts',
    right: 'return dilation * (kernel - 1) + 1;',
    wrong: 'return dilation * kernel;',
    test: OPS,
  },
  {
    mistake: 'the gradient of a convolution ignores the padding',
    file: 'kernels/reference/convolve.ts',
    right: 'rows * columns]), size, geometry);',
    wrong: 'rows * columns]), size, { ...geometry, padding: [[0, 0], [0, 0]] });',
    test: OPS,
  },
  {
    mistake: 'the gradient of the filters of a convolution counts the first image only',
    file: 'kernels/reference/convolve.ts',
    right: 'return as(sum(product, [0]),',
    wrong:
      'return as(product.shape[0] ? { ...product, data: product.data.slice(0, product.data.length / product.shape[0]) } : sum(product, [0]),',
    test: OPS,
  },
  {
    mistake: 'the gradient of the bias of a convolution is a mean',
    file: 'ops/convolution.ts',
    right: '(g) => sum(g, [0, 2, 3]),',
    wrong: '(g) => sum(g, [0, 2, 3]).div(g.size / g.shape[1]!),',
    test: OPS,
  },
  {
    mistake: "'same' pads an even kernel of a convolution one more on the left",
    file: 'ops/window.ts',
    right: '[Math.floor(total / 2), Math.ceil(total / 2)]',
    wrong: '[Math.ceil(total / 2), Math.floor(total / 2)]',
    test: OPS,
  },
  {
    mistake: 'outputPadding of a transposed convolution adds rows at the top',
    file: 'ops/convolution-options.ts',
    right: '[vertical, vertical - extra[0]]',
    wrong: '[vertical - extra[0], vertical]',
    test: OPS,
  },
  {
    mistake: 'the second derivative of a convolution by image and filters is turned round',
    file: 'ops/convolution.ts',
    right: '(h, { x }, told) => convolution(x, h, null, told),',
    wrong: '(h, { x }, told) => convolution(x, h, null, told).neg(),',
    test: LAYERS,
  },
  {
    mistake: 'a layer of convolution draws its filters without dividing the fans by the groups',
    file: 'nn/convolution.ts',
    right: 'kernel: this.kernelSize, groups };',
    wrong: 'kernel: this.kernelSize, groups: 1 };',
    test: LAYERS,
  },
  {
    mistake: 'fanOut of a convolution is not divided by the groups',
    file: 'init/fans.ts',
    right: 'return { fanIn: inGroup * taps, fanOut: outGroup * taps };',
    wrong: 'return { fanIn: inGroup * taps, fanOut: shape.outChannels * taps };',
    test: LAYERS,
  },
  {
    mistake: 'the fans of a transposed convolution are exchanged',
    file: 'nn/convolution.ts',
    right: 'fans: transposed ? convTransposeFans({ ...sizes, stride: both(stride) }) : convFans(sizes),',
    wrong:
      'fans: transposed ? convFans({ ...sizes, inChannels: outChannels, outChannels: inChannels }) : convFans(sizes),',
    test: LAYERS,
  },
  {
    mistake: 'the fans of a transposed convolution ignore the stride',
    file: 'nn/convolution.ts',
    right: 'convTransposeFans({ ...sizes, stride: both(stride) })',
    wrong: 'convTransposeFans(sizes)',
    test: LAYERS,
  },
];
