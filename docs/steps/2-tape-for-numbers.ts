/**
 * Step 2: a tape for numbers.
 *
 * Step 1 needs two runs for each slope. This step needs one run for all of them. While the program runs, it writes
 * down every operation: what went in, and how fast the result changes with each input. That record is the tape.
 * Afterwards one walk along the tape, from the result back to the start, multiplies and adds up these slopes. The
 * method is called reverse-mode automatic differentiation, or backpropagation.
 *
 * Words: an operation is an op. A node is one recorded step of the tape. A leaf is a value that no op computed, such
 * as a weight. The gradient of x is d result / d x: how much the result changes, compared to a small change of x.
 *
 * New: values that remember how they were computed, and `backward`, which walks back.
 * Missing: arrays. Every single product and every single sum is a node of its own here: 2,000 nodes for one unit with
 * 1,000 weights. The next step records one node for a whole matrix product.
 *
 *     npx tsx docs/steps/2-tape-for-numbers.ts
 *
 * Previous: docs/steps/1-slope.ts · Next: docs/steps/3-tape-for-arrays.ts
 */
import { gradientCheck } from './1-slope.js';

/** How many values have been made so far. */
let made = 0;

/**
 * A number and, if an op computed it, the node of the tape: the inputs of the op, and for each input the local slope
 * d this / d input. A leaf has no inputs.
 */
export class Value {
  /** The place on the tape. Positions follow the order of execution, so a value is always newer than its inputs. */
  readonly position = made++;

  constructor(
    /** Only training changes it, between two runs of the program. */
    public number: number,
    readonly inputs: readonly Value[] = [],
    readonly slopes: readonly number[] = [],
  ) {}
}

/** y = a + b. When a grows by a little, y grows by as much: both slopes are 1. */
export function add(a: Value, b: Value): Value {
  return new Value(a.number + b.number, [a, b], [1, 1]);
}

/** y = a · b. When a grows by a little, y grows by b times as much; and the other way round. */
export function mul(a: Value, b: Value): Value {
  return new Value(a.number * b.number, [a, b], [b.number, a.number]);
}

/** y = tanh x. The slope is 1 − y²: it needs the result only. */
export function tanh(x: Value): Value {
  const y = Math.tanh(x.number);
  return new Value(y, [x], [1 - y * y]);
}

/**
 * The tape behind a value: all that it was computed from, newest first.
 *
 * The loop over the set also visits what it adds on the way, so it ends when every input of every value is in. It
 * does not call itself: a chain of 10,000 ops would be 10,000 calls deep, and the stack would overflow.
 */
function newestFirst(output: Value): Value[] {
  const tape = new Set([output]);
  for (const value of tape) for (const input of value.inputs) tape.add(input);
  return [...tape].sort((a, b) => b.position - a.position);
}

/**
 * The gradients of `output` with respect to everything it was computed from.
 *
 * The walk starts at the output, whose gradient is 1, and passes gradients on to inputs. Two facts make it right:
 *
 * 1. The chain rule. When an input changes, the value y that was computed from it changes slope times as much; when y
 *    changes, the output changes g times as much, where g is the gradient of y. Together that is g · slope, so the
 *    input receives g · slope.
 * 2. Gradients that meet add up. A value that is used twice changes the output in two ways, and the two changes add.
 *
 * The order matters. A value may pass its gradient on only when the gradient is complete, which means when every user
 * of the value has contributed. A user is always newer than the value it uses, since an op can only take what exists
 * already. The walk goes from new to old, so all users come first.
 */
export function backward(output: Value): Map<Value, number> {
  const gradients = new Map([[output, 1]]);
  for (const value of newestFirst(output)) {
    const g = gradients.get(value)!;
    for (const [i, input] of value.inputs.entries()) {
      const sum = gradients.get(input) ?? 0;
      gradients.set(input, sum + g * value.slopes[i]!);
    }
  }
  return gradients;
}

// The tape ends here. The rest uses it: a small network learns xor.

/**
 * "Either, but not both", with −1 for no and 1 for yes. No straight line separates the yes from the no, so a network
 * needs a hidden layer to learn it.
 */
