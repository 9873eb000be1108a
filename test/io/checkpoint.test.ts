/** What a checkpoint keeps, and what it refuses. Resumed training is in resume.test.ts. */
import { deepStrictEqual as assertEqual } from 'node:assert';
import * as assert from 'uvu/assert';
import { DataLoader } from '../../src/data/index.js';
import { randn, random, TapegradError, type Tensor, tensor } from '../../src/index.js';
import {
  inspectSafetensors,
  loadCheckpoint,
  loadSafetensors,
  saveCheckpoint,
  saveSafetensors,
} from '../../src/io/index.js';
import { BatchNorm1d, Dropout, Linear, Module, Sequential } from '../../src/nn/index.js';
import { Adam, SGD } from '../../src/optim/index.js';
import { assertSame, assertThrows } from '../support/close.js';
import { fc, property } from '../support/property.js';
import { suite } from '../support/suite.js';

const test = suite('checkpoints');

const network = (seed: number): Sequential =>
  new Sequential(
    new Linear(2, 3, { rng: random(seed) }),
    new BatchNorm1d(3),
    new Dropout(0.5, { rng: random(seed + 1) }),
  );

/** What comes back of one part of plain data. */
const again = (data: unknown): unknown => loadCheckpoint(saveCheckpoint({ data }), {}).data;

test('plain data come back as they were', () => {
  for (const data of [
    null,
    true,
    0,
    -0,
    1e-320,
    Number.NaN,
    -Infinity,
    '',
    'naïve "text" \u2028 \ud83d\ude00',
    [],
    {},
    [[], [[]]],
    { a: [1, { b: null }], 'a.0': 2, '': 3 },
    { number: 'NaN', record: {}, tensor: 'a', list: 1, of: 'Array' },
    Array.from({ length: 100 }, (_, i) => (i === 3 ? -0 : i === 4 ? Number.NaN : 1 / i)),
    Float32Array.of(1.5, -0, Number.NaN),
    Float64Array.of(1 / 3),
    Int32Array.of(-(2 ** 31)),
    Uint8Array.of(255),
    new Uint32Array(0),
  ])
    assertEqual(again(data), data);
  assert.ok(Object.is(again(-0), -0));
  assert.ok(Object.is((again([...Array(40).keys()].map(() => -0)) as number[])[7], -0));
});

test('nested data of any form come back as they were', () => {
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.jsonValue(),
      fc.double(),
      fc.float32Array(),
      tie('list'),
      tie('record'),
    ),
    list: fc.array(tie('tree'), { maxLength: 4 }),
    record: fc.dictionary(
      fc.oneof(fc.string(), fc.constantFrom('__proto__', 'record', 'toString')),
      tie('tree'),
    ),
  }));
  property(tree, (data) => assertEqual(again({ data }), { data: plain(data) }), 200);
});

