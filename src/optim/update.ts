/**
 * What an update rule is, and how one is carried out for one parameter.
 *
 * Previous: src/optim/optimizer.ts · Next: src/optim/sgd.ts
 */

import { Tensor } from '../autograd/graph.js';
import { allocateLike, dtypeOf, type FloatArray } from '../base/array.js';
import { ArgumentError, formatShape } from '../base/errors.js';
import { isFloat, kindOf } from '../base/kind.js';
import { warnOnce } from '../base/lint.js';
import { type Shape, sameShape } from '../base/shape.js';
import { needText } from '../base/words.js';
import type { Operand } from '../ops/operand.js';

/** The arrays that an update rule keeps for one parameter, by name. An array is made of zeros on first use. */
export class State {
  /** The number of updates of the parameter, t in formulas. The update that is being computed counts. */
  step = 0;
  readonly arrays = new Map<string, FloatArray>();

  get(name: string, like: FloatArray): FloatArray {
    needText('State', 'the name of an array', name);
    if (!isFloat(like))
      throw new ArgumentError('State', `expected the numbers of a parameter, got ${kindOf(like)}`);
    let array = this.arrays.get(name);
    if (!array) this.arrays.set(name, (array = allocateLike(like)));
    return array;
  }
}

/** Options with the learning rate of one update, where a schedule may have stood. */
export type AtRate<Options> = Omit<Options, 'lr'> & { lr: number };

/**
 * How an optimiser computes a parameter w anew from its gradient g and from what it keeps for the parameter.
 *
 * {@link formula} is the definition: a pure function of tensors, written with ops, that looks at no values. It may
 * choose by options (`nesterov ? … : …`). A number that may change from step to step is passed to it as a rate, which is a
 * number or a tensor of one element. So the formula can be recorded once and run again at every step.
 *
 * {@link fused} computes the same in one loop over plain arrays, for optimisers that are used a lot. Without it the
 * formula itself runs, op by op.
 *
 * @typeParam Options the hyper-parameters of a group
 * @typeParam Kept the names of the arrays that are kept from step to step, each of the parameter's size
 * @typeParam Rate the names of the rates
 */
export interface UpdateRule<Options, Kept extends string = never, Rate extends string = 'lr'> {
  /** The names of the arrays that are kept. They hold zeros before the first update. */
  readonly keeps: readonly Kept[];

  /** The numbers that may change from one step to the next. Default: the learning rate alone. */
  rates?(options: AtRate<Options>, state: State): { readonly [K in Rate]: number };

  /** The new w, and the new value of everything that is kept. */
  formula(
    w: Tensor,
    g: Tensor,
    kept: { readonly [K in Kept]: Tensor },
    options: Omit<Options, Rate>,
    rates: { readonly [K in Rate]: Operand },
  ): readonly [w: Tensor, kept: { readonly [K in Kept]: Tensor }];

  /** The formula as one loop, which overwrites w and what is kept, and leaves g as it is. */
  fused?(
    w: FloatArray,
    g: FloatArray,
    kept: { readonly [K in Kept]: FloatArray },
    options: Omit<Options, Rate>,
    rates: { readonly [K in Rate]: number },
  ): void;
}

/** An update rule whose names are not known to the compiler. */
export type AnyUpdateRule<Options> = UpdateRule<Options, string, string>;

/** Overwrites `w`, a parameter of the shape given, and its state: by the fused loop if there is one, else by the formula. */
export function runUpdate<Options>(
  name: string,
  rule: AnyUpdateRule<Options>,
  w: FloatArray,
  g: FloatArray,
  shape: Shape,
  state: State,
  options: AtRate<Options>,
): void {
  const rates = rule.rates?.(options, state) ?? { lr: options.lr };
  const kept: Record<string, FloatArray> = {};
  for (const key of rule.keeps) kept[key] = state.get(key, w);
  const rest = options as Omit<Options, string>;
  if (rule.fused) rule.fused(w, g, kept, rest, rates);
  else runFormula(name, rule, w, g, shape, kept, rest, rates);
  warnOfOverflow(name, kept, shape, state.step);
}

function runFormula<Options>(
  name: string,
  rule: AnyUpdateRule<Options>,
  w: FloatArray,
  g: FloatArray,
  shape: Shape,
  kept: Record<string, FloatArray>,
  options: Omit<Options, string>,
  rates: Record<string, number>,
): void {
  const tensors = Object.fromEntries(rule.keeps.map((key) => [key, new Tensor(kept[key]!, shape)]));
  const [newW, newKept] = rule.formula(new Tensor(w, shape), new Tensor(g, shape), tensors, options, rates);
  checkResult(name, 'parameter', newW, shape);
  for (const key of rule.keeps) checkResult(name, key, newKept[key], shape);
  w.set(newW.data);
  for (const key of rule.keeps) kept[key]!.set(newKept[key]!.data);
}

/**
 * Warns of a kept array that has overflowed, as the square of a gradient beyond 1.8e19 does in float32: a step divided by ∞ is
 * 0, so the elements concerned stand still from then on, without another sign. What is infinite stays so, and looking is
 * dear beside the update itself. So this looks after steps 1, 2, 4, 8 and so on.
 */
function warnOfOverflow(name: string, kept: Record<string, FloatArray>, shape: Shape, step: number): void {
  if (!isPowerOfTwo(step)) return;
  for (const [key, array] of Object.entries(kept))
    if (array.includes(Infinity))
      warnOnce(
        `overflow in ${name}`,
        `${key} of ${name} is infinite for a parameter of shape ${formatShape(shape)}, and its elements no longer move: the gradient, or its square, is beyond the largest ${dtypeOf(array)}; limit gradients with clipGradNorm() before step()`,
      );
}

/** Refuses what a formula must not return. */
function checkResult(name: string, what: string, value: unknown, shape: Shape): asserts value is Tensor {
  if (!(value instanceof Tensor))
    throw new ArgumentError(
      name,
      `its formula returned ${kindOf(value)} as the new ${what}; expected a Tensor`,
    );
  if (!sameShape(value.shape, shape))
    throw new ArgumentError(
      name,
      `its formula returned a new ${what} of shape ${formatShape(value.shape)} for a parameter of shape ${formatShape(shape)}`,
    );
}

const isPowerOfTwo = (count: number): boolean => (count & (count - 1)) === 0;
