/**
 * Computes numbers with everything that the library exports. Node and the browsers bundle and run the same file, and their
 * results are compared bit for bit.
 */
import { ACTIVATIONS, type ActivationName, Network } from '../../examples/init-study/network.js';
import * as data from '../../src/data/index.js';
import { type ImageSet, parseIdx } from '../../src/data/index.js';
import * as tg from '../../src/index.js';
import * as init from '../../src/init/index.js';
import * as io from '../../src/io/index.js';
import * as nn from '../../src/nn/index.js';
import * as optim from '../../src/optim/index.js';
import { registry } from '../ops/registry.js';
import { fc } from '../support/property.js';
import { Run } from '../support/resume.js';
import type { Results } from './numbers.js';
import type { Library } from './program.js';

/** The library as the programs of the pages take it. */
export const library: Library = { ...tg, nn, optim, init, data, io };

const DTYPES = ['float32', 'float64'] as const;

/** All numbers by name. `images` and `labels` are the bytes of two IDX files of MNIST. */
export function computeAll(images: Uint8Array, labels: Uint8Array): Results {
  return {
    ...study(digits(images, labels)),
    ...elementwise(),
    ...ops(),
    ...activations(),
    ...layers(),
    ...optimizers(),
    ...schedules(),
    ...initializers(),
    ...generator(),
    ...pointSets(),
    ...resumed(),
    ...preparations(),
  };
}

/** The images of two IDX files. */
export function digits(images: Uint8Array, labels: Uint8Array): ImageSet {
  const { shape, data: pixels } = parseIdx(images);
  const [, height, width] = shape as [number, number, number];
  return new data.ImageSet(pixels as Uint8Array, parseIdx(labels).data as Uint8Array, height, width);
}

const concatenated = (tensors: readonly tg.Tensor[]): Float32Array =>
  Float32Array.from(tensors.flatMap(({ data: values }) => [...values]));

/** The first steps of the network of the study, with each of its activations. */
function study(set: ImageSet): Results {
  const results: Results = {};
  const batches = new data.DataLoader(set, { batchSize: 100, shuffle: true, rng: tg.random(2) });
  const steps = [...batches].slice(0, 20);
  for (const name of Object.keys(ACTIVATIONS) as ActivationName[]) {
    const network = new Network([784, 200, 200, 10], name, init.heNormal(), tg.random(1));
    const optimizer = new optim.SGD(network.parameters(), { lr: 0.1 });
    const losses: number[] = [];
    for (const { x, labels } of steps) {
      optimizer.zeroGrad();
      const loss = tg.crossEntropy(network.forward(x), labels);
      loss.backward();
      optimizer.step();
      losses.push(loss.item());
    }
    results[`study, ${name}: losses`] = Float64Array.from(losses);
    results[`study, ${name}: weights`] = concatenated(network.parameters());
  }
  return results;
}

/** Numbers of every size and sign, more of them where functions bend, and those that are no ordinary numbers. */
function grid(): number[] {
  const sizes = Array.from({ length: 400 }, (_, i) => 2 ** (i / 5 - 70) * (1 + (i % 5) / 7));
  const near = Array.from({ length: 1000 }, (_, i) => (i + 0.37) / 40);
  const values = [0, ...sizes, ...near, 1e300, Infinity];
  return [...values, ...values.map((x) => -x), NaN];
}

/** Every elementwise function of one argument, over the whole range: its values and its slopes. */
function elementwise(): Results {
  const results: Results = {};
  for (const [name, { calls, elementwise }] of Object.entries(registry)) {
    const [call] = fc.sample(calls, { seed: 1, numRuns: 1 });
    if (!elementwise || call!.inputs.length !== 1) continue;
    for (const dtype of DTYPES) {
      const x = tg.tensor(grid(), { dtype, requiresGrad: true });
      const y = call!.fn(x);
      results[`${name}, ${dtype}`] = y.data;
      results[`slope of ${name}, ${dtype}`] = slopes(y, [x])[0]!.data;
    }
  }
  return results;
}

/** The gradient of Σy for each input; zeros for an input that y does not depend on. */
function slopes(y: tg.Tensor, inputs: readonly tg.Tensor[]): tg.Tensor[] {
  if (y.requiresGrad) y.sum().backward();
  return inputs.map((x) => x.grad ?? tg.zeros(x.shape, { dtype: x.dtype }));
}

