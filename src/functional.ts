/**
 * Derivatives of functions instead of tensors, to any order. Each runs the function on inputs that are recorded afresh and
 * walks back with `propagate`, so that nothing is added to any `.grad`.
 *
 * Previous: src/ops/loss.ts · Next: src/inspect/anomaly.ts
 */

import { type BackwardOptions, propagate } from './autograd/backward.js';
import { type Source, Tensor } from './autograd/graph.js';
import { checkSeed, checkTangents } from './autograd/guard/checks.js';
import { isRecording, sourceOf, tapePosition, withRecording } from './autograd/record.js';
import { clone } from './autograd/sums.js';
import { copied } from './base/array.js';
import { ArgumentError, formatShape, GraphError } from './base/errors.js';
import { kindOf } from './base/kind.js';
import { checkOptions, needFlag, needFunction, needList, needTensors, refusePromise } from './base/words.js';
import { add, mul } from './ops/arithmetic.js';
import { full } from './ops/create.js';
import { sum } from './ops/reduce.js';
import { reshape, stack } from './ops/shape.js';

type Fn = (...inputs: Tensor[]) => Tensor;
/** The gradients of a function: a tensor for one argument, a tuple for several. */
export type Gradients<F extends Fn> = GradientsOf<Parameters<F>>;
// Over a type parameter of its own, the mapped type of a tuple is a tuple and can be destructured.
type GradientsOf<P extends readonly unknown[], One = Tensor> = P extends [Tensor]
  ? One
  : { [K in keyof P]: One };
/** The Hessian of a function: a tensor for one argument, a tuple of tuples for several. */
export type Hessians<F extends Fn> = GradientsOf<Parameters<F>, Gradients<F>>;

/**
 * An input to differentiate by: a copy whose node leads back to the input, so that derivatives nest, or, unless
 * `connected`, a leaf.
 */
function track(op: string, input: Tensor, connected: boolean): Tensor {
  needTensors(op, input);
  if (connected && input.requiresGrad) return clone(input).named(input.name);
  const leaf = input.detach();
  leaf.requiresGrad = true;
  return leaf;
}

const filled = ({ shape, dtype }: Tensor, value: number): Tensor => full(shape, value, { dtype });

const copyOf = ({ data, shape }: Tensor): Tensor => new Tensor(copied(data), shape);

export interface GradientsOptions extends BackwardOptions {
  /** dResult/dOutput; may be left out for a single element, where it is 1. */
  seed?: Tensor;
}

/**
 * Gradients of `output` towards `inputs`, each in storage of its own; zeros where it does not depend on one.
 * Recorded if `createGraph`; the tape is kept if `retainGraph`, which is `createGraph` unless given.
 * @throws GraphError for more than one element without a seed, or a seed unlike the output
 */
export function gradients(
  output: Tensor,
  inputs: readonly Tensor[],
  options: GradientsOptions = {},
): Tensor[] {
  needTensors('gradients', output);
  needList('gradients', inputs, 'the inputs in a list');
  needTensors('gradients', ...inputs);
  checkOptions('gradients', options, { seed: null, createGraph: needFlag, retainGraph: needFlag });
  return pull('gradients', output, inputs, options, 0);
}

/**
 * @param op the public function that was called, for messages
 * @param since the position of the tape before which no node depends on the inputs
 */
function pull(
  op: string,
  output: Tensor,
  inputs: readonly Tensor[],
  { seed, createGraph = false, retainGraph = createGraph }: GradientsOptions,
  since: number,
): Tensor[] {
  if (seed !== undefined) checkSeed(op, seed, output);
  else if (output.size !== 1)
    throw new GraphError(
      op,
      `the ${op === 'gradients' ? 'output has' : 'function returned'} shape ${formatShape(output.shape)}; only a single number has a gradient of its own. Reduce it with sum() or mean(), or use vjp or jacobian`,
    );
  const targets = new Set(inputs.map(sourceOf));
  const found = propagate(output, seed, { retainGraph, createGraph, targets, since });
  // A rule may return the gradient it was given, so a result may be another one's gradient too. The caller gets copies.
  return withRecording(createGraph, () =>
    inputs.map((input) => {
      const gradient = found.get(sourceOf(input));
      if (!gradient) return filled(input, 0);
      return createGraph ? clone(gradient) : copyOf(gradient);
    }),
  );
}

