/** The arrows between the rooms of src/, read from the import statements and compared with the plan below. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import ts from 'typescript';
import * as assert from 'uvu/assert';
import { moduleFolder } from './support/folder.js';
import { suite } from './support/suite.js';

const test = suite('architecture');
const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * The rooms of src/, each with the rooms it may import, types included. A room is a folder, or a file beside the
 * folders, named without its ending. A room may always import itself, within its own order where it has one below.
 */
const PLAN: Record<string, readonly string[]> = {
  base: [],
  kernels: ['base'],
  autograd: ['base', 'kernels'],
  ops: ['base', 'kernels', 'autograd'],
  functional: ['base', 'autograd', 'ops'],
  methods: ['base', 'autograd', 'ops'],
  'full-methods': ['base', 'ops', 'methods'],
  inspect: ['base', 'autograd', 'ops'],
  init: ['base', 'kernels', 'autograd', 'ops'],
  nn: ['base', 'kernels', 'autograd', 'ops', 'init'],
  optim: ['base', 'kernels', 'autograd', 'ops'],
  core: ['base', 'kernels', 'autograd', 'ops', 'functional', 'methods', 'inspect'],
  index: ['kernels', 'full-methods', 'core'],
  // From here on by the front doors only: what these rooms can do, a program outside can do.
  plot: ['base', 'core', 'nn', 'optim'],
  check: ['base', 'core', 'nn', 'optim', 'plot'],
  data: ['base', 'core', 'nn', 'optim'],
  io: ['base', 'core', 'nn', 'optim'],
  train: ['base', 'core', 'nn', 'optim'],
  browser: ['index', 'nn', 'init', 'optim', 'data', 'io'],
};

/** Rooms that enter another one by its front door only, `../core.js` or `../nn/index.js`; base is open to all. */
const GUESTS = ['check', 'data', 'io', 'train', 'plot', 'browser'];

/** The order inside a room: each file or folder may import those before it. */
const ORDER: Record<string, readonly (readonly string[])[]> = {
  autograd: [
    ['graph'],
    ['observe'],
    ['guard'],
    ['cut'],
    ['record'],
    ['op'],
    ['sums'],
    ['backward'],
    ['checkpoint'],
  ],
  check: [
    ...[['terms'], ['numeric'], ['verdict'], ['report'], ['gradcheck']],
    ['checkop', 'module', 'generate'],
    ['index', 'picture', 'property'],
  ],
};

interface Import {
  readonly from: string;
  /** A path below src, or a bare specifier. */
  readonly to: string;
  readonly kind: 'value' | 'type' | 'dynamic';
  readonly bare: boolean;
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts') && !file.includes('/assembly/'))
    .sort();
}

const trees = new Map<string, ts.SourceFile>();

/** The tree of a text, which several tests walk through. */
function treeOf(text: string): ts.SourceFile {
  const tree = trees.get(text) ?? ts.createSourceFile('x.ts', text, ts.ScriptTarget.ES2022, true);
  trees.set(text, tree);
  return tree;
}

/** The one file that may import a package whose name it is handed. */
const COMPUTED = 'base/host.ts';

/** Every import and re-export of a source text, however it is written. */
function importsIn(from: string, text: string): Import[] {
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, kind: Import['kind']): void => {
    if (specifier && ts.isStringLiteralLike(specifier)) found.push(resolved(from, specifier.text, kind));
    else if (specifier && from !== COMPUTED) throw new Error(`${from}: an import whose target is computed`);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node))
      add(
        node.moduleSpecifier,
        node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword ? 'type' : 'value',
      );
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly ? 'type' : 'value');
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      add(node.argument.literal, 'type');
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], 'dynamic');
    ts.forEachChild(node, visit);
  };
  visit(treeOf(text));
  return found;
}

