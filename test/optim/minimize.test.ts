/** Minimisation: known minima, bounds, the reasons to stop, and what is left alone. */
import * as assert from 'uvu/assert';
import { type Dtype, grad, type Tensor, tensor } from '../../src/index.js';
import { type MinimizeOptions, type Minimum, minimize } from '../../src/optim/index.js';
import { assertClose, assertSame, assertThrows } from '../support/close.js';
import { fc, property } from '../support/property.js';
import { suite } from '../support/suite.js';

const test = suite('minimize');
const f64 = (...data: number[]): Tensor => tensor(data, { dtype: 'float64' });
/** The first two elements, each without axes. */
const pair = (x: Tensor): [Tensor, Tensor] => [x.slice([0]), x.slice([1])];
const numbers = (x: Tensor): number[] => Array.from(x.data);

/** Σ 100(xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)² */
function rosenbrock(x: Tensor): Tensor {
  const [head, tail] = [x.slice([[0, x.size - 1]]), x.slice([[1, x.size]])];
  return tail.sub(head.square()).square().mul(100).add(head.sub(1).square()).sum();
}

/** ½ Σ cᵢ(xᵢ − aᵢ)² */
const parabola =
  (c: number[], a: number[]) =>
  (x: Tensor): Tensor =>
    x
      .sub(tensor(a, { dtype: x.dtype }))
      .square()
      .mul(tensor(c, { dtype: x.dtype }))
      .sum()
      .mul(0.5);

const FAMOUS: [name: string, f: (x: Tensor) => Tensor, x0: number[], x: number[]][] = [
  ['Rosenbrock', rosenbrock, [-1.2, 1], [1, 1]],
  [
    'Rosenbrock in ten dimensions',
    rosenbrock,
    [-1.2, 1, -1.2, 1, -1.2, 1, -1.2, 1, -1.2, 1],
    new Array(10).fill(1),
  ],
  [
    'Beale',
    (v) => {
      const [x, y] = pair(v);
      const term = (k: number, c: number): Tensor =>
        x
          .sub(x.mul(y.pow(k)))
          .sub(c)
          .square();
      return term(1, 1.5).add(term(2, 2.25)).add(term(3, 2.625));
    },
    [1, 1],
    [3, 0.5],
  ],
  [
    'Booth',
    (v) => {
      const [x, y] = pair(v);
      return x.add(y.mul(2)).sub(7).square().add(x.mul(2).add(y).sub(5).square());
    },
    [0, 0],
    [1, 3],
  ],
  [
    'Himmelblau',
    (v) => {
      const [x, y] = pair(v);
      return x.square().add(y).sub(11).square().add(x.add(y.square()).sub(7).square());
    },
    [0, 0],
    [3, 2],
  ],
  [
    'a parabola of condition 10⁶',
    parabola([1, 10, 100, 1e3, 1e4, 1e5, 1e6], [1, -2, 3, -4, 5, -6, 7]),
    new Array(7).fill(0),
    [1, -2, 3, -4, 5, -6, 7],
  ],
];

for (const [name, f, x0, x] of FAMOUS)
  test(`${name}: the minimum is found to ten digits`, () => {
    const found = minimize(f, f64(...x0), { gradientTolerance: 1e-10 });
    assert.equal([found.reason, found.converged], ['gradient', true]);
    assertClose(numbers(found.x), x, { absolute: 1e-10, relative: 0 });
    assertSame(numbers(found.gradient), numbers(grad(f)(found.x)));
    assert.is(found.gradientNorm, Math.max(...numbers(found.gradient).map(Math.abs)));
    assert.is(found.value, f(found.x).item());
  });

test('it takes about as many evaluations as L-BFGS-B of SciPy', () => {
  // SciPy 1.17.1: minimize(rosen, x0, jac=rosen_der, method='L-BFGS-B', options=dict(gtol=1e-8, ftol=0, maxcor=10)).nfev
  for (const [x0, scipy] of [
    [[-1.2, 1], 46],
    [[-1.2, 1, -1.2, 1, -1.2, 1, -1.2, 1, -1.2, 1], 96],
  ] as const) {
    const { evaluations, steps } = minimize(rosenbrock, f64(...x0));
    assert.ok(
      evaluations < 2 * scipy && evaluations > scipy / 2,
      `${evaluations} evaluations, SciPy ${scipy}`,
    );
    assert.ok(steps < evaluations);
  }
});

