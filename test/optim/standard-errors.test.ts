/** Standard errors, against numbers of SciPy and inverses worked out by hand. */
import * as assert from 'uvu/assert';
import { hessian, jacobian, linspace, type Tensor, tensor } from '../../src/index.js';
import { minimize, standardErrors } from '../../src/optim/index.js';
import { assertClose, assertThrows } from '../support/close.js';
import { fc, property } from '../support/property.js';
import { suite } from '../support/suite.js';

const test = suite('standard errors');
const f64 = (data: number | number[] | number[][]): Tensor => tensor(data as number[], { dtype: 'float64' });

const T = linspace(0, 4, 20, { dtype: 'float64' });
const Y = f64([
  3, 2.35, 1.9, 1.64, 1.38, 1.1, 1.01, 0.85, 0.82, 0.75, 0.64, 0.66, 0.56, 0.62, 0.6, 0.49, 0.49, 0.5, 0.48,
  0.46,
]);
/** a·exp(−bt) + c */
const decay = (p: Tensor): Tensor => {
  const [a, b, c] = [0, 1, 2].map((i) => p.slice([i])) as [Tensor, Tensor, Tensor];
  return T.mul(b).neg().exp().mul(a).add(c);
};
const halfOfSquares = (p: Tensor): Tensor => decay(p).sub(Y).square().sum().mul(0.5);

// SciPy 1.17.1: curve_fit(lambda t, a, b, c: a*exp(-b*t) + c, T, Y, p0=[1, 1, 1], ftol=1e-15, xtol=1e-15, gtol=1e-15)
const POPT = [2.4808936485483484, 1.2449346213764556, 0.4798302128437901];
const PCOV = [
  0.0010826479975595844, 0.0002751390499105298, -0.00013338972134661222, 0.0002751390499105298,
  0.0014593579408809215, 0.00047187938243639264, -0.00013338972134661222, 0.00047187938243639264,
  0.00027890984432968503,
];
// The same with sigma=0.05*ones(20), absolute_sigma=True
const ABSOLUTE = [
  0.001726970105077482, 0.0004388840083527014, -0.00021277467211276065, 0.0004388840083527014,
  0.0023278735336759453, 0.0007527115176997663, -0.00021277467211276065, 0.0007527115176997663,
  0.0004448989713797726,
];
// The whole Hessian has the terms Σ rᵢ∂²rᵢ too: a few percent here. NumPy 1.24.2 at the minimum, after the line of curve_fit:
//   E = exp(-b*T); r = a*E + c - Y; J = stack([E, -a*T*E, ones(20)], 1); H = J.T@J
//   H[0,1] -= (r*T*E).sum(); H[1,0] = H[0,1]; H[1,1] += (r*a*T*T*E).sum(); r@r/17*linalg.inv(H)
const WHOLE = [
  0.0010848572147507435, 0.00028685701455820204, -0.0001296007468196808, 0.00028685701455820225,
  0.0015215110205712022, 0.0004919764207500902, -0.00012960074681968076, 0.0004919764207500902,
  0.000285408170250772,
];

test('a fitted decay has the parameters and the covariance of curve_fit', () => {
  const { x, value, converged, message } = minimize(halfOfSquares, f64([1, 1, 1]), {
    gradientTolerance: 1e-10,
  });
  assert.ok(converged, message);
  assertClose(x.data, POPT, { relative: 1e-8 });
  // curve_fit takes JᵀJ for the Hessian, which leaves out what vanishes with the residuals.
  const J = jacobian(decay)(x);
  const JJ = J.transpose().matmul(J);
  const scale = (2 * value) / (20 - 3);
  assertClose(standardErrors(JJ, { scale }).covariance.data, PCOV, { relative: 1e-6 });
  assertClose(standardErrors(JJ, { scale: 0.05 ** 2 }).covariance.data, ABSOLUTE, { relative: 1e-6 });
  assertClose(
    standardErrors(JJ, { scale }).errors.data,
    [0, 4, 8].map((i) => Math.sqrt(PCOV[i]!)),
    { relative: 1e-6 },
  );
  assertClose(standardErrors(hessian(halfOfSquares)(x), { scale }).covariance.data, WHOLE, {
    relative: 1e-6,
  });
});

test('inverses of two and three rows are those worked out by hand', () => {
  // [[4, 2], [2, 3]]⁻¹ = [[3, −2], [−2, 4]] / 8
  const { errors, covariance } = standardErrors(
    f64([
      [4, 2],
      [2, 3],
    ]),
    { scale: 2 },
  );
  assertClose(covariance.data, [0.75, -0.5, -0.5, 1], { relative: 1e-15 });
  assertClose(errors.data, [Math.sqrt(0.75), 1], { relative: 1e-15 });
  // det = 4;   the adjugate of [[2, 1, 0], [1, 2, 1], [0, 1, 2]] is [[3, −2, 1], [−2, 4, −2], [1, −2, 3]]
  const three = standardErrors(
    f64([
      [2, 1, 0],
      [1, 2, 1],
      [0, 1, 2],
    ]),
  );
  assertClose(
    three.covariance.data,
    [3, -2, 1, -2, 4, -2, 1, -2, 3].map((v) => v / 4),
    { relative: 1e-14 },
  );
});

