/**
 * The options that pictures have in common. This file imports no drawing library, so that the types of charts need
 * none.
 */

import { ArgumentError } from '../base/errors.js';
import { kindOf } from '../base/kind.js';
import { type Check, checkOptions, needFunction, needText, numberIn, oneOf } from '../base/words.js';

/** Options of every picture. */
export interface PictureOptions {
  /** Printed above the picture. */
  title?: string;
  /**
   * Width in pixels at full size, ≥ 100. A narrower place shrinks the picture. Default 680; use 340 to 380 for a phone.
   */
  width?: number;
  /** Height in pixels at full size, ≥ 100. Default: what the content needs. */
  height?: number;
  /** One sentence that says what the picture shows, for screen readers. Default: the title. */
  description?: string;
}

/** An axis of a chart. */
export interface Axis {
  /** What is measured, with its unit: `loss (nats)`. */
  label?: string;
  /** On a linear axis, equal distances are equal differences; on a log axis, equal ratios. Default linear. */
  scale?: 'linear' | 'log';
  /** Where the axis starts. Default: so that the values fit. */
  min?: number;
  /** Where the axis ends. Default: so that the values fit. */
  max?: number;
}

/** A check of what an axis may be; `more` are the options that only this axis has. */
export function axisOf(more: Readonly<Record<string, Check | null>> = {}): Check {
  const known = { label: needText, scale: oneOf(['linear', 'log']), min: FINITE, max: FINITE, ...more };
  return (op, _, axis) => checkOptions(op, axis as object, known);
}

const FINITE = numberIn({ finite: true });

/** The options of every picture, each with its check. */
export const PICTURE: Readonly<Record<Exclude<keyof PictureOptions, 'height'>, Check | null>> = {
  title: needText,
  width: null, // looked at by pictureWidth
  description: needText,
};
/** The same for pictures whose height can be chosen. */
export const TALL = { ...PICTURE, height: null };

/** Refuses what is no function that makes text of a number. */
export const needFormat: Check = (op, what, value) =>
  needFunction(op, value, `${what}, a function of a number`);

/** Refuses what is no list of names. */
export const needNames: Check = (op, what, value) => {
  if (!Array.isArray(value) || value.some((name) => typeof name !== 'string'))
    throw new ArgumentError(op, `${what} are strings in a list, got ${kindOf(value)}`);
};
