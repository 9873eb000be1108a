/** What an exhibit is: a wrong gradient, how it is checked, and what the check has to say for it to count as caught. */
import type { GradcheckReport, Verdict } from 'tapegrad/check';

export interface Exhibit {
  /** Name of the op, and of the file it is in. */
  readonly name: string;
  readonly title: string;
  /** The wrong part of its code. */
  readonly mistake: string;
  /** What should stand in its place. */
  readonly right: string;
  readonly words: string;
  readonly check: () => GradcheckReport;
  /** Position of the input whose gradient is shown. */
  readonly input: number;
  readonly expected: Expected;
  /** A check of the same op that many would write, and that sees nothing. */
  readonly blind?: View;
  /** Another check that sees it. */
  readonly also?: View;
}

export interface Expected {
  readonly verdict: Verdict;
  /** The op at fault and the input whose rule it is. */
  readonly culprit: { readonly op: string; readonly input: number };
  /** Part of what is said about the mistake; empty for one without a pattern. */
  readonly diagnosis: string;
}

/** One more check of the same op. */
export interface View {
  /** How it is written. */
  readonly code: string;
  readonly words: string;
  readonly check: () => GradcheckReport;
}

/** What became of an exhibit. */
export interface Finding {
  readonly exhibit: Exhibit;
  readonly report: GradcheckReport;
  readonly blind: GradcheckReport | null;
  readonly also: GradcheckReport | null;
  /** What is not as expected; empty if the mistake is caught. */
  readonly missed: readonly string[];
}

/** Checks an exhibit and compares what was found with what is to be found. */
export function examine(exhibit: Exhibit): Finding {
  const report = exhibit.check();
  const blind = exhibit.blind?.check() ?? null;
  const also = exhibit.also?.check() ?? null;
  const { verdict, culprit, diagnosis } = exhibit.expected;
  const missed: string[] = [];
  if (report.ok || report.inputs[exhibit.input]?.verdict !== verdict)
    missed.push(`the verdict is ${report.verdict}, not ${verdict}`);
  const [found] = report.culprits;
  if (report.culprits.length !== 1 || found?.op !== culprit.op || found.input !== culprit.input)
    missed.push(
      `blamed: ${report.culprits.map(({ op, input }) => `${op}, input ${input}`).join('; ') || 'none'}`,
    );
  if (!diagnosisOf(report, exhibit.input).includes(diagnosis))
    missed.push(`nothing is said of "${diagnosis}"`);
  if (blind && (blind.ok || blind.verdict !== 'vacuous')) missed.push(`the blind check is ${blind.verdict}`);
  if (also && also.verdict !== verdict) missed.push(`the second check is ${also.verdict}, not ${verdict}`);
  return { exhibit, report, blind, also, missed };
}

/** All that a report says about an input and about the function as a whole. */
export function diagnosisOf({ inputs, problems }: GradcheckReport, input: number): string {
  return [...(inputs[input]?.diagnosis ?? []), ...problems].join('\n');
}

/** The largest gap between backward() and the differences: what a checker without verdicts would compare. */
export function largestGap({ inputs }: GradcheckReport): number {
  return Math.max(...inputs.map(({ worst }) => worst?.absolute ?? 0));
}
