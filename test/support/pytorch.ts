/** The models of test/tools/pytorch-fixtures.py as they are made here, and what that program says of them. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  add,
  concat,
  type Dtype,
  flatten,
  type Rng,
  random,
  reshape,
  type Tensor,
  tensor,
} from '../../src/index.js';
import { loadSafetensors, saveSafetensors, toPyTorch } from '../../src/io/index.js';
import * as nn from '../../src/nn/index.js';

type Inputs = Readonly<Record<string, Tensor>>;

/** A model, and how it is called. */
export interface PyTorchCase {
  readonly make: (options: { rng: Rng; dtype: Dtype }) => nn.AnyModule;
  readonly run: (model: nn.AnyModule, inputs: Inputs) => Tensor;
}

/** A case whose function gets the model with the type that it has. Without one it is `model.forward(x)`. */
function define<Model extends nn.AnyModule>(
  make: (options: { rng: Rng; dtype: Dtype }) => Model,
  run: (model: Model, inputs: Inputs) => Tensor = (model, { x }) => model.forward(x) as Tensor,
): PyTorchCase {
  return { make, run: run as PyTorchCase['run'] };
}

/** Tensors one after the other in one row. */
const row = (...parts: Tensor[]): Tensor =>
  concat(
    parts.map((part) => reshape(part, [part.size])),
    0,
  );

class Cells extends nn.Module {
  readonly rnn: nn.RNNCell;
  readonly gru: nn.GRUCell;
  readonly lstm: nn.LSTMCell;
  constructor(options: { rng: Rng; dtype: Dtype }) {
    super();
    this.rnn = new nn.RNNCell(3, 2, options);
    this.gru = new nn.GRUCell(3, 2, options);
    this.lstm = new nn.LSTMCell(3, 2, options);
  }
  override forward(x: Tensor): Tensor {
    const [hidden, cell] = [this.rnn.forward(x), this.gru.forward(x)];
    const next = this.lstm.forward(x, { hidden, cell });
    return row(hidden, cell, next.hidden, next.cell);
  }
}

class Transformer extends nn.Module {
  readonly blocks: readonly nn.TransformerEncoderLayer[];
  constructor(options: { rng: Rng; dtype: Dtype }) {
    super();
    this.blocks = [
      new nn.TransformerEncoderLayer(4, 2, 6, options),
      new nn.TransformerEncoderLayer(4, 2, 6, { ...options, activation: 'gelu', normFirst: true }),
    ];
  }
  override forward(x: Tensor): Tensor {
    return this.blocks.reduce((h, block) => block.forward(h), x);
  }
}

/** Two layers with one weight, of which one is held twice. */
class Tied extends nn.Module {
  readonly net: nn.Sequential;
  readonly readout: nn.Linear;
  readonly shared: nn.Linear;
  constructor(options: { rng: Rng; dtype: Dtype }) {
    super();
    const first = new nn.Linear(4, 4, options);
    this.net = new nn.Sequential(first, new nn.Tanh());
    this.readout = Object.assign(new nn.Linear(4, 4, options), { weight: first.weight });
    this.shared = this.readout;
  }
  override forward(x: Tensor): Tensor {
    return add(this.shared.forward(this.net.forward(x)), this.readout.forward(x));
  }
}

const recurrent = { layers: 2, bidirectional: true };

/** By the names that they have in the program. */
export const CASES: Readonly<Record<string, PyTorchCase>> = {
  mlp: define(
    (options) =>
      new nn.Sequential(
        new nn.Linear(4, 5, options),
        new nn.Tanh(),
        new nn.Sequential(new nn.Linear(5, 3, { ...options, bias: false }), new nn.ReLU()),
        new nn.Linear(3, 2, options),
      ),
  ),
  images: define(
    (options) =>
      new nn.Sequential(
        new nn.Conv2d(2, 4, 3, { ...options, stride: 2, padding: 1 }),
        new nn.BatchNorm2d(4, { dtype: options.dtype }),
        new nn.ReLU(),
        new nn.Conv2d(4, 6, [3, 1], { ...options, groups: 2 }),
        new nn.BatchNorm2d(6, { dtype: options.dtype, momentum: null }),
        (x: Tensor) => flatten(x, 1),
        new nn.Linear(18, 3, options),
      ),
  ),
  signals: define(
    (options) =>
      new nn.Sequential(
        new nn.Conv1d(2, 3, 3, { ...options, padding: 1 }),
        new nn.BatchNorm1d(3, { dtype: options.dtype }),
        new nn.Flatten(),
        new nn.BatchNorm1d(12, { dtype: options.dtype, affine: false }),
      ),
  ),
  upwards: define(
    (options) =>
      new nn.ConvTranspose2d(4, 6, 3, { ...options, stride: 2, padding: 1, outputPadding: 1, groups: 2 }),
  ),
  norms: define(
    ({ dtype }) =>
      new nn.Sequential(
        new nn.GroupNorm(2, 4, { dtype }),
        new nn.InstanceNorm2d(4, { dtype, affine: true }),
        new nn.PReLU(4, { dtype }),
        new nn.LayerNorm([2, 3], { dtype }),
        new nn.PReLU(1, { dtype }),
      ),
  ),
  embedding: define(
    (options) =>
      new nn.Sequential(
        new nn.Embedding(5, 3, { ...options, paddingIndex: 1 }),
        new nn.Linear(3, 2, options),
      ),
  ),
  cells: define((options) => new Cells(options)),
  rnn: define(
    (options) => new nn.RNN(3, 2, { ...options, ...recurrent, nonlinearity: 'relu' }),
    (model, { x, h }) => {
      const { output, state } = model.forward(x!, h!);
      return row(output, state);
    },
  ),
  gru: define(
    (options) => new nn.GRU(3, 2, { ...options, ...recurrent }),
    (model, { x, h }) => {
      const { output, state } = model.forward(x!, h!);
      return row(output, state);
    },
  ),
  lstm: define(
    (options) => new nn.LSTM(3, 2, { ...options, ...recurrent }),
    (model, { x, h, c }) => {
      const { output, state } = model.forward(x!, { hidden: h!, cell: c! });
      return row(output, state.hidden, state.cell);
    },
  ),
  attention: define(
    (options) => new nn.MultiheadAttention(4, 2, options),
    (model, { x, memory }) => model.forward(x!, memory!),
  ),
  transformer: define((options) => new Transformer(options)),
  tied: define((options) => new Tied(options)),
};

