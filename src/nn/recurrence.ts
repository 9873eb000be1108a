/** The formulas of the recurrent cells, and what cells and layers share: parameters, and checks of what they are given. */

import type { Tensor } from '../autograd/graph.js';
import type { Dtype } from '../base/array.js';
import { formatShape, ShapeError } from '../base/errors.js';
import { short } from '../base/format.js';
import type { Rng } from '../base/random.js';
import { type Shape, sameShape } from '../base/shape.js';
import {
  type Check,
  checkOptions,
  needGenerator,
  needNumber,
  needTensors,
  numberIn,
  oneOf,
} from '../base/words.js';
import { uniform } from '../init/basic.js';
import { linearFans } from '../init/fans.js';
import { altered, type Initializer } from '../init/initializer.js';
import { relu, sigmoid } from '../ops/activations.js';
import { add, mul, sub } from '../ops/arithmetic.js';
import { zeros } from '../ops/create.js';
import { tanh } from '../ops/functions.js';
import { linear } from '../ops/matmul.js';
import { split, transpose } from '../ops/shape.js';
import { LINEAR } from './linear.js';
import { Parameter } from './module.js';

/**
 * What makes a kind of cell. Inside the layers a state is a list of tensors, of which the first is h, the output.
 */
export interface Recurrence<State> {
  /** The number of gates, whose matrices lie below each other in the weights. */
  readonly gates: number;
  /** What `describe` says of it; empty if there is nothing to say. */
  readonly words: string;
  /** What a program calls the tensors of a state. */
  readonly parts: readonly string[];
  readonly toList: (state: State) => readonly Tensor[];
  readonly fromList: (list: readonly Tensor[]) => State;
  /** The next state, from a = W_ih x + b_ih, from b = W_hh h + b_hh, and from the state. */
  readonly step: (a: Tensor, b: Tensor, state: readonly Tensor[]) => readonly Tensor[];
}

/** A state that is h alone. */
const HIDDEN = {
  parts: ['state'],
  toList: (state: Tensor) => [state],
  fromList: ([h]: readonly Tensor[]) => h!,
} as const;

/** h′ = f(a + b), with f = tanh or relu.  @source Elman 1990 */
export function elman(nonlinearity: 'tanh' | 'relu' = 'tanh'): Recurrence<Tensor> {
  const f = nonlinearity === 'tanh' ? tanh : relu;
  return { ...HIDDEN, gates: 1, words: nonlinearity, step: (a, b) => [f(add(a, b))] };
}

/**
 * r = σ(a_r + b_r),   z = σ(a_z + b_z),   n = tanh(a_n + r ⊙ b_n),   h′ = (1 − z) ⊙ n + z ⊙ h
 *
 * The reset gate r multiplies the product W_hn h + b_hn, as in PyTorch. The paper multiplies h before the product.
 * @source Cho et al. 2014
 */
export const GATED: Recurrence<Tensor> = {
  ...HIDDEN,
  gates: 3,
  words: '',
  step(a, b, [h]) {
    const [ar, az, an] = split(a, 3, -1) as [Tensor, Tensor, Tensor];
    const [br, bz, bn] = split(b, 3, -1) as [Tensor, Tensor, Tensor];
    const r = sigmoid(add(ar, br));
    const z = sigmoid(add(az, bz));
    const n = tanh(add(an, mul(r, bn)));
    return [add(mul(sub(1, z), n), mul(z, h!))];
  },
};

/** The state of an {@link LSTM} or an {@link LSTMCell}. */
export interface LSTMState {
  /** h, which is also the output. */
  readonly hidden: Tensor;
  /** c, the memory. */
  readonly cell: Tensor;
}

/**
 * i = σ(a_i + b_i),   f = σ(a_f + b_f),   g = tanh(a_g + b_g),   o = σ(a_o + b_o),
 * c′ = f ⊙ c + i ⊙ g,   h′ = o ⊙ tanh c′
 * @source Hochreiter and Schmidhuber 1997; the forget gate f: Gers, Schmidhuber and Cummins 2000
 */
export function longShort(forgetBias = 0): Recurrence<LSTMState> {
  return {
    gates: 4,
    words: `forget bias ${forgetBias}`,
    parts: ['state.hidden', 'state.cell'],
    toList: ({ hidden, cell }) => [hidden, cell],
    fromList: ([hidden, cell]) => ({ hidden: hidden!, cell: cell! }),
    step(a, b, [, c]) {
      const [i, f, g, o] = split(add(a, b), 4, -1) as [Tensor, Tensor, Tensor, Tensor];
      const next = add(mul(sigmoid(f), c!), mul(sigmoid(i), tanh(g)));
      return [mul(sigmoid(o), tanh(next)), next];
    },
  };
}

