/** The page of a report: the frame of every page, with the style of a report. */
import { page } from '../../../plot/index.js';

/** The page that holds the text and the pictures of a report. `body` is HTML. */
export function reportPage(title: string, body: string): string {
  return page(title, body, { style: STYLE });
}

const STYLE = `
body { font: 17px/1.6 var(--sans); }
main { max-width: 784px; padding: 56px 24px 96px; }
h1 { font-size: 32px; line-height: 1.2; letter-spacing: -0.01em; margin: 0 0 12px; overflow-wrap: anywhere; }
h2 { font-size: 22px; line-height: 1.3; letter-spacing: normal; margin: 56px 0 12px; padding-top: 20px; border-top-width: 2px; overflow-wrap: anywhere; }
pre { border-left: 3px solid #d0d7de; }
ul { padding-left: 20px; }
figure { margin: 16px -8px; }
.kicker { margin: 0 0 8px; }
.verdict { display: inline-block; margin: 1em 0; padding: 3px 12px; border-radius: 4px; font-weight: 600; color: #fff; }
.passed { background: #00704f; }
.failed { background: #b34700; }
@media (max-width: 700px) {
  main { padding: 32px 16px 72px; }
  h1 { font-size: 26px; }
  pre { font-size: 12px; padding: 12px; }
}
`;
