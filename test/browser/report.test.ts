/** Pages with text and pictures in a real browser: both colour schemes, both widths, a strict policy. */
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium, type Page } from 'playwright-core';
import { loadMnist } from 'tapegrad/data';
import * as assert from 'uvu/assert';
import { parseOptions } from '../../examples/mnist/options.js';
import { digitReport } from '../../examples/mnist/report.js';
import { trainReader } from '../../examples/mnist/training.js';
import { heatMap, lineChart, page } from '../../src/plot/index.js';
import { few, MNIST } from '../examples/digits.js';
import '../support/charts.js';
import { needing, suite } from '../support/suite.js';

const test = suite('pages in a browser');
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const inBrowser = needing(
  test,
  existsSync(CHROMIUM),
  `Chromium at ${CHROMIUM}; install it, or set CHROMIUM to where the browser is`,
);
/** No scripts, nothing from the network: only what stands in the file. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
const FILLER = '<p>A line.</p>'.repeat(200);

/** One browser shows all pages. It starts with the first, and the last test closes it. */
let started: Promise<Browser> | null = null;
const browser = (): Promise<Browser> =>
  (started ??= chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  }));

/** Opens a page under the policy, in a profile of its own. Whatever the policy refuses, and every further request, is a failure. */
async function visit(
  html: string,
  { dark = false, width = 1280 },
  look: (page: Page) => Promise<void>,
): Promise<void> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url!);
    response.setHeader('content-type', 'text/html');
    response.setHeader('content-security-policy', POLICY);
    response.end(html);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const opened = await (await browser()).newPage({
    viewport: { width, height: 800 },
    colorScheme: dark ? 'dark' : 'light',
  });
  try {
    const refused: string[] = [];
    opened.on('console', (message) => void (message.type() === 'error' && refused.push(message.text())));
    await opened.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await look(opened);
    assert.equal(
      refused.filter((text) => !text.includes('favicon')),
      [],
    );
    assert.equal(
      requests.filter((url) => url !== '/favicon.ico'),
      ['/'],
    );
  } finally {
    await opened.close();
    server.close();
  }
}

const styleOf = (opened: Page, selector: string, name: string): Promise<string> =>
  opened
    .locator(selector)
    .first()
    .evaluate((element, key) => getComputedStyle(element).getPropertyValue(key), name);

async function body(): Promise<string> {
  const chart = await lineChart([{ name: 'He', values: [2, 1] }], { x: { label: 'step' } });
  const cells = await heatMap([[0, 1]]);
  return `<h1>A run</h1><figure id="chart">${chart}</figure><figure id="cells">${cells}</figure>${FILLER}`;
}

inBrowser('a page and its charts follow the colour scheme of the reader', async () => {
  const html = page('A run', await body());
  for (const dark of [false, true])
    await visit(html, { dark }, async (opened) => {
      const paper = dark ? 'rgb(21, 24, 28)' : 'rgb(255, 255, 255)';
      assert.is(await styleOf(opened, 'body', 'background-color'), paper);
      assert.is(await styleOf(opened, '#chart svg rect', 'fill'), paper);
      assert.is(await styleOf(opened, 'h1', 'color'), dark ? 'rgb(232, 234, 237)' : 'rgb(31, 35, 40)');
      assert.is(
        await styleOf(opened, '#chart svg text', 'fill'),
        dark ? 'rgb(179, 186, 194)' : 'rgb(74, 80, 88)',
      );
      // The cells of a heat map are an image: their colours stay, and so does the ink on them.
      assert.is(await styleOf(opened, '#cells svg text', 'fill'), 'rgb(22, 25, 29)');
    });
});

inBrowser('on a long page a link leads back to the top; a short one has none', async () => {
  await visit(page('Long', await body()), { width: 390 }, async (opened) => {
    const link = opened.locator('.up a');
    const inView = (): Promise<boolean> =>
      link.evaluate((element) => {
        const { top, bottom, height } = element.getBoundingClientRect();
        return height > 0 && top >= 0 && bottom <= innerHeight;
      });
    assert.is(await inView(), false, 'at the top it is not in the way');
    await opened.evaluate(() => scrollTo(0, 4000));
    assert.is(await inView(), true);
    await link.click();
    assert.is(await opened.evaluate(() => scrollY), 0);
  });
  await visit(page('Short', '<h1>Short</h1>'), {}, async (opened) => {
    const sizes = await opened.evaluate(() => [document.documentElement.scrollHeight, innerHeight]);
    assert.is(sizes[0], sizes[1], 'nothing to scroll');
    const visible = await opened.locator('.up').evaluate((element) => element.getBoundingClientRect().height);
    assert.is(visible, 0);
  });
});

inBrowser('a telephone scrolls a page up and down only', async () => {
  await visit(page('A run', await body()), { width: 390 }, async (opened) => {
    assert.is(await opened.evaluate(() => document.documentElement.scrollWidth), 390);
  });
});

inBrowser('a report that a program wrote fits both widths, and shows each picture once', async () => {
  const { train, test: unseen } = await loadMnist(MNIST);
  const data = { train: few(train, 40), test: few(unseen, 40) };
  const options = parseOptions(['--steps', '2', '--batch', '20']);
  const html = await digitReport(options, data, (await trainReader(options, data))!);
  for (const width of [1280, 390])
    await visit(html, { width }, async (opened) => {
      assert.is(await opened.evaluate(() => document.documentElement.scrollWidth), width);
      const widths = await opened
        .locator('figure svg')
        .evaluateAll((pictures) => pictures.map((picture) => picture.getBoundingClientRect().width));
      const shown = widths.filter((pixels) => pixels > 0);
      assert.is(shown.length, widths.length / 2);
      assert.ok(shown.length >= 9 && shown.every((pixels) => pixels > 300 && pixels <= width), `${shown}`);
    });
});

inBrowser('the browser closes', async () => {
  await (await browser()).close();
});
