/** Values of another realm, another copy of the library, tensors where a number is meant, and saved values. */
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runInNewContext } from 'node:vm';
import ts from 'typescript';
import * as assert from 'uvu/assert';
import { DataLoader } from '../../src/data/index.js';
import * as tg from '../../src/index.js';
import { Linear, Module, type ReLU, Sequential } from '../../src/nn/index.js';
import { Adam, SGD } from '../../src/optim/index.js';
import { assertSame, assertThrows } from '../support/close.js';
import { moduleFolder } from '../support/folder.js';
import { suite } from '../support/suite.js';
import { captureWarnings } from '../support/warnings.js';

const test = suite('doors to other places');
const root = fileURLToPath(new URL('../..', import.meta.url));
const { tensor } = tg;
const elsewhere = <T>(code: string): T => runInNewContext(code) as T;
const rng = () => tg.random(0);
const untyped = <T>(value: unknown): T => value as T;

test('typed arrays of another realm are taken for what they are', () => {
  const single = tensor(elsewhere<Float32Array>('new Float32Array([0.1, 2])'));
  assert.is(single.dtype, 'float32');
  assertSame(single.data, Float32Array.of(0.1, 2));
  assert.is(tensor(elsewhere<Float64Array>('new Float64Array([0.1])')).dtype, 'float64');
  assert.equal(tensor(elsewhere<number[]>('[[1, 2], [3, 4]]')).shape, [2, 2]);
  assertSame(tensor([0, 0]).assign(elsewhere<Float32Array>('new Float32Array([1, 2])')).data, [1, 2]);
  assert.equal(tg.gather(tensor([5, 6]), 0, elsewhere<Int32Array>('new Int32Array([1])')).toArray(), [6]);
  assertThrows(
    () => tensor(elsewhere<never>('new BigInt64Array(1)')),
    'tensor: BigInt64Array does not hold plain numbers',
  );
  const wrapped = new tg.Tensor(elsewhere<Float32Array>('new Float32Array([1, 2])'), [2]);
  assert.equal([wrapped.dtype, wrapped.add(1).mul(2).toArray()], ['float32', [4, 6]]);
});

test('parameters in Maps, Sets and objects of another realm, of any class and of none are found', () => {
  class Holder extends Module {
    constructor(readonly held: unknown) {
      super();
    }
    override forward(x: tg.Tensor): tg.Tensor {
      return x;
    }
  }
  const map = elsewhere<Map<string, unknown>>('new Map()');
  const leaf = tensor([1], { requiresGrad: true });
  map.set('a', leaf);
  assert.equal(new Holder(map).parameters(), [leaf]);
  const bare = elsewhere<{ a: unknown }>('Object.create(null)');
  bare.a = new Set([leaf]);
  assert.equal(new Holder([bare]).parameters(), [leaf]);
});

