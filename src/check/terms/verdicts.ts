/** The verdicts of a check: about an input, about one entry of its Jacobian, about the function as a whole. */

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

/** What becomes of an entry after it. */
export type Finding = 'right' | 'wrong' | 'corner' | 'edge' | 'jump' | 'noisy' | 'not finite';

/** What is wrong with a function as a whole, with the verdict it earns. */
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

export function worstVerdict(verdicts: readonly Verdict[]): Verdict {
  return verdicts.reduce((a, b) => (SEVERITY.indexOf(b) > SEVERITY.indexOf(a) ? b : a), 'correct');
}

/** Verdicts that accuse nobody when an op is examined alone. */
export const passes = (verdict: Verdict): boolean => ['correct', 'vacuous', 'kink'].includes(verdict);
