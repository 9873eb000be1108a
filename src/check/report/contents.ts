/**
 * The type of a report's contents. Wording and picture depend on this type, not on the class of the report, because the
 * class calls them.
 */
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
