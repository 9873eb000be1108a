/**
 * The descent: from point to point along directions of L-BFGS, until one of the reasons to stop holds. Without bounds on the
 * way a step fulfils the strong Wolfe conditions. Where a bound is on the way, the path x(α) = P(x + αd) has corners at
 * bounds, and a step along the path has to decrease f sufficiently.
 *
 * Sources: Nocedal and Wright, Numerical Optimization, second edition, 2006, Algorithm 7.5; for bounds Bertsekas 1982
 *
 * Previous: src/optim/minimize.ts · Next: src/optim/lbfgs.ts
 */
import type { Dtype } from '../base/array.js';
import type { Box } from './bounds.js';
import { direction, dot, type Pair, remember } from './lbfgs.js';
import { backtrack, isUnseen, strongWolfe, type Trial } from './line-search.js';
import { EPSILON, inverseNorm, largest } from './magnitude.js';
import { isFinitePoint, type Objective, type Point } from './objective.js';

/** Why a descent ended. */
export type StopReason =
  | 'gradient'
  | 'value'
  | 'step'
  | 'precision'
  | 'callback'
  | 'maxSteps'
  | 'maxEvaluations'
  | 'lineSearch'
  | 'notFinite'
  | 'unbounded';

/** What ends a descent: the options of minimize, with defaults for those that were left out. */
export interface Settings {
  readonly maxSteps: number;
  readonly maxEvaluations: number;
  readonly gradientTolerance: number;
  readonly valueTolerance: number;
  readonly stepTolerance: number;
  readonly memory: number;
  /** Sees each point that is reached; false stops. */
  readonly goOn: (place: Place) => boolean;
}

/** A point that was reached by a number of steps. */
export interface Place {
  readonly point: Point;
  readonly steps: number;
  /** The largest slope that can be followed. */
  readonly slopeLeft: number;
}

/** How many steps one search may try. */
const TRIES = 30;
/** How many steps in turn may bring nothing. */
const IDLE = 10;

/** By how much values near f differ by rounding alone, when it is a sum of a few dozen numbers. */
const roundingOf = (value: number, { dtype }: Objective): number => 16 * EPSILON[dtype] * Math.abs(value);

/** Goes down from a point until there is a reason to stop. */
export function descend(
  objective: Objective,
  box: Box,
  start: Point,
  settings: Settings,
): Place & { readonly reason: StopReason } {
  const pairs: Pair[] = [];
  const progress = new Progress();
  let [before, point] = [start, start];
  for (let steps = 0; ; steps++) {
    const place = { point, steps, slopeLeft: box.slopeLeft(point) };
    const idle = progress.idle(place);
    const goesOn = steps === 0 || settings.goOn(place);
    const reason = reasonToStop(before, place, settings);
    if (reason) return { ...place, reason };
    if (!goesOn) return { ...place, reason: 'callback' };
    if (idle > IDLE) return { ...place, reason: 'precision' };
    if (steps >= settings.maxSteps) return { ...place, reason: 'maxSteps' };
    if (objective.evaluations >= settings.maxEvaluations) return { ...place, reason: 'maxEvaluations' };
    const next = nextPoint(objective, box, point, pairs, settings);
    if (typeof next === 'string') return { ...place, reason: next };
    remember(pairs, { s: minus(next.x, point.x), y: minus(next.gradient, point.gradient) }, settings.memory);
    [before, point] = [point, next];
  }
}

/** Whether a place is good enough. */
function reasonToStop(
  before: Point,
  { point, slopeLeft, steps }: Place,
  settings: Settings,
): StopReason | null {
  if (slopeLeft <= settings.gradientTolerance) return 'gradient';
  if (steps === 0) return null;
  const scale = Math.max(Math.abs(before.value), Math.abs(point.value), 1);
  if (Math.abs(before.value - point.value) < settings.valueTolerance * scale) return 'value';
  if (largest(minus(point.x, before.x)) < settings.stepTolerance * Math.max(1, largest(point.x)))
    return 'step';
  return null;
}

/** Counts the steps in turn that lowered neither the value nor the slope below all before. */
class Progress {
  private value = Infinity;
  private slope = Infinity;
  private count = 0;

  idle({ point: { value }, slopeLeft }: Place): number {
    this.count = value < this.value || slopeLeft < this.slope ? 0 : this.count + 1;
    this.value = Math.min(this.value, value);
    this.slope = Math.min(this.slope, slopeLeft);
    return this.count;
  }
}

/** The next point; the reason to stop if there is none. If L-BFGS finds none, it forgets its pairs and starts anew. */
function nextPoint(
  objective: Objective,
  box: Box,
  point: Point,
  pairs: Pair[],
  { maxEvaluations }: Settings,
): Point | StopReason {
  for (;;) {
    const left = maxEvaluations - objective.evaluations;
    const result = search(objective, box, point, pairs, Math.min(TRIES, left));
    if (result.bottomless || (result.endless && left >= TRIES)) return 'unbounded';
    if (result.found) return result.found.point;
    if (result.hope >= 0 && result.hope <= roundingOf(point.value, objective)) return 'precision';
    if (objective.evaluations >= maxEvaluations) return 'maxEvaluations';
    if (pairs.length === 0) return result.finite ? 'lineSearch' : 'notFinite';
    pairs.length = 0;
  }
}

/** Looks for a step along the direction of L-BFGS. */
function search(objective: Objective, box: Box, point: Point, pairs: readonly Pair[], tries: number) {
  const moves = box.moving(point);
  const full = box.inside(direction(pairs, point.gradient, moves), point, moves);
  const share = pairs.length > 0 ? 1 : firstShare(full, point.x, objective.dtype);
  const d = full.map((value) => share * value);
  const slope = dot(point.gradient, d);
  // What the full step of a parabola with this slope would bring.
  const seen = { hope: -slope / 2 / share, finite: true, bottomless: false };
  const most = box.room(point.x, d);
  const straight = most > 1;
  const at = (step: number): Trial => {
    const there = objective.evaluate(box.project(point.x.map((value, i) => value + step * d[i]!)));
    const promised = straight ? step * slope : dot(point.gradient, minus(there.x, point.x));
    if (there.value === -Infinity) seen.bottomless = true;
    if (isFinitePoint(there))
      return { step, value: there.value, slope: dot(there.gradient, d), promised, point: there };
    seen.finite = false;
    return { step, value: Infinity, slope: Number.NaN, promised, point: there };
  };
  const start: Trial = { step: 0, value: point.value, slope, promised: 0, point };
  // Far from a minimum values tell more than slopes do, so their rounding errors do not matter.
  const rounding = roundingOf(point.value, objective);
  const task = { start, at, most, tries, rounding: isUnseen(seen.hope, rounding) ? rounding : 0 };
  if (!(slope < 0)) return { ...seen, found: null, endless: false };
  const result = straight ? strongWolfe(task) : { found: backtrack(task), endless: false };
  return { ...seen, ...result };
}

/**
 * The share of −∇f that makes the first step. Without pairs nothing tells how far to go: at most as far as 1, but far enough
 * for one element of x to become another number.
 */
function firstShare(d: Float64Array, x: Float64Array, dtype: Dtype): number {
  const visible = d.reduce(
    (least, value, i) =>
      value === 0 ? least : Math.min(least, (EPSILON[dtype] * Math.abs(x[i]!)) / Math.abs(value)),
    Infinity,
  );
  const share = Math.min(1, inverseNorm(d));
  return visible < Infinity ? Math.max(share, visible) : share;
}

const minus = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, i) => value - b[i]!);
