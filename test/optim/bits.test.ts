/**
 * The numbers of version 0.1.0, bit for bit, and those of optimisers that came later. The decays are halves and quarters, whose powers are exact, so that
 * nothing depends on how an engine computes powers; the digests are the same for all kernels.
 */
import { createHash } from 'node:crypto';
import * as assert from 'uvu/assert';
import { random, type Tensor, tensor } from '../../src/index.js';
import {
  Adadelta,
  AdaGrad,
  Adam,
  Adamax,
  AdamW,
  cosine,
  Lion,
  NAdam,
  RAdam,
  RMSprop,
  SGD,
  warmUp,
} from '../../src/optim/index.js';
import { suite } from '../support/suite.js';

const test = suite('bits of optimisers');

type Any = SGD | AdaGrad | RMSprop | Adam | AdamW | Adadelta | Adamax | NAdam | RAdam | Lion;

const betas = [0.5, 0.75] as const;

/** Each optimiser with the beginning of its digests, for float32 and for float64. */
const CASES: Record<string, [make: (params: Tensor[]) => Any, float32: string, float64: string]> = {
  SGD: [(p) => new SGD(p, { lr: 0.1 }), 'e81ca2c5acf37961', 'c15773e08022bb03'],
  'SGD with weight decay': [
    (p) => new SGD(p, { lr: 0.1, weightDecay: 0.3 }),
    '3fe2ecff5ff8d66d',
    '15f31b4abc9bf37e',
  ],
  'SGD with momentum, dampening and weight decay': [
    (p) => new SGD(p, { lr: 0.1, momentum: 0.9, dampening: 0.3, weightDecay: 0.1 }),
    'b1be359c62fd7516',
    'af7161de199fa010',
  ],
  'SGD with Nesterov’s momentum': [
    (p) => new SGD(p, { lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.1 }),
    '218162df7b0f335e',
    '125338c05d349059',
  ],
  AdaGrad: [(p) => new AdaGrad(p), 'eb7697af93d0acb7', 'c9e1beadaf1dd01d'],
  'AdaGrad with weight decay': [
    (p) => new AdaGrad(p, { eps: 0.001, weightDecay: 0.1 }),
    '9d48c5023b550f03',
    'a36108980200e176',
  ],
  RMSprop: [(p) => new RMSprop(p), '1be603afa4007fa3', '9071aea13f5c2474'],
  'RMSprop with momentum and weight decay': [
    (p) => new RMSprop(p, { alpha: 0.7, eps: 0.001, momentum: 0.5, weightDecay: 0.1 }),
    '107c664088120174',
    '43752f86de4a9e82',
  ],
  Adam: [(p) => new Adam(p, { betas }), '03638c037955442e', 'a3b0d3b70341c5b7'],
  'Adam with weight decay': [
    (p) => new Adam(p, { lr: 0.1, betas, eps: 0.001, weightDecay: 0.1 }),
    '7fae7ef25cfd531d',
    'f79379be3a6d2ced',
  ],
  AdamW: [(p) => new AdamW(p, { betas }), '47faf9777f24a6a3', '2abd1b95bf01ebe9'],
  'AdamW with a strong decay': [
    (p) => new AdamW(p, { lr: 0.1, betas, weightDecay: 0.5 }),
    '5de114c76367deea',
    '763f31968698db3d',
  ],
};

/** Optimisers and options that came after 0.1.0, with the bits that they had when they came. */
const LATER: typeof CASES = {
  'RMSprop, centered': [
    (p) => new RMSprop(p, { alpha: 0.5, eps: 0.001, centered: true }),
    '278bd23407bbfc08',
    'bf04a5dbd385ca66',
  ],
  'Adam with amsgrad': [(p) => new Adam(p, { betas, amsgrad: true }), 'b0725a7b1117e777', 'f19a9c06133222c6'],
  'AdamW with amsgrad': [
    (p) => new AdamW(p, { betas, amsgrad: true }),
    'cfa79488159b40e2',
    '2b3b514480cac929',
  ],
  Adadelta: [(p) => new Adadelta(p, { weightDecay: 0.1 }), '65655c5566bd5bf8', 'b0dfa2e7ea903c4b'],
  Adamax: [(p) => new Adamax(p, { betas, weightDecay: 0.1 }), 'c68ceaa01a13df21', '653f52e77f6c1f7d'],
  NAdam: [(p) => new NAdam(p, { weightDecay: 0.1 }), 'a4f2b4bf46ec5b35', 'a8547a24befd664f'],
  RAdam: [
    (p) => new RAdam(p, { betas: [0.5, 0.999], weightDecay: 0.1 }),
    '34b3014fc5cb3e51',
    '0b094ea979469666',
  ],
  Lion: [(p) => new Lion(p, { weightDecay: 0.1 }), 'e4603a6874a9bc1d', 'e9546408cb268966'],
  'SGD with a schedule': [
    (p) => new SGD(p, { lr: warmUp(3, cosine(0.1, { steps: 5 })) }),
    '845e88d91cd73cf0',
    '5852583a91c3b5aa',
  ],
};

const STEPS = 8;

/** A digest of the parameters and of the state after each step: a large parameter and a small one, which misses a step. */
function digest(make: (params: Tensor[]) => Any, dtype: 'float32' | 'float64'): string {
  const rng = random('bits of optimisers');
  const draw = (size: number): Tensor =>
    tensor(
      Float64Array.from({ length: size }, () => rng.normal()),
      { dtype },
    );
  const params = [draw(601), draw(3)];
  for (const param of params) param.requiresGrad = true;
  const optimizer = make(params);
  const hash = createHash('sha256');
  for (let t = 1; t <= STEPS; t++) {
    for (const param of params) param.grad = draw(param.size);
    if (t === 3) params[1]!.grad = null;
    for (const group of optimizer.groups) if (typeof group.lr === 'number') group.lr *= 0.9;
    optimizer.step();
    for (const param of params) hash.update(bytes(param.data));
    for (const { step, arrays } of optimizer.stateDict()) {
      hash.update(String(step));
      for (const [name, array] of Object.entries(arrays)) hash.update(name).update(bytes(array));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

const bytes = (data: Float32Array | Float64Array): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

for (const [name, [make, float32, float64]] of Object.entries({ ...CASES, ...LATER }))
  test(`${name}: ${STEPS} steps have the bits of ${name in LATER ? 'the first time' : '0.1.0'}`, () => {
    assert.is(digest(make, 'float32'), float32);
    assert.is(digest(make, 'float64'), float64);
  });
