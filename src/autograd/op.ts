/**
 * Declaring an op ({@link defineOp}) and running it ({@link apply}). Built-in ops are made with these two, and yours too.
 *
 * Previous: src/autograd/record.ts · Next: src/autograd/sums.ts
 */
import { allocate, checkDtype, type Dtype, type NDArray } from '../base/array.js';
import type { Shape } from '../base/shape.js';
import { rememberCut } from './cut.js';
import { type Op, type Saved, Tensor } from './graph.js';
import { checkDefinition, checkInputs, checkResult } from './guard/checks.js';
import { tellObserver, tellObserverInputs } from './observe.js';
import { isRecording, record } from './record.js';

/**
 * The rule of one input. A rule takes g, the gradient of the output, and returns the contribution to the gradient of the
 * input: the vector-Jacobian product of g with the derivative of the output by the input. Write it with ops, on tensors.
 */
export type Vjp<S, A> = (g: Tensor, saved: S, attrs: A) => Tensor;

type TensorsLike<I extends readonly NDArray[]> = { readonly [K in keyof I]: Tensor };

/** What {@link defineOp} takes. */
export interface OpDefinition<I extends readonly NDArray[], A, S extends Saved> {
  readonly name: string;
  /** True if the op repeats its inputs to the shape of the output, and the walk shall sum gradients back. Default: false. */
  readonly broadcast?: boolean;
  /** True if the output is of another dtype than the inputs. Default: false. */
  readonly converts?: boolean;
  /** Computes the value from arrays of numbers. The array returned shares no memory with an input, and has the inputs' dtype unless `converts`. */
  readonly forward: (inputs: I, attrs: A) => NDArray;
  /** Says what the rules need: tensors (their raw numbers alone would lose second derivatives) and plain facts. Default: nothing. */
  readonly save?: (step: { inputs: TensorsLike<I>; output: Tensor; attrs: A }) => S;
  /** One rule for each input; `'zero'` for an input without a derivative, such as a mask. */
  readonly vjp?: { readonly [K in keyof I]: Vjp<S, A> | 'zero' };
  /**
   * Instead of `vjp`: one joint rule, for ops with any number of inputs or with terms that rules would share. It returns a
   * list with a contribution for each input, or null where nothing is contributed. Inputs that
   * `needed` marks false may be left null.
   */
  readonly vjpAll?: (g: Tensor, saved: S, attrs: A, needed: readonly boolean[]) => readonly (Tensor | null)[];
  /** The same value composed of other ops, for an op that exists because it is faster. Tests compare the two. */
  readonly composition?: (inputs: TensorsLike<I>, attrs: A) => Tensor;
}

/** What a node keeps whose rules need nothing. */
export const NOTHING: Saved = Object.freeze({});

/**
 * Declares an op.
 *
 * ```ts
 * const CUBE = defineOp({
 *   name: 'cube',
 *   forward: ([x]: [NDArray]) => ({ data: x.data.map((v) => v ** 3), shape: x.shape }),
 *   save: ({ inputs: [x] }) => ({ x }),
 *   vjp: [(g, { x }) => g.mul(x.square()).mul(3)],
 * });
 * export const cube = (x: Tensor): Tensor => apply(CUBE, [x]);
 * ```
 * @throws ArgumentError without a name or a forward, and unless there is exactly one of `vjp` and `vjpAll`
 */
export function defineOp<I extends readonly NDArray[], A = undefined, S extends Saved = Saved>(
  definition: OpDefinition<I, A, S>,
): Op<I, A> {
  checkDefinition(definition);
  const { name, forward, save = () => NOTHING, vjp = null, vjpAll = null } = definition;
  const { broadcast = false, converts = false, composition } = definition;
  // The types of a definition tie its rules to what it saves. The tape treats all ops alike and does not know them.
  return { name, forward, save, vjp, vjpAll, broadcast, converts, composition } as Op<I, A>;
}

/**
 * Runs an op: computes the forward and, if an input requires a gradient and recording is on, records a node.
 * Inputs of different dtypes are first converted to float64. The conversion is an op, so gradients come back in the
 * dtype of each input.
 * @throws ArgumentError for inputs of the wrong number or kind; GraphError for a forward that returns anything but an
 *   array of its own, of the inputs' dtype
 */
export function apply<I extends readonly NDArray[], A, R extends Shape = Shape>(
  op: Op<I, A>,
  inputs: { readonly [K in keyof I]: Tensor },
  attrs?: A,
): Tensor<R> {
  // The types of an op bind those who declare and call it. From here on all ops are alike.
  const any = op as Op;
  checkInputs(any, inputs);
  const converted = toOneDtype(inputs as readonly Tensor[]);
  tellObserverInputs(any, converted);
  const result = any.forward(converted, attrs);
  checkResult(any, result, converted);
  const output = new Tensor(result.data, result.shape as R, true);
  const required = requiresGradient(any, converted);
  if (required && isRecording()) record(output, any, converted, attrs);
  else rememberCut(output, any, converted, required, isRecording());
  tellObserver(any, converted, output, attrs);
  return output;
}

/** Whether the output requires a gradient: some input does, and the op has a derivative by that input. */
function requiresGradient({ vjp }: Op, inputs: readonly Tensor[]): boolean {
  for (let i = 0; i < inputs.length; i++) if (inputs[i]!.requiresGrad && vjp?.[i] !== 'zero') return true;
  return false;
}

function toOneDtype(inputs: readonly Tensor[]): readonly Tensor[] {
  for (const input of inputs)
    if (input.dtype !== inputs[0]!.dtype) return inputs.map((one) => astype(one, 'float64'));
  return inputs;
}

/** The same numbers in another dtype; x itself if it has that dtype. The gradient comes back in the dtype of x. @throws ArgumentError if unknown */
export function astype<S extends Shape>(x: Tensor<S>, dtype: Dtype): Tensor<S> {
  checkDtype('astype', dtype);
  return x?.dtype === dtype ? x : apply(ASTYPE, [x], dtype);
}
const ASTYPE = defineOp({
  name: 'astype',
  converts: true,
  forward: ([x]: [NDArray], dtype: Dtype) => {
    const data = allocate(dtype, x.data.length);
    data.set(x.data);
    return { data, shape: x.shape };
  },
  save: ({ inputs: [x] }) => ({ dtype: x.dtype }),
  vjp: [(g, { dtype }) => astype(g, dtype)],
});
