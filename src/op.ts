/**
 * How an op is declared: a forward on raw numbers and, beside it, its derivative written with tensor ops.
 * The built-in ops use nothing but this, and so can yours.
 *
 * Read before: {@link tape.ts}. Read next: {@link ops/arithmetic.ts}.
 */

import type { NDArray } from './base/array.js';
import { GraphError } from './base/errors.js';
import type { Shape } from './base/shape.js';
import { checkDefinition, checkForward, checkGradient, checkInputs, checkList } from './checks.js';
import { observer } from './observe.js';
import { cutByNoGrad, cutByOp, isRecording } from './recording.js';
import { record, type Saved, type Source } from './tape.js';
import { type Cut, Tensor } from './tensor.js';

/** The vjp of one input: from the output's gradient g to the input's, gᵀ·∂y/∂x, written with tensor ops. */
export type Vjp<S, A> = (g: Tensor, saved: S, attrs: A) => Tensor;

/** What tests may rely on: exact adjoint tests for linear ops, step 1 for bilinear ones, care at kinks for piecewise ones. */
export type OpKind = 'linear' | 'bilinear' | 'smooth' | 'piecewise';

type TensorsLike<I extends readonly NDArray[]> = { readonly [K in keyof I]: Tensor };

export interface OpDefinition<I extends readonly NDArray[], A, S extends Saved> {
  readonly name: string;
  readonly kind?: OpKind;
  /** The inputs broadcast to the output: the engine sums each gradient back to its input's shape. */
  readonly broadcast?: boolean;
  /** The output is of another dtype than the inputs: a conversion. */
  readonly converts?: boolean;
  /** The value, from raw numbers; must return an array of its own, of the inputs' dtype. */
  readonly forward: (inputs: I, attrs: A) => NDArray;
  /** What backprop must remember: recorded tensors and plain facts. Nothing, if left out. */
  readonly save?: (recorded: { inputs: TensorsLike<I>; output: Tensor; attrs: A }) => S;
  /** One rule an input; `'zero'` for an input that has no derivative (a mask, a target). */
  readonly vjp?: { readonly [K in keyof I]: Vjp<S, A> | 'zero' };
  /** Instead of `vjp`: one rule for all inputs, for ops with a variable number of them or with shared terms. */
  readonly vjpAll?: (g: Tensor, saved: S, attrs: A, needed: readonly boolean[]) => readonly (Tensor | null)[];
}

/** An op ready to {@link apply}. `I` and `A` are the types of its inputs and of its attributes. */
export interface Op<I extends readonly NDArray[] = readonly NDArray[], A = unknown> {
  readonly name: string;
  readonly kind: OpKind;
  readonly broadcast: boolean;
  /** How many inputs have a rule of their own; −1 where one joint rule takes any number. */
  readonly arity: number;
  readonly converts?: boolean;
  /** False for an input whose rule is `'zero'`. */
  differentiates(input: number): boolean;
  forward(inputs: I, attrs: A): NDArray;
  save(recorded: { inputs: readonly Tensor[]; output: Tensor; attrs: A }): Saved;
  /** All inputs' gradients; null where none is needed or none exists. */
  pullback(
    g: Tensor,
    saved: Saved,
    attrs: A,
    inputs: readonly Source[],
    needed: readonly boolean[],
  ): (Tensor | null)[];
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
  const { name, vjp, vjpAll, save } = definition;
  const rules = vjp as readonly (Vjp<S, A> | 'zero')[] | undefined;
  const broadcast = definition.broadcast ?? false;
  return {
    name,
    kind: definition.kind ?? 'smooth',
    broadcast,
    converts: definition.converts ?? false,
    arity: rules ? rules.length : -1,
    differentiates: (input) => rules?.[input] !== 'zero',
    forward: definition.forward,
    save: save ? (recorded) => save(recorded as Parameters<typeof save>[0]) : () => NOTHING,
    pullback(g, saved, attrs, inputs, needed) {
      const gradients = vjpAll
        ? checkList(name, vjpAll(g, saved as S, attrs, needed)).map((one, i) =>
            one && needed[i] ? checkGradient(name, i, one) : null,
          )
        : rules!.map((rule, i) =>
            needed[i] && rule !== 'zero' ? checkGradient(name, i, rule(g, saved as S, attrs)) : null,
          );
      if (gradients.length !== inputs.length)
        throw new GraphError(
          name,
          `its rule returned ${gradients.length} gradients for ${inputs.length} inputs`,
        );
      // The one place where gradients are summed back over broadcast axes.
      if (broadcast)
        for (let i = 0; i < gradients.length; i++)
          if (gradients[i]) gradients[i] = gradients[i]!.sumTo(inputs[i]!.shape);
      return gradients;
    },
  };
}

/**
 * Runs an op: computes the forward and, if a gradient may be wanted, records it on the tape.
 * Inputs of different dtypes are first converted to float64 (a recorded conversion, so gradients come back in the input's dtype).
 * @throws ArgumentError for inputs of the wrong number or kind; GraphError for a forward that returns anything but an
 *   array of its own, of the inputs' dtype
 */
export function apply<I extends readonly NDArray[], A, R extends Shape = Shape>(
  op: Op<I, A>,
  inputs: { readonly [K in keyof I]: Tensor },
  attrs?: A,
): Tensor<R> {
  // The types of an op bind those who declare and call it; from here on all ops are alike.
  const any = op as unknown as Op;
  const given = inputs as readonly Tensor[];
  checkInputs(any, given);
  const converted = toOneDtype(given);
  const result = any.forward(converted, attrs);
  checkForward(any, result, converted);
  const output = new Tensor(result.data, result.shape as R);
  const wanted = wantsGrad(any, converted);
  if (wanted && isRecording()) record(output, any, converted, attrs);
  else output.cut = wanted ? cutByNoGrad() : cutBefore(any, converted);
  observer?.forward?.(any, converted, output, attrs);
  return output;
}

function wantsGrad(op: Op, inputs: readonly Tensor[]): boolean {
  for (let i = 0; i < inputs.length; i++) if (inputs[i]!.requiresGrad && op.differentiates(i)) return true;
  return false;
}

/** What cut a constant's path to a leaf, here or further up, for whoever asks it for a gradient. */
function cutBefore(op: Op, inputs: readonly Tensor[]): Cut | null {
  let tracked = false;
  for (let i = 0; i < inputs.length; i++) {
    if (inputs[i]!.cut) return inputs[i]!.cut;
    tracked ||= inputs[i]!.requiresGrad;
  }
  return tracked && isRecording() ? cutByOp(op.name) : null;
}

function toOneDtype(inputs: readonly Tensor[]): readonly Tensor[] {
  for (const input of inputs)
    if (input.dtype !== inputs[0]!.dtype) return inputs.map((one) => one.astype('float64'));
  return inputs;
}
