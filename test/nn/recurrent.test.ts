/** Recurrent cells and layers: values from elsewhere, compositions by hand, state, directions, names, refusals. */
import * as assert from 'uvu/assert';
import { checkModule, demand } from '../../src/check/index.js';
import {
  concat,
  type Dtype,
  flip,
  gradients,
  matmul,
  ones,
  randn,
  random,
  stack,
  type Tensor,
  tensor,
  transpose,
  zeros,
} from '../../src/index.js';
import { constant, zeros as zeroInit } from '../../src/init/index.js';
import {
  type AnyModule,
  type CellWeights,
  GRU,
  GRUCell,
  LSTM,
  LSTMCell,
  type LSTMState,
  Module,
  RNN,
  RNNCell,
  summary,
} from '../../src/nn/index.js';
import { assertClose, assertSame, assertThrows } from '../support/close.js';
import { assertGolden, goldenInputs } from '../support/golden.js';
import { suite } from '../support/suite.js';

const test = suite('recurrent');

const LAYERS = { rnn: RNN, gru: GRU, lstm: LSTM } as const;
const CELLS = { rnn: RNNCell, gru: GRUCell, lstm: LSTMCell } as const;
type Kind = keyof typeof LAYERS;
const KINDS = Object.keys(LAYERS) as Kind[];
type State = Tensor | LSTMState;
/** The three kinds, as a test calls them. */
interface AnyLayer extends AnyModule {
  readonly weights: GRU['weights'];
  forward(x: Tensor, state?: State): { output: Tensor; state: State };
}
interface AnyCell extends AnyModule {
  forward(x: Tensor, state?: State): State;
}
type Options = Partial<ConstructorParameters<typeof GRU>[2]>;

const make = (kind: Kind, options: Options = {}): AnyLayer =>
  new LAYERS[kind](3, 2, { rng: random(5), dtype: 'float64', ...options }) as unknown as AnyLayer;
const input = (shape: number[] = [4, 2, 3], seed = 1): Tensor =>
  randn(shape, random(seed), { dtype: 'float64' });

/** Every tensor of a state, h first. */
const partsOf = (state: State): Tensor[] => ('hidden' in state ? [state.hidden, state.cell] : [state]);
/** The state with each of its tensors changed. */
const mapState = <S extends State>(state: S, f: (x: Tensor) => Tensor): S =>
  ('hidden' in state ? { hidden: f(state.hidden), cell: f(state.cell) } : f(state)) as S;

/** Puts the numbers of a golden case into the first layer. */
function withNumbers(kind: Kind, dtype: Dtype, inputs: Record<string, Tensor>): AnyLayer {
  const layer = make(kind, { dtype });
  for (const [name, parameter] of Object.entries(layer.weights[0]![0]!)) parameter.assign(inputs[name]!.data);
  return layer;
}

for (const kind of KINDS)
  for (const dtype of ['float64', 'float32'] as const)
    test(`${kind}: output and gradients are those of the golden case in ${dtype}`, () => {
      const inputs = goldenInputs(kind, dtype);
      const layer = withNumbers(kind, dtype, inputs);
      const weights = layer.weights[0]![0]! as unknown as Record<string, Tensor>;
      assertGolden(kind, layer.forward(inputs.x!).output, { ...weights, x: inputs.x! });
    });

test('a reset gate that multiplies h before the product gives other numbers', () => {
  const inputs = goldenInputs('gru');
  const { weightIh, weightHh, biasIh, biasHh } = withNumbers('gru', 'float64', inputs).weights[0]![0]!;
  const rows = (x: Tensor, from: number): Tensor => x.slice([[from, from + 2]]);
  const map = (x: Tensor, weight: Tensor, bias: Tensor, gate: number): Tensor =>
    matmul(x, transpose(rows(weight, 2 * gate))).add(rows(bias, 2 * gate));
  const run = (resetFirst: boolean): Tensor => {
    let h: Tensor = zeros([2, 2], { dtype: 'float64' });
    const outputs = [0, 1, 2, 3].map((t) => {
      const x = inputs.x!.slice([t]);
      const [r, z] = [0, 1].map((gate) =>
        map(x, weightIh, biasIh!, gate)
          .add(map(h, weightHh, biasHh!, gate))
          .sigmoid(),
      ) as [Tensor, Tensor];
      const across = resetFirst ? map(r.mul(h), weightHh, biasHh!, 2) : r.mul(map(h, weightHh, biasHh!, 2));
      const n = map(x, weightIh, biasIh!, 2).add(across).tanh();
      h = n.add(z.mul(h.sub(n)));
      return h;
    });
    return stack(outputs);
  };
  const { output } = withNumbers('gru', 'float64', inputs).forward(inputs.x!);
  assertClose(output.data, run(false).data, { absolute: 1e-13 });
  assert.ok(output.sub(run(true)).abs().max().item() > 0.1);
});

