/**
 * Schedules: learning rates that change from update to update. A schedule is a function of t, the number of updates that
 * are done, which is 0 before the first one. It is given in the place of a number, `lr: cosine(0.1, { steps: 1000 })`,
 * and the optimiser asks it for the rate of each update. It remembers nothing, so nothing has to be called in the right
 * order, and training that is resumed goes on at the right place.
 *
 * Previous: src/optim/adam.ts · Next: src/optim/minimize.ts
 */

import { cos, pow } from '../base/elementary/index.js';
import { ArgumentError } from '../base/errors.js';
import { shown } from '../base/kind.js';
import { type Check, checkOptions, needNumber, numberIn } from '../base/words.js';

/** A learning rate that changes: the rate of the update that comes after t others. Any function from t to a rate is one. */
export type Schedule = (t: number) => number;

/** A learning rate: one number for all updates, or a schedule. */
export type LearningRate = number | Schedule;

/** The rate of the update that comes after t others. */
export const rateAt = (lr: LearningRate, t: number): number => (typeof lr === 'function' ? lr(t) : lr);

/** A learning rate as text: `0.1`, `cosine(0.1, steps=1000)`. */
export function rateText(lr: LearningRate): string {
  if (typeof lr !== 'function') return String(lr);
  // A function that is written in the options takes the name of its option.
  return lr.name === '' || lr.name === 'lr' ? 'a function' : lr.name;
}

const LENGTH = numberIn({ least: 1, whole: true });
const LENGTH_OR_NONE = numberIn({ least: 0, whole: true });
const RATE = numberIn({ least: 0, finite: true });
const POSITIVE = numberIn({ above: 0, finite: true });

/** Falls by the factor γ after every so many updates:   lr · γ^⌊t / every⌋. γ is 0.1 by default. */
export function stepDecay(lr: number, options: { every: number; gamma?: number }): Schedule {
  check('stepDecay', { lr }, options, { every: LENGTH }, { gamma: RATE });
  const { every, gamma = 0.1 } = options;
  return schedule('stepDecay', [lr], options, (t) => lr * pow(gamma, Math.floor(t / every)));
}

/** Falls by the factor γ at each milestone:   lr · γ^(number of milestones ≤ t). γ is 0.1 by default. */
export function multiStep(lr: number, options: { milestones: readonly number[]; gamma?: number }): Schedule {
  check('multiStep', { lr }, options, { milestones: needMilestones }, { gamma: RATE });
  const { gamma = 0.1 } = options;
  const milestones = [...options.milestones];
  const passed = (t: number): number => milestones.filter((milestone) => milestone <= t).length;
  return schedule('multiStep', [lr], options, (t) => lr * pow(gamma, passed(t)));
}

/** Falls by the factor γ with every update:   lr · γᵗ */
export function exponential(lr: number, options: { gamma: number }): Schedule {
  check('exponential', { lr }, options, { gamma: RATE });
  const { gamma } = options;
  return schedule('exponential', [lr], options, (t) => lr * pow(gamma, t));
}

/** Goes in a straight line from one rate to another, and stays there:   from + (to − from) · t/steps */
export function linear(from: number, to: number, options: { steps: number }): Schedule {
  check('linear', { from, to }, options, { steps: LENGTH_OR_NONE });
  const { steps } = options;
  return schedule('linear', [from, to], options, (t) => (t < steps ? from + (to - from) * (t / steps) : to));
}

/**
 * Falls along a power to `min`, and stays there:   min + (lr − min) · (1 − t/steps)^power. The power is 1 and the least
 * rate 0 by default.
 */
export function polynomial(lr: number, options: { steps: number; power?: number; min?: number }): Schedule {
  check('polynomial', { lr }, options, { steps: LENGTH_OR_NONE }, { power: RATE, min: RATE });
  const { steps, power = 1, min = 0 } = options;
  const rate: Schedule = (t) => (t < steps ? min + (lr - min) * pow(1 - t / steps, power) : min);
  return schedule('polynomial', [lr], options, rate);
}

/** Half a wave of the cosine from one rate, at the share 0, to another, at the share 1. */
const halfWave = (from: number, to: number, share: number): number =>
  to + ((from - to) * (1 + cos(Math.PI * share))) / 2;

/**
 * Falls along half a wave of the cosine, slowly at both ends:   min + (lr − min) · (1 + cos(π t/steps)) / 2. The least rate
 * is 0 by default, and is reached at t = steps. Beyond it the wave goes on and the rate rises again.
 * @source Loshchilov and Hutter 2017, SGDR, equation 5
 */
export function cosine(lr: number, options: { steps: number; min?: number }): Schedule {
  check('cosine', { lr }, options, { steps: LENGTH }, { min: RATE });
  const { steps, min = 0 } = options;
  return schedule('cosine', [lr], options, (t) => halfWave(lr, min, t / steps));
}

/**
 * Falls as {@link cosine} does, and starts again from `lr` each time `steps` updates are done. Every period is `growth` times
 * as long as the one before, by default as long. The last update of a period has a rate above `min`, since the update at
 * which `min` would be reached is the first of the next period.
 * @source Loshchilov and Hutter 2017, SGDR, section 3
 */
export function cosineRestarts(
  lr: number,
  options: { steps: number; growth?: number; min?: number },
): Schedule {
  check('cosineRestarts', { lr }, options, { steps: LENGTH }, { growth: LENGTH, min: RATE });
  const { steps, growth = 1, min = 0 } = options;
  const rate: Schedule = (t) => {
    let [into, length] = [t, steps];
    if (growth === 1) into = t % steps;
    else for (; into >= length; length *= growth) into -= length;
    return halfWave(lr, min, into / length);
  };
  return schedule('cosineRestarts', [lr], options, rate);
}

