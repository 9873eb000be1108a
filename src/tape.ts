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
import {
  alreadyReleased,
  noPath,
  notASingleNumber,
  overwritten,
  promiseReturned,
  wrongGradient,
  wrongReplacement,
  wrongSeed,
} from './complaints.js';
import type { Dtype, FloatArray } from './kernels/array.js';
import { lintGrowth } from './lint.js';
import type { Op } from './op.js';
import { type Shape, sameShape } from './shape.js';
import { type Cut, settled, Tensor } from './tensor.js';

/** Sees a gradient on its way back; may return another one of the same shape to put in its place. */
// biome-ignore lint/suspicious/noConfusingVoidType: a hook that only looks has no return statement
export type Hook = (gradient: Tensor) => Tensor | void;

/** What a node remembers: tensors its rule needs, and plain facts such as shapes. */
export type Saved = Readonly<Record<string, unknown>>;

/** An input of a node: another node's output, or a tensor that no op computed (a leaf or a constant). */
export type Source = Node | Tensor;

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
  /** How many backward passes this history reaches across: a training loop that forgets to let go makes it grow. */
  span = 0;
  readonly pass = passes;
  /** Where the op was called; recorded while an observer watches. */
  site: Error | null = null;

  constructor(
    readonly position: number,
    readonly op: Op,
    public inputs: readonly Source[],
    readonly attrs: unknown,
    public saved: Saved,
    /** Versions of the saved tensors at the time of recording. */
    readonly versions: readonly number[],
    readonly shape: Shape,
    readonly dtype: Dtype,
  ) {}
}

let recording = true;
let position = 0;
let passes = 0;

/** True while ops leave nodes on the tape. */
export function isRecording(): boolean {
  return recording;
}

/** How many backward passes have run. */
export function backwardPasses(): number {
  return passes;
}

/** How many ops have been recorded: the position of the next one. */
export function tapePosition(): number {
  return position;
}

/** Appends an op to the tape. Its position is the order of execution: an input is always older than its output. */
export function record(output: Tensor, op: Op, inputs: readonly Tensor[], attrs: unknown): void {
  const saved = op.save({ inputs, output, attrs });
  const versions: number[] = [];
  for (const key in saved) {
    const value = saved[key];
    if (value instanceof Tensor) versions.push(value.version);
  }
  // An output that its own rule needs is saved before it points to its node, yet must be differentiable: same object.
  const sources = inputs.map((input) => input.node ?? input);
  output.node = new Node(position++, op, sources, attrs, saved, versions, output.shape, output.dtype);
  lintGrowth(output.node);
}

/**
 * Everything `roots` were computed from, newest first: the tape played backwards. Only nodes for which `needed`
 * leaves lie upstream are kept. Iterative, since a deep network is a deep graph.
 */
function history(roots: Iterable<Source>, needsGrad: (leaf: Source) => boolean, since: number): Node[] {
  const seen = new Set<Node>();
  const todo = [...roots].filter((root) => root instanceof Node);
  for (const root of todo) seen.add(root);
  for (let node = todo.pop(); node !== undefined; node = todo.pop())
    for (const input of node.inputs)
      if (input instanceof Node && !seen.has(input)) {
        seen.add(input);
        todo.push(input);
      }
  const oldestFirst = [...seen].sort((a, b) => a.position - b.position);
  const onPath = new Set<Source>();
  for (const node of oldestFirst)
    if (
      needsGrad(node) ||
      node.inputs.some((input) => onPath.has(input) || needsGrad(input)) ||
      (node.released && node.position >= since)
    )
      onPath.add(node);
  return oldestFirst.filter((node) => onPath.has(node)).reverse();
}

export interface BackwardOptions {
  /** Keep saved values, so that the same tape can be played back again. Default: `createGraph`. */
  retainGraph?: boolean;
  /** Record the backward pass itself, so that gradients can be differentiated. Default: false. */
  createGraph?: boolean;
}

/**
 * The backward pass: from the gradients of `outputs` to those of `targets` (all leaves that require one, if left
 * out). Gradients in flight live in a map that is local to the pass and shrinks as they are used.
 */
