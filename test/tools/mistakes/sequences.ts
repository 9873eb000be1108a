/** Mistakes in embedding, in recurrent layers and in attention. */
import type { Planted } from '../planted.js';

const RECURRENT = 'nn/recurrent.test.ts';
const ATTENTION = 'ops/values/attention.test.ts';
const EMBEDDING = 'ops/values/embedding.test.ts';

export const SEQUENCES: readonly Planted[] = [
  {
    mistake: 'embedding: repeats overwrite each other',
    file: 'kernels/reference/indexing.ts',
    right: 'for (let j = 0; j < inner; j++) y[to + j]! += x.data[from++]!;',
    wrong: 'for (let j = 0; j < inner; j++) y[to + j] = x.data[from++]!;',
    test: EMBEDDING,
  },
  {
    mistake: 'embedding: the padding row is trained',
    file: 'ops/embedding.ts',
    right: 'where(isHeld, rows.detach(), rows)',
    wrong: 'where(isHeld, rows, rows)',
    test: EMBEDDING,
  },
  {
    mistake: 'embedding: the initialiser overwrites the zero row',
    file: 'nn/embedding.ts',
    right: 'init: paddingIndex === null ? init : withZeroRow(init, paddingIndex, size),',
    wrong: 'init,',
    test: 'nn/embedding.test.ts',
  },
  {
    mistake: 'embedding: −1 is the last row',
    file: 'ops/embedding.ts',
    right: "toIndex('embedding', indices, count, 0)",
    wrong: "toIndex('embedding', indices, count)",
    test: EMBEDDING,
  },
  {
    mistake: 'GRU: the reset gate multiplies h before the product',
    file: 'nn/recurrence.ts',
    right: 'next: (a, state) => step(a, linear(state[0]!, across, biasHh), state),',
    wrong: `next: (a, state) => {
      const [h] = state;
      const b = linear(h, across, biasHh);
      if (weightHh.shape[0] !== 3 * weightHh.shape[1]) return step(a, b, state);
      const [[ar, az, an], [br, bz]] = [split(a, 3, -1), split(b, 3, -1)];
      const [r, z] = [sigmoid(add(ar, br)), sigmoid(add(az, bz))];
      const n = tanh(add(an, split(linear(mul(r, h), across, biasHh), 3, -1)[2]));
      return [add(mul(sub(1, z), n), mul(z, h))];
    },`,
    test: RECURRENT,
  },
  {
    mistake: 'GRU: the update gate the other way round',
    file: 'nn/recurrence.ts',
    right: 'add(mul(sub(1, z), n), mul(z, h!))',
    wrong: 'add(mul(z, n), mul(sub(1, z), h!))',
    test: RECURRENT,
  },
  {
    mistake: 'GRU: gates in the order z, r, n',
    file: 'nn/recurrence.ts',
    right: 'const [ar, az, an]',
    wrong: 'const [az, ar, an]',
    test: RECURRENT,
  },
  {
    mistake: 'LSTM: gates in the order i, f, o, g',
    file: 'nn/recurrence.ts',
    right: 'const [i, f, g, o]',
    wrong: 'const [i, f, o, g]',
    test: RECURRENT,
  },
  {
    mistake: 'LSTM: the forget bias is in both biases',
    file: 'nn/recurrence.ts',
    right: 'biasHh: biasFrom(biasInit)',
    wrong: 'biasHh: biasFrom(forgetBias === 0 ? biasInit : withForgetBias(biasInit, hidden, forgetBias))',
    test: RECURRENT,
  },
  {
    mistake: 'recurrent: outputs of the reverse direction in the order in which they are computed',
    file: 'nn/recurrent.ts',
    right: 'output[t] = state[0]!;',
    wrong: 'output[fromEnd ? steps.length - 1 - t : t] = state[0]!;',
    test: RECURRENT,
  },
  {
    mistake: 'recurrent: dropout in evaluation',
    file: 'nn/recurrent.ts',
    right: 'if (layer > 0 && this.training)',
    wrong: 'if (layer > 0)',
    test: RECURRENT,
  },
  {
    mistake: 'attention: √d is missing',
    file: 'ops/attention.ts',
    right: 'scale ?? 1 / Math.sqrt(q.shape[q.rank - 1]!)',
    wrong: 'scale ?? 1',
    test: ATTENTION,
  },
  {
    mistake: 'attention: divided by √ of the width of all heads',
    file: 'nn/attention.ts',
    right: '{ ...mask, causal, dropout, rng }',
    wrong: '{ ...mask, causal, dropout, rng, scale: 1 / Math.sqrt(embed) }',
    test: 'nn/attention.test.ts',
  },
  {
    mistake: 'attention: the mask comes after the softmax',
    file: 'ops/attention.ts',
    right: 'mul(softmax(where(allowed, scores, -Infinity)), allowed)',
    wrong: 'mul(softmax(scores), allowed)',
    test: ATTENTION,
  },
  {
    mistake: 'attention: a row without a key is a mean of all values',
    file: 'ops/attention.ts',
    right: 'mul(softmax(where(allowed, scores, -Infinity)), allowed)',
    wrong: 'softmax(where(allowed, scores, -Infinity))',
    test: ATTENTION,
  },
  {
    mistake: 'attention: a NaN that is masked reaches all outputs',
    file: 'ops/attention.ts',
    right: 'allowed ? [q, k, v].map(finite) : [q, k, v]',
    wrong: '[q, k, v]',
    test: ATTENTION,
  },
  {
    mistake: 'attention: the mask says who may not attend',
    file: 'ops/attention.ts',
    right: 'where(allowed, scores, -Infinity)',
    wrong: 'where(sub(1, allowed), scores, -Infinity)',
    test: ATTENTION,
  },
  {
    mistake: 'attention: heads are cut out of the length',
    file: 'nn/attention.ts',
    right: 'transpose(reshape(x, [batch, length, heads, embed / heads]), 1, 2)',
    wrong: 'reshape(x, [batch, heads, length, embed / heads])',
    test: 'nn/attention.test.ts',
  },
  {
    mistake: 'transformer: the sum is not normalised',
    file: 'nn/transformer.ts',
    right: 'norm2.forward(add(h, this.network(h)))',
    wrong: 'add(h, this.network(h))',
    test: 'nn/transformer.test.ts',
  },
];
