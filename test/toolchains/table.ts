/** The tables of docs/toolchains.md. */

import { nameOf, type Row } from './rows/row.js';
import { GROUPS } from './rows.js';

/** The page, from the root of the project. */
export const PAGE = 'docs/toolchains.md';

/** How a row ended. */
export interface Outcome {
  readonly row: Row;
  readonly ok: boolean;
}

/** The columns of a table that do not depend on the outcome. */
export const columnsOf = (row: Row): string =>
  `| ${row.tool} | ${row.version} | ${row.how} | ${row.proves} | \`${row.command}\` |`;

/** A page whose part below the line of hyphens is made from the rows. Those that did not run keep their outcome. */
export function withTables(page: string, outcomes: readonly Outcome[]): string {
  const [head] = page.split('\n## ');
  const outcomeOf = (row: Row): string => {
    const found = outcomes.find((one) => nameOf(one.row) === nameOf(row));
    if (found) return found.ok ? 'works' : '**fails**';
    return (
      /\| ([^|]+) \|$/.exec(page.split('\n').find((line) => line.startsWith(columnsOf(row))) ?? '')?.[1] ??
      '**not tried**'
    );
  };
  const sections = GROUPS.map(({ title, text, rows }) =>
    [
      ...[`## ${title}`, '', text, ''],
      ...['| tool | version | how | what | command | |', '|---|---|---|---|---|---|'],
      ...rows.map((row) => `${columnsOf(row)} ${outcomeOf(row)} |`),
    ].join('\n'),
  );
  return `${head!.trimEnd()}\n\n${sections.join('\n\n')}\n`;
}