/** Every op that is differentiated, at some of the calls by which the registry describes it. */
function ops(): Results {
  const results: Results = {};
  for (const [name, { calls }] of Object.entries(registry))
    for (const [i, { fn, inputs }] of fc.sample(calls, { seed: 2, numRuns: 5 }).entries())
      for (const dtype of DTYPES) {
        const leaves = inputs.map((x) => tg.tensor(x.data, { shape: x.shape, dtype, requiresGrad: true }));
        const y = fn(...leaves);
        const numbers = [y, ...slopes(y, leaves)].flatMap(({ data: values }) => [...values]);
        results[`${name}, call ${i}, ${dtype}`] = Float64Array.from(numbers);
      }
  return results;
}

/** Every layer that can be made without arguments: activations, and losses, which are left out. */
function activations(): Results {
  const results: Results = {};
  const values = grid().filter((x) => Math.abs(x) < 1e4);
  for (const Layer of classesIn(nn, nn.Module)) {
    if (needsArguments(Layer) || Layer.name === 'Sequential' || Layer.name.endsWith('Loss')) continue;
    const x = tg.tensor(values, { requiresGrad: true }).reshape([-1, 6]);
    x.retainGrad();
    const y = (new Layer() as nn.Module & { forward(x: tg.Tensor): tg.Tensor }).forward(x);
    results[`${Layer.name}`] = y.data;
    results[`slope of ${Layer.name}`] = slopes(y.square(), [x])[0]!.data;
  }
  return results;
}

/** Whether a class, or the one that it takes its constructor from, has a parameter without a default. */
function needsArguments(Layer: Class<unknown>): boolean {
  for (let one = Layer; one.prototype instanceof nn.Module; one = Object.getPrototypeOf(one))
    if (one.length > 0) return true;
  return false;
}

const rng = (): tg.Rng => tg.random(6);

/** Layers that need arguments, each with its input. */
const LAYERS: Record<string, () => [layer: nn.AnyModule, ...inputs: (number[] | tg.Tensor)[]]> = {
  Linear: () => [new nn.Linear(40, 30, { rng: rng() }), [20, 40]],
  Conv1d: () => [new nn.Conv1d(4, 6, 3, { rng: rng(), padding: 'same' }), [2, 4, 50]],
  Conv2d: () => [new nn.Conv2d(4, 6, 3, { rng: rng(), groups: 2, stride: [2, 1] }), [2, 4, 15, 14]],
  ConvTranspose2d: () => [new nn.ConvTranspose2d(4, 6, 3, { rng: rng(), stride: 2 }), [2, 4, 7, 9]],
  MaxPool2d: () => [new nn.MaxPool2d(3, { stride: 2, padding: 1 }), [2, 3, 15, 15]],
  AvgPool2d: () => [new nn.AvgPool2d(3, { stride: 2, padding: 1 }), [2, 3, 15, 15]],
  AdaptiveAvgPool2d: () => [new nn.AdaptiveAvgPool2d(4), [2, 3, 15, 15]],
  BatchNorm1d: () => [new nn.BatchNorm1d(30), [40, 30]],
  BatchNorm2d: () => [new nn.BatchNorm2d(3), [4, 3, 9, 8]],
  LayerNorm: () => [new nn.LayerNorm([30]), [40, 30]],
  GroupNorm: () => [new nn.GroupNorm(2, 4), [4, 4, 50]],
  InstanceNorm2d: () => [new nn.InstanceNorm2d(3), [4, 3, 9, 8]],
  RMSNorm: () => [new nn.RMSNorm([30]), [40, 30]],
  Embedding: () => [
    new nn.Embedding(50, 20, { rng: rng() }),
    tg.tensor(Array.from({ length: 60 }, (_, i) => (i * 7) % 50)),
  ],
  RNNCell: () => [new nn.RNNCell(8, 9, { rng: rng() }), [7, 8]],
  GRUCell: () => [new nn.GRUCell(8, 9, { rng: rng() }), [7, 8]],
  LSTMCell: () => [new nn.LSTMCell(8, 9, { rng: rng() }), [7, 8]],
  RNN: () => [new nn.RNN(8, 9, { rng: rng(), bidirectional: true }), [6, 7, 8]],
  GRU: () => [new nn.GRU(8, 9, { rng: rng() }), [6, 7, 8]],
  LSTM: () => [new nn.LSTM(8, 9, { rng: rng() }), [6, 7, 8]],
  MultiheadAttention: () => [new nn.MultiheadAttention(16, 4, { rng: rng() }), [3, 8, 16]],
  TransformerEncoderLayer: () => [new nn.TransformerEncoderLayer(16, 4, 40, { rng: rng() }), [3, 8, 16]],
};

