/**
 * The verdicts that a check gives: on an input, on one entry of a Jacobian, on a function as a whole. Here is also their
 * order from best to worst.
 */

/**
 * What a check concludes about an input, or about the whole function:
 * - `correct`: backward() and finite differences agree;
 * - `wrong`: they differ by more than the differences' own error;
 * - `kink`: the slopes to the left and to the right differ, and the gradient lies between them;
 * - `vacuous`: the gradient is zero everywhere, both ways, so agreement proves nothing;
 * - `not deterministic`: two runs at the same point gave different values;
 * - `not finite`: NaN or ±∞ in the value or in the gradient;
 * - `precision`: an op computed in float32, or the values are so noisy that differences cannot decide.
 */
export type Verdict =
  | 'correct'
  | 'wrong'
  | 'kink'
  | 'vacuous'
  | 'not deterministic'
  | 'not finite'
  | 'precision';

/** The verdict on one entry of a Jacobian, or on one direction. `noisy`: the differences cannot decide. */
export type EntryVerdict = 'right' | 'wrong' | 'corner' | 'edge' | 'jump' | 'noisy' | 'not finite';

/** What is wrong with a function as a whole, and the verdict that follows. */
export interface Problem {
  readonly verdict: Verdict;
  readonly message: string;
}

/** All verdicts, from best to worst. */
export const SEVERITY: readonly Verdict[] = [
  'correct',
  'vacuous',
  'kink',
  'precision',
  'wrong',
  'not finite',
  'not deterministic',
];

/** The worst of some verdicts; `correct` if there is none. */
export function worstVerdict(verdicts: readonly Verdict[]): Verdict {
  return verdicts.reduce((a, b) => (SEVERITY.indexOf(b) > SEVERITY.indexOf(a) ? b : a), 'correct');
}

/** Whether an op that is examined alone passes with this verdict. */
export const passes = (verdict: Verdict): boolean => ['correct', 'vacuous', 'kink'].includes(verdict);