function resolved(from: string, specifier: string, kind: Import['kind']): Import {
  if (!specifier.startsWith('.')) return { from, to: specifier, kind, bare: true };
  return { from, to: join(dirname(from), specifier).replace(/\.js$/, '.ts'), kind, bare: false };
}

const roomOf = (file: string): string => file.split('/')[0]!.replace(/\.ts$/, '');

/** The place of a file in the order of its room: a folder of the room, or a file named without its ending. */
function rank(file: string, order: readonly (readonly string[])[]): number {
  const name = file.split('/')[1]!.replace(/\.ts$/, '');
  return order.findIndex((group) => group.includes(name));
}

/** What is wrong with an import; null if nothing is. */
function trespass({ from, to, bare }: Import): string | null {
  const [room, target] = [roomOf(from), roomOf(to)];
  if (bare) return null;
  if (PLAN[room] === undefined) return `${from}: room "${room}" is not on the plan`;
  if (room === target) return trespassInside(from, to, ORDER[room]);
  if (!PLAN[room].includes(target)) return `${from} → ${to}`;
  if (GUESTS.includes(room) && target !== 'base' && !/(^core|index)\.ts$/.test(to))
    return `${from} → ${to} is not the front door`;
  return null;
}

function trespassInside(
  from: string,
  to: string,
  order: readonly (readonly string[])[] | undefined,
): string | null {
  if (!order) return null;
  const [here, there] = [rank(from, order), rank(to, order)];
  if (here < 0) return `${from} has no place in the order of its room`;
  const sameFolder = here === there && from.split('/')[1] === to.split('/')[1] && from.split('/').length > 2;
  return there < here || sameFolder ? null : `${from} → ${to} points back`;
}

/** The groups of files that import each other in a circle (strongly connected components), types included. */
function circles(edges: readonly Import[], files: readonly string[]): string[][] {
  const next = new Map(files.map((file) => [file, new Set<string>()]));
  for (const { from, to, bare } of edges) if (!bare) next.get(from)?.add(to);
  const reach = new Map(files.map((file) => [file, reachable([file], (at) => [...(next.get(at) ?? [])])]));
  const groups = new Map<string, string[]>();
  for (const file of files) {
    const together = files.filter((other) => reach.get(file)!.has(other) && reach.get(other)!.has(file));
    if (together.length > 1 || next.get(file)!.has(file)) groups.set(together.join(), together);
  }
  return [...groups.values()];
}

function reachable(start: readonly string[], next: (file: string) => readonly string[]): Set<string> {
  const seen = new Set(start);
  const todo = [...start];
  for (let file = todo.pop(); file !== undefined; file = todo.pop())
    for (const other of next(file))
      if (!seen.has(other)) {
        seen.add(other);
        todo.push(other);
      }
  return seen;
}

const files = sources('src');
const texts = new Map(files.map((file) => [file, readFileSync(join(root, 'src', file), 'utf8')]));
const edges = files.flatMap((file) => importsIn(file, texts.get(file)!));

test('the reader of imports sees every way to write one', () => {
  const text = `
    import './a.js';
    import b, { type B } from '../b.js';
    import type { C } from './c.js';
    export * from './d.js';
    export type { E } from './e.js';
    type F = typeof import('f');
    const g = () => import('node:g');
    const text = "import './no.js'"; // import './nor.js';`;
  assert.equal(
    importsIn('room/x.ts', text).map(({ to, kind }) => `${kind} ${to}`),
    [
      'value room/a.ts',
      'value b.ts',
      'type room/c.ts',
      'value room/d.ts',
      'type room/e.ts',
      'type f',
      'dynamic node:g',
    ],
  );
});

test('the plan has no circles of its own', () => {
  const rooms = Object.keys(PLAN);
  for (const [at, room] of rooms.entries())
    for (const target of PLAN[room]!)
      assert.ok(rooms.indexOf(target) < at && rooms.includes(target), `${room} → ${target}`);
});

