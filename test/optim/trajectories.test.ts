import * as assert from 'uvu/assert';
import { type Tensor, tensor } from '../../src/index.js';
import {
  Adadelta,
  AdaGrad,
  Adam,
  Adamax,
  AdamW,
  Lion,
  NAdam,
  RAdam,
  RMSprop,
  SGD,
} from '../../src/optim/index.js';
import { assertClose } from '../support/close.js';
import { goldenCase } from '../support/golden.js';
import { fc, property } from '../support/property.js';
import { suite } from '../support/suite.js';

const test = suite('trajectories of optimisers');

interface Stepper {
  zeroGrad(): void;
  step(): void;
}

/** A start on the long side of a narrow valley: f(x, y) = x²/20 + y². */
const START = [-7, 2] as const;
const valley = (p: Tensor): Tensor =>
  p
    .square()
    .mul(tensor([1 / 20, 1], { dtype: 'float64' }))
    .sum();

/** The positions after each of `steps` updates of the valley. */
function descend(make: (p: Tensor) => Stepper, steps = 30, beforeStep: (step: number) => void = () => {}) {
  const p = tensor([...START], { requiresGrad: true, dtype: 'float64' });
  const optimizer = make(p);
  return Array.from({ length: steps }, (_, i) => {
    optimizer.zeroGrad();
    valley(p).backward();
    beforeStep(i + 1);
    optimizer.step();
    return [...p.data];
  });
}

type Reference = readonly [first: number[], tenth: number[], thirtieth: number[]];

function assertReference(positions: number[][], reference: Reference, absolute = 6e-11): void {
  for (const [i, step] of [1, 10, 30].entries())
    assertClose(positions[step - 1]!, reference[i]!, { relative: 0, absolute, what: `after ${step} steps` });
}

// The naive comparison of optimisers in chapter 6 of Saito's "Deep Learning from Scratch": what its code gives, to ten decimals.

test('SGD follows the reference sequence in the valley x²/20 + y²', () => {
  const positions = descend((p) => new SGD([p], { lr: 0.95 }));
  assertReference(positions, [
    [-6.335, -1.8],
    [-2.5797868938, 0.6973568802],
    [-0.3503929958, 0.0847823166],
  ]);
});

test('momentum follows the reference sequence', () => {
  const positions = descend((p) => new SGD([p], { lr: 0.1, momentum: 0.9 }));
  assertReference(positions, [
    [-6.93, 1.6],
    [-4.3475537873, 0.0087997412],
    [0.8964138585, 0.0880856017],
  ]);
});

test('Nesterov’s momentum follows the reference sequence', () => {
  const positions = descend((p) => new SGD([p], { lr: 0.1, momentum: 0.9, nesterov: true }));
  assertReference(positions, [
    [-6.867, 1.24],
    [-4.0782778037, 0.1027214713],
    [0.6896149017, -0.0006799058],
  ]);
});

test('AdaGrad follows the reference sequence', () => {
  const positions = descend((p) => new AdaGrad([p], { lr: 1.5, eps: 1e-7 }));
  assertReference(positions, [
    [-5.5000002143, 0.5000000375],
    [-1.4893855294, 0.0000043378],
    [-0.1201623223, 0],
  ]);
});

test('RMSprop follows the reference sequence', () => {
  const positions = descend((p) => new RMSprop([p], { lr: 0.1, eps: 1e-7 }));
  assertReference(positions, [
    [-6.0000014286, 1.00000025],
    [-2.7850549895, 0.00526409],
    [-0.6974203097, 1.48e-8],
  ]);
});

test('Adam follows the reference sequence, whose ε stands outside the bias correction', () => {
  // There ε is added to √v, here to √v̂ = √v / √(1 − β₂ᵗ): the same once ε is divided by √(1 − β₂ᵗ) as well.
  let optimizer: Adam;
  const positions = descend(
    (p) => (optimizer = new Adam([p], { lr: 0.3 })),
    30,
    (step) => void (optimizer.groups[0]!.eps = 1e-7 / Math.sqrt(1 - 0.999 ** step)),
  );
  assertReference(positions, [
    [-6.7000013553, 1.7000002372],
    [-4.0594185726, -0.4918462875],
    [0.1360068524, 0.3182453755],
  ]);
});

