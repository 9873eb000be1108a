/** The page of the study, with the styles that no other report needs. */
import { reportPage } from '../shared/report.js';

/** The report as one file. `body` is HTML. */
export function studyPage(title: string, body: string): string {
  return reportPage(title, body, STYLE);
}

const STYLE = `
nav .swatch { margin-right: 10px; }
.also { font: 14px/1.4 var(--sans); margin: -4px 0 12px; }
tbody tr.accuracy > * { border-top: 2px solid var(--ink); font-weight: 600; color: var(--ink); }
dl.ways { display: grid; grid-template-columns: 34px max-content 1fr; gap: 6px 12px; margin: 20px 0 24px; font-size: 16px; align-items: baseline; }
dl.ways dt { font-weight: 700; }
dl.ways dd { margin: 0; color: var(--calm-ink); }
.swatch { display: inline-block; vertical-align: middle; }
h3 .swatch { margin-right: 10px; }
.network { border-top: 1px solid var(--line); margin-top: 48px; }
.network h3 { margin-top: 22px; }
@media (max-width: 700px) {
  dl.ways { grid-template-columns: 34px 1fr; }
  dl.ways dd { grid-column: 2; margin-top: -6px; margin-bottom: 6px; }
}
@media print {
  .network h3 { break-inside: avoid; }
}
`;
