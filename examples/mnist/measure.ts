/** What the answers of a network say. All take probabilities [images, 10] and the digits that are meant. */
import { Tensor } from 'tapegrad';
import { type Calibration, calibration, confusionMatrix } from 'tapegrad/train';
import { CLASSES } from './network.js';

/** An image that was misread. */
export interface Mistake {
  /** The position of the image. */
  readonly index: number;
  readonly meant: number;
  readonly read: number;
  /** The probability of the digit that was read, which the network gave to its mistake. */
  readonly probability: number;
}

/** The digits that were read: in each row the most probable one. */
export function readOf(probabilities: Float32Array): number[] {
  return Array.from({ length: probabilities.length / CLASSES }, (_, i) => {
    const row = probabilities.subarray(i * CLASSES, (i + 1) * CLASSES);
    return row.indexOf(Math.max(...row));
  });
}

export function shareRight(probabilities: Float32Array, meant: ArrayLike<number>): number {
  return 1 - mistakesOf(probabilities, meant).length / meant.length;
}

/** All mistakes, the surest first. */
export function mistakesOf(probabilities: Float32Array, meant: ArrayLike<number>): Mistake[] {
  return readOf(probabilities)
    .map((read, index) => ({
      index,
      meant: meant[index]!,
      read,
      probability: probabilities[index * CLASSES + read]!,
    }))
    .filter(({ meant, read }) => meant !== read)
    .sort((a, b) => b.probability - a.probability || a.index - b.index);
}

/** Entry [i, j] is the number of images of the digit i that were read as j. */
export function confusionOf(
  probabilities: Float32Array,
  meant: ArrayLike<number>,
): readonly (readonly number[])[] {
  return confusionMatrix(readOf(probabilities), meant, { classes: CLASSES }).counts;
}

/** Whether the network is as often right as it is sure. */
export function calibrationOf(probabilities: Float32Array, meant: ArrayLike<number>): Calibration {
  return calibration(new Tensor(probabilities, [meant.length, CLASSES]), meant);
}

/** How one digit was read. */
export interface DigitResult {
  readonly digit: number;
  readonly images: number;
  readonly right: number;
  /** right / images, or NaN without images. */
  readonly accuracy: number;
  /** The digit that it was most often taken for, and how often; null if it was never misread. */
  readonly takenFor: { readonly digit: number; readonly times: number } | null;
}

/** The result of each digit, from the matrix of {@link confusionOf}. */
export function digitResults(confusion: readonly (readonly number[])[]): DigitResult[] {
  return confusion.map((row, digit) => {
    const images = row.reduce((sum, count) => sum + count, 0);
    const others = row.map((count, read) => (read === digit ? 0 : count));
    const times = Math.max(...others);
    return {
      digit,
      images,
      right: row[digit]!,
      accuracy: row[digit]! / images,
      takenFor: times === 0 ? null : { digit: others.indexOf(times), times },
    };
  });
}
