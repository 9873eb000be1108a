/** Names and layouts, each written down by hand from PyTorch's documentation. pytorch-peer.test.ts asks PyTorch itself. */
import * as assert from 'uvu/assert';
import { ArgumentError, random, relu, ShapeError, type Tensor, tensor, zeros } from '../../src/index.js';
import { fromPyTorch, loadSafetensors, saveSafetensors, toPyTorch } from '../../src/io/index.js';
import * as nn from '../../src/nn/index.js';
import { assertSame, assertThrows } from '../support/close.js';
import { fc, property } from '../support/property.js';
import { suite } from '../support/suite.js';

const test = suite('PyTorch names and layouts');
const rng = random(1);

/** A module that holds what it is given. */
class Holder extends nn.Module {
  constructor(fields: object) {
    super();
    Object.assign(this, fields);
  }
  override forward(x: Tensor): Tensor {
    return x;
  }
}

/** A linear layer with the weight [[1, 2, 3], [4, 5, 6]] from 2 features to 3, and the bias [7, 8, 9]. */
function counted(): nn.Linear {
  const layer = new nn.Linear(2, 3, { rng });
  layer.weight.assign([1, 2, 3, 4, 5, 6]);
  layer.bias!.assign([7, 8, 9]);
  return layer;
}

/** Every name with the shape under it. */
const shapesOf = (state: nn.StateDict): Record<string, string> =>
  Object.fromEntries(Object.entries(state).map(([name, { shape }]) => [name, shape.join('×')]));

const arrays = (state: nn.StateDict): unknown =>
  Object.fromEntries(Object.entries(state).map(([name, value]) => [name, value.toArray()]));

test('a Sequential numbers its layers, functions included, and the weight of a Linear is [out, in]', () => {
  const model = new nn.Sequential(counted(), relu, new nn.Sequential(counted()));
  const layer = [
    [1, 4],
    [2, 5],
    [3, 6],
  ];
  assert.equal(arrays(toPyTorch(model)), {
    '0.weight': layer,
    '0.bias': [7, 8, 9],
    '2.0.weight': layer,
    '2.0.bias': [7, 8, 9],
  });
});

test('the way back turns the weight again', () => {
  const model = new nn.Sequential(new nn.Linear(2, 3, { rng }));
  const weight = tensor([
    [1, 4],
    [2, 5],
    [3, 6],
  ]);
  model.loadStateDict(fromPyTorch(model, { '0.weight': weight, '0.bias': tensor([7, 8, 9]) }));
  assert.equal(arrays(model.stateDict()), arrays(new nn.Sequential(counted()).stateDict()));
});

test('batch normalisation keeps its statistics under names with underscores', () => {
  const layer = new nn.BatchNorm1d(2);
  layer.runningMean!.assign([1, 2]);
  layer.runningVar!.assign([3, 4]);
  layer.numBatchesTracked!.assign([5]);
  const expected = {
    weight: [1, 1],
    bias: [0, 0],
    running_mean: [1, 2],
    running_var: [3, 4],
    num_batches_tracked: 5,
  };
  assert.equal(arrays(toPyTorch(layer)), expected);
  const other = new nn.BatchNorm1d(2);
  other.loadStateDict(fromPyTorch(other, toPyTorch(layer)));
  assert.equal(other.runningMean!.toArray(), [1, 2]);
  assert.equal(other.runningVar!.toArray(), [3, 4]);
  assert.is(other.numBatchesTracked!.item(), 5);
});

test('recurrent layers name the layer and the direction, and cells neither', () => {
  const gru = new nn.GRU(3, 2, { rng, layers: 2, bidirectional: true });
  const expected: Record<string, string> = {};
  for (const [end, inputs] of [
    ['l0', 3],
    ['l0_reverse', 3],
    ['l1', 4],
    ['l1_reverse', 4],
  ])
    Object.assign(expected, {
      [`weight_ih_${end}`]: `6×${inputs}`,
      [`weight_hh_${end}`]: '6×2',
      [`bias_ih_${end}`]: '6',
      [`bias_hh_${end}`]: '6',
    });
  assert.equal(shapesOf(toPyTorch(gru)), expected);
  assert.equal(shapesOf(toPyTorch(new nn.LSTMCell(3, 2, { rng }))), {
    weight_ih: '8×3',
    weight_hh: '8×2',
    bias_ih: '8',
    bias_hh: '8',
  });
});

