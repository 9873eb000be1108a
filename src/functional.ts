/**
 * The functional side: gradients of functions instead of tensors, to any order. All of it is `propagate` on
 * inputs that are recorded afresh, so nothing is added to anyone's `.grad`.
 */
import { full } from './create.js';
import { ArgumentError, formatShape, GraphError, ShapeError } from './errors.js';
import { mul } from './ops/arithmetic.js';
import { clone } from './ops/cast.js';
import { sum } from './ops/reduce.js';
import { reshape, stack } from './ops/shape.js';
import { sameShape } from './shape.js';
import { isRecording, propagate, type Source, withRecording } from './tape.js';
import { constant, Tensor } from './tensor.js';

type Fn = (...inputs: Tensor[]) => Tensor;
/** One gradient an argument: a tensor for a function of one, a tuple for a function of several. */
export type Gradients<F extends Fn> = GradientsOf<Parameters<F>>;
// Over a type parameter of its own, the mapped type of a tuple is a tuple and can be destructured.
type GradientsOf<P extends readonly unknown[]> = P extends [Tensor] ? Tensor : { [K in keyof P]: Tensor };

/** An input that is differentiated: connected to its past, so that derivatives nest. */
function track(input: Tensor): Tensor {
  if (!(input instanceof Tensor))
    throw new ArgumentError(
      'grad',
      `expected Tensors as arguments, got ${input === null ? 'null' : typeof input}`,
    );
  if (input.requiresGrad && isRecording()) return clone(input);
  const leaf = new Tensor(input.data.slice(), input.shape).named(input.name);
  leaf.requiresGrad = true;
  return leaf;
}

const source = (tensor: Tensor): Source => tensor.node ?? tensor;

/** Gradients of `output` towards `inputs`; zeros where it does not depend on one. Recorded if `createGraph`. */
export function gradients(
  output: Tensor,
  inputs: readonly Tensor[],
  {
    seed,
    createGraph = false,
    retainGraph,
  }: { seed?: Tensor; createGraph?: boolean; retainGraph?: boolean } = {},
): Tensor[] {
  const g = seed ?? full(output.shape, 1, { dtype: output.dtype });
  if (seed === undefined && output.size !== 1)
    throw new GraphError(
      'grad',
      `the function returned shape ${formatShape(output.shape)}; only a single number has a gradient of its own. Reduce it with sum() or mean(), or use vjp or jacobian`,
    );
  if (!sameShape(g.shape, output.shape))
    throw new ShapeError(
      'vjp',
      `the cotangent has shape ${formatShape(g.shape)}, the output ${formatShape(output.shape)}`,
      [g.shape, output.shape],
    );
  const found = propagate(
    [[source(output), g]],
    { createGraph, retainGraph: retainGraph ?? createGraph },
    new Set(inputs.map(source)),
  );
  return inputs.map((input) => found.get(source(input)) ?? full(input.shape, 0, { dtype: input.dtype }));
}

/** Runs `f` on tracked inputs, recording whatever the surrounding switch says. */
function run(f: Fn, inputs: readonly Tensor[]): { output: Tensor; tracked: Tensor[]; outer: boolean } {
  const outer = isRecording();
  return withRecording(true, () => {
    const tracked = outer ? inputs.map(track) : inputs.map((input) => track(constant(input)));
    const output = f(...tracked);
    if (!(output instanceof Tensor))
      throw new ArgumentError(
        'grad',
        `the function returned ${output === undefined ? 'nothing' : typeof output}; expected a Tensor`,
      );
    return { output, tracked, outer };
  });
}

/** Whether a gradient computed now may be differentiated later: inside another derivative, or towards a tracked input. */
function differentiateAgain(recording: boolean, inputs: readonly Tensor[]): boolean {
  return recording && (nesting > 0 || inputs.some((input) => input.requiresGrad));
}

let nesting = 0;

function nested<T>(fn: () => T): T {
  nesting++;
  try {
    return fn();
  } finally {
    nesting--;
  }
}

/**
 * The value of a scalar function together with its gradient. Nests: the gradient of a gradient is a second derivative.
 * @example valueAndGrad((x) => x.square().sum())(tensor([1, 2]))   // { value: 5, gradient: [2, 4] }
 */