/** The optimisers of the reference file, by their names there. */
const GOLDEN: Record<string, (p: Tensor) => Stepper> = {
  'nesterov lr .1 momentum .9': (p) => new SGD([p], { lr: 0.1, momentum: 0.9, nesterov: true }),
  'adam lr .3': (p) => new Adam([p], { lr: 0.3 }),
  'adamw lr .3 weightDecay .01': (p) => new AdamW([p], { lr: 0.3, weightDecay: 0.01 }),
  'amsgrad lr .3': (p) => new Adam([p], { lr: 0.3, amsgrad: true }),
  'adadelta lr 1 rho .9 eps 1e-6': (p) => new Adadelta([p]),
  'adamax lr .3': (p) => new Adamax([p], { lr: 0.3 }),
  'nadam lr .3 decay .004': (p) => new NAdam([p], { lr: 0.3 }),
  'radam lr .3': (p) => new RAdam([p], { lr: 0.3 }),
  'rmsprop centered lr .01 alpha .99 eps 1e-8': (p) => new RMSprop([p], { centered: true }),
  'lion lr .1 betas .9 .99': (p) => new Lion([p], { lr: 0.1 }),
};

test('every reference trajectory of the file has its optimiser', () => {
  const { about: _, ...cases } = goldenCase<Record<string, unknown>>('optimisers');
  assert.equal(Object.keys(GOLDEN).sort(), Object.keys(cases).sort());
});

for (const [name, make] of Object.entries(GOLDEN))
  test(`${name}: the positions in the valley are those of the file`, () => {
    const reference = goldenCase<Record<string, Reference>>('optimisers')[name]!;
    assertReference(descend(make), reference, 1e-9);
  });

// Written once more, one number at a time, from the papers: y is the state after the step.

type Rule = (gradient: (x: number) => number, start: number, steps: number) => number[];

/** Runs a rule on a sequence of gradients that depends on the position and on time. */
function iterate(steps: number, start: number, next: (x: number, t: number) => number): number[] {
  const positions: number[] = [];
  let x = start;
  for (let t = 1; t <= steps; t++) positions.push((x = next(x, t)));
  return positions;
}

/** v ← μv + (1 − τ)g, v₁ = g; Sutskever et al. 2013 with η outside the velocity. */
const sgd =
  (lr: number, momentum = 0, { dampening = 0, decay = 0, nesterov = false } = {}): Rule =>
  (gradient, start, steps) => {
    let v = 0;
    return iterate(steps, start, (x, t) => {
      const g = gradient(x) + decay * x;
      v = t === 1 ? g : momentum * v + (1 - dampening) * g;
      return x - lr * (nesterov ? g + momentum * v : v);
    });
  };

/** Kingma and Ba 2015, algorithm 1; Loshchilov and Hutter 2019, algorithm 2 (η = 1, α = lr) if decoupled. */
const adam =
  (lr: number, beta1: number, beta2: number, eps: number, { decay = 0, decoupled = false } = {}): Rule =>
  (gradient, start, steps) => {
    let [m, v] = [0, 0];
    return iterate(steps, start, (x, t) => {
      const g = gradient(x) + (decoupled ? 0 : decay * x);
      m = beta1 * m + (1 - beta1) * g;
      v = beta2 * v + (1 - beta2) * g ** 2;
      const mHat = m / (1 - beta1 ** t);
      const vHat = v / (1 - beta2 ** t);
      return x - lr * (mHat / (Math.sqrt(vHat) + eps)) - (decoupled ? lr * decay * x : 0);
    });
  };

/** Tieleman and Hinton 2012, with a momentum on the scaled gradient. */
const rmsprop =
  (lr: number, alpha: number, eps: number, { decay = 0, momentum = 0 } = {}): Rule =>
  (gradient, start, steps) => {
    let [h, v] = [0, 0];
    return iterate(steps, start, (x) => {
      const g = gradient(x) + decay * x;
      h = alpha * h + (1 - alpha) * g ** 2;
      v = momentum * v + g / (Math.sqrt(h) + eps);
      return x - lr * v;
    });
  };

/** Duchi, Hazan and Singer 2011. */
const adagrad =
  (lr: number, eps: number, decay = 0): Rule =>
  (gradient, start, steps) => {
    let h = 0;
    return iterate(steps, start, (x) => {
      const g = gradient(x) + decay * x;
      h += g ** 2;
      return x - (lr * g) / (Math.sqrt(h) + eps);
    });
  };

