/** A call of every public function as it is meant, with the kind of each argument. */
import * as viz from '@viz-js/viz';
import fc from 'fast-check';
import * as checks from '../../src/check/index.js';
import * as property from '../../src/check/property.js';
import { DataLoader, ImageSet } from '../../src/data/index.js';
import * as tg from '../../src/index.js';
import { random, tensor, zeros } from '../../src/index.js';
import * as init from '../../src/init/index.js';
import * as nn from '../../src/nn/index.js';
import * as optim from '../../src/optim/index.js';
import {
  type Argument,
  anyTensor,
  arg,
  type Call,
  call,
  elementwise,
  operand,
  optional,
  options,
  settings,
  shown,
  strict,
  text,
  variadic,
} from './arguments.js';
import { convolutionLayers, convolutions } from './calls/convolution.js';
import { normalizerMethods, preparations } from './calls/data.js';
import { files } from './calls/files.js';
import { losses, lossModules } from './calls/losses.js';
import { metrics } from './calls/metrics.js';
import { minimisers } from './calls/minimize.js';
import { NORMALISATION_ALSO, normalisation, normalisationLayers } from './calls/normalisation.js';
import { pooling, poolingLayers } from './calls/pooling.js';
import { pytorch } from './calls/pytorch.js';
import { copying, saving } from './calls/saving.js';
import { schedules } from './calls/schedules.js';
import { SEQUENCES_ALSO, sequenceLayers, sequenceOps } from './calls/sequences.js';
import { PAIRS, smallLayers, smallOps } from './calls/small.js';
import { TRAINING_ALSO, TRAINING_METHODS, training } from './calls/train.js';
import { type Accepts, fine, isTensor, type Kind } from './kinds.js';

const x = (): tg.Tensor =>
  tensor([
    [0.25, 0.5, 0.75],
    [0.125, 0.375, 0.625],
  ]);
const square = (): tg.Tensor =>
  tensor([
    [0.5, 0.25],
    [0.125, 0.75],
  ]);
const rng = (): tg.Rng => random(0);
const leaf = (): tg.Tensor => tensor([1, 2], { requiresGrad: true });
const sumOfSquares = (a: tg.Tensor): tg.Tensor => a.square().sum();
const linear = (): nn.Linear => new nn.Linear(3, 2, { rng: rng() });
const model = (): nn.Module => new nn.Sequential(linear());

const unary = call(() => elementwise(x()));
const binary = call(
  () => operand(x()),
  () => operand(x()),
);
const axes = (more: () => Argument): Call =>
  call(
    () => anyTensor(x()),
    () => optional(0),
    more,
  );
const reduction = axes(() => optional(true));
const loss = call(
  () => strict(x()),
  () => strict(x()),
  () => options({ reduction: 'sum' }),
);

