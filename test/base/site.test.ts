/** Finding the program's line: stacks of each engine, addresses that bundlers and servers make up, and real bundles. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';
import * as assert from 'uvu/assert';
import { ShapeError } from '../../src/base/errors.js';
import { beginAtProgram, libraryPlaces, lineIn } from '../../src/base/site.js';
import { userLine, zeros } from '../../src/index.js';
import { temporaryFolder } from '../support/folder.js';
import { suite } from '../support/suite.js';

const test = suite('site');
const root = fileURLToPath(new URL('../..', import.meta.url));

/** A stack as V8 writes it: a message, and below it the frames. */
const v8 = (...frames: string[]): string => ['Error: x', ...frames.map((at) => `    at ${at}`)].join('\n');

/** Runs `action` in other surroundings than Node's: a page, or another working folder. */
function within<T>(
  surroundings: { location?: { href: string }; process?: { cwd?(): string } },
  action: () => T,
): T {
  const before = Object.fromEntries(
    Object.keys(surroundings).map((key) => [key, Object.getOwnPropertyDescriptor(globalThis, key)]),
  );
  try {
    for (const [key, value] of Object.entries(surroundings))
      Object.defineProperty(globalThis, key, { value, configurable: true, writable: true });
    return action();
  } finally {
    for (const [key, descriptor] of Object.entries(before))
      if (descriptor) Object.defineProperty(globalThis, key, descriptor);
      else delete (globalThis as Record<string, unknown>)[key];
  }
}

test('the innermost frame outside the library and the runtime is the line', () => {
  const library = `${root}src/autograd/backward.ts`;
  assert.is(
    userLine(v8(`backward (${library}:1:2)`, 'node:internal/x:3:4', 'main (/app/train.ts:14:5)')),
    '/app/train.ts:14:5',
  );
  assert.is(
    userLine(v8(`backward (file://${library}:1:2)`, 'file:///app/train.mjs:7:1')),
    '/app/train.mjs:7:1',
  );
});

test('a file below the working folder is named relative to it, any other one by its whole path', () => {
  assert.is(userLine(v8(`main (${root}examples/a b/train.ts:14:5)`)), 'examples/a b/train.ts:14:5');
  assert.is(
    userLine(v8(`main (file://${encodeURI(`${root}examples/a b/%/ü.ts`)}:1:2)`)),
    'examples/a b/%/ü.ts:1:2',
  );
  within({ process: { cwd: () => '/app' } }, () => {
    assert.is(userLine(v8('main (/app/src/train.ts:14:5)')), 'src/train.ts:14:5');
    assert.is(userLine(v8('main (/app2/train.ts:14:5)')), '/app2/train.ts:14:5');
  });
  within({ process: { cwd: () => '/' } }, () =>
    assert.is(userLine(v8('main (/app/train.ts:14:5)')), 'app/train.ts:14:5'),
  );
  const deleted = (): string => {
    throw new Error('ENOENT');
  };
  for (const process of [{}, { cwd: deleted }])
    within({ process }, () => assert.is(userLine(v8('main (/app/a.ts:1:5)')), '/app/a.ts:1:5'));
});

test('paths of Windows are read, in each of the ways they are written', () => {
  within({ process: { cwd: () => 'c:\\app' } }, () => {
    for (const at of ['f (C:\\app\\src\\a.js:9:2)', 'file:///C:/app/src/a.js:9:2', 'c:\\app\\src\\a.js:9:2'])
      assert.is(userLine(v8(at)), 'src/a.js:9:2');
    assert.is(userLine(v8('f (D:\\Program Files (x86)\\a.js:9:2)')), 'D:/Program Files (x86)/a.js:9:2');
  });
  const places = libraryPlaces('C:\\app\\node_modules\\tapegrad\\dist\\chunk-A.js');
  assert.equal(places, ['C:/app/node_modules/tapegrad/']);
  const frames = ['add (C:\\app\\node_modules\\tapegrad\\dist\\nn\\index.js:1:2)', 'f (C:\\app\\a.js:9:2)'];
  assert.is(lineIn(v8(...frames), places), 'C:/app/a.js:9:2');
});

