/** The package as others get it: packed, installed into an empty folder without a network, and used by its entry points. */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import * as assert from 'uvu/assert';
import { temporaryFolder } from './support/folder.js';
import { linksOf } from './support/markdown.js';
import { suite } from './support/suite.js';
import { entryPoints } from './tools/entry-points.js';

const test = suite('package');
const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const folder = temporaryFolder('package');
const app = join(folder, 'app');
const installed = join(app, 'node_modules/tapegrad');

/** Runs a program and returns what it prints; what it printed is in the error if it fails. */
function run(cwd: string, command: string, ...args: string[]): string {
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}\n${stderr}`);
  }
}

/** Packs a folder and returns the tarball's path. */
function pack(cwd: string, ...options: string[]): string {
  const printed = run(cwd, 'npm', 'pack', '--silent', '--pack-destination', folder, ...options);
  return join(folder, printed.trim().split('\n').at(-1)!);
}

let tarball: string | null = null;

/** Packs a copy of the project, so that the project's own dist/ stays as it is, and installs it. */
function install(): string {
  if (tarball) return tarball;
  const copy = join(folder, 'copy');
  const build = ['build', 'entry-points'].map((name) => `test/tools/${name}.ts`);
  const configuration = ['package.json', 'tsconfig.json', 'tsconfig.build.json'];
  for (const name of [...configuration, 'src', 'docs', 'examples', ...build])
    cpSync(join(root, name), join(copy, name), { recursive: true });
  for (const name of ['README.md', 'LICENSE', 'CHANGELOG.md', 'CONTRIBUTING.md'])
    cpSync(join(root, name), join(copy, name));
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  leaveCheckingOut(join(copy, 'tsconfig.build.json'));
  const packed = pack(copy);
  mkdirSync(app);
  writeFileSync(join(app, 'package.json'), '{"private":true,"type":"module"}');
  run(app, 'npm', 'install', '--offline', '--no-audit', '--no-fund', packed);
  return (tarball = packed);
}

/** The declarations are the same without a check of the sources, which takes most of the build and has a command of its own. */
function leaveCheckingOut(path: string): void {
  const { compilerOptions, ...rest } = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(path, JSON.stringify({ ...rest, compilerOptions: { ...compilerOptions, noCheck: true } }));
}

/** Runs a JavaScript module in the folder where the package is installed. */
function javascript(text: string): string {
  install();
  writeFileSync(join(app, 'main.js'), text);
  return run(app, process.execPath, 'main.js').trim();
}

const entries = entryPoints();

function filesBelow(path: string): string[] {
  return readdirSync(path, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1));
}

test('the tarball holds the build, the sources and the papers, and nothing else', () => {
  install();
  const files = filesBelow(installed);
  const papers = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'CONTRIBUTING.md'];
  const samples = ['dist/index.js', 'dist/cjs/index.cjs', 'dist/tapegrad.min.js', 'dist/LICENCES.txt'];
  for (const name of [...papers, ...samples, 'src/autograd/backward.ts', 'docs/README.md'])
    assert.ok(files.includes(name), `${name} is missing`);
  assert.equal(
    files.filter((name) => !papers.includes(name) && !/^(dist|src|docs|examples)\//.test(name)),
    [],
  );
  assert.equal(
    files.filter((name) => name.startsWith('docs/api')),
    [],
  );
  assert.equal(
    files.filter((name) => /(^|\/)test|\.test\./.test(name)),
    [],
  );
});

/** All strings in a value of package.json. */
function texts(value: unknown): string[] {
  return typeof value === 'string' ? [value] : Object.values(value as object).flatMap(texts);
}

test('every file that package.json names is there', () => {
  install();
  const { exports, main, module, types, unpkg, jsdelivr, typesVersions } = manifest;
  const targets = texts([exports, main, module, types, unpkg, jsdelivr, typesVersions]);
  assert.ok(targets.length > 5 * entries.length);
  for (const target of targets) assert.ok(existsSync(join(installed, target)), `${target} is missing`);
});

test('declaration maps and source maps lead to sources in the package', () => {
  install();
  const maps = filesBelow(join(installed, 'dist')).filter((name) => name.endsWith('.map'));
  assert.ok(
    maps.some((name) => name === 'types/autograd/backward.d.ts.map') &&
      maps.some((name) => name === 'index.js.map'),
  );
  for (const name of maps) {
    const path = join(installed, 'dist', name);
    const { sources, sourceRoot = '' } = JSON.parse(readFileSync(path, 'utf8'));
    for (const source of sources as string[]) {
      const target = join(dirname(path), sourceRoot, source);
      if (/seedrandom|fflate/.test(target)) continue;
      assert.ok(target.startsWith(`${installed}/src/`) && existsSync(target), `${name} → ${source}`);
    }
  }
});

test('every link of a document that is shipped leads to a file that is shipped', () => {
  install();
  let links = 0;
  for (const name of filesBelow(installed).filter((file) => /^(docs\/)?[^/]+\.md$/.test(file)))
    for (const target of linksOf(readFileSync(join(installed, name), 'utf8'))) {
      assert.ok(existsSync(join(installed, dirname(name), target.replace(/#.*/, ''))), `${name} → ${target}`);
      links++;
    }
  assert.ok(links > 100, String(links));
});

test('no other package comes with it, and the licences of what is taken from others do', () => {
  install();
  const modules = readdirSync(join(app, 'node_modules')).filter((name) => !name.startsWith('.'));
  assert.equal(modules, ['tapegrad']);
  assert.match(
    readFileSync(join(installed, 'dist/LICENCES.txt'), 'utf8'),
    /seedrandom[\s\S]*MIT[\s\S]*AS IS[\s\S]*fflate[\s\S]*MIT[\s\S]*Barrett[\s\S]*AS IS/,
  );
});

for (const { name, source } of entries)
  test(`${name} loads by import and by require, and exports what its source does`, async () => {
    const printed = javascript(`
      import { createRequire } from 'node:module';
      const imported = await import('${name}');
      const required = createRequire(import.meta.url)('${name}');
      const same = Object.keys(imported).every((key) => imported[key] === required[key]);
      console.log(same, Object.keys(imported).sort().join(), Object.keys(required).sort().join());`);
    const expected = Object.keys(await import(join(root, source))).sort();
    assert.is(printed, `true ${expected} ${expected}`);
    assert.ok(expected.length > 0);
  });

test('the build for bundlers exports what the build for Node does', () => {
  const printed = javascript(`
    const different = [];
    for (const [name, file] of ${JSON.stringify(entries.map(({ name, build }) => [name, build]))}) {
      const bundled = await import('./node_modules/tapegrad/dist/' + file + '.js');
      if (Object.keys(bundled).sort().join() !== Object.keys(await import(name)).sort().join()) different.push(name);
    }
    console.log(different.length);`);
  assert.is(printed, '0');
});

test('what is not exported stays closed', () => {
  const printed = javascript(`
    import { createRequire } from 'node:module';
    console.log(createRequire(import.meta.url)('tapegrad/package.json').version);
    await import('tapegrad/kernels/dispatch.js').catch((error) => console.log(error.code));`);
  assert.equal(printed.split('\n'), [manifest.version, 'ERR_PACKAGE_PATH_NOT_EXPORTED']);
});

test('the file for pages exports what tapegrad/browser does', () => {
  const printed = javascript(`
    const all = await import('tapegrad/tapegrad.min.js');
    console.log(Object.keys(all).sort().join() === Object.keys(await import('tapegrad/browser')).sort().join());
    console.log(typeof all.tensor, typeof all.nn.Linear);`);
  assert.equal(printed.split('\n'), ['true', 'function function']);
});

test('the entry points share one Tensor, one tape and one set of errors', () => {
  const printed = javascript(`
    import { ArgumentError, Tensor, random } from 'tapegrad';
    import { Linear } from 'tapegrad/nn';
    import { xor } from 'tapegrad/data';
    import { SGD } from 'tapegrad/optim';
    const rng = random(1);
    const layer = new Linear(2, 1, { rng });
    const { x } = xor(4, { rng });
    layer.forward(x).sum().backward();
    let error;
    try { new SGD([], { lr: -1 }); } catch (thrown) { error = thrown; }
    import { Tensor as Core } from 'tapegrad/core';
    import { Tensor as Page } from 'tapegrad/browser';
    console.log(layer.weight instanceof Tensor, x instanceof Tensor, layer.weight.grad instanceof Tensor, error instanceof ArgumentError);
    console.log(Core === Tensor, Page === Tensor);`);
  assert.is(printed, 'true true true true\ntrue true');
});

test('a network learns xor', () => {
  const printed = javascript(`
    import { crossEntropy, random } from 'tapegrad';
    import { Linear, Sequential, Tanh } from 'tapegrad/nn';
    import { xavierNormal } from 'tapegrad/init';
    import { Adam } from 'tapegrad/optim';
    import { accuracy, train } from 'tapegrad/train';
    import { DataLoader, xor } from 'tapegrad/data';
    const rng = random(5);
    const model = new Sequential(new Linear(2, 8, { rng, init: xavierNormal() }), new Tanh(), new Linear(8, 2, { rng }));
    const points = xor(64, { rng, noise: 0.1 });
    const history = train({
      batches: new DataLoader(points, { batchSize: 16, shuffle: true, rng }),
      epochs: 50,
      loss: ({ x, labels }) => crossEntropy(model.forward(x), labels),
      optimizer: new Adam(model.parameters(), { lr: 0.05 }),
    });
    console.log(JSON.stringify([history.loss.at(0), history.loss.at(-1), accuracy(model.forward(points.x), points.labels)]));`);
  const [first, last, correct] = JSON.parse(printed) as number[];
  assert.ok(last! < 0.1 && first! > 0.4, `loss from ${first} to ${last}`);
  assert.is(correct, 1);
});

test('tensors come back from files, packed ones too', () => {
  const printed = javascript(`
    import { tensor } from 'tapegrad';
    import { loadSafetensors, readNpz, saveSafetensors, writeNpz } from 'tapegrad/io';
    const tensors = { w: tensor([1, 2, 3]) };
    for (const read of [loadSafetensors(saveSafetensors(tensors)), readNpz(writeNpz(tensors, { compress: true }))])
      console.log(read.w.toArray().join());`);
  assert.equal(printed.split('\n'), ['1,2,3', '1,2,3']);
});

test('gradcheck passes a right gradient and names a wrong one', () => {
  const printed = javascript(`
    import { apply, defineOp, tensor } from 'tapegrad';
    import { gradcheck } from 'tapegrad/check';
    const cube = (rule) => {
      const op = defineOp({
        name: 'cube',
        forward: ([x]) => ({ data: x.data.map((v) => v ** 3), shape: x.shape }),
        save: ({ inputs: [x] }) => ({ x }),
        vjp: [rule],
      });
      return (x) => apply(op, [x]);
    };
    const x = tensor([0.5, -1.25, 2]);
    const right = gradcheck(cube((g, { x }) => g.mul(x.square()).mul(3)), x);
    const wrong = gradcheck(cube((g, { x }) => g.mul(x).mul(2)), x);
    console.log(right.ok, wrong.ok, String(wrong).includes('cube'));`);
  assert.is(printed, 'true false true');
});

test('an error names the line of the program, not of the package, with source maps and without', () => {
  const program = `import { zeros } from 'tapegrad';
