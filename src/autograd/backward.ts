/**
 * The walk back: from the gradient of an output to the gradients of the leaves it was computed from.
 *
 * Previous: src/autograd/sums.ts · Next: src/ops/arithmetic.ts
 */
import type { FloatArray } from '../base/array.js';
import { type Hook, Node, type Rule, type Source, Tensor } from './graph.js';
import {
  checkBackward,
  checkContribution,
  checkGrads,
  checkIntact,
  checkJoint,
  checkReplacement,
  checkRuled,
  explainRules,
} from './guard/checks.js';
import { countWalk, showWalk } from './guard/lint.js';
import { tellObserverGradient, tellObserverGradients, walkQuietly } from './observe.js';
import { sourceOf, tapePosition, withRecording } from './record.js';
import { add, clone, sumTo } from './sums.js';

export interface BackwardOptions {
  /** Keep what nodes saved, so that the same tape can be walked again. Default: the value of `createGraph`, because the tape of gradients runs into this one. */
  retainGraph?: boolean;
  /** Record what the rules do, so that gradients can be differentiated. Default: false. */
  createGraph?: boolean;
}

/**
 * Computes the gradients of the leaves from which `output` was computed and which ask for one, and adds each to the `.grad`
 * of its leaf.
 *
 * @param seed dL/doutput, with which the walk starts. If left out, L is `output` itself, a single number, and the seed is
 *   1. If L is computed from `output` by something that is not on the tape, pass the gradient of `output`
 * @throws ArgumentError for options that do not exist; GraphError if nothing before `output` requires a gradient, if the
 *   tape was released, or if a saved value was overwritten. An error leaves the tape and every `.grad` as they were.
 */
export function backward(output: Tensor, seed?: Tensor, options: BackwardOptions = {}): void {
  checkBackward(output, seed, options);
  countWalk(tapePosition());
  const { createGraph = false, retainGraph = createGraph } = options;
  const { found, visited } = walkBack(output, seed, options);
  checkGrads(found.keys());
  // Every check has passed. From here on nothing fails.
  if (!retainGraph) release(visited);
  withRecording(createGraph, () => {
    for (const [tensor, gradient] of found)
      if (tensor instanceof Tensor) addToGrad(tensor, gradient, createGraph);
  });
  showWalk(found.keys());
}

/** Adds to a `.grad`, which owns its numbers: optimisers and clipping may change them in place. */
function addToGrad(tensor: Tensor, gradient: Tensor, recorded: boolean): void {
  if (recorded) tensor.grad = tensor.grad ? add(tensor.grad, gradient) : clone(gradient);
  else if (tensor.grad === null) tensor.grad = new Tensor(gradient.data.slice(), tensor.shape);
  else tensor.grad.write((sum) => addInPlace(sum, gradient.data));
}

/** dL/doutput; undefined stands for 1, where `output` is L. */
type Seed = Tensor | undefined;

/** What functional.ts and inspect/ may ask of a walk besides. */
export interface WalkOptions extends BackwardOptions {
  /** The sources whose gradients are wanted. Default: every leaf that asks for its gradient. */
  targets?: ReadonlySet<Source>;
  /**
   * For derivatives of a function by its inputs: the number of nodes made before the function ran. Older nodes do not
   * depend on the inputs, so it is no error if one was released. Default: 0.
   */
  since?: number;
  /** Whether hooks are called. Default: true. */
  hooks?: boolean;
}

/** Walks back from `output` and returns the gradients found; then releases the nodes it visited, unless `retainGraph`. */
export function propagate(output: Tensor, seed: Seed, options: WalkOptions): Map<Source, Tensor> {
  const { found, visited } = walkBack(output, seed, options);
  if (!(options.retainGraph ?? options.createGraph)) release(visited);
  return found;
}

/**
 * Walks back from `output`, whose gradient is `seed` (1 if left out), and finds the gradients of the targets, and of tensors
 * with `retainGrad()`. Nodes that lead to no target are passed over. Changes nothing but what hooks change.
 */