test('every import follows the plan, and every file it names exists', () => {
  assert.equal(edges.map(trespass).filter(Boolean), []);
  for (const { from, to, bare } of edges)
    if (!bare) assert.ok(texts.has(to), `${from} imports src/${to}, which does not exist`);
});

test('every file that a comment sends the reader to exists', () => {
  let links = 0;
  for (const [file, text] of texts)
    for (const [, name] of text.matchAll(/\{@link ([\w/-]+\.ts)\}/g)) {
      assert.ok(
        files.some((other) => `/${other}`.endsWith(`/${name}`)),
        `${file}: ${name}`,
      );
      links++;
    }
  assert.ok(links > 0);
});

test('an import against the plan is noticed', () => {
  const against = (from: string, specifier: string, kind: Import['kind'] = 'value'): string | null =>
    trespass(resolved(from, specifier, kind));
  assert.is(against('kernels/dispatch.ts', '../autograd/op.js'), 'kernels/dispatch.ts → autograd/op.ts');
  assert.is(against('ops/x.ts', '../nn/linear.js', 'type'), 'ops/x.ts → nn/linear.ts');
  assert.is(
    against('check/module.ts', '../nn/linear.js'),
    'check/module.ts → nn/linear.ts is not the front door',
  );
  assert.is(against('elsewhere/x.ts', '../index.js'), 'elsewhere/x.ts: room "elsewhere" is not on the plan');
  assert.is(
    against('autograd/graph.ts', './op.js', 'type'),
    'autograd/graph.ts → autograd/op.ts points back',
  );
  assert.is(against('autograd/op.ts', './graph.js', 'type'), null);
  assert.is(against('autograd/new.ts', './op.js'), 'autograd/new.ts has no place in the order of its room');
  assert.is(against('autograd/guard/a.ts', './b.js'), null);
  assert.is(against('autograd/guard/a.ts', '../cut.js'), 'autograd/guard/a.ts → autograd/cut.ts points back');
  assert.is(against('check/checkop.ts', './module.js'), 'check/checkop.ts → check/module.ts points back');
});

test('each room of the plan, and each place in an order, is in use', () => {
  const rooms = new Set(files.map(roomOf));
  assert.equal(
    Object.keys(PLAN).filter((room) => !rooms.has(room)),
    [],
  );
  for (const [room, order] of Object.entries(ORDER))
    for (const name of order.flat())
      assert.ok(
        files.some((file) => file === `${room}/${name}.ts` || file.startsWith(`${room}/${name}/`)),
        `${room}/${name}`,
      );
});

test('no file imports another in a circle, types included', () => {
  assert.equal(circles(edges, files), []);
  const around = [resolved('a.ts', './b.js', 'value'), resolved('b.ts', './a.js', 'type')];
  assert.equal(circles(around, ['a.ts', 'b.ts', 'c.ts']), [['a.ts', 'b.ts']]);
});

/** The five files of the engine, in reading order. */
const ENGINE = ['graph', 'record', 'op', 'sums', 'backward'].map((name) => `autograd/${name}.ts`);

test('what guards, watches or explains the engine hands nothing back to it', () => {
  const hidden: string[] = [];
  for (const { from, to } of edges.filter((edge) => ENGINE.includes(edge.from) && !ENGINE.includes(edge.to)))
    if (roomOf(to) === 'autograd')
      for (const name of valuesImported(texts.get(from)!, to)) {
        const returned = returnType(texts.get(to)!, name);
        if (returned !== 'void' && returned !== 'never')
          hidden.push(`${from}: ${name} of ${to}: ${returned}`);
      }
  assert.equal(hidden, []);
  assert.is(returnType('export function f(x: number): number { return x; }', 'f'), 'number');
  assert.equal(valuesImported("import { a, type B } from './c.js';", 'autograd/c.ts'), ['a']);
});

