/**
 * The function under test: its leaves, and a way to run it on them. A plain function, a module with its parameters and
 * the gradient of either all take this form, so the same code checks each order of derivative.
 */
import { kindOf, refuseForeign } from '../../base/kind.js';
import { needFunction } from '../../base/words.js';
import {
  ArgumentError,
  concat,
  type Dtype,
  gradients,
  isRecording,
  Tensor,
  tensor,
  vjp,
} from '../../core.js';
import type { Checkable } from './types.js';

/** A function under test. */
export interface Subject {
  /** The tensors by which the function is differentiated. */
  readonly leaves: readonly Tensor[];
  readonly names: readonly string[];
  /** The name of the function in messages: `loss`, and `vjp of loss` for its gradient. */
  readonly title: string;
  /** Names its stream of random numbers, which does not change when the function is renamed. */
  readonly stream: string;
  /** Runs the function at the present values of the leaves. Several outputs are joined to one vector. */
  readonly run: () => Tensor;
}

/** The inputs as a list of tensors. `op` is the public function that was called. @throws ArgumentError that names the input that is no tensor */
export function listInputs(op: string, inputs: Tensor | readonly Tensor[]): readonly Tensor[] {
  if (inputs instanceof Tensor) return [inputs];
  if (!Array.isArray(inputs))
    throw new ArgumentError(op, `the inputs are ${kindOf(inputs)}; expected a Tensor or a list of them`);
  for (const [i, input] of inputs.entries()) {
    refuseForeign(op, input);
    if (!(input instanceof Tensor))
      throw new ArgumentError(
        op,
        `input ${i} is ${kindOf(input)}; expected a Tensor. Make one with tensor(…)`,
      );
  }
  return inputs;
}

/** The subject for a function of tensors. Its leaves are copies of the inputs in the dtype of the check. */
export function subjectOf(
  op: string,
  fn: Checkable,
  inputs: readonly Tensor[],
  names: readonly string[],
  dtype: Dtype,
): Subject {
  needFunction(op, fn, 'a function to check first');
  const leaves = leavesFrom(inputs, names, dtype);
  return { leaves, names, title: titleOf(fn), stream: 'f', run: () => joined(op, fn(...leaves)) };
}

/** What messages call a function or a class: its name, or `otherwise` where it has none. */
export function titleOf({ name }: { readonly name: unknown }, otherwise = 'the function'): string {
  // `bound loss` is loss.bind(…); an export without a name is called default, and code out of text anonymous.
  const own = typeof name === 'string' ? name.replace(/^(?:(?:bound|get|set) )+/, '') : '';
  return ['', 'default', 'anonymous'].includes(own) ? otherwise : own;
}

/** Copies of the inputs that require gradients, each under its name. */
export function leavesFrom(inputs: readonly Tensor[], names: readonly string[], dtype: Dtype): Tensor[] {
  return inputs.map((input, i) => tensor(input, { dtype, requiresGrad: true }).named(names[i]!));
}

/** The outputs of a module in one list: those in lists and objects too. What a layer leaves out, null or undefined, is passed over. */
export function tensorsIn(output: unknown): Tensor | readonly Tensor[] {
  const inner = (value: unknown): unknown[] => {
    if (value === null || value === undefined) return [];
    if (Array.isArray(value)) return value.flatMap(inner);
    const plain = typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype;
    return plain ? Object.values(value).flatMap(inner) : [value];
  };
  // Whatever is no tensor is refused by `joined`.
  return output instanceof Tensor ? output : (inner(output) as Tensor[]);
}

/** The output as one tensor. Several outputs are joined to one vector, so that all other code has one output. */
export function joined(op: string, output: Tensor | readonly Tensor[]): Tensor {
  const outputs: readonly unknown[] = Array.isArray(output) ? output : [output];
  for (const one of outputs)
    if (!(one instanceof Tensor))
      throw new ArgumentError(
        op,
        `the function returned ${kindOf(one)}; expected a Tensor or a list of them`,
      );
  const tensors = outputs as readonly Tensor[];
  if (tensors.length === 1) return tensors[0]!;
  if (tensors.length === 0) throw new ArgumentError(op, 'the function returned an empty list');
  return concat(tensors.map((one) => one.reshape([one.size])));
}

/**
 * The gradient as a subject of its own: (x, u) ↦ Jᵀ(x)·u. Its derivative by x is the second derivative of f, and its
 * derivative by u is J again. Its leaves are the leaves of f and the cotangent u.
 */
export function gradientOf(subject: Subject, cotangent: Tensor): Subject {
  cotangent.requiresGrad = true;
  const mark = subject.names.filter((name) => /^u\d*$/.test(name)).length;
  return {
    leaves: [...subject.leaves, cotangent],
    names: [...subject.names, mark === 0 ? 'u' : `u${mark + 1}`],
    title: `vjp of ${subject.title}`,
    stream: `vjp of ${subject.stream}`,
    run: () => {
      const output = recorded(subject.run);
      // While recording is on, the backward pass is recorded, too. Inside noGrad only its value is computed.
      return joined(
        'gradcheck',
        gradients(output, subject.leaves, { seed: cotangent, createGraph: isRecording() }),
      );
    },
  };
}

/** Runs `fn` with recording on, also inside noGrad. (`vjp` switches recording on for its function.) */
export function recorded(fn: () => Tensor): Tensor {
  return vjp(fn as () => Tensor).value;
}

/** The output values of a run. They are copied if the function returned a leaf, because leaves are about to change. */
export function valuesOf({ leaves, run }: Subject): Tensor['data'] {
  const { data } = run();
  return leaves.some((leaf) => leaf.data === data) ? data.slice() : data;
}

/** The names of the inputs: those given, else the tensors' own, else a, b, c, … */
export function nameInputs(inputs: readonly Tensor[], names: readonly string[] = []): string[] {
  return inputs.map(
    (input, i) => names[i] ?? (input.name || (i < 26 ? String.fromCharCode(97 + i) : `input${i}`)),
  );
}
