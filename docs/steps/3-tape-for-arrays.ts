/**
 * Step 3: a tape for arrays.
 *
 * A network multiplies whole tables of numbers. This step records such a product as one node, however many numbers it
 * handles: the network that left 125 entries on the tape of step 2 leaves 10 here.
 *
 * The local slope of step 2 no longer fits. If an op turns n numbers into m numbers, then each of the m has a slope
 * for each of the n: a table of m · n slopes, called the Jacobian. For the product of two matrices of 100 × 100
 * numbers it would have a hundred million entries, nearly all of them 0. The walk never needs the table itself. It
 * needs only g times the table: what an input receives, given what its output received. So a node keeps a function
 * for each input that computes just that. It is called the vjp, the vector-Jacobian product, or in short the rule of
 * the input.
 *
 * New: arrays with a shape, one node for each array op, rules in place of slopes.
 * Missing: arrays of different shapes cannot be added, so a bias cannot be added to a batch. The next step repeats
 * the smaller array.
 *
 *     npx tsx docs/steps/3-tape-for-arrays.ts
 *
 * Previous: docs/steps/2-tape-for-numbers.ts · Next: docs/steps/4-broadcasting.ts
 */
import { gradientCheck, type Mistake } from './1-slope.js';

// First part: arithmetic with arrays. Nothing is recorded here.

/**
 * An array: its numbers in a row, and its shape. A matrix has the shape [rows, columns] and its numbers row after
 * row; a single number has the shape [].
 */
export interface NDArray {
  readonly data: Float64Array;
  readonly shape: readonly number[];
}

/** An array from its numbers. */
export function array(numbers: readonly number[], shape: readonly number[]): NDArray {
  const size = shape.reduce((product, length) => product * length, 1);
  if (numbers.length !== size) throw new Error(`${numbers.length} numbers do not fill the shape [${shape}]`);
  return { data: Float64Array.from(numbers), shape };
}

/** One function, applied to every number. */
export function map(x: NDArray, f: (x: number) => number): NDArray {
  return { data: x.data.map(f), shape: x.shape };
}

/** One function, applied to every pair of numbers that stand at the same place. */
function zip(a: NDArray, b: NDArray, f: (a: number, b: number) => number): NDArray {
  if (String(a.shape) !== String(b.shape)) throw new Error(`shapes differ: [${a.shape}] and [${b.shape}]`);
  return { data: a.data.map((number, i) => f(number, b.data[i]!)), shape: a.shape };
}

const plus = (a: NDArray, b: NDArray): NDArray => zip(a, b, (p, q) => p + q);
const times = (a: NDArray, b: NDArray): NDArray => zip(a, b, (p, q) => p * q);

/** The matrix product: element (i, j) is the sum of a(i, k) · b(k, j) over k. */
export function product(a: NDArray, b: NDArray): NDArray {
  const [rows, inner] = a.shape as [number, number];
  const [height, columns] = b.shape as [number, number];
  if (inner !== height) throw new Error(`inner sizes differ: [${a.shape}] and [${b.shape}]`);
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let k = 0; k < inner; k++)
      for (let j = 0; j < columns; j++)
        data[i * columns + j]! += a.data[i * inner + k]! * b.data[k * columns + j]!;
  return { data, shape: [rows, columns] };
}

/** The transpose: rows become columns. */
export function transposed(x: NDArray): NDArray {
  const [rows, columns] = x.shape as [number, number];
  const data = new Float64Array(x.data.length);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) data[j * rows + i] = x.data[i * columns + j]!;
  return { data, shape: [columns, rows] };
}

// Second part: the tape. It is the one of step 2, with arrays for numbers and rules for slopes.

/** From g, the gradient of the output, to the gradient of one input. */
export type Rule = (g: NDArray) => NDArray;

let made = 0;

/** An array and, if an op computed it, the node of the tape: the inputs of the op and a rule for each. */
export class Tensor implements NDArray {
  readonly position = made++;
  readonly data: Float64Array;
  readonly shape: readonly number[];

  constructor(
    { data, shape }: NDArray,
    readonly inputs: readonly Tensor[] = [],
    readonly rules: readonly Rule[] = [],
  ) {
    this.data = data;
    this.shape = shape;
  }
}

/** y = a + b, number by number. Each number of y has the slope 1 in its two summands, so g passes through. */
export function add(a: Tensor, b: Tensor): Tensor {
  return new Tensor(plus(a, b), [a, b], [(g) => g, (g) => g]);
}

/** y = a − b, number by number. */
export function sub(a: Tensor, b: Tensor): Tensor {
  return new Tensor(
    zip(a, b, (p, q) => p - q),
    [a, b],
    [(g) => g, (g) => map(g, (number) => -number)],
  );
}

/** y = a · b, number by number. */
export function mul(a: Tensor, b: Tensor): Tensor {
  return new Tensor(times(a, b), [a, b], [(g) => times(g, b), (g) => times(g, a)]);
}

/** y = tanh x, number by number. */
export function tanh(x: Tensor): Tensor {
  const y = map(x, Math.tanh);
  return new Tensor(y, [x], [(g) => zip(g, y, (slope, number) => slope * (1 - number * number))]);
}

/**
 * y = the sum of all numbers of x. Each of them has the slope 1 in y, so each of them receives g, a single number.
 */
export function sum(x: Tensor): Tensor {
  const total = x.data.reduce((sum, number) => sum + number, 0);
  return new Tensor(array([total], []), [x], [(g) => map(x, () => g.data[0]!)]);
}

