/** The table of results, for the terminal and the report: the losses at some steps, and the test accuracy. */
import { alignedRows, percent } from '../shared/text.js';
import type { ModeResult } from './study.js';

/** The steps that have a row, besides the last step. */
const STEPS = [0, 10, 50, 100, 200, 500, 999];

export interface ResultTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The table of one mode: a column for each initialisation, a row for each step, and a last row for the accuracy. */
export function resultTable({ runs }: ModeResult): ResultTable {
  const end = runs[0]!.loss.length - 1;
  const steps = [...new Set([...STEPS.filter((step) => step < end), end])];
  return {
    head: ['step', ...runs.map(({ strategy }) => strategy.label)],
    rows: [
      ...steps.map((step) => [String(step), ...runs.map(({ loss }) => shortLoss(loss[step]!))]),
      ['test accuracy', ...runs.map(({ accuracy }) => percent(accuracy))],
    ],
  };
}

function shortLoss(loss: number): string {
  return Number.isFinite(loss) ? loss.toFixed(4) : 'NaN';
}

/** The table as text. */
export function plainTable({ head, rows }: ResultTable): string {
  return alignedRows([head, ...rows]);
}
