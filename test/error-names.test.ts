/** Messages begin with the name of what the program called: a public function, class, or member of one. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import * as assert from 'uvu/assert';
import * as check from '../src/check/index.js';
import * as tg from '../src/index.js';
import { TapegradError, type Tensor, tensor } from '../src/index.js';
import { Linear } from '../src/nn/index.js';
import { train, trainStep } from '../src/train/index.js';
import { assertThrows } from './support/close.js';
import { suite } from './support/suite.js';

const test = suite('names in errors');
const root = fileURLToPath(new URL('..', import.meta.url));

/** A setting of the environment, which a message names too. */
const SETTINGS = ['TAPEGRAD_KERNELS'];
/** What takes the name of an op first: the classes of errors, and helpers that refuse arguments. */
const REFUSES = /^(\w+Error|need[A-Z]\w*|check[A-Z]\w*|refuse[A-Z]\w*|inRange)$/;

/** The names that a message may begin with: public ones, and those of members of classes and interfaces. */
function knownNames(sources: readonly ts.SourceFile[]): Set<string> {
  const fixture = JSON.parse(readFileSync(`${root}test/fixtures/public-names.json`, 'utf8')) as Record<
    string,
    string[]
  >;
  const known = new Set([...SETTINGS, ...Object.values(fixture).flat()]);
  const visit = (node: ts.Node): void => {
    const type = ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node) ? node : null;
    const exported = type?.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    // The ops are attached to Tensor in an interface that is not exported by itself.
    if (type && (exported || type.name?.text === 'Tensor'))
      for (const { name } of type.members) if (name) known.add(name.getText());
    ts.forEachChild(node, visit);
  };
  for (const source of sources) visit(source);
  return known;
}

/** Each literal that some code gives as the op of an error, with its place. */
function opsIn(source: ts.SourceFile): [name: string, place: string][] {
  const found: [string, string][] = [];
  const visit = (node: ts.Node): void => {
    const call = ts.isNewExpression(node) || ts.isCallExpression(node) ? node : null;
    const callee = call?.expression.getText(source) ?? '';
    if (call && REFUSES.test(callee) && !/^(Anomaly|Type|Range|Syntax)Error$|^Error$/.test(callee))
      for (const [i, argument] of (call.arguments ?? []).entries())
        if (ts.isStringLiteral(argument) && (callee === 'TapegradError' ? i === 1 : i === 0))
          found.push([argument.text, source.fileName]);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const sources = readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.includes('assembly'))
  .map((file) =>
    ts.createSourceFile(file, readFileSync(`${root}src/${file}`, 'utf8'), ts.ScriptTarget.ES2022, true),
  );

test('no error is raised in the name of something that no program can call', () => {
  const known = knownNames(sources);
  const found = sources.flatMap(opsIn);
  assert.ok(found.length > 150, `${found.length} names`);
  assert.equal(
    found.filter(([name]) => !known.has(name)),
    [],
  );
  const internal = ts.createSourceFile(
    'x.ts',
    "needFunction('withRecording', f); new GraphError('nobody', '');",
    ts.ScriptTarget.ES2022,
    true,
  );
  assert.equal(
    opsIn(internal).map(([name]) => name),
    ['withRecording', 'nobody'],
  );
  assert.not.ok(known.has('withRecording') || known.has('nobody'));
});

const x = tensor([1, 2]);
const vector = (v: Tensor): Tensor => v.square();
const promised = (async (v: Tensor) => v.sum()) as unknown as (v: Tensor) => Tensor;
const word = (() => 'word') as unknown as (v: Tensor) => Tensor;

/** The functions that differentiate a function, each as a call with that function. */
const DERIVATIVES: Record<string, (f: (v: Tensor) => Tensor, at: Tensor) => unknown> = {
  grad: (f, at) => tg.grad(f)(at),
  valueAndGrad: (f, at) => tg.valueAndGrad(f)(at),
  vjp: (f, at) => tg.vjp(f, at),
  jvp: (f, at) => tg.jvp(f, [at], [at]),
  hvp: (f, at) => tg.hvp(f, at, at),
  jacobian: (f, at) => tg.jacobian(f)(at),
  hessian: (f, at) => tg.hessian(f)(at),
};

/** What `call` throws begins with the name. */
function begins(name: string, call: () => unknown, ...parts: string[]): void {
  const error = assertThrows(call, ...parts);
  assert.instance(error, TapegradError);
  assert.ok(error.message.startsWith(`${name}: `), error.message);
}

for (const [name, derive] of Object.entries(DERIVATIVES))
  test(`what goes wrong in ${name} is said in its name`, () => {
    begins(name, () => derive(promised, x), 'the function returned a promise; await first');
    begins(name, () => derive(word, x), 'the function returned a string; expected a Tensor');
    begins(name, () => derive(3 as never, x), 'expected a function of tensors, got a number');
    begins(name, () => derive(vector, [1] as never));
    if (/grad|hvp|hessian/i.test(name)) begins(name, () => derive(vector, x), 'returned shape [2]');
  });

test('gradients, pullbacks and noGrad speak for themselves', () => {
  const w = tensor([1, 2], { requiresGrad: true });
  begins('gradients', () => tg.gradients(w.square(), [w]), 'the output has shape [2]');
  begins('gradients', () => tg.gradients(w.square(), [w], { seed: tensor(1) }), 'the gradient passed in');
  begins('vjp', () => tg.vjp(vector, x).pullback(tensor(1)), 'the gradient passed in');
  begins('noGrad', () => tg.noGrad(async () => 1), 'await first');
});

test('each check, and a training step, speaks for itself', () => {
  const rng = tg.random(0);
  const layer = new Linear(2, 2, { rng });
  const calls: Record<string, () => unknown> = {
    gradcheck: () => check.gradcheck(vector, 1 as never),
    assertGradients: () => check.assertGradients(vector, [1] as never),
    gradgradcheck: () => check.gradgradcheck(3 as never, x),
    checkModule: () => check.checkModule(layer, 1 as never),
    checkOp: () => check.checkOp(word, { inputs: [x] }),
    trainStep: () => trainStep({ zeroGrad() {}, step() {} }, () => 1 as never),
    train: () =>
      train({ batches: [1], steps: 1, loss: () => 1 as never, optimizer: { zeroGrad() {}, step() {} } }),
  };
  for (const [name, call] of Object.entries(calls)) begins(name, call);
  begins('checkModule', () => check.checkModule(layer, x, { directions: 0 }), 'directions');
});
