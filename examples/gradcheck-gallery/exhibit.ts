/** An exhibit: a wrong gradient, how it is checked, and what the check has to say about it. */
import type { GradcheckReport, Verdict } from 'tapegrad/check';

export interface Exhibit {
  /** The name of the exhibit's file, without its ending. */
  readonly name: string;
  readonly title: string;
  /** The wrong part of its code. */
  readonly mistake: string;
  /** What should stand in its place. */
  readonly right: string;
  /** A paragraph about the mistake. */
  readonly words: string;
  readonly check: () => GradcheckReport;
  /** The position of the input whose gradient is shown. */
  readonly input: number;
  readonly expected: Expected;
  /** A check of the same op that finds nothing, although many would write it. */
  readonly blind?: View;
  /** Another check that finds the mistake. */
  readonly also?: View;
}

export interface Expected {
  readonly verdict: Verdict;
  /** The op at fault, and the input that its wrong rule belongs to. */
  readonly culprit: { readonly op: string; readonly input: number };
  /** A part of what the report says about the mistake; empty if there is no pattern to name. */
  readonly diagnosis: string;
}

/** One more check of the same op. */
export interface View {
  /** The call, as the page shows it. */
  readonly code: string;
  readonly words: string;
  readonly check: () => GradcheckReport;
}

/** What the checks of an exhibit found. */
export interface Finding {
  readonly exhibit: Exhibit;
  readonly report: GradcheckReport;
  readonly blind: GradcheckReport | null;
  readonly also: GradcheckReport | null;
  /** What is not as expected. It is empty if the mistake is caught. */
  readonly missed: readonly string[];
}

/** Checks an exhibit, and compares what is found with what is expected. */
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

/** What a report says about an input and about the function as a whole, one sentence a line. */
export function diagnosisOf({ inputs, problems }: GradcheckReport, input: number): string {
  return [...(inputs[input]?.diagnosis ?? []), ...problems].join('\n');
}

/** The largest difference between backward() and finite differences. A checker without verdicts compares only this. */
export function largestGap({ inputs }: GradcheckReport): number {
  return Math.max(...inputs.map(({ worst }) => worst?.absolute ?? 0));
}