const tensors: Record<string, Call> = {
  ...smallOps,
  ...convolutions,
  ...sequenceOps,
  ...pooling,
  ...normalisation,
  ...losses,
  ...Object.fromEntries(
    [
      'abs',
      'acos',
      'asin',
      'atan',
      'cbrt',
      'clone',
      'cos',
      'cosh',
      'erf',
      'exp',
      'expm1',
      'hardSigmoid',
      'hardSwish',
      'log',
      'log1p',
      'mish',
      'neg',
      'normalCdf',
      'reciprocal',
      'relu',
      'rsqrt',
      'selu',
      'sigmoid',
      'sign',
      'silu',
      'sin',
      'sinh',
      'softsign',
      'sqrt',
      'square',
      'tan',
      'tanh',
    ].map((name) => [name, unary]),
  ),
  ...Object.fromEntries(
    [
      'add',
      'div',
      'equal',
      'greater',
      'greaterEqual',
      'less',
      'lessEqual',
      'maximum',
      'minimum',
      'mul',
      'pow',
      'sub',
    ].map((name) => [name, binary]),
  ),
  notEqual: call(
    () => arg('value')(x()),
    () => arg('value')(x()),
  ),
  ...Object.fromEntries(['sum', 'mean', 'max', 'min', 'prod', 'logSumExp'].map((name) => [name, reduction])),
  ...Object.fromEntries(['mseLoss', 'l1Loss'].map((name) => [name, loss])),
  argMax: reduction,
  argMin: reduction,
  cumSum: call(
    () => elementwise(x()),
    () => optional(0),
    () => optional(true),
  ),
  variance: axes(() => options({ keepdims: true, correction: 0 })),
  std: axes(() => options({ keepdims: true, correction: 0 })),
  norm: axes(() => options({ keepdims: true, p: 3 })),
  huberLoss: call(
    () => strict(x()),
    () => strict(x()),
    () => options({ delta: 0.5, reduction: 'none' }),
  ),
  klDivLoss: call(
    () => strict(x()),
    () => strict(x()),
    () => options({ logTarget: true, reduction: 'batchMean' }),
  ),
  crossEntropy: call(
    () => strict(x()),
    () => strict([0, 1]),
    () =>
      options(
        { labelSmoothing: 0.1, ignoreIndex: 1, reduction: 'sum', weight: [1, 2, 0.5] },
        { ignoreIndex: 'optionalNullable' },
      ),
  ),
  nllLoss: call(
    () => strict(x()),
    () => strict([0, 1]),
    () =>
      options({ ignoreIndex: 1, reduction: 'sum', weight: [1, 2, 0.5] }, { ignoreIndex: 'optionalNullable' }),
  ),
  leakyRelu: call(
    () => elementwise(x()),
    () => optional(0.1),
  ),
  elu: call(
    () => elementwise(x()),
    () => optional(0.5),
  ),
  gelu: call(
    () => elementwise(x()),
    () => optional('tanh'),
  ),
  softmax: call(
    () => elementwise(x()),
    () => optional(0),
  ),
  logSoftmax: call(
    () => elementwise(x()),
    () => optional(0),
  ),
  clip: call(
    () => elementwise(x()),
    () => strict(0.2),
    () => strict(0.6),
  ),
  where: call(
    () =>
      strict(
        tensor([
          [1, 0, 1],
          [0, 0, 1],
        ]),
      ),
    () => arg('value')(x()),
    () => arg('value')(0),
  ),
  apply: call(
    () => strict(CUBE),
    () => strict([x()]),
    () => arg('anything')(undefined),
  ),
  defineOp: call(() =>
    settings(
      { name: 'cube', forward: cube, save: () => ({}), vjp: ['zero'], broadcast: false, converts: false },
      { name: 'text', forward: 'strict', vjp: 'strict' },
    ),
  ),
  astype: call(
    () => elementwise(x()),
    () => strict('float64'),
  ),
  backward: call(
    () => strict(sumOfSquares(leaf())),
    () => optional(tensor(1)),
    () => options({ retainGraph: true, createGraph: true }),
  ),
  broadcastTo: call(
    () => strict(x()),
    () => strict([2, 2, 3]),
  ),
  sumTo: call(
    () => anyTensor(x()),
    () => strict([3]),
  ),
  concat: call(
    () => strict([x(), x()]),
    () => optional(1),
  ),
  stack: call(
    () => strict([x(), x()]),
    () => optional(1),
  ),
  detectAnomaly: call(() => strict(() => 1)),
  diagonal: call(
    () => anyTensor(square()),
    () => optional(1),
  ),
  tril: call(
    () => elementwise(square()),
    () => optional(1),
  ),
  triu: call(
    () => elementwise(square()),
    () => optional(1),
  ),
  dot: call(
    () => strict(tensor([1, 2])),
    () => strict(tensor([3, 4])),
  ),
  outer: call(
    () => strict(tensor([1, 2])),
    () => strict(tensor([3, 4])),
  ),
  matmul: call(
    () => strict(x()),
    () => strict(zeros([3, 2])),
  ),
  linear: call(
    () => strict(x()),
    () => strict(zeros([3, 2])),
    () => arg('optionalNullable')(zeros([2])),
  ),
  einsum: variadic(
    () => strict('ij,jk->ik'),
    () => strict(x()),
    () => strict(zeros([3, 2])),
  ),
  expand: call(
    () => strict(x()),
    () => strict([2, -1, 3]),
  ),
  explain: call(() => shown(sumOfSquares(leaf()))),
  explainGrad: call(
    () => shown(leaf()),
    () => arg('optional')(sumOfSquares(leaf())),
  ),
  tapeOf: call(() => shown(sumOfSquares(leaf()))),
  replay: call(() => shown(sumOfSquares(leaf()))),
  observe: call(
    () => arg('nullable')({ forward: () => {} }),
    () => strict(() => 1),
  ),
  eye: call(
    () => strict(2),
    () => optional(3),
    () => options({ dtype: 'float64', requiresGrad: true }),
  ),
  full: call(
    () => strict([2]),
    () => arg('value')(3),
    () => options({ dtype: 'float64', requiresGrad: true }),
  ),
  zeros: call(
    () => strict([2]),
    () => options({ dtype: 'float64', requiresGrad: true }),
  ),
  ones: call(
    () => strict([2]),
    () => options({ dtype: 'float64', requiresGrad: true }),
  ),
  rand: call(
    () => strict([2]),
    () => strict(rng()),
    () => options({ dtype: 'float64', requiresGrad: true }),
  ),
  randn: call(
    () => strict([2]),
    () => strict(rng()),
    () => options({ dtype: 'float64', requiresGrad: true }),
  ),
  randint: call(
    () => strict(0),
    () => strict(9),
    () => strict([2]),
    () => strict(rng()),
    () => options({ dtype: 'float64', requiresGrad: true }),
  ),
  arange: call(
    () => strict(0),
    () => optional(4),
    () => optional(2),
    () => options({ dtype: 'float64', requiresGrad: true }),
  ),
  linspace: call(
    () => strict(0),
    () => strict(1),
    () => strict(3),
    () => options({ dtype: 'float64', requiresGrad: true }),
  ),
  tensor: call(
    () => arg('data')([1, 2]),
    () => options({ dtype: 'float64', requiresGrad: true }),
  ),
  flatten: call(
    () => anyTensor(x()),
    () => optional(0),
    () => optional(1),
  ),
  flip: call(
    () => elementwise(x()),
    () => optional(0),
  ),
  squeeze: call(
    () => strict(zeros([1, 2])),
    () => optional(0),
  ),
  unsqueeze: call(
    () => anyTensor(x()),
    () => strict(0),
  ),
  permute: call(
    () => strict(x()),
    () => strict([1, 0]),
  ),
  transpose: call(
    () => anyTensor(x()),
    () => optional(0),
    () => optional(1),
  ),
  reshape: call(
    () => strict(x()),
    () => strict([3, 2]),
  ),
  slice: call(
    () => anyTensor(x()),
    () => strict([null, [0, 2]]),
  ),
  split: call(
    () => strict(x()),
    () => strict(2),
    () => optional(0),
  ),
  pad: call(
    () => strict(x()),
    () =>
      strict([
        [1, 1],
        [0, 2],
      ]),
    () => arg('optionalValue')(2),
  ),
  tile: call(
    () => anyTensor(x()),
    () => strict([2, 2]),
  ),
  gather: call(
    () => strict(x()),
    () => strict(0),
    () => strict([[0, 1, 0]]),
  ),
  indexSelect: call(
    () => anyTensor(x()),
    () => strict(0),
    () => strict([1, 1]),
  ),
  takeAlongAxis: call(
    () => strict(x()),
    () => strict([[0], [1]]),
    () => optional(1),
  ),
  scatterAdd: call(
    () => strict(x()),
    () => strict(0),
    () => strict([[0, 1, 0]]),
    () => strict(zeros([1, 3])),
  ),
  oneHot: call(
    () => strict([0, 2]),
    () => strict(3),
    () => optional('float64'),
  ),
  grad: call(() => strict(sumOfSquares)),
  valueAndGrad: call(() => strict(sumOfSquares)),
  jacobian: call(() => strict((a: tg.Tensor) => a.square())),
  hessian: call(() => strict(sumOfSquares)),
  checkpoint: variadic(
    () => strict((a: tg.Tensor) => a.square()),
    () => elementwise(leaf()),
  ),
  vjp: variadic(
    () => strict((a: tg.Tensor) => a.square()),
    () => shown(leaf()),
  ),
  jvp: call(
    () => strict((a: tg.Tensor) => a.square()),
    () => strict([leaf()]),
    () => strict([tensor([1, 1])]),
  ),
  hvp: call(
    () => strict(sumOfSquares),
    () => strict(leaf()),
    () => strict(tensor([1, 1])),
  ),
  gradients: call(
    () => strict(sumOfSquares(CONSTANT_LEAF)),
    () => strict([CONSTANT_LEAF]),
    () => options({ seed: tensor(1), createGraph: true, retainGraph: true }),
  ),
  noGrad: call(() => strict(() => 1)),
  withDefaultDtype: call(
    () => strict('float64'),
    () => strict(() => 1),
  ),
  getDefaultDtype: call(),
  isRecording: call(),
  kernels: call(),
  threads: call(),
  random: call(() => arg('seed')(3)),
  setLint: call(() => strict(true)),
  setThreads: call(() => strict(1)),
  userLine: call(() => arg('anything')('at f (/a/b.ts:3:4)')),
  Tensor: call(
    () => strict(new Float32Array(2)),
    () => strict([2]),
  ),
};