test('the covariance is in the shape of the Hessian, the errors in that of the parameters', () => {
  const whole = hessian((x) =>
    x
      .square()
      .mul(
        f64([
          [1, 2, 4],
          [8, 16, 32],
        ]),
      )
      .sum(),
  )(
    tensor(
      [
        [1, 1, 1],
        [1, 1, 1],
      ],
      { dtype: 'float64' },
    ),
  );
  const { errors, covariance } = standardErrors(whole);
  assert.equal(
    [errors.shape, covariance.shape],
    [
      [2, 3],
      [2, 3, 2, 3],
    ],
  );
  assertClose(
    errors.data,
    [2, 4, 8, 16, 32, 64].map((v) => 1 / Math.sqrt(v)),
    { relative: 1e-15 },
  );
  const scalar = standardErrors(tensor(4));
  assert.equal([scalar.errors.item(), scalar.covariance.item(), scalar.errors.dtype], [0.5, 0.25, 'float32']);
});

test('the product with the Hessian is the identity, whatever the units of the parameters', () => {
  const entries = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 16, maxLength: 16 });
  const units = fc.array(fc.integer({ min: -12, max: 12 }), { minLength: 4, maxLength: 4 });
  property(fc.tuple(entries, units), ([a, powers]) => {
    const unit = powers.map((p) => 2 ** p);
    // AAᵀ + 1, with rows and columns in other units
    const H = Array.from({ length: 4 }, (_, i) =>
      Array.from({ length: 4 }, (_, j) => {
        let sum = i === j ? 1 : 0;
        for (let k = 0; k < 4; k++) sum += a[4 * i + k]! * a[4 * j + k]!;
        return sum * unit[i]! * unit[j]!;
      }),
    );
    const { data } = standardErrors(f64(H)).covariance;
    for (let i = 0; i < 4; i++)
      for (let j = 0; j < 4; j++) {
        let sum = 0;
        for (let k = 0; k < 4; k++) sum += (H[i]![k]! / unit[i]!) * data[4 * k + j]! * unit[j]!;
        assertClose([sum], [i === j ? 1 : 0], { absolute: 1e-12 });
      }
  });
});

test('in float32 a Hessian is singular where no more than the rounding errors of float32 is left', () => {
  const rows = (c: number): number[][] => [
    [0.01, 0.03],
    [0.03, c],
  ];
  assertThrows(() => standardErrors(tensor(rows(0.09))), 'not positive definite', 'along parameter 1');
  assertThrows(() => standardErrors(f64(rows(0.09))), 'not positive definite', 'along parameter 1');
  // det = 0.01c − 0.0009,   C₁₁ = 0.01 / det
  const { errors } = standardErrors(tensor(rows(0.0901)));
  assertClose(errors.data, [Math.sqrt(0.0901 / 1e-6), Math.sqrt(0.01 / 1e-6)], { relative: 1e-2 });
  // With the digits of float64 even less is left, and is enough.
  assertClose(standardErrors(f64(rows(0.09 + 1e-12))).errors.data, [3e6, 1e6], { relative: 1e-3 });
});

test('a matrix that is not symmetric is refused, whatever the units; rounding errors are not', () => {
  for (const [a, b] of [
    [1, 1],
    [1e-100, 1e100],
    [1e-150, 1e-150],
    [1e150, 1e150],
  ] as const) {
    const rows = (above: number, below: number): Tensor =>
      f64([
        [2 * a * a, above * a * b],
        [below * a * b, 2 * b * b],
      ]);
    assertThrows(
      () => standardErrors(rows(1, 0)),
      'standardErrors: the Hessian is not symmetric: element (1, 0) is 0',
    );
    assertThrows(
      () => standardErrors(rows(0, 1)),
      'not symmetric',
      'and element (0, 1) is 0',
      'not one triangle',
    );
    assertThrows(() => standardErrors(rows(1, 1.0001)), 'not symmetric');
    assert.ok(standardErrors(rows(1, 1 + 1e-6)));
  }
  assertThrows(
    () =>
      standardErrors(
        f64([
          [2, 5],
          [0, 2],
        ]),
      ),
    'the Hessian is not symmetric: element (1, 0) is 0 and element (0, 1) is 5',
  );
  const single = (below: number): Tensor =>
    tensor([
      [2, 1],
      [below, 2],
    ]);
  assert.ok(standardErrors(single(1.001)));
  assertThrows(() => standardErrors(single(1.01)), 'not symmetric');
  // A diagonal that is not positive says more than what stands beside it.
  assertThrows(
    () =>
      standardErrors(
        f64([
          [-2, 5],
          [0, 2],
        ]),
      ),
    'not positive definite',
  );
});

test('what is no minimum, or not determined, is refused with the parameter', () => {
  assertThrows(
    () =>
      standardErrors(
        f64([
          [1, 0],
          [0, -2],
        ]),
      ),
    'not positive definite',
    'along parameter 1',
  );
  assertThrows(
    () =>
      standardErrors(
        f64([
          [0.1, 0.3],
          [0.3, 0.9],
        ]),
      ),
    'not positive definite',
    'do not determine',
  );
  assertThrows(() => standardErrors(f64([[0]])), 'along parameter 0');
  assertThrows(() => standardErrors(f64([[Number.NaN]])), 'not positive definite');
  assertThrows(
    () => standardErrors(f64([1, 2])),
    'standardErrors: the Hessian has shape [2]; expected [...x, ...x]',
  );
  assertThrows(
    () =>
      standardErrors(
        f64([
          [1, 2, 3],
          [4, 5, 6],
        ]),
      ),
    'the Hessian has shape [2, 3]',
  );
  assertThrows(() => standardErrors([[1]] as never), 'standardErrors: expected a Tensor');
  assertThrows(() => standardErrors(f64([[1]]), { scale: 0 }), 'scale is a finite number > 0, got 0');
});