test('no file but base/kind.ts asks whether a value is an instance of a built-in class', () => {
  const asked: string[] = [];
  for (const file of readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts') || file.includes('assembly')) continue;
    const source = ts.createSourceFile(
      file,
      readFileSync(join(root, 'src', file), 'utf8'),
      ts.ScriptTarget.ES2022,
      true,
    );
    const visit = (node: ts.Node): void => {
      if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.InstanceOfKeyword)
        if (node.right.getText() in globalThis && !source.text.includes(`class ${node.right.getText()}`))
          asked.push(`${file}: ${node.getText()}`);
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  assert.ok(asked.some((one) => one.startsWith('base/kind.ts')));
  assert.equal(
    asked.filter((one) => !one.startsWith('base/kind.ts')),
    [],
  );
});

test('what another copy of the library made is refused in one sentence that says so; loading it is silent', async () => {
  const folder = moduleFolder('copy');
  cpSync(join(root, 'src'), join(folder, 'src'), { recursive: true });
  let other!: typeof tg;
  let layers!: typeof import('../../src/nn/index.js');
  const load = async (): Promise<void> => {
    other = (await import(pathToFileURL(join(folder, 'src/index.ts')).href)) as typeof tg;
    layers = (await import(pathToFileURL(join(folder, 'src/nn/index.ts')).href)) as typeof layers;
  };
  await load();
  assert.is.not(other.Tensor, tg.Tensor);
  const foreign = other.tensor([1, 2], { requiresGrad: true });
  const layer = new layers.Linear(2, 1, { rng: other.random(0) });
  const twoCopies = (name: string, what: string): string =>
    `${name}: got a ${what} that another copy of tapegrad made. This program has loaded two copies`;
  const x = tensor([1, 2]);
  for (const [name, call] of [
    ['add', () => tg.add(x, foreign)],
    ['relu', () => tg.relu(foreign)],
    ['sum', () => tg.sum(foreign)],
    ['matmul', () => tg.matmul(x, foreign)],
    ['tensor', () => tensor(foreign)],
    ['grad', () => tg.grad((a) => a.sum())(foreign)],
    ['backward', () => tg.backward(foreign)],
    ['mseLoss', () => tg.mseLoss(x, foreign)],
    ['SGD', () => new SGD([foreign], { lr: 1 })],
    ['loadStateDict', () => new Linear(2, 1, { rng: rng() }).loadStateDict(layer.stateDict())],
    ['DataLoader', () => new DataLoader({ x: foreign, labels: [0, 1] }, { batchSize: 1 })],
  ] as [string, () => unknown][])
    assertThrows(call, twoCopies(name, 'Tensor'));
  assertThrows(() => new Sequential(untyped<ReLU>(layer)), twoCopies('Sequential', 'Module'));
  class Model extends Module {
    readonly layer = layer;
    override forward(at: tg.Tensor): tg.Tensor {
      return at;
    }
  }
  assertThrows(() => new Model().parameters(), twoCopies('Model.layer', 'Module'));
  // A generator holds no tape: that of another copy draws the same numbers.
  assertSame(tg.randn([3], other.random(1)).data, tg.randn([3], tg.random(1)).data);
});

test('a tensor where a number is meant is an error that names the methods', () => {
  const loss = untyped<number>(tensor(0.5));
  for (const wrong of [
    () => loss < 0.1,
    () => 1 - loss,
    () => loss * 2,
    () => +loss,
    () => 0 + loss,
    () => Math.max(loss),
    () => Number.isNaN(Number(loss)),
    // biome-ignore lint/suspicious/noDoubleEquals: what a program without a compiler may write
    () => loss == 0.5,
  ])
    assertThrows(wrong, 'Tensor: operators such as +, - and < need numbers', 'a.sub(b)', 'a.item()');
  assert.is(`${loss}`, 'tensor(0.5, shape [])');
  assert.is(String(loss), 'tensor(0.5, shape [])');
});

test('a tensor is written as JSON and read again with the same bits, also those that JSON has no number for', () => {
  for (const dtype of ['float32', 'float64'] as const) {
    const x = tensor(
      [
        [0.1, -0, Number.NaN],
        [Infinity, -Infinity, 1e-40],
      ],
      { dtype },
    );
    const back = tensor(JSON.parse(JSON.stringify(x)) as tg.SavedTensor);
    assert.equal([back.dtype, back.shape], [dtype, [2, 3]]);
    assertSame(back.data, x.data);
  }
  const [saved, model] = [new Linear(2, 3, { rng: rng() }), new Linear(2, 3, { rng: tg.random(1) })];
  model.loadStateDict(JSON.parse(JSON.stringify(saved.stateDict())));
  assertSame(model.weight.data, saved.weight.data);
  assertThrows(
    () => tensor(untyped({ dtype: 'float32', shape: [1], data: [null] })),
    'tensor: found null among the saved numbers',
  );
  assertThrows(
    () => tensor(untyped({ dtype: 'float32', shape: [2], data: [1] })),
    'tensor: 1 elements do not fill the shape [2]',
  );
});

test('labels that are no classes are refused, and targets in a tensor come out row by row', () => {
  const x = tensor([[1], [2], [3]]);
  for (const labels of [
    [0.25, 0.75, 1.5],
    ['0', '1', '2'],
    [
      [1, 0],
      [0, 1],
      [1, 0],
    ],
    [0, 1, 2 ** 31],
    [0, null, 1],
  ])
    assertThrows(
      () => new DataLoader({ x, labels: untyped<number[]>(labels) }, { batchSize: 1 }),
      'DataLoader: label ',
      'Pass other targets as a Tensor',
    );
  const targets = tensor([[0.25], [0.75], [1.5]]);
  const batches = [...new DataLoader({ x, labels: targets }, { batchSize: 2 })];
  assert.equal(
    batches.map(({ labels }) => labels.toArray()),
    [[[0.25], [0.75]], [[1.5]]],
  );
});

test('the state of an optimiser is found by the names of the parameters, or refused', () => {
  const make = (...names: string[]): tg.Tensor[] =>
    names.map((name) => tensor([1, 2], { requiresGrad: true }).named(name));
  const [a, b] = make('a', 'b') as [tg.Tensor, tg.Tensor];
  const adam = new Adam([a, b]);
  [a.grad, b.grad] = [tensor([1, 1]), tensor([3, 3])];
  adam.step();
  const saved = adam.stateDict();
  const swapped = new Adam(make('b', 'a'));
  swapped.loadStateDict(saved);
  assertSame(swapped.stateDict()[0]!.arrays.mean!, saved[1]!.arrays.mean!);
  const into = (optimizer: Adam | SGD, state: unknown) => () => optimizer.loadStateDict(untyped(state));
  assertThrows(
    into(new Adam(make('a', 'c')), saved),
    'Adam.loadStateDict: the saved state has no entry for c [2]; it has a, b',
  );
  assertThrows(
    into(new SGD(make('a', 'b'), { lr: 1 }), saved),
    "SGD.loadStateDict: the saved state is that of 'Adam'; this is SGD",
  );
  const nameless = saved.map(({ step, arrays }) => ({ step, arrays }));
  assertThrows(
    into(new SGD(make('a', 'b'), { lr: 1 }), nameless),
    'keeps mean and meanSquare, and this optimiser keeps nothing',
  );
  assertThrows(
    into(adam, JSON.parse(JSON.stringify(saved))),
    'mean of a [2] is an object; expected a typed array',
    'JSON',
  );
  assertThrows(into(adam, undefined), 'Adam.loadStateDict: expected what stateDict() gave, got undefined');
  assertThrows(into(adam, [undefined, null]), 'entry 0 is undefined');
});

test('a leaf that is trained by nobody is reported, and one whose gradient the program wants is not', () => {
  class Hidden extends Module {
    readonly #scale = tensor([1], { requiresGrad: true });
    readonly shift = tensor([0], { requiresGrad: true });
    override forward(x: tg.Tensor): tg.Tensor {
      return x.mul(this.#scale).add(this.shift);
    }
  }
  const train = (reset: boolean): string[] => {
    const model = new Hidden();
    const optimizer = new SGD(model.parameters(), { lr: 0.1 });
    const image = tensor([1, 2], { requiresGrad: true });
    return captureWarnings(() => {
      for (let i = 0; i < 3; i++) {
        optimizer.zeroGrad();
        (reset ? image.mul(model.shift) : model.forward(tensor([1, 2]))).sum().backward();
        optimizer.step();
        if (reset) image.grad = null;
      }
    });
  };
  assert.equal(train(true), []);
  const [warning, ...more] = train(false);
  assert.equal(more, []);
  assert.match(warning!, /a leaf of shape \[1\] receives gradients, and no optimiser holds it/);
});

test('a rule that reads what was not saved is named with what it read', () => {
  const FORGETFUL = tg.defineOp({
    name: 'forgetful',
    forward: ([x]: [tg.NDArray]) => ({ data: x.data.slice(), shape: x.shape }),
    save: ({ output: y }) => ({ y }),
    vjp: [(g, saved) => tg.mul(g, (saved as unknown as { x: tg.Tensor }).x)],
  });
  const leaf = tensor([1], { requiresGrad: true });
  assertThrows(
    () => tg.apply(FORGETFUL, [leaf]).sum().backward(),
    'forgetful: its rule reads x, which save does not return; it returns y',
  );
});

test('clip takes bounds that are tensors, with their gradients', () => {
  const f64 = { dtype: 'float64', requiresGrad: true } as const;
  const x = tensor([-2, 0.5, 3], f64);
  const [low, high] = [tensor([-1, -1, -1], f64), tensor(2, f64)];
  const y = tg.clip(x, low, high);
  assert.equal(y.toArray(), [-1, 0.5, 2]);
  y.mul(tensor([1, 10, 100], { dtype: 'float64' }))
    .sum()
    .backward();
  assert.equal([x.grad!.toArray(), low.grad!.toArray(), high.grad!.toArray()], [[0, 10, 0], [1, 0, 0], 100]);
  assertThrows(() => tg.clip(x, tensor([3, 0, 0]), 2), 'clip: expected low ≤ high');
});
