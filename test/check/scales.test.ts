/** No false alarm whatever the magnitude of x and f, and no mistake hidden by it. */
import * as assert from 'uvu/assert';
import { type GradcheckOptions, gradcheck } from '../../src/check/index.js';
import { apply, defineOp, type NDArray, randn, random, type Tensor } from '../../src/index.js';
import { suite } from '../support/suite.js';

const test = suite('magnitudes in gradcheck');

/** Functions of x; `s` is the magnitude of x, for those that live on its scale. */
const FUNCTIONS: Record<string, (x: Tensor, s: number) => Tensor> = {
  square: (x) => x.square(),
  cube: (x) => x.mul(x).mul(x),
  reciprocal: (x) => x.reciprocal(),
  'square root': (x) => x.abs().sqrt(),
  log: (x) => x.square().log(),
  tanh: (x) => x.tanh(),
  sine: (x) => x.sin(),
  'sine on the scale of x': (x, s) => x.div(s).sin(),
  'exp on the scale of x': (x, s) => x.div(s).exp(),
  softmax: (x) => x.softmax(),
  'softmax on the scale of x': (x, s) => x.div(s).softmax(),
  norm: (x) => x.norm(),
  std: (x) => x.std(),
  'log-sum-exp': (x) => x.logSumExp(),
  product: (x) => x.prod(),
  shares: (x) => x.div(x.sum()),
  'small beside a large constant': (x) => x.add(1000),
};

function sweep(scalesOfX: number[], scalesOfF: number[], options: GradcheckOptions): void {
  for (const [name, f] of Object.entries(FUNCTIONS))
    for (const s of scalesOfX)
      for (const scale of scalesOfF)
        for (const mode of ['full', 'directions'] as const) {
          const x = randn([4], random(0), { dtype: 'float64' }).mul(s);
          const report = gradcheck((x) => f(x, s).mul(scale), x, {
            mode,
            allow: ['vacuous'],
            blame: false,
            ...options,
          });
          assert.ok(report.ok, `${name}, x ~ ${s}, f × ${scale}, ${mode}: ${report}`);
        }
}

test('float64: x and f from 1e-6 to 1e6 raise no alarm', () => {
  const scales = [1e-6, 1e-3, 1, 1e3, 1e6];
  sweep(scales, scales, {});
});

test('float32: f from 1e-6 to 1e6 raises no alarm', () => {
  sweep([1], [1e-6, 1e-3, 1, 1e3, 1e6], { dtype: 'float32' });
});

/** x² with its gradient off by a factor. */
const squareTimes = (factor: number): ((x: Tensor) => Tensor) => {
  const op = defineOp({
    name: 'squareTimes',
    forward: ([x]: [NDArray]) => ({ data: x.data.map((v) => v * v), shape: x.shape }),
    save: ({ inputs: [x] }) => ({ x }),
    vjp: [(g, { x }) => g.mul(x).mul(2 * factor)],
  });
  return (x) => apply(op, [x]);
};

test('a gradient wrong by 1 part in 10,000 is found at every magnitude of x and f', () => {
  const scales = [1e-6, 1e-3, 1, 1e3, 1e6];
  for (const s of scales)
    for (const scale of scales)
      for (const mode of ['full', 'directions'] as const) {
        const x = randn([4], random(1), { dtype: 'float64' }).mul(s);
        const check = (factor: number) =>
          gradcheck((x) => squareTimes(factor)(x).mul(scale), x, { mode, blame: false }).verdict;
        assert.is(check(1), 'correct', `x ~ ${s}, f × ${scale}, ${mode}`);
        assert.is(check(1.0001), 'wrong', `x ~ ${s}, f × ${scale}, ${mode}`);
      }
});

test('elements of very different magnitude in one tensor', () => {
  const x = randn([6], random(2), { dtype: 'float64' });
  for (const [i, s] of [1e-6, 1e-4, 1e-2, 1, 1e3, 1e6].entries()) x.data[i]! *= s;
  for (const f of [(x: Tensor) => x.square(), (x: Tensor) => x.reciprocal(), (x: Tensor) => x.abs().log()])
    assert.ok(gradcheck(f, x).ok, String(gradcheck(f, x)));
  assert.is(gradcheck(squareTimes(1.0001), x).verdict, 'wrong');
});
