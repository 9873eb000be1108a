import * as assert from 'uvu/assert';
import { einsum, matmul, randn, random, ShapeError, type Tensor, tensor, zeros } from '../../../src/index.js';
import { assertClose, assertSame, assertThrows } from '../../support/close.js';
import { fc, property } from '../../support/property.js';
import { suite } from '../../support/suite.js';
import { at, build, DTYPES, filled, positions } from './loops.js';

const test = suite('einsum');

/** The definition: for every value of the output's letters, sum over all others the product of all operands. */
function nested(
  inputs: readonly string[],
  output: string,
  operands: readonly Tensor[],
): { shape: number[]; data: number[] } {
  const sizes = new Map<string, number>();
  for (const [i, letters] of inputs.entries())
    for (const [axis, letter] of [...letters].entries()) sizes.set(letter, operands[i]!.shape[axis]!);
  const summed = [...sizes.keys()].filter((letter) => !output.includes(letter));
  const sizeOf = (letters: readonly string[]): number[] => letters.map((letter) => sizes.get(letter)!);
  const shape = sizeOf([...output]);
  const data = build(shape, (outer) => {
    let total = 0;
    for (const inner of positions(sizeOf(summed))) {
      const value = (letter: string): number =>
        output.includes(letter) ? outer[output.indexOf(letter)]! : inner[summed.indexOf(letter)]!;
      let term = 1;
      for (const [i, letters] of inputs.entries()) term *= at(operands[i]!, [...letters].map(value));
      total += term;
    }
    return total;
  });
  return { shape, data };
}

const LETTERS = ['i', 'j', 'k', 'l'];

/** Equations of one to three operands over four letters, repeated letters included, with operands that fit. */
const equations = fc
  .record({
    inputs: fc.array(fc.string({ unit: fc.constantFrom(...LETTERS), maxLength: 3 }), {
      minLength: 1,
      maxLength: 3,
    }),
    sizes: fc.array(fc.nat(3), { minLength: 4, maxLength: 4 }),
    order: fc.shuffledSubarray(LETTERS),
  })
  .chain(({ inputs, sizes, order }) => {
    const shapes = inputs.map((letters) => [...letters].map((letter) => sizes[LETTERS.indexOf(letter)]!));
    return fc.record({
      inputs: fc.constant(inputs),
      output: fc.constant(order.filter((letter) => inputs.some((own) => own.includes(letter))).join('')),
      operands: fc.tuple(...shapes.map((shape) => filled(shape))),
    });
  });

test('any equation of up to three operands agrees with nested loops', () => {
  property(
    equations,
    ({ inputs, output, operands }) => {
      const equation = `${inputs.join(',')}->${output}`;
      const { shape, data: expected } = nested(inputs, output, operands);
      const y = einsum(equation, ...operands);
      assert.equal(y.shape, shape, equation);
      assertClose(y.data, expected, { relative: 1e-13, absolute: 1e-12, what: equation });
      const single = einsum(equation, ...operands.map((x) => x.astype('float32')));
      assert.equal([single.dtype, single.shape], ['float32', y.shape]);
      const scale = 1 + Math.max(0, ...expected.map(Math.abs), ...y.data.map(Math.abs));
      assertClose(single.data, expected, { relative: 1e-5, absolute: 1e-5 * scale, what: equation });
    },
    300,
  );
});

test('without an arrow the result has the letters that occur once, in alphabetical order', () => {
  property(
    equations,
    ({ inputs, operands }) => {
      const all = [...inputs.join('')];
      const once = all.filter((letter) => all.filter((other) => other === letter).length === 1).sort();
      const y = einsum(inputs.join(','), ...operands);
      const expected = nested(inputs, once.join(''), operands);
      assert.equal(y.shape, expected.shape);
      assertClose(y.data, expected.data, { relative: 1e-13, absolute: 1e-12, what: inputs.join(',') });
    },
    100,
  );
});

const a = tensor([
  [1, 2],
  [3, 4],
]);
const b = tensor([
  [5, 6],
  [7, 8],
]);
const v = tensor([1, 10]);

