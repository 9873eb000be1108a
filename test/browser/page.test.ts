/** Pages in three browser engines: what they compute, under which policies, and on how many threads. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as assert from 'uvu/assert';
import * as source from '../../src/browser.js';
import * as check from '../../src/check/index.js';
import { assertClose } from '../support/close.js';
import { blocksOf, webPagesOf } from '../support/markdown.js';
import { needing, suite, type Test } from '../support/suite.js';
import { Browser, isIsolated, type Page, type Visit } from './browser.js';
import type { ProgramReport, ThreadReport } from './client.js';
import { chromium, type Engine, firefox, webkit, webkitWithoutSharing } from './engines.js';
import { buildFiles, copyOfBits, file, fileOfBook, hashOf, IMPORT_MAP, ONE_FILE } from './files.js';
import { differences, type Packed, type Results, unpacked } from './numbers.js';
import { computeIn, readDigits, verify } from './program.js';

const test = suite('browser');

const HTML = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>tapegrad</title></head>
<script type="importmap">${IMPORT_MAP}</script>
<script type="module" src="client.js"></script>
</html>`;

/** Only files of the page's own server, and of the scripts in the page the one that maps names to files. */
const WITHOUT_WEBASSEMBLY = `default-src 'none'; connect-src 'self'; img-src data:; script-src 'self' ${hashOf(IMPORT_MAP)}`;
const STRICT = `${WITHOUT_WEBASSEMBLY} 'wasm-unsafe-eval'`;
const WITH_WORKERS = `${STRICT}; worker-src blob:`;
const ISOLATED = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

/** A page whose script reads from the address what it is to do: see client.ts. */
function page(
  choice: { task: string; kernels?: 'simd'; without?: string },
  policy = STRICT,
  headers: Record<string, string> = {},
): Page {
  return {
    html: HTML,
    headers: { 'content-security-policy': policy, ...headers },
    file,
    query: `?${new URLSearchParams(choice)}`,
  };
}

const PAGES = {
  program: page({ task: 'program', kernels: 'simd' }),
  oneFile: page({ task: 'file', kernels: 'simd' }),
  bits: page({ task: 'bits', kernels: 'simd' }),
  fused: page({ task: 'file' }),
  forbidden: page({ task: 'program', kernels: 'simd' }, WITHOUT_WEBASSEMBLY),
  missing: page({ task: 'program', without: 'WebAssembly' }),
  isolated: page({ task: 'threads' }, WITH_WORKERS, ISOLATED),
  notIsolated: page({ task: 'threads' }, WITH_WORKERS),
  withoutWorkers: page({ task: 'threads' }, STRICT, ISOLATED),
};

const BOOK = fileURLToPath(new URL('../../docs/in-the-browser.md', import.meta.url));
const pagesOfBook = webPagesOf(blocksOf(readFileSync(BOOK, 'utf8')));

/** A browser that visits some pages one after the other, while other browsers visit theirs. */
class Tour {
  readonly browser: Browser;
  private readonly visits = new Map<Page, Promise<Visit>>();
  private last: Promise<unknown> = buildFiles();

  constructor(engine: Engine, pages: readonly Page[]) {
    this.browser = new Browser(engine);
    // Isolated pages come last, since the browser starts anew between the two kinds.
    for (const page of [...pages].sort((a, b) => Number(isIsolated(a)) - Number(isIsolated(b)))) {
      const visit = this.last.then(() => this.browser.visit(page));
      this.visits.set(page, visit);
      // The error is that of the test which asks for this page. The tour goes on.
      this.last = visit.catch(() => {});
    }
  }

  visit(page: Page): Promise<Visit> {
    return this.visits.get(page)!;
  }

  async close(): Promise<void> {
    await this.last;
    await this.browser.close();
  }
}

type Program = typeof import('./bits.js');

const onNode = { simd: once(() => loadWith('simd')), reference: once(() => loadWith('reference')) };
const bitsOnNode = once(async () => (await onNode.simd()).computeAll(file('images')!, file('labels')!));

/** The program with a copy of the library that has these kernels. */
async function loadWith(kernels: 'simd' | 'reference'): Promise<Program> {
  await buildFiles();
  const { TAPEGRAD_KERNELS } = process.env;
  process.env.TAPEGRAD_KERNELS = kernels;
  try {
    return await import(pathToFileURL(copyOfBits(kernels)).href);
  } finally {
    if (TAPEGRAD_KERNELS === undefined) delete process.env.TAPEGRAD_KERNELS;
    else process.env.TAPEGRAD_KERNELS = TAPEGRAD_KERNELS;
  }
}

