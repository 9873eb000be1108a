/**
 * Minimising a function of few numbers to many digits, for those who fit curves rather than train networks. The method is
 * L-BFGS. An optimiser such as Adam makes a step from every gradient, also from a noisy one. L-BFGS compares values and
 * gradients of one and the same function, so the function has to be the same in each call: no batches, no dropout. In return
 * there is no learning rate to choose, and the digits double from step to step near the end.
 *
 * Previous: src/optim/schedules.ts · Next: src/optim/descent.ts
 */
import { Tensor } from '../autograd/graph.js';
import { ArgumentError } from '../base/errors.js';
import { kindOf, refuseForeign } from '../base/kind.js';
import {
  type Check,
  checkOptions,
  needFunction,
  needNumber,
  numberIn,
  refusePromise,
} from '../base/words.js';
import { type Bounds, boxFor } from './bounds.js';
import { descend, type Place, type Settings, type StopReason } from './descent.js';
import { isFinitePoint, Objective, type ScalarFunction } from './objective.js';

/** What a callback sees after each step. */
export interface MinimizeProgress<X> {
  /** The number of steps so far. */
  readonly step: number;
  readonly value: number;
  /** The largest slope that can be followed, see {@link Minimum.gradientNorm}. */
  readonly gradientNorm: number;
  /** A copy of x. */
  readonly x: X;
}

/**
 * Options of {@link minimize}: where it may go, when it stops, and who is told.
 * @typeParam X what the callback sees of x: one tensor, or a list of as many as there are in x0
 */
export interface MinimizeOptions<X = Tensor | readonly Tensor[]> {
  /** Limits of x: lower ≤ x ≤ upper, each a number or a tensor of the shape of x. A start outside is moved to the nearest point inside. */
  bounds?: Bounds;
  /** The most steps, a whole number or ∞. Default: 1000. */
  maxSteps?: number;
  /** The most computations of f and its gradient, a whole number or ∞. Default: ∞. */
  maxEvaluations?: number;
  /** Stops where `gradientNorm` is at most this. Default: 10⁻⁸, and 10⁻⁴ in float32. */
  gradientTolerance?: number;
  /** Stops after a step that changed f by less than this times max(|f|, 1), with the larger |f| of before and after.
   * Default: 0, which is never. */
  valueTolerance?: number;
  /** Stops after a step that changed every element by less than this times max(‖x‖∞, 1). Default: 0, which is never. */
  stepTolerance?: number;
  /** How many steps L-BFGS remembers. Default: 10. */
  memory?: number;
  /** Called after each step. Stops if it returns false. Nothing waits for it, so a promise is refused. */
  callback?: (progress: MinimizeProgress<X>) => boolean | undefined;
}

/** What {@link minimize} found. */
export interface Minimum<X> {
  readonly x: X;
  /** f(x) */
  readonly value: number;
  /** ∇f(x) */
  readonly gradient: X;
  /** ‖∇f‖∞, the largest slope in absolute value. With bounds ‖P(x − ∇f) − x‖∞, which leaves out what points out of them. */
  readonly gradientNorm: number;
  /** How many steps were made. */
  readonly steps: number;
  /** How often f and its gradient were computed. */
  readonly evaluations: number;
  /** Whether x is a minimum as far as the tolerances, or the digits of the dtype, can tell. */
  readonly converged: boolean;
  /** Why it stopped. */
  readonly reason: StopReason;
  /** The same in a sentence, with what to try. */
  readonly message: string;
}

/** As many tensors as in X. */
export type TensorsOf<X extends readonly Tensor[]> = { [K in keyof X]: Tensor };

/**
 * Finds x with the least f(x) near x0, by L-BFGS with a line search for the strong Wolfe conditions:
 *
 *     xₖ₊₁ = xₖ − α H ∇f(xₖ),   where H stands for the inverse of the Hessian, from the last steps
 *
 * With bounds, elements at a bound whose slope points out of the box are held there, and steps follow the projected path
 * P(x − αH∇f). Use float64: in float32 the gradient has few digits left near a minimum. x0 and every `.grad` stay as they are.
 * @param f a function of one tensor, or of several, to a single number; the same in each call
 * @param x0 where to start: a tensor of any shape, or a list of tensors, one an argument of f
 * @throws ArgumentError if f or its gradient is not finite at x0, or if f or the callback returns a promise
 * @example minimize((x) => x.sub(3).square().sum(), tensor([0], { dtype: 'float64' })).x   // [3]
 * @source Nocedal and Wright, Numerical Optimization, second edition, 2006, Algorithms 3.5, 3.6, 7.4 and 7.5
 */
