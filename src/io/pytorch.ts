/**
 * Models from PyTorch, and to PyTorch: the names under which PyTorch saves the tensors of a model, and the layouts in
 * which it keeps them. Both directions read one list of places, so that each is the reverse of the other.
 */
import { contentsOf } from '../base/contents.js';
import { ArgumentError, formatShape, ShapeError } from '../base/errors.js';
import { needNameMap, otherName } from '../base/names.js';
import { type Shape, sameShape } from '../base/shape.js';
import { type Check, checkOptions, needModel } from '../base/words.js';
import { Tensor, transpose } from '../core.js';
import {
  type AnyModule,
  BatchNorm1d,
  BatchNorm2d,
  GRU,
  GRUCell,
  Linear,
  LSTM,
  LSTMCell,
  Module,
  MultiheadAttention,
  type NameMap,
  RNN,
  RNNCell,
  Sequential,
  type StateDict,
  TransformerEncoderLayer,
} from '../nn/index.js';
import { namedTensors } from './arguments.js';

/** Options of {@link toPyTorch} and {@link fromPyTorch}. */
export interface PyTorchOptions {
  /**
   * Another name for a tensor: a record, `{ 'fc1.weight': '0.weight' }`, in which a name that is not listed stays what it
   * is, or a function, such as `(name) => name.replace(/^module\./, '')`. What gets null for its name is left out.
   */
  names?: NameMap;
}

const PYTORCH: Record<keyof PyTorchOptions, Check> = { names: needNameMap };

/** How PyTorch keeps what the fields of layers hold. */
interface Dialect {
  readonly layers: readonly (abstract new (...args: never[]) => AnyModule)[];
  /** What a field is called there; '' where its contents lie in the layer itself. Left out: as it is called here. */
  readonly name?: (field: string) => string;
  /** The fields whose two axes are exchanged. */
  readonly transposed?: readonly string[];
}

const DIALECTS: readonly Dialect[] = [
  // weight [out, in] there, [in, out] here
  { layers: [Linear], transposed: ['weight'] },
  // 0.weight there, layers.0.weight here
  { layers: [Sequential], name: (field) => (field === 'layers' ? '' : field) },
  // running_mean there, runningMean here; weight_ih_l0_reverse there, weightIhL0Reverse here
  {
    layers: [
      ...[BatchNorm1d, BatchNorm2d, RNNCell, GRUCell, LSTMCell, RNN, GRU, LSTM],
      ...[MultiheadAttention, TransformerEncoderLayer],
    ],
    name: (field) => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  },
];

/** A place in which a model holds a tensor. Tied weights have several. */
interface Place {
  readonly tensor: Tensor;
  /** The path in the model. */
  readonly path: string;
  /** The name in PyTorch. */
  readonly name: string;
  readonly transposed: boolean;
}

/**
 * Copies of all parameters and buffers, under the names and in the layouts that the same model has in PyTorch. There a file
 * of them is read with `model.load_state_dict(safetensors.torch.load_file('model.safetensors'))`.
 *
 * Names and layouts differ in layers of this library alone: a Sequential calls its layers 0, 1, …, batch normalisation,
 * recurrent layers, attention and transformers have names in snake_case, and the weight of a {@link Linear} is transposed,
 * [out, in]. The fields of your own classes keep their names, unless `names` gives others. Tied weights are saved under each
 * of their names.
 * @throws ArgumentError if two tensors get one name
 * @example writeFile('model.safetensors', saveSafetensors(toPyTorch(model)));
 */
export function toPyTorch(model: AnyModule, options: PyTorchOptions = {}): StateDict {
  const op = 'toPyTorch';
  needModel(op, model);
  checkOptions(op, options, PYTORCH);
  const state = model.stateDict();
  const saved = new Map<string, Place>();
  for (const place of savedPlaces(model, state)) {
    const name = otherName(op, place.name, options.names);
    if (name === null) continue;
    const other = saved.get(name);
    if (other && other.tensor !== place.tensor)
      throw new ArgumentError(op, `${other.path} and ${place.path} would both be saved as ${name}`);
    saved.set(name, place);
  }
  return Object.fromEntries(
    [...saved].map(([name, { path, transposed }]) => {
      const value = state[path]!;
      return [name, (transposed ? transpose(value) : value.detach()).named(name)];
    }),
  );
}

/**
 * What `model.loadStateDict` takes, from the tensors that PyTorch has saved of the same model:
 * `model.loadStateDict(fromPyTorch(model, loadSafetensors(bytes)))`. The reverse of {@link toPyTorch}.
 *
 * `names` is applied to the names in the file before all else. A tensor with a name that the model does not have is passed
 * on under its name in the file: loadStateDict refuses it, or passes over it with `strict: false`. Tied weights may be saved
 * under any of their names, or under several. PyTorch also saves the class weights of a loss that is part of a model, which
 * are options here: `names: { 'loss.weight': null }` leaves them out.
 * @throws ShapeError that lists every tensor whose shape is not that of the model in PyTorch, and tied weights that differ
 */