export const xor = [
  { x: -1, y: -1, target: -1 },
  { x: -1, y: 1, target: 1 },
  { x: 1, y: -1, target: 1 },
  { x: 1, y: 1, target: -1 },
] as const;

/**
 * First weights: for each of three hidden units a weight for x, one for y and a constant, then one weight for the
 * answer. They are small and all different. Units with equal weights would get equal gradients, and so stay equal for
 * ever.
 */
export const start = [0.5, -0.4, 0.1, -0.3, 0.6, -0.2, 0.4, 0.3, 0.2, 0.5, -0.6, 0.4];

/** The network: three hidden units tanh(a·x + b·y + c), and the answer is their weighted sum. */
export function network(weights: readonly Value[], x: Value, y: Value): Value {
  let answer = new Value(0);
  for (let at = 0; at < weights.length; at += 4) {
    const [a, b, c, out] = weights.slice(at, at + 4) as [Value, Value, Value, Value];
    const hidden = tanh(add(add(mul(a, x), mul(b, y)), c));
    answer = add(answer, mul(out, hidden));
  }
  return answer;
}

/** The loss: the sum of (answer − target)² over the four cases. */
export function lossOf(weights: readonly Value[]): Value {
  let loss = new Value(0);
  for (const { x, y, target } of xor) {
    const answer = network(weights, new Value(x), new Value(y));
    const error = add(answer, new Value(-target));
    loss = add(loss, mul(error, error));
  }
  return loss;
}

/**
 * Gradient descent. The gradient of a weight says how the loss grows with the weight; a small step the other way
 * makes the loss smaller. Returns the weights at the end and the loss before each step.
 */
export function train(steps: number, rate: number): { weights: Value[]; losses: number[] } {
  const weights = start.map((number) => new Value(number));
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const loss = lossOf(weights);
    losses.push(loss.number);
    const gradients = backward(loss);
    for (const weight of weights) weight.number -= rate * gradients.get(weight)!;
  }
  return { weights, losses };
}

function main(): void {
  // a is used three times: twice in a · a and once in the sum. y = a² + a, so the slope is 2a + 1.
  const a = new Value(3);
  const y = add(mul(a, a), a);
  console.log(`y = a² + a at 3: y = ${y.number}, dy/da = ${backward(y).get(a)}`);

  const weights = start.map((number) => new Value(number));
  const loss = lossOf(weights);
  const gradients = backward(loss);
  const mistakes = gradientCheck(
    (numbers) => lossOf(numbers.map((number) => new Value(number))).number,
    start,
    weights.map((weight) => gradients.get(weight)!),
  );
  console.log(`gradient check of the network: ${mistakes.length} mistakes in ${start.length} elements`);
  console.log(`nodes and leaves on the tape of the loss: ${newestFirst(loss).length}`);

  console.log('\nThe network learns xor:');
  const trained = train(101, 0.05);
  for (let step = 0; step <= 100; step += 20)
    console.log(`step ${String(step).padEnd(3)}  loss ${trained.losses[step]!.toFixed(4)}`);
  for (const { x, y, target } of xor) {
    const answer = network(trained.weights, new Value(x), new Value(y)).number;
    console.log(`${x}, ${y} → ${answer.toFixed(2)}, wanted ${target}`);
  }
}

if (process.argv[1]?.endsWith('2-tape-for-numbers.ts')) main();

// ## What it prints
//
// y = a² + a at 3: y = 12, dy/da = 7
// gradient check of the network: 0 mistakes in 12 elements
// nodes and leaves on the tape of the loss: 125
//
// The network learns xor:
// step 0    loss 4.4851
// step 20   loss 3.3072
// step 40   loss 0.6627
// step 60   loss 0.0205
// step 80   loss 0.0005
// step 100  loss 0.0000
// -1, -1 → -1.00, wanted -1
// -1, 1 → 1.00, wanted 1
// 1, -1 → 1.00, wanted 1
// 1, 1 → -1.00, wanted -1

// ## Exercise: write the walk
//
// `npm run exercise 2-tape-for-numbers` gives you the tape without `backward`. It tries what you write on values that
// are used once, on values that are used several times, and on a chain of 10,000 ops.
