/** Derivatives of functions: values, nesting, what they depend on outside the arguments, and whose numbers they are. */
import * as assert from 'uvu/assert';
import {
  apply,
  defineOp,
  grad,
  gradients,
  hessian,
  hvp,
  jacobian,
  jvp,
  type NDArray,
  noGrad,
  type Tensor,
  tensor,
  valueAndGrad,
  vjp,
} from '../src/index.js';
import { assertClose, assertSame, assertThrows } from './support/close.js';
import { suite } from './support/suite.js';

const test = suite('functional');
const at = (...data: number[]): Tensor => tensor(data, { dtype: 'float64' });
const weight = (...data: number[]): Tensor => tensor(data, { dtype: 'float64', requiresGrad: true });

test('value, gradient, products with the Jacobian and the Hessian of a cubic', () => {
  const cubic = (x: Tensor): Tensor => x.pow(3).sum();
  const { value, gradient } = valueAndGrad(cubic)(at(1, 2));
  assert.equal([value.item(), gradient.toArray()], [9, [3, 12]]);
  assert.equal(jacobian((x) => x.pow(3))(at(1, 2)).toArray(), [
    [3, 0],
    [0, 12],
  ]);
  assert.equal(hessian(cubic)(at(1, 2)).toArray(), [
    [6, 0],
    [0, 12],
  ]);
  assert.equal(hvp(cubic, at(1, 2), at(1, -1)).toArray(), [6, -12]);
  assert.equal(jvp((x) => x!.pow(3), [at(1, 2)], [at(1, -1)]).tangent.toArray(), [3, -12]);
});

test('the Jacobian of several inputs is a tuple, one an input, of shape [...output, ...input]', () => {
  // f_ij = a_i · b_j², so ∂f_ij/∂a_k = b_j² for k = i, and ∂f_ij/∂b_k = 2 a_i b_j for k = j.
  const f = (a: Tensor, b: Tensor): Tensor => a.reshape([2, 1]).mul(b.square());
  const [byA, byB] = jacobian(f)(at(3, 5), at(1, 2, 4));
  assert.equal([byA.shape, byB.shape, byA.dtype], [[2, 3, 2], [2, 3, 3], 'float64']);
  const [a, b] = [
    [3, 5],
    [1, 2, 4],
  ] as const;
  const delta = (i: number, k: number): number => (i === k ? 1 : 0);
  assert.equal(
    byA.toArray(),
    a.map((_, i) => b.map((bj) => a.map((_, k) => delta(i, k) * bj * bj))),
  );
  assert.equal(
    byB.toArray(),
    a.map((ai) => b.map((bj, j) => b.map((_, k) => delta(j, k) * 2 * ai * bj))),
  );
});

test('the Hessian of several inputs has a block for each pair, and those of a pair are transposed', () => {
  // f = a · bᵀMb with a number a: H_aa = 0, H_ab = 2Mb, H_bb = 2aM.
  const M = tensor(
    [
      [2, 1],
      [1, 3],
    ],
    { dtype: 'float64' },
  );
  const f = (a: Tensor, b: Tensor): Tensor => a.mul(b.mul(M.matmul(b)).sum());
  const scalar = tensor(7, { dtype: 'float64' });
  const [[aa, ab], [ba, bb]] = hessian(f)(scalar, at(1, -2));
  assert.equal(
    [aa, ab, ba, bb].map(({ shape }) => shape),
    [[], [2], [2], [2, 2]],
  );
  assert.equal(
    [aa, ab, ba, bb].map((block) => block.toArray()),
    [
      0,
      [0, -10],
      [0, -10],
      [
        [28, 14],
        [14, 42],
      ],
    ],
  );
});

test('H_ab is H_ba transposed where both have axes, and the whole is the Hessian of one vector', () => {
  const f = (a: Tensor, b: Tensor): Tensor => a.matmul(b.square()).exp().sum().add(a.pow(3).sum());
  const numbers = [0.1, -0.2, 0.3, 0.4, 0.5, -0.6];
  const [a, b] = [at(...numbers.slice(0, 4)).reshape([2, 2]), at(0.5, -0.6)];
  const blocks = hessian(f)(a, b);
  const whole = hessian((x: Tensor) => f(x.slice([[0, 4]]).reshape([2, 2]), x.slice([[4, 6]])))(
    at(...numbers),
  );
  const entry = (i: number, j: number): number => whole.data[6 * i + j]!;
  const [sizes, starts] = [
    [4, 2],
    [0, 4],
  ] as const;
  for (const [p, row] of blocks.entries())
    for (const [q, block] of row.entries()) {
      assert.equal(block.shape, [...[a, b][p]!.shape, ...[a, b][q]!.shape]);
      for (let i = 0; i < sizes[p]!; i++)
        for (let j = 0; j < sizes[q]!; j++) {
          assertClose([block.data[sizes[q]! * i + j]!], [entry(starts[p]! + i, starts[q]! + j)], {
            relative: 1e-13,
          });
          assertClose([block.data[sizes[q]! * i + j]!], [blocks[q]![p]!.data[sizes[p]! * j + i]!], {
            relative: 1e-13,
          });
        }
    }
});

