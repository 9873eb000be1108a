/**
 * Declaring an op and running it. The built-in ops use nothing but these two functions, and so can yours.
 */
import { allocate, checkDtype, type Dtype, type NDArray } from '../base/array.js';
import type { Shape } from '../base/shape.js';
import { noteCut, noteNoGrad } from './cut.js';
import { type Op, type Saved, Tensor } from './graph.js';
import { checkDefinition, checkInputs, checkResult } from './guard/checks.js';
import { tellForward } from './observe.js';
import { isRecording, record } from './record.js';

/** The rule of one input, written with ops: from g, the gradient of the output, to the gradient of the input. */
export type Vjp<S, A> = (g: Tensor, saved: S, attrs: A) => Tensor;

type TensorsLike<I extends readonly NDArray[]> = { readonly [K in keyof I]: Tensor };

/** What {@link defineOp} takes: an {@link Op} with all its types. */
export interface OpDefinition<I extends readonly NDArray[], A, S extends Saved> {
  readonly name: string;
  /** The inputs are broadcast to the shape of the output; gradients are summed back to the shapes of the inputs. Default: false. */
  readonly broadcast?: boolean;
  /** The output is of another dtype than the inputs. Default: false. */
  readonly converts?: boolean;
  /** The value, from plain numbers. Returns an array of its own, of the dtype of the inputs. */
  readonly forward: (inputs: I, attrs: A) => NDArray;
  /** What the rules need: recorded tensors (never their raw numbers) and plain facts. Default: nothing. */
  readonly save?: (step: { inputs: TensorsLike<I>; output: Tensor; attrs: A }) => S;
  /** One rule for each input; `'zero'` for an input without a derivative, such as a mask or a target. */
  readonly vjp?: { readonly [K in keyof I]: Vjp<S, A> | 'zero' };
  /** Instead of `vjp`: one rule for all inputs, for ops with any number of inputs or with shared terms. */
  readonly vjpAll?: (g: Tensor, saved: S, attrs: A, needed: readonly boolean[]) => readonly (Tensor | null)[];
}

const NOTHING: Saved = Object.freeze({});

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
  const { broadcast = false, converts = false } = definition;
  // The types tie rules to what was saved. The tape hands every op its own, and need not know them.
  return { name, forward, save, vjp, vjpAll, broadcast, converts } as Op<I, A>;
}

/**
 * Runs an op: computes the forward and, if a gradient may be wanted, records the step.
 * Inputs of different dtypes are first converted to float64, by a recorded step: gradients come back in the input's dtype.
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
  const result = any.forward(converted, attrs);
  checkResult(any, result, converted);
  const output = new Tensor(result.data, result.shape as R);
  const wanted = wantsGradient(any, converted);
  if (wanted && isRecording()) record(output, any, converted, attrs);
  else if (wanted) noteNoGrad(output);
  else noteCut(output, any, converted, isRecording());
  tellForward(any, converted, output, attrs);
  return output;
}

/** Whether a gradient may be wanted: some input with a derivative needs one. */
function wantsGradient({ vjp }: Op, inputs: readonly Tensor[]): boolean {
  for (let i = 0; i < inputs.length; i++)
    if (inputs[i]!.requiresGrad && (vjp === null || vjp[i] !== 'zero')) return true;
  return false;
}

function toOneDtype(inputs: readonly Tensor[]): readonly Tensor[] {
  for (const input of inputs)
    if (input.dtype !== inputs[0]!.dtype) return inputs.map((one) => astype(one, 'float64'));
  return inputs;
}

/** The same numbers in another dtype; x itself if it has that dtype.  gradient of x = g in x's dtype. @throws ArgumentError if unknown */
export function astype<S extends Shape>(x: Tensor<S>, dtype: Dtype): Tensor<S> {
  checkDtype('astype', dtype);
  return x.dtype === dtype ? x : apply(ASTYPE, [x], dtype);
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
