/** Text for numbers: tensors printed as NumPy prints them, short numbers, ranges, and aligned tables. */

import type { Dtype, FloatArray, NDArray } from './array.js';
import { formatShape } from './errors.js';

const EDGE = 3;
const SUMMARISE_ABOVE = 1000;

/** `tensor([[1, 2], [3, 4]], shape [2, 2])`; more than 1000 elements are cut to three at each end of an axis. */
export function formatTensor(
  tensor: NDArray & { readonly dtype: Dtype; readonly name: string; readonly requiresGrad: boolean },
): string {
  const { data, shape } = tensor;
  const summarise = data.length > SUMMARISE_ABOVE;
  const visible = visibleElements(shape, summarise);
  const cells = formatNumbers(visible.map((i) => data[i]!));
  let next = 0;
  const print = (axis: number, indent: number): string => {
    if (axis === shape.length) return cells[next++]!;
    const parts = axisEntries(shape[axis]!, summarise).map((i) =>
      i < 0 ? '…' : print(axis + 1, indent + 1),
    );
    const inner = axis === shape.length - 1;
    return `[${parts.join(inner ? ', ' : `,${'\n'.repeat(Math.min(2, shape.length - 1 - axis))}${' '.repeat(indent + 1)}`)}]`;
  };
  const notes = [`shape ${formatShape(shape)}`];
  if (tensor.dtype === 'float64') notes.push('float64');
  if (tensor.requiresGrad) notes.push('requiresGrad');
  return `${tensor.name || 'tensor'}(${print(0, (tensor.name || 'tensor').length + 1)}, ${notes.join(', ')})`;
}

/** Indices along an axis that are printed; −1 stands for the ellipsis. */
function axisEntries(size: number, summarise: boolean): number[] {
  if (!summarise || size <= 2 * EDGE) return Array.from({ length: size }, (_, i) => i);
  return [0, 1, 2, -1, size - 3, size - 2, size - 1];
}

function visibleElements(shape: readonly number[], summarise: boolean): number[] {
  let starts = [0];
  for (const size of shape) {
    const entries = axisEntries(size, summarise).filter((i) => i >= 0);
    starts = starts.flatMap((start) => entries.map((i) => start * size + i));
  }
  return starts;
}

/** At most four decimals, in columns of one width; scientific where the numbers span too much. */
export function formatNumbers(values: readonly number[]): string[] {
  const finite = values.filter((v) => Number.isFinite(v) && v !== 0).map(Math.abs);
  const wide = finite.some((v) => v >= 1e6 || v < 1e-4);
  const decimals = values.reduce(
    (most, v) => (Number.isFinite(v) ? Math.max(most, fractionDigits(v)) : most),
    0,
  );
  const text = values.map((v) =>
    !Number.isFinite(v) ? String(v) : wide ? v.toExponential(4) : v.toFixed(decimals),
  );
  const width = text.reduce((widest, t) => Math.max(widest, t.length), 0);
  return text.map((t) => t.padStart(width));
}

function fractionDigits(value: number): number {
  const text = value.toFixed(4).replace(/0+$/, '');
  return text.length - text.indexOf('.') - 1;
}

/** A number with at most `digits` significant digits. */
export const short = (value: number, digits = 4): string => String(Number(value.toPrecision(digits)));

/** Rows of cells as lines with columns of one width; the columns in `right` are aligned at the right. */
export function alignedTable(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const pad = (cell: string, column: number): string =>
    right.includes(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!);
  return rows.map((row) => row.map(pad).join('  ').trimEnd()).join('\n');
}

/** `−0.3 to 2`: smallest and largest element. */
export function range(data: FloatArray): string {
  if (data.length === 0) return 'nothing';
  let low = Infinity;
  let high = -Infinity;
  let nan = 0;
  for (const value of data) {
    if (Number.isNaN(value)) nan++;
    else {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  const span = nan === data.length ? 'NaN' : low === high ? short(low) : `${short(low)} to ${short(high)}`;
  return nan > 0 && nan < data.length ? `${span} and ${nan} NaN` : span;
}
