/** Recurrent cells: one step in time. */

import type { Tensor } from '../autograd/graph.js';
import type { Check } from '../base/words.js';
import { checkInput } from './input.js';
import { Module, type Parameter } from './module.js';
import {
  CELL,
  type CellOptions,
  type CellWeights,
  checkArguments,
  drawWeights,
  elman,
  GATED,
  LSTM_CELL,
  type LSTMCellOptions,
  type LSTMState,
  longShort,
  prepared,
  type Recurrence,
  RNN_CELL,
  type RNNCellOptions,
  stateList,
} from './recurrence.js';

/** A cell of any kind: the parameters, and a forward from an input and a state to the next state. */
abstract class Cell<State> extends Module implements CellWeights {
  readonly weightIh: Parameter;
  readonly weightHh: Parameter;
  readonly biasIh: Parameter | null;
  readonly biasHh: Parameter | null;

  constructor(
    readonly inputSize: number,
    readonly hiddenSize: number,
    options: CellOptions,
    private readonly recurrence: Recurrence<State>,
    known: Readonly<Record<string, Check | null>> = CELL,
  ) {
    super();
    checkArguments(this.constructor.name, { inputSize, hiddenSize }, options, known);
    const drawn = drawWeights(recurrence.gates, inputSize, hiddenSize, options);
    this.weightIh = drawn.weightIh;
    this.weightHh = drawn.weightHh;
    this.biasIh = drawn.biasIh;
    this.biasHh = drawn.biasHh;
  }

  /**
   * The next state.
   * @param x [batch, in]
   * @param state [batch, hidden]; zeros if left out
   * @throws ShapeError for an input or a state of another shape
   */
  override forward(x: Tensor, state?: State): State {
    const name = `${this.constructor.name}(${this.inputSize} → ${this.hiddenSize})`;
    checkInput(name, x, ['batch'], this.inputSize);
    const shape = [x.shape[0]!, this.hiddenSize];
    const before = stateList(name, this.recurrence, state, shape, 'batch, hidden', x.dtype);
    const { inputs, next } = prepared(this.recurrence, this);
    return this.recurrence.fromList(next(inputs(x), before));
  }

  protected override describe(): string {
    const { weightIh, biasIh, recurrence } = this;
    return [
      `${this.inputSize} → ${this.hiddenSize}`,
      recurrence.words,
      weightIh.init.describe(weightIh.fans),
      biasIh ? '' : 'no bias',
    ]
      .filter(Boolean)
      .join(', ');
  }
}

/**
 * A step of the simple recurrent network.  h′ = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu in the place of tanh.
 * Weights [hidden, in] and [hidden, hidden].
 * @source Elman 1990
 */
export class RNNCell extends Cell<Tensor> {
  constructor(inputSize: number, hiddenSize: number, options: RNNCellOptions) {
    super(inputSize, hiddenSize, options, elman(options?.nonlinearity), RNN_CELL);
  }
}

/**
 * A step of gated recurrent units, with a = W_ih x + b_ih and b = W_hh h + b_hh:
 *
 *     r = σ(a_r + b_r),   z = σ(a_z + b_z),   n = tanh(a_n + r ⊙ b_n),   h′ = (1 − z) ⊙ n + z ⊙ h
 *
 * Weights [3·hidden, in] and [3·hidden, hidden], in which the gates lie in the order r, z, n. The reset gate multiplies the
 * product W_hn h + b_hn, as in PyTorch; the paper multiplies h before the product.
 * @source Cho et al. 2014
 */
export class GRUCell extends Cell<Tensor> {
  constructor(inputSize: number, hiddenSize: number, options: CellOptions) {
    super(inputSize, hiddenSize, options, GATED);
  }
}

/**
 * A step of long short-term memory, with a = W_ih x + b_ih + W_hh h + b_hh:
 *
 *     i = σ(a_i),   f = σ(a_f),   g = tanh(a_g),   o = σ(a_o),   c′ = f ⊙ c + i ⊙ g,   h′ = o ⊙ tanh c′
 *
 * Weights [4·hidden, in] and [4·hidden, hidden], in which the gates lie in the order i, f, g, o.
 * @source Hochreiter and Schmidhuber 1997; the forget gate f: Gers, Schmidhuber and Cummins 2000
 */
export class LSTMCell extends Cell<LSTMState> {
  constructor(inputSize: number, hiddenSize: number, options: LSTMCellOptions) {
    super(inputSize, hiddenSize, options, longShort(options?.forgetBias), LSTM_CELL);
  }
}
