/** Numbers, tables and marks in the texts that the studies write. */

/** A power as it stands above the line: −12 ⇒ `⁻¹²`. */
export function superscript(power: number): string {
  return String(power).replace(/./g, (sign) => (sign === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(sign)]!));
}

/** `a, b and c` */
export function listed(parts: readonly string[]): string {
  return parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** A number with three significant digits, and if it is very small or very large, with a power of ten. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'not a number' : 'infinite';
  if (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5)) {
    const [digits, power] = value.toExponential(1).split('e') as [string, string];
    return `${digits} · 10${superscript(Number(power))}`;
  }
  return Math.abs(value) >= 1000 || value === 0 ? String(Math.round(value)) : value.toPrecision(3);
}

/** A share as a percentage with one decimal. 0 % and 100 % have no decimals. */
export function percent(share: number): string {
  if (share > 0 && share < 0.0005) return 'less than 0.1\u00a0%';
  return `${share === 0 || share >= 1 ? Math.round(100 * share) : (100 * share).toFixed(1)}\u00a0%`;
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
