/** Parts of the reports that programs write: paragraphs, figures, tables, contents, and the page around them. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { escapeXml, page } from 'tapegrad/plot';

/** Sentences as one paragraph. Each begins with a capital. */
export function paragraph(sentences: readonly string[], kind = ''): string {
  const text = sentences.map((sentence) => sentence.charAt(0).toUpperCase() + sentence.slice(1)).join(' ');
  return text && `<p${kind && ` class="${kind}"`}>${escapeXml(text)}</p>`;
}

/** Widths of pictures in pixels: on the page, and on a telephone that is held upright. */
const WIDE = 736;
const NARROW = 366;

/**
 * A picture with the sentences under it. It is drawn twice, since a wide picture cannot be read on a telephone. If
 * there is nothing to draw, the sentences stand alone.
 */
export async function figure(
  draw: (width: number) => Promise<string> | null,
  sentences: readonly string[],
): Promise<string> {
  await nextTurn(); // lets Ctrl-C in
  const [wide, narrow] = [await draw(WIDE), await draw(NARROW)];
  if (wide === null) return paragraph(sentences);
  return `<figure><div class="wide">${wide}</div><div class="narrow">${narrow}</div>${caption(sentences)}</figure>`;
}

/** Two small pictures side by side, or on a narrow screen one below the other, with the sentences under them. */
export async function pairFigure(
  draws: readonly ((width: number) => Promise<string>)[],
  sentences: readonly string[],
): Promise<string> {
  await nextTurn(); // lets Ctrl-C in
  const pictures: string[] = [];
  for (const draw of draws) pictures.push(await draw(NARROW));
  return `<figure><div class="pair">${pictures.join('\n')}</div>${caption(sentences)}</figure>`;
}

function caption(sentences: readonly string[]): string {
  return sentences.length > 0 ? `<figcaption>${paragraph(sentences)}</figcaption>` : '';
}

/** A table whose first column holds names and whose other cells hold numbers. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (row: readonly string[], first: string): string =>
    row
      .map((cell, i) => (i === 0 ? first.replace('{}', escapeXml(cell)) : `<td>${escapeXml(cell)}</td>`))
      .join('');
  return [
    '<div class="scroll"><table>',
    `<thead><tr>${head.map((cell) => `<th scope="col">${escapeXml(cell)}</th>`).join('')}</tr></thead>`,
    `<tbody>${rows.map((row) => `<tr>${cells(row, '<th scope="row">{}</th>')}</tr>`).join('\n')}</tbody>`,
    '</table></div>',
  ].join('\n');
}

/** A command in which no line break falls inside a flag, as HTML. */
export function commandText(command: string): string {
  return `<code>${escapeXml(command).replace(/--\w*/g, '<span class="flag">$&</span>')}</code>`;
}

/** A frame that says why the report is not whole. */
export function partialNote(text: string): string {
  return `<p class="partial">This report is partial: ${escapeXml(text)}</p>`;
}

/**
 * The report as one file.
 * @param body HTML
 * @param style rules of CSS that only this report needs
 */
export function reportPage(title: string, body: string, style = ''): string {
  return page(title, body, { style: STYLE + style });
}

const STYLE = `
.facts code { font-size: 13px; }
.flag { white-space: nowrap; }
.partial { font-family: var(--sans); font-size: 16px; border: 2px solid #d55e00; border-radius: 6px; padding: 10px 14px; }
nav { font-size: 15px; margin: 32px 0 0; }
nav ul { margin: 0; padding: 0; list-style: none; }
nav > ul { display: grid; grid-template-columns: 1fr 1fr; gap: 24px 32px; }
nav b { display: block; margin-bottom: 4px; }
nav li li { border-top: 1px solid var(--hair); }
nav li li a { display: block; padding: 5px 0; text-decoration: none; }
nav li li a:hover { text-decoration: underline; }
figcaption { padding: 0 8px; }
.note, figcaption p { font-size: 16px; line-height: 1.55; color: var(--calm-ink); margin: 14px 0 0; max-width: 680px; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 18px; }
.scroll { margin: 20px 0 14px; }
table { font-size: 15px; line-height: 1.4; }
th { font-weight: 600; text-align: right; vertical-align: bottom; padding: 8px 0 8px 10px; }
td { white-space: nowrap; text-align: right; padding: 7px 0 7px 10px; border-top: 1px solid var(--hair); }
tbody th { font-weight: 400; color: var(--soft-ink); border-top: 1px solid var(--hair); }
thead th { border-bottom: 2px solid var(--ink); }
th:first-child { text-align: left; padding-left: 0; }
@media (max-width: 700px) {
  .pair, nav > ul { grid-template-columns: 1fr; }
  nav li li a { padding: 9px 0; }
  table { font-size: 12.5px; }
  th, td { padding-left: 8px; }
}
@media print {
  table { break-inside: avoid; }
  nav { display: none; }
}
`;
