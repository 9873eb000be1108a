/** Normalisations. What is divided by a deviation shows the rounding of its input so much larger: that is the scale. */
import {
  abs,
  add,
  div,
  groupNorm,
  instanceNorm,
  layerNorm,
  max,
  mul,
  ones,
  type Rng,
  rand,
  randn,
  reshape,
  rmsNorm,
  sqrt,
  sub,
  type Tensor,
  variance,
  zeros,
} from '../../../src/index.js';
import { BatchNorm1d, BatchNorm2d } from '../../../src/nn/index.js';
import { onnx, outputAt, real } from '../onnx.js';
import { type Case, golden, goldenOutput, type Row } from '../row.js';

/** |x| and the largest |x| over the axes by the deviation, times the weight, and the bias: numbers whose rounding is seen. */
function seen(x: Tensor, axes: readonly number[], weight: Tensor, bias: Tensor, eps: number): Tensor {
  const deviation = sqrt(add(variance(x, axes, { correction: 0, keepdims: true }), eps));
  return add(mul(div(add(abs(x), max(abs(x), axes, true)), deviation), abs(weight)), abs(bias));
}

const channelwise = (one: Tensor, x: Tensor): Tensor =>
  reshape(one, [one.size, ...x.shape.slice(2).map(() => 1)]);

/** Images or signals with a mean and a spread of their own in each channel. */
function channels(shape: readonly number[], rng: Rng): Tensor {
  const perChannel = [shape[1]!, ...shape.slice(2).map(() => 1)];
  return add(mul(randn(shape, rng), add(rand(perChannel, rng), 0.5)), mul(randn(perChannel, rng), 3));
}

function evaluated(shape: readonly number[], eps: number, rng: Rng): Case {
  const features = shape[1]!;
  const layer = shape.length === 4 ? new BatchNorm2d(features, { eps }) : new BatchNorm1d(features, { eps });
  layer.weight!.assign(randn([features], rng));
  layer.bias!.assign(randn([features], rng));
  layer.runningMean!.assign(randn([features], rng));
  layer.runningVar!.assign(add(rand([features], rng), 0.1));
  layer.eval();
  const { weight, bias, runningMean, runningVar } = layer;
  const x = channels(shape, rng);
  return {
    what: `[${shape}] eps ${eps}`,
    ours: () => layer.forward(x),
    theirs: onnx('BatchNormalization', [x, weight, bias, runningMean, runningVar], { epsilon: real(eps) }),
    scale: () => {
      const size = add(abs(x), abs(channelwise(runningMean!, x)));
      const slope = div(abs(weight!), sqrt(add(runningVar!, eps)));
      return add(mul(size, channelwise(slope, x)), abs(channelwise(bias!, x)));
    },
  };
}

/**
 * Batch normalisation in training, with the mean and the variance that it stores. ONNX calls 1 − momentum by this name, and
 * stores the variance with the divisor n, where n − 1 is ours.
 */
function trained(x: Tensor, weight: Tensor, bias: Tensor): Case {
  const features = x.shape[1]!;
  const layer = x.rank === 4 ? new BatchNorm2d(features) : new BatchNorm1d(features);
  layer.weight!.assign(weight);
  layer.bias!.assign(bias);
  const axes = [0, 2, 3].slice(0, x.rank - 1);
  const values = x.size / features;
  const theirs = onnx('BatchNormalization', [x, weight, bias, zeros([features]), ones([features])], {
    epsilon: real(1e-5),
    momentum: real(0.9),
    training_mode: 1,
  });
  return {
    what: `[${x.shape}] in training`,
    ours: () => {
      const y = layer.forward(x);
      const rest = mul(sub(layer.runningVar!, 0.9), (values - 1) / values);
      return [y, layer.runningMean!, add(rest, 0.9)];
    },
    theirs: [theirs, outputAt(theirs, 1), outputAt(theirs, 2)],
    scale: () => seen(x, axes, channelwise(weight, x), channelwise(bias, x), 1e-5),
  };
}

/** Normalisation over the last axes. */
function overLast(x: Tensor, count: number, weight: Tensor, bias: Tensor, eps: number): Case {
  const axes = Array.from({ length: count }, (_, i) => x.rank - count + i);
  return {
    what: `[${x.shape}] over the last ${count}, eps ${eps}`,
    ours: () => layerNorm(x, axes, weight, bias, { eps }),
    theirs: onnx('LayerNormalization', [x, weight, bias], { axis: -count, epsilon: real(eps) }),
    scale: () => seen(x, axes, weight, bias, eps),
  };
}

function byRoot(x: Tensor, count: number, weight: Tensor, eps: number): Case {
  const axes = Array.from({ length: count }, (_, i) => x.rank - count + i);
  return {
    what: `[${x.shape}] over the last ${count}, eps ${eps}`,
    ours: () => rmsNorm(x, axes, weight, { eps }),
    theirs: onnx('RMSNormalization', [x, weight], { axis: -count, epsilon: real(eps) }),
  };
}

