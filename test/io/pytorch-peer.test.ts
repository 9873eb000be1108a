/**
 * PyTorch itself as the judge. What it computed with its models, in test/fixtures/pytorch, our models compute from the same
 * files. What we write is read by a reader of another language, and by PyTorch, whose answers are recorded for machines
 * without it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import type { Dtype, Tensor } from '../../src/index.js';
import { random } from '../../src/index.js';
import { fromPyTorch, saveSafetensors, toPyTorch } from '../../src/io/index.js';
import type { AnyModule, StateDict } from '../../src/nn/index.js';
import { assertClose, assertSame, assertThrows } from '../support/close.js';
import { temporaryFolder } from '../support/folder.js';
import {
  type Answers,
  askPython,
  askTorch,
  byKind,
  CASES,
  compute,
  findPython,
  hashOf,
  inPyTorch,
  ourFile,
  ourModel,
  type Parts,
  pytorchFixture,
  RECORDED,
  type RecordedAnswers,
} from '../support/pytorch.js';
import { needing, suite } from '../support/suite.js';

const test = suite('PyTorch as a peer');
const NAMES = Object.keys(CASES);

/** A model of a case with the values that PyTorch has saved. */
function loaded(name: string, parts: Parts, dtype: Dtype = 'float64'): AnyModule {
  const model = CASES[name]!.make({ rng: random(0), dtype });
  model.loadStateDict(fromPyTorch(model, parts.state!));
  return model;
}

type Numbers = Readonly<Record<string, ArrayLike<number>>>;

const dataOf = (tensors: Readonly<Record<string, Tensor>> = {}): Numbers =>
  Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data]));

/** Compares a model with PyTorch's: output and gradients in training, the buffers after it, the output in evaluation. */
function assertAgrees(
  name: string,
  model: AnyModule,
  inputs: Parts,
  expected: Readonly<Record<string, Numbers>>,
  limits = { relative: 1e-9, absolute: 1e-11 },
): void {
  const { output, gradients, inputGradients } = compute(name, model, inputs);
  const close = (actual: Numbers, kind: string): void => {
    for (const [key, values] of Object.entries(expected[kind] ?? {}))
      assertClose(actual[key]!, values, { ...limits, what: `${kind} ${key}` });
  };
  assert.is(Object.keys(expected.grad!).length, model.parameters().length);
  close({ '': output.data }, 'output');
  close(dataOf(inPyTorch(name, model, gradients)), 'grad');
  close(dataOf(inputGradients), 'gradInput');
  close(dataOf(toPyTorch(model)), 'after');
  close({ '': CASES[name]!.run(model.eval(), inputs.input!).data }, 'evaluated');
}

const numbersOf = (parts: Parts): Record<string, Numbers> =>
  Object.fromEntries(Object.entries(parts).map(([kind, tensors]) => [kind, dataOf(tensors)]));

for (const name of NAMES) {
  test(`${name}: from the file that PyTorch wrote, outputs and gradients are those of PyTorch`, () => {
    const parts = pytorchFixture(name);
    assertAgrees(name, loaded(name, parts), parts, numbersOf(parts));
  });
  test(`${name}: toPyTorch gives every name of its state dict, in its shape, and every value`, () => {
    const { state } = pytorchFixture(name);
    const back: StateDict = toPyTorch(loaded(name, { state: state! }));
    assert.equal(Object.keys(back).sort(), Object.keys(state!).sort());
    for (const [key, { shape, data }] of Object.entries(state!)) {
      assert.equal(back[key]!.shape, shape, key);
      assertSame(back[key]!.data, data, key);
    }
  });
}

test('a model in float32 takes what was saved in float64', () => {
  const parts = pytorchFixture('mlp');
  const model = loaded('mlp', parts, 'float32');
  assertAgrees('mlp', model, parts, numbersOf(parts), { relative: 1e-5, absolute: 1e-6 });
});

test('the fixtures can tell wrong weights from right ones', () => {
  const parts = pytorchFixture('lstm');
  const model = loaded('lstm', parts);
  model.parameters()[3]!.write((data) => data.reverse());
  assertThrows(() => assertAgrees('lstm', model, parts, numbersOf(parts)), 'output : element');
});

const python = findPython();
const folder = temporaryFolder('pytorch');

needing(
  test,
  python !== undefined,
  'Python 3',
)('a reader in Python finds the names, shapes and values that were written', () => {
  for (const dtype of ['float64', 'float32'] as const) {
    const tensors = Object.fromEntries(
      NAMES.flatMap((name) =>
        Object.entries(toPyTorch(ourModel(name, dtype))).map(([key, value]) => [`${name}/${key}`, value]),
      ),
    );
    const file = join(folder, `all-${dtype}.safetensors`);
    writeFileSync(file, saveSafetensors(tensors));
    const read = askPython(python!, 'read', file) as Record<string, [string, number[], number[]]>;
    assert.equal(Object.keys(read).sort(), Object.keys(tensors).sort());
    for (const [key, value] of Object.entries(tensors)) {
      const [kind, shape, values] = read[key]!;
      assert.equal([kind, shape], [value.dtype === 'float64' ? 'F64' : 'F32', value.shape], key);
      assertSame(values, value.data, key);
    }
  }
});

/** Compares our models with what PyTorch computed from our files. */
function assertAnswers({ answers }: Answers): void {
  for (const name of NAMES) {
    const numbers = Object.entries(answers[name]!).map(([key, text]) => [key, text.split(' ').map(Number)]);
    const expected = byKind<number[]>(Object.fromEntries(numbers));
    assertAgrees(name, ourModel(name), pytorchFixture(name), expected);
  }
}

const recorded = JSON.parse(readFileSync(RECORDED, 'utf8')) as RecordedAnswers;

test('PyTorch has read the files that we write, strictly, and computed what we do', () => {
  const hashes = Object.fromEntries(NAMES.map((name) => [name, hashOf(ourFile(name))]));
  // What PyTorch answered holds for the bytes that it was asked about.
  assert.equal(hashes, recorded.files, 'the files have changed: run npx tsx test/tools/pytorch-answers.ts');
  assertAnswers(recorded);
});

const withTorch = findPython('torch');

if (withTorch)
  test('PyTorch reads the files that we write, strictly, and computes what we do', () =>
    assertAnswers(askTorch(withTorch, folder)));
else
  console.log(`skipped: PyTorch reads our files: needs torch; what ${recorded.torch} answered is compared`);
