/**
 * Modules: a class with a `forward`, whose parameters are found by looking at its fields.
 *
 * Previous: src/inspect/explain.ts · Next: src/nn/linear.ts
 */

import { Tensor } from '../autograd/graph.js';
import { allocate, type Dtype, type FloatArray } from '../base/array.js';
import { ArgumentError, formatShape, ShapeError } from '../base/errors.js';
import type { Rng } from '../base/random.js';
import type { Shape } from '../base/shape.js';
import { needGenerator } from '../base/words.js';
import type { Fans } from '../init/fans.js';
import type { Initializer } from '../init/initializer.js';

export interface ParameterOptions {
  /** How the values are drawn, here and by {@link Module.initialize}. */
  init: Initializer;
  /** The layer's fans; null for biases and scales. */
  fans?: Fans | null;
  rng: Rng;
  dtype?: Dtype;
}

/** A leaf that is trained: a tensor that knows how it was initialised. */
export class Parameter<S extends Shape = Shape> extends Tensor<S> {
  readonly init: Initializer;
  readonly fans: Fans | null;

  constructor(shape: S, { init, fans = null, rng, dtype = 'float32' }: ParameterOptions) {
    needGenerator('Parameter', rng);
    if (typeof init?.describe !== 'function')
      throw new ArgumentError(
        'Parameter',
        `init is ${typeof init === 'function' ? `the function ${init.name}` : String(init)}, not an initialiser; call the strategy, such as heNormal(), or make one with initializer()`,
      );
    super(rounded(init(shape, fans, rng), dtype), shape);
    this.init = init;
    this.fans = fans;
    this.requiresGrad = true;
  }

  /** Draws the values anew. */
  initialize(rng: Rng): void {
    this.assign(this.init(this.shape, this.fans, rng));
  }
}

function rounded(values: Float64Array, dtype: Dtype): FloatArray {
  const data = allocate(dtype, values.length);
  data.set(values);
  return data;
}

/** State that is saved with the model but not trained, such as running statistics. */
export class Buffer<S extends Shape = Shape> extends Tensor<S> {}

/** Saved values of a model: name ⇒ tensor. */
export type StateDict = Record<string, Tensor>;

/**
 * The base of every layer. A layer of your own is a class with a constructor and a `forward`:
 *
 * ```ts
 * class Scale extends Module {
 *   readonly factor = tensor([1], { requiresGrad: true });
 *   forward(x: Tensor): Tensor { return x.mul(this.factor); }
 * }
 * ```
 *
 * Parameters are tensors that require a gradient, found at call time in the module's fields, and through arrays,
 * plain objects, Maps, Sets and modules in them; a tensor found twice (tied weights) counts once, under its first
 * name. JavaScript hides `#private` fields from everyone: {@link register} what you keep in one. Fields whose names are
 * whole numbers come first, whatever the order of assignment.
 */
export abstract class Module {
  /** True while training: dropout drops, batch statistics are taken. Set by {@link train} and {@link eval}. */
  training = true;
  private readonly registered = new Map<string, Tensor | Module>();

  abstract forward(...inputs: Tensor[]): Tensor;

  /** Makes a parameter, buffer or module that sits in a `#private` field known under a name. Returns it. */
  register<T extends Tensor | Module>(name: string, value: T): T {
    this.registered.set(name, value);
    return value;
  }

  /** Every parameter with its path, such as `layers.0.weight`. Unnamed tensors take the path as their name. */
  namedParameters(): [string, Tensor][] {
    const found = tensorsOf(this).filter(
      ([, tensor]) => tensor.requiresGrad && tensor.isLeaf && !(tensor instanceof Buffer),
    );
    for (const [path, tensor] of found) {
      // A layer that was asked before the model it sits in knew only the end of the path.
      const shorter = namedByPath.get(tensor) === tensor.name && path.endsWith(`.${tensor.name}`);
      if (tensor.name !== '' && !shorter) continue;
      namedByPath.set(tensor.named(path), path);
    }
    return found;
  }

  /** Every parameter. An empty list carries along which modules were `searched`, for the optimiser that refuses it. */
  parameters(): Tensor[] {
    const found = this.namedParameters().map(([, tensor]) => tensor);
    if (found.length > 0) return found;
    return Object.assign(found, {
      searched: this.namedModules().map(([path, module]) => `${path} ${module.constructor.name}`.trim()),
    });
  }

  namedBuffers(): [string, Buffer][] {
    return tensorsOf(this).filter((entry): entry is [string, Buffer] => entry[1] instanceof Buffer);
  }

  /** This module under the name '' and every module inside it with its path. */
  namedModules(): [string, Module][] {
    return [
      ['', this],
      ...walk(this).filter((entry): entry is [string, Module] => entry[1] instanceof Module),
    ];
  }

  /** The number of trained values. */
  countParameters(): number {
    return this.parameters().reduce((sum, parameter) => sum + parameter.size, 0);
  }

