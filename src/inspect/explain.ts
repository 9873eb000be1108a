/**
 * Explains in words why a tensor has no gradient, and what a tape did, step by step.
 *
 * A tape holds constants and leaves, and ops are pure. So {@link explain} can run the ops again to show values that nobody
 * kept, and then walk back to show gradients.
 *
 * Previous: src/inspect/anomaly.ts · Next: src/nn/module.ts
 */

import { propagate } from '../autograd/backward.js';
import { Node, type Source, Tensor } from '../autograd/graph.js';
import { walksSoFar } from '../autograd/guard/lint.js';
import { cutBy } from '../autograd/guard/messages.js';
import { type Observer, observe } from '../autograd/observe.js';
import { noGrad } from '../autograd/record.js';
import { formatShape, GraphError } from '../base/errors.js';
import { alignedTable, range, short } from '../base/format.js';
import { atUserLine } from '../base/site.js';
import { needTensors } from '../base/words.js';

/** The reason why `grad` is null, or the news that it is not. */
export interface GradExplanation {
  readonly reason:
    | 'has-gradient'
    | 'not-tracked'
    | 'detached'
    | 'created-under-noGrad'
    | 'not-retained'
    | 'no-backward-yet'
    | 'unused-in-loss'
    | 'leaf-not-reached';
  readonly message: string;
}

/**
 * Why `tensor.grad` is null. Pass the loss too, before its backward, to learn whether the loss depends on the tensor.
 * @example explainGrad(w, loss).message
 */
export function explainGrad(tensor: Tensor, loss?: Tensor): GradExplanation {
  needTensors('explainGrad', ...(loss === undefined ? [tensor] : [tensor, loss]));
  const label = tensor.name || 'this tensor';
  if (tensor.grad)
    return {
      reason: 'has-gradient',
      message: `${label} has a gradient of shape ${formatShape(tensor.grad.shape)}`,
    };
  if (tensor.cut?.by === 'detach')
    return {
      reason: 'detached',
      message: `${label} was detached${atUserLine(tensor.cut.site.stack)}; no gradient flows back through it`,
    };
  if (tensor.cut?.by === 'noGrad')
    return {
      reason: 'created-under-noGrad',
      message: `${label} was computed under noGrad()${atUserLine(tensor.cut.site.stack)}, so it is a constant`,
    };
  if (tensor.cut) return { reason: 'not-tracked', message: `${label} is a constant: ${cutBy(tensor.cut)}` };
  if (!tensor.requiresGrad)
    return {
      reason: 'not-tracked',
      message: `${label} does not ask for a gradient; create it with { requiresGrad: true }`,
    };
  if (tensor.node && !tensor.node.retained)
    return {
      reason: 'not-retained',
      message: `${label} was computed by ${tensor.node.op.name}; gradients of computed tensors are kept only if you call retainGrad() before backward()`,
    };
  if (loss && loss.node?.released == null) {
    if (dependsOn(loss, tensor))
      return { reason: 'no-backward-yet', message: `the loss depends on ${label}; call backward() on it` };
    const cut = loss.cut ?? cutUpstream(loss);
    const where = cut ? `; ${cutBy(cut)}` : '';
    return { reason: 'leaf-not-reached', message: `the loss does not depend on ${label}${where}` };
  }
  if (walksSoFar() === 0) return { reason: 'no-backward-yet', message: `no backward() has run yet` };
  return {
    reason: 'unused-in-loss',
    message: `backward() ran, but ${label} was not used in the loss, or its grad was reset since`,
  };
}

/** Every node `root` was computed from, oldest first. */
export function tapeOf(root: Tensor): Node[] {
  needTensors('tapeOf', root);
  const seen = new Set<Node>();
  const todo: Node[] = root.node ? [root.node] : [];
  for (const node of todo) seen.add(node);
  for (let node = todo.pop(); node; node = todo.pop())
    for (const input of node.inputs)
      if (input instanceof Node && !seen.has(input)) {
        seen.add(input);
        todo.push(input);
      }
  return [...seen].sort((a, b) => a.position - b.position);
}

const dependsOn = (loss: Tensor, tensor: Tensor): boolean =>
  loss === tensor || tapeOf(loss).some((node) => node === tensor.node || node.inputs.includes(tensor));

