/**
 * Recurrent layers. ONNX orders the gates of GRU as z, r, h and of LSTM as i, o, f, c, and has an axis of directions:
 * weights [directions, gates · hidden, …] and outputs [time, directions, batch, hidden].
 */
import { concat, type Rng, randn, slice, split, stack, type Tensor, zeros } from '../../../src/index.js';
import { GRU, LSTM, RNN } from '../../../src/nn/index.js';
import { type Attributes, type Input, type Output, onnx, outputAt, whole } from '../onnx.js';
import { type Case, golden, goldenOutput, type Row } from '../row.js';

/** For each gate of ONNX, its place here: r, z, n and i, f, g, o. */
const GRU_GATES = [1, 0, 2];
const LSTM_GATES = [0, 3, 1, 2];

/** Another order of the gates, which lie below each other. */
const ordered = (weight: Tensor, gates: readonly number[]): Tensor => {
  const parts = split(weight, gates.length);
  return concat(gates.map((gate) => parts[gate]!));
};

/** How ONNX computes a kind of layer. */
export interface Kind {
  readonly op: 'RNN' | 'GRU' | 'LSTM';
  readonly gates: readonly number[];
  readonly attributes: Attributes;
}
export const GRU_KIND: Kind = { op: 'GRU', gates: GRU_GATES, attributes: { linear_before_reset: 1 } };
export const LSTM_KIND: Kind = { op: 'LSTM', gates: LSTM_GATES, attributes: {} };
const rnnKind = (nonlinearity: 'tanh' | 'relu', directions: number): Kind => ({
  op: 'RNN',
  gates: [0],
  attributes: {
    activations: Array.from({ length: directions }, () => (nonlinearity === 'tanh' ? 'Tanh' : 'Relu')),
  },
});

/** The layers of a recurrent net in ONNX: the output [time, batch, directions · hidden] and the last state of each part. */
export function recurrent(x: Input, layer: RNN | GRU | LSTM, kind: Kind, start: readonly Tensor[]): Output[] {
  let output = x;
  const states: Output[][] = [];
  for (const [i, directions] of layer.weights.entries()) {
    const joined = (of: (one: (typeof directions)[number]) => Tensor): Tensor =>
      stack(directions.map((one) => ordered(of(one), kind.gates)));
    const biases = directions.map(({ biasIh, biasHh, weightIh }) =>
      [biasIh ?? zeros([weightIh.shape[0]!]), biasHh ?? zeros([weightIh.shape[0]!])].map((bias) =>
        ordered(bias, kind.gates),
      ),
    );
    const from = i * directions.length;
    const node = onnx(
      kind.op,
      [
        output,
        joined(({ weightIh }) => weightIh),
        joined(({ weightHh }) => weightHh),
        stack(biases.map((pair) => concat(pair))),
        null,
        ...start.map((part) => slice(part, [[from, from + directions.length]])),
      ],
      {
        hidden_size: layer.hiddenSize,
        direction: directions.length === 2 ? 'bidirectional' : 'forward',
        ...kind.attributes,
      },
    );
    states.push(Array.from({ length: kind.op === 'LSTM' ? 2 : 1 }, (_, part) => outputAt(node, part + 1)));
    output = onnx('Reshape', [onnx('Transpose', [node], { perm: [0, 2, 1, 3] }), whole([0, 0, -1])]);
  }
  const last = states[0]!.map((_, part) =>
    onnx(
      'Concat',
      states.map((state) => state[part]!),
      { axis: 0 },
    ),
  );
  return [output as Output, ...last];
}

interface Sizes {
  readonly time: number;
  readonly batch: number;
  readonly input: number;
  readonly hidden: number;
  readonly layers?: number;
  readonly bidirectional?: boolean;
  readonly bias?: boolean;
}
const SIZES: readonly Sizes[] = [
  { time: 1, batch: 1, input: 1, hidden: 1 },
  { time: 5, batch: 3, input: 4, hidden: 6 },
  { time: 7, batch: 2, input: 3, hidden: 5, bidirectional: true },
  { time: 4, batch: 2, input: 5, hidden: 3, layers: 3 },
  { time: 6, batch: 3, input: 2, hidden: 4, layers: 2, bidirectional: true },
  { time: 3, batch: 2, input: 3, hidden: 4, bias: false },
  { time: 20, batch: 16, input: 24, hidden: 32 },
];

/** Outputs and last states, from a random state. */
function* cases(
  rng: Rng,
  make: (sizes: Sizes) => RNN | GRU | LSTM,
  kindOf: (directions: number) => Kind,
): Iterable<Case> {
  for (const sizes of SIZES) {
    const { time, batch, input, hidden, layers = 1, bidirectional = false } = sizes;
    const layer = make(sizes);
    const directions = bidirectional ? 2 : 1;
    const kind = kindOf(directions);
    const x = randn([time, batch, input], rng);
    const state = (): Tensor => randn([layers * directions, batch, hidden], rng);
    const start = kind.op === 'LSTM' ? [state(), state()] : [state()];
    yield {
      what: JSON.stringify(sizes),
      ours: () => run(layer, x, start),
      theirs: recurrent(x, layer, kind, start),
    };
  }
}

function run(layer: RNN | GRU | LSTM, x: Tensor, start: readonly Tensor[]): Tensor[] {
  if (layer instanceof LSTM) {
    const { output, state } = layer.forward(x, { hidden: start[0]!, cell: start[1]! });
    return [output, state.hidden, state.cell];
  }
  const { output, state } = layer.forward(x, start[0]!);
  return [output, state];
}

/** A golden case: one layer of two units, from zeros. */
export function goldenRecurrent(name: 'rnn' | 'gru' | 'lstm', layer: RNN | GRU | LSTM, kind: Kind): Case {
  const { x, ...weights } = golden(name);
  for (const [key, value] of Object.entries(weights)) layer.weights[0]![0]![key as 'weightIh'].assign(value);
  const state = zeros([1, x!.shape[1]!, 2]);
  const start = kind.op === 'LSTM' ? [state, state] : [state];
  return {
    what: `golden ${name}`,
    ours: () => run(layer, x!, start),
    theirs: recurrent(x!, layer, kind, start),
    golden: goldenOutput(name),
  };
}

export const RECURRENT: readonly Row[] = [
  {
    op: 'RNN',
    by: 'RNN',
    units: 16,
    *cases(rng) {
      for (const nonlinearity of ['tanh', 'relu'] as const)
        yield* cases(
          rng,
          ({ input, hidden, time, batch, ...rest }) => new RNN(input, hidden, { rng, nonlinearity, ...rest }),
          (directions) => rnnKind(nonlinearity, directions),
        );
      yield goldenRecurrent('rnn', new RNN(3, 2, { rng }), rnnKind('tanh', 1));
    },
  },
  {
    op: 'GRU',
    by: 'GRU',
    units: 16,
    *cases(rng) {
      yield* cases(
        rng,
        ({ input, hidden, time, batch, ...rest }) => new GRU(input, hidden, { rng, ...rest }),
        () => GRU_KIND,
      );
      yield goldenRecurrent('gru', new GRU(3, 2, { rng }), GRU_KIND);
    },
  },
  {
    op: 'LSTM',
    by: 'LSTM',
    units: 16,
    *cases(rng) {
      yield* cases(
        rng,
        ({ input, hidden, time, batch, ...rest }) => new LSTM(input, hidden, { rng, ...rest }),
        () => LSTM_KIND,
      );
      yield goldenRecurrent('lstm', new LSTM(3, 2, { rng }), LSTM_KIND);
    },
  },
];
