/** Recurrent layers: a cell that runs along a sequence, in one direction or in both, in one layer or in several. */

import type { Tensor } from '../autograd/graph.js';
import { ArgumentError, formatShape, ShapeError } from '../base/errors.js';
import type { Rng } from '../base/random.js';
import { type Check, needFlag, numberIn } from '../base/words.js';
import { dropout } from '../ops/dropout.js';
import { concat, slice, squeeze, stack, transpose } from '../ops/shape.js';
import { checkInput } from './input.js';
import { Module } from './module.js';
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

/** What the recurrent layers take besides the options of their cells. */
export interface StackOptions {
  /** How many layers; each but the first takes the outputs of the one before. Default 1. */
  layers?: number;
  /** Whether each layer also runs from the end to the start. The outputs of both directions are joined. Default false. */
  bidirectional?: boolean;
  /** Whether inputs and outputs are [batch, time, …] and not [time, batch, …]. Default false. */
  batchFirst?: boolean;
  /** Probability, in [0, 1), of a zero in what a layer hands to the next, while the model trains. Default 0. */
  dropout?: number;
}

const STACK: Record<keyof StackOptions, Check> = {
  layers: numberIn({ least: 1, whole: true }),
  bidirectional: needFlag,
  batchFirst: needFlag,
  dropout: numberIn({ least: 0, below: 1 }),
};

/** Options of {@link RNN}. */
export interface RNNOptions extends StackOptions, RNNCellOptions {}
/** Options of {@link GRU}. */
export interface GRUOptions extends StackOptions, CellOptions {}
/** Options of {@link LSTM}. */
export interface LSTMOptions extends StackOptions, LSTMCellOptions {}

/** What a recurrent layer returns. */
export interface Recurred<State> {
  /** h of the last layer at every step: [time, batch, directions · hidden], or with `batchFirst` [batch, time, …]. */
  readonly output: Tensor;
  /** The state after the last step: [layers · directions, batch, hidden]. The next call may start from it. */
  readonly state: State;
}

/**
 * A recurrent layer of any kind. The parameters of layer l are called weightIhL0, weightHhL0, biasIhL0, biasHhL0, those of
 * the direction from the end weightIhL0Reverse and so on, with the number of the layer in the place of 0.
 */
abstract class Recurrent<State> extends Module {
  /** The parameters of each layer, by direction. */
  readonly weights: readonly (readonly CellWeights[])[];
  readonly batchFirst: boolean;
  readonly dropout: number;
  private readonly rng: Rng;

  constructor(
    readonly inputSize: number,
    readonly hiddenSize: number,
    options: CellOptions & StackOptions,
    private readonly recurrence: Recurrence<State>,
    known: Readonly<Record<string, Check | null>> = CELL,
  ) {
    super();
    const name = this.constructor.name;
    checkArguments(name, { inputSize, hiddenSize }, options, { ...known, ...STACK });
    const { layers = 1, bidirectional = false, batchFirst = false, dropout: p = 0, ...cell } = { ...options };
    if (p > 0 && layers === 1)
      throw new ArgumentError(
        name,
        `dropout lies between layers, and there is one; pass { layers: 2 } or more`,
      );
    this.batchFirst = batchFirst;
    this.dropout = p;
    this.rng = cell.rng;
    const directions = bidirectional ? 2 : 1;
    const draw = (inputs: number): CellWeights => drawWeights(recurrence.gates, inputs, hiddenSize, cell);
    this.weights = Array.from({ length: layers }, (_, layer) =>
      Array.from({ length: directions }, () => draw(layer === 0 ? inputSize : directions * hiddenSize)),
    );
  }

  /**
   * Runs along the sequence.
   * @param x [time, batch, in], or with `batchFirst` [batch, time, in]
   * @param state what a call before returned; zeros if left out
   * @throws ShapeError for an input or a state of another shape, and for a sequence without a step
   */
  override forward(x: Tensor, state?: State): Recurred<State> {
    const { recurrence, batchFirst } = this;
    const before = this.startFrom(x, state);
    let output = batchFirst ? transpose(x, 0, 1) : x;
    const after: (readonly Tensor[])[] = [];
    for (const [layer, directions] of this.weights.entries()) {
      if (layer > 0 && this.training) output = dropout(output, this.dropout, this.rng);
      const ran = directions.map((weights, direction) => {
        const start = before.map((part) => part[layer * directions.length + direction]!);
        return runAlong(output, recurrence, weights, start, direction === 1);
      });
      output = concat(
        ran.map((one) => one.output),
        -1,
      );
      after.push(...ran.map((one) => one.state));
    }
    return {
      output: batchFirst ? transpose(output, 0, 1) : output,
      state: recurrence.fromList(before.map((_, part) => stack(after.map((list) => list[part]!)))),
    };
  }

