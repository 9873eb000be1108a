/** A page for text and pictures: one HTML file without scripts, fonts or links to anything outside. */
import { checkOptions, needText } from '../base/words.js';
import { DARK_COLORS, DARK_PAPER, THEME } from './theme.js';

/** Options of {@link page}. */
export interface PageOptions {
  /** Rules of CSS that are added to those of every page, and win where both say something. */
  style?: string;
  /** The language of the text, as a BCP 47 tag. Default `en`. */
  lang?: string;
}

/**
 * An HTML document that holds `body` in one column, to be written to a file. It is light or dark, as the reader's system
 * is, and so are the pictures of this library in it; it is readable on a telephone, and prints. On a long page a link
 * leads back to the top. Headings, paragraphs, tables, links and `pre` have a style. So have the classes `kicker` (a
 * small line above a heading), `lead` (a first paragraph in larger type), `facts` (small print), `scroll` (a box for a
 * wide table), and `wide` and `narrow`: of two pictures in a `figure`, the one that is shown on a screen wider than 700
 * pixels and the one that is shown on a narrower screen. For rules of your own there are the variables `--paper` (the
 * background), `--ink`, `--calm-ink` and `--soft-ink` (text, from strong to weak), `--line`, `--hair` (a fainter line),
 * `--panel` (the background of code), `--link`, `--serif`, `--sans` and `--mono`.
 * @param title the name of the page, as plain text
 * @param body HTML, taken as it is: escape what is plain text with {@link escapeXml}
 * @throws ArgumentError for an option that does not exist
 * @example
 * ```ts
 * const chart = await lineChart([{ name: 'He', values: [2.3, 0.9, 0.4] }]);
 * page('A run', `<h1>${escapeXml('n < 100')}</h1><figure>${chart}</figure>`, { style: 'h1 { color: #0072b2; }' });
 * ```
 */
export function page(title: string, body: string, options: PageOptions = {}): string {
  needText('page', 'the title', title);
  needText('page', 'the body', body);
  checkOptions('page', options, { style: needText, lang: needText });
  const { style = '', lang = 'en' } = options;
  return `<!doctype html>
<html lang="${escapeXml(lang)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeXml(title)}</title>
<style>${STYLE}${DARK_STYLE}${style}${PRINT_STYLE}</style>
</head>
<body>
<main>
${body}
</main>
<div class="up"><a href="#top">↑ top</a></div>
</body>
</html>
`;
}

/** Plain text as it may stand between the tags of HTML or SVG, or in a quoted attribute: & < > " ' become entities. */
export function escapeXml(text: string): string {
  needText('escapeXml', 'the text', text);
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const STYLE = `
:root {
  color-scheme: light dark;
  --paper: ${THEME.background};
  --ink: ${THEME.ink};
  --calm-ink: #3b424a;
  --soft-ink: #57606a;
  --line: #d0d7de;
  --hair: ${THEME.gridLine};
  --panel: #f6f8fa;
  --link: #0a58a8;
  --serif: Georgia, 'Iowan Old Style', 'Palatino Linotype', 'Liberation Serif', serif;
  --sans: 'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', sans-serif;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace;
}
* { box-sizing: border-box; }
body { position: relative; margin: 0; background: var(--paper); color: var(--ink); font: 18px/1.6 var(--serif); }
main { max-width: 768px; margin: 0 auto; padding: 72px 24px 120px; }
h1, h2, h3, nav, table, .kicker, .facts { font-family: var(--sans); }
h1 { font-size: 40px; line-height: 1.12; letter-spacing: -0.02em; margin: 0 0 20px; }
h2 { font-size: 28px; line-height: 1.2; letter-spacing: -0.01em; margin: 96px 0 16px; padding-top: 28px; border-top: 3px solid var(--ink); }
h3 { font-size: 20px; line-height: 1.3; margin: 56px 0 12px; }
p { margin: 0 0 16px; }
a { color: var(--link); text-underline-offset: 3px; }
:target { scroll-margin-top: 24px; }
pre { font: 13px/1.55 var(--mono); background: var(--panel); padding: 14px 16px; margin: 20px 0; white-space: pre-wrap; overflow-wrap: anywhere; }
figure { margin: 20px -8px 32px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
.kicker { font-size: 13px; letter-spacing: 0.08em; text-transform: uppercase; color: var(--soft-ink); margin: 0 0 12px; }
.lead { font-size: 21px; line-height: 1.5; color: var(--calm-ink); }
.facts { font-size: 14px; color: var(--soft-ink); border-left: 3px solid var(--line); padding-left: 14px; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
.narrow { display: none; }
.up { position: absolute; top: min(180vh, 100%); bottom: 0; right: 0; overflow: clip; pointer-events: none; }
.up a { display: block; position: sticky; top: calc(100vh - 60px); margin: 0 16px 16px; padding: 6px 12px; border: 1px solid var(--line); border-radius: 18px; background: var(--paper); font: 14px/1.4 var(--sans); text-decoration: none; pointer-events: auto; }
@media (max-width: 700px) {
  body { font-size: 17px; }
  main { padding: 36px 20px 80px; }
  h1 { font-size: 31px; }
  h2 { font-size: 24px; margin-top: 72px; }
  .lead { font-size: 19px; }
  .wide { display: none; }
  .narrow { display: block; }
}
`;

/** Gives each colour of a picture its place in the dark: an attribute of SVG yields to a rule. */
function darkPictures(): string {
  const rules = Object.entries(DARK_COLORS).flatMap(([light, dark]) =>
    ['fill', 'stroke'].map((paint) => `  svg [${paint}="${light}"] { ${paint}: ${dark}; }`),
  );
  // White text stands on dark cells. It is not paper.
  return [`  svg :not(text)[fill="${THEME.background}"] { fill: var(--paper); }`, ...rules].join('\n');
}

const DARK_STYLE = `@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: ${DARK_PAPER};
    --ink: ${DARK_COLORS[THEME.ink]};
    --calm-ink: #c6ccd3;
    --soft-ink: #9ba4ae;
    --line: #3d444d;
    --hair: ${DARK_COLORS[THEME.gridLine]};
    --panel: #1e2227;
    --link: #79b8f5;
  }
${darkPictures()}
}
`;

/** Stands after the style of the caller, whose widths are those of a screen. */
const PRINT_STYLE = `
@media print { main { max-width: none; padding: 0; } figure { break-inside: avoid; } .up { display: none; } }
`;
