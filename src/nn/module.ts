/**
 * Modules: the base class of layers, which finds parameters, buffers and inner modules in the fields of an object.
 *
 * Previous: src/inspect/explain.ts · Next: src/nn/linear.ts
 */

import { Tensor } from '../autograd/graph.js';
import { checkArray, copied, type Dtype, type FloatArray, needDtype, rounded } from '../base/array.js';
import { contentsOf, search } from '../base/contents.js';
import { ArgumentError, formatShape, ShapeError } from '../base/errors.js';
import { isFrozen } from '../base/frozen.js';
import { isSaved, restoreArray, type SavedTensor } from '../base/json.js';
import { kindOf, MARK, type Mark, MODULE_MARK, refuseForeign, tagOf } from '../base/kind.js';
import { type NameMap, needNameMap, renamed } from '../base/names.js';
import { Printed } from '../base/printed.js';
import { isGenerator, type Rng, random } from '../base/random.js';
import { checkShape, type Shape, sameShape } from '../base/shape.js';
import { type Check, checkOptions, needFlag, needGenerator, needNumbers, needText } from '../base/words.js';
import type { Fans } from '../init/fans.js';
import { type Initializer, initializer, needInitializer } from '../init/initializer.js';

/** Options of {@link Parameter}. */
export interface ParameterOptions {
  /** Draws the values, now and in {@link Module.initialize}. */
  init: Initializer;
  /** The fans of the layer; null for a bias or a scale. Default null. */
  fans?: Fans | null;
  /** The generator that the first values are drawn from. */
  rng: Rng;
  /** Default float32. */
  dtype?: Dtype;
}

const PARAMETER: Record<keyof ParameterOptions, Check | null> = {
  init: null,
  fans: (op, what, fans) => {
    if (fans !== null && typeof (fans as Fans).fanIn !== 'number')
      throw new ArgumentError(op, `${what} is ${kindOf(fans)}; expected { fanIn, fanOut }, or null`);
  },
  rng: null,
  dtype: needDtype,
};

/**
 * A leaf that is trained, and that keeps its initialiser. The values are drawn in double precision and rounded once.
 * @throws ArgumentError without a generator, or if `init` is no initialiser
 */
export class Parameter<S extends Shape = Shape> extends Tensor<S> {
  readonly init: Initializer;
  readonly fans: Fans | null;

  constructor(shape: S, options: ParameterOptions) {
    checkOptions('Parameter', options ?? {}, PARAMETER);
    const { init, fans = null, rng, dtype = 'float32' } = { ...options };
    needGenerator('Parameter', rng);
    needInitializer('Parameter', 'init', init);
    checkShape('Parameter', shape);
    const values = init!(shape, fans, rng!);
    needNumbers('Parameter', values, shape);
    super(rounded(values, dtype), shape);
    this.init = init!;
    this.fans = fans;
    this.requiresGrad = true;
  }

  /** Draws the values anew, with the same initialiser and fans. */
  initialize(rng: Rng): void {
    needGenerator('initialize', rng, 'to draw from', 'random(seed)');
    this.assign(this.init(this.shape, this.fans, rng));
  }

  /** A parameter with the same numbers, and with the same initialiser and fans. */
  copy(): Parameter<S> {
    const { shape, fans, dtype } = this;
    const present = initializer('the present values', () => Float64Array.from(this.data));
    const twin = new Parameter(shape, { init: present, fans, rng: random(0), dtype });
    return Object.assign(twin, { init: this.init });
  }
}

/** A tensor that is saved with the model but not trained, such as running statistics. */
export class Buffer<S extends Shape = Shape> extends Tensor<S> {
  constructor(data: FloatArray, shape: S) {
    checkArray('Buffer', data, shape);
    super(data, shape, true);
  }
}

/** The saved values of a model, by path, such as `layers.0.weight`. */
export type StateDict = Record<string, Tensor>;

/** Saved values as {@link Module.loadStateDict} takes them: also after `JSON.stringify` and `JSON.parse`. */
export type SavedState = Readonly<Record<string, Tensor | SavedTensor>>;

/** Options of {@link Module.loadStateDict}. */
export interface LoadOptions {
  /** Whether paths that the saved values lack, and such that the model lacks, are an error or passed over. Default true. */
  strict?: boolean;
  /**
   * The path in the model for each name that the values were saved under, where the two differ:
   * `{ 'fc1.weight': 'layers.0.weight' }`, or a function such as `(name) => name.replace('module.', '')`. A name that a record
   * does not list stays what it is, and what has null for its path is left out.
   */
  names?: NameMap;
}

const LOAD: Record<keyof LoadOptions, Check> = {
  strict: needFlag,
  names: needNameMap,
};

/** What a module is made of, for the search. */
type Part = Tensor | AnyModule | Rng;

