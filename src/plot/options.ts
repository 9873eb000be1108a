/**
 * The options that pictures have in common. This file imports no drawing library, so that the types of charts need
 * none.
 */

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