test('every way in which V8 writes a frame is understood', () => {
  const cases: [frame: string, line: string][] = [
    ['main (/app/train.ts:14:5)', '/app/train.ts:14:5'],
    ['/app/train.ts:14:5', '/app/train.ts:14:5'],
    ['new Net (/app/net.ts:1:2)', '/app/net.ts:1:2'],
    ['Object.<anonymous> (/app/a.js:1:2)', '/app/a.js:1:2'],
    ['Net.forward [as call] (/app/net.ts:1:2)', '/app/net.ts:1:2'],
    ['async main (file:///app/a.mjs:1:2)', '/app/a.mjs:1:2'],
    ['async file:///app/a.mjs:1:2', '/app/a.mjs:1:2'],
    ['async Promise.all (index 0)', ''],
    ['Array.map (<anonymous>)', ''],
    ['wasm://wasm/0a1b:wasm-function[12]:0x3f', ''],
    ['main (/app/my (copy)/a.js:1:2)', '/app/my (copy)/a.js:1:2'],
    ['/app/my (copy)/a.js:1:2', '/app/my (copy)/a.js:1:2'],
    ['eval (eval at run (/app/run.js:3:5), <anonymous>:1:1)', '/app/run.js:3:5'],
    ['eval (eval at f (eval at g (/app/run.js:3:5), <anonymous>:2:2), <anonymous>:1:1)', '/app/run.js:3:5'],
    ['<anonymous>:1:1', ''],
    ['[eval]:1:7', '[eval]:1:7'],
    ['REPL2:1:7', 'REPL2:1:7'],
    // Bun and Deno write frames as V8 does.
    ['processTicksAndRejections (native:7:39)', ''],
    ['loadAndEvaluateModule (native)', ''],
    ['ext:core/01_core.js:1:2', ''],
    ['<anonymous> (/app/a.test.ts:5:10)', '/app/a.test.ts:5:10'],
  ];
  for (const [frame, line] of cases) assert.is(userLine(v8(frame)), line, frame);
});

test('the stacks of Firefox and of WebKit are read', () => {
  const cases: [stack: string, line: string][] = [
    [
      'train@http://localhost/app/train.js:3:9\n@http://localhost/main.js:1:1',
      'http://localhost/app/train.js:3:9',
    ],
    ['@file:///app/train.js:3:9', '/app/train.js:3:9'],
    ['http://localhost/@scope/train.js:3:9', 'http://localhost/@scope/train.js:3:9'],
    ['train@http://localhost/@scope/train.js:4:9', 'http://localhost/@scope/train.js:4:9'],
    ['train@http://localhost/@fs/C:/app/a.js:4:9', 'http://localhost/@fs/C:/app/a.js:4:9'],
    ['http://localhost/@fs/C:/app/a.js:4:9', 'http://localhost/@fs/C:/app/a.js:4:9'],
    ['async*train@http://localhost/a.js:4:9', 'http://localhost/a.js:4:9'],
    ['global code@file:///app/train.js:5:9', '/app/train.js:5:9'],
    ['module code@http://localhost/a.js:5:9', 'http://localhost/a.js:5:9'],
    ['@http://localhost/main.js line 20 > eval:3:5', 'http://localhost/main.js:20'],
    ['f@/app/train.js:3:9', '/app/train.js:3:9'],
    ['@x/y/a.js@webpack-internal:///./src/a.js:3:5', 'src/a.js:3:5'],
    ['f@index.bundle:1:20', 'index.bundle:1:20'],
    ['[native code]\neval code@', ''],
  ];
  for (const [stack, line] of cases) assert.is(userLine(stack), line, stack);
});

test('on a page, files are named relative to it', () => {
  within({ location: { href: 'http://localhost:8000/demo/index.html?a=/b/#/c/' } }, () => {
    const cases: [file: string, line: string][] = [
      ['http://localhost:8000/demo/src/a.js', 'src/a.js:3:9'],
      ['http://localhost:8000/demo/index.html', 'index.html:3:9'],
      ['http://localhost:8000/demo/', '/demo/:3:9'],
      ['http://localhost:8000/lib/a.js', '/lib/a.js:3:9'],
      ['http://localhost:8000/demo/src/a.ts?t=1700000000000', 'src/a.ts:3:9'],
      ['https://elsewhere.org/a.js', 'https://elsewhere.org/a.js:3:9'],
    ];
    for (const [file, line] of cases) {
      assert.is(userLine(v8(`main (${file}:3:9)`)), line);
      assert.is(userLine(`main@${file}:3:9`), line);
    }
  });
  within({ location: { href: 'about:blank' } }, () =>
    assert.is(userLine(v8('http://localhost/a.js:3:9')), 'http://localhost/a.js:3:9'),
  );
});

