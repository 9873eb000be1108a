import {
  abs,
  add,
  div,
  grad,
  gradients,
  maximum,
  minimum,
  mul,
  neg,
  pow,
  random,
  reciprocal,
  type Shape,
  sign,
  square,
  sub,
  Tensor,
  tensor,
  withDefaultDtype,
  zeros,
} from 'tapegrad';
import * as assert from 'uvu/assert';
import { assertClose, assertSame, assertThrows } from '../../support/close.js';
import { suite } from '../../support/suite.js';

const test = suite('arithmetic');

type Number2 = (p: number, q: number) => number;

interface Binary {
  readonly name: string;
  readonly op: (a: Tensor, b: Tensor) => Tensor;
  readonly value: Number2;
  /** ∂y/∂a and ∂y/∂b away from ties. */
  readonly slopes: readonly [Number2, Number2];
}

const BINARY: readonly Binary[] = [
  { name: 'add', op: add, value: (p, q) => p + q, slopes: [() => 1, () => 1] },
  { name: 'sub', op: sub, value: (p, q) => p - q, slopes: [() => 1, () => -1] },
  { name: 'mul', op: mul, value: (p, q) => p * q, slopes: [(_, q) => q, (p) => p] },
  { name: 'div', op: div, value: (p, q) => p / q, slopes: [(_, q) => 1 / q, (p, q) => -p / (q * q)] },
  {
    name: 'pow',
    op: pow,
    value: (p, q) => Math.exp(q * Math.log(p)),
    slopes: [
      (p, q) => q * Math.exp((q - 1) * Math.log(p)),
      (p, q) => Math.log(p) * Math.exp(q * Math.log(p)),
    ],
  },
  {
    name: 'maximum',
    op: maximum,
    value: (p, q) => (p > q ? p : q),
    slopes: [(p, q) => (p > q ? 1 : 0), (p, q) => (p > q ? 0 : 1)],
  },
  {
    name: 'minimum',
    op: minimum,
    value: (p, q) => (p < q ? p : q),
    slopes: [(p, q) => (p < q ? 1 : 0), (p, q) => (p < q ? 0 : 1)],
  },
];

/** Shapes of a, of b, and what they broadcast to. */
const SHAPES: readonly (readonly [Shape, Shape, Shape])[] = [
  [[], [], []],
  [[3], [], [3]],
  [[], [2, 3], [2, 3]],
  [[1], [2, 2], [2, 2]],
  [[2, 3], [3], [2, 3]],
  [
    [2, 3],
    [2, 1],
    [2, 3],
  ],
  [
    [2, 1],
    [1, 3],
    [2, 3],
  ],
  [
    [4, 1, 3],
    [2, 1],
    [4, 2, 3],
  ],
  [
    [5, 1, 1],
    [1, 1, 2],
    [5, 1, 2],
  ],
  [[2, 3, 4], [4], [2, 3, 4]],
  [
    [2, 3, 4],
    [2, 3, 4],
    [2, 3, 4],
  ],
  [[0], [1], [0]],
  [
    [0, 3],
    [1, 3],
    [0, 3],
  ],
  [[2, 0, 3], [3], [2, 0, 3]],
];

const sizeOf = (shape: Shape): number => shape.reduce((product, size) => product * size, 1);

/** For every element of the result, counted row-major, the position of the element of x that is used there. */
function positions(x: Shape, result: Shape): number[] {
  return Array.from({ length: sizeOf(result) }, (_, element) => {
    let rest = element;
    let position = 0;
    let stride = 1;
    for (let back = 1; back <= result.length; back++) {
      const index = rest % result[result.length - back]!;
      rest = (rest - index) / result[result.length - back]!;
      const size = x[x.length - back] ?? 1;
      position += (size === 1 ? 0 : index) * stride;
      stride *= size;
    }
    return position;
  });
}

const rng = random('arithmetic');
/** Numbers in [0.5, 2], where every op here is defined and smooth, without ties. */
const positive = (shape: Shape, requiresGrad = false): Tensor =>
  tensor(
    Float64Array.from({ length: sizeOf(shape) }, () => 0.5 + 1.5 * rng.uniform()),
    { shape, requiresGrad },
  );
