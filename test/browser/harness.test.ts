/** The machinery of the page tests: a page that hangs is noticed, a browser ends as a whole, and every difference is found. */
import { existsSync, readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { blocksOf, webPagesOf } from '../support/markdown.js';
import { suite } from '../support/suite.js';
import { Browser } from './browser.js';
import type { Engine } from './engines.js';
import { differences, packed, unpacked } from './numbers.js';
import { Program } from './processes.js';

const test = suite('browser harness');

/** Is started like a browser, and never asks for a page. */
const standIn = (...command: [string, ...string[]]): Engine => ({
  name: 'StandIn',
  missing: null,
  start: async () => [new Program(command[0], command.slice(1), {})],
});

const PAGE = { html: '<meta charset="utf-8">', file: () => null };

async function complaint(engine: Engine, limit: number): Promise<string> {
  const browser = new Browser(engine, limit);
  try {
    await browser.visit(PAGE);
  } catch (error) {
    return (error as Error).message;
  } finally {
    await browser.close();
  }
  return 'no complaint';
}

test('a page that sends no report in time is an error', async () => {
  assert.match(await complaint(standIn('sleep', '100'), 100), /page 1 sent no report. It asked for nothing/);
});

test('so is a browser that ends, does not start, or complains, and its last words are shown', async () => {
  assert.match(await complaint(standIn('sh', '-c', 'echo no display >&2'), 20_000), 'no display');
  assert.match(await complaint(standIn('no-such-browser'), 20_000), /no-such-browser.*ENOENT/);
});

test('a program is closed with all that it has started, even if it does not listen', async () => {
  const program = new Program('sh', ['-c', "trap '' TERM; sleep 100 & echo $!; wait"], {});
  const child = Number(await program.firstLine());
  assert.ok(isRunning(child));
  await program.close();
  assert.not(isRunning(child));
});

/** A process that has ended may stay in the list of the system for a while, as a zombie. */
function isRunning(id: number): boolean {
  try {
    process.kill(id, 0);
    return !existsSync('/proc') || !/^State:\s+Z/m.test(readFileSync(`/proc/${id}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test('numbers arrive as they were sent, whatever their type', () => {
  const sent = {
    single: Float32Array.of(0.1, -0, Number.NaN, Infinity),
    double: new Float64Array(20_000).map((_, i) => Math.sqrt(i)),
    whole: Int32Array.of(-1, 2 ** 31 - 1),
  };
  assert.equal(differences(sent, unpacked(JSON.parse(JSON.stringify(packed(sent))))), []);
});

test('a difference is named, counted and measured, down to the last bit and to the sign of zero', () => {
  const next = 1 + 2 ** -52;
  const found = differences(
    {
      a: Float64Array.of(1, 2, 3),
      b: Float32Array.of(0),
      c: Float32Array.of(1),
      same: Float32Array.of(Number.NaN),
    },
    {
      a: Float64Array.of(next, 2, 3.3),
      b: Float32Array.of(-0),
      d: Float32Array.of(1),
      same: Float32Array.of(Number.NaN),
    },
  );
  assert.equal(found, [
    'a: 2 of 3 differ, by 9.1e-2 at most: 3 against 3.3',
    'b: 1 of 1 differ, by Infinity at most: 0 against -0',
    'c: only the first has it',
    'd: only the second has it',
  ]);
  assert.equal(differences({ a: Float64Array.of(1) }, { a: Float32Array.of(1) }), [
    'a: Float64Array of 1 against Float32Array of 1',
  ]);
});

test('a page of the book has a title, its headers, and the text that it shows', () => {
  const fence = '```';
  const html = `${fence}html\n<title>A</title>\n${fence}\n`;
  const text = `${fence}text\nshown\n${fence}\n`;
  const headers = `${fence}http\nA: b: c\nD: e\n${fence}\n`;
  assert.equal(webPagesOf(blocksOf(html + text + headers)), [
    { title: 'A', html: '<title>A</title>', headers: { A: 'b: c', D: 'e' }, shows: 'shown' },
  ]);
  assert.throws(() => webPagesOf(blocksOf(html)), /without the text that it shows/);
  assert.throws(() => webPagesOf(blocksOf(html + html + text)), /line 1: /);
});
