/**
 * The walk back: from the gradient of an output to the gradients of the leaves it was computed from.
 */
import type { FloatArray } from '../base/array.js';
import { type Hook, Node, type Rule, type Source, Tensor } from './graph.js';
import {
  checkBackward,
  checkGrad,
  checkGradient,
  checkIntact,
  checkIsTensor,
  checkJoint,
  checkReplacement,
} from './guard/checks.js';
import { noteWalk } from './guard/lint.js';
import { tellGradients, walkQuietly } from './observe.js';
import { sourceOf, tapePosition, withRecording } from './record.js';
import { add, clone, sumTo } from './sums.js';

export interface BackwardOptions {
  /** Keep saved values, so that the same tape can be played back again. Default: `createGraph`. */
  retainGraph?: boolean;
  /** Record the walk back itself, so that gradients can be differentiated. Default: false. */
  createGraph?: boolean;
}

/**
 * Computes the gradient of `output` with respect to every leaf it was computed from, and adds it to the leaf's `.grad`.
 * Then saved values are released, unless `retainGraph`.
 *
 * @param seed dL/doutput, to start with; may be left out for a single element, where it is 1
 * @throws ArgumentError for options that do not exist; GraphError if nothing upstream requires a gradient, if the tape
 *   was released, or if a saved value was overwritten. Gradients are written, and values released, only after the whole
 *   walk succeeded.
 */
export function backward(output: Tensor, seed?: Tensor, options: BackwardOptions = {}): void {
  checkBackward(output, seed, options);
  noteWalk(tapePosition());
  const g = seed ?? new Tensor(output.data.slice().fill(1), output.shape);
  const gradients = propagate(output, g, options);
  for (const [leaf] of gradients) if (leaf instanceof Tensor) checkGrad(leaf);
  for (const [leaf, gradient] of gradients)
    if (leaf instanceof Tensor) addToGrad(leaf, gradient, options.createGraph ?? false);
}

/** What the library itself may ask of a walk. */
export interface WalkOptions extends BackwardOptions {
  /** Differentiate towards these, instead of all leaves that require a gradient. */
  targets?: ReadonlySet<Source>;
  /** The caller knows that no node with a smaller position depends on a target. Default: 0. */
  since?: number;
  /** Whether hooks are called. Default: true. */
  hooks?: boolean;
}

/**
 * Walks back from `output`, whose gradient is `seed`. Returns the gradients of the leaves (or of `targets`), and of
 * tensors with {@link retainGrad}. A rule or a hook that throws leaves the tape as it was.
 */
export function propagate(output: Tensor, seed: Tensor, options: WalkOptions): Map<Source, Tensor> {
  const { createGraph = false, retainGraph = createGraph, targets, since = 0, hooks = true } = options;
  const isTarget = (source: Source): boolean =>
    targets ? targets.has(source) : source instanceof Tensor && source.requiresGrad;
  const start = sourceOf(output);
  const { newestFirst, leads } = tapeBehind(start, isTarget, since);
  const gradients = new Gradients(createGraph);
  const found = new Map<Source, Tensor>();
  const visited: Node[] = [];
  const walk = (): void => {
    if (leads(start)) gradients.add(start, seed);
    for (const node of newestFirst) {
      const arrived = gradients.take(node);
      if (arrived === undefined) continue;
      const g = runHooks(hooks ? node.hooks : null, arrived);
      if (node.retained) found.set(node.retained, g);
      if (targets?.has(node)) found.set(node, g);
      checkIntact(node);
      const { op, inputs, saved, attrs } = node;
      const wanted = wantedInputs(node, leads);
      const joint = op.vjpAll?.(g, saved, attrs, wanted);
      if (joint) checkJoint(node, joint);
      const pulled = new Array<Tensor | null>(inputs.length).fill(null);
      for (let i = 0; i < inputs.length; i++) {
        if (!wanted[i]) continue;
        // The chain rule: from g, the gradient of the output, to the gradient of input i.
        const gradient = joint ? joint[i]! : (op.vjp![i] as Rule)(g, saved, attrs);
        if (gradient !== null) pulled[i] = undoBroadcast(node, i, gradient);
      }
      tellGradients(node, g, pulled);
      for (let i = 0; i < inputs.length; i++) if (pulled[i]) gradients.add(inputs[i]!, pulled[i]!);
      visited.push(node);
    }
    for (const [source, gradient] of gradients.bySource)
      if (source instanceof Tensor) found.set(source, runHooks(hooks ? source.hooks : null, gradient));
  };
  withRecording(createGraph, () => walkQuietly(walk));
  if (!retainGraph) release(visited);
  return found;
}

