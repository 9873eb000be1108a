/** Calls of what prepares datasets: splits, tables, normalisation and changed images. */
import { Normalizer } from '../../../src/data/index.js';
import { random, tensor, zeros } from '../../../src/index.js';
import { arg, type Call, call, options, settings, strict } from '../arguments.js';

const dataset = () => ({ x: zeros([4, 2]), labels: [0, 1, 0, 1], name: ['a', 'b', 'c', 'd'] });
const images = () => zeros([2, 4, 3]);
const size = { height: 4, width: 3 };
const rows = () => tensor([[1, 2], [3, 4]]); // biome-ignore format: one row a line

export const preparations: Record<string, Call> = {
  DataLoader: call(
    () => strict(dataset()),
    () =>
      settings(
        {
          batchSize: 1,
          shuffle: true,
          withReplacement: true,
          weights: [1, 2, 3, 4],
          dropLast: true,
          rng: random(0),
          transform: (batch: unknown) => batch,
        },
        // Without replacement there is nothing to weigh.
        { batchSize: 'strict', rng: 'strict', withReplacement: 'strict' },
      ),
  ),
  randomSplit: call(
    () => strict(dataset()),
    () => strict([0.5, 0.5]),
    () => settings({ rng: random(0), stratify: true }, { rng: 'strict' }),
  ),
  subset: call(
    () => strict(dataset()),
    () => strict([0, 2]),
  ),
  classWeights: call(
    () => strict([0, 1, 1]),
    () => options({ classes: 3 }),
  ),
  Normalizer: call(
    () => strict(2),
    () => options({ dtype: 'float64' }),
  ),
  shiftImages: call(
    () => strict(images()),
    () => settings({ most: 1, rng: random(0), ...size }, { most: 'strict', rng: 'strict' }),
  ),
  flipImages: call(
    () => strict(images()),
    () => settings({ p: 0.5, rng: random(0), ...size }, { rng: 'strict' }),
  ),
  tableDataset: call(
    () => strict([['1', 'b', 'c'], ['2', '', 'd']]), // biome-ignore format: one row a line
    () =>
      options(
        {
          target: 'z',
          classes: true,
          features: ['x', 'y'],
          categories: { x: true },
          header: ['x', 'y', 'z'],
          naValues: ['b'],
          missing: 3,
          dtype: 'float64',
        },
        // Without the names of the columns, those that the other options name are not there.
        { target: 'strict', classes: 'strict', header: 'strict', missing: 'strict', naValues: 'strict' },
        'strict',
      ),
  ),
  // There is no such folder, so that every call is refused.
  loadMnist: call(
    () => strict('/nowhere'),
    () => settings({ classes: 9, prefix: 'a-' }, { classes: 'strict', prefix: 'strict' }),
  ),
  loadFashionMnist: call(() => strict('/nowhere')),
};

export const normalizerMethods = {
  make: () => new Normalizer(2),
  names: ['Normalizer'],
  calls: {
    fit: call(() => strict(rows())),
    forward: call(() => strict(rows())),
    invert: call(() => strict(rows())),
    register: call(
      () => arg('text')('gain'),
      () => arg('shown')(zeros([1])),
    ),
    ...Object.fromEntries(
      ['namedParameters', 'parameters', 'namedBuffers', 'namedModules', 'namedGenerators', 'namedFrozen'].map(
        (name) => [name, call()],
      ),
    ),
    ...Object.fromEntries(['countParameters', 'eval', 'zeroGrad', 'stateDict'].map((name) => [name, call()])),
    train: call(() => arg('optional')(false)),
    initialize: call(() => strict(random(0))),
    loadStateDict: call(
      () => strict(new Normalizer(2).stateDict()),
      () => options({ strict: false }),
    ),
  },
};
