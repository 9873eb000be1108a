/**
 * Einstein summation, composed of other ops. Letters that one operand repeats become a diagonal. Letters that no other
 * operand and no output needs are summed away. Operands are multiplied two at a time, as one batched matrix product.
 */

import type { Tensor } from '../autograd/graph.js';
import { clone } from '../autograd/sums.js';
import { ArgumentError, formatShape, ShapeError } from '../base/errors.js';
import { sizeOf } from '../base/shape.js';
import { needTensors } from '../base/words.js';
import { diagonal } from './indexing.js';
import { matmul } from './matmul.js';
import { sum } from './reduce.js';
import { permute, reshape } from './shape.js';

/** A tensor whose axes carry letters, each letter once. */
interface Lettered {
  readonly x: Tensor;
  readonly letters: readonly string[];
}

/**
 * Sums products over repeated letters: `einsum('ij,jk->ik', a, b)` is a matrix product, `'ii->i'` a diagonal,
 * `'bij,bij->b'` a row-wise inner product. Without `->`, the result has the letters that occur once, in
 * alphabetical order.
 * @throws ArgumentError for a malformed equation; ShapeError where a letter stands for two sizes
 */
export function einsum(equation: string, ...operands: Tensor[]): Tensor {
  if (typeof equation !== 'string')
    throw new ArgumentError('einsum', `expected an equation such as 'ij,jk->ik', got ${String(equation)}`);
  needTensors('einsum', ...operands);
  const { inputs, output } = parse(equation, operands.length);
  const sizes = new Map<string, number>();
  const lettered = operands.map((x, i) => takeDiagonals(x, checkSizes(equation, i, x, inputs[i]!, sizes)));
  for (const letter of output)
    if (!sizes.has(letter))
      throw new ArgumentError('einsum', `the output letter ${letter} of '${equation}' occurs in no input`);
  let [result, ...rest] = lettered as [Lettered, ...Lettered[]];
  while (rest.length > 0) {
    const [next, ...later] = rest as [Lettered, ...Lettered[]];
    const needed = new Set([...output, ...later.flatMap((other) => other.letters)]);
    result = contract(result, next, needed);
    rest = later;
  }
  const y = arrange(sumAway(result, new Set(output)), output);
  return operands.includes(y) ? clone(y) : y;
}

function parse(equation: string, count: number): { inputs: string[][]; output: string[] } {
  const match = /^([a-zA-Z]*(?:,[a-zA-Z]*)*)(?:->([a-zA-Z]*))?$/.exec(equation.replace(/\s/g, ''));
  if (!match)
    throw new ArgumentError(
      'einsum',
      `cannot read '${equation}'; expected letters such as 'ij,jk->ik'${equation.includes('.') ? ', one for each axis: there is no ellipsis' : ''}`,
    );
  const inputs = match[1]!.split(',').map((part) => [...part]);
  if (inputs.length !== count)
    throw new ArgumentError('einsum', `'${equation}' names ${inputs.length} operands, got ${count}`);
  const all = inputs.flat();
  const output =
    match[2] === undefined
      ? [...new Set(all)].filter((a) => all.indexOf(a) === all.lastIndexOf(a)).sort()
      : [...match[2]];
  if (new Set(output).size !== output.length)
    throw new ArgumentError('einsum', `the output of '${equation}' repeats a letter`);
  return { inputs, output };
}

function checkSizes(
  equation: string,
  i: number,
  x: Tensor,
  letters: readonly string[],
  sizes: Map<string, number>,
): readonly string[] {
  if (letters.length !== x.rank)
    throw new ShapeError(
      'einsum',
      `operand ${i} of '${equation}' has ${letters.length} letters and shape ${formatShape(x.shape)}`,
      [x.shape],
    );
  for (const [axis, letter] of letters.entries()) {
    const size = sizes.get(letter) ?? x.shape[axis]!;
    if (size !== x.shape[axis])
      throw new ShapeError(
        'einsum',
        `the letter ${letter} of '${equation}' stands for ${size} and, in operand ${i} ${formatShape(x.shape)}, for ${x.shape[axis]}`,
        [x.shape],
      );
    sizes.set(letter, size);
  }
  return letters;
}

/** Replaces a letter that one operand has twice by the diagonal over its two axes. */
function takeDiagonals(x: Tensor, letters: readonly string[]): Lettered {
  const twice = letters.findIndex((letter, axis) => letters.indexOf(letter) < axis);
  if (twice < 0) return { x, letters };
  const once = letters.indexOf(letters[twice]!);
  const others = letters.map((_, axis) => axis).filter((axis) => axis !== once && axis !== twice);
  const diagonals = diagonal(permute(x, [...others, once, twice]));
  return takeDiagonals(diagonals, [...others.map((axis) => letters[axis]!), letters[twice]!]);
}

function sumAway({ x, letters }: Lettered, needed: ReadonlySet<string>): Lettered {
  const axes = letters.map((_, axis) => axis).filter((axis) => !needed.has(letters[axis]!));
  return axes.length === 0
    ? { x, letters }
    : { x: sum(x, axes), letters: letters.filter((letter) => needed.has(letter)) };
}

/** a [batch, left, shared] · b [batch, shared, right], after grouping the letters by where they occur and are needed. */
function contract(first: Lettered, second: Lettered, needed: ReadonlySet<string>): Lettered {
  const a = sumAway(first, new Set([...needed, ...second.letters]));
  const b = sumAway(second, new Set([...needed, ...first.letters]));
  const both = a.letters.filter((letter) => b.letters.includes(letter));
  const batch = both.filter((letter) => needed.has(letter));
  const shared = both.filter((letter) => !needed.has(letter));
  const left = a.letters.filter((letter) => !both.includes(letter));
  const right = b.letters.filter((letter) => !both.includes(letter));
  const sizesOf = (of: Lettered, letters: readonly string[]): number[] =>
    letters.map((letter) => of.x.shape[of.letters.indexOf(letter)]!);
  const grouped = (of: Lettered, groups: readonly (readonly string[])[]): Tensor =>
    reshape(
      arrange(of, groups.flat()),
      groups.map((group) => sizeOf(sizesOf(of, group))),
    );
  const product = matmul(grouped(a, [batch, left, shared]), grouped(b, [batch, shared, right]));
  return {
    x: reshape(product, [...sizesOf(a, batch), ...sizesOf(a, left), ...sizesOf(b, right)]),
    letters: [...batch, ...left, ...right],
  };
}

function arrange({ x, letters }: Lettered, order: readonly string[]): Tensor {
  if (order.every((letter, axis) => letter === letters[axis])) return x;
  return permute(
    x,
    order.map((letter) => letters.indexOf(letter)),
  );
}