test('the directions of a recurrent layer are not exchanged', () => {
  const rnn = new nn.RNN(1, 1, { rng, bidirectional: true, bias: false });
  const [forth, back] = rnn.weights[0]!;
  forth!.weightIh.assign([1]);
  back!.weightIh.assign([2]);
  assert.is(toPyTorch(rnn).weight_ih_l0!.item(), 1);
  assert.is(toPyTorch(rnn).weight_ih_l0_reverse!.item(), 2);
});

test('attention and transformers: the projections lie as they do here, the linear layers are transposed', () => {
  const layer = new nn.TransformerEncoderLayer(4, 2, 6, { rng });
  assert.equal(shapesOf(toPyTorch(layer)), {
    'self_attn.in_proj_weight': '12×4',
    'self_attn.in_proj_bias': '12',
    'self_attn.out_proj.weight': '4×4',
    'self_attn.out_proj.bias': '4',
    'linear1.weight': '6×4',
    'linear1.bias': '6',
    'linear2.weight': '4×6',
    'linear2.bias': '4',
    'norm1.weight': '4',
    'norm1.bias': '4',
    'norm2.weight': '4',
    'norm2.bias': '4',
  });
  const { inProjWeight, outProj } = layer.selfAttn;
  assertSame(toPyTorch(layer)['self_attn.in_proj_weight']!.data, inProjWeight.data);
  assertSame(toPyTorch(layer)['self_attn.out_proj.weight']!.data, outProj.weight.data);
});

test('all other layers are the same in both', () => {
  const same: Record<string, nn.AnyModule> = {
    Conv1d: new nn.Conv1d(2, 4, 3, { rng, groups: 2 }),
    Conv2d: new nn.Conv2d(2, 4, [3, 1], { rng }),
    ConvTranspose2d: new nn.ConvTranspose2d(4, 2, 3, { rng, groups: 2 }),
    Embedding: new nn.Embedding(5, 3, { rng, paddingIndex: 0 }),
    LayerNorm: new nn.LayerNorm([2, 3]),
    RMSNorm: new nn.RMSNorm(3),
    GroupNorm: new nn.GroupNorm(2, 4),
    InstanceNorm2d: new nn.InstanceNorm2d(4, { affine: true }),
    PReLU: new nn.PReLU(4),
  };
  for (const [name, layer] of Object.entries(same)) {
    assert.equal(Object.keys(toPyTorch(layer)), Object.keys(layer.stateDict()), name);
    assert.equal(arrays(toPyTorch(layer)), arrays(layer.stateDict()), name);
  }
  assert.equal(toPyTorch(new nn.Dropout(0.5, { rng })), {});
});

test('fields of your own classes, arrays, Maps and registered tensors keep their names', () => {
  const model = new Holder({
    hiddenLayer: new nn.Sequential(counted()),
    heads: [new nn.PReLU(), new nn.BatchNorm1d(1, { affine: false })],
    byTask: new Map([['firstTask', new nn.PReLU()]]),
    options: { gateScale: tensor([1], { requiresGrad: true }) },
    constant: tensor([1]),
  });
  model.register('hiddenScale', tensor([2], { requiresGrad: true }));
  assert.equal(Object.keys(toPyTorch(model)).sort(), [
    'byTask.firstTask.weight',
    'heads.0.weight',
    'heads.1.num_batches_tracked',
    'heads.1.running_mean',
    'heads.1.running_var',
    'hiddenLayer.0.bias',
    'hiddenLayer.0.weight',
    'hiddenScale',
    'options.gateScale',
  ]);
});

test('a class that extends a layer is kept as that layer is', () => {
  class Scaled extends nn.Linear {
    readonly outerScale = tensor([1], { requiresGrad: true });
  }
  const state = toPyTorch(new Scaled(2, 3, { rng }));
  assert.equal(shapesOf(state), { weight: '3×2', bias: '3', outerScale: '1' });
});

test('names rename both ways, by a record or by a function, and null leaves out', () => {
  const model = new Holder({ hiddenLayer: counted() });
  const written = toPyTorch(model, { names: { 'hiddenLayer.weight': 'hidden_layer.weight' } });
  assert.equal(Object.keys(written), ['hidden_layer.weight', 'hiddenLayer.bias']);
  const parallel = toPyTorch(model, { names: (name) => (name.endsWith('bias') ? null : `module.${name}`) });
  assert.equal(Object.keys(parallel), ['module.hiddenLayer.weight']);

  const back = fromPyTorch(model, written, { names: { 'hidden_layer.weight': 'hiddenLayer.weight' } });
  assert.equal(arrays(back), arrays(model.stateDict()));
  const weight = fromPyTorch(model, parallel, { names: (name) => name.replace(/^module\./, '') });
  assert.equal(arrays(weight), { 'hiddenLayer.weight': model.stateDict()['hiddenLayer.weight']!.toArray() });
  assert.equal(fromPyTorch(model, { total: tensor(1) }, { names: { total: null } }), {});
});

