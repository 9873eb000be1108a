/** A browser that visits one page after the other, and the server that the pages come from. */
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';
import { temporaryFolder } from '../support/folder.js';
import type { Engine } from './engines.js';
import type { Program } from './processes.js';

export interface Page {
  /** HTML with a head, into which the script that watches the page is put first. */
  readonly html: string;
  /** What the server sends along with the page and with all of its files. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The files beside the page, by their path from it; null for one that does not exist. */
  file(path: string): string | Uint8Array | null;
  /** The part of the page's address from ? on. */
  readonly query?: string;
  /** The page has finished when something matches this selector. Without it the page's program calls `report`. */
  readonly until?: string;
}

/** What became of a page. */
export interface Visit {
  /** What the page's program handed to `report`. */
  value: unknown;
  /** The text of what matched `until`. */
  text: string;
  /** Errors that nobody caught, and files that did not load. */
  readonly errors: string[];
  /** What was printed as a warning or an error. */
  readonly said: string[];
  /** What the content-security policy refused: the directive and what it was about. */
  readonly refused: string[];
  /** The files that the page asked for and that do not exist. */
  readonly missing: string[];
}

/** What browsers ask for by themselves. It is not the page's fault if there is none, or if the policy refuses it. */
const ICON = 'favicon.ico';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.json': 'application/json',
};

const WATCH = transformSync(readFileSync(fileURLToPath(new URL('watch.ts', import.meta.url)), 'utf8'), {
  loader: 'ts',
  format: 'iife',
}).code;

/** A page that is being visited. */
interface Current {
  readonly number: number;
  readonly page: Page;
  readonly asked: string[];
  readonly missing: string[];
  readonly report: (visit: Visit) => void;
}

/** `const browser = new Browser(firefox); await browser.visit(page); await browser.close();` */
export class Browser {
  /** All that the browser keeps; its processes have this path in their environment. */
  readonly folder: string;
  private readonly server = createServer((request, response) => void this.answer(request, response));
  private programs: readonly Program[] = [];
  private current: Current | null = null;
  /** The open request of the last page, whose answer is the address of the next one. */
  private last: ServerResponse | null = null;
  /** Whether the last page was to be cross-origin-isolated. */
  private isolated = false;
  private visits = 0;
  private starts = 0;

  /** @param limit milliseconds that a page may take, the start of the browser included */
  constructor(
    private readonly engine: Engine,
    private readonly limit = 120_000,
  ) {
    this.folder = temporaryFolder(engine.name.toLowerCase());
  }

  /** Shows a page and waits for its report. @throws Error if there is none in time */
  async visit(page: Page): Promise<Visit> {
    const number = ++this.visits;
    const asked: string[] = [];
    let late: NodeJS.Timeout | undefined;
    const report = new Promise<Visit>((resolve) => {
      this.current = { number, page, asked, missing: [], report: resolve };
    });
    const limit = new Promise<null>((resolve) => {
      late = setTimeout(resolve, this.limit, null);
    });
    const address = `/${number}/${page.query ?? ''}`;
    // Between an isolated page and another one a browser changes processes, in which WebKit sometimes hangs.
    if (this.engine.name === 'WebKit' && isIsolated(page) !== this.isolated) await this.stop();
    this.isolated = isIsolated(page);
    if (this.last) this.last.end(address);
    else await this.start(address);
    this.last = null;
    const ended = Promise.race(this.programs.map(({ ended }) => ended)).then(() => null);
    const visit = await Promise.race([report, limit, ended]);
    clearTimeout(late);
    if (visit) return visit;
    const said = this.programs.map(({ lastWords }) => lastWords).join('\n');
    await this.stop();
    throw new Error(
      `${this.engine.name}: page ${number} sent no report. It asked for ${asked.join(', ') || 'nothing'}.\n${said}`,
    );
  }

  private async start(address: string): Promise<void> {
    if (!this.server.listening)
      await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    const folder = join(this.folder, String(++this.starts));
    mkdirSync(folder);
    const { port } = this.server.address() as AddressInfo;
    this.programs = await this.engine.start(`http://127.0.0.1:${port}${address}`, folder);
  }

  private async stop(): Promise<void> {
    for (const program of this.programs) await program.close();
    this.programs = [];
    this.last = null;
  }

  /** Ends the browser and the server. */
  async close(): Promise<void> {
    await this.stop();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, number, path = ''] = /^\/(\d+)\/([^?]*)/.exec(request.url ?? '') ?? [];
    const { current } = this;
    if (!current || Number(number) !== current.number) return void response.writeHead(404).end();
    if (request.method === 'POST') {
      const visit = JSON.parse(await textOf(request)) as Visit;
      this.last = response;
      this.current = null;
      const refused = visit.refused.filter((what) => !what.endsWith(ICON));
      return current.report({ ...visit, refused, missing: current.missing });
    }
    current.asked.push(path || 'the page');
    const content = fileOf(current.page, path);
    if (content === null && path !== ICON) current.missing.push(path);
    response.writeHead(content === null ? 404 : 200, {
      'content-type': TYPES[path === '' ? '.html' : extname(path)] ?? 'application/octet-stream',
      'cache-control': 'no-store',
      ...current.page.headers,
    });
    response.end(content ?? '');
  }
}

/** Whether a page asks to be cross-origin-isolated. */
export function isIsolated({ headers = {} }: Page): boolean {
  return Object.keys(headers).some((name) => name.toLowerCase() === 'cross-origin-opener-policy');
}

function fileOf({ html, until, file }: Page, path: string): string | Uint8Array | null {
  if (path === 'watch.js') return WATCH;
  if (path !== '') return file(path);
  const query = until ? `?until=${encodeURIComponent(until)}` : '';
  const watched = html.replace(/<meta charset="utf-8">/, `$&<script src="watch.js${query}"></script>`);
  if (watched === html)
    throw new Error('the page has no <meta charset="utf-8">, where the watching script goes');
  return watched;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