test('the number of evaluations is the number of calls', () => {
  let calls = 0;
  const { evaluations } = minimize(
    (x) => {
      calls++;
      return rosenbrock(x);
    },
    f64(-1.2, 1),
  );
  assert.is(evaluations, calls);
});

/** Logistic regression on ten points. */
function logistic(dtype: Dtype): (x: Tensor) => Tensor {
  const A = tensor(
    [
      [0.5, 1.2, 1],
      [1, -0.7, 1],
      [1.5, 0.3, 1],
      [2, 2.1, 1],
      [2.5, -1.1, 1],
      [3, 0.9, 1],
      [3.5, -0.4, 1],
      [4, 1.7, 1],
      [4.5, 0.1, 1],
      [5, -1.6, 1],
    ],
    { dtype },
  );
  const labels = tensor([0, 0, 1, 0, 0, 1, 1, 0, 1, 1], { dtype });
  return (x) => {
    const z = A.matmul(x);
    return z.exp().add(1).log().sub(labels.mul(z)).sum();
  };
}

// NumPy 2.4.6: w = 0; 50 times w -= solve(AᵀDA, Aᵀ(σ(Aw) − labels)) with D = diag σ(1 − σ)
const COEFFICIENTS = [0.8707752916416359, -0.5498865585171507, -2.2182938679769477];

test('logistic regression has the coefficients that Newton’s method finds', () => {
  const found = minimize(logistic('float64'), f64(0, 0, 0), { gradientTolerance: 1e-12 });
  assertClose(numbers(found.x), COEFFICIENTS, { relative: 1e-10 });
  assertClose([found.value], [5.110853417846553], { relative: 1e-13 });
});

/** f, gradient and x of each place on the way. */
function wayOf(f: (x: Tensor) => Tensor, x0: Tensor, options: MinimizeOptions<Tensor> = {}) {
  const way = [x0];
  const found = minimize(f, x0, { ...options, callback: ({ x }) => void way.push(x) });
  return { found, way: way.map((x) => ({ x: x.data, value: f(x).item(), slope: grad(f)(x).data })) };
}

const product = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0);

test('each step fulfils the strong Wolfe conditions', () => {
  const some = (least: number, most: number) =>
    fc.array(fc.double({ min: least, max: most, noNaN: true }), { minLength: 4, maxLength: 4 });
  property(fc.tuple(some(0.01, 100), some(-3, 3), some(-4, 4), some(0, 2)), ([c, a, x0, waves]) => {
    const bowl = parabola(c, a);
    const f = (x: Tensor): Tensor =>
      bowl(x)
        .add(
          x
            .mul(3)
            .sin()
            .mul(f64(...waves))
            .sum(),
        )
        .add(x.sum().square().square().mul(0.01))
        .add(1);
    const { found, way } = wayOf(f, f64(...x0));
    assert.is(found.reason, 'gradient', found.message);
    for (const [i, here] of way.slice(0, -1).entries()) {
      const next = way[i + 1]!;
      // Both conditions stay the same if the direction is scaled, so the step itself may stand for it.
      const step = next.x.map((value, k) => value - here.x[k]!);
      const [before, after] = [product(here.slope, step), product(next.slope, step)];
      assert.ok(before < 0, `step ${i} leads downhill`);
      // Where the decrease asked for is below the rounding errors of f, slopes decide.
      const blur = 1e-14 * Math.abs(here.value);
      assert.ok(
        next.value <= here.value + Math.max(1e-4 * before, -blur) + blur,
        `step ${i} decreases enough`,
      );
      assert.ok(Math.abs(after) <= 0.9 * Math.abs(before) + 1e-14, `at the end of step ${i} it is flatter`);
    }
  });
});

