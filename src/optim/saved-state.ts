/**
 * The saved state of an optimiser: what is written down of each parameter and of its hyper-parameters, and how much of it
 * is compared before it is taken over. A state that belongs to another optimiser or to other parameters is refused here,
 * before optimizer.ts changes anything.
 */
import type { Tensor } from '../autograd/graph.js';
import type { FloatArray } from '../base/array.js';
import { ArgumentError, formatShape } from '../base/errors.js';
import { isNumberArray, kindOf, shown } from '../base/kind.js';
import { warnOnce } from '../base/lint.js';
import { type Shape, sameShape } from '../base/shape.js';
import { type LearningRate, rateText } from './schedules.js';
import { State } from './update.js';

/** What `stateDict()` of an optimiser saves of one parameter. */
export interface SavedParameter {
  /** The class of the optimiser. Not compared where it is left out. */
  optimizer?: string;
  /** The name of the parameter. Not compared where it is left out or empty. */
  name?: string;
  shape?: Shape;
  /** The number of updates of the parameter so far. */
  step: number;
  /**
   * The number of updates of the optimiser so far, by which schedules go. Where it is left out, as in what version 0.3.0
   * saved, the largest `step` of all parameters counts.
   */
  updates?: number;
  /** What the update rule keeps, by name. */
  arrays: Record<string, FloatArray>;
  /** The hyper-parameters of its group; a schedule as text. Left out in what version 0.4.0 saved. */
  options?: Readonly<Record<string, unknown>>;
}

/** The hyper-parameters of a group as they are saved. */
export function savedOptions({
  params: _,
  ...options
}: {
  readonly params: unknown;
}): Record<string, unknown> {
  const saved = Object.entries(options).map(([key, value]) => [
    key,
    typeof value === 'function' ? labelOf(value) : value,
  ]);
  return withOwnLists(Object.fromEntries(saved));
}

/** Hyper-parameters for another owner: lists, such as `betas`, are copied, so that no two owners change the same list. */
export function withOwnLists<Options extends object>(options: Options): Options {
  const entries = Object.entries(options);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, Array.isArray(value) ? [...value] : value]),
  ) as Options;
}

/**
 * The saved hyper-parameters that a group takes over: all but schedules.
 * @throws ArgumentError for one of another type than that of the group
 */
export function restoredOptions<Options>(
  name: string,
  saved: Readonly<Record<string, unknown>>,
  group: { readonly params: unknown } & Options,
): Partial<Options> {
  const restored: Record<string, unknown> = {};
  for (const [key, present] of Object.entries(group)) {
    if (key === 'params' || !Object.hasOwn(saved, key)) continue;
    const value = saved[key];
    if (typeof present === 'function' || (typeof value === 'string' && key === 'lr')) {
      const [before, now] = [labelOf(value), labelOf(present)];
      if (before !== now)
        warnOnce(
          `another ${key} than saved`,
          `${key} was ${before} when the state of ${name.split('.')[0]} was saved, and goes on as ${now}, since a schedule is a function and cannot be saved`,
        );
    } else if (typeof value === typeof present && Array.isArray(value) === Array.isArray(present))
      restored[key] = value;
    else
      throw new ArgumentError(
        name,
        `the saved ${key} is ${shown(value)}; this optimiser has ${shown(present)}`,
      );
  }
  return withOwnLists(restored) as Partial<Options>;
}

/** Refuses what is no state of this kind of optimiser. */
export function checkSaved(name: string, optimizer: string, saved: readonly SavedParameter[]): void {
  if (!Array.isArray(saved))
    throw new ArgumentError(name, `expected what stateDict() gave, got ${shown(saved)}`);
  for (const [i, entry] of saved.entries()) {
    const {
      step,
      updates = step,
      arrays,
      optimizer: other,
      shape = [],
    } = { ...entry } as Partial<SavedParameter>;
    if (
      ![step, updates].every(isCount) ||
      ![arrays, entry.options ?? {}].every((part) => typeof part === 'object' && part !== null) ||
      !(Array.isArray(shape) && shape.every(isCount))
    )
      throw new ArgumentError(name, `entry ${i} is ${shown(entry)}; expected what stateDict() gave`);
    if (other !== undefined && other !== optimizer)
      throw new ArgumentError(name, `the saved state is that of ${shown(other)}; this is ${optimizer}`);
  }
}

const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0;

/** The entry of each parameter: that of its name or, where a name is missing or given twice, that of its position. */
export function matched(
  name: string,
  saved: readonly SavedParameter[],
  params: readonly Tensor[],
): Map<Tensor, SavedParameter> {
  if (saved.length !== params.length)
    throw new ArgumentError(
      name,
      `the saved state is that of ${saved.length} parameters; this optimiser has ${params.length}`,
    );
  const byName = new Map(saved.map((entry) => [entry.name, entry]));
  const named = byName.size === saved.length && !byName.has('') && !byName.has(undefined as never);
  const entries = new Map<Tensor, SavedParameter>();
  for (const [i, param] of params.entries()) {
    const entry = named && param.name !== '' ? byName.get(param.name) : saved[i];
    if (!entry)
      throw new ArgumentError(
        name,
        `the saved state has no entry for ${calledOf(param)}; it has ${[...byName.keys()].join(', ')}`,
      );
    if (entry.shape && !sameShape(entry.shape, param.shape))
      throw new ArgumentError(
        name,
        `the saved state of ${calledOf({ shape: entry.shape, name: entry.name || `parameter ${i}` })} does not fit ${calledOf(param)}`,
      );
    entries.set(param, entry);
  }
  return entries;
}

/**
 * The state of a parameter, from its entry.
 * @param kept the names of the arrays that its update rule keeps; null where any may be there
 * @throws ArgumentError if the entry holds others, or arrays that do not fit the parameter
 */
export function restoredState(
  name: string,
  { step, arrays }: SavedParameter,
  param: Tensor,
  kept: readonly string[] | null,
): State {
  const state = new State();
  state.step = step;
  const found = Object.keys(arrays);
  // Before the first update nothing is kept yet.
  if (kept && step > 0 && (found.length !== kept.length || !kept.every((key) => found.includes(key))))
    throw new ArgumentError(
      name,
      `the saved state of ${calledOf(param)} keeps ${list(found)}, and this optimiser keeps ${list(kept)}`,
    );
  for (const [key, array] of Object.entries(arrays)) {
    checkSavedArray(name, `${key} of ${calledOf(param)}`, array, param.size);
    state.get(key, param.data).set(array);
  }
  return state;
}

/** Refuses what is no array of as many numbers as the parameter has. */
function checkSavedArray(name: string, what: string, array: unknown, size: number): void {
  if (!isNumberArray(array))
    throw new ArgumentError(
      name,
      `${what} is ${kindOf(array)}; expected a typed array, as stateDict() gave it. JSON makes an object of it, and null of NaN; keep typed arrays, as structuredClone does`,
    );
  if (array.length !== size)
    throw new ArgumentError(name, `${what} has ${array.length} numbers; the parameter has ${size}`);
}

/** A hyper-parameter as text; a function, such as a schedule, by its name. */
export const labelOf = (value: unknown): string =>
  typeof value === 'function' ? rateText(value as LearningRate) : String(value);

const calledOf = ({ name, shape }: { name: string; shape: Shape }): string =>
  `${name || 'a parameter'} ${formatShape(shape)}`;
const list = (names: readonly string[]): string => names.join(' and ') || 'nothing';