const CONSTANT_LEAF = leaf();
const cube = ([a]: tg.NDArray[]): tg.NDArray => ({ data: a!.data.map((v) => v ** 3), shape: a!.shape });
const CUBE = tg.defineOp({ name: 'cube', forward: cube as never, vjp: ['zero'] as never });

const HE = { mode: 'fanOut', nonlinearity: 'leakyRelu', slope: 0.1, numeric: true, gain: 2 };
const initialisers: Record<string, Call> = {
  constant: call(() => strict(1)),
  zeros: call(),
  ones: call(),
  uniform: call(
    () => strict(-1),
    () => strict(1),
  ),
  normal: call(() => options({ mean: 1, std: 2 })),
  truncatedNormal: call(() => options({ mean: 1, std: 2, cutoffSigmas: 3, corrected: false })),
  truncatedStd: call(() => strict(2)),
  eye: call(() => options({ gain: 2 })),
  sparse: call(() => settings({ sparsity: 0.5, std: 1 }, { sparsity: 'strict' })),
  orthogonal: call(() => options({ gain: 2 })),
  varianceScaling: call(
    () => options({ scale: 2, mode: 'fanAvg', distribution: 'uniform' }),
    () => arg('optionalText')('mine'),
  ),
  xavierUniform: call(() => options({ gain: 2 })),
  xavierNormal: call(() => options({ gain: 2, truncated: true })),
  xavierFanIn: call(),
  xavierHalf: call(),
  heNormal: call(() => options({ ...HE, truncated: true })),
  heUniform: call(() => options(HE)),
  lecunNormal: call(() => options({ truncated: true })),
  lecunUniform: call(),
  siren: call(() => options({ omega0: 10, first: true })),
  gain: call(
    () => strict('relu'),
    () => options({ slope: 0.1, numeric: true }),
  ),
  secondMoment: call(() => strict((z: number) => z)),
  linearFans: call(
    () => strict(2),
    () => strict(3),
  ),
  embeddingFans: call(() => strict(3)),
  convFans: call(() =>
    settings(
      { inChannels: 2, outChannels: 4, kernel: [3, 3], groups: 2 },
      { inChannels: 'strict', outChannels: 'strict', kernel: 'strict' },
    ),
  ),
  convTransposeFans: call(() =>
    settings(
      { inChannels: 2, outChannels: 4, kernel: [3, 3], groups: 2, stride: [2, 2] },
      { inChannels: 'strict', outChannels: 'strict', kernel: 'strict' },
    ),
  ),
  initializer: call(
    () => text('mine'),
    () => strict((shape: number[]) => new Float64Array(shape.length)),
    () => optional(() => 'mine'),
  ),
  lsuv: call(
    () => strict([lsuvLayer()]),
    () => options({ tolerance: 0.1, maxIterations: 3 }),
  ),
};
const lsuvLayer = (): init.LsuvLayer => ({ name: 'a', scale: () => {}, output: () => [1, -1] });

