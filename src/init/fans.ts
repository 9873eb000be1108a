/**
 * Fans of a weight: the number of inputs that are summed into one output (fanIn), and the number of outputs that one
 * input is used in (fanOut). Each layer computes its own. A shape alone does not tell, since [in, out] and [out, in]
 * look alike.
 *
 * Previous: src/init/initializer.ts · Next: src/init/variance.ts
 */
import { ArgumentError } from '../base/errors.js';
import { kindOf, shown } from '../base/kind.js';
import { sizeOf } from '../base/shape.js';
import { type Check, checkOptions } from '../base/words.js';

/** The fans of a weight. */
export interface Fans {
  /** The number of inputs that are summed into one output. */
  readonly fanIn: number;
  /** The number of outputs that one input is used in. */
  readonly fanOut: number;
}

function needWhole(op: string, sizes: Record<string, number>): void {
  for (const [name, size] of Object.entries(sizes))
    if (!Number.isInteger(size) || size < 1)
      throw new ArgumentError(op, `${name} is a whole number ≥ 1, got ${shown(size)}`);
}

/**
 * Fans of y = x · W, weight [in, out]: fanIn = in, fanOut = out.
 * @throws ArgumentError unless both are whole numbers ≥ 1
 */
export function linearFans(inFeatures: number, outFeatures: number): Fans {
  needWhole('linearFans', { inFeatures, outFeatures });
  return { fanIn: inFeatures, fanOut: outFeatures };
}

/** The sizes of a convolution. */
export interface ConvShape {
  inChannels: number;
  outChannels: number;
  /** Size along each spatial axis, such as [3, 3]. */
  kernel: readonly number[];
  /** Number of groups that the channels are split into; inChannels for a depthwise convolution. Default 1. */
  groups?: number;
}

function needList(op: string, name: string, sizes: unknown): void {
  if (!Array.isArray(sizes))
    throw new ArgumentError(
      op,
      `${name} is a list with a number for each spatial axis, such as [3, 3], got ${kindOf(sizes)}`,
    );
}

const CONV: Record<keyof ConvShape, Check | null> = {
  inChannels: null,
  outChannels: null,
  kernel: null,
  groups: null,
};

function convFactors(
  op: string,
  { inChannels, outChannels, kernel, groups = 1 }: ConvShape,
): { inGroup: number; outGroup: number; taps: number } {
  needList(op, 'kernel', kernel);
  needWhole(op, {
    inChannels,
    outChannels,
    groups,
    ...Object.fromEntries(kernel.map((size, axis) => [`kernel[${axis}]`, size])),
  });
  if (inChannels % groups !== 0 || outChannels % groups !== 0)
    throw new ArgumentError(
      op,
      `${groups} groups do not divide ${inChannels} input and ${outChannels} output channels`,
    );
  return {
    inGroup: inChannels / groups,
    outGroup: outChannels / groups,
    taps: sizeOf(kernel),
  };
}

/**
 * Fans of a convolution, weight [out, in/groups, ...kernel]:
 *
 *     fanIn = in/groups · ∏kernel,    fanOut = out/groups · ∏kernel
 *
 * Both are divided by the number of groups, since an input channel is used in the outputs of its own group only.
 * @throws ArgumentError for a size that is no whole number ≥ 1, or groups that do not divide the channels
 */
export function convFans(shape: ConvShape): Fans {
  checkOptions('convFans', shape, CONV);
  const { inGroup, outGroup, taps } = convFactors('convFans', shape);
  return { fanIn: inGroup * taps, fanOut: outGroup * taps };
}

/**
 * Fans of a transposed convolution, weight [in, out/groups, ...kernel]:
 *
 *     fanIn = in/groups · ∏kernel / ∏stride,    fanOut = out/groups · ∏kernel
 *
 * With stride s only every s-th element of the kernel meets an input, so fanIn is an average over the outputs. The
 * stride is 1 by default.
 * @throws ArgumentError as {@link convFans}, or for a stride with another number of axes than the kernel
 */
export function convTransposeFans(options: ConvShape & { stride?: readonly number[] }): Fans {
  checkOptions('convTransposeFans', options, { ...CONV, stride: null });
  const { stride, ...shape } = options;
  const { inGroup, outGroup, taps } = convFactors('convTransposeFans', shape);
  if (stride !== undefined) needList('convTransposeFans', 'stride', stride);
  needWhole(
    'convTransposeFans',
    Object.fromEntries((stride ?? []).map((step, axis) => [`stride[${axis}]`, step])),
  );
  if (stride && stride.length !== shape.kernel.length)
    throw new ArgumentError(
      'convTransposeFans',
      `stride has ${stride.length} axes and kernel ${shape.kernel.length}; give one step for each axis of the kernel`,
    );
  const steps = sizeOf(stride ?? []);
  return { fanIn: (inGroup * taps) / steps, fanOut: outGroup * taps };
}

/**
 * Fans of an embedding table [vocabulary, dim]: fanIn = 1, fanOut = dim. An output is an element of one row, and no
 * sum.
 * @throws ArgumentError unless dim is a whole number ≥ 1
 */
export function embeddingFans(dim: number): Fans {
  needWhole('embeddingFans', { dim });
  return { fanIn: 1, fanOut: dim };
}
