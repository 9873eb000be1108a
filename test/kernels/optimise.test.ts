/** The fast updates of parameters against their reference twins. */
import { random } from '../../src/index.js';
import * as reference from '../../src/kernels/reference/optimise.js';
import { simd } from '../../src/kernels/simd/module.js';
import * as fast from '../../src/kernels/simd/optimise.js';
import { assertSame } from '../support/close.js';
import { fc, property } from '../support/property.js';
import { suite } from '../support/suite.js';

const test = suite('fast updates');

const SPECIAL = [Number.NaN, Infinity, -Infinity, 0, -0, 1e-45, 3.4e38, -3.4e38];

/** Four arrays of one size; the last is not negative, as a mean square is not. */
function arrays(count: number, seed: number): Float32Array[] {
  const rng = random(seed);
  return [0, 1, 2, 3].map((which) =>
    Float32Array.from({ length: count }, () => {
      const value = rng.integer(20) === 0 ? SPECIAL[rng.integer(SPECIAL.length)]! : rng.normal();
      return which === 3 ? Math.abs(value) : value;
    }),
  );
}

/** Both twins on copies of the same arrays, several steps one after the other; all arrays must end up with the same bits. */
function assertTwins(
  count: number,
  seed: number,
  twins: readonly [(arrays: Float32Array[]) => boolean, (arrays: Float32Array[]) => void],
): void {
  const [quick, plain] = [arrays(count, seed), arrays(count, seed)];
  for (let step = 0; step < 3; step++) {
    if (!twins[0](quick)) throw new Error('the fast kernel declined');
    twins[1](plain);
  }
  for (const [i, array] of quick.entries()) assertSame(array, plain[i]!, `array ${i}`);
}

const kernels = () => {
  if (!simd) throw new Error('this machine runs no WebAssembly SIMD, so nothing was compared');
  return simd;
};
const size = fc.integer({ min: 512, max: 600 });
const rate = fc.constantFrom(0, 0.01, 0.5);

test('plain descent is the same bit for bit, with weight decay and without', () => {
  property(fc.tuple(size, fc.nat(10_000), rate, rate), ([count, seed, lr, weightDecay]) =>
    assertTwins(count, seed, [
      ([x, g]) => fast.descend(kernels(), x!, g!, lr, weightDecay),
      ([x, g]) => reference.descend(x!, g!, lr, weightDecay),
    ]),
  );
});

test('descent with momentum is the same bit for bit, in either form', () => {
  property(
    fc.tuple(size, fc.nat(10_000), rate, fc.constantFrom(1, 0.9), fc.boolean()),
    ([count, seed, weightDecay, fresh, nesterov]) => {
      const options = { lr: 0.1, weightDecay, momentum: 0.9, fresh, nesterov };
      assertTwins(count, seed, [
        ([x, g, v]) => fast.descendWithMomentum(kernels(), x!, g!, v!, options),
        ([x, g, v]) => reference.descendWithMomentum(x!, g!, v!, options),
      ]);
    },
  );
});

test('the update of Adam is the same bit for bit', () => {
  property(fc.tuple(size, fc.nat(10_000), rate, rate), ([count, seed, weightDecay, decay]) => {
    const options = {
      lr: 0.01,
      weightDecay,
      shrink: 1 - decay,
      beta1: 0.9,
      beta2: 0.999,
      bias2: 0.002,
      eps: 1e-8,
    };
    assertTwins(count, seed, [
      ([x, g, m, v]) => fast.adapt(kernels(), x!, g!, m!, v!, options),
      ([x, g, m, v]) => reference.adapt(x!, g!, m!, v!, options),
    ]);
  });
});

test('the gradient is left alone, and so is what lies behind the arrays', () => {
  const buffer = new Float32Array(1100).fill(7);
  const [x, g] = [buffer.subarray(0, 513), buffer.subarray(520, 1033)];
  if (!fast.descend(kernels(), x, g, 1, 0)) throw new Error('the fast kernel declined');
  assertSame(x, new Float32Array(513));
  assertSame(buffer.subarray(513), new Float32Array(587).fill(7));
});

test('small arrays and float64 are left to the reference', () => {
  const [small, double] = [new Float32Array(8), new Float64Array(600)];
  if (fast.descend(kernels(), small, small.slice(), 1, 0)) throw new Error('eight numbers were copied');
  if (fast.descend(kernels(), double, double.slice(), 1, 0)) throw new Error('float64 was rounded');
});
