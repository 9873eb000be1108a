/** The losses at some steps and the test accuracy, as rows of text for the terminal and the report. */
import { alignedRows } from '../shared/text.js';
import type { ModeResult } from './study.js';
import { percent } from './words.js';

const STEPS = [0, 10, 50, 100, 200, 500, 999];

export interface ResultTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** One column for each initialisation, one row for each step, and the accuracy as the last row. */
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

/** The table in columns of equal width. */
export function plainTable({ head, rows }: ResultTable): string {
  return alignedRows([head, ...rows]);
}
