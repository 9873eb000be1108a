import type { Exercise } from '../exercise.js';

type Work = typeof import('./solution.js');
type Value = import('./solution.js').Value;

export const exercise: Exercise<Work> = {
  title: 'Versions and release',
  chapter: 'docs/steps/6-the-real-engine.ts',
  task: 'Let the tape refuse a walk with overwritten values, and let it drop what it holds after a walk.',
  hint: 'What can only be known while a step is recorded, and so has to be noted then? And if a rule throws in the middle of a walk, which nodes must be whole for the next attempt?',
  names: ['Value', 'record', 'add', 'mul', 'tanh', 'backward'],
  check(work) {
    rightGradients(work);
    harmlessWrites(work);
    overwrittenValues(work);
    failedWalk(work);
    secondWalk(work);
    sharedNode(work);
    nothingHeld(work);
  },
};

/** What a walk returns, or the message of the error with which it ends. */
function walk({ backward }: Work, output: Value): Map<Value, number> | string {
  try {
    return backward(output);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'Error') throw error;
    return error.message;
  }
}

/** The message of the error with which the walk ends; null if it returns. */
function refusal(work: Work, output: Value): string | null {
  const said = walk(work, output);
  return typeof said === 'string' ? said : null;
}

/** Two leaves and tanh(a · b) + a. */
function program({ Value, add, mul, tanh }: Work): { a: Value; b: Value; loss: Value } {
  const [a, b] = [new Value(0.5), new Value(-1.2)];
  return { a, b, loss: add(tanh(mul(a, b)), a) };
}

function demandGradients(work: Work, when: string): void {
  const { a, b, loss } = program(work);
  const found = work.backward(loss);
  const slope = 1 - Math.tanh(a.number * b.number) ** 2;
  for (const [leaf, name, right] of [
    [a, 'a', slope * b.number + 1],
    [b, 'b', slope * a.number],
  ] as const)
    if (!(Math.abs(found.get(leaf)! - right) < 1e-12))
      throw new Error(
        `In tanh(a · b) + a the gradient of ${name} was right at the start, and is ${found.get(leaf)} ${when}.`,
      );
}

const rightGradients = (work: Work): void => demandGradients(work, 'now');

function harmlessWrites(work: Work): void {
  const { Value, add, mul, tanh } = work;
  const [a, b, bias] = [new Value(2), new Value(3), new Value(1)];
  const sum = add(mul(a, b), bias);
  bias.write(7);
  const said = refusal(work, sum);
  if (said !== null)
    throw new Error(
      `A bias was added and then written to. No rule of a sum needs its value, but the walk says: ${said}`,
    );
  const x = mul(new Value(0.3), new Value(2));
  const y = tanh(x);
  x.write(5);
  const saidOfX = refusal(work, y);
  if (saidOfX !== null)
    throw new Error(
      `The rule of tanh needs the output. The input was written to, and the walk says: ${saidOfX}`,
    );
}

function overwrittenValues(work: Work): void {
  const { Value, add, mul, tanh } = work;
  const demand = (what: string, loss: Value): void => {
    const said = refusal(work, loss);
    if (said === null)
      throw new Error(`${what} was overwritten before the walk, and the walk computed with the new number.`);
    if (!/overwritten/i.test(said))
      throw new Error(`${what} was overwritten, and the walk says something else: ${said}`);
  };
  const [a, b] = [new Value(3), new Value(4)];
  const product = add(mul(a, b), new Value(1));
  a.write(100);
  demand('A factor of mul', product);
  const y = tanh(new Value(0.3));
  const loss = add(y, y);
  y.write(0);
  demand('The output of tanh', loss);
  // A write before the op ran does no harm.
  const written = new Value(1);
  written.write(2);
  const said = refusal(work, mul(written, written));
  if (said !== null)
    throw new Error(`A value was written to before it was saved, and not since. The walk says: ${said}`);
}

/** A rule in the middle of a walk fails once. */
function failedWalk(work: Work): void {
  const { Value, record, mul } = work;
  const [a, b] = [new Value(3), new Value(4)];
  let failed = false;
  const rule = (g: number): number => {
    if (failed) return g;
    failed = true;
    throw new Error('this rule fails once');
  };
  const loss = mul(record(new Value(a.number), [a], [], [rule]), b);
  if (refusal(work, loss) !== 'this rule fails once')
    throw new Error('A rule threw an error, and the walk did not pass it on.');
  const second = walk(work, loss);
  if (typeof second === 'string')
    throw new Error(
      `A walk failed in a rule and was repeated. The failed walk has changed the tape: ${second}`,
    );
  if (second.get(a) !== 4)
    throw new Error(
      `A walk failed in a rule and was repeated. The gradient is ${second.get(a)} then: the failed walk has left something.`,
    );
}

function secondWalk(work: Work): void {
  const { loss } = program(work);
  work.backward(loss);
  demandReleased('A second walk over the same tape', refusal(work, loss));
}

/** Two losses that use one product: the walk from the first releases it for the second. */
function sharedNode(work: Work): void {
  const { Value, add, mul, tanh } = work;
  const product = mul(new Value(2), new Value(3));
  const [one, other] = [add(product, new Value(1)), tanh(product)];
  work.backward(one);
  demandReleased('A walk from another loss to a node that was walked back before', refusal(work, other));
}

function demandReleased(what: string, said: string | null): void {
  if (said === null) throw new Error(`${what} returns gradients. It should say that the tape was released.`);
  if (!/released/i.test(said)) throw new Error(`${what} does not say "released", but: ${said}`);
}

function nothingHeld(work: Work): void {
  const { loss } = program(work);
  const tape: NonNullable<Value['node']>[] = loss.node ? [loss.node] : [];
  for (const node of tape) for (const { node: behind } of node.inputs) if (behind) tape.push(behind);
  work.backward(loss);
  for (const { inputs, saved } of tape)
    if (inputs?.length || saved?.length)
      throw new Error(
        `After the walk a node still holds ${inputs?.length ?? 0} inputs and ${saved?.length ?? 0} saved values, so their memory is not free.`,
      );
}
