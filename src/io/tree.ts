/**
 * Nested plain data as a text of JSON and a list of tensors, and back without loss. JSON has numbers, texts, lists and records of
 * names; all else is written as a record with one name, which says what it stands for:
 *
 *     { record: { … } }          a record itself
 *     { number: 'NaN' }          a number that JSON has not: NaN, Infinity, -Infinity and -0
 *     { tensor: 'model.weight' } the tensor of this name
 *     { list: 'history.loss', of: 'Array' }   a long list or a typed array, the numbers of the tensor of this name
 */
import { ArgumentError } from '../base/errors.js';
import { isPlain, isTensor, kindOf, refuseForeign, shown, tagOf } from '../base/kind.js';
import { Tensor } from '../core.js';

/** What holds data: the text, and the tensors that the text mentions. */
export interface Packed {
  readonly text: string;
  readonly tensors: Readonly<Record<string, Tensor>>;
}

/** How deep records and lists may lie in each other. */
const DEEPEST = 100;

/** A list of as many numbers is written as a tensor. */
const LONG = 32;

/** The arrays whose numbers a tensor of float64 or float32 holds exactly, by name. */
const ARRAYS: Readonly<Record<string, (data: Tensor['data']) => unknown>> = {
  Array: (data) => [...data],
  Float32Array: (data) => Float32Array.from(data),
  Float64Array: (data) => Float64Array.from(data),
  Int8Array: (data) => Int8Array.from(data),
  Uint8Array: (data) => Uint8Array.from(data),
  Uint8ClampedArray: (data) => Uint8ClampedArray.from(data),
  Int16Array: (data) => Int16Array.from(data),
  Uint16Array: (data) => Uint16Array.from(data),
  Int32Array: (data) => Int32Array.from(data),
  Uint32Array: (data) => Uint32Array.from(data),
};

/** Packs data. @throws ArgumentError, with the place, for what is no plain data, such as a function */
export function pack(op: string, data: unknown): Packed {
  const tensors = new Map<string, Tensor>();
  const kept = (path: string, tensor: Tensor): string => {
    // Two places may have one path: 'a.b' at the top, and 'b' in 'a'.
    let name = path;
    while (tensors.has(name)) name += "'";
    tensors.set(name, tensor);
    return name;
  };
  const packed = (value: unknown, path: string, depth: number): unknown => {
    if (depth > DEEPEST)
      throw new ArgumentError(op, `${path.slice(0, 60)}… lies in itself, or too deep to be saved`);
    refuseForeign(op, value);
    if (isTensor(value)) return { tensor: kept(path, value as Tensor) };
    if (typeof value === 'number')
      return inJson(value) ? value : { number: Object.is(value, -0) ? '-0' : String(value) };
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    const tag = tagOf(value);
    if (Array.isArray(value) && !isLongList(value))
      return Array.from(value, (one: unknown) => one ?? null).map((one, i) =>
        packed(one, `${path}.${i}`, depth + 1),
      );
    if (Object.hasOwn(ARRAYS, tag))
      return { list: kept(path, numbersOf(value as ArrayLike<number>, tag)), of: tag };
    if (typeof value !== 'object' || tag !== 'Object' || !isPlain(value))
      throw new ArgumentError(
        op,
        `${path} is ${kindOf(value)}; expected a module, an optimiser or another object with stateDict() and loadStateDict(), a generator, a Tensor, or plain data: numbers, texts, lists and records`,
      );
    const inner = Object.entries(value).filter(([, one]) => one !== undefined);
    return {
      record: Object.fromEntries(inner.map(([key, one]) => [key, packed(one, join(path, key), depth + 1)])),
    };
  };
  return { text: JSON.stringify(packed(data, '', 0)), tensors: Object.fromEntries(tensors) };
}

/** Many numbers, none of which is missing. */
const isLongList = (list: readonly unknown[]): boolean =>
  list.length >= LONG && Array.from(list).every((one) => typeof one === 'number');

const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

const inJson = (value: number): boolean => Number.isFinite(value) && !Object.is(value, -0);

function numbersOf(list: ArrayLike<number>, tag: string): Tensor {
  const data = tag === 'Float32Array' ? Float32Array.from(list) : Float64Array.from(list);
  return new Tensor(data, [data.length]);
}

/** The data that {@link pack} packed. @throws ArgumentError where the text was changed; `what` is what errors call the file */
export function unpack(op: string, { text, tensors }: Packed, what: string): unknown {
  const damage = (problem: string): ArgumentError =>
    new ArgumentError(op, `${what} is no checkpoint that saveCheckpoint wrote: ${problem}`);
  const tensorOf = (name: unknown): Tensor => {
    if (typeof name === 'string' && Object.hasOwn(tensors, name)) return tensors[name]!;
    throw damage(`it has no tensor ${shown(name)}`);
  };
  const unpacked = (value: unknown, depth: number): unknown => {
    if (depth > DEEPEST) throw damage('its data lie too deep');
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((one) => unpacked(one, depth + 1));
    const { record, number, tensor, list, of } = value as Record<string, unknown>;
    if (tensor !== undefined) return tensorOf(tensor);
    if (list !== undefined && Object.hasOwn(ARRAYS, String(of)))
      return ARRAYS[String(of)]!(tensorOf(list).data);
    if (/^(NaN|-?Infinity|-0)$/.test(String(number))) return Number(number);
    if (typeof record !== 'object' || record === null) throw damage(`it holds ${shown(value)}`);
    return Object.fromEntries(Object.entries(record).map(([key, one]) => [key, unpacked(one, depth + 1)]));
  };
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw damage('its text is no JSON');
  }
  return unpacked(data, 0);
}
