/**
 * Comparisons that are wrong on purpose. Each is judged like a case of its row, and has to disagree: otherwise the row could
 * not notice the mistake.
 */
import {
  avgPool2d,
  conv2d,
  crossEntropy,
  flip,
  gelu,
  layerNorm,
  ones,
  padBy,
  pixelShuffle,
  type Rng,
  randint,
  randn,
  relu,
  scaledDotProductAttention,
  tensor,
  topk,
  zeros,
} from '../../src/index.js';
import { BatchNorm2d, GRU, LSTM } from '../../src/nn/index.js';
import { onnx, outputAt, real, whole } from './onnx.js';
import { type Case, golden, goldenOutput } from './row.js';
import { shuffled } from './rows/arrangement.js';
import { convolved } from './rows/convolution.js';
import { lossOf } from './rows/losses.js';
import { averaged } from './rows/pooling.js';
import { GRU_KIND, goldenRecurrent, LSTM_KIND } from './rows/recurrent.js';

/** A case with a mistake, of the row of an op. */
export interface Wrong {
  readonly op: string;
  readonly mistake: string;
  readonly make: (rng: Rng) => Omit<Case, 'what'>;
}

/** A convolution here, and another one in ONNX. */
function unlike(
  ours: Parameters<typeof convolved>,
  theirs: Parameters<typeof convolved>,
): Omit<Case, 'what'> {
  return { ...convolved(...theirs), ours: () => conv2d(...ours) };
}