/** The nodes behind `start`, newest first, and which sources lead to a target. A loop, not a recursion: tapes are deep. */
function tapeBehind(start: Source, isTarget: (source: Source) => boolean, since: number) {
  const nodes = start instanceof Node ? [start] : [];
  const leading = new Map<Source, boolean>([[start, false]]);
  // The list grows while it is walked, until no node has an input that was not seen.
  for (const node of nodes)
    for (const input of node.inputs)
      if (input instanceof Node && !leading.has(input)) {
        leading.set(input, false);
        nodes.push(input);
      }
  nodes.sort((a, b) => b.position - a.position);
  const leads = (source: Source): boolean => leading.get(source) === true || isTarget(source);
  // Oldest first: whether a node leads to a target is known once all its inputs are. The inputs of a released node are
  // gone, so it may lead to one: the walk has to come by and say that the tape was released.
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i]!;
    if (node.inputs.some(leads) || (node.released && node.position >= since)) leading.set(node, true);
  }
  return { newestFirst: nodes, leads };
}

/** Which inputs of a node want a gradient: those with a derivative that lead to a target. */
function wantedInputs({ op, inputs }: Node, leads: (source: Source) => boolean): boolean[] {
  const wanted = new Array<boolean>(inputs.length);
  for (let i = 0; i < inputs.length; i++)
    wanted[i] = (op.vjp === null || op.vjp[i] !== 'zero') && leads(inputs[i]!);
  return wanted;
}

/** The one place where gradients are summed back over what an op has broadcast. */
function undoBroadcast(node: Node, i: number, gradient: Tensor): Tensor {
  checkIsTensor(node, i, gradient);
  const fitting = node.op.broadcast ? sumTo(gradient, node.inputs[i]!.shape) : gradient;
  checkGradient(node, i, fitting);
  return fitting;
}

/** Gradients on their way: one for each source that the walk has found users of and not yet reached. */
class Gradients {
  readonly bySource = new Map<Source, Tensor>();
  /** The sums that were allocated here. Nobody else holds them, so they may grow in place. */
  private readonly own = new Set<Tensor>();

  constructor(private readonly recorded: boolean) {}

  /** Adds a contribution to the gradient of a source: each use of a value contributes. */
  add(source: Source, contribution: Tensor): void {
    const sum = this.bySource.get(source);
    if (sum === undefined) this.bySource.set(source, contribution);
    else if (this.own.has(sum)) addInPlace(sum.data, contribution.data);
    else {
      // The first contribution may be somebody's: a rule may have returned g itself. So the first sum is a new tensor.
      const total = add(sum, contribution);
      this.bySource.set(source, total);
      if (!this.recorded) this.own.add(total);
    }
  }

  /** Removes and returns the gradient of a node's output. From here on others may hold it. */
  take(node: Node): Tensor | undefined {
    const gradient = this.bySource.get(node);
    if (gradient === undefined) return undefined;
    this.bySource.delete(node);
    this.own.delete(gradient);
    return gradient;
  }
}

/** Adds to a leaf's `.grad`, which owns its storage: optimisers and clipping may work on it in place. */
function addToGrad(leaf: Tensor, gradient: Tensor, recorded: boolean): void {
  if (recorded) leaf.grad = leaf.grad ? add(leaf.grad, gradient) : clone(gradient);
  else if (leaf.grad === null) leaf.grad = new Tensor(gradient.data.slice(), leaf.shape);
  else leaf.grad.write((sum) => addInPlace(sum, gradient.data));
}

function addInPlace(sum: FloatArray, gradient: FloatArray): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += gradient[i]!;
}

function release(nodes: readonly Node[]): void {
  const site = new Error();
  for (const node of nodes) {
    node.saved = {};
    node.guarded = [];
    node.inputs = [];
    node.released = site;
  }
}

function runHooks(hooks: readonly Hook[] | null, gradient: Tensor): Tensor {
  let current = gradient;
  for (const hook of hooks ?? []) {
    const replaced = hook(current) ?? current;
    checkReplacement(replaced, gradient);
    current = replaced;
  }
  return current;
}
