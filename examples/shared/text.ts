/** Numbers, tables and marks in the texts that the studies write. */

/** A power as it stands above the line: −12 ⇒ `⁻¹²`. */
export function superscript(power: number): string {
  return String(power).replace(/./g, (sign) => (sign === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(sign)]!));
}

/** Rows as lines with columns of one width: names at the left, and numbers aligned at the right. */
export function alignedRows(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ');
  return rows.map(line).join('\n');
}

/** The coloured line that stands for an initialisation in all pictures of a study, as HTML. */
export function swatch(color: string, dashed = false): string {
  const dash = dashed ? ' stroke-dasharray="7 4"' : '';
  return `<svg class="swatch" viewBox="0 0 26 8" width="26" height="8" aria-hidden="true"><path d="M1 4H25" stroke="${color}" stroke-width="4"${dash}/></svg>`;
}
