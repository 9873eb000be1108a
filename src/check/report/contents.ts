/**
 * What a report holds. Wording and picture ask for this much, so that the class of the report can call them and they
 * need not know the class.
 */
import type { Settings } from '../terms/settings.js';
import type { OpReport, StepError } from '../terms/types.js';
import type { Verdict } from '../terms/verdicts.js';
import type { TapeFindings } from '../verdict/blame.js';
import type { Findings } from '../verdict/examine.js';

/** The report on one function, and on its gradient as `next`. */
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