function walkBack(output: Tensor, seed: Seed, options: WalkOptions) {
  const { createGraph = false, targets, since = 0, hooks = true } = options;
  const isTarget = (source: Source): boolean =>
    targets ? targets.has(source) : source instanceof Tensor && source.requiresGrad;
  const start = sourceOf(output);
  const { newestFirst, leads } = tapeBehind(start, isTarget, since);
  const gradients = new Gradients(createGraph);
  const found = new Map<Source, Tensor>();
  const visited: Node[] = [];
  const walk = (): void => {
    if (leads(start)) gradients.add(start, seed ?? new Tensor(output.data.slice().fill(1), output.shape));
    for (const node of newestFirst) {
      const complete = gradients.take(node);
      // Nothing has arrived: the node leads to no target, or no user of its output has a derivative by it.
      if (complete === undefined) continue;
      const g = hooks ? runHooks(node.hooks, complete) : complete;
      if (node.retained) found.set(node.retained, g);
      if (targets?.has(node)) found.set(node, g);
      checkIntact(node); // throws if the node was released, or if a saved tensor was written to
      tellObserverGradient(node, g);
      const { op, inputs, saved, attrs } = node;
      const needed = neededInputs(node, leads);
      const joint = op.vjpAll?.(g, saved, attrs, needed);
      if (joint) checkJoint(node, joint);
      const contributions = new Array<Tensor | null>(inputs.length).fill(null);
      for (let i = 0; i < inputs.length; i++) {
        if (!needed[i]) continue;
        // The chain rule: from the gradient of the node's output to the contribution for its input i.
        const ruled = joint ? joint[i] : (op.vjp![i] as Rule)(g, saved, attrs);
        if (joint && !ruled) continue; // a joint rule contributes nothing here
        checkRuled(node, i, ruled);
        contributions[i] = op.broadcast ? sumTo(ruled!, inputs[i]!.shape) : ruled!;
        checkContribution(node, i, contributions[i]!);
        gradients.add(inputs[i]!, contributions[i]!);
      }
      tellObserverGradients(node, g, contributions);
      visited.push(node);
    }
    // Every node that got a gradient has been visited, so the gradients that are left belong to leaves that are targets.
    for (const [leaf, gradient] of gradients.bySource)
      found.set(leaf, hooks ? runHooks(leaf.hooks, gradient) : gradient);
  };
  withRecording(createGraph, () => walkQuietly(output, () => explainRules(walk)));
  return { found, visited };
}

/**
 * Collects the tape of `start`, newest node first, and finds out which sources lead to a target: targets do, and nodes with
 * an input that does. Only these will get gradients. A tape may be deep, so this is a loop and no recursion.
 */
function tapeBehind(start: Source, isTarget: (source: Source) => boolean, since: number) {
  const nodes = start instanceof Node ? [start] : [];
  const leading = new Map<Source, boolean>([[start, false]]);
  // The list grows while the loop runs, until every node that is an input of a listed one is listed too.
  for (const node of nodes)
    for (const input of node.inputs)
      if (input instanceof Node && !leading.has(input)) {
        leading.set(input, false);
        nodes.push(input);
      }
  nodes.sort((a, b) => b.position - a.position);
  const leads = (source: Source): boolean => leading.get(source) === true || isTarget(source);
  // The oldest node comes first here: a node leads to a target if one of its inputs does. A released node has lost its
  // inputs and counts as leading, so that the walk visits it and throws an error.
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i]!;
    if (node.inputs.some(leads) || (node.released && node.position >= since)) leading.set(node, true);
  }
  return { newestFirst: nodes, leads };
}

/** Says for each input of a node whether its gradient is needed: the op has a derivative, and the input leads to a target. */
function neededInputs({ op, inputs }: Node, leads: (source: Source) => boolean): boolean[] {
  const needed = new Array<boolean>(inputs.length);
  for (let i = 0; i < inputs.length; i++) needed[i] = op.vjp?.[i] !== 'zero' && leads(inputs[i]!);
  return needed;
}

/** The gradients that a walk has begun to sum and not yet used. */
class Gradients {
  readonly bySource = new Map<Source, Tensor>();
  /** The sums that `add` has made. Nobody else holds them, so they can grow in place. */
  private readonly own = new Set<Tensor>();

  constructor(private readonly recorded: boolean) {}

  add(source: Source, contribution: Tensor): void {
    const sum = this.bySource.get(source);
    if (sum === undefined) this.bySource.set(source, contribution);
    else if (this.own.has(sum)) addInPlace(sum.data, contribution.data);
    else {
      // The first contribution may be the gradient of another source too (the rules of `add` return g itself), so it
      // must not grow in place. The first sum is a new tensor. Where the walk is recorded, nothing grows in place.
      const total = add(sum, contribution);
      this.bySource.set(source, total);
      if (!this.recorded) this.own.add(total);
    }
  }

  /**
   * Removes and returns the gradient of a node's output. A rule may return this very tensor, for two inputs even, so it is
   * no longer a sum that nobody else holds.
   */
  take(node: Node): Tensor | undefined {
    const gradient = this.bySource.get(node);
    if (gradient === undefined) return undefined;
    this.bySource.delete(node);
    this.own.delete(gradient);
    return gradient;
  }
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
