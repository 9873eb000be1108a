/** Reads the columns of a table, as numbers or as positions in a list of names. */
import { type Dtype, isHeldBy } from '../base/array.js';
import { ArgumentError } from '../base/errors.js';
import { kindOf, shown } from '../base/kind.js';
import { type Cell, type CheckedTable, OP } from './table-rows.js';

/** The values that a column of names may have, in their order; true for those that are found, sorted. */
export type Names = true | readonly string[];

/** Names as messages list them. */
export const listed = (names: readonly string[]): string => names.map((name) => shown(name)).join(', ');

/** Reads the columns of a table. */
export class Reader {
  constructor(
    private readonly table: CheckedTable,
    private readonly naValues: readonly string[],
  ) {}

  /** The cells of a column, each with its place. */
  private cells(column: string): { cell: Cell; place: string }[] {
    const { columns, rows } = this.table;
    const at = columns.indexOf(column);
    if (at < 0)
      throw new ArgumentError(OP, `there is no column ${shown(column)}; the header has ${listed(columns)}`);
    return rows.map(({ line, cells }) => ({ cell: cells[at], place: placeOf(line, column) }));
  }

  /** The numbers in a column. */
  numbers(column: string, missing: 'refuse' | 'mean' | number, dtype: Dtype): Float64Array {
    const values = new Float64Array(this.table.rows.length);
    const gaps: number[] = [];
    let sum = 0;
    for (const [i, { cell, place }] of this.cells(column).entries()) {
      if (isMissing(cell, this.naValues)) {
        if (missing === 'refuse')
          throw new ArgumentError(
            OP,
            `${place} is empty; fill it by missing: 'mean' or a number, or leave out the row`,
          );
        gaps.push(i);
        continue;
      }
      values[i] = numberOf(cell, place, dtype);
      sum += values[i]!;
    }
    if (gaps.length === 0) return values;
    const filler = missing === 'mean' ? meanOf(column, sum, values.length - gaps.length) : Number(missing);
    for (const i of gaps) values[i] = filler;
    return values;
  }

  /** The names in a column, and the position of each row's name among them. */
  named(column: string, given: Names): { names: readonly string[]; positions: Int32Array } {
    const cells = this.cells(column);
    const texts = cells.map(({ cell, place }) => {
      if (!isMissing(cell, this.naValues)) return textOf(cell, place);
      throw new ArgumentError(OP, `${place} is empty; give what is unknown a name, or leave out the row`);
    });
    const names = given === true ? sorted(new Set(texts)) : given;
    const order = new Map(names.map((name, position) => [name, position]));
    const positions = Int32Array.from(texts, (text, i) => {
      const position = order.get(text);
      if (position !== undefined) return position;
      throw new ArgumentError(OP, `${cells[i]!.place}: ${shown(text)} is none of ${listed(names)}`);
    });
    return { names, positions };
  }
}

/** The mean of a column. The dtype can hold it, since it can hold the numbers between which the mean lies. */
function meanOf(column: string, sum: number, count: number): number {
  if (count === 0) throw new ArgumentError(OP, `column ${shown(column)} has no number, and hence no mean`);
  if (Number.isFinite(sum)) return sum / count;
  throw new ArgumentError(
    OP,
    `the sum of column ${shown(column)} is too large for float64, so that its mean is not found; fill gaps by missing: a number`,
  );
}

/** Names in order: by value if all are numbers, else by their code units. */
function sorted(names: ReadonlySet<string>): string[] {
  const byUnits = [...names].sort();
  const numbers = new Map(byUnits.map((name) => [name, parseNumber(name)]));
  if (![...numbers.values()].every(Number.isFinite)) return byUnits;
  return byUnits.sort((a, b) => numbers.get(a)! - numbers.get(b)!);
}

/** A decimal number. JavaScript's `Number` would take '', ' ', '0x10' and 'Infinity' as well. */
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Where a cell is, for messages: `line 5, column 'age'`. */
const placeOf = (line: string, column: string): string => `${line}, column '${column}'`;

/** Whether a cell holds nothing: null, undefined, white space, or a text that marks what is missing. */
function isMissing(cell: Cell, naValues: readonly string[]): boolean {
  if (cell === null || cell === undefined) return true;
  return typeof cell === 'string' && (cell.trim() === '' || naValues.includes(cell.trim()));
}

/** The text of a cell without the white space around it. Refuses what has no text, such as a list. */
function textOf(cell: Cell, place: string): string {
  if (typeof cell !== 'string' && typeof cell !== 'number' && typeof cell !== 'boolean')
    throw new ArgumentError(OP, `${place} is ${kindOf(cell)}; expected a text or a number`);
  return String(cell).trim();
}

/** The number in a text, as {@link tableDataset} documents it; NaN if there is none, and ±∞ for one that is too large. */
function parseNumber(text: string): number {
  return NUMBER.test(text) ? Number(text) : Number.NaN;
}

/** The number in a cell. A boolean is none. */
function numberOf(cell: Cell, place: string, dtype: Dtype): number {
  const value = typeof cell === 'number' ? cell : parseNumber(textOf(cell, place));
  if (isHeldBy(dtype, value)) return value;
  const what = `${place}: ${shown(cell)} is`;
  if (Number.isFinite(value))
    throw new ArgumentError(OP, `${what} too large for float32; pass dtype: 'float64'`);
  if (typeof cell === 'string' && !Number.isNaN(value))
    throw new ArgumentError(OP, `${what} too large for float64`);
  const comma = typeof cell === 'string' && /^[+-]?\d+,\d+$/.test(cell.trim());
  const advice = comma
    ? 'expected a decimal point in the place of the comma'
    : 'a feature of names belongs in categories, and a target of names needs classes: true';
  throw new ArgumentError(OP, `${what} no number; ${advice}`);
}