test('the usual equations by hand', () => {
  const table: [string, Tensor[], unknown][] = [
    [
      'ij,jk->ik',
      [a, b],
      [
        [19, 22],
        [43, 50],
      ],
    ],
    [
      'ij,kj->ik',
      [a, b],
      [
        [17, 23],
        [39, 53],
      ],
    ],
    ['ij,ij->', [a, b], 70],
    ['ij,ij->i', [a, b], [17, 53]],
    [
      'ij->ji',
      [a],
      [
        [1, 3],
        [2, 4],
      ],
    ],
    ['ij->', [a], 10],
    ['ij->j', [a], [4, 6]],
    ['ii->i', [a], [1, 4]],
    ['ii->', [a], 5],
    ['ii', [a], 5],
    [
      'i,j->ij',
      [v, v],
      [
        [1, 10],
        [10, 100],
      ],
    ],
    ['i,i', [v, v], 101],
    ['i,ij,j->', [v, a, v], 1 + 20 + 30 + 400],
    [
      'ij,jk',
      [a, b],
      [
        [19, 22],
        [43, 50],
      ],
    ],
    [
      'ba',
      [a],
      [
        [1, 3],
        [2, 4],
      ],
    ],
    ['->', [tensor(3)], 3],
    [
      ',ij->ij',
      [tensor(2), a],
      [
        [2, 4],
        [6, 8],
      ],
    ],
    [
      ' i j , j k -> i k ',
      [a, b],
      [
        [19, 22],
        [43, 50],
      ],
    ],
    [
      'Ij,jK->KI',
      [a, b],
      [
        [19, 43],
        [22, 50],
      ],
    ],
  ];
  for (const [equation, operands, expected] of table)
    assert.equal(einsum(equation, ...operands).toArray(), expected, equation);
});

test('a diagonal over three axes, and a batch of products', () => {
  const cube = tensor(
    Float32Array.from({ length: 27 }, (_, i) => i),
    { shape: [3, 3, 3] },
  );
  assert.equal(einsum('iii->i', cube).toArray(), [0, 13, 26]);
  const pair = fc.tuple(filled([2, 3, 4]), filled([2, 4, 2]));
  property(pair, ([x, y]) => {
    const z = einsum('bij,bjk->bik', x, y);
    assert.equal(z.shape, [2, 3, 2]);
    assertSame(z.data, matmul(x, y).data);
  });
});

test('sums over axes of no elements are 0, and results may be empty', () => {
  assert.is(einsum('ij,jk->', zeros([2, 0]), zeros([0, 3])).item(), 0);
  assert.equal(einsum('ij,jk->ik', zeros([2, 0]), zeros([0, 3])).toArray(), [
    [0, 0, 0],
    [0, 0, 0],
  ]);
  assert.equal(einsum('ij,jk->ki', zeros([0, 2]), zeros([2, 3])).shape, [3, 0]);
  assert.equal(einsum('ii->i', zeros([0, 0])).shape, [0]);
});

test('NaN and infinities pass through', () => {
  for (const dtype of DTYPES) {
    const x = tensor(
      [
        [Number.NaN, 1],
        [Infinity, 2],
      ],
      { dtype },
    );
    assertSame(einsum('ij->i', x).data, [Number.NaN, Infinity]);
    assertSame(einsum('ij,j->i', x, tensor([1, 1], { dtype })).data, [Number.NaN, Infinity]);
  }
});

test('equations that cannot be read, and outputs that make no sense, are quoted back', () => {
  for (const equation of ['ij;jk', 'i..->i', '......i', 'i...j...', 'i->j->k', 'ij-k', '1,2->1', 'ij,jk>ik'])
    assertThrows(
      () => einsum(equation, a, b),
      `einsum: cannot read '${equation}'`,
      "expected letters such as 'ij,jk->ik'",
    );
  assertThrows(
    () => einsum('...i->i', a),
    "the ellipsis of '...i->i' stands for 1 axes, and the output has none; write ->...i",
  );
  assertThrows(() => einsum('ij->ijk', a), "einsum: the output letter k of 'ij->ijk' occurs in no input");
  assertThrows(() => einsum('ij->ii', a), "einsum: the output of 'ij->ii' repeats a letter");
});

test('operands that do not fit the equation are named with their shape', () => {
  assertThrows(() => einsum('ij,jk->ik', a), "einsum: 'ij,jk->ik' names 2 operands, got 1");
  assertThrows(() => einsum('ij->ij', a, b), "einsum: 'ij->ij' names 1 operands, got 2");
  assertThrows(() => einsum('ij->ij'), "einsum: 'ij->ij' names 1 operands, got 0");
  const rank = assertThrows(
    () => einsum('ij,jk->ik', a, v),
    "einsum: operand 1 of 'ij,jk->ik' has 2 letters and shape [2]",
  );
  assert.instance(rank, ShapeError);
  assertThrows(
    () => einsum('ij,jk->ik', a, zeros([3, 2])),
    "einsum: the letter j of 'ij,jk->ik' stands for 2 and, in operand 1 [3, 2], for 3",
  );
  assertThrows(
    () => einsum('ii->', zeros([2, 3])),
    'the letter i',
    'stands for 2',
    'operand 0 [2, 3], for 3',
  );
});