export function minimize(
  f: (x: Tensor) => Tensor,
  x0: Tensor,
  options?: MinimizeOptions<Tensor>,
): Minimum<Tensor>;
export function minimize<const X extends readonly Tensor[]>(
  f: (...xs: TensorsOf<X>) => Tensor,
  x0: X,
  options?: MinimizeOptions<TensorsOf<X>>,
): Minimum<TensorsOf<X>>;
export function minimize(
  f: ScalarFunction,
  x0: Tensor | readonly Tensor[],
  options: MinimizeOptions<never> = {},
): Minimum<unknown> {
  needFunction('minimize', f, 'a function of tensors');
  const like = startOf(x0);
  checkOptions('minimize', options, CHECKS);
  const objective = new Objective(f, like);
  const { bounds = {} } = options;
  const box = boxFor('minimize', bounds, like);
  const handOut = (x: Float64Array) => (Array.isArray(x0) ? objective.split(x) : objective.split(x)[0]);
  const settings = settingsOf(options, objective, handOut);
  const start = objective.evaluate(box.project(objective.join(like)));
  if (!isFinitePoint(start))
    throw new ArgumentError(
      'minimize',
      `at x0 the function is ${start.value}, and its gradient ${start.gradient.every(Number.isFinite) ? 'is finite' : 'has NaN or an infinity'}; start where both are finite`,
    );
  const { reason, ...place } = descend(objective, box, start, settings);
  const { point, steps, slopeLeft } = place;
  return {
    x: handOut(point.x),
    value: point.value,
    gradient: handOut(point.gradient),
    gradientNorm: slopeLeft,
    steps,
    evaluations: objective.evaluations,
    converged: CONVERGED.has(reason),
    reason,
    message: MESSAGES[reason](place, settings),
  };
}

/** A check for a whole number, or ∞ for no limit. */
const countFrom =
  (least: number): Check =>
  (op, what, value) => {
    if (value !== Infinity) needNumber(op, what, value, { least, whole: true });
  };

const CHECKS: Record<keyof MinimizeOptions, Check | null> = {
  bounds: null,
  maxSteps: countFrom(0),
  maxEvaluations: countFrom(1),
  gradientTolerance: numberIn({ least: 0 }),
  valueTolerance: numberIn({ least: 0 }),
  stepTolerance: numberIn({ least: 0 }),
  memory: numberIn({ least: 1, whole: true }),
  callback: (op, what, value) => needFunction(op, value, `${what} to be a function`),
};

/** The tensors to start from. */
function startOf(x0: Tensor | readonly Tensor[]): readonly Tensor[] {
  const like: readonly Tensor[] = Array.isArray(x0) ? x0 : [x0];
  for (const tensor of like) {
    refuseForeign('minimize', tensor);
    if (!(tensor instanceof Tensor))
      throw new ArgumentError('minimize', `x0 is a Tensor or a list of Tensors, got ${kindOf(tensor)}`);
  }
  if (like.every(({ size }) => size === 0)) throw new ArgumentError('minimize', 'x0 has no elements');
  return like;
}

function settingsOf(
  options: MinimizeOptions<never>,
  { dtype }: Objective,
  handOut: (x: Float64Array) => unknown,
): Settings {
  const {
    maxSteps = 1000,
    maxEvaluations = Infinity,
    gradientTolerance = dtype === 'float32' ? 1e-4 : 1e-8,
    valueTolerance = 0,
    stepTolerance = 0,
    memory = 10,
    callback,
  } = options as MinimizeOptions<unknown>;
  const goOn = ({ point, steps, slopeLeft }: Place): boolean => {
    const progress = { step: steps, value: point.value, gradientNorm: slopeLeft, x: handOut(point.x) };
    const answer = callback?.(progress);
    refusePromise(
      'minimize',
      answer,
      'a callback has done its work when it returns, and may return false to stop',
    );
    return answer !== false;
  };
  return { maxSteps, maxEvaluations, gradientTolerance, valueTolerance, stepTolerance, memory, goOn };
}

/** The reasons after which x counts as a minimum. */
const CONVERGED: ReadonlySet<StopReason> = new Set(['gradient', 'value', 'step', 'precision']);

const short = (value: number): string => value.toExponential(1);

/** What each reason says. */
const MESSAGES: Record<StopReason, (place: Place, settings: Settings) => string> = {
  gradient: ({ slopeLeft }, { gradientTolerance }) =>
    `The largest slope, ${short(slopeLeft)}, is at most gradientTolerance, ${short(gradientTolerance)}.`,
  value: (_, { valueTolerance }) =>
    `The last step changed the value f by less than valueTolerance, ${short(valueTolerance)}, times max(|f|, 1).`,
  step: (_, { stepTolerance }) =>
    `The last step changed every element of x by less than stepTolerance, ${short(stepTolerance)}, times max(‖x‖∞, 1).`,
  precision: ({ slopeLeft }) =>
    `The value cannot fall by more than its rounding errors; the largest slope is ${short(slopeLeft)}. For more digits use float64, or subtract a large constant from the function.`,
  callback: ({ steps }) => `The callback returned false after step ${steps}.`,
  maxSteps: ({ slopeLeft }, { maxSteps }) =>
    `${maxSteps} steps were made, and the largest slope is still ${short(slopeLeft)}. Raise maxSteps, or measure the parameters in units in which they are about 1.`,
  maxEvaluations: ({ slopeLeft }, { maxEvaluations }) =>
    `The function was computed ${maxEvaluations} times, and the largest slope is still ${short(slopeLeft)}. Raise maxEvaluations.`,
  lineSearch: ({ slopeLeft }) =>
    `No step downhill was found, although the largest slope is ${short(slopeLeft)}. The function may have a corner or a jump here, differ from call to call, or have a wrong gradient: ask gradcheck.`,
  notFinite: () =>
    'Downhill the function or its gradient is NaN or infinite, however short the step. Keep x away from there with bounds, or start elsewhere.',
  unbounded: ({ point }) =>
    `The function falls without end from ${short(point.value)} on, so it has no minimum this way. Look at its sign, or set bounds.`,
};
