/**
 * The function that is minimised, as a function of one vector: the numbers of all its tensors, one after the other. Its
 * gradient comes from the tape.
 */
import { propagate } from '../autograd/backward.js';
import { Tensor } from '../autograd/graph.js';
import { tapePosition, withRecording } from '../autograd/record.js';
import { allocate, type Dtype } from '../base/array.js';
import { ArgumentError, formatShape } from '../base/errors.js';
import { kindOf, refusePromise } from '../base/words.js';

/** A function of tensors whose result is a single number. */
export type ScalarFunction = (...xs: Tensor[]) => Tensor;

/** What is known of f at one place. */
export interface Point {
  readonly x: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
}

/** Whether the value and all slopes are numbers that can be compared: neither NaN nor infinite. */
export const isFinitePoint = ({ value, gradient }: Point): boolean =>
  Number.isFinite(value) && gradient.every(Number.isFinite);

/** The function f with its gradient, of the numbers of all its tensors in one vector. It counts how often f is computed. */
export class Objective {
  /** How often f was computed, each time with its gradient. */
  evaluations = 0;
  /** float32 if one of the tensors is. */
  readonly dtype: Dtype;

  /** @param like tensors with the shapes and dtypes of the arguments of f */
  constructor(
    private readonly f: ScalarFunction,
    private readonly like: readonly Tensor[],
  ) {
    this.dtype = like.some(({ dtype }) => dtype === 'float32') ? 'float32' : 'float64';
  }

  /** The numbers of tensors as one vector. */
  join(tensors: readonly Tensor[]): Float64Array {
    return Float64Array.from(tensors.flatMap(({ data }) => [...data]));
  }

  /** The numbers of a vector as tensors. Those of float32 are rounded. */
  split(x: Float64Array): Tensor[] {
    let start = 0;
    return this.like.map(({ shape, dtype, size, name }) => {
      const data = allocate(dtype, size);
      data.set(x.subarray(start, (start += size)));
      return new Tensor(data, shape).named(name);
    });
  }

  /** f and its gradient at x, which is rounded where a tensor is float32. Nothing is added to any `.grad`. */
  evaluate(x: Float64Array): Point {
    this.evaluations++;
    const inputs = this.split(x);
    for (const input of inputs) input.requiresGrad = true;
    const since = tapePosition();
    const output = withRecording(true, () => this.f(...inputs));
    checkOutput(output);
    const found = propagate(output, undefined, { targets: new Set(inputs), since });
    if (found.size === 0)
      throw new ArgumentError(
        'minimize',
        'the function returned what has no gradient by its arguments; compute it from them with ops, without item(), detach() or noGrad()',
      );
    const slopes = inputs.map(
      (input) => found.get(input) ?? new Tensor(allocate(input.dtype, input.size), input.shape),
    );
    return { x: this.join(inputs), value: output.item(), gradient: this.join(slopes) };
  }
}

/** Refuses what is no single number. */
function checkOutput(output: unknown): void {
  refusePromise('minimize', output, 'await first, then minimise what is computed at once');
  if (!(output instanceof Tensor))
    throw new ArgumentError('minimize', `the function returned ${kindOf(output)}; expected a Tensor`);
  if (output.size !== 1)
    throw new ArgumentError(
      'minimize',
      `the function returned shape ${formatShape(output.shape)}; only a single number has a minimum. Reduce it with sum() or mean()`,
    );
}
