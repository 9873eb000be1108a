/** Rows of patches and convolutions: every option as a number and as a pair, groups up to depthwise, with and without a bias. */

import * as tg from '../../../src/index.js';
import { fc } from '../../support/property.js';
import { custom, type Row, type Tensor } from '../rows.js';

type Pair = readonly [number, number];

const upTo = (most: number, least = 1): fc.Arbitrary<number> => fc.integer({ min: least, max: most });

/** A number for both axes, or one for each. */
const perAxis = (most: number, least = 1): fc.Arbitrary<tg.PerAxis> =>
  fc.oneof(upTo(most, least), fc.tuple(upTo(most, least), upTo(most, least)));

const both = (value: tg.PerAxis): Pair => (typeof value === 'number' ? [value, value] : value);

/** A window with its options, and how many rows and columns an image has more than the smallest that the window fits in. */
const windows = fc.record({
  kernel: perAxis(2),
  stride: perAxis(2),
  padding: perAxis(1, 0),
  dilation: perAxis(2),
  more: fc.tuple(upTo(2, 0), upTo(1, 0)),
});

type Window = typeof windows extends fc.Arbitrary<infer T> ? T : never;

/** Height and width of an image that the window fits in. */
function imageFor({ kernel, padding, dilation, more }: Window): [number, number] {
  const [k, p, d] = [both(kernel), both(padding), both(dilation)];
  const size = (axis: 0 | 1): number => Math.max(1, d[axis] * (k[axis] - 1) + 1 - 2 * p[axis]) + more[axis];
  return [size(0), size(1)];
}

/** How many positions the window has along both axes, counted. */
function positions({ kernel, stride, padding, dilation }: Window, size: Pair): Pair {
  const [k, s, p, d] = [both(kernel), both(stride), both(padding), both(dilation)];
  const count = (axis: 0 | 1): number => {
    let found = 0;
    for (let at = -p[axis]; at + d[axis] * (k[axis] - 1) < size[axis] + p[axis]; at += s[axis]) found++;
    return found;
  };
  return [count(0), count(1)];
}

const channels = fc.record({
  images: upTo(2),
  groups: upTo(2),
  inGroup: upTo(2),
  outGroup: upTo(2),
  bias: fc.boolean(),
});

/** The operands of a convolution; the weight is [out, in/groups, …], and [in, out/groups, …] where it is transposed. */
function operands(
  { images, groups, inGroup, outGroup, bias }: typeof channels extends fc.Arbitrary<infer T> ? T : never,
  size: readonly number[],
  kernel: readonly number[],
  transposed = false,
): number[][] {
  const [ins, outs] = [groups * inGroup, groups * outGroup];
  const weight = transposed ? [ins, outGroup, ...kernel] : [outs, inGroup, ...kernel];
  return [[images, ins, ...size], weight, ...(bias ? [[outs]] : [])];
}

const DROPPED: Partial<Row> = { nan: 'dropped' };

/** 'same' for windows that move by 1, now and then. */
const named = fc.constantFrom(null, null, 'same' as const);

export const convolutions: Record<string, Row> = {
  unfold: custom(
    fc.tuple(windows, upTo(2), upTo(2)),
    ([{ kernel, more, ...options }, images, planes]) => ({
      shapes: [[images, planes, ...imageFor({ kernel, more, ...options })]],
      fn: (x) => tg.unfold(x!, kernel, options),
    }),
    DROPPED,
  ),
  fold: custom(
    fc.tuple(windows, upTo(2), upTo(2)),
    ([{ kernel, more, ...options }, images, planes]) => {
      const size = imageFor({ kernel, more, ...options });
      const [k, l] = [both(kernel), positions({ kernel, more, ...options }, size)];
      return {
        shapes: [[images, planes * k[0] * k[1], l[0] * l[1]]],
        fn: (columns) => tg.fold(columns!, size, kernel, options),
      };
    },
    DROPPED,
  ),
  conv1d: custom(
    fc.tuple(channels, upTo(3), upTo(2), upTo(1, 0), upTo(2), upTo(2, 0)),
    ([sizes, kernel, stride, padding, dilation, more]) => ({
      shapes: operands(sizes, [Math.max(1, dilation * (kernel - 1) + 1 - 2 * padding) + more], [kernel]),
      fn: (x, w, b) => tg.conv1d(x!, w!, b ?? null, { stride, padding, dilation, groups: sizes.groups }),
    }),
    DROPPED,
  ),
  conv2d: custom(
    fc.tuple(channels, windows, named),
    ([{ groups, ...sizes }, { kernel, more, ...options }, same]) => {
      const window = same ? { ...options, stride: 1, padding: same } : options;
      return {
        shapes: operands({ groups, ...sizes }, imageFor({ kernel, more, ...options }), both(kernel)),
        fn: (x, w, b) => tg.conv2d(x!, w!, b ?? null, { ...window, groups }),
      };
    },
    DROPPED,
  ),
  convTranspose2d: custom(
    fc.tuple(channels, windows, fc.tuple(upTo(1, 0), upTo(1, 0))),
    ([{ groups, ...sizes }, { kernel, more, ...options }, wanted]) => {
      const [s, d] = [both(options.stride), both(options.dilation)];
      // One row more is possible where the stride or the dilation leaves room for it.
      const outputPadding = wanted.map((one, axis) => Math.min(one, Math.max(s[axis]!, d[axis]!) - 1));
      const window = { ...options, outputPadding: outputPadding as [number, number] };
      return {
        shapes: operands({ groups, ...sizes }, [more[0] + 3, more[1] + 3], both(kernel), true),
        fn: (x: Tensor | undefined, w: Tensor | undefined, b: Tensor | undefined) =>
          tg.convTranspose2d(x!, w!, b ?? null, { ...window, groups }),
      };
    },
    DROPPED,
  ),
};