/** Options of all recurrent cells and layers. */
export interface CellOptions {
  /** The generator that the first values are drawn from. */
  rng: Rng;
  /** Draws the weights. Default U(−1/√H, 1/√H), H the hidden size. */
  init?: Initializer;
  /** Whether there are biases. Default true. */
  bias?: boolean;
  /** Draws the biases. Default U(−1/√H, 1/√H). */
  biasInit?: Initializer;
  /** Default float32. */
  dtype?: Dtype;
}

export const CELL: Record<keyof CellOptions, Check | null> = LINEAR;

/** Options of {@link RNNCell}. */
export interface RNNCellOptions extends CellOptions {
  /** Default 'tanh'. */
  nonlinearity?: 'tanh' | 'relu';
}

/** Options of {@link LSTMCell}. */
export interface LSTMCellOptions extends CellOptions {
  /**
   * What is added to the first biases of the forget gate, in biasIh. With 1, the memory fades slowly from the start, as
   * Jozefowicz et al. 2015 advise. Default 0, as in PyTorch.
   */
  forgetBias?: number;
}

export const RNN_CELL: Record<keyof RNNCellOptions, Check | null> = {
  ...CELL,
  nonlinearity: oneOf(['tanh', 'relu']),
};
export const LSTM_CELL: Record<keyof LSTMCellOptions, Check | null> = {
  ...CELL,
  forgetBias: numberIn({ finite: true }),
};

/** The parameters of a cell: weights [gates·H, in] and [gates·H, H], biases [gates·H]. */
export interface CellWeights {
  readonly weightIh: Parameter;
  readonly weightHh: Parameter;
  readonly biasIh: Parameter | null;
  readonly biasHh: Parameter | null;
}

/** Draws the parameters of a cell, in the order of {@link CellWeights}. */
export function drawWeights(
  gates: number,
  inputs: number,
  hidden: number,
  { rng, dtype = 'float32', bias = true, forgetBias = 0, ...options }: LSTMCellOptions,
): CellWeights {
  const bound = 1 / Math.sqrt(hidden);
  const { init = uniform(-bound, bound), biasInit = uniform(-bound, bound) } = options;
  const weight = (from: number): Parameter =>
    new Parameter([gates * hidden, from], { init, fans: linearFans(from, gates * hidden), rng, dtype });
  const biasFrom = (draw: Initializer): Parameter | null =>
    bias ? new Parameter([gates * hidden], { init: draw, rng, dtype }) : null;
  return {
    weightIh: weight(inputs),
    weightHh: weight(hidden),
    biasIh: biasFrom(forgetBias === 0 ? biasInit : withForgetBias(biasInit, hidden, forgetBias)),
    biasHh: biasFrom(biasInit),
  };
}

/** The forget gate is the second of the gates. */
function withForgetBias(init: Initializer, hidden: number, amount: number): Initializer {
  const raise = (values: Float64Array): void => {
    for (let i = hidden; i < 2 * hidden; i++) values[i]! += amount;
  };
  return altered(init, raise, `forget gate ${amount > 0 ? '+' : '−'} ${short(Math.abs(amount), 3)}`);
}

/**
 * A cell that was given its weights: the first function computes a = W_ih x + b_ih of any number of rows, the second one a
 * step in time. The weights lie [out, in], and `linear` takes them [in, out].
 */
export function prepared<State>(
  { step }: Recurrence<State>,
  { weightIh, weightHh, biasIh, biasHh }: CellWeights,
): { inputs: (x: Tensor) => Tensor; next: (a: Tensor, state: readonly Tensor[]) => readonly Tensor[] } {
  const across = transpose(weightHh);
  return {
    inputs: (x) => linear(x, transpose(weightIh), biasIh),
    next: (a, state) => step(a, linear(state[0]!, across, biasHh), state),
  };
}

/** Refuses what the constructor of a cell or a layer cannot take. */
export function checkArguments(
  name: string,
  sizes: Readonly<Record<'inputSize' | 'hiddenSize', number>>,
  options: CellOptions,
  known: Readonly<Record<string, Check | null>>,
): void {
  checkOptions(name, options ?? {}, known);
  for (const [what, size] of Object.entries(sizes)) needNumber(name, what, size, { least: 1, whole: true });
  needGenerator(name, options?.rng, 'for its weights');
}

/** A state as a list, of zeros if there is none. Refuses one of another shape than `shape`, whose axes are `axes`. */
export function stateList<State>(
  layer: string,
  { parts, toList }: Recurrence<State>,
  state: State | undefined,
  shape: Shape,
  axes: string,
  dtype: Dtype,
): readonly Tensor[] {
  if (state === undefined) return parts.map(() => zeros(shape, { dtype }));
  const list = toList(state);
  for (const [i, part] of list.entries()) {
    needTensors(layer, part);
    if (!sameShape(part.shape, shape))
      throw new ShapeError(
        layer,
        `${parts[i]} has shape ${formatShape(part.shape)}, expected ${formatShape(shape)}, which is [${axes}]`,
        [part.shape],
      );
  }
  return list;
}