function grouped(x: Tensor, groups: number, weight: Tensor, bias: Tensor, eps: number): Case {
  const [batch, features, ...rest] = x.shape as [number, number, ...number[]];
  const blocks = reshape(x, [batch, groups, -1]);
  const perChannel = (one: Tensor): Tensor =>
    reshape(mul(reshape(one, [features, 1]), ones([features, rest.reduce((a, b) => a * b, 1)])), [
      groups,
      -1,
    ]);
  return {
    what: `[${x.shape}] in ${groups} groups, eps ${eps}`,
    ours: () => groupNorm(x, groups, weight, bias, { eps }),
    theirs: onnx('GroupNormalization', [x, weight, bias], { num_groups: groups, epsilon: real(eps) }),
    scale: () => reshape(seen(blocks, [2], perChannel(weight), perChannel(bias), eps), x.shape),
  };
}

function ofInstances(x: Tensor, weight: Tensor, bias: Tensor, eps: number): Case {
  return {
    what: `[${x.shape}] eps ${eps}`,
    ours: () => instanceNorm(x, weight, bias, { eps }),
    theirs: onnx('InstanceNormalization', [x, weight, bias], { epsilon: real(eps) }),
    scale: () => seen(x, [2, 3].slice(0, x.rank - 2), channelwise(weight, x), channelwise(bias, x), eps),
  };
}

export const NORMALISATION: readonly Row[] = [
  {
    op: 'BatchNorm, evaluation',
    by: 'BatchNormalization',
    units: 8,
    *cases(rng) {
      for (const shape of [
        [1, 3, 2, 2],
        [4, 5, 6, 7],
        [8, 1, 3, 3],
        [6, 9],
        [3, 4, 11],
        [16, 8, 12, 12],
      ])
        for (const eps of [1e-5, 0.01]) yield evaluated(shape, eps, rng);
    },
  },
  {
    op: 'BatchNorm, training',
    by: 'BatchNormalization',
    units: 8,
    *cases(rng) {
      for (const shape of [
        [2, 3, 2, 2],
        [4, 5, 6, 7],
        [6, 9],
        [3, 4, 11],
        [16, 8, 12, 12],
      ])
        yield trained(channels(shape, rng), randn([shape[1]!], rng), randn([shape[1]!], rng));
      const { x, weight, bias } = golden('batchNorm2d');
      yield { ...trained(x!, weight!, bias!), golden: goldenOutput('batchNorm2d') };
    },
  },
  {
    op: 'layerNorm',
    by: 'LayerNormalization',
    units: 8,
    *cases(rng) {
      for (const [shape, count] of [
        [[3, 5], 1],
        [[2, 3, 4], 2],
        [[7, 64], 1],
        [[2, 4, 3, 5], 3],
        [[4, 300], 1],
      ] as const)
        for (const eps of [1e-5, 0.01]) {
          const last = shape.slice(shape.length - count);
          const x = add(mul(randn(shape, rng), 2), 3);
          yield overLast(x, count, randn(last, rng), randn(last, rng), eps);
        }
      const { x, weight, bias } = golden('layerNorm');
      yield { ...overLast(x!, 1, weight!, bias!, 1e-5), golden: goldenOutput('layerNorm') };
      const large = golden('layerNormLargeMean').x!;
      yield {
        ...overLast(large, 1, ones([8]), zeros([8]), 1e-5),
        golden: goldenOutput('layerNormLargeMean'),
      };
    },
  },
  {
    op: 'rmsNorm',
    by: 'RMSNormalization',
    units: 16,
    *cases(rng) {
      for (const [shape, count] of [
        [[3, 5], 1],
        [[2, 3, 4], 2],
        [[7, 64], 1],
        [[4, 300], 1],
      ] as const)
        for (const eps of [1e-6, 0.01])
          yield byRoot(randn(shape, rng), count, randn(shape.slice(shape.length - count), rng), eps);
      const { x, weight } = golden('rmsNorm');
      yield { ...byRoot(x!, 1, weight!, 1e-6), golden: goldenOutput('rmsNorm') };
    },
  },
  {
    op: 'groupNorm',
    by: 'GroupNormalization',
    // The difference is onnxruntime's: of the numbers here, computed in float64, ours are right to three units.
    units: 32,
    *cases(rng) {
      for (const [shape, groups] of [
        [[2, 4, 3], 2],
        [[3, 6, 4, 5], 3],
        [[1, 8, 3, 3], 8],
        [[2, 5, 7], 1],
      ] as const) {
        const features = [shape[1]];
        for (const eps of [1e-5, 0.01])
          yield grouped(channels(shape, rng), groups, randn(features, rng), randn(features, rng), eps);
      }
      const { x, weight, bias } = golden('groupNorm');
      yield { ...grouped(x!, 2, weight!, bias!, 1e-5), golden: goldenOutput('groupNorm') };
    },
  },
  {
    op: 'instanceNorm',
    by: 'InstanceNormalization',
    units: 8,
    *cases(rng) {
      for (const shape of [
        [2, 3, 4, 5],
        [1, 6, 7, 7],
        [3, 2, 9],
      ])
        for (const eps of [1e-5, 0.01])
          yield ofInstances(channels(shape, rng), randn([shape[1]!], rng), randn([shape[1]!], rng), eps);
    },
  },
];