/** The names, other than of types, that a file of autograd/ imports from another one. */
function valuesImported(text: string, from: string): string[] {
  const specifier = `./${from.replace('autograd/', '').replace(/\.ts$/, '.js')}`;
  const names: string[] = [];
  ts.forEachChild(treeOf(text), (node) => {
    if (!ts.isImportDeclaration(node) || (node.moduleSpecifier as ts.StringLiteral).text !== specifier)
      return;
    if (node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword) return;
    const bindings = node.importClause?.namedBindings;
    if (bindings && ts.isNamedImports(bindings))
      for (const { name, isTypeOnly } of bindings.elements) if (!isTypeOnly) names.push(name.text);
  });
  return names;
}

/** The declared return type of an exported function. */
function returnType(text: string, name: string): string {
  let found = 'not a function';
  const source = treeOf(text);
  ts.forEachChild(source, (node) => {
    if (ts.isFunctionDeclaration(node) && node.name?.text === name)
      found = node.type?.getText(source) ?? 'inferred';
  });
  return found;
}

const { options } = ts.parseJsonConfigFileContent(
  ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile).config,
  ts.sys,
  root,
  { noEmit: true },
);

/** The files that the compiler has read. Both programs below share them, most of all the types of JavaScript and Node. */
const parsed = new Map<string, ts.SourceFile | undefined>();

/** What the compiler says about these files of src/, and about a text beside them, where nothing else is in the program. */
function complaints(checked: readonly string[], text: string): string[] {
  const beside = join(root, 'src', 'beside.ts');
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  host.getSourceFile = (path, language) => {
    if (path === beside) return ts.createSourceFile(path, text, language);
    if (!parsed.has(path)) parsed.set(path, getSourceFile(path, language));
    return parsed.get(path);
  };
  const paths = [...checked.map((file) => join(root, 'src', file)), beside];
  const program = ts.createProgram(paths, options, host);
  return paths
    .map((path) => program.getSourceFile(path)!)
    .flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)])
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

/** A text that uses a method of a tensor. */
const uses = (method: string): string =>
  `import type { Tensor } from './autograd/graph.js';\nexport const f = (x: Tensor) => x.${method};`;

// In both tests the one complaint is about the text that does use such a method. Rooms left of autograd know no tensor.

test('the engine compiles alone: it uses no method that another room attaches', () => {
  assert.equal(complaints(ENGINE, uses('add(x)')), [
    "Property 'add' does not exist on type 'Tensor<Shape>'.",
  ]);
});

test('no room uses a method that only the whole library attaches', () => {
  const whole = ['index.ts', 'full-methods.ts', 'browser.ts'];
  const rooms = files.filter((file) => !whole.includes(file) && !PLAN.autograd!.includes(roomOf(file)));
  assert.equal(complaints(rooms, uses('neg().erf()')), [
    "Property 'erf' does not exist on type 'Tensor<Shape>'.",
  ]);
});

/** Imports each file in a copy of the library of its own: node takes a link to a folder for another folder. */
const EACH_FIRST = `
for (const [i, file] of process.argv.slice(2).entries())
  await import('./copy-' + i + '/' + file).catch((error) => {
    throw new Error(file + ' cannot be loaded first', { cause: error });
  });
`;

test('whichever op is loaded first, the others find what they need', async () => {
  const folder = moduleFolder('architecture');
  await build({
    absWorkingDir: root,
    entryPoints: files.map((file) => `src/${file}`),
    outbase: 'src',
    outdir: join(folder, 'library'),
    logLevel: 'error',
  });
  const ops = files.filter((name) => roomOf(name) === 'ops').map((name) => name.replace(/\.ts$/, '.js'));
  for (const i of ops.keys()) symlinkSync(join(folder, 'library'), join(folder, `copy-${i}`));
  const main = join(folder, 'each-first.js');
  writeFileSync(main, EACH_FIRST);
  await promisify(execFile)(process.execPath, ['--preserve-symlinks', main, ...ops]);
});

