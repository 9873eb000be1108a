/** What a model makes of many rows, a few of them at a time. */
import { ArgumentError, formatShape, ShapeError } from '../base/errors.js';
import { isPromise, kindOf, messageOf, refuseForeign } from '../base/kind.js';
import { type Check, checkOptions, needFunction, needModel, numberIn } from '../base/words.js';
import { concat, noGrad, slice, Tensor } from '../core.js';
import type { AnyModule } from '../nn/index.js';
import { keepingModes } from './modes.js';

/**
 * Rows for a model: a tensor whose first axis counts them, a dataset `{ x }`, or images by their positions, such as an
 * ImageSet of `tapegrad/data`.
 */
export type PredictInput =
  | Tensor
  | { readonly x: Tensor }
  | { readonly length: number; images(indices: ArrayLike<number>): Tensor };

/** Options of {@link predict}. */
export interface PredictOptions<Result = Tensor> {
  /** The number of rows that run through the model at once, ≥ 1. Default 256. */
  batchSize?: number;
  /** Takes the tensor out of what the model returns, where that is none, or computes with it. Default: as it is. */
  output?: (result: Result) => Tensor;
}

const PREDICT: Record<keyof PredictOptions, Check> = {
  batchSize: numberIn({ least: 1, whole: true }),
  output: (op, what, value) => needFunction(op, value, `${what}, a function from a result to a Tensor`),
};

/**
 * Runs rows through a model in evaluation mode and without recording, `batchSize` at a time. Afterwards every module trains
 * or not as it did before.
 * @returns the outputs of all rows, [n, …]. For no rows that is what the model makes of an empty batch
 * @throws ArgumentError if the model returns no Tensor, ShapeError if its first axis does not count the rows
 */
export function predict<Result>(
  model: { forward(x: Tensor): Result } & AnyModule,
  data: PredictInput,
  options: PredictOptions<Result> = {},
): Tensor {
  needModel('predict', model);
  const { count, take } = rowsOf(data);
  checkOptions('predict', options, PREDICT);
  const { batchSize = 256, output = (result) => result as Tensor } = options;
  const run = (from: number, to: number): Tensor => {
    const result = count === 0 ? ofNone(() => model.forward(take(0, 0))) : model.forward(take(from, to));
    return checkOutput(output(result), to - from);
  };
  return keepingModes(model, () =>
    noGrad(() => {
      model.eval();
      const outputs = [run(0, Math.min(batchSize, count))];
      for (let from = batchSize; from < count; from += batchSize)
        outputs.push(run(from, Math.min(from + batchSize, count)));
      return outputs.length === 1 ? outputs[0]! : concat(outputs);
    }),
  );
}

/** The number of rows, and a function that takes those from one position up to another. */
function rowsOf(data: PredictInput): { count: number; take: (from: number, to: number) => Tensor } {
  const { x, images, length } = (data ?? {}) as { x?: unknown; images?: unknown; length?: unknown };
  refuseForeign('predict', data);
  refuseForeign('predict', x);
  const rows = data instanceof Tensor ? data : x;
  if (rows instanceof Tensor && rows.rank > 0)
    return { count: rows.shape[0]!, take: (from, to) => slice(rows, [[from, to]]) };
  if (typeof images === 'function' && Number.isInteger(length)) {
    const set = data as { length: number; images(indices: ArrayLike<number>): Tensor };
    const positions = (from: number, to: number) =>
      Int32Array.from({ length: to - from }, (_, i) => from + i);
    return { count: set.length, take: (from, to) => set.images(positions(from, to)) };
  }
  throw new ArgumentError(
    'predict',
    `expected rows: a Tensor whose first axis counts them, a dataset { x }, or an ImageSet, got ${kindOf(data)}. A DataLoader shuffles; pass its dataset`,
  );
}

function checkOutput(output: unknown, rows: number): Tensor {
  if (!(output instanceof Tensor)) {
    const fix = isPromise(output) ? 'compute it at once' : 'pass output: (result) => the Tensor in it';
    throw new ArgumentError('predict', `the model returned ${kindOf(output)}; expected a Tensor: ${fix}`);
  }
  if (output.shape[0] !== rows)
    throw new ShapeError(
      'predict',
      `the model made ${formatShape(output.shape)} of ${rows} rows; expected one row for each`,
      [output.shape],
    );
  return output;
}

/** The output of an empty batch. A model may refuse that, and then nothing tells the shape of an output. */
function ofNone<Result>(run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    throw new ArgumentError(
      'predict',
      `there are no rows, and the model refuses an empty batch: ${messageOf(error)}`,
    );
  }
}