/** A model of a case with its own random values, in every buffer too. */
export function ourModel(name: string, dtype: Dtype = 'float64'): nn.AnyModule {
  const rng = random(name);
  const model = CASES[name]!.make({ rng, dtype });
  const drawn = (path: string, { shape, size }: Tensor): Tensor => {
    const from = path.endsWith('runningVar') ? 0.5 : -0.5;
    const values = Array.from({ length: size }, () => (shape.length === 0 ? 3 : from + rng.uniform()));
    return tensor(Float64Array.from(values), { shape });
  };
  const state = Object.entries(model.stateDict()).map(([path, one]) => [path, drawn(path, one)]);
  model.loadStateDict(Object.fromEntries(state));
  return model;
}

/** The file that is written of {@link ourModel}. */
export const ourFile = (name: string, dtype: Dtype = 'float64'): Uint8Array =>
  saveSafetensors(toPyTorch(ourModel(name, dtype)));

/** What PyTorch computed, by kind and name. The kind of something single is its name. */
export type Parts<Value = Tensor> = Readonly<Record<string, Readonly<Record<string, Value>>>>;

const folder = fileURLToPath(new URL('../fixtures/pytorch/', import.meta.url));

/** The parts of a fixture. */
export function pytorchFixture(name: string): Parts {
  const file = join(folder, `${name}.safetensors`);
  return byKind(loadSafetensors(readFileSync(file), file));
}

/** What is called `state/0.weight` under `state` → `0.weight`. */
export function byKind<Value>(values: Readonly<Record<string, Value>>): Parts<Value> {
  const parts: Record<string, Record<string, Value>> = {};
  for (const [key, value] of Object.entries(values)) {
    const [kind, ...rest] = key.split('/');
    (parts[kind!] ??= {})[rest.join('/')] = value;
  }
  return parts;
}

/** What a model of ours computes, with the gradients of its parameters by path. */
export interface Computed {
  readonly output: Tensor;
  readonly gradients: Readonly<Record<string, Tensor>>;
  readonly inputGradients: Readonly<Record<string, Tensor>>;
}

/** Runs a model of a case in training, and back from the cotangent of its fixture. */
export function compute(
  name: string,
  model: nn.AnyModule,
  { input, cotangent, gradInput = {} }: Parts,
): Computed {
  const inputs = Object.fromEntries(
    Object.entries(input!).map(([key, value]) => {
      const dtype = key in gradInput ? model.parameters()[0]!.dtype : 'float64';
      return [key, tensor(value, { dtype, requiresGrad: key in gradInput })];
    }),
  );
  model.train().zeroGrad();
  const output = CASES[name]!.run(model, inputs);
  output.backward(tensor(cotangent!['']!, { dtype: output.dtype }));
  return {
    output,
    gradients: Object.fromEntries(model.namedParameters().map(([path, one]) => [path, one.grad!])),
    inputGradients: Object.fromEntries(Object.keys(gradInput).map((key) => [key, inputs[key]!.grad!])),
  };
}

/** Gradients, by the paths of the parameters of a model, under the names and in the layouts of PyTorch. */
export function inPyTorch(
  name: string,
  model: nn.AnyModule,
  values: Readonly<Record<string, Tensor>>,
): nn.StateDict {
  const holder = CASES[name]!.make({ rng: random(0), dtype: 'float64' });
  holder.loadStateDict({ ...model.stateDict(), ...values });
  return toPyTorch(holder);
}

const PROGRAM = fileURLToPath(new URL('../tools/pytorch-fixtures.py', import.meta.url));

/** The first Python on this machine that has a package, or that runs at all; undefined if none does. */
export function findPython(needed = 'json'): string | undefined {
  const has = `import importlib.util, sys; sys.exit(importlib.util.find_spec('${needed}') is None)`;
  const known = [process.env.PYTHON ?? 'python3', '/usr/bin/python3'];
  return known.find((python) => spawnSync(python, ['-c', has]).status === 0);
}

/** What the program prints in one of its modes. */
export function askPython(python: string, ...args: string[]): unknown {
  const { status, stdout, stderr } = spawnSync(python, [PROGRAM, ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(`${python} ${PROGRAM} ${args.join(' ')}: ${stderr}`);
  return JSON.parse(stdout);
}

/** What PyTorch answers to the files of ours: for each case numbers as a text, called as in its fixture. */
export interface Answers {
  readonly torch: string;
  readonly answers: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** The answers, with the hash of each file that they are to. */
export interface RecordedAnswers extends Answers {
  readonly files: Readonly<Record<string, string>>;
}

export const RECORDED = join(folder, 'ours-read-by-torch.json');

/** Writes the files of ours into a folder, has PyTorch read and run them, and returns what came. */
export function askTorch(python: string, into: string): Answers {
  for (const name of Object.keys(CASES)) writeFileSync(join(into, `${name}.safetensors`), ourFile(name));
  return askPython(python, 'answer', into) as Answers;
}

export const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