const linearOptions = (): object => ({
  rng: rng(),
  init: init.heUniform(),
  bias: true,
  biasInit: init.ones(),
  dtype: 'float64',
});
const layers: Record<string, Call> = {
  ...smallLayers,
  ...convolutionLayers,
  ...sequenceLayers,
  ...poolingLayers,
  ...normalisationLayers,
  ...lossModules,
  ...Object.fromEntries(
    [
      'HardSigmoid',
      'HardSwish',
      'Identity',
      'Mish',
      'ReLU',
      'SELU',
      'SiLU',
      'Sigmoid',
      'Softsign',
      'Tanh',
    ].map((name) => [name, call()]),
  ),
  ...Object.fromEntries(
    ['MSELoss', 'L1Loss'].map((name) => [name, call(() => options({ reduction: 'sum' }))]),
  ),
  HuberLoss: call(() => options({ delta: 2, reduction: 'sum' })),
  KLDivLoss: call(() => options({ logTarget: true, reduction: 'batchMean' })),
  CrossEntropyLoss: call(() =>
    options(
      { labelSmoothing: 0.1, ignoreIndex: 1, reduction: 'sum', weight: [1, 2] },
      { ignoreIndex: 'optionalNullable', weight: 'optionalNumbers' },
    ),
  ),
  NLLLoss: call(() =>
    options(
      { ignoreIndex: 1, reduction: 'sum', weight: [1, 2] },
      { ignoreIndex: 'optionalNullable', weight: 'optionalNumbers' },
    ),
  ),
  LeakyReLU: call(() => optional(0.1)),
  ELU: call(() => optional(0.5)),
  GELU: call(() => optional('tanh')),
  Softmax: call(() => optional(0)),
  LogSoftmax: call(() => optional(0)),
  Flatten: call(
    () => optional(0),
    () => optional(1),
  ),
  Dropout: call(
    () => strict(0.5),
    () => settings({ rng: rng() }, { rng: 'strict' }),
  ),
  Linear: call(
    () => strict(3),
    () => strict(2),
    () => settings(linearOptions(), { rng: 'strict' }),
  ),
  Sequential: variadic(
    () => strict(linear()),
    () => strict(tg.relu),
  ),
  Buffer: call(
    () => strict(new Float32Array(2)),
    () => strict([2]),
  ),
  Parameter: call(
    () => strict([2, 3]),
    () =>
      settings(
        { init: init.zeros(), fans: { fanIn: 2, fanOut: 3 }, rng: rng(), dtype: 'float64' },
        { init: 'strict', rng: 'strict', fans: 'optionalNullable' },
      ),
  ),
  lsuvInit: call(
    () => strict(model()),
    () => strict(x()),
    () => options({ tolerance: 0.1, maxIterations: 3 }),
  ),
  summary: call(
    () => strict(model()),
    () => strict([2, 3]),
  ),
};

