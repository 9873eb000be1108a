/** Where the windows of a pooling lie along one axis. */

/** The windows along an axis: which elements each sees, and how many places count for the mean. */
export interface Windows {
  /** The number of elements along the axis. */
  readonly size: number;
  /** The first element that a window sees. */
  readonly from: Int32Array;
  /** The element after the last. */
  readonly to: Int32Array;
  /** The number of places that an average counts. */
  readonly counts: Int32Array;
}

/** How a window moves along one axis. */
interface Movement {
  readonly kernel: number;
  readonly stride: number;
  /** The number of places that are added at both ends. */
  readonly padding: number;
  /** Whether a last window may reach beyond the padding. It has to begin inside the axis or the padding before it. */
  readonly ceilMode: boolean;
  /** Whether padding counts in an average. What lies beyond the padding never does. */
  readonly countIncludePad: boolean;
}

/** The number of windows on an axis of this size: ⌊(size + 2p − k) / s⌋ + 1, with `ceilMode` rounded up. */
function windowCount(size: number, { kernel, stride, padding, ceilMode }: Movement): number {
  const room = size + 2 * padding - kernel;
  if (!ceilMode) return Math.max(0, Math.floor(room / stride) + 1);
  const count = Math.max(0, Math.ceil(room / stride) + 1);
  return (count - 1) * stride >= size + padding ? count - 1 : count;
}

/** The windows that move along an axis of this size. */
export function movingWindows(size: number, movement: Movement): Windows {
  const { kernel, stride, padding, countIncludePad } = movement;
  return windows(size, windowCount(size, movement), (i) => {
    const start = i * stride - padding;
    const from = Math.max(0, start);
    const to = Math.min(start + kernel, size);
    return [from, to, countIncludePad ? Math.min(start + kernel, size + padding) - start : to - from];
  });
}

/** `count` windows that cover an axis of this size as evenly as whole places allow: ⌊i·size/n⌋ to ⌈(i + 1)·size/n⌉ */
export function coveringWindows(size: number, count: number): Windows {
  return windows(size, count, (i) => {
    const from = Math.floor((i * size) / count);
    const to = Math.ceil(((i + 1) * size) / count);
    return [from, to, to - from];
  });
}

function windows(
  size: number,
  count: number,
  at: (i: number) => readonly [from: number, to: number, counted: number],
): Windows {
  const all = Array.from({ length: count }, (_, i) => at(i));
  return {
    size,
    from: Int32Array.from(all, ([from]) => from),
    to: Int32Array.from(all, ([, to]) => to),
    counts: Int32Array.from(all, ([, , counted]) => counted),
  };
}