/** A function that ran on tracked inputs. */
interface Run {
  readonly output: Tensor;
  readonly tracked: readonly Tensor[];
  /** The tape position at which it began. */
  readonly since: number;
}

/** Runs `f` on tracked inputs, recording whatever the surrounding switch says. */
function run(op: string, f: Fn, inputs: readonly Tensor[]): Run {
  const connected = isRecording();
  const since = tapePosition();
  return withRecording(true, () => {
    const tracked = inputs.map((input) => track(op, input, connected));
    const output = f(...tracked);
    refusePromise(op, output, 'await first, then differentiate what is computed at once');
    if (!(output instanceof Tensor))
      throw new ArgumentError(op, `the function returned ${kindOf(output)}; expected a Tensor`);
    return { output, tracked, since };
  });
}

/**
 * Whether the result of a run can be differentiated again: whether it depends on a tensor that requires a gradient and is
 * not one of the leaves made for the run. Such a tensor is an argument, a weight that the function uses, or an input of a
 * surrounding derivative.
 */
function reachesOut(result: Tensor, leaves: readonly Tensor[], since: number): boolean {
  const seen = new Set<Source>([sourceOf(result)]);
  // The set grows while the loop runs.
  for (const at of seen) {
    if (at instanceof Tensor ? at.requiresGrad && !leaves.includes(at) : at.position < since) return true;
    if (!(at instanceof Tensor)) for (const input of at.inputs) seen.add(input);
  }
  return false;
}

/** The output for the caller: a constant, unless it can be differentiated again. */
const handOut = (output: Tensor, again: boolean): Tensor => (again ? output : copyOf(output));

/**
 * The value of a scalar function together with its gradient. Calls nest: the gradient of a gradient is a second derivative.
 * Value and gradient can be differentiated further, by an argument or by a weight that `f` uses, if these require a
 * gradient. In a loop that moves the argument, where this is not wanted, call it within `noGrad`.
 * @example valueAndGrad((x) => x.square().sum())(tensor([1, 2]))   // { value: 5, gradient: [2, 4] }
 */
export function valueAndGrad<F extends Fn>(
  f: F,
): (...inputs: Parameters<F>) => { value: Tensor; gradient: Gradients<F> } {
  return slopeOf('valueAndGrad', f);
}

/** {@link valueAndGrad} for a function of this name, which its errors begin with. */
function slopeOf<F extends Fn>(
  op: string,
  f: F,
): (...inputs: Parameters<F>) => { value: Tensor; gradient: Gradients<F> } {
  needFunction(op, f, 'a function of tensors');
  return (...inputs) => {
    const { output, tracked, since } = run(op, f, inputs);
    const again = isRecording() && reachesOut(output, tracked, since);
    const found = pull(op, output, tracked, { createGraph: again }, since);
    return { value: handOut(output, again), gradient: onePerArgument(found) };
  };
}

/** What was found for each argument, as it is handed out: by itself for one argument, in a list for several. */
function onePerArgument<T, Out>(found: readonly T[]): Out {
  return (found.length === 1 ? found[0] : found) as Out;
}

/** The gradient of a scalar function: a function with the same arguments that returns one gradient an argument. */
export function grad<F extends Fn>(f: F): (...inputs: Parameters<F>) => Gradients<F> {
  const both = slopeOf('grad', f);
  return (...inputs) => both(...inputs).gradient;
}

/**
 * Vector-Jacobian product: f's value at the inputs, and gᵀ·J for any cotangent g of the output's shape and dtype.
 * The pullback may be called any number of times.
 */
export function vjp<F extends Fn>(
  f: F,
  ...inputs: Parameters<F>
): { value: Tensor; pullback: (g: Tensor) => Gradients<F> } {
  return linearised('vjp', f, inputs);
}

