/**
 * What all optimisers share: parameter groups, a state for each parameter, zeroGrad. An optimiser adds its update rule
 * ({@link UpdateRule}), which says how one step computes a parameter anew from its gradient.
 *
 * Previous: src/init/variance.ts · Next: src/optim/update.ts
 */

import { Tensor } from '../autograd/graph.js';
import type { FloatArray } from '../base/array.js';
import { ArgumentError, formatShape } from '../base/errors.js';
import { kindOf, refuseForeign, shown } from '../base/kind.js';
import { warnOnce } from '../base/lint.js';
import { Printed } from '../base/printed.js';
import type { Shape } from '../base/shape.js';
import { checkOptions, needNumber } from '../base/words.js';
import {
  checkSaved,
  labelOf,
  matched,
  restoredOptions,
  restoredState,
  type SavedParameter,
  savedOptions,
  withOwnLists,
} from './saved-state.js';
import { type LearningRate, rateAt, rateText } from './schedules.js';
import { countUpdate, holdForTraining } from './unheld.js';
import { type AnyUpdateRule, type AtRate, runUpdate, State } from './update.js';

/** Parameters that share hyper-parameters. A hyper-parameter that is left out takes the optimiser's value. */
export type ParameterGroup<Options> = { readonly params: Iterable<Tensor> } & Partial<Options>;

/** A group with all its hyper-parameters, which may be changed between steps. `lr` is a number or a schedule. */
export type Group<Options> = { readonly params: readonly Tensor[] } & Options;

/**
 * The base of every optimiser. A subclass gives its update rule in {@link updateRule}, a formula on tensors:
 *
 * ```ts
 * class SignDescent extends Optimizer<{ lr: number }> {
 *   protected override check(): void {}
 *   override updateRule(): UpdateRule<{ lr: number }> {
 *     return { keeps: [], formula: (w, g, _kept, _options, { lr }) => [w.sub(g.sign().mul(lr)), {}] };
 *   }
 * }
 * new SignDescent([w], { lr: 0.1 }).step();
 * ```
 *
 * or overrides {@link update} and works on plain arrays. Either is handed the rate of the update as a number. For users to
 * give a schedule, the type of the option `lr` is {@link LearningRate}.
 */
export abstract class Optimizer<Options extends { lr: LearningRate }> extends Printed {
  readonly groups: readonly Group<Options>[];
  private readonly states = new Map<Tensor, State>();
  private done = 0;
  /** The gradient of each parameter at the last step, and its version then: they tell whether zeroGrad was forgotten. */
  private readonly lastGrad = new WeakMap<Tensor, { grad: Tensor; version: number }>();

  /**
   * @param defaults all hyper-parameters of the optimiser; undefined for one that the caller has to give
   * @param options those the caller gave
   * @throws ArgumentError for an empty list, for tensors that are no leaves or require no gradient, for a parameter
   *   given twice, and for hyper-parameters out of range or unknown
   */
  constructor(
    params: Iterable<Tensor> | readonly ParameterGroup<Options>[],
    defaults: { readonly [K in keyof Options]: Options[K] | undefined },
    options: Partial<Options> = {},
  ) {
    super();
    const name = this.constructor.name;
    const list = listOf<Tensor | ParameterGroup<Options>>(name, params);
    // Anything but a list of groups counts as parameters, so that the error for a null in the list can name the null. An
    // empty list is passed on as it came, since model.parameters() attaches to it where it has searched.
    const groups =
      list.length > 0 && list.every(isGroup)
        ? list
        : [{ params: list.length > 0 ? list : params } as unknown as ParameterGroup<Options>];
    checkOptions(name, options, Object.keys(defaults));
    for (const { params: _, ...given } of groups) checkOptions(name, given, Object.keys(defaults));
    this.groups = groups.map(
      (group) =>
        ({
          ...withOwnLists({ ...defaults, ...given(options), ...given(group) }),
          params: listOf(name, group.params),
        }) as Group<Options>,
    );
    const all = this.groups.flatMap(({ params }) => params);
    if (all.length === 0) throw noParameters(name, groups.length === 1 ? groups[0]!.params : []);
    checkParameters(name, all);
    holdForTraining(all);
    for (const [i, group] of this.groups.entries()) {
      this.currentLr(i);
      this.check(group);
    }
  }

  /** The number of updates so far: the t by which schedules go. */
  get updates(): number {
    return this.done;
  }