test('a large constant in the value does not keep the slopes from becoming small', () => {
  const f = (x: Tensor): Tensor => rosenbrock(x).add(1e6);
  const found = minimize(f, f64(-1.2, 1));
  assert.is(found.reason, 'gradient', found.message);
  assertClose(numbers(found.x), [1, 1], { absolute: 1e-7 });
});

test('several tensors of any shapes are minimised together', () => {
  const A = tensor(
    [
      [2, 0.5],
      [0.5, 1],
    ],
    { dtype: 'float64' },
  );
  const found = minimize(
    (w: Tensor, b: Tensor) => w.sub(A).square().sum().add(b.sub(w.sum()).square()),
    [
      tensor(
        [
          [0, 0],
          [0, 0],
        ],
        { dtype: 'float64' },
      ),
      tensor(7, { dtype: 'float64' }),
    ],
  );
  const [w, b] = found.x;
  assert.equal([w.shape, b.shape, found.gradient.length], [[2, 2], [], 2]);
  assertClose([...numbers(w), b.item()], [2, 0.5, 0.5, 1, 4], { absolute: 1e-8 });
});

test('float32 and mixed dtypes come to the minimum of float32', () => {
  const found = minimize(rosenbrock, tensor([-1.2, 1]));
  assert.equal([found.reason, found.x.dtype, found.gradient.dtype], ['gradient', 'float32', 'float32']);
  assert.ok(found.gradientNorm <= 1e-4);
  assertClose(numbers(found.x), [1, 1], { absolute: 1e-3 });
  const mixed = minimize(
    (a: Tensor, b: Tensor) => a.sub(0.1).square().sum().add(b.sub(0.1).square().sum().item()).mul(1),
    [tensor([1, 2]), f64(0.1)],
  );
  assert.equal(
    mixed.x.map(({ dtype }) => dtype),
    ['float32', 'float64'],
  );
  assertClose(numbers(mixed.x[0]), [0.1, 0.1], { absolute: 1e-3 });
});

test('where neither value nor slope can become smaller, the run ends at the rounding errors and says so', () => {
  for (const [dtype, absolute] of [
    ['float64', 1e-9],
    ['float32', 1e-2],
  ] as const) {
    const found = minimize(logistic(dtype), tensor([0, 0, 0], { dtype }), { gradientTolerance: 0 });
    ends(found, 'precision', true, 'cannot fall by more than its rounding errors');
    assertClose(numbers(found.x), COEFFICIENTS, { absolute });
    assert.ok(found.steps < 60, `${found.steps} steps`);
  }
});

test('the same call has the same bits, and the start and every grad stay as they are', () => {
  const x0 = tensor([-1.2, 1], { dtype: 'float64', requiresGrad: true });
  const w = tensor([2], { dtype: 'float64', requiresGrad: true });
  const f = (x: Tensor): Tensor => rosenbrock(x).mul(w.square().sum());
  const [one, two] = [minimize(f, x0), minimize(f, x0)];
  assertSame(numbers(one.x), numbers(two.x));
  assert.equal([...x0.data], [-1.2, 1]);
  assert.equal([x0.grad, w.grad, one.x.requiresGrad, one.gradient.requiresGrad], [null, null, false, false]);
});

test('huge and tiny numbers are minimised as others are, although the squares of their slopes are none', () => {
  const fourth = (x: Tensor): Tensor => x.square().square().sum();
  const runs: [x0: Tensor, lower: number][] = [
    [f64(1e60), -Infinity],
    [f64(1e60), -1],
    [f64(1e76, -1e74), -1e77],
    [tensor([1e9]), -Infinity],
  ];
  for (const [x0, lower] of runs) {
    const found = minimize(fourth, x0, { bounds: { lower } });
    ends(found, 'gradient', true);
    // |4x³| is at most the tolerance, 1e-8 or 1e-4.
    for (const value of numbers(found.x)) assert.ok(Math.abs(value) < (x0.dtype === 'float32' ? 0.03 : 2e-3));
  }
  // A step of length 1 is too short for x to become another number.
  const far = minimize((x) => x.sub(1e61).square().sum().mul(1e-61), f64(1e60));
  ends(far, 'gradient', true);
  assertClose(numbers(far.x), [1e61], { relative: 1e-12 });
  for (const unit of [1e-290, 1e-200, 1e-100, 1e20, 1e100, 1e290]) {
    const found = minimize((x) => parabola([1, 3, 20], [3, -1, 2])(x).mul(unit), f64(1, 2, 7), {
      gradientTolerance: 1e-10 * unit,
    });
    ends(found, 'gradient', true);
    assertClose(numbers(found.x), [3, -1, 2], { absolute: 1e-9 });
    assert.ok(found.evaluations < 60, `${found.evaluations} evaluations in the unit ${unit}`);
  }
});

