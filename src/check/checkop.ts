/** Checks all requirements on an op with one call: values, derivatives, purity, dtypes, NaN and shapes. */
import { formatShape } from '../base/errors.js';
import { kindOf, messageOf } from '../base/kind.js';
import { type Shape, sameShape, sizeOf } from '../base/shape.js';
import {
  type Check,
  checkOptions,
  needFlag,
  needFunction,
  needList,
  numberIn,
  oneOf,
} from '../base/words.js';
import {
  ArgumentError,
  apply,
  gradients,
  type NDArray,
  noGrad,
  type Op,
  ones,
  randn,
  random,
  TapegradError,
  type Tensor,
  tensor,
  withDefaultDtype,
} from '../core.js';
import { checkFunction } from './gradcheck.js';
import type { GradcheckReport } from './report/report.js';
import { OPTIONS } from './terms/settings.js';
import { listInputs } from './terms/subject.js';
import type { GradcheckOptions } from './terms/types.js';

/** What {@link checkOp} checks: a function of tensors, or an op from `defineOp`, which is applied with `attrs`. */
export type Checked = ((...inputs: Tensor[]) => Tensor) | Op<never, never>;

/** Options of {@link checkOp}, in addition to those of {@link gradcheck}. `order` is 2 by default. */
export interface CheckOpOptions extends GradcheckOptions {
  /** The inputs at which the op is checked. */
  readonly inputs: readonly Tensor[];
  /** The attributes with which an op from `defineOp` is applied. */
  readonly attrs?: unknown;
  /** Computes the values of the op in another way, from raw numbers. */
  readonly reference?: (...inputs: NDArray[]) => ArrayLike<number>;
  /**
   * Whether the op works element by element and broadcasts its inputs. Broadcast, scalar and empty inputs are then
   * checked, too. Default: `broadcast` of an op from `defineOp`, else false.
   */
  readonly elementwise?: boolean;
  /** Empty inputs to check an op with that is not elementwise. */
  readonly empty?: readonly Tensor[];
  /** `propagates` (default): a NaN among the inputs has to reach the output. `dropped`: it need not, as with a mask. */
  readonly nan?: 'propagates' | 'dropped';
  /** Accepted |float32 − float64| of the values, relative to the largest value or 1. Default 1e-5. */
  readonly float32?: number;
}

/** One thing that was checked about an op. */
export interface Aspect {
  readonly name: string;
  readonly ok: boolean;
  /** What is wrong; empty if nothing is. */
  readonly message: string;
}

/** The outcome of a {@link checkOp} that passed. */
export interface OpCheck {
  readonly ok: boolean;
  readonly aspects: readonly Aspect[];
  readonly gradient: GradcheckReport;
}

type Fn = (...inputs: Tensor[]) => Tensor;

/** The options that only {@link checkOp} has. */
const OWN: Readonly<Record<Exclude<keyof CheckOpOptions, keyof GradcheckOptions>, Check | null>> = {
  inputs: null,
  attrs: null,
  reference: (name, _, value) =>
    needFunction(name, value, 'a function that computes the values as reference'),
  elementwise: needFlag,
  empty: null,
  nan: oneOf(['propagates', 'dropped']),
  float32: numberIn({ least: 0 }),
};

/**
 * Checks an op in every respect. The forward agrees with the reference, if one is given. First and second derivatives
 * are right. Neither forward nor backward writes to what it was given. float32 and float64 agree. NaN propagates. An
 * elementwise op also works with broadcast, scalar and empty inputs.
 *
 * ```ts
 * checkOp(SWISH, { inputs: [randn([3, 4], rng)], elementwise: true, reference: ({ data }) => data.map((x) => x / (1 + Math.exp(-x))) });
 * ```
 * @throws TapegradError with a message that lists every aspect that fails
 * @throws ArgumentError for arguments that cannot be checked
 */