function once<T>(compute: () => T): () => T {
  let result: { value: T } | null = null;
  return () => (result ??= { value: compute() }).value;
}

/** What the program of the pages computes on Node with these kernels. */
async function resultsOnNode(kernels: 'simd' | 'reference'): Promise<Results> {
  const { library } = await onNode[kernels]();
  return { ...computeIn(library), ...readDigits(library, file('images')!, file('labels')!) };
}

/** No page prints, throws or misses a file. */
function assertClean({ errors, said, missing }: Visit): void {
  assert.equal(errors, []);
  assert.equal(said, []);
  assert.equal(missing, []);
}

/** How many names a failure lists; `TAPEGRAD_NAMES` allows more. */
const LISTED = Number(process.env.TAPEGRAD_NAMES ?? 20);

function assertSameBits(expected: Results, actual: Results, where: string): void {
  const found = differences(expected, actual);
  if (found.length === 0) return;
  console.error([...found.slice(0, LISTED), ...(found.length > LISTED ? ['…'] : [])].join('\n'));
  throw new Error(
    `${found.length} of ${Object.keys(expected).length} arrays differ between Node and ${where}`,
  );
}

/** What the checker says of a right and of a wrong gradient, and of a mistake in the page's own script. */
function assertChecks({ verdicts, mistake }: ProgramReport): void {
  const firstLine = (text: string): string => text.split('\n')[0]!;
  const { right, wrong } = verify(source, check);
  assert.is(firstLine(verdicts.right), firstLine(right));
  assert.is(firstLine(verdicts.wrong), firstLine(wrong));
  assert.match(verdicts.right, /^gradcheck passed/);
  assert.match(verdicts.wrong, /has a wrong gradient/);
  assert.match(mistake, /^matmul: inner sizes differ, .*\(client\.js:\d+(:\d+)?\)$/);
}

test('the one file for pages computes on Node the bits of its source', async () => {
  await buildFiles();
  const library: typeof source = await import(pathToFileURL(ONE_FILE).href);
  assert.is.not(library.Tensor, source.Tensor);
  assert.equal(differences(computeIn(source), computeIn(library)), []);
});

const ENGINES = [chromium, firefox, webkit];
const book = pagesOfBook.map((shown): Page => ({ ...shown, file: fileOfBook, until: 'pre:not(:empty)' }));

/** Takes twice, as a reader does, the file that the page offered at first, and shows what the page says of it. */
const CHOOSES = `<script type="module">
  const [link, input, pre] = ['a', 'input', 'pre'].map((selector) => document.querySelector(selector));
  const offered = await (await fetch(link.href)).arrayBuffer();
  const said = [];
  const choose = () => {
    const files = new DataTransfer();
    files.items.add(new File([offered], link.download));
    input.files = files.files;
    input.dispatchEvent(new Event('change'));
  };
  new MutationObserver(() => {
    said.push(pre.textContent);
    if (said.length === 1) return choose();
    const output = document.createElement('output');
    output.textContent = said.join(', ');
    document.body.append(output);
  }).observe(pre, { childList: true });
  choose();
</script></html>`;

const saving = book[pagesOfBook.findIndex(({ title }) => title === 'Save and go on')]!;
const chosen: Page = { ...saving, html: saving.html.replace('</html>', CHOOSES), until: 'output' };

/** All browsers start with the first test that needs one, so that they share the cores. */
const tours = once(() => {
  const present = ENGINES.filter(({ missing }) => missing === null);
  return new Map(
    present.map((engine) => [engine, new Tour(engine, [...Object.values(PAGES), ...book, chosen])]),
  );
});