  /**
   * The learning rate of the coming update.
   * @param group the position of a group. Default 0, the first.
   * @throws ArgumentError if a schedule gives what is no rate, naming t
   */
  currentLr(group = 0): number {
    needNumber('currentLr', 'group', group, { least: 0, most: this.groups.length - 1, whole: true });
    const { lr } = this.groups[group]!;
    const what = typeof lr === 'function' ? `lr at t = ${this.done}, from ${rateText(lr)},` : 'lr';
    const rate = rateAt(lr, this.done);
    needNumber(this.constructor.name, what, rate, { least: 0, finite: true });
    return rate;
  }

  /** Refuses hyper-parameters out of range. */
  protected abstract check(group: Group<Options>): void;

  /**
   * How a parameter of this group is updated.
   * @throws ArgumentError unless a subclass overrides it
   */
  updateRule(_group: Group<Options>): AnyUpdateRule<Options> {
    throw new ArgumentError(
      this.constructor.name,
      'has no update rule; override updateRule(group), which returns a formula, or update(x, gradient, state, group)',
    );
  }

  /** Carries out the update rule: changes the numbers `x` of a parameter in place, given their gradient. */
  protected update(
    x: FloatArray,
    gradient: FloatArray,
    state: State,
    group: Group<AtRate<Options>>,
    shape: Shape = [x.length],
  ): void {
    const rule = this.updateRule(group as unknown as Group<Options>);
    runUpdate(this.constructor.name, rule, x, gradient, shape, state, group);
  }

  /** Sets all gradients to null, so that the next backward starts from nothing. */
  zeroGrad(): void {
    for (const { params } of this.groups) for (const param of params) param.grad = null;
  }

  /**
   * Updates every parameter that has a gradient.
   * @throws ArgumentError, changing nothing, if a schedule gives what is no rate
   */
  step(): void {
    const groups = this.groups.map((group, i) => ({ ...group, lr: this.currentLr(i) }));
    countUpdate();
    for (const group of groups)
      for (const param of group.params) {
        if (!param.grad) continue;
        this.warnIfNotZeroed(param, param.grad);
        const { data } = param.grad;
        const state = this.stateOf(param);
        state.step++;
        param.write((x) => this.update(x, data, state, group, param.shape));
      }
    this.done++;
  }

  private stateOf(param: Tensor): State {
    let state = this.states.get(param);
    if (!state) this.states.set(param, (state = new State()));
    return state;
  }

  private warnIfNotZeroed(param: Tensor, grad: Tensor): void {
    const last = this.lastGrad.get(param);
    if (last?.grad === grad && grad.version > last.version)
      warnOnce(
        'zeroGrad',
        `${param.name || `a parameter of shape ${formatShape(param.shape)}`} still holds the gradient of the step before, and the new one was added to it; call optimizer.zeroGrad() before each backward()`,
      );
    this.lastGrad.set(param, { grad, version: grad.version });
  }

  /** The state of every parameter, in the order of the groups, for saving. */
  stateDict(): SavedParameter[] {
    return this.groups.flatMap((group) =>
      group.params.map((param) => {
        const { step, arrays } = this.stateOf(param);
        return {
          optimizer: this.constructor.name,
          name: param.name,
          shape: [...param.shape],
          step,
          updates: this.done,
          arrays: Object.fromEntries([...arrays].map(([name, array]) => [name, array.slice()])),
          options: savedOptions(group),
        };
      }),
    );
  }

  /**
   * Takes over what {@link stateDict} gave, hyper-parameters included: a rate that was lowered stays low. Set `lr` of a group
   * after loading to go on with another one. A schedule is a function, which cannot be saved: the one of this optimiser stays,
   * and goes on at the number of updates done. Parameters are found by their names, in whatever order they were saved, and by
   * their positions where they have none.
   * @throws ArgumentError, changing nothing, if the state belongs to another optimiser or to other parameters
   */
  loadStateDict(saved: readonly SavedParameter[]): void {
    const name = `${this.constructor.name}.loadStateDict`;
    checkSaved(name, this.constructor.name, saved);
    const inOrder = matched(name, saved, this.allParameters());
    const states = new Map<Tensor, State>();
    const options = new Map<Group<Options>, Partial<Options>>();
    for (const group of this.groups) {
      const restored = restoredOptions<Options>(name, inOrder.get(group.params[0]!)?.options ?? {}, group);
      if ('lr' in restored) needNumber(name, 'the saved lr', restored.lr, { least: 0, finite: true });
      this.check({ ...group, ...restored });
      options.set(group, restored);
      for (const param of group.params)
        states.set(param, restoredState(name, inOrder.get(param)!, param, this.keptNames(group)));
    }
    for (const [group, restored] of options) Object.assign(group, restored);
    for (const [param, state] of states) this.states.set(param, state);
    this.done = Math.max(...saved.map(({ step, updates = step }) => updates));
  }