/**
 * y = a · b, the matrix product.
 *
 * The rule of a, derived: a(i, k) is a factor in row i of y only, where y(i, j) contains a(i, k) · b(k, j). The slope
 * is b(k, j), so a(i, k) receives the sum of g(i, j) · b(k, j) over j. That sum is element (i, k) of a matrix
 * product, the product of g and the transpose of b. In the same way, b receives the product of the transpose of a and
 * g.
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  return new Tensor(
    product(a, b),
    [a, b],
    [(g) => product(g, transposed(b)), (g) => product(transposed(a), g)],
  );
}

/** All that a tensor was computed from, newest first. */
function newestFirst(output: Tensor): Tensor[] {
  const tape = new Set([output]);
  for (const tensor of tape) for (const input of tensor.inputs) tape.add(input);
  return [...tape].sort((a, b) => b.position - a.position);
}

/**
 * The gradients of a single number with respect to everything it was computed from, each in the shape of its tensor.
 */
export function backward(output: Tensor): Map<Tensor, NDArray> {
  if (output.data.length !== 1) throw new Error(`only a single number has a gradient, not [${output.shape}]`);
  const gradients = new Map<Tensor, NDArray>([[output, map(output, () => 1)]]);
  for (const tensor of newestFirst(output)) {
    const g = gradients.get(tensor)!;
    for (const [i, input] of tensor.inputs.entries()) {
      const contribution = tensor.rules[i]!(g);
      const sum = gradients.get(input);
      gradients.set(input, sum ? plus(sum, contribution) : contribution);
    }
  }
  return gradients;
}

/** Step 1's gradient check for a function of tensors: the elements of each input whose gradient is wrong. */
export function checkGradients(f: (...inputs: Tensor[]) => Tensor, inputs: readonly NDArray[]): Mistake[][] {
  const tensors = inputs.map((input) => new Tensor(input));
  const gradients = backward(f(...tensors));
  return tensors.map((tensor, at) => {
    const measured = (numbers: readonly number[]): number =>
      f(...tensors.with(at, new Tensor(array(numbers, tensor.shape)))).data[0]!;
    return gradientCheck(
      measured,
      [...tensor.data],
      [...(gradients.get(tensor) ?? map(tensor, () => 0)).data],
    );
  });
}

// Third part: the network of step 2, in five ops.

/** The four cases of xor, one a row. The third column is always 1: its weight is the constant of a hidden unit. */
const cases = new Tensor(array([-1, -1, 1, -1, 1, 1, 1, -1, 1, 1, 1, 1], [4, 3]));
const targets = new Tensor(array([-1, 1, 1, -1], [4, 1]));

/** The first weights of step 2, as two matrices: one column for each hidden unit, and the weights of the answer. */
export function startWeights(): [hidden: Tensor, out: Tensor] {
  const hidden = array([0.5, 0.6, 0.2, -0.4, -0.2, 0.5, 0.1, 0.4, -0.6], [3, 3]);
  return [new Tensor(hidden), new Tensor(array([-0.3, 0.3, 0.4], [3, 1]))];
}

/** The answers to all four cases at once. */
export function network(hidden: Tensor, out: Tensor): Tensor {
  return matmul(tanh(matmul(cases, hidden)), out);
}

/** The sum of (answer − target)² over the four cases. */
export function lossOf(hidden: Tensor, out: Tensor): Tensor {
  const error = sub(network(hidden, out), targets);
  return sum(mul(error, error));
}

/** Gradient descent. Returns the answers at the end and the loss before each step. */
export function train(steps: number, rate: number): { answers: Tensor; losses: number[] } {
  const weights = startWeights();
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const loss = lossOf(...weights);
    losses.push(loss.data[0]!);
    const gradients = backward(loss);
    for (const weight of weights) {
      const gradient = gradients.get(weight)!;
      for (let i = 0; i < weight.data.length; i++) weight.data[i]! -= rate * gradient.data[i]!;
    }
  }
  return { answers: network(...weights), losses };
}

function main(): void {
  const mistakes = checkGradients(lossOf, startWeights());
  console.log(`gradient check: ${mistakes[0]!.length} mistakes in hidden, ${mistakes[1]!.length} in out`);
  console.log(`nodes and leaves on the tape of the loss: ${newestFirst(lossOf(...startWeights())).length}`);

  console.log('\nThe network learns xor:');
  const { answers, losses } = train(101, 0.05);
  for (let step = 0; step <= 100; step += 20)
    console.log(`step ${String(step).padEnd(3)}  loss ${losses[step]!.toFixed(4)}`);
  console.log(`answers ${Array.from(answers.data, (answer) => answer.toFixed(2)).join(', ')}`);
  console.log(`wanted  ${Array.from(targets.data, (target) => target.toFixed(2)).join(', ')}`);
}

if (process.argv[1]?.endsWith('3-tape-for-arrays.ts')) main();

// ## What it prints
//
// gradient check: 0 mistakes in hidden, 0 in out
// nodes and leaves on the tape of the loss: 10
//
// The network learns xor:
// step 0    loss 4.4851
// step 20   loss 3.3072
// step 40   loss 0.6627
// step 60   loss 0.0205
// step 80   loss 0.0005
// step 100  loss 0.0000
// answers -1.00, 1.00, 1.00, -1.00
// wanted  -1.00, 1.00, 1.00, -1.00

// ## Exercise: derive two rules
//
// `npm run exercise 3-tape-for-arrays` asks for the rules of y = a · bᵀ, a product with the transpose of b. Derive
// them from the elements of y, as the comment at `matmul` does.