/** Reddi, Kale and Kumar 2018, with the bias corrections of Adam. */
const amsgrad =
  (lr: number, beta1: number, beta2: number, eps: number, { decay = 0, decoupled = false } = {}): Rule =>
  (gradient, start, steps) => {
    let [m, v, largest] = [0, 0, 0];
    return iterate(steps, start, (x, t) => {
      const g = gradient(x) + (decoupled ? 0 : decay * x);
      m = beta1 * m + (1 - beta1) * g;
      v = beta2 * v + (1 - beta2) * g ** 2;
      largest = Math.max(largest, v);
      const d = m / (1 - beta1 ** t) / (Math.sqrt(largest / (1 - beta2 ** t)) + eps);
      return x - lr * d - (decoupled ? lr * decay * x : 0);
    });
  };

/** Graves 2013: the variance of the gradient in the place of its mean square. */
const centered =
  (lr: number, alpha: number, eps: number, { decay = 0, momentum = 0 } = {}): Rule =>
  (gradient, start, steps) => {
    const seen: number[] = [];
    let v = 0;
    return iterate(steps, start, (x) => {
      seen.push(gradient(x) + decay * x);
      // Both means as sums over the past, and the variance as the mean of squared distances and of the zeros at the start.
      const share = seen.map((_, i) => (1 - alpha) * alpha ** (seen.length - 1 - i));
      const mean = seen.reduce((sum, g, i) => sum + share[i]! * g, 0);
      const spread = seen.reduce(
        (sum, g, i) => sum + share[i]! * (g - mean) ** 2,
        alpha ** seen.length * mean ** 2,
      );
      v = momentum * v + seen.at(-1)! / (Math.sqrt(spread) + eps);
      return x - lr * v;
    });
  };

/** Zeiler 2012, algorithm 1. */
const adadelta =
  (lr: number, rho: number, eps: number, decay = 0): Rule =>
  (gradient, start, steps) => {
    let [v, u] = [0, 0];
    return iterate(steps, start, (x) => {
      const g = gradient(x) + decay * x;
      v = rho * v + (1 - rho) * g ** 2;
      const d = Math.sqrt((u + eps) / (v + eps)) * g;
      u = rho * u + (1 - rho) * d ** 2;
      return x - lr * d;
    });
  };

/** Kingma and Ba 2015, algorithm 2: the largest of all gradients so far, each faded by its age. */
const adamax =
  (lr: number, beta1: number, beta2: number, eps: number, decay = 0): Rule =>
  (gradient, start, steps) => {
    const seen: number[] = [];
    return iterate(steps, start, (x, t) => {
      seen.push(gradient(x) + decay * x);
      const age = (i: number): number => seen.length - 1 - i;
      const m = seen.reduce((sum, g, i) => sum + (1 - beta1) * beta1 ** age(i) * g, 0);
      const u = Math.max(...seen.map((g, i) => beta2 ** age(i) * (Math.abs(g) + eps)));
      return x - ((lr / (1 - beta1 ** t)) * m) / u;
    });
  };

/** Dozat 2016, with all momenta of the past in a list. */
const nadam =
  (lr: number, beta1: number, beta2: number, eps: number, { decay = 0, psi = 0.004 } = {}): Rule =>
  (gradient, start, steps) => {
    let [m, v] = [0, 0];
    const momenta = Array.from({ length: steps + 1 }, (_, i) => beta1 * (1 - 0.5 * 0.96 ** ((i + 1) * psi)));
    const product = (count: number): number => momenta.slice(0, count).reduce((a, b) => a * b, 1);
    return iterate(steps, start, (x, t) => {
      const g = gradient(x) + decay * x;
      m = beta1 * m + (1 - beta1) * g;
      v = beta2 * v + (1 - beta2) * g ** 2;
      const ahead = (momenta[t]! * m) / (1 - product(t + 1)) + ((1 - momenta[t - 1]!) * g) / (1 - product(t));
      return x - (lr * ahead) / (Math.sqrt(v / (1 - beta2 ** t)) + eps);
    });
  };

/** Liu et al. 2020, algorithm 2. */
const radam =
  (lr: number, beta1: number, beta2: number, eps: number, decay = 0): Rule =>
  (gradient, start, steps) => {
    let [m, v] = [0, 0];
    const limit = 2 / (1 - beta2) - 1;
    return iterate(steps, start, (x, t) => {
      const g = gradient(x) + decay * x;
      m = beta1 * m + (1 - beta1) * g;
      v = beta2 * v + (1 - beta2) * g ** 2;
      const mHat = m / (1 - beta1 ** t);
      const length = limit - (2 * t * beta2 ** t) / (1 - beta2 ** t);
      if (length <= 5) return x - lr * mHat;
      const r = Math.sqrt((((length - 4) / (limit - 4)) * ((length - 2) / (limit - 2)) * limit) / length);
      return x - (lr * mHat * r * Math.sqrt(1 - beta2 ** t)) / (Math.sqrt(v) + eps);
    });
  };

