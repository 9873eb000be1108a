/**
 * Reverse-mode differentiation, from top to bottom.
 *
 * Running an op whose inputs need a gradient appends a {@link Node} to the tape: which op ran, on what, and
 * the values its derivative will need. A computation y = f₃(f₂(f₁(x))) thus leaves three nodes behind.
 * To differentiate, play the tape backwards: start with dy/dy = 1 and let each node turn the gradient of its
 * output into gradients of its inputs with the op's vjp rule. That is the chain rule, one op at a time:
 *
 *     x̄ = (∂f₁/∂x)ᵀ (∂f₂/∂·)ᵀ (∂f₃/∂·)ᵀ ȳ          evaluated from the right, so only vectors are ever kept
 *
 * A tensor used twice receives two gradients, and they add up: df = (∂f/∂a) da + (∂f/∂b) db.
 *
 * Read before: {@link tensor.ts}. Read next: {@link op.ts}, how an op is declared.
 */

import type { Dtype, FloatArray } from './base/array.js';
import { type Shape, sameShape } from './base/shape.js';
import { checkBackward } from './checks.js';
import {
  alreadyReleased,
  noPath,
  notASingleNumber,
  overwritten,
  wrongGrad,
  wrongGradient,
  wrongReplacement,
  wrongSeed,
} from './complaints.js';
import { lintGrowth } from './lint.js';
import { observe, observer } from './observe.js';
import type { Op } from './op.js';
import { withRecording } from './recording.js';
import { Tensor } from './tensor.js';

/**
 * Sees a gradient on its way back; may return another one like it to put in its place. It must not write to what it
 * is given: the tensor may be another one's gradient as well.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: a hook that only looks has no return statement
export type Hook = (gradient: Tensor) => Tensor | void;

/** What a node remembers: tensors its rule needs, and plain facts such as shapes. */
export type Saved = Readonly<Record<string, unknown>>;

/** An input of a node: another node's output, or a tensor that no op computed (a leaf or a constant). */
export type Source = Node | Tensor;

let position = 0;
let passes = 0;

/**
 * One entry of the tape. Nodes point to the past only, from an output to its inputs, so a graph nobody holds is
 * garbage like any other object. A node does not hold its output: what is not saved is free to go.
 */
export class Node {
  /** The output tensor, if `retainGrad()` asked to keep its gradient. */
  retained: Tensor | null = null;
  hooks: Hook[] | null = null;
  /** Where `backward()` released what this node had saved; null as long as it can be played back. */
  released: Error | null = null;
  /** How many backward passes this history reaches across: a training loop that forgets to let go makes it grow. For lint.ts. */
  span = 0;
  /** How many had run when the op did. */
  readonly pass = passes;
  /** Where the op was called; recorded while an observer watches. */
  site: Error | null = null;

  constructor(
    readonly position: number,
    readonly op: Op,
    public inputs: readonly Source[],
    readonly attrs: unknown,
    public saved: Saved,
    /** The tensors among what is saved, and their versions at the time of recording. */
    public guarded: readonly Tensor[],
    readonly versions: readonly number[],
    readonly shape: Shape,
    readonly dtype: Dtype,
  ) {}
}

/** How many backward passes have run. */
export function backwardPasses(): number {
  return passes;
}

/** How many ops have been recorded: the position of the next one. */
export function tapePosition(): number {
  return position;
}

/** Appends an op to the tape. Positions follow the order of execution: an input is always older than its output. */
export function record(output: Tensor, op: Op, inputs: readonly Tensor[], attrs: unknown): void {
  const saved = op.save({ inputs, output, attrs });
  const guarded = savedTensors(saved);
  const versions = guarded.map(versionOf);
  const { shape, dtype } = output;
  const node = new Node(position++, op, inputs.map(sourceOf), attrs, saved, guarded, versions, shape, dtype);
  for (const { node: earlier } of inputs) if (earlier) lintGrowth(node, earlier);
  // `saved` may hold the output itself: it gets its node last, so what the rule does with it can be recorded too.
  output.node = node;
}

const sourceOf = (input: Tensor): Source => input.node ?? input;
const versionOf = (tensor: Tensor): number => tensor.version;