test('the names that bundlers give to modules lose what is no path', () => {
  const cases: [name: string, path: string][] = [
    ['webpack-internal:///./src/a.js', 'src/a.js'],
    ['webpack-internal:///(app-pages-browser)/./src/a.js', 'src/a.js'],
    ['webpack://app/./src/a.js', 'src/a.js'],
    ['webpack://app/src/a.ts?1a2b', 'src/a.ts'],
    ['webpack:///src/a.ts', 'src/a.ts'],
    ['turbopack:///[project]/src/a.js', 'src/a.js'],
    ['capacitor://localhost/assets/a.js', 'assets/a.js'],
  ];
  for (const [name, path] of cases) assert.is(userLine(v8(`eval (${name}:3:5)`)), `${path}:3:5`);
});

test('the frames of installed packages, such as test runners, are no lines of the program', () => {
  const runners = [
    'runTest (/app/node_modules/uvu/dist/index.mjs:1:2)',
    'Object.it (file:///app/node_modules/@vitest/runner/dist/index.js:1:2)',
    'call (/app/node_modules/.pnpm/mocha@11.0.0/node_modules/mocha/lib/runnable.js:1:2)',
    'run (http://localhost:9876/base/node_modules/jasmine-core/a.js:1:2)',
    'run (file:///root/.cache/deno/npm/registry.npmjs.org/mocha/11.0.0/lib/a.js:1:2)',
    'Test.run (node:internal/test_runner/test:1:2)',
  ];
  for (const runner of runners) {
    assert.is(userLine(v8(runner)), '', runner);
    assert.is(userLine(v8(runner, '/app/a.test.js:9:2')), '/app/a.test.js:9:2');
  }
});

test('the library knows its own files where they are surely its own', () => {
  const cases: [own: string, places: string[]][] = [
    ['/x/any name/src/base/site.ts', ['/x/any name/src/']],
    [
      'webpack://app/./node_modules/tapegrad/src/base/site.ts',
      ['webpack://app/./node_modules/tapegrad/src/'],
    ],
    ['/app/node_modules/tapegrad/dist/chunk-ABC.js', ['/app/node_modules/tapegrad/']],
    ['/app/node_modules/tapegrad/dist/cjs/index.cjs', ['/app/node_modules/tapegrad/']],
    ['file:///app/node_modules/renamed/dist/index.js', ['/app/node_modules/renamed/']],
    [
      '/app/node_modules/.pnpm/tapegrad@1.0.0/node_modules/tapegrad/dist/index.js',
      ['/app/node_modules/.pnpm/tapegrad@1.0.0/node_modules/tapegrad/'],
    ],
    [
      'http://localhost:5173/node_modules/.vite/deps/tapegrad.js?v=1a2b',
      ['http://localhost:5173/node_modules/.vite/'],
    ],
    [
      'webpack-internal:///./node_modules/tapegrad/dist/index.js',
      ['webpack-internal:///./node_modules/tapegrad/'],
    ],
    [
      'file:///root/.cache/deno/npm/registry.npmjs.org/tapegrad/0.2.0/dist/index.js',
      ['/root/.cache/deno/npm/registry.npmjs.org/tapegrad/'],
    ],
    ['https://unpkg.com/tapegrad@0.2.0/dist/tapegrad.min.js', ['https://unpkg.com/tapegrad@0.2.0/']],
    ['https://esm.sh/tapegrad@0.2.0/es2022/tapegrad.mjs', ['https://esm.sh/tapegrad@0.2.0/']],
    ['http://localhost/lib/tapegrad.min.js', ['http://localhost/lib/tapegrad.min.js']],
    ['/x/tapegrad/dist/chunk-ABC.js', ['/x/tapegrad/dist/', '/x/tapegrad/src/']],
  ];
  for (const [own, places] of cases) assert.equal(libraryPlaces(own), places, own);
});

test('what a bundler made may hold the program too, so no line is named', () => {
  const bundles = [
    'http://localhost/app.js',
    '/app/dist/app.js',
    '/app/dist/chunk-ABC.js',
    '/app/out/tapegrad-demo.js',
    '/app/node_modules/.cache/app.js',
    'http://localhost/assets/tapegrad-Bx12.js',
    '',
  ];
  for (const own of bundles) assert.is(libraryPlaces(own), null, own);
  assert.is(lineIn(v8('main (/app/train.js:1:2)'), null), '');
});