/** Layers whose numbers are drawn; `generator` has those of some. Modules that hold others have none of their own. */
const NOT_COMPARED = ['Sequential', 'Dropout', 'Dropout1d', 'Dropout2d', 'AlphaDropout'];

/** Every other layer: its output, and the gradients of its parameters. A layer that the table lacks fails. */
function layers(): Results {
  const results: Results = {};
  const missing = classesIn(nn, nn.Module).filter(
    (Layer) =>
      needsArguments(Layer) &&
      !Layer.name.endsWith('Loss') &&
      !(Layer.name in LAYERS) &&
      !NOT_COMPARED.includes(Layer.name),
  );
  if (missing.length > 0)
    throw new Error(`no layer of these is compared: ${missing.map(({ name }) => name)}`);
  for (const [name, make] of Object.entries(LAYERS)) {
    const [layer, ...inputs] = make();
    const given = inputs.map((one) => (Array.isArray(one) ? tg.randn(one, tg.random(7)) : one));
    const y = tensorsIn((layer as { forward(...inputs: tg.Tensor[]): unknown }).forward(...given));
    const gradients = slopes(
      y.map((one) => one.square().sum()).reduce((a, b) => a.add(b)),
      layer.parameters() as tg.Tensor[],
    );
    results[name] = concatenated([...y, ...gradients]);
  }
  return results;
}

/** The tensors in what a layer returned. */
function tensorsIn(returned: unknown): tg.Tensor[] {
  if (returned instanceof tg.Tensor) return [returned];
  return typeof returned === 'object' && returned !== null ? Object.values(returned).flatMap(tensorsIn) : [];
}

type Class<T> = (new (...args: never[]) => T) & { readonly length: number };

/** The exported classes that extend a class. */
function classesIn<T>(exports: object, base: abstract new (...args: never[]) => T): Class<T>[] {
  return Object.values(exports).filter(
    (value): value is Class<T> => typeof value === 'function' && value.prototype instanceof base,
  );
}

/** Options by which an optimiser takes another path. Those that it does not have are left out. */
const PATHS: Record<string, unknown>[] = [
  {},
  { weightDecay: 0.1 },
  { momentum: 0.9 },
  { momentum: 0.9, nesterov: true },
  { momentum: 0.9, dampening: 0.5 },
  { amsgrad: true },
  { centered: true },
];

type AnyOptimizer = optim.Optimizer<{ lr: number }>;

/** Every optimiser, for some steps down the same valley, on weights that are many and on few. */
function optimizers(): Results {
  const results: Results = {};
  for (const Optimizer of classesIn<AnyOptimizer>(optim, optim.Optimizer as never)) {
    for (const options of PATHS) {
      const weights = [1000, 3].map((n, i) => tg.randn([n], tg.random(i), { requiresGrad: true }));
      const optimizer = made(Optimizer, weights, options);
      if (!optimizer) continue;
      for (let step = 0; step < 10; step++) {
        optimizer.zeroGrad();
        for (const w of weights) w.square().sum().add(w.sigmoid().sum()).backward();
        optimizer.step();
      }
      results[`${Optimizer.name} ${JSON.stringify(options)}`] = concatenated(weights);
    }
  }
  return results;
}

/** Every schedule, for as many steps as it has and some more. */
function schedules(): Results {
  const steps = 40;
  const all = [
    optim.stepDecay(0.1, { every: 3, gamma: 0.3 }),
    optim.multiStep(0.1, { milestones: [3, 20, 30], gamma: 0.3 }),
    optim.exponential(0.1, { gamma: 0.9 }),
    optim.linear(0.1, 0.7, { steps }),
    optim.polynomial(0.1, { steps, power: 1.5 }),
    optim.cosine(0.1, { steps }),
    optim.cosineRestarts(0.1, { steps: 7, growth: 2 }),
    optim.oneCycle(0.1, { steps }),
    optim.warmUp(9, optim.cosine(0.1, { steps })),
    optim.sequence([
      [9, 0.3],
      [steps, optim.cosine(0.1, { steps })],
    ]),
  ];
  return Object.fromEntries(
    all.map((lr) => [`${lr}`, Float64Array.from({ length: steps + 10 }, (_, t) => lr(t))]),
  );
}

