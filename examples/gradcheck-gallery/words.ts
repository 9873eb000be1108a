/** One line about a finding, for the terminal and for the list on the page. */
import type { OpReport } from 'tapegrad/check';
import { diagnosisOf, type Finding } from './exhibit.js';

/** The line about an exhibit in the terminal. */
export function summary(finding: Finding): string {
  const { exhibit, report, missed } = finding;
  if (missed.length > 0) return `✗ ${exhibit.name.padEnd(12)} NOT CAUGHT: ${missed.join('; ')}`;
  const culprits = report.culprits.map(whom).join(', ');
  return `✓ ${exhibit.name.padEnd(12)} ${headline(finding)} (${culprits})`;
}

/** The op and the line that called it. */
export const whom = ({ op, line }: OpReport): string => (line ? `${op} at ${line}` : op);

/** The first sentence of the diagnosis, or the verdict if there is no sentence. */
export function headline({ exhibit, report, blind }: Finding): string {
  if (blind) return `${blind.verdict} in the blind check, ${report.verdict} in the other`;
  const [sentence] = diagnosisOf(report, exhibit.input).split('\n');
  return sentence || report.verdict;
}
