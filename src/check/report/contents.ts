/** What a report holds: everything that its wording and its picture read. */
import type { Shape } from '../../index.js';
import type { InputReport, OpReport, StepError } from '../terms/types.js';
import type { Verdict } from '../terms/verdicts.js';

/**
 * The side of a report that is data. Wording and picture ask for this much, so that the report can
 * call them while they know nothing of its class.
 */
export interface ReportContents {
  readonly title: string;
  readonly order: number;
  readonly ok: boolean;
  readonly verdict: Verdict;
  readonly mode: 'full' | 'directions';
  readonly seed: number | string;
  readonly dtype: 'float32' | 'float64';
  readonly outputShape: Shape;
  readonly inputs: readonly InputReport[];
  readonly problems: readonly string[];
  readonly ops: readonly OpReport[];
  readonly cuts: readonly string[];
  readonly culprits: readonly OpReport[];
  readonly next: ReportContents | null;
  readonly directions: number;
  readonly relative: number;
  readonly eps: number;
  missProbability(relativeError?: number): number;
  stepErrors(input?: number): StepError[];
  toString(): string;
}
