/**
 * Datasets from tables, such as CSV files. A parser of your choice reads the text, and its rows are handed to
 * {@link tableDataset}: columns of numbers become features, and a column of names classes.
 */
import { allocate, type Dtype, isHeldBy, needDtype } from '../base/array.js';
import { ArgumentError } from '../base/errors.js';
import { kindOf, shown } from '../base/kind.js';
import { type Check, checkOptions, needText } from '../base/words.js';
import { Tensor } from '../core.js';
import { listed, type Names, Reader } from './table-cells.js';
import { checkedTable, needTexts, OP, type TableRows } from './table-rows.js';

/** Options of {@link tableDataset}. */
export interface TableOptions {
  /** The column to predict. Without it the dataset has no labels. */
  target?: string;
  /**
   * For a target that is a class: the names of the classes, or true. Labels are positions in this list. Without it the target
   * is a number.
   */
  classes?: Names;
  /** The columns of x, in their order. Default: all but the target. */
  features?: readonly string[];
  /** For features that are no numbers: the column and its values. Each value becomes a feature that is 0 or 1 (one-hot). */
  categories?: Readonly<Record<string, Names>>;
  /** The names of the columns, for a table of lists without a header. Default: the first row has them. */
  header?: readonly string[];
  /** Texts that mark a missing value besides an empty cell, such as `['NA', '?']`. Default: none. */
  naValues?: readonly string[];
  /**
   * What becomes of missing numbers in features: an error, the mean of the column, or this number, which is finite in the
   * dtype. Missing targets and categories are refused in any case. Default `'refuse'`.
   */
  missing?: 'refuse' | 'mean' | number;
  /** Default float32. */
  dtype?: Dtype;
}

/** A dataset and what its numbers stand for. */
export interface Table<D> {
  /** `{ x, labels }` for a `DataLoader`, `randomSplit`, … */
  readonly dataset: D;
  /** The name of each column of x. A category is called `column=value`. */
  readonly columns: readonly string[];
  /** The values of each category, for `categories` of another table. */
  readonly categories: Readonly<Record<string, readonly string[]>>;
  /** The names of the classes: label i is classes[i]. Empty unless the target is a class. */
  readonly classes: readonly string[];
}

const needNames: Check = (op, what, value) => {
  if (value !== true) needTexts(op, what, value);
};

const TABLE: Record<keyof TableOptions, Check> = {
  target: needText,
  classes: needNames,
  features: needTexts,
  categories: (op, what, value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || ArrayBuffer.isView(value))
      throw new ArgumentError(op, `${what} is an object such as { colour: true }, got ${kindOf(value)}`);
    for (const [column, names] of Object.entries(value)) needNames(op, `${what}.${column}`, names);
  },
  header: needTexts,
  naValues: needTexts,
  missing: (op, what, value) => {
    if (value !== 'refuse' && value !== 'mean' && !Number.isFinite(value))
      throw new ArgumentError(op, `${what} is 'refuse', 'mean' or a finite number, got ${shown(value)}`);
  },
  dtype: needDtype,
};

/**
 * A dataset from the rows of a table: x [n, features], and labels: with `classes` whole numbers, without it the numbers of the
 * target, [n, 1].
 *
 * A text is a number if it is written in decimal: `12`, `-0.5`, `.5`, `1e-3`, with white space around it. `1,5`, `0x10`, `NaN`,
 * `Infinity` and `1 000` are refused, and so is what is too large for the dtype, `1e400`. Found names are sorted, by value if all
 * are numbers and else by their code units, so that they do not depend on the order of the rows. For test rows in a table of
 * their own, pass `classes` and `categories` that came out for the training rows.
 * @throws ArgumentError that names line, column and text. Lines are counted from 1 with the header, one for each row
 * @example const { data } = Papa.parse<string[]>(text, { skipEmptyLines: true });
 * const { dataset, classes } = tableDataset(data, { target: 'species', classes: true });
 */
export function tableDataset(
  rows: TableRows,
  options: TableOptions & { target: string; classes: Names },
): Table<{ readonly x: Tensor; readonly labels: Int32Array }>;
export function tableDataset(
  rows: TableRows,
  options: TableOptions & { target: string; classes?: undefined },
): Table<{ readonly x: Tensor; readonly labels: Tensor }>;
export function tableDataset(
  rows: TableRows,
  options?: TableOptions & { target?: undefined; classes?: undefined },
): Table<{ readonly x: Tensor }>;
export function tableDataset(rows: TableRows, options: TableOptions = {}): Table<object> {
  checkOptions(OP, options, TABLE);
  const table = checkedTable(rows, options.header);
  const features = featuresOf(table.columns, options);
  const { target, classes, categories = {}, missing = 'refuse', dtype = 'float32' } = options;
  if (typeof missing === 'number' && !isHeldBy(dtype, missing))
    throw new ArgumentError(OP, `missing is ${missing}, too large for ${dtype}; pass dtype: 'float64'`);
  const reader = new Reader(table, options.naValues ?? []);
  const columns: { name: string; values: ArrayLike<number> }[] = [];
  const found: Record<string, readonly string[]> = {};
  for (const column of features)
    if (Object.hasOwn(categories, column)) {
      const { names, positions } = reader.named(column, categories[column]!);
      found[column] = names;
      for (const [i, name] of names.entries())
        columns.push({ name: `${column}=${name}`, values: Array.from(positions, (at) => Number(at === i)) });
    } else columns.push({ name: column, values: reader.numbers(column, missing, dtype) });

  const count = table.rows.length;
  const values = columns.map((column) => column.values);
  const x = toTensor(values, count, dtype);
  const described = { columns: columns.map(({ name }) => name), categories: found };
  if (target === undefined) return { dataset: { x }, ...described, classes: [] };
  if (classes === undefined) {
    const labels = toTensor([reader.numbers(target, 'refuse', dtype)], count, dtype);
    return { dataset: { x, labels }, ...described, classes: [] };
  }
  const { names, positions } = reader.named(target, classes);
  return { dataset: { x, labels: positions }, ...described, classes: names };
}

/** The columns of x. Refuses options that do not fit together. */
function featuresOf(
  header: readonly string[],
  { features, target, classes, categories }: TableOptions,
): readonly string[] {
  const chosen = features ?? header.filter((column) => column !== target);
  if (chosen.length === 0) throw new ArgumentError(OP, 'there are no features; x would have no columns');
  if (target !== undefined && chosen.includes(target))
    throw new ArgumentError(
      OP,
      `${shown(target)} is the target and among the features; leave it out of these`,
    );
  if (target === undefined && classes !== undefined)
    throw new ArgumentError(OP, 'classes needs target, the column whose names they are');
  const wrong = Object.keys(categories ?? {}).find((column) => !chosen.includes(column));
  if (wrong !== undefined)
    throw new ArgumentError(
      OP,
      `categories has ${shown(wrong)}, which is no feature; expected some of ${listed(chosen)}`,
    );
  return chosen;
}

/** Columns of numbers side by side. */
function toTensor(columns: readonly ArrayLike<number>[], rows: number, dtype: Dtype): Tensor {
  const data = allocate(dtype, rows * columns.length);
  for (const [j, values] of columns.entries())
    for (let i = 0; i < rows; i++) data[i * columns.length + j] = values[i]!;
  return new Tensor(data, [rows, columns.length]);
}