const optimiser = (more: object): Call =>
  call(
    () => strict([leaf()]),
    () => options({ lr: 0.1, ...more }),
  );
const ADAM = { betas: [0.5, 0.5], eps: 1e-6, weightDecay: 0.1 };
const optimisers: Record<string, Call> = {
  ...schedules,
  ...minimisers,

  SGD: call(
    () => strict([leaf()]),
    () =>
      settings({ lr: 0.1, momentum: 0.5, dampening: 0, weightDecay: 0.1, nesterov: false }, { lr: 'strict' }),
  ),
  Adam: optimiser({ ...ADAM, amsgrad: true }),
  AdamW: optimiser({ ...ADAM, amsgrad: true }),
  AdaGrad: optimiser({ eps: 1e-6, weightDecay: 0.1 }),
  RMSprop: optimiser({ alpha: 0.5, eps: 1e-6, weightDecay: 0.1, momentum: 0.5, centered: true }),
  Adadelta: optimiser({ rho: 0.5, eps: 1e-6, weightDecay: 0.1 }),
  Adamax: optimiser(ADAM),
  NAdam: optimiser({ ...ADAM, momentumDecay: 0.1 }),
  RAdam: optimiser(ADAM),
  Lion: optimiser({ betas: [0.5, 0.5], weightDecay: 0.1 }),
  State: call(),
  decayGroups: call(
    () => strict(model()),
    () => settings({ weightDecay: 0.1 }, { weightDecay: 'strict' }),
  ),
  clipGradNorm: call(
    () => strict([leaf()]),
    () => strict(1),
    () => options({ errorIfNonFinite: false }),
  ),
  clipGradValue: call(
    () => strict([leaf()]),
    () => strict(1),
  ),
};

const CHECK = {
  order: 2,
  seed: 3,
  names: ['a'],
  mode: 'full',
  directions: 2,
  relative: 1e-5,
  absolute: 1e-5,
  eps: 1e-5,
  dtype: 'float64',
  allow: ['vacuous'],
  jvp: false,
  blame: false,
};
const gradient = (): Call =>
  call(
    () => strict(sumOfSquares),
    () => arg('shown')(leaf()),
    () => options(CHECK, { seed: 'optionalText' }),
  );
const { order: _, ...FIRST } = CHECK;
const checkers: Record<string, Call> = {
  gradcheck: gradient(),
  assertGradients: gradient(),
  gradgradcheck: gradient(),
  checkModule: call(
    () => strict(linear()),
    () => strict(x()),
    () => options({ ...FIRST, names: ['x'] }, { seed: 'optionalText' }),
  ),
  checkOp: call(
    () => strict(tg.square),
    () =>
      settings(
        {
          ...CHECK,
          inputs: [leaf()],
          attrs: 1,
          reference: ({ data }: tg.NDArray) => data.map((v) => v * v),
          elementwise: true,
          empty: [zeros([0])],
          nan: 'propagates',
          float32: 1e-5,
        },
        { inputs: 'shown', attrs: 'anything', empty: 'optional', seed: 'optionalText' },
      ),
  ),
  demand: call(() => strict(checks.gradcheck(sumOfSquares, leaf()))),
  literal: call(() => shown(x())),
  reproduction: call(
    () => strict(sumOfSquares),
    () => strict([leaf()]),
    () => strict(['a']),
    () => strict({}),
    () => arg('optionalText')('a note'),
  ),
};