/** Records without a prototype, as fast-check makes some, come back as ordinary ones. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]));
}

test('a hole in a list, and undefined in it, come back as null', () => {
  // biome-ignore lint/suspicious/noSparseArray: the hole is what is tested
  assert.equal(again([1, , undefined]), [1, null, null]);
  const long = Array.from({ length: 40 }, (_, i) => i);
  delete long[7];
  assert.is((again(long) as unknown[])[7], null);
});

test('a part with undefined in it comes back without', () => {
  assert.equal(again({ a: undefined, b: 1 }), { b: 1 });
});

test('the tensors of a file have the names of the parts, and other programs can read them', () => {
  const model = network(0);
  const optimizer = new Adam(model.parameters());
  model
    .forward(randn([4, 2], random(2)))
    .sum()
    .backward();
  optimizer.step();
  const tensors = loadSafetensors(saveCheckpoint({ model, optimizer, best: tensor([[1, 2]]), step: 1 }));
  assert.equal(Object.keys(tensors).sort(), [
    'best',
    'model.layers.0.bias',
    'model.layers.0.weight',
    'model.layers.1.bias',
    'model.layers.1.numBatchesTracked',
    'model.layers.1.runningMean',
    'model.layers.1.runningVar',
    'model.layers.1.weight',
    ...['0', '1', '2', '3'].flatMap((i) => [
      `optimizer.${i}.arrays.mean`,
      `optimizer.${i}.arrays.meanSquare`,
    ]),
  ]);
  assertSame(tensors['model.layers.0.weight']!.data, model.namedParameters()[0]![1].data);
  assert.equal(tensors.best!.shape, [1, 2]);
});

test('equal parts give equal bytes', () => {
  assert.equal(
    saveCheckpoint({ model: network(3), step: 1 }),
    saveCheckpoint({ model: network(3), step: 1 }),
  );
});

test('a model alone can be taken out of a run, and what is not asked for is returned', () => {
  const [model, rng] = [network(0), random(9)];
  rng.normal();
  const bytes = saveCheckpoint({ model, optimizer: new SGD(model.parameters(), { lr: 0.1 }), rng, step: 7 });
  const other = network(5);
  const rest = loadCheckpoint(bytes, { model: other });
  assert.equal(Object.keys(rest).sort(), ['optimizer', 'rng', 'step']);
  assert.is(rest.step, 7);
  assert.is(rest.rng, rng.state());
  assert.equal(other.stateDict(), model.stateDict());
  assert.is(other.namedGenerators()[0]![1].state(), model.namedGenerators()[0]![1].state());
});

test('any object with stateDict and loadStateDict is a part', () => {
  class Counter {
    constructor(public counts: Float64Array) {}
    stateDict(): unknown {
      return { counts: this.counts, seen: new Set([1]).size };
    }
    loadStateDict({ counts }: { counts: Float64Array }): void {
      this.counts = counts;
    }
  }
  const counter = new Counter(Float64Array.of(0));
  loadCheckpoint(saveCheckpoint({ counter: new Counter(Float64Array.of(1, Number.NaN)) }), { counter });
  assertEqual(counter.counts, Float64Array.of(1, Number.NaN));
});

/** All that a run of these parts remembers. */
const all = (parts: Record<string, unknown>): string => Buffer.from(saveCheckpoint(parts)).toString('latin1');

test('a part that does not fit is refused, and no part is changed', () => {
  const saved = network(0);
  const bytes = saveCheckpoint({
    model: saved,
    optimizer: new SGD(saved.parameters(), { lr: 0.1 }),
    rng: random(4),
    step: 3,
  });
  const wide = new Sequential(
    new Linear(2, 4, { rng: random(0) }),
    new BatchNorm1d(4),
    new Dropout(0.5, { rng: random(0) }),
  );
  const without = new Sequential(new Linear(2, 3, { rng: random(0) }), new BatchNorm1d(3));
  const twice = new Sequential(...network(0).layers, new Dropout(0.5, { rng: random(7) }));
  for (const [other, problem] of [
    [{ model: wide }, 'loadStateDict: the saved values do not fit Sequential'],
    [
      { model: without },
      'loadCheckpoint: model was saved with generators at layers.2.rng, and has them at no place; build it as it was built then',
    ],
    [{ model: twice }, 'and has them at layers.2.rng, layers.3.rng'],
    [{ optimizer: new Adam(network(1).parameters()) }, "SGD'; this is Adam"],
    [{ model: random(0) }, 'loadCheckpoint: run.bin holds model as a module; got a generator'],
    [{ rng: network(0) }, 'loadCheckpoint: run.bin holds rng as a generator; got a module'],
    [{ step: network(0) }, 'loadCheckpoint: run.bin holds step as plain data; got a module'],
    [
      { optimizer: network(0) },
      'loadCheckpoint: run.bin holds optimizer as an object with a state; got a module',
    ],
    [
      { loader: network(0) },
      'loadCheckpoint: run.bin holds no part loader; it has model, optimizer, rng, step',
    ],
    [{ step: 3 }, 'loadCheckpoint: step is a number; expected what goes on from a state'],
  ] as const) {
    // The generator is restored first, and has to go back when the other part is refused.
    const parts: Record<string, unknown> = { rng: random(9), ...other };
    const before = all(parts);
    assertThrows(() => loadCheckpoint(bytes, parts as never, 'run.bin'), problem);
    assert.is(all(parts), before);
  }
});

