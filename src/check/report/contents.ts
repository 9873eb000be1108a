/**
 * The type of a report's contents. Wording and picture depend on this type, not on the class of the report, because the
 * class calls them.
 */
import { ArgumentError } from '../../base/errors.js';
import { kindOf } from '../../base/kind.js';
import type { Settings } from '../terms/settings.js';
import type { OpReport, StepError } from '../terms/types.js';
import type { Verdict } from '../terms/verdicts.js';
import type { TapeFindings } from '../verdict/blame.js';
import type { Findings } from '../verdict/examine.js';

/** The report on one function; `next` is the report on its gradient. */
export interface ReportContents
  extends TapeFindings,
    Pick<Findings, 'mode' | 'outputShape' | 'inputs'>,
    Pick<Settings, 'seed' | 'dtype' | 'directions' | 'relative' | 'eps'> {
  readonly title: string;
  readonly order: number;
  readonly ok: boolean;
  readonly verdict: Verdict;
  readonly problems: readonly string[];
  readonly culprits: readonly OpReport[];
  readonly next: ReportContents | null;
  missProbability(relativeError?: number): number;
  stepErrors(input?: number): StepError[];
  toString(): string;
}

/** Refuses what is no report of a check. */
export function needReport(op: string, report: unknown): void {
  if (typeof (report as Partial<ReportContents> | null | undefined)?.missProbability !== 'function')
    throw new ArgumentError(op, `expected the report of a check, got ${kindOf(report)}`);
}
