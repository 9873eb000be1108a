/**
 * Bounds: the box lower ≤ x ≤ upper, element by element. A point outside is projected to the nearest one inside. At a
 * minimum in the box each slope is 0, or points out of the box and cannot be followed. In formulas: projecting x − ∇f gives x
 * again.
 *
 * Source: Bertsekas 1982, Projected Newton methods for optimization problems with simple constraints
 *
 * Previous: src/optim/line-search.ts · Next: src/optim/standard-errors.ts
 */
import { Tensor } from '../autograd/graph.js';
import type { Dtype } from '../base/array.js';
import { ArgumentError, formatShape } from '../base/errors.js';
import { refuseForeign, shown } from '../base/kind.js';
import { checkOptions } from '../base/words.js';
import type { Mask } from './lbfgs.js';
import type { Point } from './objective.js';

/** A limit for each element, by tensor: a number for all of its elements, or a tensor of its shape. */
export type Limit = number | Tensor;

/** The limits of x. Those that are left out are −∞ and ∞. For a list of tensors a number for all, or a list of limits. */
export interface Bounds {
  readonly lower?: Limit | readonly Limit[];
  readonly upper?: Limit | readonly Limit[];
}

/** An element is held at a bound that is as near as this, times its size if that is above 1. */
const NEAR = 1e-6;

/** The box of all x between two limits, element by element; −∞ and ∞ stand for none. */
export class Box {
  constructor(
    private readonly lower: Float64Array,
    private readonly upper: Float64Array,
  ) {}

  /** The nearest point of the box. */
  project(x: Float64Array): Float64Array {
    return x.map((value, i) => Math.min(Math.max(value, this.lower[i]!), this.upper[i]!));
  }

  /** ‖P(x − ∇f) − x‖∞: the largest slope that can be followed; without bounds the largest of all. */
  slopeLeft({ x, gradient }: Point): number {
    const moved = gradient.map((slope, i) =>
      Math.min(Math.max(-slope, this.lower[i]! - x[i]!), this.upper[i]! - x[i]!),
    );
    return moved.reduce((most, step) => Math.max(most, Math.abs(step)), 0);
  }

  /**
   * Which elements take part in L-BFGS: all but those at a bound, or nearly, whose slope drives them out of the box. If these
   * took part, the projection would bend the direction until it leads uphill.
   */
  moving({ x, gradient }: Point): Mask {
    return (i) => {
      const near = NEAR * Math.max(1, Math.abs(x[i]!));
      const [toLower, toUpper] = [x[i]! - this.lower[i]!, this.upper[i]! - x[i]!];
      return !((toLower <= near && gradient[i]! > 0) || (toUpper <= near && gradient[i]! < 0));
    };
  }

  /** A direction without what would leave the box at once. Elements that L-BFGS leaves out go straight down. */
  inside(direction: Float64Array, { x, gradient }: Point, moves: Mask): Float64Array {
    return direction.map((value, i) => {
      const step = moves(i) ? value : -gradient[i]!;
      return (x[i] === this.lower[i] && step < 0) || (x[i] === this.upper[i] && step > 0) ? 0 : step;
    });
  }

  /** The longest step along a direction before the first bound; ∞ if there is none on the way. */
  room(x: Float64Array, direction: Float64Array): number {
    return direction.reduce((least, step, i) => {
      if (step === 0) return least;
      const bound = step < 0 ? this.lower[i]! : this.upper[i]!;
      return Math.min(least, (bound - x[i]!) / step);
    }, Infinity);
  }
}

/**
 * The box of bounds that were passed for tensors.
 * @throws ArgumentError for what are no limits, and for a lower one above its upper one
 */
export function boxFor(op: string, bounds: Bounds, like: readonly Tensor[]): Box {
  checkOptions(op, bounds, { lower: null, upper: null });
  const { lower: low = -Infinity, upper: high = Infinity } = bounds;
  const lower = limits(op, 'bounds.lower', low, like);
  const upper = limits(op, 'bounds.upper', high, like);
  const crossed = lower.findIndex((value, i) => !(value <= upper[i]!));
  if (crossed >= 0)
    throw new ArgumentError(
      op,
      `bounds.lower is ${lower[crossed]} and bounds.upper ${upper[crossed]} at element ${crossed}; expected lower ≤ upper`,
    );
  return new Box(lower, upper);
}

/** One number an element, rounded as the element is. */
function limits(
  op: string,
  what: string,
  given: Limit | readonly Limit[],
  like: readonly Tensor[],
): Float64Array {
  const list = Array.isArray(given) ? (given as readonly Limit[]) : like.map(() => given as Limit);
  if (list.length !== like.length)
    throw new ArgumentError(op, `${what} has ${list.length} limits for ${like.length} tensors`);
  return Float64Array.from(list.flatMap((limit, i) => limitsOf(op, what, limit, like[i]!)));
}

function limitsOf(op: string, what: string, limit: Limit, { shape, size, dtype }: Tensor): number[] {
  refuseForeign(op, limit);
  if (typeof limit === 'number') return new Array(size).fill(rounded(limit, dtype));
  if (!(limit instanceof Tensor))
    throw new ArgumentError(op, `${what} is a number or a Tensor, got ${shown(limit)}`);
  if (formatShape(limit.shape) !== formatShape(shape))
    throw new ArgumentError(
      op,
      `${what} has shape ${formatShape(limit.shape)}; expected ${formatShape(shape)}, the shape of x, or a number`,
    );
  return Array.from(limit.data, (value) => rounded(value, dtype));
}

const rounded = (value: number, dtype: Dtype): number => (dtype === 'float32' ? Math.fround(value) : value);