/** The tensors among what was saved, by themselves or in lists. */
function savedTensors(saved: Saved): Tensor[] {
  const tensors: Tensor[] = [];
  for (const key in saved) {
    const value = saved[key];
    if (value instanceof Tensor) tensors.push(value);
    else if (Array.isArray(value)) for (const one of value) if (one instanceof Tensor) tensors.push(one);
  }
  return tensors;
}

/**
 * The tape behind `roots`, newest first, and which sources are on a path: those that `needsGrad`, and nodes that lead
 * back to one. What a released node led to is unknown, so it counts, unless it is older than `since`. Iterative, since
 * a deep network is a deep graph.
 */
function history(
  roots: readonly Source[],
  needsGrad: (source: Source) => boolean,
  since: number,
): { newestFirst: readonly Node[]; onPath: (source: Source) => boolean } {
  const nodes = roots.filter((root) => root instanceof Node);
  const leads = new Map<Source, boolean>(nodes.map((node) => [node, false]));
  // The list grows while it is walked, until no node has an input that was not seen.
  for (const node of nodes)
    for (const input of node.inputs)
      if (input instanceof Node && !leads.has(input)) {
        leads.set(input, false);
        nodes.push(input);
      }
  nodes.sort((a, b) => b.position - a.position);
  const onPath = (source: Source): boolean => leads.get(source) === true || needsGrad(source);
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i]!;
    if (needsGrad(node) || node.inputs.some(onPath) || (node.released && node.position >= since))
      leads.set(node, true);
  }
  return { newestFirst: nodes, onPath };
}

export interface BackwardOptions {
  /** Keep saved values, so that the same tape can be played back again. Default: `createGraph`. */
  retainGraph?: boolean;
  /** Record the backward pass itself, so that gradients can be differentiated. Default: false. */
  createGraph?: boolean;
}

/** What the library itself may ask of a pass. */
export interface PassOptions extends BackwardOptions {
  /** Differentiate towards these, instead of all leaves that require a gradient. */
  targets?: ReadonlySet<Source>;
  /** The tape position before which nothing can depend on a target. Default: 0. */
  since?: number;
  /** Whether hooks are called. Default: true. */
  hooks?: boolean;
}

/**
 * The backward pass, from the gradients of `outputs` to those of leaves or `targets`, and to where `retainGrad()`
 * asked. Gradients in flight live in a map that is local to the pass and shrinks as they are used. Saved values are
 * released at the end, so a rule or a hook that throws changes nothing.
 */
export function propagate(
  outputs: readonly (readonly [Source, Tensor])[],
  { retainGraph, createGraph = false, targets, since = 0, hooks = true }: PassOptions,
): Map<Source, Tensor> {
  const needsGrad = (source: Source): boolean =>
    targets ? targets.has(source) : source instanceof Tensor && source.requiresGrad;
  const gradients = new Map<Source, Tensor>();
  const sums = new Set<Tensor>();
  /** Keyed by the leaf or the target, and by the tensor where `retainGrad()` asked. */
  const arrived = new Map<Source, Tensor>();
  const played: Node[] = [];
  const accumulate = (source: Source, gradient: Tensor): void => {
    const sum = gradients.get(source);
    if (sum === undefined) gradients.set(source, gradient);
    // A sum made here belongs to this pass alone, and can grow in place unless it is itself on a tape.
    else if (sums.has(sum)) addInPlace(sum.data, gradient.data);
    else {
      const total = sum.add(gradient);
      gradients.set(source, total);
      if (!createGraph) sums.add(total);
    }
  };
  withRecording(createGraph, () => {
    for (const [output, gradient] of outputs) accumulate(output, gradient);
    const roots = outputs.map(([output]) => output);
    const { newestFirst, onPath } = history(roots, needsGrad, since);
    for (const node of newestFirst) {
      if (!onPath(node)) continue;
      const incoming = gradients.get(node);
      if (incoming === undefined) continue;
      gradients.delete(node);
      // From here on hooks, `.grad` and rules that hand it on unchanged may hold it: it grows no more.
      sums.delete(incoming);
      const gradient = runHooks(hooks ? node.hooks : null, incoming);
      if (node.retained) arrived.set(node.retained, gradient);
      if (targets?.has(node)) arrived.set(node, gradient);
      checkIntact(node);
      const needed = node.inputs.map((input, i) => node.op.differentiates(i) && onPath(input));
      const inputGradients = applyRule(node, gradient, needed);
      for (let i = 0; i < inputGradients.length; i++)
        if (inputGradients[i]) accumulate(node.inputs[i]!, inputGradients[i]!);
      played.push(node);
    }
    for (const [leaf, gradient] of gradients)
      if (leaf instanceof Tensor && needsGrad(leaf))
        arrived.set(leaf, runHooks(hooks ? leaf.hooks : null, gradient));
  });
  if (!(retainGraph ?? createGraph)) release(played);
  return arrived;
}

