/**
 * The verdicts of a check: on an input, on one entry of a Jacobian, on a function as a whole. This file also defines
 * their order from best to worst.
 */

/**
 * What a check concludes about an input, or about the function as a whole:
 * - `correct`: backward() and finite differences agree;
 * - `wrong`: they differ by more than the error of the differences;
 * - `kink`: somewhere the slopes to the left and to the right differ, and no gradient is wrong;
 * - `vacuous`: backward() and differences both give zero everywhere, so their agreement proves nothing;
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

/** The verdict on one entry of a Jacobian, or on one direction. `noisy` means that the differences cannot decide. */
export type EntryVerdict = 'right' | 'wrong' | 'corner' | 'edge' | 'jump' | 'noisy' | 'not finite';

/** What is wrong with a function as a whole, and the verdict on it. */
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

/** Whether an op that is checked alone passes with this verdict. */
export const passes = (verdict: Verdict): boolean => ['correct', 'vacuous', 'kink'].includes(verdict);