/** Chen et al. 2023, algorithm 2. */
const lion =
  (lr: number, beta1: number, beta2: number, decay = 0): Rule =>
  (gradient, start, steps) => {
    let m = 0;
    return iterate(steps, start, (x) => {
      const g = gradient(x);
      const d = Math.sign(beta1 * m + (1 - beta1) * g);
      m = beta2 * m + (1 - beta2) * g;
      return x - lr * (d + decay * x);
    });
  };

const CASES: Record<string, [make: (p: Tensor) => Stepper, rule: Rule]> = {
  SGD: [(p) => new SGD([p], { lr: 0.1 }), sgd(0.1)],
  'SGD with weight decay': [
    (p) => new SGD([p], { lr: 0.1, weightDecay: 0.05 }),
    sgd(0.1, 0, { decay: 0.05 }),
  ],
  'SGD with momentum': [(p) => new SGD([p], { lr: 0.05, momentum: 0.8 }), sgd(0.05, 0.8)],
  'SGD with momentum, dampening and weight decay': [
    (p) => new SGD([p], { lr: 0.05, momentum: 0.8, dampening: 0.3, weightDecay: 0.1 }),
    sgd(0.05, 0.8, { dampening: 0.3, decay: 0.1 }),
  ],
  'SGD with Nesterov’s momentum and weight decay': [
    (p) => new SGD([p], { lr: 0.05, momentum: 0.8, nesterov: true, weightDecay: 0.1 }),
    sgd(0.05, 0.8, { nesterov: true, decay: 0.1 }),
  ],
  'Adam with its defaults': [(p) => new Adam([p]), adam(0.001, 0.9, 0.999, 1e-8)],
  'Adam with other betas, eps and weight decay': [
    (p) => new Adam([p], { lr: 0.1, betas: [0.5, 0.8], eps: 0.01, weightDecay: 0.1 }),
    adam(0.1, 0.5, 0.8, 0.01, { decay: 0.1 }),
  ],
  'AdamW with its defaults, a decay of 0.01 among them': [
    (p) => new AdamW([p]),
    adam(0.001, 0.9, 0.999, 1e-8, { decay: 0.01, decoupled: true }),
  ],
  'AdamW with a strong decay': [
    (p) => new AdamW([p], { lr: 0.1, weightDecay: 0.5 }),
    adam(0.1, 0.9, 0.999, 1e-8, { decay: 0.5, decoupled: true }),
  ],
  'RMSprop with its defaults': [(p) => new RMSprop([p]), rmsprop(0.01, 0.99, 1e-8)],
  'RMSprop with momentum, weight decay and a short memory': [
    (p) => new RMSprop([p], { lr: 0.02, alpha: 0.7, eps: 0.001, momentum: 0.5, weightDecay: 0.1 }),
    rmsprop(0.02, 0.7, 0.001, { momentum: 0.5, decay: 0.1 }),
  ],
  'AdaGrad with its defaults': [(p) => new AdaGrad([p]), adagrad(0.01, 1e-10)],
  'AdaGrad with weight decay': [
    (p) => new AdaGrad([p], { lr: 0.5, eps: 0.001, weightDecay: 0.1 }),
    adagrad(0.5, 0.001, 0.1),
  ],
  'Adam with amsgrad and a short memory': [
    (p) => new Adam([p], { lr: 0.3, betas: [0.5, 0.5], eps: 0.01, weightDecay: 0.1, amsgrad: true }),
    amsgrad(0.3, 0.5, 0.5, 0.01, { decay: 0.1 }),
  ],
  'AdamW with amsgrad and a strong decay': [
    (p) => new AdamW([p], { lr: 0.3, betas: [0.5, 0.5], weightDecay: 0.5, amsgrad: true }),
    amsgrad(0.3, 0.5, 0.5, 1e-8, { decay: 0.5, decoupled: true }),
  ],
  'RMSprop, centered, with momentum and weight decay': [
    (p) =>
      new RMSprop([p], { lr: 0.02, alpha: 0.7, eps: 0.01, momentum: 0.5, weightDecay: 0.1, centered: true }),
    centered(0.02, 0.7, 0.01, { momentum: 0.5, decay: 0.1 }),
  ],
  'Adadelta with weight decay': [
    (p) => new Adadelta([p], { lr: 2, rho: 0.7, eps: 0.01, weightDecay: 0.1 }),
    adadelta(2, 0.7, 0.01, 0.1),
  ],
  'Adamax with its defaults': [(p) => new Adamax([p]), adamax(0.002, 0.9, 0.999, 1e-8)],
  'Adamax with a short memory and weight decay': [
    (p) => new Adamax([p], { lr: 0.2, betas: [0.5, 0.6], eps: 0.01, weightDecay: 0.1 }),
    adamax(0.2, 0.5, 0.6, 0.01, 0.1),
  ],
  'NAdam with its defaults': [(p) => new NAdam([p]), nadam(0.002, 0.9, 0.999, 1e-8)],
  'NAdam with a fast rise of the momentum and weight decay': [
    (p) => new NAdam([p], { lr: 0.1, betas: [0.8, 0.9], eps: 0.01, weightDecay: 0.1, momentumDecay: 2 }),
    nadam(0.1, 0.8, 0.9, 0.01, { decay: 0.1, psi: 2 }),
  ],
  'RAdam with its defaults': [(p) => new RAdam([p]), radam(0.001, 0.9, 0.999, 1e-8)],
  'RAdam with other betas and weight decay': [
    (p) => new RAdam([p], { lr: 0.1, betas: [0.5, 0.9], eps: 0.01, weightDecay: 0.1 }),
    radam(0.1, 0.5, 0.9, 0.01, 0.1),
  ],
  'RAdam with a mean square too short to divide by': [
    (p) => new RAdam([p], { lr: 0.1, betas: [0.5, 0.5] }),
    radam(0.1, 0.5, 0.5, 1e-8),
  ],
  'Lion with weight decay': [
    (p) => new Lion([p], { lr: 0.0625, betas: [0.5, 0.75], weightDecay: 0.25 }),
    lion(0.0625, 0.5, 0.75, 0.25),
  ],
};