test('a loader whose pass was left is not changed by a file that does not fit', () => {
  const x = tensor([[1], [2], [3], [4]]);
  const loader = new DataLoader({ x, labels: x }, { batchSize: 1 });
  for (const _ of loader) break;
  const other = new DataLoader({ x, labels: x }, { batchSize: 1 });
  const bytes = saveCheckpoint({ model: network(0), loader: other });
  const wrong = new Sequential(new Linear(9, 9, { rng: random(0) }));
  assert.throws(() => loadCheckpoint(bytes, { model: wrong, loader }));
  assert.is([...loader].length, 4, 'the next pass is a whole one');
});

test('generators registered under whole numbers are found again', () => {
  class Two extends Module {
    readonly #b = this.register('10', random(1));
    readonly #a = this.register('9', random(2));
    override forward(x: Tensor): Tensor {
      return x.mul(this.#a.uniform() + this.#b.uniform());
    }
  }
  const [saved, model] = [new Two(), new Two()];
  saved.forward(tensor([1]));
  loadCheckpoint(saveCheckpoint({ model: saved }), { model });
  assert.is(model.forward(tensor([1])).item(), saved.forward(tensor([1])).item());
});

test('what can not be saved is refused with its place', () => {
  class Point {
    x = 1;
  }
  const circle: { self?: unknown } = {};
  circle.self = circle;
  for (const [parts, problem] of [
    [{ step: undefined }, 'saveCheckpoint: step is undefined; leave it out'],
    [{ log: { run: () => 1 } }, 'saveCheckpoint: log.run is a function; expected a module'],
    [{ log: [new Date(0)] }, 'log.0 is'],
    [{ log: 1n }, 'log is'],
    [{ point: new Point() }, 'point is'],
    [{ set: new Set() }, 'set is an object; expected a module'],
    [{ circle }, 'lies in itself, or too deep'],
    [[1], 'saveCheckpoint: expected the parts by name'],
    [network(0), 'saveCheckpoint: expected the parts by name, such as { model, optimizer, step }, got'],
    [null, 'saveCheckpoint: expected the parts by name'],
  ] as const)
    assertThrows(() => saveCheckpoint(parts as never), problem);
});

test('a file that is no checkpoint, or of another form, is refused with the way out', () => {
  const weights = saveSafetensors(network(0).stateDict());
  assertThrows(
    () => loadCheckpoint(weights, {}, 'a.safetensors'),
    'loadCheckpoint: a.safetensors holds 7 tensors and is no checkpoint; pass it to model.loadStateDict(loadSafetensors(bytes))',
  );
  const changed = (
    change: (text: { version: unknown; parts: unknown; states: unknown }) => unknown,
  ): Uint8Array => {
    const bytes = saveCheckpoint({ step: 1, list: Float32Array.of(1) });
    const text = JSON.parse(inspectSafetensors(bytes).metadata['tapegrad.checkpoint']!);
    return saveSafetensors(loadSafetensors(bytes), {
      metadata: { 'tapegrad.checkpoint': JSON.stringify(change(text) ?? text) },
    });
  };
  for (const [change, problem] of [
    [(text) => void (text.version = 2), 'is a checkpoint of form 2; this version of tapegrad reads form 1'],
    [() => ({}), 'is a checkpoint of form undefined'],
    [(text) => void (text.parts = null), 'is a checkpoint that was changed after it was written'],
    [(text) => void (text.parts = { other: {} }), 'is a checkpoint that was changed after it was written'],
    [(text) => void (text.states = '{'), 'its text is no JSON'],
    [(text) => void (text.states = '{"x":1}'), 'is no checkpoint that saveCheckpoint wrote: it holds'],
    [(text) => void (text.states = '{"record":{"step":{"tensor":"b"}}}'), "it has no tensor 'b'"],
    [(text) => void (text.states = `${'['.repeat(200)}${']'.repeat(200)}`), 'its data lie too deep'],
    [(text) => void (text.states = '{"record":{"step":{"list":"list","of":"eval"}}}'), 'it holds'],
  ] as [Parameters<typeof changed>[0], string][])
    assertThrows(() => loadCheckpoint(changed(change), {}), problem);
});

/** A value of JSON in which one value, found by following `turns`, is another one. */
function edited(value: unknown, turns: readonly number[], other: unknown): unknown {
  const [turn, ...rest] = turns;
  if (turn === undefined || typeof value !== 'object' || value === null) return other;
  const keys = Object.keys(value);
  if (keys.length === 0) return other;
  const key = keys[turn % keys.length]!;
  const inner = edited((value as Record<string, unknown>)[key], rest, other);
  if (Array.isArray(value)) return value.map((one, i) => (String(i) === key ? inner : one));
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, name === key ? inner : one]));
}

