/**
 * Step 5: rules written as ops.
 *
 * The walk back computes too: it multiplies, adds and transposes. In steps 3 and 4 it did so with raw arrays, and
 * nothing was recorded. Here the rules are written with the same ops as everything else. So the walk leaves a tape of
 * its own, and that tape can be walked back as well: second derivatives, and derivatives of any order, need no
 * further rule.
 *
 * An op is now data: a name, a forward on raw arrays, what it saves for its rules, and one rule for each input. A
 * node says which op ran on which inputs. That is all there is, and the real engine is built of the same parts under
 * the same names: Op, Node, Tensor, apply, backward.
 *
 * New: ops as data, rules on tensors, `grad`, derivatives of any order.
 * Missing, and what the next step looks for in the real engine:
 *
 * - leaves that ask for a gradient. Here everything is recorded and differentiated, constants and every walk
 *   included.
 * - release. Here the saved arrays live as long as the tape does.
 * - versions. Here nothing notices that an array was overwritten after an op had saved it.
 * - hooks. Here nobody can look at a gradient on its way.
 * - errors that say where in the program an op was called.
 *
 *     npx tsx docs/steps/5-rules-as-ops.ts
 *
 * Previous: docs/steps/4-broadcasting.ts · Next: docs/steps/6-the-real-engine.ts
 */
import { gradientCheck } from './1-slope.js';
import { array, map, type NDArray, product, transposed } from './3-tape-for-arrays.js';
import { broadcastTo as repeated, type Shape, sameShape, sumTo as summed, zip } from './4-broadcasting.js';

// First part: what an op is, and how it is recorded. The arithmetic with raw arrays comes from steps 3 and 4.

/** One recorded step of the tape: the op that ran, on what, and what it saved for its rules. */
export interface Node {
  /** The place on the tape, in the order of execution. */
  readonly position: number;
  readonly op: Op;
  readonly inputs: readonly Tensor[];
  readonly saved: unknown;
}

/** An array and, if an op computed it, the node of the tape. A leaf has none. */
export class Tensor implements NDArray {
  readonly data: Float64Array;
  readonly shape: Shape;
  node: Node | null = null;

  constructor({ data, shape }: NDArray) {
    this.data = data;
    this.shape = shape;
  }
}

/** The vjp of one input: from g, the gradient of the output, to the gradient of the input, written with ops. */
export type Vjp<S> = (g: Tensor, saved: S) => Tensor;

/** An op as its author writes it. I is the list of its inputs, S is what it saves. */
export interface OpDefinition<I extends readonly NDArray[], S> {
  readonly name: string;
  /** The op repeats its inputs, so the walk sums their gradients back. */
  readonly broadcast?: boolean;
  /** The value, from raw arrays. */
  readonly forward: (inputs: I) => NDArray;
  /** What the rules need to know later. An op whose rules need nothing leaves it out. */
  readonly save?: (recorded: { inputs: { [K in keyof I]: Tensor }; output: Tensor }) => S;
  /** One rule for each input. */
  readonly vjp: { readonly [K in keyof I]: Vjp<S> };
}

/** An op as the tape sees it: any number of inputs, and saved things that only its own rules understand. */
export type Op = OpDefinition<readonly NDArray[], unknown>;

/** Declares an op. The compiler checks that every input has a rule and that rules use only what is saved. */
export function defineOp<I extends readonly NDArray[], S>(definition: OpDefinition<I, S>): Op {
  return definition as unknown as Op;
}

let position = 0;

/** Runs an op and records it. */
export function apply(op: Op, inputs: readonly Tensor[]): Tensor {
  const output = new Tensor(op.forward(inputs));
  const saved = op.save?.({ inputs, output });
  output.node = { position: position++, op, inputs, saved };
  return output;
}

// Second part: the ops. Each is a forward and, beside it, one rule for each input.

type One = [NDArray];
type Two = [NDArray, NDArray];

/** A single number as a tensor. */
export const scalar = (number: number): Tensor => new Tensor(array([number], []));
const one = scalar(1);

/** y = a + b   ⇒   ā = g,   b̄ = g, where ā means the gradient of a */
export function add(a: Tensor, b: Tensor): Tensor {
  return apply(ADD, [a, b]);
}
const ADD = defineOp({
  name: 'add',
  broadcast: true,
  forward: ([a, b]: Two) => zip(a, b, (p, q) => p + q),
  vjp: [(g) => g, (g) => g],
});

/** y = a − b   ⇒   ā = g,   b̄ = −g */
export function sub(a: Tensor, b: Tensor): Tensor {
  return apply(SUB, [a, b]);
}
const SUB = defineOp({
  name: 'sub',
  broadcast: true,
  forward: ([a, b]: Two) => zip(a, b, (p, q) => p - q),
  vjp: [(g) => g, (g) => neg(g)],
});