function cutUpstream(loss: Tensor): Tensor['cut'] {
  // Masks and positions, which ops without a derivative computed, are constants on purpose and no explanation.
  for (const node of tapeOf(loss))
    for (const input of node.inputs)
      if (input instanceof Tensor && typeof input.cut?.by === 'string') return input.cut;
  return null;
}

/** One step of a tape with everything there is to show. */
export interface TapeStep {
  readonly node: Node;
  /** 1 for the oldest. */
  readonly number: number;
  /** The output, computed again. */
  readonly value: Tensor;
  /** The gradient of the root towards this output; null where none flows. */
  readonly gradient: Tensor | null;
  /** Names of the inputs: `#3` for step 3, a tensor's name, or its shape. */
  readonly inputs: readonly string[];
}

/**
 * Runs the ops on the tape of `root` again and, for a single number, walks back, and returns what happened at each step.
 * The tape stays as it was, and no hook is called.
 */
export function replay(root: Tensor): {
  steps: TapeStep[];
  leaves: { tensor: Tensor; gradient: Tensor | null }[];
} {
  needTensors('replay', root);
  const nodes = tapeOf(root);
  if (nodes.some((node) => node.released))
    throw new GraphError(
      'explain',
      'this tape was already walked back by backward() and released; explain the loss before backward(), or pass backward({ retainGraph: true })',
    );
  const numbers = new Map<Source, number>(nodes.map((node, i) => [node, i + 1]));
  const values = new Map<Source, Tensor>();
  const computed = (source: Source): Tensor => (source instanceof Tensor ? source : values.get(source)!);
  noGrad(() => {
    for (const node of nodes) {
      const { data, shape } = node.op.forward(node.inputs.map(computed), node.attrs);
      values.set(node, new Tensor(data, shape));
    }
  });
  const gradients = gradientsOf(root, nodes);
  const label = (source: Source): string =>
    source instanceof Node
      ? `#${numbers.get(source)}`
      : source.name || (source.size === 1 ? short(source.data[0]!) : formatShape(source.shape));
  const leaves = [...new Set(nodes.flatMap((node) => node.inputs))].filter(
    (input) => input instanceof Tensor && input.requiresGrad,
  ) as Tensor[];
  return {
    steps: nodes.map((node, i) => ({
      node,
      number: i + 1,
      value: values.get(node)!,
      gradient: gradients.get(node) ?? null,
      inputs: node.inputs.map(label),
    })),
    leaves: leaves.map((tensor) => ({ tensor, gradient: gradients.get(tensor) ?? null })),
  };
}

function gradientsOf(root: Tensor, nodes: readonly Node[]): Map<Source, Tensor> {
  if (root.size !== 1 || !root.node) return new Map();
  const incoming = new Map<Source, Tensor>();
  const collector: Observer = { gradients: (node, gradient) => void incoming.set(node, gradient) };
  const targets = new Set<Source>(
    nodes.flatMap((node) => node.inputs).filter((input) => input instanceof Tensor && input.requiresGrad),
  );
  const arrived = observe(collector, () =>
    propagate(root, undefined, { retainGraph: true, targets, hooks: false }),
  );
  return new Map([...incoming, ...arrived]);
}

/**
 * The tape behind a tensor as text: one line a step with op, inputs, shape, value range and (for a single number)
 * the range of the gradient, then the leaves.
 * @throws GraphError if the tape was released by backward()
 */
export function explain(root: Tensor): string {
  needTensors('explain', root);
  if (!root.node)
    return `${root.name || 'this tensor'} ${formatShape(root.shape)} was not computed by a recorded op: there is no tape behind it`;
  const { steps, leaves } = replay(root);
  const header = ['step', 'op', 'inputs', 'shape', 'value', 'gradient'];
  const rows = steps.map(({ node, number, value, gradient, inputs }) => [
    `#${number}`,
    node.op.name,
    inputs.join(', '),
    formatShape(value.shape),
    range(value.data),
    gradient ? range(gradient.data) : '–',
  ]);
  const leafRows = leaves.map(({ tensor, gradient }) => [
    'leaf',
    tensor.name || '–',
    '',
    formatShape(tensor.shape),
    range(tensor.data),
    gradient ? range(gradient.data) : '–',
  ]);
  return alignedTable([header, ...rows, ...leafRows]);
}
