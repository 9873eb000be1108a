/**
 * Solution: notice overwritten values, and release the tape.
 *
 * A node notes the versions of the values it saves, and nothing about its other inputs. The walk compares them before it
 * uses a node. Nodes are released together, when no rule can fail any more.
 */

/** A number and, if an op computed it, the node. A leaf has none. */
export class Value {
  node: Node | null = null;
  /** How often the number has been written to. */
  version = 0;

  constructor(public number: number) {}

  write(number: number): void {
    this.number = number;
    this.version++;
  }
}

/** From g, the gradient of the output, to the gradient of one input. */
export type Rule = (g: number, saved: readonly Value[]) => number;

let made = 0;

/** One recorded step: the inputs of an op, the values that its rules need, and one rule for each input. */
export class Node {
  readonly position = made++;
  readonly versions: readonly number[];
  released = false;

  constructor(
    public inputs: readonly Value[],
    public saved: readonly Value[],
    readonly rules: readonly Rule[],
  ) {
    this.versions = saved.map(({ version }) => version);
  }
}

/** Records the step that computed `output`. */
export function record(
  output: Value,
  inputs: readonly Value[],
  saved: readonly Value[],
  rules: readonly Rule[],
): Value {
  output.node = new Node(inputs, saved, rules);
  return output;
}

export const add = (a: Value, b: Value): Value =>
  record(new Value(a.number + b.number), [a, b], [], [(g) => g, (g) => g]);

export const mul = (a: Value, b: Value): Value =>
  record(
    new Value(a.number * b.number),
    [a, b],
    [a, b],
    [(g, [, b]) => g * b!.number, (g, [a]) => g * a!.number],
  );

export function tanh(x: Value): Value {
  const y = new Value(Math.tanh(x.number));
  return record(y, [x], [y], [(g, [y]) => g * (1 - y!.number ** 2)]);
}

/** The values that ops computed on the way to the output, newest first, each with its node. */
function newestFirst(output: Value): { value: Value; node: Node }[] {
  const reached = new Set([output]);
  for (const { node } of reached) for (const input of node?.inputs ?? []) reached.add(input);
  return [...reached]
    .flatMap((value) => (value.node ? [{ value, node: value.node }] : []))
    .sort((a, b) => b.node.position - a.node.position);
}

/** The gradient of the output with respect to everything that it was computed from. */
export function backward(output: Value): Map<Value, number> {
  const gradients = new Map([[output, 1]]);
  const tape = newestFirst(output);
  for (const { value, node } of tape) {
    checkIntact(node);
    const g = gradients.get(value)!;
    for (const [i, input] of node.inputs.entries()) {
      const gradient = node.rules[i]!(g, node.saved);
      gradients.set(input, (gradients.get(input) ?? 0) + gradient);
    }
  }
  for (const { node } of tape) release(node);
  return gradients;
}

function checkIntact({ released, saved, versions }: Node): void {
  if (released) throw new Error('the tape was released');
  if (saved.some(({ version }, i) => version !== versions[i]))
    throw new Error('a saved value was overwritten');
}

function release(node: Node): void {
  node.released = true;
  node.inputs = [];
  node.saved = [];
}