export function propagate(
  outputs: readonly (readonly [Source, Tensor])[],
  { retainGraph, createGraph = false }: BackwardOptions,
  targets?: ReadonlySet<Source>,
  since = 0,
): Map<Source, Tensor> {
  const needsGrad = (source: Source): boolean =>
    targets ? targets.has(source) : source instanceof Tensor && source.requiresGrad;
  const gradients = new Map<Source, Tensor>();
  const arrived = new Map<Source, Tensor>();
  const sums = new Set<Tensor>();
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
  const site = new Error();
  withRecording(createGraph, () => {
    for (const [output, gradient] of outputs) accumulate(output, gradient);
    const nodes = history(
      outputs.map(([output]) => output),
      needsGrad,
      since,
    );
    const onPath = new Set<Source>(nodes);
    for (const node of nodes) {
      let gradient = gradients.get(node);
      gradients.delete(node);
      if (gradient === undefined) continue;
      // From here on hooks, `.grad` and rules that hand it on unchanged may hold it: it grows no more.
      sums.delete(gradient);
      gradient = runHooks(node.hooks, gradient);
      if (node.retained) arrived.set(node.retained, gradient);
      if (targets?.has(node)) arrived.set(node, gradient);
      checkIntact(node);
      const needed = node.inputs.map(
        (input, i) => node.op.differentiates(i) && (onPath.has(input) || needsGrad(input)),
      );
      const inputGradients = applyRule(node, gradient, needed);
      for (let i = 0; i < inputGradients.length; i++)
        if (inputGradients[i]) accumulate(node.inputs[i]!, inputGradients[i]!);
      if (!(retainGraph ?? createGraph)) release(node, site);
    }
    for (const [leaf, gradient] of gradients)
      if (leaf instanceof Tensor && needsGrad(leaf)) arrived.set(leaf, runHooks(leaf.hooks, gradient));
  });
  return arrived;
}

/** Calls the vjp rule of every input that needs a gradient and checks that what comes back has the input's shape. */
function applyRule(node: Node, gradient: Tensor, needed: readonly boolean[]): (Tensor | null)[] {
  const gradients = observe(null, () =>
    node.op.pullback(gradient, node.saved, node.attrs, node.inputs, needed),
  );
  observer?.gradients?.(node, gradient, gradients);
  for (let i = 0; i < gradients.length; i++) {
    const g = gradients[i];
    const input = node.inputs[i]!;
    if (g && !fits(g, input)) throw wrongGradient(node, i, g);
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
  let i = 0;
  for (const key in node.saved) {
    const value = node.saved[key];
    if (value instanceof Tensor && value.version !== node.versions[i++])
      throw overwritten(node, key, value, node.versions[i - 1]!);
  }
}

function release(node: Node, site: Error): void {
  node.saved = {};
  node.inputs = [];
  node.released = site;
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
 * `.grad`. Saved values are released on the way unless `retainGraph`.
 *
 * @param seed dLoss/dOutput; may be left out for a single element, where it is 1
 * @throws GraphError if nothing upstream requires a gradient, if the tape was released, or if a saved value was
 *   overwritten. Gradients are written only after the whole pass succeeded.
 */
export function backward(output: Tensor, seed?: Tensor, options: BackwardOptions = {}): void {
  if (!output.requiresGrad) throw noPath(output.cut);
  const first = seed ?? onesFor(output);
  if (!fits(first, output)) throw wrongSeed('backward', first, output);
  passes++;
  const gradients = propagate([[output.node ?? output, first]], options);
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

let noGradSite: Error | null = null;

/** Runs `fn` without recording: what it computes are constants. For evaluation, and for updates of parameters. */
export function noGrad<T>(fn: () => T): T {
  const before = noGradSite;
  noGradSite = new Error();
  try {
    return withRecording(false, fn);
  } finally {
    noGradSite = before;
  }
}

/** The reason an op that would have been recorded was not. */
export function cutByNoGrad(): Cut | null {
  return noGradSite && { by: 'noGrad', site: settled(noGradSite) };
}

/** Runs `fn` with recording switched on or off and restores the switch, whatever happens in between. */
export function withRecording<T>(on: boolean, fn: () => T): T {
  const before = recording;
  recording = on;
  try {
    const value = fn();
    if (value instanceof Promise) throw promiseReturned(on);
    return value;
  } finally {
    recording = before;
  }
}

/** Someone who watches the tape at work: anomaly detection, tape pictures, the gradient checker. */
export interface Observer {
  /** After an op ran; `output.node` is its node if it was recorded. */
  forward?(op: Op, inputs: readonly Tensor[], output: Tensor, attrs: unknown): void;
  /** After a node's rules ran, before the gradients travel on. */
  gradients?(node: Node, gradient: Tensor, inputGradients: readonly (Tensor | null)[]): void;
}

export let observer: Observer | null = null;

/** Runs `fn` while `watcher`, and nobody else, is told of every op and every rule. What rules compute inside is not told. */
export function observe<T>(watcher: Observer | null, fn: () => T): T {
  const before = observer;
  observer = watcher;
  try {
    return fn();
  } finally {
    observer = before;
  }
}
