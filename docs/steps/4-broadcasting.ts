/**
 * Step 4: broadcasting.
 *
 * A layer adds the same bias to every row of a batch. Broadcasting is the rule that allows it: where two shapes
 * differ, the smaller array is repeated until they fit. This step repeats arrays on the way forward and undoes it on
 * the way back.
 *
 * A number that is repeated is used several times, and step 2 said what that means for its gradient: the gradients of
 * all the copies add up. So repeating forward is summing backward. Two functions say so, `broadcastTo` and `sumTo`.
 * They read the same table of places, one in each direction.
 *
 * The undoing stands in one place, in the walk. The rules of add and mul know nothing of it, so no rule can forget
 * it.
 *
 * New: broadcastTo and sumTo, elementwise ops on different shapes, a check of every gradient's shape.
 * Missing: the rules compute with raw arrays, which leave nothing on the tape. So a gradient cannot be differentiated
 * again, and there are no second derivatives. The next step writes the rules with ops.
 *
 *     npx tsx docs/steps/4-broadcasting.ts
 *
 * Previous: docs/steps/3-tape-for-arrays.ts · Next: docs/steps/5-rules-as-ops.ts
 */
import { gradientCheck, type Mistake } from './1-slope.js';
import { array, map, type NDArray, product, type Rule, transposed } from './3-tape-for-arrays.js';

// First part: arrays of different shapes. What needs no broadcasting comes from step 3.

/** The lengths of the axes. [2, 3] is two rows of three, [3] is three in a row, [] is a single number. */
export type Shape = readonly number[];

const size = (shape: Shape): number => shape.reduce((product, length) => product * length, 1);
/** Whether two shapes are equal. */
export const sameShape = (a: Shape, b: Shape): boolean => String(a) === String(b);

/**
 * The shape of an elementwise op on two arrays. Axes are compared from the last to the first. Equal lengths stay, a
 * length of 1 is repeated to the other one, and an axis that is missing counts as 1.
 *
 *     [4, 3] and [3] → [4, 3]        [4, 1] and [3] → [4, 3]        [] and [4, 3] → [4, 3]
 */
export function broadcastShape(a: Shape, b: Shape): Shape {
  const shape: number[] = [];
  for (let axis = 1; axis <= Math.max(a.length, b.length); axis++) {
    const [m, n] = [a.at(-axis) ?? 1, b.at(-axis) ?? 1];
    if (m !== n && m !== 1 && n !== 1) throw new Error(`cannot broadcast [${a}] with [${b}]: ${m} ≠ ${n}`);
    shape.unshift(m === 1 ? n : m);
  }
  return shape;
}

/**
 * The table of places: for each number of the large shape, the place of the number of the small shape that it is a
 * copy of. For [2, 3] and [3] it is 0 1 2 0 1 2; for [2, 3] and [2, 1] it is 0 0 0 1 1 1.
 */
export function placesIn(small: Shape, large: Shape): number[] {
  return Array.from({ length: size(large) }, (_, number) => {
    let rest = number;
    let place = 0;
    let stride = 1;
    // From the last axis to the first: `rest` loses one axis of the large shape after the other.
    for (let axis = 1; axis <= small.length; axis++) {
      const length = small.at(-axis)!;
      // On an axis of length 1 this adds nothing, since rest % 1 is 0: all copies have the same place.
      place += stride * (rest % length);
      rest = Math.floor(rest / large.at(-axis)!);
      stride *= length;
    }
    return place;
  });
}

/** Repeats x until it has the given shape: every number is read from its place. */
export function broadcastTo(x: NDArray, shape: Shape): NDArray {
  if (!sameShape(broadcastShape(x.shape, shape), shape))
    throw new Error(`[${x.shape}] does not broadcast to [${shape}]`);
  return { data: Float64Array.from(placesIn(x.shape, shape), (place) => x.data[place]!), shape };
}

/** The way back: every number of g is added to its place in an array of the given shape. */
export function sumTo(g: NDArray, shape: Shape): NDArray {
  if (!sameShape(broadcastShape(shape, g.shape), g.shape))
    throw new Error(`[${g.shape}] cannot be summed to [${shape}]`);
  const data = new Float64Array(size(shape));
  for (const [i, place] of placesIn(shape, g.shape).entries()) data[place]! += g.data[i]!;
  return { data, shape };
}

/** One function, applied to every pair of numbers, once the two arrays have been repeated to the same shape. */
export function zip(a: NDArray, b: NDArray, f: (a: number, b: number) => number): NDArray {
  const shape = broadcastShape(a.shape, b.shape);
  const right = broadcastTo(b, shape).data;
  return { data: broadcastTo(a, shape).data.map((number, i) => f(number, right[i]!)), shape };
}

