/** Calls of normalisation and of the dropouts beside it, as functions and as layers. */
import { ones, random, zeros } from '../../../src/index.js';
import { anyTensor, arg, type Call, call, options, settings, strict } from '../arguments.js';
import { type Accepts, fine, isTensor } from '../kinds.js';

const images = () => zeros([2, 4, 3, 3]);
const learned = (size: number) => [
  () => arg('optionalNullable')(ones([size])),
  () => arg('optionalNullable')(zeros([size])),
];
const eps = () => options({ eps: 1e-3 });

export const normalisation: Record<string, Call> = {
  layerNorm: call(
    () => anyTensor(zeros([2, 3])),
    () => arg('optional')(-1),
    ...learned(3),
    eps,
  ),
  rmsNorm: call(
    () => anyTensor(zeros([2, 3])),
    () => arg('optional')(-1),
    () => arg('optionalNullable')(ones([3])),
    eps,
  ),
  groupNorm: call(
    () => strict(images()),
    () => strict(2),
    ...learned(4),
    eps,
  ),
  instanceNorm: call(() => strict(images()), ...learned(4), eps),
};

const batchNorm = call(
  () => strict(4),
  () =>
    options(
      { eps: 1e-3, momentum: 0.5, affine: false, trackRunningStats: false, dtype: 'float64' },
      { momentum: 'optionalNullable' },
    ),
);
const drop = call(
  () => strict(0.5),
  () => settings({ rng: random(0) }, { rng: 'strict' }),
);

export const normalisationLayers: Record<string, Call> = {
  BatchNorm1d: batchNorm,
  BatchNorm2d: batchNorm,
  LayerNorm: call(
    () => strict([4, 3]),
    () => options({ eps: 1e-3, elementwiseAffine: true, bias: false, dtype: 'float64' }),
  ),
  RMSNorm: call(
    () => strict(4),
    () => options({ eps: 1e-3, elementwiseAffine: false, dtype: 'float64' }),
  ),
  GroupNorm: call(
    () => strict(2),
    () => strict(4),
    () => options({ eps: 1e-3, affine: false, dtype: 'float64' }),
  ),
  InstanceNorm2d: call(
    () => strict(4),
    () => options({ eps: 1e-3, affine: true, dtype: 'float64' }),
  ),
  Dropout1d: drop,
  Dropout2d: drop,
  AlphaDropout: drop,
};

/** Values that single arguments take besides those of their kind. */
export const NORMALISATION_ALSO: Record<string, Accepts> = {
  'BatchNorm1d, option momentum': { null: fine },
  'BatchNorm2d, option momentum': { null: fine },
  // null stands for no weight, or no bias.
  ...Object.fromEntries(
    ['layerNorm, argument 2', 'layerNorm, argument 3', 'rmsNorm, argument 2', 'groupNorm, argument 2']
      .concat(['groupNorm, argument 3', 'instanceNorm, argument 1', 'instanceNorm, argument 2'])
      .map((argument) => [argument, { null: isTensor }]),
  ),
};
