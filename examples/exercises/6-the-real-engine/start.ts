/**
 * Exercise: notice overwritten values, and release the tape.
 *
 * The tape is complete and its gradients are right. Add two things that the real engine has.
 *
 * 1. Versions. `write` counts the writes to a value, and nobody looks at the count. Let `backward` throw an error that
 *    says "overwritten" if a value that a node saved has been written to since. A write to a value that no node saved,
 *    such as an input of `add`, stays allowed.
 * 2. Release. After the walk, let the nodes drop their inputs and what they saved: put empty lists there. A later walk
 *    that needs such a node has to throw an error that says "released". A walk that fails must leave the tape as it was,
 *    so that it can be repeated.
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

  constructor(
    public inputs: readonly Value[],
    public saved: readonly Value[],
    readonly rules: readonly Rule[],
  ) {}
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
  for (const { value, node } of newestFirst(output)) {
    const g = gradients.get(value)!;
    for (const [i, input] of node.inputs.entries()) {
      const gradient = node.rules[i]!(g, node.saved);
      gradients.set(input, (gradients.get(input) ?? 0) + gradient);
    }
  }
  return gradients;
}
