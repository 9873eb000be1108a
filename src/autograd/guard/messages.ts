/** What the engine says when it cannot do what was asked. */
import { formatShape, GraphError } from '../../base/errors.js';
import { tagOf } from '../../base/kind.js';
import type { Shape } from '../../base/shape.js';
import { atUserLine } from '../../base/site.js';
import { formatKind, kindOf } from '../../base/words.js';
import type { Cut, Node, Op, Tensor } from '../graph.js';

/** What a gradient is compared with: the tensor it belongs to, or the node of that tensor. */
export type Kind = Pick<Tensor, 'shape' | 'dtype'>;

/** Where the steps were run that an observer wants to name later. */
const sites = new WeakMap<Node, Error>();

export function rememberSite(node: Node, site: Error): void {
  sites.set(node, site);
}

/** ` (train.ts:14)`, where a step was run; nothing unless {@link rememberSite} was told. */
export function atSite(node: Node): string {
  const site = sites.get(node);
  return site ? atUserLine(site.stack) : '';
}

export function alreadyReleased({ op, released }: Node): GraphError {
  return new GraphError(
    'backward',
    `the tape behind this tensor was already walked back${atUserLine(released!.stack)} and its saved values were released (at ${op.name}). ` +
      'Compute the loss anew for every step; if a value is carried over from the last step, detach() it. ' +
      'To walk the same tape twice on purpose, pass backward({ retainGraph: true }) the first time.',
  );
}

export function wrongForward(op: Op, data: unknown, { dtype }: Kind): GraphError {
  const name = ArrayBuffer.isView(data) ? tagOf(data) : kindOf(data);
  return new GraphError(
    op.name,
    `its forward returned ${name} as data, and its inputs are ${dtype}; allocate the result as theirs, x.data.map(…) or x.data.slice(), and let astype convert`,
  );
}

export function sharedForward({ name }: Op): GraphError {
  return new GraphError(
    name,
    'its forward returned the array of one of its inputs; return a copy, also of a part',
  );
}

/** What a saved tensor is called: by its own name, or by that under which it was saved. */
export function savedName({ saved }: Node, value: Tensor): string {
  return value.name || Object.keys(saved).find((key) => [saved[key]].flat().includes(value))!;
}

export function overwritten(node: Node, value: Tensor, savedVersion: number): GraphError {
  return new GraphError(
    node.op.name,
    `needs the value of ${savedName(node, value)} ${formatShape(value.shape)} it saved${atSite(node)}, but that tensor was written to since ` +
      `(version ${value.version}, saved at ${savedVersion}). Call backward() before you change it, or give the op a clone()`,
  );
}

export function wrongGradient({ op, inputs }: Node, i: number, gradient: Tensor): GraphError {
  const input = inputs[i]!;
  return new GraphError(
    op.name,
    `the gradient of input ${i} has shape ${formatKind(gradient)}, the input has ${formatKind(input)}; mend its vjp rule, or declare the op with broadcast: true`,
  );
}

export function wrongGrad(leaf: Tensor): GraphError {
  return new GraphError(
    'backward',
    `the grad of ${leaf.name || 'a tensor'} was set to ${kindOf(leaf.grad)}, and the tensor has ${formatKind(leaf)}; set it to null, or to a Tensor like it`,
  );
}

export function wrongReplacement(replaced: unknown, gradient: Kind): GraphError {
  return new GraphError(
    'registerHook',
    `the hook returned ${kindOf(replaced)}, the gradient has ${formatKind(gradient)}; return a Tensor like it, or nothing to leave it as it is`,
  );
}

export function notSaved({ name }: Op, read: readonly string[], saved: readonly string[]): GraphError {
  return new GraphError(
    name,
    `its rule reads ${read.join(' and ')}, which save does not return; it returns ${saved.join(', ') || 'nothing'}. Return all that rules read: save: ({ inputs: [x], output: y }) => ({ x, y })`,
  );
}

export function wrongSeed(op: string, seed: unknown, output: Kind): GraphError {
  return new GraphError(
    op,
    `the gradient passed in is ${kindOf(seed)}, the output has ${formatKind(output)}; pass a Tensor like it, as from tensor(…, { dtype: '${output.dtype}' })`,
  );
}

export function wrongTangent(op: string, i: number, tangent: unknown, input: Kind): GraphError {
  return new GraphError(
    op,
    `tangent ${i} is ${kindOf(tangent)}, its input has ${formatKind(input)}; pass a Tensor like it, as from tensor(…, { dtype: '${input.dtype}' })`,
  );
}

export function notASingleNumber(output: Shape): GraphError {
  return new GraphError(
    'backward',
    `the output has shape ${formatShape(output)}, and only a single number has a gradient of its own. Did you mean loss.mean() or loss.sum()? Or pass backward(g) with g of shape ${formatShape(output)}`,
  );
}

/** What cut the way back, and where. */
export function cutBy({ by, site }: Cut): string {
  const line = atUserLine(site.stack);
  return typeof by === 'string'
    ? `a path was cut by ${by}()${line}`
    : `${by.op} has no derivative, so nothing leads back through it${line}`;
}

export function noPath(cut: Cut | null): GraphError {
  const where = cut ? `: ${cutBy(cut)}` : '';
  return new GraphError(
    'backward',
    `the output does not depend on any tensor that requires a gradient${where}. Create parameters with { requiresGrad: true } and compute the loss from them`,
  );
}