export function valueAndGrad<F extends Fn>(
  f: F,
): (...inputs: Parameters<F>) => { value: Tensor; gradient: Gradients<F> } {
  return (...inputs) => {
    const { output, tracked, outer } = nested(() => run(f, inputs));
    const createGraph = differentiateAgain(outer, inputs);
    const found = gradients(output, tracked, { createGraph });
    return {
      value: createGraph ? output : new Tensor(output.data.slice(), output.shape),
      gradient: (found.length === 1 ? found[0] : found) as Gradients<F>,
    };
  };
}

/** The gradient of a scalar function: a function with the same arguments that returns one gradient an argument. */
export function grad<F extends Fn>(f: F): (...inputs: Parameters<F>) => Gradients<F> {
  const both = valueAndGrad(f);
  return (...inputs) => both(...inputs).gradient;
}

/**
 * Vector-Jacobian product: f's value at the inputs, and gᵀ·J for any cotangent g of the output's shape.
 * The pullback may be called any number of times.
 */
export function vjp<F extends Fn>(
  f: F,
  ...inputs: Parameters<F>
): { value: Tensor; pullback: (g: Tensor) => Gradients<F> } {
  const { output, tracked } = nested(() => run(f, inputs));
  const pullback = (g: Tensor): Gradients<F> => {
    const createGraph = differentiateAgain(isRecording(), [g, ...inputs]);
    const found = gradients(output, tracked, { seed: g, createGraph, retainGraph: true });
    return (found.length === 1 ? found[0] : found) as Gradients<F>;
  };
  return { value: output, pullback };
}

/**
 * Jacobian-vector product: the derivative of f at `inputs` in the direction `tangents`, J·v. Found by
 * differentiating twice: u ↦ Jᵀu is linear in u, and its own transpose is J.
 */
export function jvp(
  f: Fn,
  inputs: readonly Tensor[],
  tangents: readonly Tensor[],
): { value: Tensor; tangent: Tensor } {
  checkTangents('jvp', inputs, tangents);
  const outer = isRecording();
  return nested(() => {
    const { output, tracked } = run(f, inputs);
    const u = withRecording(true, () => track(full(output.shape, 0, { dtype: output.dtype })));
    const pulled = gradients(output, tracked, { seed: u, createGraph: true });
    const along = withRecording(true, () =>
      pulled.map((g, i) => sum(mul(g, tangents[i]!))).reduce((a, b) => a.add(b)),
    );
    const again = outer && inputs.some((input) => input.requiresGrad);
    const [tangent] = along.requiresGrad
      ? gradients(along, [u], { createGraph: again || nesting > 1 })
      : [full(output.shape, 0, { dtype: output.dtype })];
    return { value: output, tangent: tangent! };
  });
}

function checkTangents(op: string, inputs: readonly Tensor[], tangents: readonly Tensor[]): void {
  if (inputs.length !== tangents.length)
    throw new ArgumentError(op, `${inputs.length} inputs and ${tangents.length} tangents`);
  for (const [i, input] of inputs.entries())
    if (!sameShape(input.shape, tangents[i]!.shape))
      throw new ShapeError(
        op,
        `tangent ${i} has shape ${formatShape(tangents[i]!.shape)}, its input ${formatShape(input.shape)}`,
        [input.shape, tangents[i]!.shape],
      );
}

/** Hessian-vector product of a scalar function of one tensor, H·v: the gradient of ⟨∇f, v⟩, without ever forming H. */
export function hvp(f: (x: Tensor) => Tensor, x: Tensor, v: Tensor): Tensor {
  checkTangents('hvp', [x], [v]);
  const slope = grad(f);
  return grad((at: Tensor) => sum(mul(slope(at), v)))(x);
}

/** The Jacobian of a function of one tensor, shape [...output, ...input]: one pullback an output element. */
export function jacobian(f: (x: Tensor) => Tensor): (x: Tensor) => Tensor {
  return (x) => {
    const { value, pullback } = vjp(f, x);
    const rows = Array.from({ length: value.size }, (_, i) => {
      const unit = full(value.shape, 0, { dtype: value.dtype });
      unit.data[i] = 1;
      return pullback(unit) as Tensor;
    });
    if (rows.length === 0) return full([...value.shape, ...x.shape], 0, { dtype: x.dtype });
    return reshape(stack(rows), [...value.shape, ...x.shape]);
  };
}

/** The Hessian of a scalar function of one tensor, shape [...input, ...input]: the Jacobian of its gradient. */
export function hessian(f: (x: Tensor) => Tensor): (x: Tensor) => Tensor {
  return jacobian(grad(f));
}
