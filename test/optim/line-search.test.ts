/** Line searches along curves that are written down: what is accepted, and how far they look. */
import * as assert from 'uvu/assert';
import { backtrack, type Search, strongWolfe, type Trial } from '../../src/optim/line-search.js';
import { assertClose } from '../support/close.js';
import { fc, property } from '../support/property.js';
import { suite } from '../support/suite.js';

const test = suite('line searches');

type Curve = (step: number) => [value: number, slope: number];

/** A search along φ, and the steps that it tried. */
function searchOf(curve: Curve, more: Partial<Search> = {}): { search: Search; tried: number[] } {
  const tried: number[] = [];
  const [, first] = curve(0);
  const at = (step: number): Trial => {
    tried.push(step);
    const [value, slope] = curve(step);
    const finite = Number.isFinite(value);
    const point = { x: Float64Array.of(step), value, gradient: Float64Array.of(slope) };
    return {
      step,
      value: finite ? value : Infinity,
      slope: finite ? slope : Number.NaN,
      promised: step * first,
      point,
    };
  };
  const start = at(0);
  tried.pop();
  return { search: { start, at, most: Infinity, tries: 30, rounding: 0, ...more }, tried };
}

/** The strong Wolfe conditions with c₁ = 10⁻⁴ and c₂ = 0.9. */
function fulfils(curve: Curve, step: number): void {
  const [[v0, s0], [v, s]] = [curve(0), curve(step)];
  assert.ok(v <= v0 + 1e-4 * step * s0, `at ${step} the value ${v} is too high`);
  assert.ok(Math.abs(s) <= 0.9 * Math.abs(s0), `at ${step} the slope ${s} is too steep`);
}

/** The cubic with a value and a slope at 0 and at 1. */
const cubic =
  (v0: number, s0: number, v1: number, s1: number): Curve =>
  (t) => {
    const [a, b] = [2 * v0 - 2 * v1 + s0 + s1, 3 * v1 - 3 * v0 - 2 * s0 - s1];
    return [((a * t + b) * t + s0) * t + v0, (3 * a * t + 2 * b) * t + s0];
  };

test('a first step that is good is taken without a second look', () => {
  const { search, tried } = searchOf((t) => [(t - 1.1) ** 2, 2 * (t - 1.1)]);
  assert.is(strongWolfe(search).found!.step, 1);
  assert.equal(tried, [1]);
});

test('a flat place that is hardly lower, or higher, than the start is not accepted', () => {
  // At 1 it is flat, and too high by less than c₁, so that only the sign of c₁ tells.
  for (const value of [1.00005, 0.99995]) {
    const curve = cubic(1, -1, value, 0);
    const { found } = strongWolfe(searchOf(curve).search);
    assert.is.not(found!.step, 1);
    fulfils(curve, found!.step);
  }
});

test('too short a first step is made longer, and too long a one is cut', () => {
  for (const scale of [1e-8, 1e-3, 0.2, 7, 1e5, 1e9]) {
    const curve: Curve = (t) => [(t / scale - 1) ** 2, (2 / scale) * (t / scale - 1)];
    const { search, tried } = searchOf(curve);
    fulfils(curve, strongWolfe(search).found!.step);
    assert.ok(tried.length <= 14, `${tried.length} tries for ${scale}`);
  }
});

test('the unit of the value changes no step, also where squares of slopes overflow or vanish', () => {
  // Its minimum, between 0 and 1, is at (8 − √52) / 6.
  const curve = cubic(1, -1, 3, 4);
  const { search, tried } = searchOf(curve);
  strongWolfe(search);
  assertClose(tried, [1, (8 - Math.sqrt(52)) / 6], { relative: 1e-14 });
  for (const unit of [2 ** 600, 2 ** 1000, 2 ** -600, 2 ** -900]) {
    const scaled = searchOf((t) => curve(t).map((value) => value * unit) as [number, number]);
    strongWolfe(scaled.search);
    assert.equal(scaled.tried, tried, `${unit}`);
  }
});

test('waves, corners to infinity and steep walls end in a step with both conditions', () => {
  const number = fc.double({ min: 0.1, max: 5, noNaN: true });
  property(fc.tuple(number, number, number), ([height, often, wall]) => {
    const curve: Curve = (t) => {
      if (t >= 3 * wall) return [Number.NaN, Number.NaN];
      const [wave, rise] = [height * Math.cos(often * t + 0.5), -height * often * Math.sin(often * t + 0.5)];
      return [wave - t + wall / (3 * wall - t), rise - 1 + wall / (3 * wall - t) ** 2];
    };
    if (curve(0)[1] >= 0) return;
    const { found } = strongWolfe(searchOf(curve).search);
    fulfils(curve, found!.step);
  });
});

test('what falls without end is said to, and no step goes beyond the longest', () => {
  const line: Curve = (t) => [-t, -1];
  const { found, endless } = strongWolfe(searchOf(line).search);
  assert.ok(endless && found!.step > 1e9);
  const limited = strongWolfe(searchOf(line, { most: 25 }).search);
  assert.equal([limited.endless, limited.found!.step], [false, 25]);
});

test('where nothing is lower, nothing is found', () => {
  const wrong: Curve = (t) => [t, -1];
  assert.is(strongWolfe(searchOf(wrong).search).found, null);
  const { search, tried } = searchOf(wrong, { tries: 7 });
  assert.is(backtrack(search), null);
  assert.is(tried.length, 7);
});

test('below the rounding errors of values, slopes decide', () => {
  // The value is 1 and some noise of 10⁻¹⁵; the slopes are those of a parabola with its minimum at 3.
  const curve: Curve = (t) => [1 + (t > 0 ? 1e-15 * (1 + (t % 0.3)) : 0), 1e-11 * (t - 3)];
  assert.is(strongWolfe(searchOf(curve).search).found, null);
  const { found } = strongWolfe(searchOf(curve, { rounding: 1e-14 }).search);
  assert.ok(Math.abs(found!.slope) <= 0.9 * 3e-11 && found!.step > 0.3);
});

test('going back finds a sufficient decrease, in steps of a tenth to a half', () => {
  const curve: Curve = (t) => [(t - 0.01) ** 2, 2 * (t - 0.01)];
  const { search, tried } = searchOf(curve);
  const found = backtrack(search)!;
  assert.ok(found.value <= 1e-4 + 1e-4 * found.promised);
  for (const [i, step] of tried.slice(1).entries())
    assert.ok(step >= 0.0999 * tried[i]! && step <= 0.5 * tried[i]!);
  const wall = searchOf((t) => (t > 1e-6 ? [Infinity, Number.NaN] : [-t, -1]));
  assert.ok(backtrack(wall.search)!.step <= 1e-6);
});
