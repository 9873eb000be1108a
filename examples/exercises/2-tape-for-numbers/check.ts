import { apply, defineOp, type NDArray, tensor } from 'tapegrad';
import type { Exercise } from '../exercise.js';
import { asTensor, demandGradients } from '../raw.js';

type Work = typeof import('./solution.js');
type Value = import('./solution.js').Value;

export const exercise: Exercise<Work> = {
  title: 'The walk back',
  chapter: 'docs/steps/2-tape-for-numbers.ts',
  task: 'Write `backward`, which walks back over the tape and returns all gradients.',
  hint: 'When the walk visits a value, the gradient of the value has to be complete. Which of two values can have used the other: the newer or the older one?',
  names: ['Value', 'add', 'mul', 'tanh', 'backward'],
  check(work) {
    usedOnce(work);
    usedOften(work);
    usedByAnInput(work);
    network(work);
    longChain(work);
  },
};

const close = (a: number, b: number): boolean => Math.abs(a - b) < 1e-9;

/** The gradient of a leaf as the reader's walk finds it. */
function gradientOf({ backward }: Work, output: Value, leaf: Value): number {
  const gradients: unknown = backward(output);
  if (!(gradients instanceof Map)) throw new Error('backward does not return a Map.');
  const gradient: unknown = gradients.get(leaf);
  if (gradient === undefined)
    throw new Error('No gradient arrives at the inputs: the map has none for them.');
  return Number(gradient);
}

function usedOnce(work: Work): void {
  const { Value, mul, tanh } = work;
  const [a, b] = [new Value(0.5), new Value(-1.2)];
  const y = tanh(mul(a, b));
  const g = 1 - y.number ** 2;
  const got = gradientOf(work, y, a);
  if (close(got, g * b.number)) return;
  const about = `In y = tanh(a · b) the gradient of a is ${got}`;
  if (close(got, b.number))
    throw new Error(`${about}, which is the local slope alone: ratio 1/g to the true gradient.`);
  if (got === 0 || Number.isNaN(got))
    throw new Error(`${about}: the product was visited while the tanh that uses it had not yet been.`);
  throw new Error(`${about}, ${got / (g * b.number)} times the true gradient.`);
}

function usedOften(work: Work): void {
  const { Value, add, mul } = work;
  const a = new Value(3);
  const got = gradientOf(work, add(mul(a, a), a), a);
  if (close(got, 7)) return;
  const about = `In y = a · a + a, a is used three times and receives 3, 3 and 1. Its gradient is ${got}`;
  throw new Error(
    [1, 3].some((one) => close(got, one))
      ? `${about}: contributions were overwritten.`
      : `${about}: the contributions did not add up.`,
  );
}

/** y = b + b · b, where b is an input of y and also of another input of y. */
function usedByAnInput(work: Work): void {
  const { Value, add, mul, tanh } = work;
  const a = new Value(0.6);
  const b = tanh(a);
  const slope = 1 - b.number ** 2;
  const square = mul(b, b);
  for (const y of [add(b, square), add(square, b)]) {
    const got = gradientOf(work, y, a);
    if (close(got, slope * (1 + 2 * b.number))) continue;
    const [wanted, passedOn] = [1 + 2 * b.number, got / slope].map((number) => Number(number.toPrecision(4)));
    throw new Error(
      `In b = tanh(a), y = b + b · b, the gradient of b is ${wanted}, and b passed on ${passedOn}: b was visited at the wrong time, before all of its users or more than once.`,
    );
  }
}

/** A larger expression, for the gradient checker. */
function network(work: Work): void {
  const { Value, add, mul, tanh, backward } = work;
  const build = (leaves: readonly Value[]): Value => {
    let [x, y] = [leaves[0]!, leaves[1]!];
    for (const weight of leaves.slice(2)) {
      const hidden = tanh(add(mul(weight, x), y));
      [x, y] = [add(hidden, mul(hidden, y)), hidden];
    }
    return mul(x, y);
  };
  const leavesAt = ({ data }: NDArray): Value[] => Array.from(data, (number) => new Value(number));
  const op = defineOp({
    name: 'network',
    forward: ([x]: [NDArray]) => ({ data: Float64Array.of(build(leavesAt(x)).number), shape: [] }),
    save: ({ inputs: [x] }) => ({ x }),
    vjp: [
      (g, { x }) => {
        const leaves = leavesAt(x);
        const gradients = backward(build(leaves));
        const data = Float64Array.from(leaves, (leaf) => gradients.get(leaf) ?? 0);
        return g.mul(asTensor({ data, shape: x.shape }));
      },
    ],
  });
  const at = tensor([0.5, -0.7, 1.1, 0.3, -0.9], { dtype: 'float64' });
  demandGradients((x) => apply(op, [x!]), [at], ['the inputs']);
}

function longChain(work: Work): void {
  const { Value, add } = work;
  const one = new Value(1);
  let sum = one;
  for (let i = 0; i < 10_000; i++) sum = add(sum, one);
  try {
    const got = gradientOf(work, sum, one);
    if (got !== 10_001)
      throw new Error(`A number that is added up 10,001 times has the gradient 10001, and not ${got}.`);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Error('A chain of 10,000 ops overflows the stack: the walk calls itself for every op.');
  }
}