  /** Switches this module and all inside it to training. Returns the module. */
  train(training = true): this {
    for (const [, module] of this.namedModules()) module.training = training;
    return this;
  }

  /** Switches this module and all inside it to evaluation. */
  eval(): this {
    return this.train(false);
  }

  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.grad = null;
  }

  /**
   * Draws every parameter that knows its initialiser anew, each from a stream split off by its name: adding a layer
   * does not change the others.
   */
  initialize(rng: Rng): this {
    for (const [path, parameter] of this.namedParameters())
      if (parameter instanceof Parameter) parameter.initialize(rng.split(path));
    return this;
  }

  /** Copies of all parameters and buffers; a {@link Parameter} that was frozen, requiresGrad = false, is among them. */
  stateDict(): StateDict {
    return Object.fromEntries(
      this.namedState().map(([path, tensor]) => [
        path,
        new Tensor(tensor.data.slice(), tensor.shape).named(path),
      ]),
    );
  }

  private namedState(): [string, Tensor][] {
    const trained = new Set(this.parameters());
    return [
      ...tensorsOf(this).filter(([, tensor]) => trained.has(tensor) || tensor instanceof Parameter),
      ...this.namedBuffers(),
    ];
  }

  /**
   * Copies saved values into the parameters and buffers of the same names.
   * @throws ShapeError listing every missing, unexpected and mis-shaped name; nothing is changed then. With
   *   `strict: false` only mis-shaped ones count.
   */
  loadStateDict(saved: StateDict, { strict = true } = {}): void {
    if (typeof saved !== 'object' || saved === null)
      throw new ArgumentError('loadStateDict', `expected what stateDict() gave, got ${String(saved)}`);
    const own = new Map<string, Tensor>(this.namedState());
    const problems: string[] = [];
    for (const [path, tensor] of own) {
      const given = Object.hasOwn(saved, path) ? saved[path] : undefined;
      if (!given) strict && problems.push(`missing ${path} ${formatShape(tensor.shape)}`);
      else if (!(given instanceof Tensor)) problems.push(`${path} is no Tensor`);
      else if (formatShape(given.shape) !== formatShape(tensor.shape))
        problems.push(
          `${path} has shape ${formatShape(given.shape)}, the model ${formatShape(tensor.shape)}`,
        );
    }
    if (strict)
      for (const path of Object.keys(saved))
        if (!own.has(path)) problems.push(`unexpected ${path} ${formatShape(saved[path]?.shape ?? [])}`);
    if (problems.length > 0)
      throw new ShapeError(
        'loadStateDict',
        `the saved values do not fit ${this.constructor.name}: ${problems.join('; ')}`,
      );
    for (const [path, tensor] of own) if (Object.hasOwn(saved, path)) tensor.assign(saved[path]!);
  }

  /** The constructor's arguments in words, for printing; layers override it. */
  protected describe(): string {
    return '';
  }

  /** `Linear(784 → 200, He normal, fanIn=784, std=0.0505): 157,000 parameters` */
  toString(): string {
    return `${this.constructor.name}(${this.describe()}): ${this.countParameters().toLocaleString('en')} parameters`;
  }

  /** What `walk` looks at: own fields and what was registered. */
  protected children(): [string, unknown][] {
    return [...Object.entries(this).filter(([key]) => key !== 'registered'), ...this.registered];
  }

  /** @internal */
  static childrenOf(module: Module): [string, unknown][] {
    return module.children();
  }
}

/** The names that tensors took from a path, rather than from the program. */
const namedByPath = new WeakMap<Tensor, string>();

function tensorsOf(module: Module): [string, Tensor][] {
  return walk(module).filter((entry): entry is [string, Tensor] => entry[1] instanceof Tensor);
}

/** Every tensor and module below `root` with its path, in the order of the fields, each object once. */
function walk(root: Module): [string, Tensor | Module][] {
  const found: [string, Tensor | Module][] = [];
  const seen = new Set<unknown>([root]);
  const visit = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    if (!(value instanceof Tensor || value instanceof Module || isContainer(value))) return;
    seen.add(value);
    if (value instanceof Tensor || value instanceof Module) found.push([path, value]);
    if (!(value instanceof Tensor))
      for (const [key, inner] of entriesOf(value)) visit(inner, path === '' ? key : `${path}.${key}`);
  };
  for (const [key, value] of Module.childrenOf(root)) visit(value, key);
  return found;
}

function isContainer(value: object): boolean {
  return (
    Array.isArray(value) ||
    value instanceof Map ||
    value instanceof Set ||
    Object.getPrototypeOf(value) === Object.prototype
  );
}

function entriesOf(value: object): [string, unknown][] {
  if (value instanceof Module) return Module.childrenOf(value);
  if (value instanceof Map) return [...value].map(([key, inner]) => [String(key), inner]);
  if (value instanceof Set) return [...value].map((inner, i) => [String(i), inner]);
  return Object.entries(value);
}
