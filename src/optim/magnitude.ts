/**
 * How large numbers are, beside the digits and the range of their dtype. A square overflows from about 10¹⁵⁴ on and vanishes
 * below 10⁻¹⁶², long before the number itself does. So numbers are divided by a power of two first, which changes no digit.
 */
import type { Dtype } from '../base/array.js';
import { exponentOf } from '../base/elementary/exact.js';

/** ε, the distance from 1 to the next number of a dtype. */
export const EPSILON: Readonly<Record<Dtype, number>> = { float32: 2 ** -23, float64: 2 ** -52 };

/** ‖a‖∞ */
export const largest = (a: Float64Array): number =>
  a.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** A power of two near a number ≥ 0; 1 for 0, ∞ and NaN, for which there is none. */
export function powerNear(size: number): number {
  return size > 0 && size < Infinity ? 2 ** Math.min(Math.max(exponentOf(size), -1022), 1023) : 1;
}

/** 1 / ‖a‖, also where the squares of the elements, or their sum, leave the range of numbers; ∞ if all are 0. */
export function inverseNorm(a: Float64Array): number {
  const unit = powerNear(largest(a));
  const squares = a.reduce((sum, value) => sum + (value / unit) * (value / unit), 0);
  return 1 / unit / Math.sqrt(squares);
}