const f64 = (data: number[]): Tensor => tensor(data, { dtype: 'float64' });
const slopes = (f: (x: Tensor) => Tensor, at: number[]): ArrayLike<number> =>
  grad((x: Tensor) => f(x).sum())(f64(at)).data;
const curvatures = (f: (x: Tensor) => Tensor, at: number[]): ArrayLike<number> =>
  slopes(
    grad((x: Tensor) => f(x).sum()),
    at,
  );

for (const { name, op, value } of BINARY)
  test(`${name} has the values of the formula, broadcast over ${SHAPES.length} pairs of shapes in either order`, () => {
    for (const [aShape, bShape, shape] of SHAPES)
      for (const [left, right] of [
        [aShape, bShape],
        [bShape, aShape],
      ] as const) {
        const a = positive(left);
        const b = positive(right);
        const y = op(a, b);
        const from = positions(left, shape);
        const to = positions(right, shape);
        assert.equal(y.shape, shape);
        assertClose(
          y.data,
          from.map((i, k) => value(a.data[i]!, b.data[to[k]!]!)),
          { relative: 1e-14, what: `${name} of [${left}] and [${right}]` },
        );
      }
  });

for (const { name, op, slopes: partial } of BINARY)
  test(`${name} adds its gradient up where an input was repeated: each has the shape of its input`, () => {
    for (const [aShape, bShape, shape] of SHAPES) {
      const inputs = [positive(aShape, true), positive(bShape, true)] as const;
      const g = positive(shape);
      op(...inputs).backward(g);
      const from = [positions(aShape, shape), positions(bShape, shape)] as const;
      for (const which of [0, 1] as const) {
        const expected = new Float64Array(inputs[which].size);
        for (let k = 0; k < g.size; k++) {
          const [p, q] = [inputs[0].data[from[0][k]!]!, inputs[1].data[from[1][k]!]!];
          expected[from[which][k]!]! += g.data[k]! * partial[which](p, q);
        }
        const gradient = inputs[which].grad!;
        assert.equal(gradient.shape, inputs[which].shape);
        assertClose(gradient.data, expected, { relative: 1e-13, what: `${name} [${aShape}] [${bShape}]` });
      }
    }
  });

test('one tensor as both operands receives both gradients', () => {
  const at = [0.5, 2];
  assertSame(
    slopes((x) => add(x, x), at),
    [2, 2],
  );
  assertSame(
    slopes((x) => sub(x, x), at),
    [0, 0],
  );
  assertSame(
    slopes((x) => mul(x, x), at),
    [1, 4],
  );
  assertSame(
    slopes((x) => div(x, x), at),
    [0, 0],
  );
  assertSame(
    slopes((x) => maximum(x, x), at),
    [1, 1],
  );
  assertSame(
    slopes((x) => minimum(x, x), at),
    [1, 1],
  );
  // (xˣ)′ = xˣ (1 + log x)
  assertClose(
    slopes((x) => pow(x, x), at),
    [Math.SQRT1_2 * (1 - Math.LN2), 4 * (1 + Math.LN2)],
    { relative: 1e-14 },
  );
});

const UNARY: readonly (readonly [string, (x: Tensor) => Tensor, number[]])[] = [
  ['neg', neg, [2, 0.5, -0.25, -3]],
  ['square', square, [4, 0.25, 0.0625, 9]],
  ['reciprocal', reciprocal, [-0.5, -2, 4, 1 / 3]],
  ['abs', abs, [2, 0.5, 0.25, 3]],
  ['sign', sign, [-1, -1, 1, 1]],
];

test('the ops of one tensor have hand-computed values and keep the shape', () => {
  const x = tensor([-2, -0.5, 0.25, 3], { dtype: 'float64', shape: [2, 1, 2] });
  for (const [name, op, expected] of UNARY) {
    assertSame(op(x).data, expected, name);
    assert.equal(op(x).shape, [2, 1, 2]);
  }
});