  /** The names of the arrays that the rule of a group keeps; null for an optimiser that overrides {@link update} instead. */
  private keptNames(group: Group<Options>): readonly string[] | null {
    return this.update === Optimizer.prototype.update ? this.updateRule(group).keeps : null;
  }

  /** `SGD(lr=0.1, momentum=0.9): 4 parameters`; a line for each group if there are several. */
  override toString(): string {
    const line = ({ params, ...options }: Group<Options>): string => {
      const settings = Object.entries(options).map(([name, value]) => `${name}=${labelOf(value)}`);
      return `${this.constructor.name}(${settings.join(', ')}): ${params.length} parameters`;
    };
    return this.groups.map(line).join('\n');
  }

  private allParameters(): Tensor[] {
    return this.groups.flatMap(({ params }) => [...params]);
  }
}

/** The options that were given. One that is undefined counts as left out. */
function given<Options extends object>(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Options;
}

/** The items of what was passed as parameters. @throws ArgumentError for a model, a tensor, or what is no list */
export function listOf<Item>(name: string, params: Iterable<Item>): Item[] {
  refuseForeign(name, params);
  if (typeof params !== 'object' || params === null || !(Symbol.iterator in params))
    throw new ArgumentError(name, notParameters(params));
  return [...params];
}

function notParameters(params: unknown): string {
  if (params instanceof Tensor) return 'got a Tensor; put it into a list, [tensor]';
  const isModel = typeof (params as { parameters?: unknown } | null)?.parameters === 'function';
  return isModel
    ? 'got a model; pass model.parameters()'
    : `expected a list of parameters, got ${shown(params)}; pass model.parameters()`;
}

function isGroup<Options>(item: Tensor | ParameterGroup<Options>): item is ParameterGroup<Options> {
  return typeof item === 'object' && item !== null && !(item instanceof Tensor) && 'params' in item;
}

/** The error for an empty list of parameters, with the fields that `model.parameters()` has searched. */
function noParameters(name: string, params: Iterable<Tensor>): ArgumentError {
  const { searched = [] } = params as { searched?: readonly string[] };
  const where = searched.length > 0 ? `: there is none in ${searched.join(', ')}` : '';
  return new ArgumentError(
    name,
    `got no parameters${where}. model.parameters() looks at public fields, arrays, objects, Maps, Sets and modules in them; #private fields have to be registered, and tensors need requiresGrad`,
  );
}

function checkParameters(name: string, params: readonly Tensor[]): void {
  const seen = new Set<Tensor>();
  for (const [i, param] of params.entries()) {
    const label = param instanceof Tensor && param.name ? `${param.name} (parameter ${i})` : `parameter ${i}`;
    refuseForeign(name, param);
    if (!(param instanceof Tensor))
      throw new ArgumentError(name, `${label} is ${kindOf(param)}; expected a Tensor`);
    if (!param.requiresGrad)
      throw new ArgumentError(
        name,
        `${label} requires no gradient; create it with { requiresGrad: true }, or leave it out`,
      );
    if (!param.isLeaf)
      throw new ArgumentError(
        name,
        `${label} was computed by ${param.node!.op.name}; only leaves can be updated`,
      );
    if (seen.has(param))
      throw new ArgumentError(name, `${label} is given twice and would be updated twice a step`);
    seen.add(param);
  }
}

/** Refuses a value outside [lower, upper). */
export function inRange(op: string, name: string, value: number, lower: number, upper = Infinity): void {
  if (!(typeof value === 'number' && value >= lower && value < upper))
    throw new ArgumentError(
      op,
      `${name} lies in [${lower}, ${upper === Infinity ? '∞' : upper}), got ${shown(value)}`,
    );
}

/** The settings that Adam and its kin share. */
interface AdaptiveSettings {
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly weightDecay: number;
}

/** Refuses what of them is out of range. */
export function adaptiveInRange(op: string, { betas, eps, weightDecay }: AdaptiveSettings): void {
  betasInRange(op, betas);
  inRange(op, 'eps', eps, 0);
  inRange(op, 'weightDecay', weightDecay, 0);
}

/** Refuses what are no two decays of means, such as those of Adam. */
export function betasInRange(op: string, betas: readonly [number, number]): void {
  if (!Array.isArray(betas) || betas.length !== 2)
    throw new ArgumentError(op, `betas are two numbers in a list, such as [0.9, 0.999], got ${shown(betas)}`);
  inRange(op, 'betas[0]', betas[0], 0, 1);
  inRange(op, 'betas[1]', betas[1], 0, 1);
}