const plus = (a: NDArray, b: NDArray): NDArray => zip(a, b, (p, q) => p + q);
const times = (a: NDArray, b: NDArray): NDArray => zip(a, b, (p, q) => p * q);

// Second part: the tape.

let made = 0;

/** An array and, if an op computed it, the node of the tape. */
export class Tensor implements NDArray {
  readonly position = made++;
  readonly data: Float64Array;
  readonly shape: Shape;

  constructor(
    { data, shape }: NDArray,
    readonly inputs: readonly Tensor[] = [],
    readonly rules: readonly Rule[] = [],
    /** Whether the op repeated its inputs, so that the walk has to sum their gradients. */
    readonly broadcast = false,
  ) {
    this.data = data;
    this.shape = shape;
  }
}

/** An elementwise op on two arrays. */
function elementwise(y: NDArray, inputs: readonly [Tensor, Tensor], rules: readonly [Rule, Rule]): Tensor {
  return new Tensor(y, inputs, rules, true);
}

/** y = a + b. The rules are those of step 3: they return gradients in the shape of y. */
export function add(a: Tensor, b: Tensor): Tensor {
  return elementwise(plus(a, b), [a, b], [(g) => g, (g) => g]);
}

/** y = a − b. */
export function sub(a: Tensor, b: Tensor): Tensor {
  const y = zip(a, b, (p, q) => p - q);
  return elementwise(y, [a, b], [(g) => g, (g) => map(g, (number) => -number)]);
}

/** y = a · b, number by number. */
export function mul(a: Tensor, b: Tensor): Tensor {
  return elementwise(times(a, b), [a, b], [(g) => times(g, b), (g) => times(g, a)]);
}

/** y = tanh x, number by number. */
export function tanh(x: Tensor): Tensor {
  const y = map(x, Math.tanh);
  return new Tensor(y, [x], [(g) => zip(g, y, (slope, number) => slope * (1 - number * number))]);
}

/** y = the sum of all numbers of x. It is sumTo forward, so its rule is broadcastTo. */
export function sum(x: Tensor): Tensor {
  return new Tensor(sumTo(x, []), [x], [(g) => broadcastTo(g, x.shape)]);
}

/** y = a · b, the matrix product. */
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
 * What one input of a node receives: its rule applied to g and, if the op broadcast, summed to the shape of the
 * input. This is the one place where broadcasting is undone.
 *
 * A gradient must have the shape of what it belongs to. Ops that do not broadcast are not summed, so that a rule
 * which returns a wrong shape is noticed here.
 */
function contribution({ inputs, rules, broadcast }: Tensor, at: number, g: NDArray): NDArray {
  const input = inputs[at]!;
  const ruled = rules[at]!(g);
  const gradient = broadcast ? sumTo(ruled, input.shape) : ruled;
  if (!sameShape(gradient.shape, input.shape))
    throw new Error(`input ${at}: gradient has shape [${gradient.shape}], the input has [${input.shape}]`);
  return gradient;
}

/**
 * The gradients of a single number with respect to everything it was computed from, each in the shape of its tensor.
 */