test('no file imports anything from outside but what the build packs', () => {
  const outside = edges.filter(({ bare, kind }) => bare && kind !== 'type');
  assert.equal(
    outside.map(({ from, to }) => `${from} ${to}`),
    ['base/random.ts seedrandom/lib/alea.js', 'io/unzip.ts fflate', 'io/zip.ts fflate'],
  );
  const { dependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  );
  assert.is(dependencies, undefined);
  for (const peer of Object.keys(peerDependencies))
    assert.is(peerDependenciesMeta[peer]?.optional, true, peer);
});

test('what a program may install or hand in is a peer dependency, and the reverse', () => {
  const { peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const typed = edges.filter(({ bare, kind }) => bare && kind === 'type').map(({ to }) => to);
  assert.equal([...new Set(typed)].sort(), Object.keys(peerDependencies).sort());
});

test('no file mentions what bundlers and CommonJS trip over', () => {
  const trips = (text: string): string[] => {
    const found: string[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword)
        found.push('import.meta');
      if (ts.isAwaitExpression(node) && !insideFunction(node)) found.push('await at the top');
      if (ts.isCallExpression(node) && node.expression.getText(source) === 'require') found.push('require');
      ts.forEachChild(node, visit);
    };
    const source = treeOf(text);
    visit(source);
    return found;
  };
  for (const [file, text] of texts) assert.equal(trips(text), [], file);
  assert.equal(trips('const here = import.meta.url;'), ['import.meta']);
  assert.equal(trips("await x; async function f() { await x; } require('y');"), [
    'await at the top',
    'require',
  ]);
});

function insideFunction(node: ts.Node): boolean {
  for (let at = node.parent; at; at = at.parent) if (ts.isFunctionLike(at)) return true;
  return false;
}

/** The uses, not the mentions in comments and texts, of what the library does without. */
function forbidden(text: string): string[] {
  const uses: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node) && /^Math\.random$/.test(node.getText(source)))
      uses.push('Math.random');
    if (ts.isElementAccessExpression(node) && node.expression.getText(source) === 'Math')
      uses.push('Math[…]');
    if (ts.isVariableDeclaration(node) && node.initializer?.getText(source) === 'Math') uses.push('… = Math');
    if (ts.isIdentifier(node) && isGlobalUse(node) && /^(eval|Function)$/.test(node.text))
      uses.push(node.text);
    ts.forEachChild(node, visit);
  };
  const source = treeOf(text);
  visit(source);
  return uses;
}

test('nothing draws from Math.random or makes code out of text', () => {
  for (const [file, text] of texts) assert.equal(forbidden(text), [], file);
  assert.equal(forbidden('const x = Math.random();'), ['Math.random']);
  assert.equal(forbidden("const x = Math['random']();"), ['Math[…]']);
  assert.equal(forbidden('const { random } = Math;'), ['… = Math']);
  assert.equal(forbidden("eval('1'); new Function('1')(); Function('1');"), ['eval', 'Function', 'Function']);
  assert.equal(forbidden("globalThis.eval('1');"), ['eval']);
  assert.equal(forbidden('class Model { eval() { return this.eval(); } }'), []);
  assert.equal(forbidden("// eval and Math.random\nconst x = 'eval';"), []);
});

/** What IEEE 754 or ECMAScript lays down to the last bit. All else in Math differs between JavaScript engines in the last digits. */
const EXACT = `abs ceil clz32 floor fround imul max min round sign sqrt trunc
   E LN10 LN2 LOG10E LOG2E PI SQRT1_2 SQRT2`.split(/\s+/);

/** Where an inexact function may stand: no number of a tensor, a draw, an update or a verdict depends on it. */
const INEXACT: Record<string, string> = {
  'base/elementary/power.ts': 'powers of 0, ∞ and NaN, which ECMAScript lays down',
  'check/report/picture/picture.ts': 'where a mark stands in a picture',
  'check/report/report.ts': 'a probability in a report',
  'plot/axes.ts': 'where marks stand on an axis',
  'plot/lines.ts': 'where a point stands in a chart',
};