test('inputs that have nothing to do with the output, or with each other, get zeros', () => {
  const [byA, byB] = jacobian((a: Tensor, _: Tensor) => a.mul(2))(at(1, 2), tensor([[3, 4, 5]]));
  assert.equal(byA.toArray(), [
    [2, 0],
    [0, 2],
  ]);
  assert.equal([byB.shape, byB.dtype, [...byB.data]], [[2, 1, 3], 'float32', [0, 0, 0, 0, 0, 0]]);
  const [[aa, ab], [ba, bb]] = hessian((a: Tensor, b: Tensor) => a.square().sum().add(b.sum()))(
    at(1),
    at(2, 3),
  );
  assert.equal(
    [aa, ab, ba, bb].map((block) => block.toArray()),
    [
      [[2]],
      [[0, 0]],
      [[0], [0]],
      [
        [0, 0],
        [0, 0],
      ],
    ],
  );
  const [none, rest] = jacobian((a: Tensor, b: Tensor) => a.mul(b.sum()))(at(), at(1, 2));
  assert.equal(
    [none.shape, rest.shape],
    [
      [0, 0],
      [0, 2],
    ],
  );
});

test('blocks of a Hessian can be differentiated further', () => {
  const w = weight(2);
  const [[, ab]] = hessian((a: Tensor, b: Tensor) => a.mul(b).mul(w.square()).sum())(at(3), at(5));
  assertSame(gradients(ab.sum(), [w])[0]!.data, [4]);
  assertThrows(
    () => hessian((a: Tensor, b: Tensor) => a.mul(b))(at(1, 2), at(1, 2)),
    'hessian: the function returned shape [2]',
  );
  assertThrows(
    () => jacobian((a: Tensor, b: Tensor) => a.mul(b))(at(1), 2 as never),
    'jacobian: expected a Tensor, got a number',
  );
});

test('derivatives nest, towards an argument and towards a value captured from the outer function', () => {
  const third = grad((x: Tensor) =>
    grad((y: Tensor) => grad((z: Tensor) => z.pow(4).sum())(y).sum())(x).sum(),
  );
  assert.equal(third(at(2)).toArray(), [48]);
  const mixed = grad((x: Tensor) => grad((y: Tensor) => y.square().mul(x).sum())(at(3)).sum());
  assert.equal(mixed(at(5)).toArray(), [6]);
  const separate = grad((x: Tensor) => x.mul(grad((y: Tensor) => y.square().sum())(at(3))).sum());
  assert.equal(separate(at(5)).toArray(), [6]);
});

test('a gradient penalty reaches captured weights', () => {
  const w = weight(1, 2);
  const slope = grad((x: Tensor) => x.square().mul(w).sum())(at(1, 1));
  w.sum().add(slope.square().sum()).backward();
  assertSame(w.grad!.data, [9, 17]);
});

test('every derivative can be differentiated towards captured weights, arguments, tangents and cotangents', () => {
  const w = weight(1, 2);
  const f = (x: Tensor): Tensor => x.square().mul(w);
  const loss = (x: Tensor): Tensor => f(x).sum();
  const results: [string, Tensor, number[]][] = [
    ['value', valueAndGrad(loss)(at(1, 3)).value, [1, 9]],
    ['vjp', vjp(f, at(1, 3)).pullback(at(1, 1)), [2, 6]],
    ['jvp', jvp(f as () => Tensor, [at(1, 3)], [at(1, 1)]).tangent, [2, 6]],
    ['hvp', hvp(loss, at(1, 3), at(1, 1)), [2, 2]],
    ['jacobian', jacobian(f)(at(1, 3)), [2, 6]],
    ['hessian', hessian(loss)(at(1, 3)), [2, 2]],
  ];
  for (const [name, result, expected] of results)
    assertSame(gradients(result.sum(), [w])[0]!.data, expected, name);
  const v = weight(1, 1);
  const { tangent } = jvp((x) => x!.square(), [at(1, 3)], [v]);
  assertSame(gradients(tangent.sum(), [v])[0]!.data, [2, 6], 'tangent');
  const pulled = vjp((x: Tensor) => x.square(), at(1, 3)).pullback(v);
  assertSame(gradients(pulled.sum(), [v])[0]!.data, [2, 6], 'cotangent');
});