import { Linear } from 'tapegrad/nn';
import { random } from 'tapegrad';
const layer = new Linear(3, 4, { rng: random(1) });
for (const action of [
  () => zeros([2, 3]).add(zeros([2, 4])),
  () => layer.forward(zeros([2, 5])),
]) try { action(); } catch (error) { console.log(/[(]main.js:\\d+:\\d+[)]/.exec(error.message)?.[0]); }`;
  const expected = ['(main.js:6:23)', '(main.js:7:15)'];
  assert.equal(javascript(program).split('\n'), expected);
  const mapped = run(app, process.execPath, '--enable-source-maps', 'main.js').trim();
  assert.equal(mapped.split('\n'), expected);
});

test('without the optional packages, what needs them says what to install', () => {
  const printed = javascript(`
    import { tensor } from 'tapegrad';
    import { lineChart, tapeSvg } from 'tapegrad/plot';
    import { gradcheck } from 'tapegrad/check';
    import { reportSvg } from 'tapegrad/check/picture';
    const x = tensor([1, 2], { requiresGrad: true });
    const said = (promise) => promise.then(() => 'drawn', (error) => error.name + ': ' + error.message);
    console.log(await said(lineChart([{ name: 'loss', values: [3, 2, 1] }])));
    console.log(await said(tapeSvg(x.square().sum())));
    console.log(await said(reportSvg(gradcheck((v) => v.tanh().sum(), x))));`);
  const [chart, tape, report] = printed.split('\n');
  assert.match(chart!, /^ArgumentError: .*optional package echarts.*npm install echarts/);
  assert.match(tape!, /^ArgumentError: .*optional package @viz-js\/viz.*npm install @viz-js\/viz/);
  assert.match(report!, /^ArgumentError: .*optional package echarts.*npm install echarts/);
});

test('without cli-progress, progress is printed as lines', () => {
  const printed = javascript(`
    import { progress } from 'tapegrad/train';
    let text = '';
    const shown = await progress({ total: 2, label: 'fit', stream: { isTTY: true, write: (chunk) => (text += chunk) } });
    shown.update(1, 0.5);
    shown.update(2, 0.25);
    shown.stop();
    console.log(text);`);
  assert.match(printed, /^fit: step 1\/2 {2}loss 0\.5000.*\nfit: step 2\/2 {2}loss 0\.2500/);
});

test('a bundler that drops unused code keeps the methods of tensors', async () => {
  install();
  writeFileSync(
    join(app, 'small.js'),
    "import { tensor } from 'tapegrad';\nconst x = tensor([3], { requiresGrad: true });\nx.square().sum().backward();\nconsole.log(x.grad.item());",
  );
  await build({
    absWorkingDir: app,
    entryPoints: ['small.js'],
    outfile: join(app, 'bundle.js'),
    bundle: true,
    minify: true,
    format: 'esm',
    treeShaking: true,
    logLevel: 'error',
  });
  assert.is(run(app, process.execPath, 'bundle.js').trim(), '6');
});

const PROGRAM = `
import { type Tensor, crossEntropy, defineOp, random, zeros } from 'tapegrad';
import { Linear, Module, Sequential, ReLU } from 'tapegrad/nn';
import { heNormal } from 'tapegrad/init';
import { SGD } from 'tapegrad/optim';
import { DataLoader, xor } from 'tapegrad/data';
import { type History, train } from 'tapegrad/train';