// Bounds

test('a parabola whose minimum lies outside of the box ends at its corner', () => {
  const found = minimize(parabola([1, 1, 1], [1, -2, 3]), f64(1.5, 1.5, 1.5), {
    bounds: { lower: 0, upper: 2 },
  });
  assertSame(numbers(found.x), [1, 0, 2]);
  assert.equal([found.reason, found.gradientNorm], ['gradient', 0]);
  assertSame(numbers(found.gradient), [0, 2, -1]);
});

test('a coupled quadratic has the solution of its Karush–Kuhn–Tucker conditions', () => {
  // NumPy: all 3⁴ patterns of elements at a bound or free, each solved; one fulfils the conditions.
  const A = tensor(
    [
      [4, 1, 0, 1],
      [1, 3, 1, 0],
      [0, 1, 2, 0.5],
      [1, 0, 0.5, 5],
    ],
    { dtype: 'float64' },
  );
  const b = f64(1, -4, 3, -2);
  const f = (x: Tensor): Tensor => x.mul(A.matmul(x)).sum().mul(0.5).sub(x.mul(b).sum());
  for (const x0 of [f64(0.5, 0.5, 0.5, 0.5), f64(0, 0, 0, 0), f64(1, 1, 0, 1), f64(-9, 9, -9, 9)]) {
    const found = minimize(f, x0, { bounds: { lower: 0, upper: 1 } });
    assert.is(found.reason, 'gradient', found.message);
    assertClose(numbers(found.x), [0.25, 0, 1, 0], { absolute: 1e-8 });
    assertClose(numbers(found.gradient), [0, 5.25, -1, 2.75], { absolute: 1e-7 });
  }
});

test('with all elements at bounds it stops at once', () => {
  const found = minimize(parabola([1, 1], [-5, 5]), f64(0, 1), { bounds: { lower: 0, upper: 1 } });
  assert.equal([found.steps, found.evaluations, found.reason, found.gradientNorm], [0, 1, 'gradient', 0]);
});

test('a start outside of the bounds is moved to the nearest point inside, and no point outside is ever computed', () => {
  const seen: number[][] = [];
  const f = (x: Tensor): Tensor => {
    seen.push(numbers(x));
    return rosenbrock(x);
  };
  const x0 = f64(7, -9);
  const found = minimize(f, x0, { bounds: { lower: -2, upper: 0.5 } });
  assert.equal(seen[0], [0.5, -2]);
  assert.ok(seen.flat().every((value) => value >= -2 && value <= 0.5));
  assertClose(numbers(found.x), [0.5, 0.25], { absolute: 1e-9 });
  assert.equal([...x0.data], [7, -9]);
});

test('an element whose bounds are equal stays there', () => {
  const found = minimize(rosenbrock, f64(-1.2, 1), {
    bounds: { lower: f64(-Infinity, 2), upper: f64(Infinity, 2) },
  });
  const [x, y] = numbers(found.x);
  assert.is(y, 2);
  // ∂f/∂x = 0 for y = 2:   400x³ − 798x − 2 = 0
  assert.ok(Math.abs(400 * x! ** 3 - 798 * x! - 2) < 1e-7, found.message);
});

test('bounds that are not met change no bit', () => {
  const [free, boxed] = [
    minimize(rosenbrock, f64(-1.2, 1)),
    minimize(rosenbrock, f64(-1.2, 1), { bounds: { lower: -100, upper: 100 } }),
  ];
  assertSame(numbers(boxed.x), numbers(free.x));
  assert.is(boxed.evaluations, free.evaluations);
});

