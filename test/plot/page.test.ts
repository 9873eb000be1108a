import * as assert from 'uvu/assert';
import { escapeXml, lineChart, PALETTE, page, THEME } from '../../src/plot/index.js';
import { channels, DARK_COLORS, DARK_PAPER } from '../../src/plot/theme.js';
import { assertThrows } from '../support/close.js';
import '../support/charts.js';
import { suite } from '../support/suite.js';

const test = suite('pages');

/** The text between two tags, which occur once. */
function between(html: string, open: string, close: string): string {
  const parts = html.split(open);
  assert.is(parts.length, 2, open);
  return parts[1]!.split(close)[0]!;
}

test('a page is one document that holds the title as text and the body as HTML', () => {
  const html = page('1 < 2 & "3"', '<h1>One &amp; two</h1>');
  assert.match(html, /^<!doctype html>\n<html lang="en">\n[\s\S]*<\/html>\n$/);
  assert.is(between(html, '<title>', '</title>'), '1 &#60; 2 &#38; &#34;3&#34;');
  assert.is(between(html, '<main>\n', '\n</main>'), '<h1>One &amp; two</h1>');
});

test('it needs nothing from outside and fits a telephone', () => {
  const html = page('A page', '<p>Text.</p>');
  assert.not.match(html, /<script|<link|<img|url\(|@import|@font-face|https?:/);
  assert.match(html, '<meta name="viewport" content="width=device-width, initial-scale=1">');
  assert.match(html, '@media (max-width: 700px)');
});

test('rules of the caller stand after those of the page, but before those for paper', () => {
  const style = between(page('A page', '', { style: 'main { max-width: 1160px; }' }), '<style>', '</style>');
  const widths = [...style.matchAll(/max-width: (\w+)\b(?=;)/g)].map((match) => match[1]);
  assert.equal(widths, ['768px', '1160px', 'none']);
  assert.ok(style.indexOf('1160px') < style.indexOf('@media print'));
});

test('the language is the one that was asked for, escaped', () => {
  assert.match(page('Eine Seite', '', { lang: 'de-CH' }), '<html lang="de-CH">');
  assert.match(page('A page', '', { lang: '"><b>' }), '<html lang="&#34;&#62;&#60;b&#62;">');
});

test('an option that does not exist is named', () => {
  assertThrows(
    () => page('A page', '', { css: 'h1 {}' } as object),
    'page: knows no option css; expected style, lang',
  );
});

test('escaped text has none of the characters that end a tag, an entity or an attribute', () => {
  assert.is(escapeXml(`a < b & 'c' > "d"`), 'a &#60; b &#38; &#39;c&#39; &#62; &#34;d&#34;');
  assert.is(escapeXml('√2 · ∂L/∂w'), '√2 · ∂L/∂w');
});

/** The contrast of two colours as WCAG 2.2 defines it, from 1 to 21. */
function contrast(a: string, b: string): number {
  const [dark, light] = [a, b]
    .map((color) => {
      const [red, green, blue] = channels(color).map((channel) => {
        const share = channel / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      }) as [number, number, number];
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    })
    .sort((p, q) => p - q) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

test('in the dark, text has a contrast of 4.5 and every series one of 3, and no two series have one colour', () => {
  const inTheDark = (color: string): string => DARK_COLORS[color] ?? color;
  for (const ink of [THEME.ink, THEME.softInk])
    assert.ok(contrast(inTheDark(ink), DARK_PAPER) >= 4.5, `${ink}: ${contrast(inTheDark(ink), DARK_PAPER)}`);
  for (const color of [...PALETTE, THEME.axis])
    assert.ok(
      contrast(inTheDark(color), DARK_PAPER) >= 3,
      `${color}: ${contrast(inTheDark(color), DARK_PAPER)}`,
    );
  assert.is(new Set(PALETTE.map(inTheDark)).size, PALETTE.length);
});

test('every colour of a chart that the dark changes has a rule, and text on dark cells stays white', async () => {
  const html = page('A page', '');
  const dark = html.slice(html.indexOf('(prefers-color-scheme: dark)'), html.indexOf('@media print'));
  const chart = await lineChart([{ name: 'a', values: [1, 2] }], { title: 'T', x: { label: 'x' } });
  const used = new Set(
    [...chart.matchAll(/ (fill|stroke)="(#\w+)"/g)].map(([, paint, color]) => `${paint}="${color}"`),
  );
  for (const color of [THEME.ink, THEME.softInk, PALETTE[0], THEME.gridLine, THEME.axis])
    assert.ok(
      [...used].some((attribute) => attribute.includes(color)),
      color,
    );
  // A clip path is not painted.
  used.delete('fill="#000"');
  for (const attribute of used) {
    const [paint, color] = attribute.split('=') as [string, string];
    const rule = `svg ${color.includes(THEME.background) ? ':not(text)' : ''}[${attribute}] { ${paint}: `;
    assert.ok(dark.includes(rule), attribute);
  }
});