/** y = −x   ⇒   x̄ = −g */
export function neg(x: Tensor): Tensor {
  return apply(NEG, [x]);
}
const NEG = defineOp({
  name: 'neg',
  forward: ([x]: One) => map(x, (number) => -number),
  vjp: [(g) => neg(g)],
});

/** y = a · b, number by number   ⇒   ā = g · b,   b̄ = g · a */
export function mul(a: Tensor, b: Tensor): Tensor {
  return apply(MUL, [a, b]);
}
const MUL = defineOp({
  name: 'mul',
  broadcast: true,
  forward: ([a, b]: Two) => zip(a, b, (p, q) => p * q),
  save: ({ inputs: [a, b] }) => ({ a, b }),
  vjp: [(g, { b }) => mul(g, b), (g, { a }) => mul(g, a)],
});

/**
 * y = tanh x   ⇒   x̄ = g · (1 − y²)
 *
 * What is saved is the tensor y with its node, not its numbers alone. The slope 1 − y² depends on x by way of y, and
 * a second derivative has to follow that way.
 */
export function tanh(x: Tensor): Tensor {
  return apply(TANH, [x]);
}
const TANH = defineOp({
  name: 'tanh',
  forward: ([x]: One) => map(x, Math.tanh),
  save: ({ output }) => ({ y: output }),
  vjp: [(g, { y }) => mul(g, sub(one, mul(y, y)))],
});

/** y = a · b, the matrix product   ⇒   ā = g · bᵀ,   b̄ = aᵀ · g */
export function matmul(a: Tensor, b: Tensor): Tensor {
  return apply(MATMUL, [a, b]);
}
const MATMUL = defineOp({
  name: 'matmul',
  forward: ([a, b]: Two) => product(a, b),
  save: ({ inputs: [a, b] }) => ({ a, b }),
  vjp: [(g, { b }) => matmul(g, transpose(b)), (g, { a }) => matmul(transpose(a), g)],
});

/** y = xᵀ   ⇒   x̄ = gᵀ */
export function transpose(x: Tensor): Tensor {
  return apply(TRANSPOSE, [x]);
}
const TRANSPOSE = defineOp({
  name: 'transpose',
  forward: ([x]: One) => transposed(x),
  vjp: [(g) => transpose(g)],
});

/**
 * y = x, repeated to a larger shape   ⇒   x̄ = g, summed to the shape of x. The op depends on the shape: it is made
 * here.
 */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  const BROADCAST_TO = defineOp({
    name: 'broadcastTo',
    forward: ([x]: One) => repeated(x, shape),
    save: ({ inputs: [x] }) => ({ before: x.shape }),
    vjp: [(g, { before }) => sumTo(g, before)],
  });
  return apply(BROADCAST_TO, [x]);
}

/**
 * y = x, summed to a smaller shape   ⇒   x̄ = g, repeated to the shape of x. The two ops are each other's rule. A
 * tensor that has the shape already is returned as it is.
 */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const SUM_TO = defineOp({
    name: 'sumTo',
    forward: ([x]: One) => summed(x, shape),
    save: ({ inputs: [x] }) => ({ before: x.shape }),
    vjp: [(g, { before }) => broadcastTo(g, before)],
  });
  return apply(SUM_TO, [x]);
}

/** y = the sum of all numbers of x, a single number. */
export function sum(x: Tensor): Tensor {
  return sumTo(x, []);
}

/** y = x   ⇒   x̄ = g. A tensor of its own with the same numbers; `grad` says what it is good for. */
export function copy(x: Tensor): Tensor {
  return apply(COPY, [x]);
}
const COPY = defineOp({ name: 'copy', forward: ([x]: One) => map(x, (number) => number), vjp: [(g) => g] });

// Third part: the walk back.

/** The tensors that ops computed on the way to the output, newest first. */
function newestFirst(output: Tensor): { tensor: Tensor; node: Node }[] {
  const reached = new Set([output]);
  for (const { node } of reached) for (const input of node?.inputs ?? []) reached.add(input);
  return [...reached]
    .flatMap((tensor) => (tensor.node ? [{ tensor, node: tensor.node }] : []))
    .sort((a, b) => b.node.position - a.node.position);
}

/** What one input of a node receives, in the shape of the input: the one place where broadcasting is undone. */
function contribution({ op, inputs, saved }: Node, at: number, g: Tensor): Tensor {
  const { shape } = inputs[at]!;
  const ruled = op.vjp[at]!(g, saved);
  const gradient = op.broadcast ? sumTo(ruled, shape) : ruled;
  if (!sameShape(gradient.shape, shape))
    throw new Error(
      `${op.name}, input ${at}: gradient has shape [${gradient.shape}], the input has [${shape}]`,
    );
  return gradient;
}