// Hock and Schittkowski 1981, Test examples for nonlinear programming codes, problems 1 to 5, 25-free: starts and published minima.
const HOCK: [
  name: string,
  f: (x: Tensor) => Tensor,
  x0: number[],
  lower: number[],
  upper: number[],
  x: number[],
  value: number,
][] = [
  ['1', rosenbrock, [-2, 1], [-Infinity, -1.5], [Infinity, Infinity], [1, 1], 0],
  // From the published start both SciPy and this end in the other minimum, 4.94122931798.
  ['2', rosenbrock, [2, 2], [-Infinity, 1.5], [Infinity, Infinity], [1.2243707487363527, 1.5], 0.0504261879],
  [
    '3',
    (v) => {
      const [x, y] = pair(v);
      return y.add(y.sub(x).square().mul(1e-5));
    },
    [10, 1],
    [-Infinity, 0],
    [Infinity, Infinity],
    [0, 0],
    0,
  ],
  [
    '4',
    (v) => {
      const [x, y] = pair(v);
      return x.add(1).pow(3).div(3).add(y);
    },
    [1.125, 0.125],
    [1, 0],
    [Infinity, Infinity],
    [1, 0],
    8 / 3,
  ],
  [
    '5',
    (v) => {
      const [x, y] = pair(v);
      return x.add(y).sin().add(x.sub(y).square()).sub(x.mul(1.5)).add(y.mul(2.5)).add(1);
    },
    [0, 0],
    [-1.5, -3],
    [4, 3],
    [0.5 - Math.PI / 3, -0.5 - Math.PI / 3],
    -Math.sqrt(3) / 2 - Math.PI / 3,
  ],
];

for (const [name, f, x0, lower, upper, x, value] of HOCK)
  test(`problem ${name} of Hock and Schittkowski ends in the published minimum`, () => {
    const found = minimize(f, f64(...x0), { bounds: { lower: f64(...lower), upper: f64(...upper) } });
    assert.ok(found.converged, found.message);
    assertClose(numbers(found.x), x, { absolute: 1e-7 });
    assertClose([found.value], [value], { absolute: 1e-10, relative: 1e-9 });
  });

test('random convex problems with bounds end where projecting x − ∇f changes nothing', () => {
  const some = (least: number, most: number) =>
    fc.array(fc.double({ min: least, max: most, noNaN: true }), { minLength: 5, maxLength: 5 });
  property(fc.tuple(some(0.1, 1000), some(-3, 3), some(-4, 4)), ([c, a, x0]) => {
    const bowl = parabola(c, a);
    const f = (x: Tensor): Tensor => bowl(x).add(x.sum().square()).add(x.exp().sum());
    const found = minimize(f, f64(...x0), { bounds: { lower: -1, upper: f64(0, 1, 2, 3, Infinity) } });
    const { x, gradient } = found;
    const moved = [0, 1, 2, 3, Infinity].map((upper, i) =>
      Math.min(Math.max(x.data[i]! - gradient.data[i]!, -1), upper),
    );
    assert.is(found.reason, 'gradient', found.message);
    assertClose(moved, numbers(x), { absolute: 2e-8 });
  });
});

test('bounds of several tensors are a number for all, or a list', () => {
  const f = (a: Tensor, b: Tensor): Tensor => a.add(1).square().sum().add(b.sub(5).square().sum());
  const start = [f64(0, 0), f64(0)] as const;
  const both = minimize(f, start, { bounds: { lower: 0, upper: 3 } });
  assert.equal(both.x.map(numbers), [[0, 0], [3]]);
  const each = minimize(f, start, { bounds: { lower: [f64(0, -0.5), -Infinity] } });
  assertSame(numbers(each.x[0]), [0, -0.5]);
  assertClose(numbers(each.x[1]), [5], { absolute: 1e-8 });
});

test('in float32 bounds are rounded, and kept', () => {
  const found = minimize(parabola([1], [5]), tensor([0]), { bounds: { upper: 0.1 } });
  assertSame(numbers(found.x), [Math.fround(0.1)]);
});

// Reasons

