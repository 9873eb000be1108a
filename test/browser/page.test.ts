/** The one-file build in a real browser, under a content-security policy that forbids making code out of text. */
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import * as assert from 'uvu/assert';
import * as tapegrad from '../../src/browser.js';
import { assertClose } from '../support/close.js';
import { temporaryFolder } from '../support/folder.js';
import { needing, suite } from '../support/suite.js';
import { buildForBrowser } from '../tools/build.js';
import { approximate, differentiate, mistake, type Products, type Results, train } from './program.js';

const test = suite('browser');
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const inBrowser = needing(
  test,
  existsSync(CHROMIUM),
  `Chromium at ${CHROMIUM}; install it, or set CHROMIUM to where the browser is`,
);

const PAGE =
  '<!doctype html><meta charset="utf-8"><title>tapegrad</title><script type="module" src="page.js"></script>';
const SCRIPT = `
const report = { refused: [] };
const choice = new URLSearchParams(location.search);
if (choice.has('kernels')) globalThis.TAPEGRAD_KERNELS = choice.get('kernels');
addEventListener('securitypolicyviolation', (event) => report.refused.push(event.blockedURI));
const { train, differentiate, approximate, mistake, multiply } = await import('./program.js');
try {
  const tapegrad = await import('./library/tapegrad.min.js');
  report.train = train(tapegrad);
  report.differentiate = differentiate(tapegrad);
  report.approximate = approximate(tapegrad);
  report.mistake = mistake(tapegrad);
  report.products = await multiply(tapegrad);
} catch (error) {
  report.error = error.stack;
}
try { (0, eval)('1'); report.eval = 'allowed'; } catch { report.eval = 'refused'; }
await new Promise((resolve) => setTimeout(resolve));
await fetch('report', { method: 'POST', body: JSON.stringify(report) });`;

interface Report {
  /** What the policy kept from running. */
  refused: string[];
  train: Results;
  differentiate: Results;
  approximate: number[];
  mistake: string;
  products: Products;
  eval: 'allowed' | 'refused';
  error?: string;
}

const folder = temporaryFolder('browser');

/** Serves the page under a policy; resolves `report` with what the page sends back. */
function serve(policy: string, isolated: boolean): { server: Server; report: Promise<Report> } {
  const server = createServer();
  const report = new Promise<Report>((resolve) => {
    server.on('request', (request, response) => {
      const files: Record<string, () => string> = {
        '/': () => PAGE,
        '/page.js': () => SCRIPT,
        '/program.js': () => readFileSync(join(folder, 'program.js'), 'utf8'),
        '/library/tapegrad.min.js': () => readFileSync(join(folder, 'tapegrad.min.js'), 'utf8'),
      };
      if (request.method === 'POST') {
        let body = '';
        request.on('data', (chunk: Buffer) => void (body += chunk.toString()));
        request.on('end', () => {
          response.end();
          resolve(JSON.parse(body) as Report);
        });
        return;
      }
      const path = request.url?.split('?')[0] ?? '';
      const file = files[path];
      response.statusCode = file ? 200 : 404;
      response.setHeader('content-type', path === '/' ? 'text/html' : 'text/javascript');
      response.setHeader('content-security-policy', policy);
      if (isolated) {
        response.setHeader('cross-origin-opener-policy', 'same-origin');
        response.setHeader('cross-origin-embedder-policy', 'require-corp');
      }
      response.end(file?.());
    });
  });
  return { server, report };
}

let built: Promise<void> | null = null;

async function buildFiles(): Promise<void> {
  const program = fileURLToPath(new URL('program.ts', import.meta.url));
  await build({ entryPoints: [program], outfile: join(folder, 'program.js') });
  await buildForBrowser(join(folder, 'tapegrad.min.js'));
}