test('a name that the model does not have reaches loadStateDict as it was saved', () => {
  const model = new nn.Sequential(counted());
  const saved = { ...toPyTorch(model), 'module.1.weight': zeros([4, 4]) };
  const names = (name: string): string => name.replace('module.', '');
  const given = fromPyTorch(model, saved, { names });
  assertThrows(() => model.loadStateDict(given), 'unexpected module.1.weight [4, 4]');
  model.loadStateDict(given, { strict: false });
});

test('a name that the file lacks is missed by loadStateDict, under the path in the model', () => {
  const model = new nn.Sequential(counted());
  const { '0.bias': bias } = toPyTorch(model);
  const given = fromPyTorch(model, { '0.bias': bias! });
  assertThrows(() => model.loadStateDict(given), 'missing layers.0.weight [2, 3]');
});

test('a shape that does not fit is refused with both names and both shapes, each one that there is', () => {
  const model = new nn.Sequential(counted(), new nn.PReLU(3));
  const saved = { ...toPyTorch(model), '0.weight': zeros([2, 3]), '1.weight': zeros([1]) };
  const error = assertThrows(
    () => fromPyTorch(model, saved),
    'fromPyTorch: the saved values do not fit Sequential: ',
    '0.weight has shape [2, 3], layers.0.weight in the model [2, 3], which PyTorch keeps transposed, [3, 2]',
    '1.weight has shape [1], layers.1.weight in the model [3]',
  );
  assert.instance(error, ShapeError);
});

test('values under the paths of this library are refused: nothing says how they lie', () => {
  const model = new nn.Sequential(new nn.Linear(3, 3, { rng }));
  assertThrows(
    () => fromPyTorch(model, model.stateDict()),
    'layers.0.weight is called 0.weight in PyTorch',
    'values that stateDict() gave are loaded without fromPyTorch',
  );
  assertThrows(
    () => fromPyTorch(counted(), { weight: zeros([3, 2]) }, { names: { weight: 'w' } }),
    'weight is called weight in PyTorch, and names makes it w',
  );
});

/** Two layers that share their weight. */
function tied(): Holder {
  const encoder = new nn.Sequential(new nn.Linear(2, 2, { rng, bias: false }));
  const { weight } = encoder.layers[0] as nn.Linear;
  weight.assign([1, 2, 3, 4]);
  const decoder = Object.assign(new nn.Linear(2, 2, { rng, bias: false }), { weight });
  return new Holder({ encoder, decoder });
}

test('tied weights are written under each of their names', () => {
  const expected = [
    [1, 3],
    [2, 4],
  ];
  assert.equal(arrays(toPyTorch(tied())), { 'encoder.0.weight': expected, 'decoder.weight': expected });
});

test('tied weights are read under any of their names, and refused where they differ', () => {
  const weight = tensor([
    [5, 7],
    [6, Number.NaN],
  ]);
  const expected = {
    'encoder.layers.0.weight': [
      [5, 6],
      [7, Number.NaN],
    ],
  };
  const either = [
    { 'encoder.0.weight': weight },
    { 'decoder.weight': weight },
    { 'encoder.0.weight': weight, 'decoder.weight': weight },
  ];
  for (const saved of either) assert.equal(arrays(fromPyTorch(tied(), saved)), expected);
  assertThrows(
    () => fromPyTorch(tied(), { 'encoder.0.weight': weight, 'decoder.weight': zeros([2, 2]) }),
    'decoder.weight and encoder.0.weight differ, and are one tensor in the model, encoder.layers.0.weight',
  );
});

test('a layer that stands in two places is written twice, and a module that knows its parent ends', () => {
  const layer = new nn.PReLU();
  const model = new Holder({ net: new nn.Sequential(layer, relu, layer), list: [layer] });
  Object.assign(layer, { parent: model });
  assert.equal(Object.keys(toPyTorch(model)), ['net.0.weight', 'net.2.weight', 'list.0.weight']);
});

test('two tensors that would get one name are refused', () => {
  const error = assertThrows(
    () => toPyTorch(new nn.Sequential(counted()), { names: () => 'w' }),
    'toPyTorch: layers.0.weight and layers.0.bias would both be saved as w',
  );
  assert.instance(error, ArgumentError);
  const same = toPyTorch(tied(), { names: () => 'w' });
  assert.equal(Object.keys(same), ['w'], 'tied weights are one tensor');
});

