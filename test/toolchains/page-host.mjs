/**
 * Runs a bundle as a page would: with the names that a page has and none of Node's. A bundle that imports something at
 * run time, reads `process` without looking, or calls `require`, fails here as it fails there.
 *
 *     node --experimental-vm-modules --no-warnings page-host.mjs FILE [module]
 */
import { readFileSync } from 'node:fs';
import vm from 'node:vm';

const NAMES = [
  ...[
    'console',
    'performance',
    'navigator',
    'fetch',
    'URL',
    'URLSearchParams',
    'Blob',
    'Response',
    'Request',
  ],
  ...['TextEncoder', 'TextDecoder', 'DecompressionStream', 'ReadableStream', 'Event', 'EventTarget'],
  ...[
    'AbortController',
    'AbortSignal',
    'MessageChannel',
    'structuredClone',
    'queueMicrotask',
    'crypto',
    'atob',
  ],
  ...['btoa', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'DOMException'],
];

/** What vite's prelude asks of a document. */
const document = {
  createElement: () => ({ relList: { supports: () => true } }),
  baseURI: 'http://localhost/',
};

const [, , file, kind] = process.argv;
const page = vm.createContext({
  ...Object.fromEntries(NAMES.filter((name) => name in globalThis).map((name) => [name, globalThis[name]])),
  navigator: globalThis.navigator ?? { userAgent: 'a page' }, // Node has one from version 21 on
  location: new URL('http://localhost/index.html'),
  ...(kind === 'module' && { document }),
});
vm.runInContext('globalThis.window = globalThis.self = globalThis;', page);
const text = readFileSync(file, 'utf8');
if (kind === 'module') {
  const module = new vm.SourceTextModule(text, {
    context: page,
    identifier: 'http://localhost/page.js',
    initializeImportMeta: (meta) => void (meta.url = 'http://localhost/page.js'),
  });
  await module.link((specifier) => {
    throw new Error(`the bundle imports ${specifier}`);
  });
  await module.evaluate();
} else vm.runInContext(text, page, { filename: 'http://localhost/page.js' });
