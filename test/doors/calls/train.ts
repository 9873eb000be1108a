/** Calls of the training tools. */
import { random, type Tensor, tensor } from '../../../src/index.js';
import { Linear } from '../../../src/nn/index.js';
import { SGD } from '../../../src/optim/index.js';
import * as tools from '../../../src/train/index.js';
import { arg, type Call, call, options, settings, strict } from '../arguments.js';
import { type Accepts, fine, isTensor } from '../kinds.js';

const LEAF = tensor([0, 0], { requiresGrad: true });
const loss = (): Tensor => LEAF.square().sum();
const stepper = (): SGD => new SGD([LEAF], { lr: 0.1 });
const model = (): Linear => new Linear(3, 2, { rng: random(0) });
const rows = (): Tensor =>
  tensor([
    [0.25, 0.5, 0.75],
    [0.125, 0.375, 0.625],
  ]);
const WATCH = { metric: 'accuracy', mode: 'max', minDelta: 0.1 };
const TEXT = { metric: 'optionalText' } as const;

export const training: Record<string, Call> = {
  History: call(),
  accuracy: call(
    () => strict(rows()),
    () => strict([0, 1]),
  ),
  trainStep: call(
    () => strict(stepper()),
    () => strict(loss),
  ),
  train: call(() =>
    settings(
      {
        batches: [1],
        steps: 1,
        loss,
        optimizer: stepper(),
        callbacks: [() => true],
        accumulate: 2,
        count: () => 1,
        clipNorm: 1,
        startStep: 0,
        history: new tools.History(),
        allowNonFinite: false,
      },
      { batches: 'strict', steps: 'strict', loss: 'strict', optimizer: 'strict', count: 'optional' },
    ),
  ),
  progress: call(() =>
    settings(
      { total: 3, label: 'a', stream: { write: () => true }, lines: 2 },
      { total: 'strict', label: 'optionalText' },
    ),
  ),
  earlyStopping: call(() => settings({ patience: 3, ...WATCH }, { patience: 'strict', ...TEXT })),
  keepBest: call(
    () => strict(model()),
    () => options(WATCH, TEXT),
  ),
  MovingAverage: call(
    () => strict(model()),
    () => settings({ decay: 0.9, warmUp: true, useBuffers: true }, { decay: 'strict' }),
  ),
  findLearningRate: call(() =>
    settings(
      {
        model: model(),
        optimizer: stepper(),
        batches: [1],
        loss,
        from: 0.01,
        to: 1,
        steps: 3,
        divergence: 2,
      },
      { model: 'strict', optimizer: 'strict', batches: 'strict', loss: 'strict' },
    ),
  ),
  reduceOnPlateau: call(
    () => strict(stepper()),
    () =>
      options({
        factor: 0.5,
        patience: 1,
        threshold: 0.1,
        thresholdMode: 'abs',
        cooldown: 1,
        minLr: 0.01,
        mode: 'max',
      }),
  ),
  predict: call(
    () => strict(model()),
    () => strict(rows()),
    () => options({ batchSize: 1, output: (y: Tensor) => y }),
  ),
};

const stopping = (): tools.EarlyStopping => tools.earlyStopping({ patience: 3 });
const best = (): tools.KeepBest => {
  const kept = tools.keepBest(model());
  kept.update(1, 0.5);
  return kept;
};
const average = (): tools.MovingAverage => new tools.MovingAverage(model(), { decay: 0.9 });
const plateau = (): tools.ReduceOnPlateau => tools.reduceOnPlateau(stepper());
const atStep = call(
  () => strict(1),
  () => strict(0.5),
);

export const TRAINING_METHODS: Record<
  string,
  { readonly make: () => object; readonly calls: Record<string, Call>; readonly names?: readonly string[] }
> = {
  History: {
    make: () => new tools.History(),
    names: ['History'],
    calls: {
      record: call(
        () => arg('text')('accuracy'),
        () => strict(1),
        () => strict(0.5),
      ),
      stateDict: call(),
      loadStateDict: call(() => strict(new tools.History().stateDict())),
    },
  },
  EarlyStopping: {
    make: stopping,
    calls: {
      update: atStep,
      stateDict: call(),
      loadStateDict: call(() => strict(stopping().stateDict())),
    },
  },
  KeepBest: {
    make: best,
    calls: {
      update: atStep,
      restore: call(),
      stateDict: call(),
      loadStateDict: call(() => strict(best().stateDict())),
    },
  },
  MovingAverage: {
    make: average,
    names: ['MovingAverage'],
    calls: {
      update: call(),
      use: call(() => strict(() => 1)),
      copyTo: call(() => strict(model())),
      stateDict: call(),
      loadStateDict: call(() => strict(average().stateDict())),
    },
  },
  ReduceOnPlateau: {
    make: plateau,
    names: ['reduceOnPlateau'],
    calls: {
      update: call(() => strict(0.5)),
      stateDict: call(),
      loadStateDict: call(() => strict(plateau().stateDict())),
    },
  },
};

export const TRAINING_ALSO: Record<string, Accepts> = {
  // Batches may be anything that can be iterated.
  'train, option batches': { 'an array': fine, "another realm's array": fine },
  'findLearningRate, option batches': { 'an array': fine, "another realm's array": fine },
  'progress, option stream': { 'a tensor of another shape': fine },
  'predict, argument 1': { 'a tensor of another shape': isTensor },
  // A value that is NaN was measured like any other.
  'History.record, argument 2': { NaN: fine },
  'EarlyStopping.update, argument 1': { NaN: fine },
  'KeepBest.update, argument 1': { NaN: fine },
  'ReduceOnPlateau.update, argument 0': { NaN: fine },
};