test('float32 agrees with float64 to its own precision', () => {
  const numbers = Float32Array.from({ length: 400 }, () => 0.5 + 1.5 * rng.uniform());
  const others = Float32Array.from({ length: 400 }, () => 0.5 + 1.5 * rng.uniform());
  const doubles = [Float64Array.from(numbers), Float64Array.from(others)] as const;
  for (const { name, op } of BINARY) {
    const y = op(tensor(numbers), tensor(others));
    assert.is(y.dtype, 'float32');
    const expected = op(tensor(doubles[0]), tensor(doubles[1])).data;
    assertClose(y.data, expected, { relative: 6e-8, absolute: 0, what: name });
  }
  for (const [name, op] of UNARY) {
    const y = op(tensor(numbers));
    assert.is(y.dtype, 'float32');
    assertClose(y.data, op(tensor(doubles[0])).data, { relative: 6e-8, absolute: 0, what: name });
  }
});

test('a number takes the dtype of the tensor, on either side', () => {
  assertSame(add(f64([1]), 0.1).data, [1.1]);
  assertSame(sub(0.1, f64([1])).data, [-0.9]);
  const single = mul(tensor([1]), 0.1);
  assert.is(single.dtype, 'float32');
  assertSame(single.data, [Math.fround(0.1)]);
  const half = div(1, 3);
  assert.equal([half.dtype, half.shape], ['float32', []]);
  assert.is(half.item(), Math.fround(1 / 3));
  assert.is(
    withDefaultDtype('float64', () => pow(2, 0.5).item()),
    Math.SQRT2,
  );
});

test('float32 with float64 gives float64', () => {
  const y = add(tensor([0.1]), f64([0]));
  assert.is(y.dtype, 'float64');
  assertSame(y.data, [Math.fround(0.1)]);
});

test('whole numbers are not truncated', () => {
  assertSame(tensor([1, 2]).div(2).data, [0.5, 1]);
  assertSame(tensor([2]).pow(-1).data, [0.5]);
  assertSame(tensor([4]).reciprocal().data, [0.25]);
});

test('empty tensors give empty results, and empty gradients', () => {
  const x = tensor([], { dtype: 'float64', shape: [2, 0], requiresGrad: true });
  for (const [name, op] of UNARY) assert.equal(op(x).shape, [2, 0], name);
  for (const { name, op } of BINARY) {
    x.grad = null;
    op(x, x).sum().backward();
    assert.equal(x.grad!.shape, [2, 0], name);
  }
});

test('infinities, NaN and signed zeros follow IEEE 754', () => {
  const a = f64([Infinity, Infinity, -0, -0, NaN, 1e308]);
  const b = f64([-Infinity, 1, -0, 0, 1, 1e308]);
  assertSame(add(a, b).data, [NaN, Infinity, -0, 0, NaN, Infinity]);
  assertSame(sub(a, b).data, [Infinity, Infinity, 0, -0, NaN, 0]);
  assertSame(mul(a, b).data, [-Infinity, Infinity, 0, -0, NaN, Infinity]);
  assertSame(mul(f64([0, -0]), f64([Infinity, 3])).data, [NaN, -0]);
  assertSame(div(f64([1, 1, -1, 0, 1]), f64([0, -0, 0, 0, -Infinity])).data, [
    Infinity,
    -Infinity,
    -Infinity,
    NaN,
    -0,
  ]);
  const special = f64([0, -0, Infinity, -Infinity, NaN]);
  assertSame(neg(special).data, [-0, 0, -Infinity, Infinity, NaN]);
  assertSame(square(special).data, [0, 0, Infinity, Infinity, NaN]);
  assertSame(reciprocal(special).data, [Infinity, -Infinity, 0, -0, NaN]);
  assertSame(abs(special).data, [0, 0, Infinity, Infinity, NaN]);
  assertSame(sign(special).data, [0, -0, 1, -1, NaN]);
});

test('maximum and minimum pass NaN on and order the zeros', () => {
  const a = f64([NaN, 1, 0, -0, -Infinity]);
  const b = f64([1, NaN, -0, 0, Infinity]);
  assertSame(maximum(a, b).data, [NaN, NaN, 0, 0, Infinity]);
  assertSame(minimum(a, b).data, [NaN, NaN, -0, -0, -Infinity]);
});

