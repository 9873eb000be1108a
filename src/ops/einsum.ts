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

/** A tensor whose axes carry letters, each letter once. The axes of an ellipsis carry '.1', '.2', …, counted from the end. */
interface Lettered {
  readonly x: Tensor;
  readonly letters: readonly string[];
}

/**
 * Sums products over repeated letters: `einsum('ij,jk->ik', a, b)` is a matrix product, `'ii->i'` a diagonal,
 * `'bij,bij->b'` a row-wise inner product. An ellipsis stands for any number of axes, which broadcast: `'...ij,...jk->...ik'`
 * multiplies batches of matrices. An axis of size 1 broadcasts to the size that its letter has elsewhere. Without `->`, the
 * result has the axes of the ellipsis, and then the letters that occur once, in alphabetical order.
 * @throws ArgumentError for a malformed equation; ShapeError where a letter stands for two sizes
 */
export function einsum(equation: string, ...operands: Tensor[]): Tensor {
  if (typeof equation !== 'string')
    throw new ArgumentError('einsum', `expected an equation such as 'ij,jk->ik', got ${String(equation)}`);
  needTensors('einsum', ...operands);
  const { inputs, output } = parse(equation, operands);
  const sizes = sizesOf(equation, operands, inputs);
  const lettered = operands.map((x, i) => dropOnes(takeDiagonals(x, inputs[i]!), sizes));
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

const ELLIPSIS = '...';
const PART = '[a-zA-Z]*(?:[.]{3}[a-zA-Z]*)?';
const EQUATION = new RegExp(`^(${PART}(?:,${PART})*)(?:->(${PART}))?$`);

/** The letters of each operand and of the output, with the axes of ellipses filled in. */
function parse(equation: string, operands: readonly Tensor[]): { inputs: string[][]; output: string[] } {
  const match = EQUATION.exec(equation.replace(/\s/g, ''));
  if (!match)
    throw new ArgumentError(
      'einsum',
      `cannot read '${equation}'; expected letters such as 'ij,jk->ik', with '...' for any other axes`,
    );
  const parts = match[1]!.split(',').map(lettersOf);
  if (parts.length !== operands.length)
    throw new ArgumentError('einsum', `'${equation}' names ${parts.length} operands, got ${operands.length}`);
  const others = parts.map((letters, i) => axesOfEllipsis(equation, i, operands[i]!, letters));
  const inputs = parts.map((letters, i) => filledIn(letters, others[i]!));
  const most = Math.max(0, ...others);
  const all = parts.flat();
  const once = [...new Set(all)].filter((a) => a !== ELLIPSIS && all.indexOf(a) === all.lastIndexOf(a));
  const outer = match[2] === undefined ? [ELLIPSIS, ...once.sort()] : lettersOf(match[2]);
  if (most > 0 && !outer.includes(ELLIPSIS))
    throw new ArgumentError(
      'einsum',
      `the ellipsis of '${equation}' stands for ${most} axes, and the output has none; write ->...${match[2]}`,
    );
  const output = filledIn(outer, most);
  if (new Set(output).size !== output.length)
    throw new ArgumentError('einsum', `the output of '${equation}' repeats a letter`);
  for (const letter of output)
    if (!inputs.some((letters) => letters.includes(letter)))
      throw new ArgumentError('einsum', `the output letter ${letter} of '${equation}' occurs in no input`);
  return { inputs, output };
}

/** `'b...i'` ⇒ `['b', '...', 'i']` */
function lettersOf(part: string): string[] {
  return part.match(/\.\.\.|[a-zA-Z]/g) ?? [];
}

/** The number of axes that the ellipsis of an operand stands for. */
function axesOfEllipsis(equation: string, i: number, { rank, shape }: Tensor, letters: string[]): number {
  const open = letters.includes(ELLIPSIS);
  const named = letters.length - Number(open);
  if (open ? named > rank : named !== rank)
    throw new ShapeError(
      'einsum',
      `operand ${i} of '${equation}' has ${named} letters and shape ${formatShape(shape)}`,
      [shape],
    );
  return rank - named;
}

function filledIn(letters: readonly string[], count: number): string[] {
  const axes = Array.from({ length: count }, (_, k) => `.${count - k}`);
  return letters.flatMap((letter) => (letter === ELLIPSIS ? axes : [letter]));
}

/** The size that each letter stands for. An axis of size 1 broadcasts, but not within one operand. */
function sizesOf(
  equation: string,
  operands: readonly Tensor[],
  inputs: readonly (readonly string[])[],
): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const [i, { shape }] of operands.entries())
    for (const [axis, letter] of inputs[i]!.entries()) {
      const size = shape[axis]!;
      const own = shape[inputs[i]!.indexOf(letter)]!;
      const known = sizes.get(letter) ?? 1;
      if (own !== size || (known !== size && known !== 1 && size !== 1))
        throw new ShapeError(
          'einsum',
          `the ${letter.startsWith('.') ? `ellipsis, at axis -${letter.slice(1)},` : `letter ${letter}`} of '${equation}' stands for ${own === size ? known : own} and, in operand ${i} ${formatShape(shape)}, for ${size}`,
          [shape],
        );
      sizes.set(letter, known === 1 ? size : known);
    }
  return sizes;
}

/** Drops axes of size 1 whose letter stands for another size: another operand has the letter, and the product broadcasts. */
function dropOnes({ x, letters }: Lettered, sizes: ReadonlyMap<string, number>): Lettered {
  const kept = letters.map((_, axis) => axis).filter((axis) => x.shape[axis] === sizes.get(letters[axis]!));
  if (kept.length === letters.length) return { x, letters };
  return {
    x: reshape(
      x,
      kept.map((axis) => x.shape[axis]!),
    ),
    letters: kept.map((axis) => letters[axis]!),
  };
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