const properties: Record<string, Call> = {
  gradientProperty: call(
    () => strict(fc),
    () => strict(sumOfSquares),
    () => strict(property.arbitraries(fc).tensors([[2]], { min: 1 })),
    () =>
      options(
        { ...CHECK, numRuns: 2, propertySeed: 1, path: '0' },
        { seed: 'optionalText', path: 'optional' },
      ),
  ),
  arbitraries: call(() => strict(fc)),
};
const reports: Record<string, Call> = {
  reportSvg: call(
    () => strict(checks.gradcheck(sumOfSquares, leaf())),
    () => optional(0),
    () => optional(380),
  ),
  reportHtml: call(() => strict(checks.gradcheck(sumOfSquares, leaf()))),
};

const dataset = { x: x(), labels: [0, 1] };
const toy = (more: object = {}): Call =>
  call(
    () => strict(4),
    () => settings({ rng: rng(), noise: 0.1, ...more }, { rng: 'strict' }),
  );
const datasets: Record<string, Call> = {
  ...preparations,
  ImageSet: call(
    () => strict(new Uint8Array(4)),
    () => strict(new Uint8Array(1)),
    () => strict(2),
    () => strict(2),
  ),
  spiral: toy({ classes: 2 }),
  moons: toy(),
  circles: toy(),
  xor: toy(),
  parseIdx: call(
    () => strict(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 7)),
    () => arg('optionalText')('a file'),
  ),
  readIdx: call(() => strict(import.meta.filename)),
  readBytes: call(() => strict(import.meta.filename)),
};

const TEXTS: Record<string, Kind> = {
  title: 'optionalText',
  description: 'optionalText',
  xLabel: 'optionalText',
  yLabel: 'optionalText',
  color: 'optionalText',
};
const TITLED = { title: 'a', width: 200, description: 'b' };
const AXIS = { label: 'x' };
const pictures: Record<string, Call> = {
  barChart: call(
    () => strict(['a']),
    () => strict([{ name: 's', values: [1] }]),
    () => options({ ...TITLED, height: 200, x: AXIS, format: String }, TEXTS),
  ),
  heatMap: call(
    () => strict([[1, 2]]),
    () =>
      options(
        {
          ...TITLED,
          colors: 'gray',
          rowNames: ['a'],
          columnNames: ['b', 'c'],
          xLabel: 'd',
          yLabel: 'e',
          showValues: true,
          format: String,
        },
        TEXTS,
      ),
  ),
  histogram: call(
    () => arg('numbers')([1, 2, 3]),
    () => options({ ...TITLED, height: 200, bins: 2, x: AXIS, color: '#000000' }, TEXTS),
  ),
  imageGrid: call(
    () => strict([{ pixels: [0, 1], height: 1, width: 2 }]),
    () => options({ ...TITLED, columns: 1, colors: 'gray', scale: 'each', legend: false }, TEXTS),
  ),
  lineChart: call(
    () => strict([{ name: 'a', values: [1, 2] }]),
    () => options({ ...TITLED, height: 200, x: AXIS, y: AXIS }, TEXTS),
  ),
  smallMultiples: call(
    () => strict([{ title: 'p', values: [1, 2] }]),
    () => options({ ...TITLED, columns: 1, panelHeight: 100, x: AXIS, y: AXIS, bins: 2 }, TEXTS),
  ),
  calibrationChart: call(
    () =>
      strict({
        bins: [{ from: 0, to: 1, count: 1, confidence: 0.5, accuracy: 1 }],
        expectedError: 0.5,
        maximumError: 0.5,
      }),
    () => options({ ...TITLED, height: 400, xLabel: 'd', yLabel: 'e' }, TEXTS),
  ),
  confusionChart: call(
    () => strict({ counts: [[1]] }),
    () => options({ ...TITLED, classes: ['a'], normalize: true, xLabel: 'd', yLabel: 'e' }, TEXTS),
  ),
  learningRateChart: call(
    () => strict({ rates: [1, 2], losses: [1, 2], smoothed: [1, 2], suggestion: null, reason: 'r' }),
    () => options({ ...TITLED, height: 200 }, TEXTS),
  ),
  precisionRecallChart: call(
    () => strict([{ precision: [0.5, 1], recall: [1, 0] }]),
    () => options({ ...TITLED, height: 200 }, TEXTS),
  ),
  rocChart: call(
    () => strict([{ truePositiveRate: [0, 1], falsePositiveRate: [0, 1] }]),
    () => options({ ...TITLED, height: 200 }, TEXTS),
  ),
  page: call(
    () => text('a'),
    () => text('b'),
    () => options({ style: 'p {}', lang: 'de' }, { style: 'optionalText', lang: 'optionalText' }),
  ),
  escapeXml: call(() => text('<')),
  setDrawingPackage: call(
    () => strict('@viz-js/viz'),
    () => strict(viz),
  ),
  seriesColor: call(() => strict(9)),
  tapeDot: call(() => shown(sumOfSquares(leaf()))),
  tapeSvg: call(() => shown(sumOfSquares(leaf()))),
};