export function checkOp(op: Checked, options: CheckOpOptions): OpCheck {
  checkOptions('checkOp', options, { ...OWN, ...OPTIONS });
  if (typeof op !== 'function' && typeof (op as Op | null | undefined)?.forward !== 'function')
    throw new ArgumentError(
      'checkOp',
      `expected a function of tensors, or an op made by defineOp, got ${kindOf(op)}`,
    );
  listInputs('checkOp', options.inputs);
  if (options.empty !== undefined) {
    needList('checkOp', options.empty, 'the empty inputs in a list');
    listInputs('checkOp', options.empty);
  }
  const fn: Fn = typeof op === 'function' ? op : applied(op as unknown as Op, options.attrs);
  const inputs = [options.inputs].flat().map((input) => tensor(input, { dtype: 'float64' }));
  const gradient = checkFunction('checkOp', fn, inputs, { order: 2, ...ofGradcheck(options) });
  const elementwise = options.elementwise ?? (typeof op !== 'function' && op.broadcast);
  const aspects = [
    aspect('gradient', () => gradient.ok || String(gradient)),
    ...(options.reference
      ? [aspect('forward', () => agreesWithReference(fn, inputs, options.reference!))]
      : []),
    aspect('pure', () => leavesInputsAlone(fn, inputs)),
    aspect('dtype', () => dtypesAgree(fn, inputs, options.float32 ?? 1e-5)),
    ...(options.nan === 'dropped' ? [] : [aspect('NaN', () => propagatesNaN(fn, inputs))]),
    ...(elementwise
      ? [
          aspect('broadcasting', () => broadcasts(fn, inputs, options)),
          aspect('scalar', () => takesShape(fn, inputs, [])),
          aspect('empty', () => takesShapes(fn, inputs, [[0], [2, 0]])),
        ]
      : []),
    ...(options.empty ? [aspect('empty', () => runsEmpty(fn, options.empty!))] : []),
  ];
  const failing = aspects.filter(({ ok }) => !ok);
  if (failing.length > 0)
    throw new TapegradError(
      failing.map(({ name, message }) => `checkOp, ${name}: ${message}`).join('\n'),
      'checkOp',
    );
  return { ok: true, aspects, gradient };
}

/** The options that checkOp passes on. */
function ofGradcheck(options: CheckOpOptions): GradcheckOptions {
  return Object.fromEntries(Object.entries(options).filter(([key]) => key in OPTIONS));
}

/** An op with its attributes as a function, which has the name of the op. */
function applied(op: Op, attrs: unknown): Fn {
  const fn: Fn = (...inputs) => apply(op, inputs, attrs);
  return Object.defineProperty(fn, 'name', { value: op.name });
}

/** The outcome of one check. `holds` returns true or says what is wrong; a thrown error counts as wrong, too. */
function aspect(name: string, holds: () => true | string | boolean): Aspect {
  try {
    const found = withDefaultDtype('float64', holds);
    return { name, ok: found === true, message: found === true ? '' : String(found) };
  } catch (error) {
    return { name, ok: false, message: messageOf(error) };
  }
}

/** The values equal those of the reference up to 1e-10, relative to the value or 1. */
function agreesWithReference(
  fn: Fn,
  inputs: readonly Tensor[],
  reference: (...inputs: NDArray[]) => ArrayLike<number>,
) {
  const { data } = fn(...inputs);
  const expected = reference(...inputs.map(({ data, shape }) => ({ data: data.slice(), shape })));
  if (data.length !== expected.length) return `${data.length} values, the reference has ${expected.length}`;
  for (let i = 0; i < data.length; i++)
    if (
      !(
        Object.is(data[i], expected[i]) ||
        Math.abs(data[i]! - expected[i]!) <= 1e-10 * Math.max(1, Math.abs(expected[i]!))
      )
    )
      return `value ${i} is ${data[i]}, the reference says ${expected[i]}`;
  return true;
}

/** Neither forward nor backward writes to what it was given, and the output has an array of its own. */
function leavesInputsAlone(fn: Fn, inputs: readonly Tensor[]) {
  const leaves = inputs.map((input) => tensor(input, { requiresGrad: true }));
  const output = fn(...leaves);
  if (leaves.some((leaf) => leaf !== output && leaf.data === output.data))
    return 'the output shares its array with an input';
  if (output.size === 0) return true;
  const seed = randn(output.shape, random(0), { dtype: output.dtype });
  const before = [...leaves, output, seed].map(({ data }) => data.slice());
  const found = gradients(output, leaves, { seed });
  for (const [i, { data }] of [...leaves, output, seed].entries())
    if (data.some((value, n) => !Object.is(value, before[i]![n])))
      return i < leaves.length
        ? `input ${i} was written to`
        : `backward wrote to ${i === leaves.length ? 'the output' : 'the incoming gradient'}`;
  return haveShapesOf(leaves, found);
}

/** Each gradient has the shape of its input. */
function haveShapesOf(leaves: readonly Tensor[], found: readonly Tensor[]): true | string {
  const bad = found.findIndex(({ shape }, i) => !sameShape(shape, leaves[i]!.shape));
  return bad < 0 || `the gradient of input ${bad} has shape ${formatShape(found[bad]!.shape)}`;
}