/**
 * Rises from max / divFactor to `max`, and falls to max / (divFactor · finalDivFactor), each along half a wave of the cosine.
 * The peak is at t = pctStart · steps − 1, at the earliest at 0. The end is reached by the last of the `steps` updates, at
 * t = steps − 1, and kept. By default pctStart is 0.3, divFactor 25 and finalDivFactor 10⁴.
 * @source Smith and Topin 2018, Super-Convergence, in the form that PyTorch uses
 */
export function oneCycle(
  max: number,
  options: { steps: number; pctStart?: number; divFactor?: number; finalDivFactor?: number },
): Schedule {
  const optional = {
    pctStart: numberIn({ least: 0, most: 1 }),
    divFactor: POSITIVE,
    finalDivFactor: POSITIVE,
  };
  check('oneCycle', { max }, options, { steps: LENGTH }, optional);
  const { steps, pctStart = 0.3, divFactor = 25, finalDivFactor = 1e4 } = options;
  const [first, final] = [max / divFactor, max / divFactor / finalDivFactor];
  const [peak, end] = [Math.max(0, pctStart * steps - 1), steps - 1];
  const rate: Schedule = (t) => {
    if (t < peak) return halfWave(first, max, t / peak);
    if (t < end) return halfWave(max, final, (t - peak) / (end - peak));
    return end > peak ? final : max;
  };
  return schedule('oneCycle', [max], options, rate);
}

/**
 * Begins with small rates: rises in a straight line from `from`, by default 0, to the first rate of another schedule, and
 * then follows that schedule from its own t = 0:
 *
 *     from + (s(0) − from) · t/steps   for t < steps,      s(t − steps)   after that
 *
 * With `from` 0 the first update changes nothing, since its rate is 0.
 * @param lr a schedule s, or a number for a rate that stays
 * @source Goyal et al. 2017, section 2.2
 */
export function warmUp(steps: number, lr: LearningRate, options: { from?: number } = {}): Schedule {
  needNumber('warmUp', 'steps', steps, { least: 0, whole: true });
  needRate('warmUp', 'the schedule', lr);
  checkOptions('warmUp', options, { from: RATE });
  const { from = 0 } = options;
  const rate: Schedule = (t) =>
    t < steps ? from + (rateAt(lr, 0) - from) * (t / steps) : rateAt(lr, t - steps);
  return schedule('warmUp', [steps, rateText(lr)], options, rate);
}

/**
 * One schedule after the other, each for a number of updates, and each from its own t = 0. The last one goes on after its
 * number, as it does when it is alone:
 *
 * ```ts
 * sequence([[100, linear(0, 0.1, { steps: 100 })], [400, 0.1], [500, cosine(0.1, { steps: 500 })]])
 * ```
 * @param parts pairs [steps, schedule], where a number stands for a rate that stays
 */
export function sequence(parts: readonly (readonly [steps: number, lr: LearningRate])[]): Schedule {
  if (!Array.isArray(parts) || parts.length === 0)
    throw new ArgumentError('sequence', `expected pairs [steps, schedule] in a list, got ${shown(parts)}`);
  for (const [i, part] of parts.entries()) {
    if (!Array.isArray(part) || part.length !== 2)
      throw new ArgumentError('sequence', `part ${i} is ${shown(part)}; expected a pair [steps, schedule]`);
    needNumber('sequence', `steps of part ${i}`, part[0], { least: 0, whole: true });
    needRate('sequence', `the schedule of part ${i}`, part[1]);
  }
  const [first, [, last]] = [parts.slice(0, -1), parts.at(-1)!];
  const rate: Schedule = (t) => {
    for (const [steps, lr] of first) {
      if (t < steps) return rateAt(lr, t);
      t -= steps;
    }
    return rateAt(last, t);
  };
  const texts = parts.map(([steps, lr]) => `[${steps}, ${rateText(lr)}]`);
  return schedule('sequence', [`[${texts.join(', ')}]`], {}, rate);
}

/** A schedule that is printed as its call was written. */
function schedule(name: string, args: readonly unknown[], options: object, rate: Schedule): Schedule {
  const settings = Object.entries(options).map(
    ([key, value]) => `${key}=${Array.isArray(value) ? `[${value.join(', ')}]` : value}`,
  );
  const text = `${name}(${[...args, ...settings].join(', ')})`;
  const checked: Schedule = (t) => {
    needNumber(name, 't', t, { least: 0 });
    return rate(t);
  };
  return Object.defineProperties(checked, { name: { value: text }, toString: { value: () => text } });
}

/** Refuses rates and options that are none, and options without one that has to be given. */
function check(
  name: string,
  rates: Readonly<Record<string, number>>,
  options: object,
  required: Readonly<Record<string, Check>>,
  optional: Readonly<Record<string, Check>> = {},
): void {
  for (const [key, rate] of Object.entries(rates)) RATE(name, key, rate);
  checkOptions(name, options, { ...required, ...optional });
  for (const [key, demand] of Object.entries(required))
    demand(name, key, (options as Record<string, unknown>)[key]);
}

function needRate(name: string, what: string, lr: unknown): void {
  if (typeof lr === 'function') return;
  if (typeof lr !== 'number')
    throw new ArgumentError(name, `${what} is ${shown(lr)}; expected a function of t, or a number`);
  RATE(name, what, lr);
}

function needMilestones(name: string, what: string, value: unknown): void {
  if (!Array.isArray(value))
    throw new ArgumentError(name, `${what} are numbers of updates in a list, got ${shown(value)}`);
  for (const milestone of value) needNumber(name, 'a milestone', milestone, { least: 0, whole: true });
}
