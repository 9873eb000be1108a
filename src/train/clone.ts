/** A copy of a module that shares nothing with it that changes. */

import { copied } from '../base/array.js';
import { ArgumentError } from '../base/errors.js';
import { isFrozen, setFrozen } from '../base/frozen.js';
import { isPlain, messageOf, tagOf } from '../base/kind.js';
import { isGenerator } from '../base/random.js';
import { needModel } from '../base/words.js';
import { random, Tensor } from '../core.js';
import { type AnyModule, Module, Buffer as ModuleBuffer, Parameter } from '../nn/index.js';

/**
 * A copy of a model with parameters, buffers and generators of its own: training one leaves the other as it is. Equal inputs
 * give equal outputs, dropout included, since the generators of the copy are where those of the model are. What is tied in the
 * model is tied in the copy, what is frozen stays frozen, and gradients are not copied.
 *
 * Copied are the fields of modules, and the arrays, typed arrays, Maps, Sets and plain objects in them. An object of another
 * class is copied field by field if it holds a tensor, a module or a generator; otherwise both models share it. Functions are
 * shared too, so a field that holds an arrow function which mentions `this` would still mean the model.
 *
 * Only a class itself can read its `#private` fields, so they are not copied. A module whose tensors are in such fields, or
 * behind a getter, is refused. Where they hold other things, such as a number, the copy fails when it reads them.
 * @throws ArgumentError for a module with `register`ed parts, and for one that shows a tensor, a module or a generator that is in
 *   no field, by a `children()` of its own or by a getter: build a second model and hand it `stateDict()`
 */
export function cloneModule<M extends AnyModule>(model: M): M {
  needModel('cloneModule', model);
  const parts = Module.partsOf(model);
  const copies = new Map<unknown, unknown>();
  const copy = <T>(value: T): T => {
    if (typeof value !== 'object' || value === null) return value;
    if (!copies.has(value)) copyInto(copies, value, copy);
    return copies.get(value) as T;
  };
  const twin = copy(model);
  needCopies(model, twin, parts, copies);
  for (const [path, tensor] of [...model.namedParameters(), ...model.namedFrozen()])
    if (isNameOfPath(tensor.name, path)) (copies.get(tensor) as Tensor).named('');
  return twin;
}

/** Refuses a copy that lacks a part of its model, or that shows a part of the model in the place of its copy. */
function needCopies(
  model: AnyModule,
  twin: AnyModule,
  parts: readonly (readonly [string, object])[],
  copies: ReadonlyMap<unknown, unknown>,
): void {
  const lost = parts.find(([, part]) => !copies.has(part));
  if (lost) throw noCopyOf(model, lost[0]);
  const made = new Set(copies.values());
  const kept = partsOfCopy(model, twin).find(([, part]) => !made.has(part));
  if (kept) throw noCopyOf(model, kept[0]);
}

/** The parts of a copy. A `children()` that reads a `#private` field fails on it. */
function partsOfCopy(model: AnyModule, twin: AnyModule): [string, object][] {
  try {
    return Module.partsOf(twin);
  } catch (error) {
    throw new ArgumentError(
      'cloneModule',
      `a copy of ${model.constructor.name} does not show what it holds (${messageOf(error)}); ${WAY_OUT}`,
    );
  }
}

function noCopyOf(model: AnyModule, path: string): ArgumentError {
  return new ArgumentError(
    'cloneModule',
    `${path} of ${model.constructor.name} is in no field that can be copied, but in a #private field or behind a getter; ${WAY_OUT}`,
  );
}

const WAY_OUT = 'build a second model and call its loadStateDict(model.stateDict())';

/** Whether a tensor took its name from its path. A copy takes a new one, since it may have another path in another model. */
const isNameOfPath = (name: string, path: string): boolean =>
  name === path || path.endsWith(`.${name}`) || name.endsWith(`.${path}`);

/** Adds the copy of an object to the list. A copy is listed before its parts are copied, since parts may lead back to it. */
function copyInto(copies: Map<unknown, unknown>, value: object, copy: <T>(value: T) => T): void {
  if (value instanceof Tensor) copies.set(value, copyOfTensor(value));
  else if (isGenerator(value)) {
    const rng = random(0);
    rng.restore(value.state());
    copies.set(value, rng);
  } else
    switch (tagOf(value)) {
      case 'Map': {
        const map = new Map<unknown, unknown>();
        copies.set(value, map);
        for (const [key, inner] of value as Map<unknown, unknown>) map.set(copy(key), copy(inner));
        return;
      }
      case 'Set': {
        const set = new Set<unknown>();
        copies.set(value, set);
        for (const inner of value as Set<unknown>) set.add(copy(inner));
        return;
      }
      case 'Array':
      case 'Object':
        if (isShared(value)) copies.set(value, value);
        else copyFields(copies, value, copy);
        return;
      default:
        copies.set(value, ArrayBuffer.isView(value) ? copyOfView(value) : value);
    }
}

/**
 * Whether an object is of a class of its own and holds no part. Such a class may have `#private` fields, without which a copy
 * would be broken, and training does not change the object.
 */
function isShared(value: object): boolean {
  if (Array.isArray(value) || value instanceof Module) return false;
  return !isPlain(value) && Module.partsOf(value).length === 0;
}

/** The numbers of a typed array in a buffer of their own, which holds no more than them. */
function copyOfView(view: ArrayBufferView): ArrayBufferView {
  if (tagOf(view) === 'DataView')
    return new DataView(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
  // A Buffer of Node has a `slice` of its own, whose result shares memory with it.
  return Int8Array.prototype.slice.call(view);
}

/** Copies an array, a module or another object of a program field by field. */
function copyFields(copies: Map<unknown, unknown>, value: object, copy: <T>(value: T) => T): void {
  const registered = value instanceof Module ? Module.registeredIn(value) : [];
  if (registered.length > 0)
    throw new ArgumentError(
      'cloneModule',
      `${value.constructor.name} has registered ${registered.join(', ')}, from #private fields that only its own class can copy; ${WAY_OUT}`,
    );
  const twin: object = Array.isArray(value) ? [] : Object.create(Object.getPrototypeOf(value));
  copies.set(value, twin);
  for (const key of Reflect.ownKeys(value)) {
    const field = Object.getOwnPropertyDescriptor(value, key)!;
    Object.defineProperty(twin, key, 'value' in field ? { ...field, value: copy(field.value) } : field);
  }
}

function copyOfTensor(tensor: Tensor): Tensor {
  const twin = sameNumbers(tensor).named(tensor.name);
  if (tensor.isLeaf) twin.requiresGrad = tensor.requiresGrad;
  if (isFrozen(tensor)) setFrozen(twin, true);
  return twin;
}

/** A tensor of the same class with a copy of the numbers. */
function sameNumbers(tensor: Tensor): Tensor {
  if (tensor instanceof Parameter) return tensor.copy();
  const data = copied(tensor.data);
  return tensor instanceof ModuleBuffer
    ? new ModuleBuffer(data, tensor.shape)
    : new Tensor(data, tensor.shape);
}
