import * as assert from 'uvu/assert';
import { escapeXml, page } from '../../src/plot/index.js';
import { assertThrows } from '../support/close.js';
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
