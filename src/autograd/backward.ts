/**
 * The walk back: from the gradient of an output to the gradients of the leaves it was computed from.
 *
 * Previous: src/autograd/sums.ts · Next: src/ops/arithmetic.ts
 */
import { allocateLike, copied, type FloatArray } from '../base/array.js';
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
import { NOTHING } from './op.js';
import { sourceOf, tapePosition, withRecording } from './record.js';
import { add, clone, sumTo } from './sums.js';

/** The inputs of a leaf, and what a released node still holds. */
const NONE: readonly never[] = Object.freeze([]);

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
  else if (tensor.grad === null) tensor.grad = new Tensor(copied(gradient.data), tensor.shape);
  else tensor.grad.write((sum) => addInPlace(sum, gradient.data));
}

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
  /** Is given each contribution to a target, in the order in which the walk would add them up. Then the walk does not. */
  arrive?: (target: Source, contribution: Tensor) => void;
}

/** Walks back from `output` and returns the gradients found; then releases the nodes it visited, unless `retainGraph`. */
export function propagate(
  output: Tensor,
  seed: Tensor | undefined,
  options: WalkOptions,
): Map<Source, Tensor> {
  const { found, visited } = walkBack(output, seed, options);
  if (!(options.retainGraph ?? options.createGraph)) release(visited);
  return found;
}

/**
 * Walks back from `output`, whose gradient is `seed` (1 if left out), and finds the gradients of the targets, and of tensors
 * with `retainGrad()`. Nodes that lead to no target are passed over. Changes nothing but what hooks change.
 */
function walkBack(output: Tensor, seed: Tensor | undefined, options: WalkOptions) {
  const { createGraph = false, targets, since = 0, hooks = true, arrive } = options;
  const isTarget = (source: Source): boolean =>
    targets ? targets.has(source) : source instanceof Tensor && source.requiresGrad;
  const newestFirst = tapeBehind(sourceOf(output), isTarget, since);
  const start = newestFirst[0]!;
  const found = new Map<Source, Tensor>();
  const visited: Node[] = [];
  const walk = (): void => {
    if (start.leads) start.gradient = seed ?? new Tensor(allocateLike(output.data).fill(1), output.shape);
    for (const stop of newestFirst) {
      const complete = stop.take();
      // Nothing has arrived: the stop leads to no target, or no user of its tensor has a derivative by it.
      if (complete === null) continue;
      const { source: node, inputs } = stop;
      const g = hooks ? runHooks(node.hooks, complete) : complete;
      if (isTarget(node)) found.set(node, g);
      if (node instanceof Tensor) continue; // a leaf: here a way back ends
      if (node.retained) found.set(node.retained, g);
      checkIntact(node); // throws if the node was released, or if a saved tensor was written to
      tellObserverGradient(node, g);
      const { op, saved, attrs } = node;
      const joint = op.vjpAll?.(g, saved, attrs, inputs.map(doesLead));
      if (joint) checkJoint(node, joint);
      const contributions = new Array<Tensor | null>(inputs.length).fill(null);
      for (let i = 0; i < inputs.length; i++) {
        if (!inputs[i]!.leads || op.vjp?.[i] === 'zero') continue;
        // The chain rule: from the gradient of the node's output to the contribution for its input i.
        const ruled = joint ? joint[i] : (op.vjp![i] as Rule)(g, saved, attrs);
        if (joint && !ruled) continue; // a joint rule contributes nothing here
        checkRuled(node, i, ruled);
        contributions[i] = op.broadcast ? sumTo(ruled!, node.inputs[i]!.shape) : ruled!;
        checkContribution(node, i, contributions[i]!);
        if (arrive && isTarget(inputs[i]!.source)) arrive(inputs[i]!.source, contributions[i]!);
        else inputs[i]!.add(contributions[i]!, createGraph);
      }
      tellObserverGradients(node, g, contributions);
      visited.push(node);
    }
  };
  withRecording(createGraph, () => walkQuietly(output, () => explainRules(walk)));
  return { found, visited };
}

/** A source that a walk comes to, and the gradient that has arrived there so far. */
class Stop {
  /** The stops of the inputs; none for a leaf, where the way back ends. */
  inputs: readonly Stop[] = NONE;
  /** Whether the source is a target, or has an input that leads to one. Only then a gradient is worth computing. */
  leads = false;
  gradient: Tensor | null = null;
  /** Whether `gradient` is a sum that {@link add} made. Nobody else holds such a sum, so it can grow in place. */
  private own = false;

  /** The position of the node; −1 for a leaf, which counts as older than every node. */
  readonly position: number;

  constructor(readonly source: Source) {
    this.position = source instanceof Node ? source.position : -1;
  }

  add(contribution: Tensor, recorded: boolean): void {
    if (this.gradient === null) this.gradient = contribution;
    else if (this.own) addInPlace(this.gradient.data, contribution.data);
    else {
      // The first contribution may be the gradient of another source too (the rules of `add` return g itself), so it
      // must not grow in place. The first sum is a new tensor. Where the walk is recorded, nothing grows in place.
      this.gradient = add(this.gradient, contribution);
      this.own = !recorded;
    }
  }

  /** Hands the gradient over. A rule may return this very tensor, for two inputs even, so the walk does not keep it. */
  take(): Tensor | null {
    const { gradient } = this;
    this.gradient = null;
    return gradient;
  }
}

const doesLead = ({ leads }: Stop): boolean => leads;

/**
 * Collects the stops from `first` on back, newest first and leaves last, and finds out which of them lead to a target: targets
 * do, and nodes with an input that does. A tape may be deep, so this is a loop and no recursion.
 */
function tapeBehind(first: Source, isTarget: (source: Source) => boolean, since: number): Stop[] {
  const stops: Stop[] = [];
  const stopAt = (source: Source): Stop => {
    // The place may be one in the list of an earlier walk.
    if (stops[source.place]?.source === source) return stops[source.place]!;
    source.place = stops.length;
    stops.push(new Stop(source));
    return stops.at(-1)!;
  };
  stopAt(first);
  // The list grows while the loop runs, until every input of a listed node is listed too, but for nodes that are too old.
  for (const stop of stops)
    if (stop.source instanceof Node && stop.position >= since) stop.inputs = stop.source.inputs.map(stopAt);
  stops.sort((a, b) => b.position - a.position);
  // The oldest stop comes first here. A released node has lost its inputs and counts as leading, so that the walk visits
  // it and throws an error.
  for (let i = stops.length - 1; i >= 0; i--) {
    const { source, inputs } = stops[i]!;
    const gone = source instanceof Node && source.released !== null && source.position >= since;
    stops[i]!.leads = gone || isTarget(source) || inputs.some(doesLead);
  }
  return stops;
}

function addInPlace(sum: FloatArray, gradient: FloatArray): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += gradient[i]!;
}

function release(nodes: readonly Node[]): void {
  const site = new Error();
  for (const node of nodes) {
    node.attrs = node.saved = NOTHING;
    node.guarded = node.inputs = NONE;
    node.released = site;
  }
}

function runHooks(hooks: readonly Hook[] | null, gradient: Tensor): Tensor {
  if (hooks === null) return gradient;
  let current = gradient;
  for (const hook of hooks) {
    const replaced = hook(current) ?? current;
    checkReplacement(replaced, gradient);
    current = replaced;
  }
  return current;
}