/** By entry point and name. A `new` call is made of what begins with a capital letter. */
export const CALLS: Record<string, Record<string, Call>> = {
  '.': tensors,
  './init': initialisers,
  './nn': layers,
  './optim': optimisers,
  './check': checkers,
  './check/property': properties,
  './check/picture': reports,
  './data': datasets,
  './train': { ...training, ...metrics, ...copying },
  './io': { ...files, ...pytorch, ...saving },
  './plot': pictures,
};

/** What is exported and not called by programs with arguments of their own, and why. */
export const NOT_CALLED: Record<string, string> = {
  './AnomalyError': 'made by the library',
  './ArgumentError': 'made by the library',
  './GraphError': 'made by the library',
  './ShapeError': 'made by the library',
  './TapegradError': 'made by the library',
  './Node': 'made by the tape',
  './plot/PALETTE': 'a list of colours',
  './plot/THEME': 'a table of sizes and colours',
  './nn/AnyModule': 'abstract; its methods are called below',
  './nn/Module': 'abstract; its methods are called below',
  './init/NONLINEARITIES': 'a table of functions of numbers',
  './optim/Optimizer': 'abstract; its methods are called below',
  './data/DIGIT_CLASSES': 'a list of names',
  './data/FASHION_CLASSES': 'a list of names',
  './check/GradcheckReport': 'made by checks',
  './check/GradientError': 'made by checks',
  './train/EarlyStopping': 'made by earlyStopping',
  './train/KeepBest': 'made by keepBest',
  './train/ReduceOnPlateau': 'made by reduceOnPlateau',
};

/** The methods of objects: how the object is made, and a call of each. */
export const METHODS: Record<
  string,
  { readonly make: () => object; readonly calls: Record<string, Call>; readonly names?: readonly string[] }
> = {
  Linear: {
    make: linear,
    names: ['Linear'],
    calls: {
      forward: call(() => strict(x())),
      register: call(
        () => text('gain'),
        () => arg('shown')(leaf()),
      ),
      train: call(() => optional(false)),
      eval: call(),
      initialize: call(() => strict(rng())),
      loadStateDict: call(
        () => strict(linear().stateDict()),
        () => options({ strict: false }),
      ),
      stateDict: call(),
      parameters: call(),
      namedParameters: call(),
      namedBuffers: call(),
      namedModules: call(),
      namedFrozen: call(),
      namedGenerators: call(),
      countParameters: call(),
      zeroGrad: call(),
      toString: call(),
    },
  },
  AdaGrad: {
    make: () => new optim.AdaGrad([leaf()]),
    calls: {
      step: call(),
      zeroGrad: call(),
      stateDict: call(),
      loadStateDict: call(() => strict(new optim.AdaGrad([leaf()]).stateDict())),
      updateRule: call(),
      currentLr: call(() => optional(0)),
    },
  },
  State: {
    make: () => new optim.State(),
    names: ['State'],
    calls: {
      get: call(
        () => text('mean'),
        () => arg('numbers')(new Float32Array(2)),
      ),
    },
  },
  Parameter: { make: () => linear().weight, calls: { initialize: call(() => strict(rng())), copy: call() } },
  ImageSet: {
    make: () => new ImageSet(new Uint8Array(4), new Uint8Array(1), 2, 2),
    names: ['ImageSet'],
    calls: { images: call(() => optional([0])), labelsOf: call(() => strict([0])) },
  },
  Normalizer: normalizerMethods,
  DataLoader: {
    make: () => new DataLoader(dataset, { batchSize: 1 }),
    calls: {
      stateDict: call(),
      loadStateDict: call(() => strict(new DataLoader(dataset, { batchSize: 1 }).stateDict())),
    },
  },
  ...TRAINING_METHODS,
  Rng: {
    make: rng,
    calls: {
      uniform: call(),
      normal: call(),
      integer: call(() => strict(4)),
      split: call(() => text('a')),
      permutation: call(() => strict(4)),
      state: call(),
      restore: call(() => strict(rng().state())),
    },
  },
  Tensor: {
    make: x,
    calls: {
      named: call(() => text('w')),
      item: call(),
      toArray: call(),
      toJSON: call(),
      toString: call(),
      detach: call(),
      assign: call(() => arg('strict')([1, 2, 3, 4, 5, 6])),
      write: call(() => strict(() => {})),
      retainGrad: call(),
      registerHook: call(() => strict(() => undefined)),
      backward: call(
        () => arg('optional')(undefined),
        () => options({ retainGraph: true }),
      ),
    },
  },
};

