/** The rows of a table in one form, whether they are lists of cells or objects. */
import { ArgumentError } from '../base/errors.js';
import { kindOf, shown } from '../base/kind.js';
import { type Check, needList, needText } from '../base/words.js';

/** The function whose errors these are. */
export const OP = 'tableDataset';

/** What a row of a table holds in a column. */
export type Cell = string | number | boolean | null | undefined;

/** The rows of a table: lists of cells, of which the first may be the header, or an object for each row. */
export type TableRows = readonly (readonly Cell[])[] | readonly Readonly<Record<string, Cell>>[];

/** A table whose rows have the same columns. */
export interface CheckedTable {
  readonly columns: readonly string[];
  readonly rows: readonly { readonly line: string; readonly cells: readonly Cell[] }[];
}

/** Refuses what is no list of strings, and a list with one of them twice. */
export const needTexts: Check = (op, what, value) => {
  needList(op, value, `${what} as a list of strings`);
  for (const [i, text] of (value as unknown[]).entries()) needText(op, `${what}[${i}]`, text);
  const twice = (value as string[]).find((text, i, all) => all.indexOf(text) < i);
  if (twice !== undefined) throw new ArgumentError(op, `${what} has ${shown(twice)} twice`);
};

/** The cells of the rows, in the order of the columns. Refuses rows of unequal length, and a table without rows. */
export function checkedTable(rows: TableRows, header: readonly string[] | undefined): CheckedTable {
  needList(OP, rows, 'the rows of a table: lists of cells, or an object for each row');
  const [first] = rows;
  for (const [i, row] of rows.entries())
    if (typeof row !== 'object' || row === null || Array.isArray(row) !== Array.isArray(first))
      throw new ArgumentError(
        OP,
        `row ${i} is ${kindOf(row)}; expected ${Array.isArray(first) ? 'a list of cells' : 'an object'}, as the other rows`,
      );
  const table = Array.isArray(first)
    ? tableOfLists(rows as readonly (readonly Cell[])[], header)
    : tableOfRecords(rows as readonly Readonly<Record<string, Cell>>[], header);
  needTexts(OP, 'the header', table.columns);
  if (table.rows.length === 0) throw new ArgumentError(OP, 'the table has no rows');
  for (const { line, cells } of table.rows)
    if (cells.length !== table.columns.length)
      throw new ArgumentError(
        OP,
        `${line} has ${cells.length} cells and the header ${table.columns.length}. For empty lines at the end, tell the parser to skip them`,
      );
  return table;
}

function tableOfLists(
  rows: readonly (readonly Cell[])[],
  header: readonly string[] | undefined,
): CheckedTable {
  const skipped = header ? 0 : 1;
  const columns = header ?? rows[0]!.map((cell) => (typeof cell === 'string' ? cell.trim() : String(cell)));
  return {
    columns,
    rows: rows.slice(skipped).map((cells, i) => ({ line: `line ${i + 1 + skipped}`, cells })),
  };
}

/** The columns are the keys of the first object. A key that another object lacks is a missing value. */
function tableOfRecords(
  rows: readonly Readonly<Record<string, Cell>>[],
  header: readonly string[] | undefined,
): CheckedTable {
  if (header) throw new ArgumentError(OP, 'header is for rows that are lists; the keys of objects are names');
  const columns = Object.keys(rows[0] ?? {});
  return {
    columns,
    rows: rows.map((row, i) => ({ line: `line ${i + 2}`, cells: columns.map((column) => row[column]) })),
  };
}