for (const kind of KINDS) {
  test(`${kind}: a cell, called step by step, is the layer`, () => {
    const layer = make(kind);
    const cell = new CELLS[kind](3, 2, { rng: random(5), dtype: 'float64' }) as unknown as AnyCell;
    const x = input();
    let state: State | undefined;
    const outputs = [0, 1, 2, 3].map((t) => {
      state = cell.forward(x.slice([t]), state);
      return partsOf(state)[0]!;
    });
    const whole = layer.forward(x);
    assertClose(whole.output.data, stack(outputs).data, { absolute: 1e-14 });
    assertClose(concat(partsOf(whole.state)).data, stack(partsOf(state!)).data, { absolute: 1e-14 });
    assert.equal(partsOf(whole.state)[0]!.shape, [1, 2, 2]);
    assertSame(partsOf(whole.state)[0]!.slice([0]).data, whole.output.slice([-1]).data);
  });

  test(`${kind}: two layers are one after the other`, () => {
    const both = make(kind, { layers: 2 });
    const parts = both.weights.map(([weights], i) => {
      const layer = new LAYERS[kind](i === 0 ? 3 : 2, 2, {
        rng: random(0),
        dtype: 'float64',
      }) as unknown as AnyLayer;
      copyWeights(layer.weights[0]![0]!, weights!);
      return layer;
    });
    const x = input();
    const first = parts[0]!.forward(x);
    const second = parts[1]!.forward(first.output);
    const whole = both.forward(x);
    assertClose(whole.output.data, second.output.data, { absolute: 1e-14 });
    for (const [i, part] of partsOf(whole.state).entries())
      assertClose(part.data, concat([partsOf(first.state)[i]!, partsOf(second.state)[i]!]).data, {
        absolute: 1e-14,
      });
  });

  test(`${kind}: the direction from the end sees the sequence reversed, and both outputs are joined`, () => {
    const both = make(kind, { bidirectional: true });
    const [there, back] = both.weights[0]!.map((weights) => {
      const layer = make(kind);
      copyWeights(layer.weights[0]![0]!, weights);
      return layer;
    }) as [AnyLayer, AnyLayer];
    const x = input();
    const forwards = there.forward(x);
    const backwards = back.forward(flip(x, 0));
    const whole = both.forward(x);
    assertClose(whole.output.data, concat([forwards.output, flip(backwards.output, 0)], -1).data, {
      absolute: 1e-14,
    });
    for (const [i, part] of partsOf(whole.state).entries())
      assertClose(part.data, concat([partsOf(forwards.state)[i]!, partsOf(backwards.state)[i]!]).data, {
        absolute: 1e-14,
      });
  });

  test(`${kind}: with batchFirst the first two axes change places, and the state does not`, () => {
    const x = input();
    const there = make(kind, { bidirectional: true, layers: 2 }).forward(x);
    const layer = make(kind, { bidirectional: true, layers: 2, batchFirst: true });
    const back = layer.forward(transpose(x, 0, 1));
    assertSame(transpose(back.output, 0, 1).data, there.output.data);
    assert.equal(back.output.shape, [2, 4, 4]);
    for (const [i, part] of partsOf(back.state).entries()) {
      assert.equal(part.shape, [4, 2, 2]);
      assertSame(part.data, partsOf(there.state)[i]!.data);
    }
  });

  test(`${kind}: a sequence in two pieces, with the state handed on, is the sequence`, () => {
    const layer = make(kind, { layers: 2 });
    const x = input([5, 2, 3]);
    const whole = layer.forward(x);
    const first = layer.forward(x.slice([[0, 2]]));
    const second = layer.forward(x.slice([[2, 5]]), first.state);
    assertClose(concat([first.output, second.output]).data, whole.output.data, { absolute: 1e-14 });
    const total = (y: Tensor): Tensor => y.square().sum();
    const parameters = layer.parameters();
    const apart = gradients(total(first.output).add(total(second.output)), parameters);
    for (const [i, gradient] of gradients(total(whole.output), parameters).entries())
      assertClose(apart[i]!.data, gradient.data, { absolute: 1e-12 });
  });

  test(`${kind}: a detached state has the same numbers, and no gradient flows into the piece before`, () => {
    const layer = make(kind);
    const x = tensor(input([2, 2, 3]), { requiresGrad: true });
    const carried = layer.forward(x).state;
    const y = layer.forward(input([2, 2, 3], 2), carried).output;
    const cut = layer.forward(
      input([2, 2, 3], 2),
      mapState(carried, (part) => part.detach()),
    ).output;
    assertSame(cut.data, y.data);
    assert.is(gradients(cut.sum(), [x])[0]!.abs().max().item(), 0);
    assert.ok(gradients(y.sum(), [x])[0]!.abs().max().item() > 0);
  });

  test(`${kind}: all gradients and second derivatives pass the check, in both directions`, () => {
    demand(checkModule(make(kind), input([3, 2, 3]), { order: 2 }));
    demand(checkModule(make(kind, { layers: 2, bidirectional: true, bias: false }), input([2, 1, 3])));
    // From zeros alone, nothing would depend on weightHh.
    class Twice extends Module {
      readonly cell = new CELLS[kind](3, 2, { rng: random(5) }) as unknown as AnyCell;
      override forward(x: Tensor): State {
        return this.cell.forward(x, this.cell.forward(x));
      }
    }
    demand(checkModule(new Twice(), input([2, 3]), { order: 2 }));
  });

  test(`${kind}: dropout lies between layers, while the model trains, and not before the first or after the last`, () => {
    const layer = make(kind, { layers: 2, dropout: 0.5 });
    const x = ones([3, 64, 3], { dtype: 'float64' });
    const { output, state } = layer.forward(x);
    const distinct = (y: Tensor): number =>
      new Set((y.reshape([64, -1]).toArray() as number[][]).map(String)).size;
    assert.is(distinct(partsOf(state)[0]!.slice([0])), 1);
    assert.ok(distinct(output.slice([0])) > 1);
    assert.ok(output.data.every((value) => value !== 0));
    layer.eval();
    assertSame(layer.forward(x).output.data, make(kind, { layers: 2 }).forward(x).output.data);
  });

  test(`${kind}: parameters have PyTorch's names and shapes, and are drawn within ±1/√hidden`, () => {
    const gates = { rnn: 1, gru: 3, lstm: 4 }[kind];
    const layer = make(kind, { layers: 2, bidirectional: true });
    const expected = ['L0', 'L0Reverse', 'L1', 'L1Reverse'].flatMap((at) => [
      `weightIh${at} ${2 * gates},${at.startsWith('L0') ? 3 : 4}`,
      `weightHh${at} ${2 * gates},2`,
      `biasIh${at} ${2 * gates}`,
      `biasHh${at} ${2 * gates}`,
    ]);
    assert.equal(
      Object.entries(layer.stateDict()).map(([name, { shape }]) => `${name} ${shape}`),
      expected,
    );
    const values = layer.parameters().flatMap(({ data }) => [...data]);
    const largest = Math.max(...values.map(Math.abs));
    assert.ok(largest < Math.SQRT1_2 && largest > 0.6, `${largest}`);
    assert.equal(layer.weights[0]![0]!.weightIh.fans, { fanIn: 3, fanOut: 2 * gates });
    const other = make(kind, { layers: 2, bidirectional: true, rng: random(9) });
    other.loadStateDict(layer.stateDict());
    assertSame(other.forward(input()).output.data, layer.forward(input()).output.data);
    const drawn = layer
      .initialize(random(3))
      .weights.flat()
      .map(({ weightHh }) => weightHh.data.join());
    assert.is(new Set(drawn).size, 4);
  });

  test(`${kind}: one step, and an empty batch`, () => {
    const layer = make(kind);
    assert.equal(layer.forward(input([1, 2, 3])).output.shape, [1, 2, 2]);
    const empty = layer.forward(zeros([3, 0, 3]));
    assert.equal(empty.output.shape, [3, 0, 2]);
    assert.equal(partsOf(empty.state)[0]!.shape, [1, 0, 2]);
  });
}