/** As NumPy has it: an equation with an ellipsis or axes of size 1, and one over expanded operands without them. */
const BROADCASTS: readonly [string, number[][], string, number[][]][] = [
  ['i,i->', [[1], [3]], 'i,i->', [[3], [3]]],
  ['i,j->', [[1], [3]], 'i,j->', [[1], [3]]],
  [
    'ij,jk->ik',
    [
      [2, 1],
      [3, 4],
    ],
    'ij,jk->ik',
    [
      [2, 3],
      [3, 4],
    ],
  ],
  [
    'ij,jk->ijk',
    [
      [2, 3],
      [1, 4],
    ],
    'ij,jk->ijk',
    [
      [2, 3],
      [3, 4],
    ],
  ],
  [
    'bij,bjk->bik',
    [
      [1, 2, 3],
      [5, 3, 1],
    ],
    'bij,bjk->bik',
    [
      [5, 2, 3],
      [5, 3, 1],
    ],
  ],
  [
    'ij,ij',
    [
      [2, 1],
      [1, 3],
    ],
    'ij,ij',
    [
      [2, 3],
      [2, 3],
    ],
  ],
  [
    '...ij,...jk->...ik',
    [
      [5, 2, 3],
      [3, 4],
    ],
    'bij,bjk->bik',
    [
      [5, 2, 3],
      [5, 3, 4],
    ],
  ],
  [
    '...ij,...jk->...ik',
    [
      [2, 1, 2, 3],
      [4, 3, 2],
    ],
    'abij,abjk->abik',
    [
      [2, 4, 2, 3],
      [2, 4, 3, 2],
    ],
  ],
  [
    '...ij,...jk',
    [
      [5, 2, 3],
      [5, 3, 4],
    ],
    'bij,bjk->bik',
    [
      [5, 2, 3],
      [5, 3, 4],
    ],
  ],
  ['...i->...', [[2, 3]], 'bi->b', [[2, 3]]],
  [
    '...,...',
    [[2, 1], [3]],
    'ij,ij->ij',
    [
      [2, 3],
      [2, 3],
    ],
  ],
  ['i...->...i', [[2, 3, 4]], 'ijk->jki', [[2, 3, 4]]],
  ['b...a', [[2, 3, 4]], 'bca->cab', [[2, 3, 4]]],
  ['...ii->...i', [[2, 3, 3]], 'bii->bi', [[2, 3, 3]]],
  ['...i->i', [[3]], 'i->i', [[3]]],
  ['i->...i', [[3]], 'i->i', [[3]]],
  ['..., i -> ...i', [[], [3]], ',i->i', [[], [3]]],
  ['i,i->i', [[0], [1]], 'i,i->i', [[0], [0]]],
];

test('an ellipsis and axes of size 1 broadcast as in NumPy, gradients too', () => {
  const rng = random('ellipsis');
  for (const [equation, shapes, plain, expanded] of BROADCASTS) {
    const draw = (shape: number[]): Tensor => randn(shape, rng, { dtype: 'float64', requiresGrad: true });
    const operands = shapes.map(draw);
    const wide = operands.map((x, i) => {
      const lead = new Array<number>(expanded[i]!.length - x.rank).fill(1);
      return x.reshape([...lead, ...x.shape]).broadcastTo(expanded[i]!);
    });
    const y = einsum(equation, ...operands);
    const z = einsum(plain, ...wide);
    assert.equal(y.shape, z.shape, equation);
    assertClose(y.data, z.data, { relative: 1e-13, absolute: 1e-13, what: equation });
    y.square().sum().backward();
    const found = operands.map((x) => x.grad!.data);
    for (const x of operands) x.grad = null;
    z.square().sum().backward();
    for (const [i, x] of operands.entries())
      assertClose(found[i]!, x.grad!.data, { relative: 1e-12, absolute: 1e-12, what: equation });
  }
});

test('within one operand a letter does not broadcast, and neither do unequal axes of an ellipsis', () => {
  assertThrows(() => einsum('ii->i', zeros([1, 3])), 'the letter i', 'stands for 1', 'for 3');
  assertThrows(() => einsum('ii,i->i', zeros([3, 1]), zeros([3])), 'the letter i', 'operand 0 [3, 1], for 1');
  assertThrows(
    () => einsum('...i,...i->...', zeros([2, 4]), zeros([3, 4])),
    "the ellipsis, at axis -1, of '...i,...i->...' stands for 2 and, in operand 1 [3, 4], for 3",
  );
  assertThrows(() => einsum('...ijk->...', zeros([2, 2])), "operand 0 of '...ijk->...' has 3 letters");
});

test('an equation that changes nothing gives a copy', () => {
  const x = tensor([1, 2], { requiresGrad: true });
  const y = einsum('i->i', x);
  assert.is.not(y.data, x.data);
  y.sum().backward();
  assertSame(x.grad!.data, [1, 1]);
});
