/**
 * Fans: how many numbers are summed into one output (fanIn), and how many outputs one input feeds (fanOut). A layer
 * computes them from what it knows; nothing infers them from a bare shape, since [in, out] and [out, in] look alike.
 *
 * Previous: src/init/initializer.ts · Next: src/init/variance.ts
 */
import { ArgumentError } from '../base/errors.js';
import { sizeOf } from '../base/shape.js';

export interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

function whole(op: string, sizes: Record<string, number>): void {
  for (const [name, size] of Object.entries(sizes))
    if (!Number.isInteger(size) || size < 1)
      throw new ArgumentError(op, `${name} is a whole number ≥ 1, got ${size}`);
}

/** Weight [in, out] of y = x · W: fanIn = in, fanOut = out. */
export function linearFans(inFeatures: number, outFeatures: number): Fans {
  whole('linearFans', { inFeatures, outFeatures });
  return { fanIn: inFeatures, fanOut: outFeatures };
}

export interface ConvShape {
  inChannels: number;
  outChannels: number;
  /** Size along each spatial axis, e.g. [3, 3]. */
  kernel: readonly number[];
  /** Groups the channels are split into; inChannels for a depthwise convolution. Default 1. */
  groups?: number;
}

function needList(op: string, name: string, sizes: unknown): void {
  if (!Array.isArray(sizes))
    throw new ArgumentError(
      op,
      `${name} is a list with a number for each spatial axis, such as [3, 3], got ${String(sizes)}`,
    );
}

function convFactors(
  op: string,
  { inChannels, outChannels, kernel, groups = 1 }: ConvShape,
): { inGroup: number; outGroup: number; taps: number } {
  needList(op, 'kernel', kernel);
  whole(op, {
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
 * Convolution, weight [out, in/groups, ...kernel]: fanIn = in/groups · ∏kernel, fanOut = out/groups · ∏kernel.
 * Both are divided by the groups: an input channel feeds the outputs of its own group only.
 */
export function convFans(shape: ConvShape): Fans {
  const { inGroup, outGroup, taps } = convFactors('convFans', shape);
  return { fanIn: inGroup * taps, fanOut: outGroup * taps };
}

/**
 * Transposed convolution, weight [in, out/groups, ...kernel]: fanIn = in/groups · ∏kernel / ∏stride, since with
 * stride s only every s-th tap meets an input; fanOut = out/groups · ∏kernel. The fan is an average over positions.
 */
export function convTransposeFans({ stride, ...shape }: ConvShape & { stride?: readonly number[] }): Fans {
  const { inGroup, outGroup, taps } = convFactors('convTransposeFans', shape);
  if (stride) needList('convTransposeFans', 'stride', stride);
  whole(
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

/** Embedding table [vocabulary, dim]: a row is picked, not summed, so fanIn = 1; fanOut = dim. */
export function embeddingFans(dim: number): Fans {
  whole('embeddingFans', { dim });
  return { fanIn: 1, fanOut: dim };
}