test('where nothing outside asks for a gradient, and under noGrad, results are constants', () => {
  const w = weight(1, 2);
  const { value, gradient } = valueAndGrad((x: Tensor) => x.square().sum())(at(1, 3));
  assert.equal([value.requiresGrad, gradient.requiresGrad, value.cut], [false, false, null]);
  const inside = noGrad(() => grad((x: Tensor) => x.square().mul(w).sum())(w));
  assert.equal([inside.requiresGrad, inside.toArray()], [false, [2, 8]]);
});

test('nothing is added to anyone’s grad', () => {
  const w = weight(1, 2);
  const x = weight(1, 3);
  hvp((at) => at.square().mul(w).sum(), x, at(1, 1));
  assert.equal([w.grad, x.grad], [null, null]);
});

test('each result has storage of its own', () => {
  const [ga, gb] = grad((a: Tensor, b: Tensor) => a.add(b).sum())(at(1, 2), at(3, 4));
  ga.write((data) => data.fill(0));
  assertSame(gb.data, [1, 1]);
  const seed = at(5, 6);
  const { value, pullback } = vjp((x: Tensor) => x.add(1), at(1, 2));
  for (let i = 0; i < 2; i++) {
    const pulled = pullback(seed);
    assertSame(pulled.data, [5, 6]);
    pulled.write((data) => data.fill(0));
  }
  value.write((data) => data.fill(0));
  assertSame(seed.data, [5, 6]);
  const x = weight(1, 2);
  const [first, second] = gradients(x.add(x).sum(), [x, x], { createGraph: true });
  assert.is.not(first!.data, second!.data);
});

test('a tensor that a rule had saved is not handed out', () => {
  const SCALE = defineOp({
    name: 'scaleOfOne',
    forward: ([x, b]: [NDArray, NDArray]) => ({ data: x.data.map((v, i) => v * b.data[i]!), shape: x.shape }),
    save: ({ inputs: [, b] }) => ({ b }),
    vjp: [(_, { b }) => b, 'zero'],
  });
  const b = at(3, 4);
  const slope = grad((x: Tensor) => apply(SCALE, [x, b]).sum())(at(1, 2));
  slope.write((data) => data.fill(0));
  assertSame(b.data, [3, 4]);
});

test('a captured value whose own tape was released is a constant', () => {
  const w = weight(1, 2);
  const h = w.mul(2);
  h.sum().backward();
  assert.equal(grad((x: Tensor) => x.mul(h).sum())(at(1, 1)).toArray(), [2, 4]);
  assert.equal(hessian((x) => x.square().mul(h).sum())(at(1, 1)).toArray(), [
    [4, 0],
    [0, 8],
  ]);
  const released = w.square();
  const later = released.mul(3);
  later.sum().backward({ retainGraph: false });
  assertThrows(() => gradients(later.sum(), [w]), 'already walked back');
});

test('a value of no use to the output has gradient 0', () => {
  const [ga, gb] = grad((a: Tensor, _: Tensor) => a.sum())(at(1, 2), at(3));
  assert.equal([ga.toArray(), gb.toArray()], [[1, 1], [0]]);
});

test('mistakes are named: what is no tensor, cotangents and tangents unlike what they belong to', () => {
  const f = (x: Tensor): Tensor => x.mul(2);
  assertThrows(() => grad(f)(2 as never), 'grad: expected a Tensor, got a number');
  assertThrows(
    () => grad((() => 3) as unknown as (x: Tensor) => Tensor)(at(1)),
    'grad: the function returned a number; expected a Tensor',
  );
  assertThrows(() => grad(f)(at(1, 2)), 'the function returned shape [2]', 'sum() or mean()');
  const { pullback } = vjp(f, at(1, 2));
  assertThrows(
    () => pullback(tensor([1, 1])),
    'vjp: the gradient passed in is a Tensor of shape [2] (float32), the output has [2] (float64)',
  );
  assertThrows(() => pullback(1 as never), 'vjp: the gradient passed in is a number');
  assertThrows(
    () => jvp(f as never, [at(1)], [1 as never]),
    'jvp: tangent 0 is a number, its input has [1] (float64)',
  );
  assertThrows(() => jvp(f as never, [at(1)], []), 'jvp: 1 inputs and 0 tangents');
  assertThrows(() => hvp((x) => x.sum(), at(1), at(1, 2)), 'hvp: tangent 0 is a Tensor of shape [2]');
});