export function backward(output: Tensor): Map<Tensor, NDArray> {
  if (output.data.length !== 1) throw new Error(`only a single number has a gradient, not [${output.shape}]`);
  const gradients = new Map<Tensor, NDArray>([[output, map(output, () => 1)]]);
  for (const tensor of newestFirst(output)) {
    const g = gradients.get(tensor)!;
    for (const [at, input] of tensor.inputs.entries()) {
      const gradient = contribution(tensor, at, g);
      const sum = gradients.get(input);
      gradients.set(input, sum ? plus(sum, gradient) : gradient);
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

// Third part: a network follows a parabola. It needs its biases: without them, tanh turns the opposite input into the
// opposite answer, f(−x) = −f(x), while the parabola has the same height on both sides.

/** Nine points of the parabola y = x², one a row. */
const numbers = [-1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1];
const points = new Tensor(array(numbers, [9, 1]));
const squares = numbers.map((x) => x * x);
const targets = new Tensor(array(squares, [9, 1]));
const ninth = new Tensor(array([1 / 9], []));

/** Two layers: weights [1, 4], bias [4], weights [4, 1], bias [1]. */
export type Weights = readonly [w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor];

/** The weights before training. */
export function startWeights(): Weights {
  return [
    new Tensor(array([1, -0.5, 0.8, -1.2], [1, 4])),
    new Tensor(array([0.5, 0.3, -0.6, 0.1], [4])),
    new Tensor(array([0.4, -0.3, 0.2, 0.5], [4, 1])),
    new Tensor(array([0], [1])),
  ];
}

/** Each bias is added to all nine rows at once. */
export function network(x: Tensor, [w1, b1, w2, b2]: Weights): Tensor {
  return add(matmul(tanh(add(matmul(x, w1), b1)), w2), b2);
}

/** The mean of (answer − target)². The mean is the sum times a single number, which broadcasts too. */
export function lossOf(...weights: Weights): Tensor {
  const error = sub(network(points, weights), targets);
  return mul(sum(mul(error, error)), ninth);
}

/**
 * Gradient descent, for all weights or, without biases, for the two matrices only. Returns the answers at the end and
 * the loss before each step.
 */
export function train(steps: number, rate: number, biases: boolean): { answers: Tensor; losses: number[] } {
  const weights = startWeights();
  const [w1, b1, w2, b2] = weights;
  if (!biases) for (const bias of [b1, b2]) bias.data.fill(0);
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const loss = lossOf(...weights);
    losses.push(loss.data[0]!);
    const gradients = backward(loss);
    for (const weight of biases ? weights : [w1, w2]) {
      const gradient = gradients.get(weight)!;
      for (let i = 0; i < weight.data.length; i++) weight.data[i]! -= rate * gradient.data[i]!;
    }
  }
  return { answers: network(points, weights), losses };
}

/** The numbers and the shape of an array. */
const show = ({ data, shape }: NDArray): string => `[${data.join(', ')}], shape [${shape.join(', ')}]`;

/** Three decimals of each number. Adding 0 turns −0 into 0. */
const fixed = ({ data }: NDArray): string =>
  Array.from(data, (number) => (Math.round(number * 1000) / 1000 + 0).toFixed(3).padStart(6)).join('  ');

function main(): void {
  const rows = new Tensor(array([1, 2, 3, 4, 5, 6], [3, 2]));
  const bias = new Tensor(array([10, 20], [2]));
  const factors = new Tensor(array([1, 2, 3, 4, 5, 6], [3, 2]));
  const shifted = add(rows, bias);
  const gradients = backward(sum(mul(shifted, factors)));
  console.log('Three rows and a bias, multiplied by the factors 1 2, 3 4, 5 6 and summed:');
  console.log(`rows + bias        ${show(shifted)}`);
  console.log(`gradient of rows   ${show(gradients.get(rows)!)}`);
  console.log(`gradient of bias   ${show(gradients.get(bias)!)}`);

  const names = ['w1', 'b1', 'w2', 'b2'];
  const mistakes = checkGradients(lossOf, startWeights());
  console.log(
    `\ngradient check: ${names.map((name, i) => `${mistakes[i]!.length} mistakes in ${name}`).join(', ')}`,
  );

  console.log('\nThe network follows a parabola:');
  const [without, withBiases] = [train(2001, 0.3, false), train(2001, 0.3, true)];
  for (const step of [0, 10, 100, 1000, 2000]) {
    const losses = [without, withBiases].map(({ losses }) => losses[step]!.toFixed(5));
    console.log(`step ${String(step).padEnd(4)}  loss without biases ${losses[0]}, with biases ${losses[1]}`);
  }
  console.log(`wanted          ${fixed(targets)}`);
  console.log(`with biases     ${fixed(withBiases.answers)}`);
  console.log(`without biases  ${fixed(without.answers)}`);
}

if (process.argv[1]?.endsWith('4-broadcasting.ts')) main();

// ## What it prints
//
// Three rows and a bias, multiplied by the factors 1 2, 3 4, 5 6 and summed:
// rows + bias        [11, 22, 13, 24, 15, 26], shape [3, 2]
// gradient of rows   [1, 2, 3, 4, 5, 6], shape [3, 2]
// gradient of bias   [9, 12], shape [2]
//
// gradient check: 0 mistakes in w1, 0 mistakes in b1, 0 mistakes in w2, 0 mistakes in b2
//
// The network follows a parabola:
// step 0     loss without biases 0.31681, with biases 0.32795
// step 10    loss without biases 0.30754, with biases 0.13512
// step 100   loss without biases 0.30746, with biases 0.00508
// step 1000  loss without biases 0.30730, with biases 0.00046
// step 2000  loss without biases 0.30729, with biases 0.00010
// wanted           1.000   0.563   0.250   0.063   0.000   0.063   0.250   0.563   1.000
// with biases      0.988   0.581   0.251   0.055  -0.005   0.061   0.254   0.577   0.989
// without biases  -0.001   0.001   0.001   0.000   0.000   0.000  -0.001  -0.001   0.001

// ## Exercise: undo the broadcasting
//
// `npm run exercise 4-broadcasting` gives you a `sumTo` that is not finished: for some shapes it sums too little.