/**
 * The base of every layer, whatever its `forward` takes and returns. Programs extend it by the name {@link Module}, which
 * as a type stands for the usual layer, from tensors to a tensor. A layer of your own is a class with a constructor and a `forward`:
 *
 * ```ts
 * class Scale extends Module {
 *   readonly factor = tensor([1], { requiresGrad: true });
 *   forward(x: Tensor): Tensor { return x.mul(this.factor); }
 * }
 * ```
 *
 * Parameters are leaves that ask for a gradient. They are looked for at each call, in the fields of the module and in
 * the arrays, plain objects, Maps, Sets and modules that these fields hold. A tensor that is found twice (tied weights)
 * counts once, under its first path. Nobody but the class itself can read a `#private` field: {@link register} what
 * such a field holds. The order is that of the fields; fields whose names are whole numbers come first in JavaScript.
 */
export abstract class AnyModule extends Printed {
  /** Whether the module trains, which dropout asks, for example. {@link train} and {@link eval} set it. */
  training = true;
  private readonly registered = new Map<string, Part>();

  /** @internal */
  get [MARK](): Mark {
    return MODULE_MARK;
  }

  /** Computes the output. A layer may take several tensors and options, and return a list or an object of tensors. */
  abstract forward(...inputs: unknown[]): unknown;

  /** Adds a parameter, buffer, module or generator that a `#private` field holds, under a name. Returns it. */
  register<T extends Tensor | AnyModule | Rng>(name: string, value: T): T {
    needText('register', 'the name', name);
    refuseForeign('register', value);
    if (!isPart(value))
      throw new ArgumentError('register', `expected a Tensor, a module or a generator, got ${kindOf(value)}`);
    this.registered.set(name, value);
    return value;
  }

  /**
   * Every parameter with its path, such as `layers.0.weight`. A parameter without a name takes its path as its name.
   */
  namedParameters(): [string, Tensor][] {
    const found = tensorsOf(this).filter(
      ([, tensor]) => tensor.requiresGrad && tensor.isLeaf && !(tensor instanceof Buffer),
    );
    for (const [path, tensor] of found) {
      // A layer that was asked before its model gave its parameter only the end of the path as a name.
      const shorter = namedByPath.get(tensor) === tensor.name && path.endsWith(`.${tensor.name}`);
      if (tensor.name !== '' && !shorter) continue;
      namedByPath.set(tensor.named(path), path);
    }
    return found;
  }

  /** Every parameter. An empty list has a field `searched` that names all modules, for the error of an optimiser. */
  parameters(): Tensor[] {
    const found = this.namedParameters().map(([, tensor]) => tensor);
    if (found.length > 0) return found;
    return Object.assign(found, {
      searched: this.namedModules().map(([path, module]) => `${path} ${module.constructor.name}`.trim()),
    });
  }

  /** Every buffer with its path. */
  namedBuffers(): [string, Buffer][] {
    return tensorsOf(this).filter((entry): entry is [string, Buffer] => entry[1] instanceof Buffer);
  }

  /** This module with the path '', and every module inside it with its path. */
  namedModules(): [string, AnyModule][] {
    return [
      ['', this],
      ...walk(this).filter((entry): entry is [string, AnyModule] => entry[1] instanceof AnyModule),
    ];
  }

  /** Every parameter that is frozen, and asks for no gradient, with its path. */
  namedFrozen(): [string, Tensor][] {
    return tensorsOf(this).filter(
      ([, tensor]) => !tensor.requiresGrad && (tensor instanceof Parameter || isFrozen(tensor)),
    );
  }

  /** Every generator of random numbers with its path, such as `layers.2.rng` of a dropout. One that layers share counts once. */
  namedGenerators(): [string, Rng][] {
    return walk(this).filter((entry): entry is [string, Rng] => isGenerator(entry[1]));
  }

  /** The number of trained values: the sum of the sizes of all parameters. */
  countParameters(): number {
    return this.parameters().reduce((sum, parameter) => sum + parameter.size, 0);
  }

  /** Switches this module and all modules inside it to training, or with `false` to evaluation. Returns the module. */
  train(training = true): this {
    needFlag('train', 'training', training);
    for (const [, module] of this.namedModules()) module.training = training;
    return this;
  }

  /** Switches this module and all modules inside it to evaluation. Returns the module. */
  eval(): this {
    return this.train(false);
  }

  /** Sets the gradient of every parameter to null. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.grad = null;
  }

  /**
   * Draws every {@link Parameter} anew, each from a stream of its own that depends on the seed and on the path. A layer
   * that is added to the model therefore does not change the values of the others. Returns the module.
   */
  initialize(rng: Rng): this {
    needGenerator('initialize', rng, 'to draw from', 'random(seed)');
    for (const [path, parameter] of this.namedParameters())
      if (parameter instanceof Parameter) parameter.initialize(rng.split(path));
    return this;
  }

  /** Copies of all parameters and buffers, by path. Parameters that are frozen are included. */
  stateDict(): StateDict {
    return Object.fromEntries(
      this.namedState().map(([path, tensor]) => [
        path,
        new Tensor(copied(tensor.data), tensor.shape).named(path),
      ]),
    );
  }