function copyWeights(to: CellWeights, from: CellWeights): void {
  for (const [name, parameter] of Object.entries(to) as [keyof CellWeights, Tensor][])
    parameter.assign(from[name]!.data);
}

test('relu may take the place of tanh', () => {
  const layer = new RNN(1, 1, {
    rng: random(0),
    nonlinearity: 'relu',
    init: constant(2),
    biasInit: constant(0.5),
  });
  // 2x + 0.5 + 2h + 0.5, cut at 0
  assertSame(layer.forward(tensor([[[1]], [[-4]], [[3]]])).output.data, [3, 0, 7]);
});

test('an LSTM by hand: with weights of 0 the gates are those of the biases', () => {
  const layer = new LSTM(1, 1, { rng: random(0), dtype: 'float64', init: zeroInit(), biasInit: zeroInit() });
  layer.weights[0]![0]!.biasIh!.assign([1, 2, 3, 4]);
  const { output, state } = layer.forward(zeros([2, 1, 1], { dtype: 'float64' }));
  const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
  const c1 = sigmoid(1) * Math.tanh(3);
  const c2 = sigmoid(2) * c1 + sigmoid(1) * Math.tanh(3);
  assertClose(output.data, [sigmoid(4) * Math.tanh(c1), sigmoid(4) * Math.tanh(c2)], { relative: 1e-14 });
  assertClose(state.cell.data, [c2], { relative: 1e-14 });
});