/** The uses of functions that JavaScript engines round differently: of Math, and powers but for those of 2, 4, 8 and 16. */
function inexact(text: string): string[] {
  const uses: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node) && node.expression.getText(source) === 'Math')
      if (!EXACT.includes(node.name.text)) uses.push(`Math.${node.name.text}`);
    if (ts.isBinaryExpression(node) && /^\*\*=?$/.test(node.operatorToken.getText(source)))
      if (!/^(2|4|8|16)$/.test(node.left.getText(source))) uses.push(node.getText(source));
    ts.forEachChild(node, visit);
  };
  const source = treeOf(text);
  visit(source);
  return uses;
}

test('no number depends on a function that JavaScript engines round differently', () => {
  for (const [file, text] of texts)
    if (INEXACT[file] === undefined) assert.equal(inexact(text), [], file);
    else assert.ok(inexact(text).length > 0, `${file} is on the list and has no such use`);
  for (const file of Object.keys(INEXACT)) assert.ok(texts.has(file), file);
  assert.equal(inexact('Math.exp(1) + Math.sqrt(2) * Math.PI'), ['Math.exp']);
  assert.equal(inexact('x ** 3 + 2 ** -24 + 10 ** k; y **= 2;'), ['x ** 3', '10 ** k', 'y **= 2']);
  assert.equal(inexact('// Math.exp\nconst f = Math.tanh;'), ['Math.tanh']);
});

/** False for the names of properties and of methods, `model.eval()`, and in types. */
function isGlobalUse({ parent, pos }: ts.Identifier): boolean {
  if (ts.isPropertyAccessExpression(parent))
    return parent.expression.pos === pos || /^(globalThis|window|self)$/.test(parent.expression.getText());
  return !ts.isTypeReferenceNode(parent) && !ts.isMethodDeclaration(parent) && !ts.isMethodSignature(parent);
}

/** Lines with a token on them: neither blank nor comment only. */
function linesOfCode(text: string): number {
  const source = treeOf(text);
  const lines = new Set<number>();
  const visit = (node: ts.Node): void => {
    if (ts.isJSDoc(node)) return;
    const children = node.getChildren(source);
    if (children.length === 0 && node.getWidth(source) > 0)
      for (
        let line = source.getLineAndCharacterOfPosition(node.getStart(source)).line;
        line <= source.getLineAndCharacterOfPosition(node.getEnd()).line;
        line++
      )
        lines.add(line);
    for (const child of children) visit(child);
  };
  visit(source);
  return lines.size;
}

test('the engine can be read in one sitting: five short files', () => {
  assert.is(linesOfCode('/** a\n * b\n */\n\nconst a = 1; // c\nconst b = `\n\n`;\n/* d */\n'), 4);
  const lines = ENGINE.map((file) => linesOfCode(texts.get(file)!));
  for (const [i, file] of ENGINE.entries()) assert.ok(lines[i]! <= 160, `${file}: ${lines[i]} lines of code`);
  const total = lines.reduce((sum, one) => sum + one, 0);
  assert.ok(total <= 460, `${total} lines of code`);
  const said = Number(
    /about (\d+) lines of code together/.exec(readFileSync(join(root, 'README.md'), 'utf8'))?.[1],
  );
  assert.ok(Math.abs(said - total) <= 10, `README.md says ${said} lines, and there are ${total}`);
});

test('ops and layers stay small: 6,000 lines of code together', () => {
  const rooms = files.filter((file) => ['ops', 'nn'].includes(roomOf(file)));
  const total = rooms.reduce((sum, file) => sum + linesOfCode(texts.get(file)!), 0);
  assert.ok(rooms.length > 30 && total > 2_000 && total <= 6_000, `${total} lines of code`);
});