  /** The first state, after checks: for each tensor of a state, that of each layer and direction. */
  private startFrom(x: Tensor, state: State | undefined): Tensor[][] {
    const { inputSize, hiddenSize, batchFirst } = this;
    const name = `${this.constructor.name}(${inputSize} → ${hiddenSize})`;
    const axes = batchFirst ? ['batch', 'time'] : ['time', 'batch'];
    checkInput(name, x, axes, inputSize);
    const [time, batch] = axes.map((_, i) => x.shape[batchFirst ? 1 - i : i]!) as [number, number];
    if (time === 0)
      throw new ShapeError(name, `the input ${formatShape(x.shape)} has no step in time; pass at least one`, [
        x.shape,
      ]);
    const shape = [this.weights.flat().length, batch, hiddenSize];
    const list = stateList(
      name,
      this.recurrence,
      state,
      shape,
      'layers · directions, batch, hidden',
      x.dtype,
    );
    return list.map(unstack);
  }

  protected override children(): [string, unknown][] {
    const named = this.weights.flatMap((directions, layer) =>
      directions.flatMap((weights, direction) =>
        Object.entries(weights).map(([name, parameter]): [string, unknown] => [
          `${name}L${layer}${direction === 1 ? 'Reverse' : ''}`,
          parameter,
        ]),
      ),
    );
    return [...named, ...super.children().filter(([name]) => name !== 'weights')];
  }

  protected override describe(): string {
    const { weights, recurrence, batchFirst, dropout: p } = this;
    const [{ weightIh, biasIh }, reverse] = weights[0] as readonly [CellWeights, CellWeights?];
    return [
      `${this.inputSize} → ${this.hiddenSize}`,
      recurrence.words,
      weights.length > 1 && `${weights.length} layers`,
      reverse && 'bidirectional',
      batchFirst && 'batch first',
      p > 0 && `dropout=${p}`,
      weightIh.init.describe(weightIh.fans),
      !biasIh && 'no bias',
    ]
      .filter(Boolean)
      .join(', ');
  }
}

/** Runs a cell along x [time, batch, in], or from the end. The product with the inputs needs no state, and is one for all steps. */
function runAlong<State>(
  x: Tensor,
  recurrence: Recurrence<State>,
  weights: CellWeights,
  start: readonly Tensor[],
  fromEnd: boolean,
): { output: Tensor; state: readonly Tensor[] } {
  const { inputs, next } = prepared(recurrence, weights);
  const steps = unstack(inputs(x));
  let state = start;
  const output: Tensor[] = new Array(steps.length);
  for (const t of fromEnd ? [...steps.keys()].reverse() : steps.keys()) {
    state = next(steps[t]!, state);
    output[t] = state[0]!;
  }
  return { output: stack(output), state };
}

/**
 * The parts of x along its first axis. It is cut in halves again and again: each slice puts its gradient back into an array
 * of the size it was cut from, which for slices of the whole would take time that grows with the square of their number.
 */
function unstack(x: Tensor): Tensor[] {
  const count = x.shape[0]!;
  if (count === 1) return [squeeze(x, 0)];
  const half = Math.ceil(count / 2);
  return [slice(x, [[0, half]]), slice(x, [[half, count]])].flatMap(unstack);
}

/**
 * Simple recurrent network: {@link RNNCell} along a sequence. The output at a step is h. Weights of the first layer
 * [hidden, in] and [hidden, hidden].
 *
 * To train on a long sequence in pieces, hand the state on without its past, so that a walk back ends at the start of its
 * piece: `rnn.forward(piece, state.detach())`.
 * @source Elman 1990
 */
export class RNN extends Recurrent<Tensor> {
  constructor(inputSize: number, hiddenSize: number, options: RNNOptions) {
    super(inputSize, hiddenSize, options, elman(options?.nonlinearity), RNN_CELL);
  }
}

/**
 * Gated recurrent units: {@link GRUCell} along a sequence. The output at a step is h. Weights of the first layer
 * [3·hidden, in] and [3·hidden, hidden], in which the gates lie in the order r, z, n.
 *
 * To train on a long sequence in pieces, hand the state on without its past, so that a walk back ends at the start of its
 * piece: `gru.forward(piece, state.detach())`.
 * @source Cho et al. 2014
 */
export class GRU extends Recurrent<Tensor> {
  constructor(inputSize: number, hiddenSize: number, options: GRUOptions) {
    super(inputSize, hiddenSize, options, GATED);
  }
}

/**
 * Long short-term memory: {@link LSTMCell} along a sequence. The output at a step is h. Weights of the first layer
 * [4·hidden, in] and [4·hidden, hidden], in which the gates lie in the order i, f, g, o.
 *
 * To train on a long sequence in pieces, hand the state on without its past, so that a walk back ends at the start of its
 * piece: `lstm.forward(piece, { hidden: state.hidden.detach(), cell: state.cell.detach() })`.
 * @source Hochreiter and Schmidhuber 1997; the forget gate: Gers, Schmidhuber and Cummins 2000
 */
export class LSTM extends Recurrent<LSTMState> {
  constructor(inputSize: number, hiddenSize: number, options: LSTMOptions) {
    super(inputSize, hiddenSize, options, longShort(options?.forgetBias), LSTM_CELL);
  }
}