/** Calls the vjp rule of every input that needs a gradient and checks that what comes back has the input's shape. */
function applyRule(node: Node, gradient: Tensor, needed: readonly boolean[]): (Tensor | null)[] {
  const { op, saved, attrs, inputs } = node;
  const gradients = observer
    ? observe(null, () => op.pullback(gradient, saved, attrs, inputs, needed))
    : op.pullback(gradient, saved, attrs, inputs, needed);
  observer?.gradients?.(node, gradient, gradients);
  for (let i = 0; i < gradients.length; i++) {
    const g = gradients[i];
    if (g && !fits(g, inputs[i]!)) throw wrongGradient(node, i, g);
  }
  return gradients;
}

/** Whether a value is a gradient of `of`: a tensor of its shape and dtype. */
export function fits(gradient: unknown, of: { readonly shape: Shape; readonly dtype: Dtype }): boolean {
  return gradient instanceof Tensor && sameShape(gradient.shape, of.shape) && gradient.dtype === of.dtype;
}

/** Refuses to differentiate with values that are gone or were overwritten since they were saved. */
function checkIntact(node: Node): void {
  if (node.released) throw alreadyReleased(node);
  const { guarded, versions } = node;
  for (let i = 0; i < guarded.length; i++)
    if (guarded[i]!.version !== versions[i]) throw overwritten(node, guarded[i]!, versions[i]!);
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
    if (!fits(replaced, gradient)) throw wrongReplacement(replaced, gradient);
    current = replaced;
  }
  return current;
}

/**
 * Computes the gradient of `output` with respect to every leaf it was computed from and adds it to the leaf's
 * `.grad`. Then saved values are released, unless `retainGraph`.
 *
 * @param seed dLoss/dOutput; may be left out for a single element, where it is 1
 * @throws ArgumentError for options that do not exist; GraphError if nothing upstream requires a gradient, if the tape
 *   was released, or if a saved value was overwritten. Gradients are written, and values released, only after the whole pass succeeded.
 */
export function backward(output: Tensor, seed?: Tensor, options: BackwardOptions = {}): void {
  checkBackward(output, options);
  if (!output.requiresGrad) throw noPath(output.cut);
  const first = seed ?? onesFor(output);
  if (!fits(first, output)) throw wrongSeed('backward', first, output);
  passes++;
  const gradients = propagate([[output.node ?? output, first]], options);
  for (const [leaf] of gradients)
    if (leaf instanceof Tensor && leaf.grad && !fits(leaf.grad, leaf)) throw wrongGrad(leaf);
  for (const [leaf, gradient] of gradients)
    if (leaf instanceof Tensor) addToGrad(leaf, gradient, options.createGraph ?? false);
}

/** A leaf's gradient owns its storage, so that optimisers and clipping may work on it in place. */
function addToGrad(leaf: Tensor, gradient: Tensor, keepGraph: boolean): void {
  if (keepGraph) leaf.grad = leaf.grad ? leaf.grad.add(gradient) : gradient.clone();
  else if (leaf.grad === null) leaf.grad = new Tensor(gradient.data.slice(), leaf.shape);
  else leaf.grad.write((sum) => addInPlace(sum, gradient.data));
}

function addInPlace(sum: FloatArray, gradient: FloatArray): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += gradient[i]!;
}

function onesFor(output: Tensor): Tensor {
  if (output.size !== 1) throw notASingleNumber(output.shape);
  return new Tensor(output.data.slice().fill(1), output.shape);
}