class Twice extends Module {
  override forward(x: Tensor): Tensor { return x.mul(2); }
}
const rng = random(0);
const model = new Sequential(new Linear(2, 4, { rng, init: heNormal() }), new ReLU(), new Twice(), new Linear(4, 2, { rng }));
const history: History = train({
  batches: new DataLoader(xor(8, { rng }), { batchSize: 4 }),
  steps: 3,
  loss: ({ x, labels }) => crossEntropy(model.forward(x), labels),
  optimizer: new SGD(model.parameters(), { lr: 0.1 }),
});
export const losses: number[] = history.loss;
export const product: Tensor<readonly [2, 4]> = zeros([2, 3]).matmul(zeros([3, 4]));
export function mistakes(): void {
  // @ts-expect-error the shapes clash, and the types of the package know it
  zeros([2, 3]).matmul(zeros([2, 3]));
  // @ts-expect-error a generator is needed
  new Linear(2, 4);
  // @ts-expect-error a rule for each input
  defineOp({ name: 'none', forward: ([x]: [Tensor]) => x, vjp: [] });
}
console.log(losses.length);
`;
/** Compiles a program in the folder where the package is installed. */
function compile(name: string, text: string, ...options: string[]): void {
  install();
  writeFileSync(join(app, `${name}.ts`), text);
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  // The declarations of the package are checked, those that come with the compiler are not.
  const strict = ['--strict', '--exactOptionalPropertyTypes', '--skipDefaultLibCheck', '--target', 'es2022'];
  run(app, process.execPath, tsc, ...strict, ...options, `${name}.ts`);
}

test('a strict TypeScript program compiles against it, declarations and all, and runs', () => {
  compile('program', PROGRAM, '--module', 'nodenext', '--noUncheckedIndexedAccess');
  assert.is(run(app, process.execPath, 'program.js').trim(), '3');
});