const STEPS = 12;
const slope = (x: number): number => 3 * x - Math.cos(x);
/** Its derivative is {@link slope}. */
const landscape = (x: Tensor): Tensor => x.square().mul(1.5).sub(x.sin()).sum();

for (const [name, [make, rule]] of Object.entries(CASES)) {
  test(`${name} agrees with its formula, element by element over ${STEPS} steps`, () => {
    const starts = [-2, -0.125, 0, 1, 10];
    const x = tensor(starts, { requiresGrad: true, dtype: 'float64' });
    const optimizer = make(x);
    const expected = starts.map((start) => rule(slope, start, STEPS));
    for (let t = 0; t < STEPS; t++) {
      optimizer.zeroGrad();
      landscape(x).backward();
      optimizer.step();
      assertClose(
        x.data,
        expected.map((positions) => positions[t]!),
        { relative: 1e-12, absolute: 1e-13, what: `after ${t + 1} steps` },
      );
    }
  });
}

test('hyper-parameters and starts at random: every optimiser agrees with its formula', () => {
  const share = (low: number, high: number) =>
    fc.integer({ min: 0, max: 64 }).map((n) => low + ((high - low) * n) / 64);
  const values = { start: share(-3, 3), lr: share(0.001, 0.1), a: share(0.05, 0.95), b: share(0.05, 0.95) };
  property(fc.record({ ...values, decay: share(0, 0.5) }), ({ start, lr, a, b, decay }) => {
    const pairs: [(p: Tensor) => Stepper, Rule][] = [
      [
        (p) => new SGD([p], { lr, momentum: a, dampening: b, weightDecay: decay }),
        sgd(lr, a, { dampening: b, decay }),
      ],
      [(p) => new Adam([p], { lr, betas: [a, b], weightDecay: decay }), adam(lr, a, b, 1e-8, { decay })],
      [
        (p) => new AdamW([p], { lr, betas: [a, b], weightDecay: decay }),
        adam(lr, a, b, 1e-8, { decay, decoupled: true }),
      ],
      [
        (p) => new RMSprop([p], { lr, alpha: a, momentum: b, weightDecay: decay, eps: 1e-4 }),
        rmsprop(lr, a, 1e-4, { momentum: b, decay }),
      ],
      [(p) => new AdaGrad([p], { lr, weightDecay: decay }), adagrad(lr, 1e-10, decay)],
    ];
    for (const [make, rule] of pairs) {
      const x = tensor([start], { requiresGrad: true, dtype: 'float64' });
      const optimizer = make(x);
      const positions = Array.from({ length: 6 }, () => {
        optimizer.zeroGrad();
        landscape(x).backward();
        optimizer.step();
        return x.item();
      });
      // A gradient near 0 is divided by its own size: rounding there is felt in the step.
      assertClose(positions, rule(slope, start, 6), { relative: 1e-9, absolute: 1e-9 });
    }
  });
});

