/** Calls of the functions and layers for sequences. */
import type * as tg from '../../../src/index.js';
import { ones, random } from '../../../src/index.js';
import * as init from '../../../src/init/index.js';
import { type Argument, type Call, call, options, settings, strict } from '../arguments.js';
import { type Accepts, fine, isTensor } from '../kinds.js';

const rng = (): tg.Rng => random(0);
const rows = (): tg.Tensor => ones([2, 3]);

export const sequenceOps: Record<string, Call> = {
  embedding: call(
    () => strict([0, 1]),
    () => strict(rows()),
    () => options({ paddingIndex: 1 }, { paddingIndex: 'optionalNullable' }),
  ),
  scaledDotProductAttention: call(
    () => strict(rows()),
    () => strict(rows()),
    () => strict(rows()),
    () => options({ allow: [[1, 0]], causal: true, dropout: 0.5, rng: rng(), scale: 2 }, { rng: 'strict' }),
  ),
};

const drawn = { init: init.zeros(), bias: true, biasInit: init.ones(), dtype: 'float64' };
const stacked = { layers: 2, bidirectional: true, batchFirst: true, dropout: 0.5 };

/** A layer of two sizes. With dropout between layers, their number cannot be left out. */
const layer = (more: object, sizes: readonly number[] = [4, 2]): Call =>
  call(...sizes.map((size) => (): Argument => strict(size)), () =>
    settings({ rng: rng(), ...more }, { rng: 'strict', layers: 'strict', paddingIndex: 'optionalNullable' }),
  );

export const sequenceLayers: Record<string, Call> = {
  Embedding: layer({ init: init.zeros(), paddingIndex: 1, dtype: 'float64' }),
  RNNCell: layer({ ...drawn, nonlinearity: 'relu' }),
  GRUCell: layer(drawn),
  LSTMCell: layer({ ...drawn, forgetBias: 1 }),
  RNN: layer({ ...drawn, ...stacked, nonlinearity: 'relu' }),
  GRU: layer({ ...drawn, ...stacked }),
  LSTM: layer({ ...drawn, ...stacked, forgetBias: 1 }),
  MultiheadAttention: layer({ ...drawn, dropout: 0.5 }),
  TransformerEncoderLayer: layer(
    {
      init: init.zeros(),
      bias: true,
      dtype: 'float64',
      activation: 'gelu',
      normFirst: true,
      dropout: 0.5,
      eps: 1e-3,
    },
    [4, 2, 3],
  ),
  sinusoidalPositions: call(
    () => strict(3),
    () => strict(4),
    () => options({ dtype: 'float64' }),
  ),
};

export const SEQUENCES_ALSO: Record<string, Accepts> = {
  'embedding, argument 0': { 'a tensor of another shape': isTensor },
  'embedding, option paddingIndex': { null: isTensor },
  'Embedding, option paddingIndex': { null: fine },
};