test('what is no model, no object of tensors or no map of names is refused', () => {
  const layer = counted();
  for (const call of [toPyTorch, fromPyTorch] as readonly ((...args: unknown[]) => unknown)[]) {
    const args = call === fromPyTorch ? [{}] : [];
    assertThrows(() => call(layer.weight, ...args), `${call.name}: expected a model`);
    assertThrows(
      () => call(layer, ...args, { names: 3 }),
      'names is a number; expected a record or a function',
    );
    assertThrows(() => call(layer, ...args, { name: {} }), 'knows no option name');
  }
  assertThrows(() => fromPyTorch(layer, [] as never), 'expected an object of tensors by name');
  assertThrows(() => fromPyTorch(layer, { weight: 3 } as never), '"weight" is a number, expected a Tensor');
  assertThrows(
    () => toPyTorch(layer, { names: () => undefined as never }),
    'the other name of weight is a string, got undefined',
  );
});

test('what toPyTorch returns is a copy without a gradient, of the dtype of the model, named as it is saved', () => {
  const layer = new nn.Linear(1, 1, { rng, dtype: 'float64' });
  const { weight, bias } = toPyTorch(layer);
  for (const one of [weight!, bias!]) {
    one.write((data) => data.fill(9));
    assert.is(one.requiresGrad, false);
    assert.is(one.dtype, 'float64');
  }
  assert.ok(layer.weight.data[0] !== 9 && layer.bias!.data[0] !== 9);
  assert.equal(
    Object.entries(toPyTorch(new nn.Sequential(layer))).map(([name, one]) => [name, one.name]),
    [
      ['0.weight', '0.weight'],
      ['0.bias', '0.bias'],
    ],
  );
});

test('fromPyTorch leaves model and saved tensors alone, and gives constants for tensors that ask for a gradient', () => {
  const model = counted();
  const weight = zeros([3, 2], { requiresGrad: true });
  const given = fromPyTorch(model, { weight, bias: zeros([3]) });
  assert.equal(weight.shape, [3, 2]);
  assert.is(given.weight!.requiresGrad, false);
  assert.equal(model.bias!.toArray(), [7, 8, 9]);
});

test('a parameter that is frozen is written and read like the others', () => {
  const model = counted();
  model.weight.requiresGrad = false;
  assert.equal(Object.keys(toPyTorch(model)), ['weight', 'bias']);
  model.loadStateDict(fromPyTorch(model, { weight: zeros([3, 2]), bias: zeros([3]) }));
  assertSame(model.weight.data, new Float32Array(6));
});

test('a model without a tensor has no values', () => {
  assert.equal(toPyTorch(new nn.Sequential(relu)), {});
  assert.equal(fromPyTorch(new nn.ReLU(), {}), {});
});

test('fields with strange names come back from a file', () => {
  const model = new Holder({ 'näme.mit.Punkt': counted() });
  Object.defineProperty(model, '__proto__', { value: counted(), enumerable: true, configurable: true });
  const back = fromPyTorch(model, loadSafetensors(saveSafetensors(toPyTorch(model))));
  assert.equal(Object.keys(back).sort(), Object.keys(model.stateDict()).sort());
  for (const [path, value] of Object.entries(model.stateDict()))
    assertSame(back[path]!.data, value.data, path);
});

test('every stack of linear layers, however it is nested, comes back from a file as it was', () => {
  type Tree = number | Tree[];
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3 },
      fc.integer({ min: 1, max: 3 }),
      fc.array(tie('tree'), { minLength: 1, maxLength: 3 }),
    ),
  }));
  property(tree, (one) => {
    const build = (part: Tree): nn.Module =>
      typeof part === 'number'
        ? new nn.Linear(part, 4 - part, { rng })
        : new nn.Sequential(...part.map(build));
    /** PyTorch's names: the positions from the top down. */
    const namesOf = (part: Tree, prefix: string): string[] =>
      typeof part === 'number'
        ? [`${prefix}weight`, `${prefix}bias`]
        : part.flatMap((inner, i) => namesOf(inner, `${prefix}${i}.`));
    const model = build(one);
    const saved = toPyTorch(model);
    assert.equal(Object.keys(saved), namesOf(one, ''));
    const back = fromPyTorch(model, loadSafetensors(saveSafetensors(saved)));
    for (const [path, value] of Object.entries(model.stateDict())) {
      assert.equal(back[path]!.shape, value.shape);
      assertSame(back[path]!.data, value.data, path);
    }
  });
});