/** A run that ends for a reason, with words that its message has. */
const ends = (found: Minimum<Tensor>, reason: string, converged: boolean, ...words: string[]): void => {
  assert.equal([found.reason, found.converged], [reason, converged], found.message);
  for (const word of words) assert.match(found.message, word);
};

test('each limit and tolerance stops the run and is named', () => {
  const run = (options: MinimizeOptions<Tensor>) => minimize(rosenbrock, f64(-1.2, 1), options);
  ends(run({}), 'gradient', true, 'gradientTolerance, 1.0e-8');
  const few = run({ maxSteps: 3 });
  ends(few, 'maxSteps', false, '3 steps were made', 'Raise maxSteps');
  assert.is(few.steps, 3);
  for (let maxEvaluations = 1; maxEvaluations < 12; maxEvaluations++) {
    const limited = run({ maxEvaluations });
    ends(limited, 'maxEvaluations', false, `computed ${maxEvaluations} times`, 'Raise maxEvaluations');
    assert.is(limited.evaluations, maxEvaluations);
  }
  const value = 'changed the value f by less than valueTolerance, 1.0e-3, times max(|f|, 1).';
  ends(run({ valueTolerance: 1e-3 }), 'value', true, value);
  const step = 'changed every element of x by less than stepTolerance, 1.0e-2, times max(‖x‖∞, 1).';
  ends(run({ stepTolerance: 1e-2 }), 'step', true, step);
  assert.ok(run({ maxSteps: Infinity, maxEvaluations: Infinity }).converged);
  ends(run({ maxSteps: 0 }), 'maxSteps', false);
  assert.ok(run({ memory: 1 }).converged);
});

test('the callback sees each step and may stop', () => {
  const seen: { step: number; value: number }[] = [];
  const found = minimize(rosenbrock, f64(-1.2, 1), {
    callback: ({ step, value, gradientNorm, x }) => {
      seen.push({ step, value });
      assert.is(value, rosenbrock(x).item());
      assert.is(gradientNorm, Math.max(...numbers(grad(rosenbrock)(x)).map(Math.abs)));
      x.write((data) => data.fill(99));
      return step < 5;
    },
  });
  ends(found, 'callback', false, 'returned false after step 5');
  assert.equal(
    seen.map(({ step }) => step),
    [1, 2, 3, 4, 5],
  );
  for (const [i, { value }] of seen.slice(1).entries()) assert.ok(value < seen[i]!.value);
  assert.is(found.value, seen.at(-1)!.value);
});

test('a callback that returns nothing lets the run go on, and a promise from one is refused', () => {
  let calls = 0;
  const found = minimize(rosenbrock, f64(-1.2, 1), {
    callback: () => {
      calls++;
    },
  });
  assert.equal([found.reason, calls], ['gradient', found.steps]);
  calls = 0;
  const waits = async (): Promise<boolean> => {
    calls++;
    return false;
  };
  assertThrows(
    () => minimize(rosenbrock, f64(-1.2, 1), { callback: waits as never }),
    'minimize: the function returned a promise; a callback has done its work when it returns',
  );
  assert.is(calls, 1);
});

test('NaN and infinities on the way are stepped back from', () => {
  const barrier = minimize((x) => x.sub(x.log()).sum(), f64(100, 0.001));
  ends(barrier, 'gradient', true);
  assertClose(numbers(barrier.x), [1, 1], { absolute: 1e-8 });
  const wall = minimize((x) => x.square().add(x.add(0.5).sqrt().mul(1e-3)).sum(), f64(1e4));
  ends(wall, 'gradient', true);
});

test('what has no minimum ends with a reason', () => {
  ends(
    minimize((x) => x.sum().neg(), f64(0, 0)),
    'unbounded',
    false,
    'falls without end',
    'Look at its sign',
  );
  ends(
    minimize((x) => x.square().sum().neg(), f64(1, 2)),
    'unbounded',
    false,
  );
  const edge = minimize((x) => x.log().sum(), f64(1, 2));
  assert.ok(['notFinite', 'unbounded'].includes(edge.reason) && !edge.converged, edge.message);
  ends(
    minimize((x) => x.log().sum(), f64(1), { bounds: { lower: 0 } }),
    'unbounded',
    false,
  );
});