/** The output has the dtype of the inputs, and its values in float32 and float64 agree. */
function dtypesAgree(fn: Fn, inputs: readonly Tensor[], tolerance: number) {
  const narrow = inputs.map((input) => tensor(input, { dtype: 'float32' }));
  const wide = narrow.map((input) => tensor(input, { dtype: 'float64' }));
  const low = withDefaultDtype('float32', () => fn(...narrow));
  const high = fn(...wide);
  if (low.dtype !== 'float32' || high.dtype !== 'float64')
    return `float32 inputs gave ${low.dtype}, float64 inputs ${high.dtype}`;
  const scale = Math.max(1, ...Array.from(high.data, Math.abs).filter(Number.isFinite));
  for (let i = 0; i < high.size; i++) {
    const [a, b] = [low.data[i]!, high.data[i]!];
    if (!Object.is(Number.isFinite(a), Number.isFinite(b)) || Math.abs(a - b) > tolerance * scale)
      return `value ${i} is ${a} in float32 and ${b} in float64`;
  }
  return true;
}

/** A NaN in the last element of each input in turn reaches the output. */
function propagatesNaN(fn: Fn, inputs: readonly Tensor[]) {
  for (const [i, input] of inputs.entries()) {
    if (input.size === 0) continue;
    const spoilt = tensor(input);
    spoilt.data[spoilt.size - 1] = Number.NaN;
    const output = noGrad(() => fn(...inputs.map((one, j) => (i === j ? spoilt : one))));
    if (output.size > 0 && !output.data.some(Number.isNaN))
      return `a NaN in input ${i} does not reach the output`;
  }
  return true;
}

/**
 * Each input in turn is cut to size 1 along each axis, and to a scalar. The values are then the same as if the input
 * were expanded to the full shape, and the gradients are right.
 */
function broadcasts(fn: Fn, inputs: readonly Tensor[], options: CheckOpOptions) {
  if (inputs.length < 2) return true;
  const whole = fn(...inputs).shape;
  const spread = inputs.map((input) => input.expand(whole));
  for (const [i, input] of spread.entries())
    for (const shape of [...whole.map((_, axis) => whole.map((n, other) => (other === axis ? 1 : n))), []]) {
      const small = firstElements(input, shape);
      const others = spread.map((one, j) => (i === j ? small : one));
      const spelt = spread.map((one, j) => (i === j ? small.expand(whole) : one));
      const [got, expected] = [noGrad(() => fn(...others)), noGrad(() => fn(...spelt))];
      if (!sameShape(got.shape, expected.shape) || got.data.some((v, n) => !Object.is(v, expected.data[n])))
        return `input ${i} of shape ${formatShape(shape)} gives other values than when it is spelt out`;
      const report = checkFunction('checkOp', fn, others, {
        ...ofGradcheck(options),
        order: 1,
        blame: false,
      });
      if (!report.ok) return `input ${i} of shape ${formatShape(shape)}: ${report}`;
    }
  return true;
}

/** A tensor of the given shape from the first elements of another. */
function firstElements({ data }: Tensor, shape: Shape): Tensor {
  return tensor(Array.from(data.slice(0, sizeOf(shape))), { shape });
}

/** The op works with inputs of each of these shapes. */
function takesShapes(fn: Fn, inputs: readonly Tensor[], shapes: number[][]): true | string {
  return shapes.map((shape) => takesShape(fn, inputs, shape)).find((found) => found !== true) ?? true;
}

/** The op works with inputs of one shape, made from the first elements of each input. */
function takesShape(fn: Fn, inputs: readonly Tensor[], shape: number[]): true | string {
  const resized = inputs.map((input) => firstElements(input, shape));
  const { shape: found } = fn(...resized);
  if (!sameShape(found, shape))
    return `inputs of shape ${formatShape(shape)} gave an output of shape ${formatShape(found)}`;
  return runsEmpty(fn, resized);
}

/** The op runs, and the gradients of its output have the shapes of the inputs. */
function runsEmpty(fn: Fn, inputs: readonly Tensor[]): true | string {
  const leaves = inputs.map((input) => tensor(input, { requiresGrad: true }));
  const output = fn(...leaves);
  const seed = ones(output.shape, { dtype: output.dtype });
  const found = output.requiresGrad ? gradients(output, leaves, { seed }) : leaves;
  return haveShapesOf(leaves, found);
}