test('subnormal numbers survive, and what is too small or too large for the dtype becomes 0 or ∞', () => {
  const least = 5e-324;
  const smallest = f64([least]);
  assertSame(add(smallest, least).data, [1e-323]);
  assertSame(neg(smallest).data, [-least]);
  assertSame(sign(smallest).data, [1]);
  assertSame(abs(neg(smallest)).data, [least]);
  assertSame(mul(smallest, 0.5).data, [0]);
  assertSame(reciprocal(smallest).data, [Infinity]);
  assertSame(square(f64([1e-200, 1e200])).data, [0, Infinity]);
  const least32 = 2 ** -149;
  assertSame(mul(tensor([least32]), tensor([3])).data, [3 * least32]);
  assertSame(div(tensor([least32, 2 ** 127]), tensor([2, 0.5])).data, [0, Infinity]);
  assertSame(div(f64([least32, 2 ** 127]), f64([2, 0.5])).data, [2 ** -150, 2 ** 128]);
});

test('|x|′ is −1, 0 at both zeros, and 1', () => {
  assertClose(slopes(abs, [-Infinity, -2, -0, 0, 1e-300, 3]), [-1, -1, 0, 0, 1, 1], { absolute: 0 });
  assertClose(curvatures(abs, [-2, 0, 3]), [0, 0, 0]);
});

test('sign has slope 0 everywhere', () => {
  assertSame(slopes(sign, [-2, 0, 3]), [0, 0, 0]);
});

test('square has slope 0 and curvature 2 at 0', () => {
  assertSame(slopes(square, [0, -3]), [0, -6]);
  assertSame(curvatures(square, [0, -3]), [2, 2]);
});

test('reciprocal has slope −1/x² and curvature 2/x³; at 0 the slope is −∞', () => {
  assertSame(slopes(reciprocal, [-2, 0.5, 0, -0]), [-0.25, -4, -Infinity, -Infinity]);
  assertSame(curvatures(reciprocal, [-2, 0.5]), [-0.25, 16]);
});

test('a quotient by 0 has infinite slopes', () => {
  const a = tensor([1, -1], { dtype: 'float64', requiresGrad: true });
  const b = tensor([0, 0], { dtype: 'float64', requiresGrad: true });
  div(a, b).sum().backward();
  assertSame(a.grad!.data, [Infinity, Infinity]);
  assertSame(b.grad!.data, [-Infinity, Infinity]);
});

test('ties in maximum and minimum share the gradient evenly, infinite ties too; NaN sends it to both', () => {
  for (const [op, first, second] of [
    [maximum, [0, 0.5, 1, 0.5, 0.5, 1], [1, 0.5, 0, 0.5, 0.5, 1]],
    [minimum, [1, 0.5, 0, 0.5, 0.5, 1], [0, 0.5, 1, 0.5, 0.5, 1]],
  ] as const) {
    const a = tensor([1, 2, 3, Infinity, -0, NaN], { dtype: 'float64', requiresGrad: true });
    const b = tensor([2, 2, 2, Infinity, 0, 1], { dtype: 'float64', requiresGrad: true });
    op(a, b).sum().backward();
    assertSame(a.grad!.data, first);
    assertSame(b.grad!.data, second);
  }
});

test('an infinite gradient does not reach what was not chosen, and a flat stretch stops it', () => {
  assertSame(
    slopes((x) => maximum(x, 0).sqrt(), [-1, 4]),
    [0, 0.25],
  );
  assertSame(
    slopes((x) => maximum(0, x).sqrt(), [-1, 4]),
    [0, 0.25],
  );
  assertSame(
    slopes((x) => minimum(x, 0).neg().sqrt(), [1, -4]),
    [0, -0.25],
  );
  assertSame(
    slopes((x) => sign(x).sqrt(), [0, 4]),
    [0, 0],
  );
});

test('a tie with a broadcast number counts once for every repeat', () => {
  const b = tensor(2, { dtype: 'float64', requiresGrad: true });
  maximum(f64([1, 2, 2, 3]), b)
    .sum()
    .backward();
  assert.is(b.grad!.item(), 1 + 0.5 + 0.5 + 0);
});