/** {@link vjp} for a function of this name, which its errors begin with. */
function linearised<F extends Fn>(
  op: string,
  f: F,
  inputs: Parameters<F>,
): { value: Tensor; pullback: (g: Tensor) => Gradients<F> } {
  needFunction(op, f, 'a function of tensors');
  const { output, tracked, since } = run(op, f, inputs);
  const again = reachesOut(output, tracked, since);
  const pullback = (g: Tensor): Gradients<F> => {
    const createGraph = isRecording() && (again || g?.requiresGrad === true);
    return onePerArgument(pull(op, output, tracked, { seed: g, createGraph, retainGraph: true }, since));
  };
  return { value: handOut(output, again), pullback };
}

/**
 * Jacobian-vector product: the derivative of f at `inputs` in the direction `tangents`, J·v. It is found by
 * differentiating twice: u ↦ Jᵀu is linear in u, and the transpose of its Jacobian Jᵀ is J.
 */
export function jvp(
  f: Fn,
  inputs: readonly Tensor[],
  tangents: readonly Tensor[],
): { value: Tensor; tangent: Tensor } {
  needFunction('jvp', f, 'a function of tensors');
  checkTangents('jvp', inputs, tangents);
  const { output, tracked, since } = run('jvp', f, inputs);
  const u = track('jvp', filled(output, 0), false);
  const pulled = pull('jvp', output, tracked, { seed: u, createGraph: true }, since);
  const along = withRecording(true, () =>
    pulled.map((g, i) => sum(mul(g, tangents[i]!))).reduce((a, b) => add(a, b)),
  );
  const again = isRecording() && reachesOut(along, [...tracked, u], since);
  const [tangent] = pull('jvp', along, [u], { createGraph: again }, since);
  const value = handOut(output, isRecording() && reachesOut(output, tracked, since));
  return { value, tangent: tangent! };
}

/** Hessian-vector product of a scalar function of one tensor, H·v: the gradient of ⟨∇f, v⟩, without ever forming H. */
export function hvp(f: (x: Tensor) => Tensor, x: Tensor, v: Tensor): Tensor {
  needTensors('hvp', x, v);
  checkTangents('hvp', [x], [v]);
  const slope = slopeOf('hvp', f);
  return slopeOf('hvp', (at: Tensor) => sum(mul(slope(at).gradient, v)))(x).gradient;
}

/**
 * The Jacobian of a function, shape [...output, ...input]: one pullback an output element. A tuple of Jacobians, one an
 * argument, for several arguments.
 */
export function jacobian<F extends Fn>(f: F): (...inputs: Parameters<F>) => Gradients<F> {
  return rowsOf('jacobian', f);
}

/** {@link jacobian} for a function of this name, which its errors begin with. */
function rowsOf<F extends Fn>(op: string, f: F): (...inputs: Parameters<F>) => Gradients<F> {
  needFunction(op, f, 'a function of tensors');
  return (...inputs) => {
    const { value, pullback } = linearised(op, f, inputs);
    const rows = Array.from({ length: value.size }, (_, i) => {
      const unit = filled(value, 0);
      unit.data[i] = 1;
      return [pullback(unit)].flat() as Tensor[];
    });
    return onePerArgument(
      inputs.map(({ shape, dtype }, k) => {
        const whole = [...value.shape, ...shape];
        return rows.length > 0
          ? reshape(stack(rows.map((row) => row[k]!)), whole)
          : full(whole, 0, { dtype });
      }),
    );
  };
}

/**
 * The Hessian of a scalar function, shape [...input, ...input]: the Jacobian of its gradient. For several arguments a
 * tuple of tuples, [[H_aa, H_ab], [H_ba, H_bb]]: H_ab is the Jacobian by b of the gradient by a, shape [...a, ...b].
 */
export function hessian<F extends Fn>(f: F): (...inputs: Parameters<F>) => Hessians<F> {
  const slope = slopeOf('hessian', f);
  const partial = (i: number) => ((...at: Parameters<F>) => [slope(...at).gradient].flat()[i] as Tensor) as F;
  return (...inputs) => onePerArgument(inputs.map((_, i) => rowsOf('hessian', partial(i))(...inputs)));
}