/** Null if the optimiser has no such option. */
function made(Optimizer: Class<AnyOptimizer>, weights: tg.Tensor[], options: object): AnyOptimizer | null {
  const Any = Optimizer as unknown as new (weights: tg.Tensor[], options: object) => AnyOptimizer;
  try {
    return new Any(weights, { lr: 0.01, ...options });
  } catch (error) {
    if (error instanceof tg.ArgumentError && Object.keys(options).length > 0) return null;
    throw error;
  }
}

/** What initialisers need to be given. */
const ARGUMENTS: Record<string, unknown[]> = {
  constant: [0.1],
  uniform: [-0.3, 0.7],
  sparse: [{ sparsity: 0.5 }],
  initializer: ['ramp', () => Float64Array.from({ length: 600 }, (_, i) => i / 7)],
};

/** Functions of `tapegrad/init` that make no initialiser. */
const NO_INITIALIZERS =
  `convFans convTransposeFans embeddingFans linearFans gain secondMoment lsuv truncatedStd`.split(' ');

/** Every initialiser, for one matrix. */
function initializers(): Results {
  const results: Results = {};
  for (const [name, make] of Object.entries(init) as [string, (...args: unknown[]) => init.Initializer][]) {
    if (typeof make !== 'function' || NO_INITIALIZERS.includes(name)) continue;
    const draw = make(...(ARGUMENTS[name] ?? []));
    results[`initialiser ${name}`] = Float64Array.from(draw([30, 20], init.linearFans(30, 20), tg.random(5)));
  }
  return results;
}

/** What generators draw. */
function generator(): Results {
  const rng = tg.random('a word');
  const many = <T>(draw: () => T): T[] => Array.from({ length: 200 }, draw);
  return {
    'rng.uniform': Float64Array.from(many(() => rng.uniform())),
    'rng.normal': Float64Array.from(many(() => rng.normal())),
    'rng.integer': Float64Array.from(many(() => rng.integer(1000))),
    'rng.permutation': rng.permutation(200),
    'rng.split': Float64Array.from(many(() => rng.split('part').normal())),
    rand: tg.rand([200], rng).data,
    randn: tg.randn([200], rng, { dtype: 'float64' }).data,
    randint: tg.randint(0, 50, [200], rng).data,
    dropout: new nn.Dropout(0.5, { rng }).forward(tg.ones([200])).data,
    'dropout of channels': new nn.Dropout2d(0.5, { rng }).forward(tg.ones([5, 10, 2, 2])).data,
    'alpha dropout': new nn.AlphaDropout(0.3, { rng }).forward(tg.ones([200])).data,
  };
}

/** Functions of `tapegrad/data` that draw no points. */
const NO_POINTS = [
  ...['classWeights', 'flipImages', 'loadFashionMnist', 'loadMnist', 'parseIdx', 'randomSplit', 'readBytes'],
  ...['readIdx', 'shiftImages', 'subset', 'tableDataset'],
];

/** What of `tapegrad/data` draws or sums otherwise. */
function preparations(): Results {
  const rng = tg.random('data');
  const x = tg.randn([40, 6], rng).mul(3).add(100);
  const labels = Array.from({ length: 40 }, (_, i) => i % 3);
  const weights = data.classWeights(labels).data;
  const [train] = data.randomSplit({ x, labels }, [0.75, 0.25], { rng, stratify: true });
  const drawn = new data.DataLoader(
    { x, labels },
    { batchSize: 40, withReplacement: true, weights: labels.map((label) => weights[label]!), rng },
  );
  return {
    'data.randomSplit': train.x.data,
    'data.DataLoader by weight': [...drawn][0]!.x.data,
    'data.Normalizer': new data.Normalizer(6).fit(x).forward(x).data,
    'data.shiftImages': data.shiftImages(x, { most: 1, height: 2, width: 3, rng }).data,
    'data.flipImages': data.flipImages(x, { height: 2, width: 3, rng }).data,
  };
}

/** The point sets of `tapegrad/data`. */
function pointSets(): Results {
  const results: Results = {};
  for (const [name, draw] of Object.entries(data) as [string, typeof data.xor][])
    if (/^[a-z]/.test(name) && !NO_POINTS.includes(name))
      results[`data.${name}`] = draw(60, { rng: tg.random(9), noise: 0.1 }).x.data;
  return results;
}

/** The bytes of a checkpoint, and where a run that goes on from it ends; on Node that is where an uninterrupted run ends. */
function resumed(): Results {
  const saved = new Run(1).train(8).save();
  const run = new Run(5).load(saved).train(17);
  return { 'checkpoint after 8 steps': saved, 'checkpoint of the resumed run': run.save() };
}