test('x⁰ is 1 with slope 0 everywhere, 0 included', () => {
  const at = [-1.5, 0, -0, 2, Infinity];
  assertSame(pow(f64(at), 0).data, [1, 1, 1, 1, 1]);
  assertClose(
    slopes((x) => pow(x, 0), at),
    [0, 0, 0, 0, 0],
  );
});

test('powers of 0: x¹ has slope 1, x² slope 0 and curvature 2, x³ nothing, √x slope ∞, 1/x slope −∞', () => {
  const at0 = (exponent: number): number[] => [
    pow(f64([0]), exponent).item(),
    slopes((x) => pow(x, exponent), [0])[0]!,
  ];
  assert.equal(at0(1), [0, 1]);
  assert.equal(at0(2), [0, 0]);
  assert.equal(at0(3), [0, 0]);
  assert.equal(at0(0.5), [0, Infinity]);
  assert.equal(at0(-1), [Infinity, -Infinity]);
  const curvature = (exponent: number): number => curvatures((x) => pow(x, exponent), [0])[0]!;
  assert.equal([curvature(1), curvature(2), curvature(3)], [0, 2, 0]);
});

test('a negative base takes whole exponents, with their slopes; a fractional one gives NaN', () => {
  const at = [-2, -3];
  assertSame(pow(f64(at), 3).data, [-8, -27]);
  assertSame(
    slopes((x) => pow(x, 3), at),
    [12, 27],
  );
  assertSame(
    curvatures((x) => pow(x, 3), at),
    [-12, -18],
  );
  assertSame(pow(f64([-2]), -2).data, [0.25]);
  assertSame(
    slopes((x) => pow(x, -2), [-2]),
    [0.25],
  );
  assertSame(pow(f64(at), 0.5).data, [NaN, NaN]);
  assertSame(
    slopes((x) => pow(x, 0.5), at),
    [NaN, NaN],
  );
});

test('the slope in the exponent is aᵇ log a: 0 for base 0 or 1, NaN for a negative base alone', () => {
  const a = tensor([0, 0, 1, 2, Math.E, -2], { dtype: 'float64', requiresGrad: true });
  const b = tensor([2, 0, 5, 3, 2, 3], { dtype: 'float64', requiresGrad: true });
  pow(a, b).sum().backward();
  assertClose(b.grad!.data, [0, 0, 0, 8 * Math.LN2, Math.E ** 2, NaN], { relative: 1e-15, absolute: 0 });
  assertClose(a.grad!.data, [0, 0, 5, 12, 2 * Math.E, 12], { relative: 1e-15, absolute: 0 });
});

test('the mixed second derivative of a power, aᵇ⁻¹(1 + b log a), is exact at b = 0 too', () => {
  const a = tensor([2, 2, 3], { dtype: 'float64', requiresGrad: true });
  const b = tensor([0, 1, -2], { dtype: 'float64', requiresGrad: true });
  const expected = [0.5, 1 + Math.LN2, (1 - 2 * Math.log(3)) / 27];
  for (const [first, second] of [
    [a, b],
    [b, a],
  ] as const) {
    const [slope] = gradients(pow(a, b).sum(), [first], { createGraph: true });
    assertClose(gradients(slope!.sum(), [second])[0]!.data, expected, { relative: 1e-15, absolute: 0 });
  }
});

test('the slope of a quotient in its denominator overflows only where it is too large itself', () => {
  const b = tensor([1e10], { requiresGrad: true });
  div(1e20, b).backward(tensor([1e30]));
  assertClose(b.grad!.data, [-1e30], { relative: 1e-6 });
});

test('powers of huge and tiny numbers overflow and vanish in their own dtype', () => {
  assertSame(pow(f64([1e200, 1e-200]), 2).data, [Infinity, 0]);
  assertSame(pow(tensor([2, 2]), tensor([128, -150])).data, [Infinity, 0]);
  assertSame(pow(f64([2, 2]), f64([128, -150])).data, [2 ** 128, 2 ** -150]);
  assertSame(pow(f64([Infinity, -Infinity, -Infinity, 0.5]), f64([-1, 3, 2, Infinity])).data, [
    0,
    -Infinity,
    Infinity,
    0,
  ]);
});