export function fromPyTorch(model: AnyModule, saved: StateDict, options: PyTorchOptions = {}): StateDict {
  const op = 'fromPyTorch';
  needModel(op, model);
  const given = namedTensors(op, saved);
  checkOptions(op, options, PYTORCH);
  const places = savedPlaces(model, model.stateDict());
  const byName = new Map(places.map((place) => [place.name, place]));
  const problems: string[] = [];
  const found = new Map<string, { name: string; value: Tensor }>();
  /** The name in the file for each name in PyTorch. */
  const taken = new Map<string, string>();
  const keep = (path: string, name: string, value: Tensor): void => {
    const tied = found.get(path);
    if (tied && !sameValues(tied.value, value))
      problems.push(`${tied.name} and ${name} differ, and are one tensor in the model, ${path}`);
    else found.set(path, { name, value });
  };
  for (const [name, tensor] of given) {
    const known = otherName(op, name, options.names);
    if (known === null) continue;
    if (taken.has(known))
      problems.push(`the map of names gives ${known} to ${taken.get(known)} and to ${name}`);
    taken.set(known, name);
    const place = byName.get(known);
    const problem = place ? misfit(name, tensor, place) : misplaced(name, known, places);
    const value = tensor.detach();
    if (problem) problems.push(problem);
    else keep(place?.path ?? name, name, place?.transposed ? transpose(value) : value);
  }
  if (problems.length > 0)
    throw new ShapeError(op, `the saved values do not fit ${model.constructor.name}: ${problems.join('; ')}`);
  return Object.fromEntries([...found].map(([path, { value }]) => [path, value]));
}

/** The places of the tensors that a model saves, each with the path under which `state` has the tensor: its first one. */
function savedPlaces(model: AnyModule, state: StateDict): Place[] {
  const places = placesIn(model, new Map());
  const paths = new Map<Tensor, string>();
  for (const { tensor, path } of places)
    if (!paths.has(tensor) && Object.hasOwn(state, path)) paths.set(tensor, path);
  return places
    .filter(({ tensor }) => paths.has(tensor))
    .map((place) => ({ ...place, path: paths.get(place.tensor)! }));
}

/**
 * Every place inside an object, in the order of the fields. What it holds twice has its places twice, as in PyTorch.
 * @param known the places inside the objects that were searched
 */
function placesIn(holder: object, known: Map<object, readonly Place[]>): readonly Place[] {
  // An object that holds itself, through whatever lies between, is not searched again.
  known.set(holder, []);
  const dialect = DIALECTS.find(({ layers }) => layers.some((layer) => holder instanceof layer));
  const fields = holder instanceof Module ? Module.childrenOf(holder) : contentsOf(holder);
  const places = fields.flatMap(([field, value]) => {
    const name = dialect?.name?.(field) ?? field;
    const transposed = dialect?.transposed?.includes(field) ?? false;
    if (value instanceof Tensor) return [{ tensor: value, path: field, name, transposed }];
    if (typeof value !== 'object' || value === null) return [];
    return (known.get(value) ?? placesIn(value, known)).map((place) => ({
      ...place,
      path: joined(field, place.path),
      name: joined(name, place.name),
    }));
  });
  known.set(holder, places);
  return places;
}

const joined = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join('.');

/** What is wrong with the shape of a saved tensor; null if it fits its place. */
function misfit(name: string, { shape }: Tensor, { path, tensor, transposed }: Place): string | null {
  const there: Shape = transposed ? [...tensor.shape].reverse() : tensor.shape;
  if (sameShape(shape, there)) return null;
  const layout = transposed ? `, which PyTorch keeps transposed, ${formatShape(there)}` : '';
  return `${name} has shape ${formatShape(shape)}, ${path} in the model ${formatShape(tensor.shape)}${layout}`;
}

/**
 * What is wrong with a name that is none of PyTorch's; null if nothing is. It may not be the path of a tensor in the model:
 * the values would be loaded there, and nothing says in which layout they are.
 */
function misplaced(name: string, known: string, places: readonly Place[]): string | null {
  const place = places.find(({ path }) => path === name);
  if (!place) return null;
  const renamed = known === name ? '' : `, and names makes it ${known}`;
  return `${name} is called ${place.name} in PyTorch${renamed}; values that stateDict() gave are loaded without fromPyTorch`;
}

function sameValues(a: Tensor, b: Tensor): boolean {
  return a.data.every((value, i) => value === b.data[i] || Object.is(value, b.data[i]));
}