for (const engine of ENGINES) {
  const inBrowser: Test = (title, body) =>
    needing(test, engine.missing === null, engine.missing ?? '')(`${engine.name}: ${title}`, body);
  const visit = async (page: Page): Promise<Visit> => {
    const seen = await tours().get(engine)!.visit(page);
    assertClean(seen);
    return seen;
  };

  inBrowser(
    'under a strict policy a page trains, checks, reads digits and draws, with the bits of Node',
    async () => {
      const seen = await visit(PAGES.program);
      const report = seen.value as ProgramReport;
      assert.equal(report.allowed, { text: false, bytes: true }, 'the policy is in force');
      assert.match(report.kernels, /^simd: /);
      assert.equal(
        seen.refused,
        ['script-src eval'],
        'and refused what this test did, nothing of the library',
      );
      assertChecks(report);
      assert.is(report.pictures.length, 2);
      for (const [width, height] of report.pictures)
        assert.ok(width >= 100 && height >= 30, `${width} × ${height}`);
      assertSameBits(await resultsOnNode('simd'), unpacked(report.results), engine.name);
    },
  );

  inBrowser('the one file for pages has the same bits', async () => {
    const results = unpacked((await visit(PAGES.oneFile)).value as Packed);
    assertSameBits(computeIn((await onNode.simd()).library), results, engine.name);
  });

  inBrowser(
    'every op, activation, optimiser and initialiser, and the study, have the bits of Node',
    async () => {
      const results = unpacked((await visit(PAGES.bits)).value as Packed);
      assert.ok(Object.keys(results).length > 1000);
      assertSameBits(await bitsOnNode(), results, engine.name);
    },
  );

  inBrowser('fused multiply-adds change no more than the last digits', async () => {
    const { losses } = unpacked((await visit(PAGES.fused)).value as Packed);
    const expected = computeIn(source).losses!;
    assertClose(losses as Float64Array, expected, { relative: 1e-4, absolute: 1e-6 });
  });

  inBrowser(
    'where the policy forbids WebAssembly, a page has the bits of the reference kernels',
    async () => {
      const report = (await visit(PAGES.forbidden)).value as ProgramReport;
      assert.equal(report.allowed, { text: false, bytes: false }, 'the policy is in force');
      assert.match(report.kernels, /^reference: the content-security policy forbids WebAssembly/);
      assertChecks(report);
      assertSameBits(await resultsOnNode('reference'), unpacked(report.results), engine.name);
    },
  );

  inBrowser(
    'where there is no WebAssembly at all, a page has the bits of the reference kernels',
    async () => {
      const report = (await visit(PAGES.missing)).value as ProgramReport;
      assert.match(report.kernels, /^reference: this JavaScript engine has no WebAssembly/);
      assertChecks(report);
      assertSameBits(await resultsOnNode('reference'), unpacked(report.results), engine.name);
    },
  );

  inBrowser('on a cross-origin-isolated page two threads multiply, with the bits of one', async () => {
    assertThreads(await visit(PAGES.isolated), { isolated: true, helpers: 1, threads: 2 });
  });

  inBrowser(
    'on a page that is not isolated there is one thread whatever is asked for, and threads() says so',
    async () => {
      assertThreads(await visit(PAGES.notIsolated), { isolated: false, helpers: 0, threads: 1 });
    },
  );

  inBrowser(
    'on an isolated page whose policy forbids workers there is one thread, and threads() says so',
    async () => {
      assertThreads(await visit(PAGES.withoutWorkers), { isolated: true, helpers: 0, threads: 1 });
    },
  );

  for (const [i, { title, shows }] of pagesOfBook.entries())
    inBrowser(`"${title}" in the book runs as it stands, under the policy that the book gives`, async () => {
      const seen = await visit(book[i]!);
      assert.equal(seen.refused, []);
      assert.is(seen.text, shows);
    });

  inBrowser('a run goes on, as often as it is chosen, from the file that the page has offered', async () => {
    assert.is((await visit(chosen)).text, '0.024 after 100 steps, 0.024 after 100 steps');
  });

  inBrowser('no process is left when the browser is closed', async () => {
    const tour = tours().get(engine)!;
    await tour.close();
    assert.is(processesIn(tour.browser.folder), 0);
  });
}

needing(
  test,
  webkitWithoutSharing.missing === null,
  webkitWithoutSharing.missing ?? '',
)(
  'WebKit: on an isolated page without SharedArrayBuffer there is one thread, and threads() says so',
  async () => {
    const tour = new Tour(webkitWithoutSharing, [PAGES.isolated]);
    try {
      const seen = await tour.visit(PAGES.isolated);
      assertClean(seen);
      assertThreads(seen, { isolated: true, helpers: 0, threads: 1 });
    } finally {
      await tour.close();
    }
  },
);

function assertThreads({ value }: Visit, expected: Omit<ThreadReport, 'results'>): void {
  const { results, ...found } = value as ThreadReport;
  const { one, two } = unpacked(results);
  assert.equal(differences({ product: one! }, { product: two! }), [], 'the bits of one thread');
  assert.equal(found, expected);
}

/** The number of processes whose environment names a folder; 0 where the system does not tell. */
function processesIn(folder: string): number {
  const ids = existsSync('/proc') ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : [];
  return ids.filter((id) => {
    try {
      return readFileSync(`/proc/${id}/environ`, 'utf8').includes(folder);
    } catch {
      // The process has ended in the meantime, or belongs to somebody else.
      return false;
    }
  }).length;
}