  private namedState(): [string, Tensor][] {
    const saved = new Set([...this.namedParameters(), ...this.namedFrozen()].map(([, tensor]) => tensor));
    return [...tensorsOf(this).filter(([, tensor]) => saved.has(tensor)), ...this.namedBuffers()];
  }

  /**
   * Copies saved values into the parameters and buffers of the same paths. `JSON.stringify` of what {@link stateDict}
   * gave, read again with `JSON.parse`, is taken too.
   * @throws ShapeError that lists every path that is missing, unexpected or of another shape; no value is changed then
   */
  loadStateDict(values: SavedState, options: LoadOptions = {}): void {
    checkOptions('loadStateDict', options, LOAD);
    if (
      typeof values !== 'object' ||
      values === null ||
      tagOf(values) !== 'Object' ||
      values instanceof Tensor
    )
      throw new ArgumentError('loadStateDict', `expected what stateDict() gave, got ${kindOf(values)}`);
    const { strict = true, names } = options;
    const saved = names === undefined ? values : renamed('loadStateDict', values, names);
    const own = new Map<string, Tensor>(this.namedState());
    const problems: string[] = [];
    const found = new Map<Tensor, FloatArray>();
    for (const [path, tensor] of own) {
      const given = Object.hasOwn(saved, path) ? saved[path] : undefined;
      if (given === undefined) strict && problems.push(`missing ${path} ${formatShape(tensor.shape)}`);
      else {
        const { shape, data } = valuesOf(path, given);
        if (data === null) problems.push(`${path} is no Tensor`);
        else if (!sameShape(shape, tensor.shape))
          problems.push(`${path} has shape ${formatShape(shape)}, the model ${formatShape(tensor.shape)}`);
        else found.set(tensor, data);
      }
    }
    if (strict)
      for (const [path, given] of Object.entries(saved))
        if (!own.has(path)) problems.push(`unexpected ${path} ${formatShape(given?.shape ?? [])}`);
    if (problems.length > 0)
      throw new ShapeError(
        'loadStateDict',
        `the saved values do not fit ${this.constructor.name}: ${problems.join('; ')}`,
      );
    for (const [tensor, data] of found) tensor.assign(data);
  }

  /** What {@link toString} prints between the parentheses, such as sizes. Layers override it. */
  protected describe(): string {
    return '';
  }

  /** `Linear(784 → 200, He normal, fanIn=784, std=0.0505): 157,000 parameters` */
  override toString(): string {
    return `${this.constructor.name}(${this.describe()}): ${this.countParameters().toLocaleString('en')} parameters`;
  }

  /** Where parameters are looked for: the module's own fields, and what was registered. */
  protected children(): [string, unknown][] {
    return [...Object.entries(this).filter(([key]) => key !== 'registered'), ...this.registered];
  }

  /** @internal */
  static registeredIn(module: AnyModule): string[] {
    return [...module.registered.keys()];
  }

  /** @internal */
  static childrenOf(module: AnyModule): [string, unknown][] {
    return module.children();
  }

  /** Every tensor, module and generator inside an object with its path. @internal */
  static partsOf(root: object): [string, object][] {
    return walk(root);
  }
}

/**
 * As a value, the base that layers extend: `class Net extends Module`. As a type, the usual layer, which takes tensors and
 * returns one tensor, as {@link Sequential} needs. A class that extends it may have another `forward`, with options or
 * with several outputs, and is then an {@link AnyModule}:
 *
 * ```ts
 * class Running extends Module {
 *   forward(x: Tensor, sum?: Tensor): { output: Tensor; sum: Tensor } {
 *     const next = sum ? sum.add(x) : x;
 *     return { output: next.tanh(), sum: next };
 *   }
 * }
 * ```
 */
export interface Module extends AnyModule {
  forward(...inputs: Tensor[]): Tensor;
}
export const Module = AnyModule;

/** The numbers of a saved value; null if it is no tensor. */
function valuesOf(path: string, given: unknown): { shape: Shape; data: FloatArray | null } {
  refuseForeign('loadStateDict', given);
  if (given instanceof Tensor) return given;
  return isSaved(given) ? restoreArray('loadStateDict', given, path) : { shape: [], data: null };
}

/** The names that tensors took from their path. A name that the program gave is not here. */
const namedByPath = new WeakMap<Tensor, string>();

function tensorsOf(module: AnyModule): [string, Tensor][] {
  return walk(module).filter((entry): entry is [string, Tensor] => entry[1] instanceof Tensor);
}

const isPart = (value: unknown): value is Part =>
  value instanceof Tensor || value instanceof AnyModule || isGenerator(value);

/** Every tensor, module and generator inside `root` with its path, in the order of the fields. Each is listed once. */
function walk(root: object): [string, Part][] {
  return search(root, isPart, (value, path) => {
    if (value instanceof AnyModule) return AnyModule.childrenOf(value);
    if (value instanceof Tensor || isGenerator(value)) return [];
    refuseForeign(`${root.constructor.name}.${path}`, value);
    return contentsOf(value);
  });
}