test('the velocity starts as the first gradient, undamped, whenever momentum is first used', () => {
  const x = tensor([1], { requiresGrad: true, dtype: 'float64' });
  const optimizer = new SGD([x], { lr: 0.125, dampening: 0.5 });
  const step = (): void => {
    optimizer.zeroGrad();
    x.mul(2).backward();
    optimizer.step();
  };
  step();
  assert.is(x.item(), 1 - 0.125 * 2);
  optimizer.groups[0]!.momentum = 0.5;
  step();
  assert.is(x.item(), 0.75 - 0.125 * 2);
  step();
  assert.is(x.item(), 0.5 - 0.125 * (0.5 * 2 + 0.5 * 2));
});

test('the first step of Adam is lr whatever the size of the gradient, and of RMSprop lr/√(1 − α)', () => {
  for (const size of [1e-3, 1, 1e6]) {
    const [a, r] = [0, 1].map(() => tensor([0], { requiresGrad: true, dtype: 'float64' }));
    a!.mul(size).add(r!.mul(size)).sum().backward();
    new Adam([a!], { lr: 0.5, eps: 0 }).step();
    new RMSprop([r!], { lr: 0.5, alpha: 0.75, eps: 0 }).step();
    assertClose([a!.item(), r!.item()], [-0.5, -1], { relative: 1e-12 });
  }
});

test('the momenta of NAdam multiply to nothing over thousands of steps, and no step is lost', () => {
  const x = tensor([0], { requiresGrad: true, dtype: 'float64' });
  const optimizer = new NAdam([x], { lr: 1, betas: [0.5, 0.5], eps: 0 });
  const [entry] = optimizer.stateDict();
  const one = Float64Array.of(1);
  optimizer.loadStateDict([{ ...entry!, step: 5000, arrays: { mean: one, meanSquare: one } }]);
  x.grad = tensor([1], { dtype: 'float64' });
  optimizer.step();
  // With a steady gradient of 1 the step is 1 − μₜ + μₜ₊₁, and both momenta have come to their limit.
  assertClose([x.item()], [-1], { relative: 1e-4 });
});

test('centred RMSprop divides by a spread of 0, not by the root of a number that rounding has put below 0', () => {
  const x = tensor([1], { requiresGrad: true });
  const optimizer = new RMSprop([x], { lr: 1e-3, alpha: 0.5, eps: 1, centered: true });
  for (let step = 0; step < 200; step++) {
    x.grad = tensor([0.1]);
    optimizer.step();
    assert.ok(Number.isFinite(x.item()), `step ${step}`);
  }
});

test('AdamW’s decay does not pass through the moments: without a gradient only x ← (1 − ηλ)x remains', () => {
  const [adamw, adamL2] = [0, 1].map(() => tensor([8], { requiresGrad: true, dtype: 'float64' }));
  for (const x of [adamw!, adamL2!]) x.mul(0).sum().backward();
  new AdamW([adamw!], { lr: 0.5, weightDecay: 0.25 }).step();
  new Adam([adamL2!], { lr: 0.5, weightDecay: 0.25, eps: 0 }).step();
  assert.is(adamw!.item(), 8 * (1 - 0.5 * 0.25));
  assertClose([adamL2!.item()], [8 - 0.5], {
    relative: 1e-12,
    what: 'a penalty in the gradient is normalised',
  });
});

test('float32 parameters follow the float64 trajectory to single precision', () => {
  for (const [name, [make]] of Object.entries(CASES)) {
    const [single, double] = (['float32', 'float64'] as const).map((dtype) => {
      const x = tensor([1.5, -0.75], { requiresGrad: true, dtype });
      const optimizer = make(x);
      for (let t = 0; t < STEPS; t++) {
        optimizer.zeroGrad();
        landscape(x).backward();
        optimizer.step();
      }
      return x;
    });
    assert.is(single!.dtype, 'float32', name);
    assertClose(single!.data, double!.data, { relative: 1e-4, absolute: 1e-5, what: name });
  }
});