test('forgetBias raises the biases of the forget gate, once, and is printed', () => {
  const options = { dtype: 'float64', forgetBias: 1 } as const;
  const plain = new LSTM(3, 2, { rng: random(0), dtype: 'float64', layers: 2 });
  const raised = new LSTM(3, 2, { rng: random(0), layers: 2, ...options });
  const difference = (name: string): number[] =>
    [...raised.stateDict()[name]!.sub(plain.stateDict()[name]!).data].map((value) =>
      Number(value.toFixed(12)),
    );
  for (const layer of [0, 1]) {
    assert.equal(difference(`biasIhL${layer}`), [0, 0, 1, 1, 0, 0, 0, 0]);
    assert.equal(difference(`biasHhL${layer}`), [0, 0, 0, 0, 0, 0, 0, 0]);
  }
  const bias = new LSTMCell(3, 2, { rng: random(0), ...options, biasInit: zeroInit() }).biasIh!;
  assertSame(bias.data, [0, 0, 1, 1, 0, 0, 0, 0]);
  bias.initialize(random(1));
  assertSame(bias.data, [0, 0, 1, 1, 0, 0, 0, 0]);
});

test('layers and cells print their sizes and options, and have a line in the summary', () => {
  const rng = random(0);
  const printed = [
    new RNN(3, 4, { rng }),
    new GRU(3, 4, { rng, layers: 2, bidirectional: true, batchFirst: true, dropout: 0.25 }),
    new LSTM(3, 4, { rng, bias: false }),
    new RNNCell(3, 4, { rng, nonlinearity: 'relu' }),
    new GRUCell(3, 4, { rng, bias: false }),
    new LSTMCell(3, 4, { rng, forgetBias: 1 }),
  ].map(String);
  assert.equal(printed, [
    'RNN(3 → 4, tanh, uniform, -0.5 to 0.5): 36 parameters',
    'GRU(3 → 4, 2 layers, bidirectional, batch first, dropout=0.25, uniform, -0.5 to 0.5): 552 parameters',
    'LSTM(3 → 4, forget bias 0, uniform, -0.5 to 0.5, no bias): 112 parameters',
    'RNNCell(3 → 4, relu, uniform, -0.5 to 0.5): 36 parameters',
    'GRUCell(3 → 4, uniform, -0.5 to 0.5, no bias): 84 parameters',
    'LSTMCell(3 → 4, forget bias 1, uniform, -0.5 to 0.5): 144 parameters',
  ]);
  const lines = summary(new LSTM(3, 4, { rng }), [5, 2, 3]);
  assert.match(lines, /^model +LSTM +output \[5, 2, 4\], state hidden \[1, 2, 4\], cell \[1, 2, 4\] +144 /m);
});