/**
 * The gradients of a single number with respect to everything it was computed from.
 *
 * This is the walk of step 4. But the rules, `sumTo` and `add` are ops now, so the gradients in the map were recorded
 * like any other tensor, and something computed from a gradient can be given to `backward` as well. The map belongs
 * to one walk: the next walk starts with a map of its own, and the two do not disturb each other.
 */
export function backward(output: Tensor): Map<Tensor, Tensor> {
  if (output.data.length !== 1) throw new Error(`only a single number has a gradient, not [${output.shape}]`);
  const gradients = new Map([[output, new Tensor(map(output, () => 1))]]);
  for (const { tensor, node } of newestFirst(output)) {
    const g = gradients.get(tensor)!;
    for (const [at, input] of node.inputs.entries()) {
      const gradient = contribution(node, at, g);
      const sum = gradients.get(input);
      gradients.set(input, sum ? add(sum, gradient) : gradient);
    }
  }
  return gradients;
}

/**
 * The derivative as a function: grad(f)(x) is the gradient of f at x, and grad(grad(f)) is the second derivative.
 *
 * f runs on a copy of x. In grad((x) => grad((y) => mul(x, y))(x)), the inner function gets the tensor x as its y,
 * and it uses x as a constant as well. Its derivative is x. Without the copy x and y would be the same leaf, and the
 * inner walk would return the derivative of x · x. The op `copy` leads from y back to x, so that the outer walk still
 * finds it.
 */
export function grad(f: (x: Tensor) => Tensor): (x: Tensor) => Tensor {
  return (x) => {
    const at = copy(x);
    return backward(f(at)).get(at) ?? new Tensor(map(x, () => 0));
  };
}

// The engine ends here. The rest looks at derivatives.

/** x³. */
export const cube = (x: Tensor): Tensor => mul(mul(x, x), x);

/**
 * The squared length of the gradient of f at x: how steep f is. As a part of a loss it is called a gradient penalty.
 */
export function gradientPenalty(f: (x: Tensor) => Tensor): (x: Tensor) => Tensor {
  return (x) => {
    const gradient = grad(f)(x);
    return sum(mul(gradient, gradient));
  };
}

function main(): void {
  console.log('x³ at 2:');
  let f = cube;
  for (const name of ['value', 'first derivative', 'second derivative', 'third derivative']) {
    console.log(`${name.padEnd(17)}  ${f(scalar(2)).data[0]}`);
    f = grad(f);
  }

  console.log('\nThe second derivative of tanh, and the formula −2y(1 − y²):');
  for (const x of [-1, 0, 0.5, 2]) {
    const y = Math.tanh(x);
    const second = grad(grad(tanh))(scalar(x)).data[0]!;
    console.log(
      `${String(x).padEnd(4)}  ${second.toFixed(12).padStart(15)}  ${(-2 * y * (1 - y * y)).toFixed(12).padStart(15)}`,
    );
  }

  console.log('\nThe squared length of the gradient of Σ x³ is Σ 9x⁴. Its gradient is 36x³:');
  const cubes = (x: Tensor): Tensor => sum(cube(x));
  const x = new Tensor(array([1, 2, 3], [3]));
  console.log(`at 1, 2, 3: ${grad(gradientPenalty(cubes))(x).data.join(', ')}`);

  const weights = new Tensor(array([0.5, -0.3, 0.8, 0.2], [2, 2]));
  const layer = (x: Tensor): Tensor => sum(tanh(matmul(x, weights)));
  const point = array([0.4, -0.7], [1, 2]);
  const mistakes = gradientCheck(
    (numbers) => gradientPenalty(layer)(new Tensor(array(numbers, [1, 2]))).data[0]!,
    [...point.data],
    [...grad(gradientPenalty(layer))(new Tensor(point)).data],
  );
  console.log(`gradient check of the same for a layer tanh(x · W): ${mistakes.length} mistakes`);
}

if (process.argv[1]?.endsWith('5-rules-as-ops.ts')) main();

// ## What it prints
//
// x³ at 2:
// value              8
// first derivative   12
// second derivative  12
// third derivative   6
//
// The second derivative of tanh, and the formula −2y(1 − y²):
// -1     0.639700008449   0.639700008449
// 0      0.000000000000   0.000000000000
// 0.5   -0.726861981384  -0.726861981384
// 2     -0.136218687427  -0.136218687427
//
// The squared length of the gradient of Σ x³ is Σ 9x⁴. Its gradient is 36x³:
// at 1, 2, 3: 36, 288, 972
// gradient check of the same for a layer tanh(x · W): 0 mistakes

// ## Exercise: a rule that can be differentiated
//
// `npm run exercise 5-rules-as-ops` gives you an op whose rule computes with raw numbers. Its first derivative is
// right, and its second derivative is lost. Write the rule with ops.