test('a stack that is no text, and frozen built-in objects, are borne', () => {
  assert.is(lineIn([{}], []), '');
  assert.is(lineIn(undefined, []), '');
  const { prepareStackTrace } = Error;
  try {
    Error.prepareStackTrace = (_, sites) => sites;
    assert.is(userLine(), '');
    assert.match(new ShapeError('mine', 'wrong').message, /^mine: wrong$/);
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
  }
  const printed = execFileSync(
    process.execPath,
    [
      '--frozen-intrinsics',
      '--import',
      import.meta.resolve('tsx'),
      '-e',
      'import("./src/base/site.ts").then(({ userLine }) => console.log(typeof userLine()))',
    ],
    { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  );
  assert.is(printed.trim(), 'string');
});

test('the stack of an error begins at the call in the program, and keeps name, message and outer frames', () => {
  const error = caught(() => zeros([2, 3]).add(zeros([2, 4]) as never));
  const [head, first] = error.stack!.split('\n');
  assert.match(head!, /^ShapeError: add: cannot broadcast/);
  assert.match(first!, /site\.test\.ts:\d+:\d+/);
  assert.is(Object.keys(error).includes('stack'), false);
  const short = within({}, () => {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 2;
    try {
      return caught(() => zeros([-1]));
    } finally {
      Error.stackTraceLimit = limit;
    }
  });
  assert.is(short.stack!.split('\n').length, 3, 'as many frames as the program wants');
});

test('an error that the program makes itself begins there, and one whose library is unknown is left alone', () => {
  const error = new ShapeError('mine', 'wrong');
  assert.match(error.stack!.split('\n')[1]!, /site\.test\.ts/);
  const foreign = new Error('x');
  const before = foreign.stack;
  beginAtProgram(foreign, null);
  assert.is(foreign.stack, before);
});

function caught(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

const PROGRAM = `import { zeros } from 'tapegrad';
import { Linear } from 'tapegrad/nn';
import { random } from 'tapegrad';
const layer = new Linear(3, 4, { rng: random(1) });
export const said = (action: () => unknown): string => { try { action(); } catch (error) { return (error as Error).message; } return ''; };
console.log(said(() => zeros([2, 3]).add(zeros([2, 4]) as never)));
console.log(said(() => layer.forward(zeros([2, 5]) as never)));
`;
const OTHER = `import { zeros } from 'tapegrad';
import { said } from './app';
console.log(said(() => zeros([-1])));
`;

/** Builds the program with the library in it, and returns the ends of the messages: the lines that they name. */
async function linesFrom(
  name: string,
  options: BuildOptions,
  entry: string,
  ...flags: string[]
): Promise<string[]> {
  const folder = realpathSync(temporaryFolder(`site-${name}`));
  mkdirSync(join(folder, 'src'));
  writeFileSync(join(folder, 'package.json'), '{}');
  writeFileSync(join(folder, 'src/app.ts'), PROGRAM);
  writeFileSync(join(folder, 'src/other.ts'), OTHER);
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  await build({
    absWorkingDir: folder,
    bundle: true,
    outdir: 'out',
    platform: 'node',
    format: 'esm',
    outExtension:
      options.format === 'cjs' || options.format === 'iife' ? { '.js': '.cjs' } : { '.js': '.mjs' },
    alias: { 'tapegrad/nn': `${root}src/nn/index.ts`, tapegrad: `${root}src/index.ts` },
    logLevel: 'error',
    ...options,
  });
  const printed = execFileSync(process.execPath, [...flags, join('out', entry)], {
    cwd: folder,
    encoding: 'utf8',
  });
  return printed
    .trim()
    .split('\n')
    .map((message) => / \(([^ ]*:\d+)\)$/.exec(message)?.[1] ?? '');
}

const ONE = { entryPoints: ['src/app.ts'] };
const TWO = { entryPoints: ['src/app.ts', 'src/other.ts'], splitting: true };

for (const [name, options] of [
  ['esm', { ...ONE, format: 'esm' }],
  ['minified', { ...ONE, format: 'esm', minify: true }],
  ['cjs', { ...ONE, format: 'cjs' }],
  ['iife', { ...ONE, format: 'iife' }],
] as [string, BuildOptions][])
  test(`a bundle of program and library, ${name}, leaves the line out`, async () => {
    const entry = `app.${options.format === 'esm' ? 'mjs' : 'cjs'}`;
    assert.equal(await linesFrom(name, options, entry), ['', '']);
  });

test('a bundle in several files leaves the line out', async () => {
  assert.equal(await linesFrom('split', TWO, 'other.mjs'), ['', '', '']);
});

test('with source maps, bundles name the line of the source', async () => {
  const mapped = { sourcemap: true } as const;
  const flag = '--enable-source-maps';
  assert.equal(await linesFrom('mapped', { ...ONE, ...mapped }, 'app.mjs', flag), [
    'src/app.ts:6:38',
    'src/app.ts:7:30',
  ]);
  assert.equal(await linesFrom('split-mapped', { ...TWO, ...mapped }, 'other.mjs', flag), [
    'src/app.ts:6:38',
    'src/app.ts:7:30',
    'src/other.ts:3:24',
  ]);
});
