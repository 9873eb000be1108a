/**
 * Datasets in memory: columns of equal length. Row i is the i-th entry of each column, so that a batch, a part of a split and
 * any other choice of rows is made by one function for all columns.
 */
import { ArgumentError } from '../base/errors.js';
import { isAnyArray, isTensor, kindOf, refuseForeign, shown } from '../base/kind.js';
import { indexSelect, Tensor } from '../core.js';
import { ImageSet } from './images.js';

/** What a dataset says of its rows: a class for each in a list, or targets of any shape in a tensor. */
export type Labels = ArrayLike<number> | Tensor;

/** A dataset in memory: rows and their classes or targets. */
export interface Labelled<L extends Labels = Labels> {
  /** The first axis counts the rows. */
  readonly x: Tensor;
  /**
   * One class for each row: whole numbers. Or a tensor whose first axis counts the rows: targets to regress on, one-hot rows
   * as `oneHot` makes them, probabilities.
   */
  readonly labels: L;
}

/**
 * Columns of equal length under any names. A tensor's first axis counts the rows, and a list has one value for each row. Two
 * names have a meaning: `x` is a tensor, and `labels` are {@link Labels}. Both may be left out, `labels` for an autoencoder,
 * `x` for a model with several inputs.
 */
export type Columns<D> = {
  readonly [Name in keyof D]: Name extends 'x'
    ? Tensor
    : Name extends 'labels'
      ? Labels | undefined
      : Name extends 'indices'
        ? never
        : Tensor | ArrayLike<unknown>;
};

/** What loaders and splits take: {@link Columns}, such as `{ x, labels }`, or a set of images. */
export type Dataset<D> = Columns<D> | ImageSet;

/** What rows of one column are: those of a tensor a tensor, classes in a list an Int32Array, other values an array. */
export type Taken<Name, Column> = Column extends Tensor
  ? Tensor
  : Name extends 'labels'
    ? Column extends undefined
      ? undefined
      : Int32Array
    : Column extends ArrayLike<infer Value>
      ? Value[]
      : never;

/** Rows of a dataset, column by column. Those of an {@link ImageSet} are `{ x, labels }`. */
export type Rows<D> = D extends ImageSet
  ? Labelled<Int32Array>
  : { readonly [Name in keyof D]: Taken<Name, D[Name]> };

/** The columns of a dataset at run time. */
type AnyColumns = Readonly<Record<string, Tensor | ArrayLike<unknown>>>;

/** The names of the columns. `x` and `labels` are columns also where a class computes them. */
function namesOf(dataset: AnyColumns): string[] {
  const names = new Set(['x', 'labels', ...Object.keys(dataset)]);
  return [...names].filter((name) => dataset[name] !== undefined);
}

/** The number of rows. Refuses what is no dataset, and columns of unequal length. */
export function countRows(op: string, dataset: unknown): number {
  if (dataset instanceof ImageSet) return dataset.length;
  refuseForeign(op, dataset);
  const columns = dataset as AnyColumns;
  const isRecord =
    typeof dataset === 'object' && dataset !== null && !isAnyArray(dataset) && !isTensor(dataset);
  const names = isRecord ? namesOf(columns) : [];
  refuseForeign(op, isRecord ? columns.x : undefined);
  if (names.length === 0 || (columns.x !== undefined && !hasAxis(columns.x)))
    throw new ArgumentError(
      op,
      'expected a dataset { x, labels }: a Tensor whose first axis counts the rows, and a class for each row',
    );
  const [first, ...others] = names as [string, ...string[]];
  const count = countEntries(op, first, columns[first]);
  for (const name of others) {
    const entries = countEntries(op, name, columns[name]);
    if (entries !== count)
      throw new ArgumentError(
        op,
        `${first} has ${count} rows and ${name} ${entries}; a column has one entry for each row`,
      );
  }
  return count;
}

const hasAxis = (value: unknown): boolean => value instanceof Tensor && value.rank > 0;

/** The number of entries in a column. Refuses columns that a batch could not hold. */
function countEntries(op: string, name: string, column: unknown): number {
  refuseForeign(op, column);
  if (name === 'indices')
    throw new ArgumentError(op, 'a column is called indices, as the positions of a batch; rename the column');
  if (hasAxis(column)) return (column as Tensor).shape[0]!;
  if (column instanceof Tensor)
    throw new ArgumentError(op, `${name} has no axis; expected one entry, or one row, for each row`);
  if (!isAnyArray(column))
    throw new ArgumentError(
      op,
      name === 'labels'
        ? `the labels are ${kindOf(column)}; expected a list of classes, or a Tensor of targets`
        : `the column ${name} is ${kindOf(column)}; expected a Tensor, or a list with a value for each row`,
    );
  if (name === 'labels') needClasses(op, column);
  return column.length;
}

/** Refuses labels in a list that are no classes: whole numbers of 32 bits. */
function needClasses(op: string, labels: ArrayLike<unknown>): void {
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    if (!Number.isInteger(label) || Math.abs(label as number) >= 2 ** 31)
      throw new ArgumentError(
        op,
        `label ${i} is ${shown(label)}; labels in a list are classes, whole numbers below 2^31. Pass other targets as a Tensor whose first axis counts the rows, such as tensor([[0.25], [0.75]])`,
      );
  }
}

/** The rows at positions that were checked, in their order. */
export function takeRows<D>(dataset: D, indices: Int32Array): Rows<D> {
  if (dataset instanceof ImageSet)
    return { x: dataset.images(indices), labels: dataset.labelsOf(indices) } as unknown as Rows<D>;
  const columns = dataset as AnyColumns;
  const taken = namesOf(columns).map((name) => [name, takeEntries(name, columns[name]!, indices)]);
  return Object.fromEntries(taken) as Rows<D>;
}

function takeEntries(name: string, column: Tensor | ArrayLike<unknown>, indices: Int32Array): unknown {
  if (column instanceof Tensor) return indexSelect(column, 0, indices);
  if (name === 'labels') return Int32Array.from(indices, (index) => column[index] as number);
  return Array.from(indices, (index) => column[index]);
}