test('the methods are the functions', () => {
  const [a, b] = [f64([-2, 0.5, 3]), f64([2, 3, -1])];
  const pairs: [Tensor, Tensor][] = [
    [a.add(b), add(a, b)],
    [a.sub(b), sub(a, b)],
    [a.mul(b), mul(a, b)],
    [a.div(b), div(a, b)],
    [a.pow(b), pow(a, b)],
    [a.maximum(b), maximum(a, b)],
    [a.minimum(b), minimum(a, b)],
    [a.neg(), neg(a)],
    [a.square(), square(a)],
    [a.reciprocal(), reciprocal(a)],
    [a.abs(), abs(a)],
    [a.sign(), sign(a)],
  ];
  for (const [method, op] of pairs) assertSame(method.data, op.data);
});

test('shapes that do not broadcast are refused with both shapes, the axis and a way out', () => {
  for (const { name, op } of BINARY) {
    assertThrows(
      () => op(positive([2, 3]), positive([2])),
      `${name}: cannot broadcast [2, 3] with [2]: axis 1 is 3 against 2`,
      'did you mean b.reshape([2, 1])?',
      '(test/ops/values/arithmetic.test.ts:',
    );
    assertThrows(
      () => op(positive([4, 3]), positive([2, 3])),
      `${name}: cannot broadcast [4, 3] with [2, 3]: axis 0 is 4 against 2`,
      'sizes must be equal or 1',
    );
    assertThrows(() => op(positive([0]), positive([2])), `${name}: cannot broadcast [0] with [2]`);
  }
});

test('operands that have names are called by them, also in the way out', () => {
  const [hidden, bias] = [positive([2, 3]).named('hidden'), positive([2]).named('b1')];
  assertThrows(
    () => add(hidden, bias),
    'add: cannot broadcast hidden [2, 3] with b1 [2]: axis 1 is 3 against 2',
    'did you mean b1.reshape([2, 1])?',
  );
  assertThrows(() => bias.mul(hidden), 'cannot broadcast b1 [2] with hidden [2, 3]', 'b1.reshape([2, 1])');
  assertThrows(
    () => sub(hidden, positive([4])),
    'cannot broadcast hidden [2, 3] with [4]: axis 1 is 3 against 4',
  );
});

test('known shapes that do not broadcast do not compile', () => {
  // @ts-expect-error sizes 3 and 4
  assertThrows(() => add(zeros([2, 3]), zeros([4])), 'add: cannot broadcast [2, 3] with [4]');
  // @ts-expect-error sizes 2 and 3
  assertThrows(() => zeros([2]).mul(zeros([3])), 'mul: cannot broadcast [2] with [3]');
});

test('operands that are neither tensors nor numbers are refused by name', () => {
  const wrong = (value: unknown): Tensor => value as Tensor;
  for (const { name, op } of BINARY) {
    assertThrows(() => op(f64([1]), wrong('2')), `${name}: expected a Tensor or a number, got a string`);
    assertThrows(() => op(wrong(null), f64([1])), `${name}: expected a Tensor or a number, got null`);
    assertThrows(() => op(f64([1]), wrong([1])), `${name}: expected a Tensor or a number, got an array`);
    assertThrows(() => op(f64([1]), wrong(undefined)), `${name}: expected`, 'got undefined', 'tensor(…)');
  }
  for (const [name, op] of UNARY) {
    assertThrows(() => op(wrong(2)), `${name}: input 0 is a number; expected a Tensor`);
    assertThrows(() => op(wrong(undefined)), `${name}: input 0 is undefined; expected a Tensor`);
  }
});

test('results own their storage', () => {
  const x = f64([1, 2]);
  for (const y of [add(x, 0), mul(x, 1), abs(x), maximum(x, x), pow(x, 1)]) {
    assert.is.not(y.data, x.data);
    assert.instance(y, Tensor);
  }
});