test('an input of another shape names the layer, its axes and what came', () => {
  const rng = random(0);
  assertThrows(
    () => new GRU(3, 2, { rng }).forward(zeros([4, 2, 5])),
    'GRU(3 → 2): expected an input of shape [time, batch, 3], got [4, 2, 5]',
  );
  assertThrows(
    () => new LSTM(3, 2, { rng, batchFirst: true }).forward(zeros([4, 3])),
    'LSTM(3 → 2): expected an input of shape [batch, time, 3], got [4, 3]',
  );
  assertThrows(
    () => new RNNCell(3, 2, { rng }).forward(zeros([3])),
    'RNNCell(3 → 2): expected an input of shape [batch, 3], got [3]',
  );
});

test('a sequence without a step is refused', () => {
  const rng = random(0);
  assertThrows(
    () => new RNN(3, 2, { rng }).forward(zeros([0, 2, 3])),
    'RNN(3 → 2): the input [0, 2, 3] has no step in time; pass at least one',
  );
  assertThrows(
    () => new RNN(3, 2, { rng, batchFirst: true }).forward(zeros([2, 0, 3])),
    'has no step in time',
  );
});

test('a state of another shape or kind is refused with the shape that fits', () => {
  const rng = random(0);
  const x = zeros([4, 5, 3]);
  assertThrows(
    () => new GRU(3, 2, { rng, layers: 3, bidirectional: true }).forward(x, zeros([3, 5, 2])),
    'GRU(3 → 2): state has shape [3, 5, 2], expected [6, 5, 2], which is [layers · directions, batch, hidden]',
  );
  assertThrows(
    () => new LSTM(3, 2, { rng }).forward(x, { hidden: zeros([1, 5, 2]), cell: zeros([1, 5, 3]) }),
    'LSTM(3 → 2): state.cell has shape [1, 5, 3], expected [1, 5, 2]',
  );
  assertThrows(
    () => new LSTM(3, 2, { rng }).forward(x, zeros([1, 5, 2]) as never),
    'LSTM(3 → 2): expected a Tensor, got undefined',
  );
  assertThrows(
    () => new LSTMCell(3, 2, { rng }).forward(zeros([5, 3]), { hidden: zeros([5, 3]), cell: zeros([5, 2]) }),
    'LSTMCell(3 → 2): state.hidden has shape [5, 3], expected [5, 2], which is [batch, hidden]',
  );
});

test('sizes and options that are none are refused', () => {
  const rng = random(0);
  assertThrows(() => new GRU(3, 0, { rng }), 'GRU: hiddenSize is a whole number ≥ 1, got 0');
  assertThrows(() => new RNNCell(0, 3, { rng }), 'RNNCell: inputSize is a whole number ≥ 1, got 0');
  assertThrows(() => new LSTM(3, 2, { rng, layers: 0 }), 'LSTM: layers is a whole number ≥ 1, got 0');
  assertThrows(
    () => new LSTM(3, 2, { rng, dropout: 0.5 }),
    'LSTM: dropout lies between layers, and there is one; pass { layers: 2 } or more',
  );
  assertThrows(
    () => new RNN(3, 2, { rng, nonlinearity: 'sin' as never }),
    "unknown nonlinearity sin; expected 'tanh' or 'relu'",
  );
  assertThrows(
    () => new GRU(3, 2, { rng, forgetBias: 1 } as never),
    'GRU: knows no option forgetBias; expected',
  );
  assertThrows(() => new GRU(3, 2, {} as never), 'GRU: needs a generator for its weights');
});