test('a checkpoint whose text was changed anywhere is refused in our words and changes nothing, or is loaded whole', () => {
  const build = (seed: number) => {
    const model = network(seed);
    const x = randn([6, 2], random(1));
    const loader = new DataLoader({ x, labels: x }, { batchSize: 2, shuffle: true, rng: random(seed) });
    const optimizer = new Adam(model.parameters(), { lr: 0.1 });
    for (const batch of loader) {
      model.forward(batch.x).sum().backward();
      optimizer.step();
      break;
    }
    return { model, optimizer, loader, rng: random(seed) };
  };
  const bytes = saveCheckpoint(build(0));
  const tensors = loadSafetensors(bytes);
  const text = JSON.parse(inspectSafetensors(bytes).metadata['tapegrad.checkpoint']!);
  const run = build(3);
  const tally = { refused: 0, loaded: 0 };
  const others = fc.constantFrom<unknown>(null, true, -1, 0.5, 1e308, 'x', [], {}, [[]], {
    tensor: 'model.layers.0.bias',
  });
  const edits = fc.tuple(fc.array(fc.nat(60), { minLength: 1, maxLength: 9 }), others, fc.boolean());
  property(
    edits,
    ([turns, other, inStates]) => {
      const states = JSON.parse(text.states);
      const wrong = inStates
        ? { ...text, states: JSON.stringify(edited(states, turns, other)) }
        : edited(text, turns, other);
      const file = saveSafetensors(tensors, { metadata: { 'tapegrad.checkpoint': JSON.stringify(wrong) } });
      const before = all(run);
      try {
        loadCheckpoint(file, run);
        tally.loaded++;
      } catch (error) {
        if (!(error instanceof TapegradError)) throw error;
        assert.is(all(run), before);
        tally.refused++;
      }
    },
    500,
  );
  assert.ok(tally.refused > 100 && tally.loaded > 0, JSON.stringify(tally));
});

test('a record named __proto__ changes no prototype', () => {
  const data = JSON.parse('{"__proto__": {"polluted": 1}}');
  const back = again(data) as object;
  assert.ok(Object.hasOwn(back, '__proto__'));
  assert.is(({} as { polluted?: number }).polluted, undefined);
});

test('a generator that the model shares with the loader goes on for both', () => {
  const build = (seed: number) => {
    const rng = random(seed);
    const model = new Sequential(new Linear(1, 1, { rng }), new Dropout(0.5, { rng }));
    const x = tensor([[1], [2], [3], [4]]);
    const loader = new DataLoader({ x, labels: x }, { batchSize: 1, shuffle: true, rng });
    return { model, loader, rng };
  };
  const outputs = (run: ReturnType<typeof build>, count: number, look = (): void => {}): number[] => {
    const seen: number[] = [];
    while (seen.length < count)
      for (const batch of run.loader as DataLoader<Tensor>) {
        seen.push(run.model.forward(batch.x).item());
        look();
        if (seen.length === count) break;
      }
    return seen;
  };
  const run = build(0);
  const saved: Uint8Array[] = [];
  const whole = outputs(run, 11, () => saved.push(saveCheckpoint(run)));
  const resumed = build(5);
  loadCheckpoint(saved[1]!, resumed);
  assert.equal(outputs(resumed, 9), whole.slice(2));
});