/** Values that single arguments take besides those of their kind. */
export const ALSO: Record<string, Accepts> = {
  ...SEQUENCES_ALSO,
  'sumTo, argument 0': { 'a tensor of another shape': isTensor },
  'linear, argument 2': { null: isTensor },
  'conv1d, argument 2': { null: isTensor },
  'conv2d, argument 2': { null: isTensor },
  'convTranspose2d, argument 2': { null: isTensor },
  'crossEntropy, option ignoreIndex': { null: isTensor },
  'nllLoss, option ignoreIndex': { null: isTensor },
  'CrossEntropyLoss, option ignoreIndex': { null: fine },
  'NLLLoss, option ignoreIndex': { null: fine },
  'Parameter, option fans': { null: fine },
  'checkOp, option order': { undefined: fine },
  // Any name is one.
  'barChart, argument 0': { 'an array': fine },
  'heatMap, option rowNames': { 'an array': fine },
  'confusionChart, option classes': { 'an array': fine },
  'matmul, argument 0': { 'a tensor of another shape': isTensor },
  'linear, argument 0': { 'a tensor of another shape': isTensor },
  'explainGrad, argument 1': { 'a tensor of another shape': fine },
  'oneHot, argument 0': { 'a tensor of another shape': isTensor },
  'Tensor, argument 0': { "another realm's array": isTensor },
  'Buffer, argument 0': { "another realm's array": isTensor },
  'summary, argument 1': { 'a tensor of another shape': fine },
  'checkModule, argument 1': { 'a tensor of another shape': fine },
  'Linear.forward, argument 0': { 'a tensor of another shape': isTensor },
  // Names that are no others'.
  ...Object.fromEntries(
    ['gradcheck', 'assertGradients', 'gradgradcheck', 'checkModule', 'checkOp', 'gradientProperty'].map(
      (name) => [`${name}, option names`, { 'an array': fine }],
    ),
  ),
  'reproduction, argument 2': { 'an array': fine },
  'reproduction, argument 3': { 'a tensor of another shape': fine, "another realm's array": fine },
  'Tensor.backward, argument 0': { null: fine },
  ...NORMALISATION_ALSO,
  ...TRAINING_ALSO,
};

/** Functions whose errors begin with the name of the op that they are handed. */
export const OTHER_NAMES: Record<string, readonly string[]> = {
  apply: ['cube'],
  readIdx: ['parseIdx', 'readBytes'],
  defineOp: ['cube'],
};

/**
 * What refuses an argument too many: functions of operands, and every method of a tensor that is an op. Other functions pass
 * over it, so that `rows.map(relu)` works. In `rows.map(softmax)` the index that map adds is a whole number in the place of
 * the axis, and nothing tells it from an axis that was meant; it is refused only where the axis does not exist.
 */
export const REFUSES_MORE: ReadonlySet<string> = new Set([
  ...['add', 'div', 'equal', 'greater', 'greaterEqual', 'less', 'lessEqual', 'maximum', 'minimum', 'mul'],
  ...['notEqual', 'pow', 'sub'],
  ...PAIRS,
  ...['readIdx', 'loadMnist', 'loadFashionMnist'],
  ...Object.keys(tensors).map((name) => `x.${name}`),
]);
