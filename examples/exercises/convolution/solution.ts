/**
 * Solution: a signal cut into pieces.
 *
 * `cut` writes the pieces of a signal [length] into the columns of a matrix [kernel, places]. A piece begins at every
 * stride-th element, and is as long as the kernel.
 *
 * `paste` takes such a matrix and adds its columns up to a signal, each at its place. An element that lies in several
 * pieces is used several times, and receives the sum. The two ops are each other's rules.
 */
import { apply, defineOp, type NDArray, type Tensor } from 'tapegrad';

export interface Pieces {
  /** The number of elements of the signal. */
  readonly length: number;
  /** The number of elements of a piece. */
  readonly kernel: number;
  /** How far a piece begins behind the one before. */
  readonly stride: number;
}

/** The number of pieces. */
const placesOf = ({ length, kernel, stride }: Pieces): number => Math.floor((length - kernel) / stride) + 1;

/** Zeros of the dtype of `data`. */
const zerosLike = (data: NDArray['data'], count: number): NDArray['data'] =>
  data instanceof Float32Array ? new Float32Array(count) : new Float64Array(count);

/** A signal [length] ⇒ [kernel, places]. */
export function cut(x: Tensor, pieces: Pieces): Tensor {
  return apply(CUT, [x], pieces);
}
const CUT = defineOp({
  name: 'cut',
  forward([x]: [NDArray], pieces: Pieces) {
    const places = placesOf(pieces);
    const data = zerosLike(x.data, pieces.kernel * places);
    for (let i = 0; i < pieces.kernel; i++)
      for (let place = 0; place < places; place++)
        data[i * places + place] = x.data[place * pieces.stride + i]!;
    return { data, shape: [pieces.kernel, places] };
  },
  vjp: [(g, _, pieces) => paste(g, pieces)],
});

/** The pieces [kernel, places] ⇒ a signal [length]. */
export function paste(y: Tensor, pieces: Pieces): Tensor {
  return apply(PASTE, [y], pieces);
}
const PASTE = defineOp({
  name: 'paste',
  forward([y]: [NDArray], pieces: Pieces) {
    const places = placesOf(pieces);
    const data = zerosLike(y.data, pieces.length);
    for (let i = 0; i < pieces.kernel; i++)
      for (let place = 0; place < places; place++)
        data[place * pieces.stride + i]! += y.data[i * places + place]!;
    return { data, shape: [pieces.length] };
  },
  vjp: [(g, _, pieces) => cut(g, pieces)],
});

/** A signal [length] and filters [out, kernel] ⇒ [out, places], each filter times each piece. */
export function convolve(x: Tensor, filters: Tensor, stride: number): Tensor {
  const pieces = { length: x.shape[0]!, kernel: filters.shape[1]!, stride };
  return filters.matmul(cut(x, pieces));
}