/** Opens the page in Chromium and waits for its report. */
async function visit(policy: string, { kernels = '', isolated = false } = {}): Promise<Report> {
  await (built ??= buildFiles());
  const { server, report } = serve(policy, isolated);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
  try {
    const page = await browser.newPage();
    const failed = new Promise<never>((_, reject) => page.on('pageerror', reject));
    const query = kernels && `?kernels=${kernels}`;
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${query}`);
    return await Promise.race([report, failed]);
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
}

const BASE = "default-src 'none'; connect-src 'self'; script-src 'self'";

const POLICY = `${BASE} 'wasm-unsafe-eval'`;

test('the one-file build computes in Node the same bits as its source', async () => {
  await (built ??= buildFiles());
  const library: typeof tapegrad = await import(pathToFileURL(join(folder, 'tapegrad.min.js')).href);
  assert.is.not(library.Tensor, tapegrad.Tensor);
  assert.equal(train(library), train(tapegrad));
  assert.equal(differentiate(library), differentiate(tapegrad));
});

inBrowser('a page under a strict policy computes the same bits as Node', async () => {
  const report = await visit(POLICY, { kernels: 'simd' });
  assert.is(report.error, undefined, report.error);
  assert.is(report.eval, 'refused', 'the policy is in force');
  assert.equal(report.refused, ['eval'], 'and refused the eval of this test, nothing of the library');
  assert.equal(report.train, train(tapegrad));
  assert.equal(report.differentiate, differentiate(tapegrad));
  assertClose(report.approximate, approximate(tapegrad), { relative: 1e-12, absolute: 1e-14 });
  assert.match(report.mistake, /^matmul: inner sizes differ, .*\(program\.js:\d+\)$/);
  assert.match(mistake(tapegrad), /^matmul: inner sizes differ, .*\(program\.ts:\d+\)$/);
});

inBrowser('fused multiply-adds change no more than the last digits', async () => {
  const report = await visit(POLICY);
  assert.is(report.error, undefined, report.error);
  const [fused, plain] = [lossesOf(report.train), lossesOf(train(tapegrad))];
  assertClose(fused, plain, { relative: 1e-4, absolute: 1e-6 });
});

inBrowser('on a cross-origin-isolated page two threads multiply with the bits of one', async () => {
  const { products, error } = await visit(`${POLICY}; worker-src blob:`, { isolated: true });
  assert.is(error, undefined, error);
  assert.is(products.helpers, 1);
  assert.is(products.threads, 2);
  assert.is(products.two, products.one);
});

inBrowser('where the policy forbids workers, there is one thread, and threads() says so', async () => {
  const { products, error } = await visit(POLICY, { isolated: true });
  assert.is(error, undefined, error);
  assert.is(products.threads, 1);
  assert.is(products.two, products.one);
});

inBrowser('on any other page there is one thread, whatever is asked for', async () => {
  const { products, error } = await visit(POLICY);
  assert.is(error, undefined, error);
  assert.is(products.helpers, 0);
  assert.is(products.threads, 1);
  assert.match(products.kernels, /^simd: /);
  assert.is(products.two, products.one);
});

inBrowser('where the policy forbids WebAssembly too, the reference kernels run', async () => {
  const report = await visit(BASE);
  assert.is(report.error, undefined, report.error);
  assert.ok(report.refused.includes('wasm-eval'), `refused: ${report.refused}`);
  assert.match(report.products.kernels, /^reference: the content-security policy forbids WebAssembly/);
  assert.is(report.products.threads, 1);
  const expected = train(tapegrad);
  assert.equal(Object.keys(report.train), Object.keys(expected));
  const last = lossesOf(report.train).at(-1)!;
  assert.ok(Math.abs(last - lossesOf(expected).at(-1)!) < 1e-5, `loss ${last}`);
  assert.ok(last < lossesOf(report.train)[0]!, 'it learns');
});

/** The losses of float32 bits written in hexadecimal. */
function lossesOf({ losses }: Results): number[] {
  return losses!.split(' ').map((digits) => Buffer.from(digits, 'hex').readFloatLE());
}