test('a gradient that is not that of the value, and a corner, end the search', () => {
  // The value is x², the gradient −2x.
  const wrong = minimize((x) => x.detach().square().mul(2).sub(x.square()).sum(), f64(1, 2.5));
  ends(wrong, 'lineSearch', false, 'No step downhill', 'ask gradcheck');
  assertSame(numbers(wrong.x), [1, 2.5]);
  const corner = minimize((x) => x.abs().sum(), f64(1, 2.7));
  assert.is.not(corner.reason, 'gradient');
  assertClose(numbers(corner.x), [0, 0], { absolute: 1e-6 });
});

test('mistakes are named', () => {
  const f = (x: Tensor): Tensor => x.square().sum();
  const x = f64(1, 2);
  for (const [action, ...parts] of [
    [() => minimize(2 as never, x), 'minimize: expected a function of tensors, got a number'],
    [() => minimize(f, [1, 2] as never), 'minimize: x0 is a Tensor or a list of Tensors, got a number'],
    [() => minimize(f, f64()), 'minimize: x0 has no elements'],
    [() => minimize(f, [] as never), 'minimize: x0 has no elements'],
    [() => minimize((v) => v.square(), x), 'the function returned shape [2]', 'sum() or mean()'],
    [() => minimize((() => 3) as never, x), 'the function returned a number; expected a Tensor'],
    [() => minimize((async () => x) as never, x), 'the function returned a promise'],
    [() => minimize(() => tensor(1), x), 'has no gradient by its arguments', 'detach()'],
    [
      () => minimize((v) => v.log().sum(), f64(-1)),
      'at x0 the function is NaN',
      'start where both are finite',
    ],
    [
      () => minimize((v) => v.sqrt().sum(), f64(0)),
      'at x0 the function is 0, and its gradient has NaN or an infinity',
    ],
    [() => minimize(f, x, { steps: 3 } as never), 'minimize: knows no option steps'],
    [() => minimize(f, x, { maxSteps: -1 }), 'maxSteps is a whole number ≥ 0, got -1'],
    [() => minimize(f, x, { maxSteps: 1.5 }), 'maxSteps is a whole number ≥ 0, got 1.5'],
    [() => minimize(f, x, { maxEvaluations: 1.5 }), 'maxEvaluations is a whole number ≥ 1, got 1.5'],
    [() => minimize(f, x, { maxEvaluations: 0 }), 'maxEvaluations is a whole number ≥ 1, got 0'],
    [() => minimize(f, x, { maxSteps: Number.NaN }), 'maxSteps is a whole number ≥ 0, got NaN'],
    [() => minimize(f, x, { memory: 0 }), 'memory is a whole number ≥ 1, got 0'],
    [() => minimize(f, x, { callback: 3 as never }), 'expected callback to be a function, got a number'],
    [() => minimize(f, x, { bounds: 3 as never }), 'expected options { lower, upper }, got a number'],
    [() => minimize(f, x, { bounds: { low: 3 } as never }), 'knows no option low'],
    [() => minimize(f, x, { bounds: { lower: f64(1) } }), 'bounds.lower has shape [1]; expected [2]'],
    [
      () => minimize(f, x, { bounds: { lower: 2, upper: 1 } }),
      'bounds.lower is 2 and bounds.upper 1 at element 0',
    ],
    [() => minimize(f, x, { bounds: { lower: Number.NaN } }), 'bounds.lower is NaN'],
    [
      () => minimize(f, x, { bounds: { upper: 'b' as never } }),
      "bounds.upper is a number or a Tensor, got 'b'",
    ],
    [() => minimize(f, x, { bounds: { upper: [1, 2] } }), 'bounds.upper has 2 limits for 1 tensors'],
  ] as [() => unknown, ...string[]][])
    assertThrows(action, ...parts);
  const dtype: Dtype = 'float64';
  assertThrows(
    () =>
      minimize(() => {
        throw new Error(`a mistake in f, ${dtype}`);
      }, x),
    'a mistake in f',
  );
});
