/** The two loops of L-BFGS, against the matrix that they stand for, and which pairs are remembered. */
import * as assert from 'uvu/assert';
import { random } from '../../src/index.js';
import { direction, type Pair, remember } from '../../src/optim/lbfgs.js';
import { assertClose, assertSame } from '../support/close.js';
import { suite } from '../support/suite.js';

const test = suite('L-BFGS');
const N = 4;
const rng = random('two loops');
const vector = (): Float64Array => Float64Array.from({ length: N }, () => rng.normal());
const all = (): boolean => true;
const product = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0);

/** Pairs with positive curvature, as a parabola with the Hessian diag(1, 2, 3, 4) + 1 has them. */
const pairs = (count: number): Pair[] =>
  Array.from({ length: count }, () => {
    const s = vector();
    const sum = s.reduce((a, b) => a + b);
    return { s, y: s.map((value, i) => value * (i + 1) + sum) };
  });

/** −H∇f with the whole matrix: Hₖ₊₁ = (1 − ρsyᵀ) Hₖ (1 − ρysᵀ) + ρssᵀ, ρ = 1/yᵀs, from H₀ = γ·1 (7.16). */
function byMatrix(given: readonly Pair[], gradient: Float64Array): number[] {
  const { s, y } = given.at(-1)!;
  const gamma = product(s, y) / product(y, y);
  let H = Array.from({ length: N }, (_, i) => Array.from({ length: N }, (_, j) => (i === j ? gamma : 0)));
  for (const { s, y } of given) {
    const rho = 1 / product(y, s);
    const V = Array.from({ length: N }, (_, i) =>
      Array.from({ length: N }, (_, j) => (i === j ? 1 : 0) - rho * y[i]! * s[j]!),
    );
    const times = (A: number[][], B: number[][]): number[][] =>
      A.map((row) => B[0]!.map((_, j) => row.reduce((sum, value, k) => sum + value * B[k]![j]!, 0)));
    const transposed = V[0]!.map((_, j) => V.map((row) => row[j]!));
    H = times(times(transposed, H), V).map((row, i) => row.map((value, j) => value + rho * s[i]! * s[j]!));
  }
  return H.map((row) => -product(row, gradient));
}

test('the two loops give the product with the matrix of BFGS', () => {
  for (const count of [1, 2, 3, 7]) {
    const [known, gradient] = [pairs(count), vector()];
    assertClose(direction(known, gradient, all), byMatrix(known, gradient), {
      relative: 1e-9,
      absolute: 1e-11,
    });
  }
});

test('without pairs the direction is straight down, and never into what may not move', () => {
  const gradient = vector();
  assert.equal(
    [...direction([], gradient, all)],
    Array.from(gradient, (slope) => -slope),
  );
  const held = direction(pairs(3), gradient, (i) => i !== 1);
  assert.is(Math.abs(held[1]!), 0);
  assert.ok(product(held, gradient) < 0);
});

test('in the space of what may move, the pairs count as if there were nothing else', () => {
  const [known, gradient] = [pairs(3), vector()];
  const cut = (v: Float64Array): Float64Array => v.map((value, i) => (i === 1 ? 0 : value));
  // Cutting changes sᵀy, so pairs that stay positive are needed for the comparison.
  const positive = known.filter(({ s, y }) => product(cut(s), y) > 0);
  assert.ok(positive.length > 0);
  const small = positive.map(({ s, y }) => ({ s: cut(s), y: cut(y) }));
  assertClose(
    direction(positive, gradient, (i) => i !== 1),
    direction(small, cut(gradient), all),
    { relative: 1e-13 },
  );
});

test('a pair without curvature is left out, and the oldest of too many is forgotten', () => {
  const known: Pair[] = [];
  const [a, b, c] = pairs(3) as [Pair, Pair, Pair];
  const uphill = { s: a.s, y: a.y.map((value) => -value) };
  const flat = { s: a.s, y: new Float64Array(N) };
  const gradient = vector();
  /** A pair may be kept in other units, so what it does is compared, and every digit of that. */
  const stands = (...expected: Pair[]): void => {
    assert.is(known.length, expected.length);
    assertSame(direction(known, gradient, all), direction(expected, gradient, all));
  };
  for (const one of [a, uphill, flat, b]) remember(known, one, 2);
  stands(a, b);
  remember(known, c, 2);
  stands(b, c);
});

test('a pair counts by its cosine, not by the units of the function or of x', () => {
  const gradient = vector();
  const [a, b] = pairs(2) as [Pair, Pair];
  const plain = direction([a, b], gradient, all);
  // y in units of the function by those of x, s in those of x. Powers of two leave every digit as it is.
  for (const [f, x] of [
    [1, 1],
    [2 ** 60, 1],
    [2 ** 800, 2 ** 200],
    [2 ** -500, 2 ** 200],
    [2 ** 300, 2 ** -300],
    [2 ** -900, 2 ** -600],
  ] as const) {
    const known: Pair[] = [];
    for (const { s, y } of [a, b])
      remember(known, { s: s.map((value) => value * x), y: y.map((value) => value * (f / x)) }, 2);
    assert.is(known.length, 2, `f in ${f}, x in ${x}`);
    const found = direction(
      known,
      gradient.map((slope) => slope * (f / x)),
      all,
    );
    assertSame(
      found.map((value) => value / x),
      plain,
    );
  }
  // sᵀy is 10⁻¹⁷ of ‖s‖‖y‖.
  const known: Pair[] = [];
  remember(known, { s: Float64Array.of(1, 0), y: Float64Array.of(1e-17, 1) }, 2);
  remember(known, { s: Float64Array.of(1, 0), y: Float64Array.of(1e-30, 1e-13) }, 2);
  assert.is(known.length, 0);
});