export const WRONG: readonly Wrong[] = [
  {
    op: 'GRU',
    mistake: 'the gates in the order r, z, n',
    make: (rng) => goldenRecurrent('gru', new GRU(3, 2, { rng }), { ...GRU_KIND, gates: [0, 1, 2] }),
  },
  {
    op: 'GRU',
    mistake: 'the reset gate before the product',
    make: (rng) => goldenRecurrent('gru', new GRU(3, 2, { rng }), { ...GRU_KIND, attributes: {} }),
  },
  {
    op: 'LSTM',
    mistake: 'the gates in the order i, f, g, o',
    make: (rng) => goldenRecurrent('lstm', new LSTM(3, 2, { rng }), { ...LSTM_KIND, gates: [0, 1, 2, 3] }),
  },
  {
    op: 'conv2d',
    mistake: 'the filter flipped',
    make(rng) {
      const [x, w] = [randn([1, 2, 5, 5], rng), randn([2, 2, 3, 3], rng)];
      return unlike([x, flip(w, [2, 3]), null, {}], [x, w, null, {}]);
    },
  },
  {
    op: 'conv2d',
    mistake: "the odd zero of 'same' on the left",
    make(rng) {
      const [x, w] = [randn([1, 1, 5, 5], rng), randn([1, 1, 1, 2], rng)];
      const theirs = onnx('Conv', [x, w, null], { auto_pad: 'SAME_LOWER' });
      return { ours: () => conv2d(x, w, null, { padding: 'same' }), theirs };
    },
  },
  {
    op: 'conv2d',
    mistake: 'a golden number that is off by a thousandth',
    make() {
      const { x, weight, bias } = golden('conv2d');
      const { shape, data } = goldenOutput('conv2d');
      const right = convolved(x!, weight!, bias!, {
        stride: [2, 1],
        padding: [1, 1],
        dilation: [1, 2],
        groups: 2,
      });
      return { ...right, golden: { shape, data: data.map((value, i) => (i === 7 ? value + 1e-3 : value)) } };
    },
  },
  {
    op: 'avgPool2d',
    mistake: 'zeros of the padding counted on one side only',
    make(rng) {
      const x = randn([1, 1, 5, 5], rng);
      const right = averaged(x, 3, { padding: 1, countIncludePad: true });
      return { ...right, ours: () => avgPool2d(x, 3, { padding: 1, countIncludePad: false }) };
    },
  },
  {
    op: 'avgPool2d',
    mistake: 'ceilMode on one side only, so that shapes differ',
    make(rng) {
      const x = randn([1, 1, 5, 5], rng);
      return { ...averaged(x, 2, { ceilMode: true }), ours: () => avgPool2d(x, 2) };
    },
  },
  {
    op: 'BatchNorm, training',
    mistake: 'the variance stored with another divisor',
    make(rng) {
      const x = randn([4, 2, 3, 3], rng);
      const layer = new BatchNorm2d(2);
      const theirs = onnx('BatchNormalization', [x, ones([2]), zeros([2]), zeros([2]), ones([2])], {
        training_mode: 1,
        momentum: real(0.9),
      });
      return {
        ours: () => [layer.forward(x), layer.runningVar!],
        theirs: [theirs, outputAt(theirs, 2)],
      };
    },
  },
  {
    op: 'layerNorm',
    mistake: 'another ε',
    make(rng) {
      const x = randn([3, 4], rng);
      const theirs = onnx('LayerNormalization', [x, ones([4])], { epsilon: real(1e-3) });
      return { ours: () => layerNorm(x, [1], null, null, { eps: 1e-5 }), theirs };
    },
  },
  {
    op: 'scaledDotProductAttention',
    mistake: 'products that are not divided by √d',
    make(rng) {
      const [q, k, v] = [randn([1, 1, 3, 4], rng), randn([1, 1, 3, 4], rng), randn([1, 1, 3, 4], rng)];
      const theirs = onnx('Attention', [q, k, v], { scale: real(1) });
      return { ours: () => scaledDotProductAttention(q, k, v), theirs };
    },
  },
  {
    op: 'crossEntropy',
    mistake: 'a mean over rows and not over weights',
    make(rng) {
      const [scores, target] = [randn([6, 3], rng), randint(0, 3, [6], rng)];
      const weight = tensor([0.5, 1, 2]);
      const losses = lossOf('SoftmaxCrossEntropyLoss', scores, target, { weight, reduction: 'none' });
      const theirs = onnx('ReduceMean', [losses], { keepdims: 0 });
      return { ours: () => crossEntropy(scores, target, { weight }), theirs };
    },
  },
  {
    op: 'gelu',
    mistake: 'the other form',
    make(rng) {
      const x = randn([50], rng);
      return { ours: () => gelu(x), theirs: onnx('Gelu', [x], { approximate: 'tanh' }) };
    },
  },
  {
    op: 'pixelShuffle',
    mistake: 'depth before column and row',
    make(rng) {
      const x = randn([1, 8, 2, 2], rng);
      return { ours: () => pixelShuffle(x, 2), theirs: shuffled(x, 2, 'DCR') };
    },
  },
  {
    op: 'padBy',
    mistake: 'the edge repeated and not reflected',
    make(rng) {
      const x = randn([4], rng);
      return {
        ours: () => padBy(x, [[1, 1]], 'reflect'),
        theirs: onnx('Pad', [x, whole([1, 1])], { mode: 'edge' }),
      };
    },
  },
  {
    op: 'topk',
    mistake: 'the positions in another order',
    make() {
      const x = tensor([1, 3, 2]);
      const theirs = onnx('TopK', [x, whole([2])], { largest: 0 });
      return {
        ours: () => {
          const { values, indices } = topk(x, 2, 0, { largest: false });
          return [values, flip(indices)];
        },
        theirs: [theirs, outputAt(theirs, 1)],
      };
    },
  },
  {
    op: 'relu',
    mistake: 'NaN on one side',
    make: () => ({ ours: () => relu(tensor([1, 0])), theirs: onnx('Relu', [tensor([1, Number.NaN])]) }),
  },
  {
    op: 'relu',
    mistake: 'an infinite number on one side',
    make: () => ({ ours: () => relu(tensor([1, 2])), theirs: onnx('Relu', [tensor([1, Infinity])]) }),
  },
];
