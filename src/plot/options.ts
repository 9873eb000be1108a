/** What callers say about a picture. This file knows no drawing library, so that the declarations of charts need none. */

/** What every picture can be told. */
export interface PictureOptions {
  /** Printed above the picture. */
  title?: string;
  /** Width in pixels at full size; a narrower place shrinks the picture. Default 680; use 340 to 380 for a phone. */
  width?: number;
  /** Height in pixels at full size. Default: what the content needs. */
  height?: number;
  /** One sentence that says what is to be seen, read aloud by screen readers. Default: the title. */
  description?: string;
}

/** One of the two axes of a chart. */
export interface Axis {
  /** What is measured, and its unit in words: `loss (nats)`. */
  label?: string;
  /** Equal distances for equal differences, or for equal ratios. Default linear. */
  scale?: 'linear' | 'log';
  /** Where the axis starts and ends. Default: so that the values fit. */
  min?: number;
  max?: number;
}
