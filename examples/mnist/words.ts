/**
 * The sentences under the pictures. Each number in them is measured, and each claim is made only if the measurements
 * support it, so that the sentences are true for other flags as well.
 */
import type { Calibration } from 'tapegrad/train';
import { mean } from '../shared/curves.js';
import { listed, number } from '../shared/text.js';
import type { DigitResult, Mistake } from './measure.js';
import type { Run } from './training.js';

/** A share as a percentage with two decimals: one image of 10,000 is 0.01 %. */
export function accuracyText(share: number): string {
  return `${(100 * share).toFixed(2)}\u00a0%`;
}

export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;

/** The number of steps that a curve averages. Each step has other images, so the loss of a single step is noisy. */
export function windowOf({ loss }: Run): number {
  return Math.max(1, Math.round(loss.length / 50));
}

export function lossWords(run: Run): string[] {
  const { loss } = run;
  const window = windowOf(run);
  const [first, last] = [loss[0]!, mean(loss.slice(-window))];
  const over = window === 1 ? 'In the last step' : `Over the last ${window} steps`;
  return [
    'The loss is the cross-entropy: the mean of −ln p, where p is the probability of the right digit.',
    `In the first step it is ${number(first)}, and a network that gives each digit the probability 1/10 has ${number(Math.log(10))}.`,
    `${over} it is ${number(last)}.`,
    ...(window > 1 ? ['The grey line is the loss of single steps, the blue one the mean.'] : []),
  ];
}

export function accuracyWords({ right, tests }: Run, perEpoch: number): string[] {
  const test = tests.at(-1)!.accuracy;
  const seen = mean(right.slice(-perEpoch));
  const over = right.length > perEpoch ? 'the last epoch' : 'the training';
  return [
    `After ${counted(right.length, 'step')} the network reads ${accuracyText(test)} of the test images right.`,
    ...(tests.length > 1
      ? [
          `Earlier it read ${listed(tests.slice(0, -1).map(({ step, accuracy }) => `${accuracyText(accuracy)} (step ${step.toLocaleString('en-US')})`))}.`,
        ]
      : []),
    `Of the images of ${over} it read ${accuracyText(seen)} right, each before it learned from it, with the weights of that step.`,
    ...(right.length > perEpoch && test < seen
      ? [
          'It had met those images in an earlier epoch, and reads what it has met a little better than what is new.',
        ]
      : []),
  ];
}

export function rateWords(run: Run, lr: number): string[] {
  const { rate, planned, loss } = run;
  if (planned < 10)
    return [`The learning rate follows one cycle of ${counted(planned, 'step')}, up to ${lr} and down.`];
  const top = rate.indexOf(Math.max(...rate)) + 1;
  const whole = loss.length === planned;
  return [
    `The learning rate begins at ${rateText(rate[0]!)} and rises to ${rateText(rate[top - 1]!)} at step ${top.toLocaleString('en-US')}.`,
    'Small steps come first, since the first gradients say little about the later ones.',
    ...(whole ? [`Then the rate falls to ${rateText(rate.at(-1)!)}, so that the weights come to rest.`] : []),
  ];
}

/** 0.01, and not 0.0100 */
const rateText = (rate: number): string => (rate < 1e-3 ? number(rate) : String(Number(rate.toPrecision(3))));

/** How much the filters have changed, as a share of their size. */
export function filterWords(before: Float32Array, after: Float32Array): string[] {
  const size = (values: Float32Array): number => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0));
  const change = size(after.map((value, i) => value - before[i]!)) / size(before);
  return [
    'Orange weights raise the answer of a filter where the paper is inked, blue weights lower it.',
    `Training has changed the filters by ${Math.round(100 * change)}\u00a0% of their size.`,
  ];
}

export function digitWords(results: readonly DigitResult[]): string[] {
  const present = results.filter(({ images }) => images > 0);
  const ranked = [...present].sort((a, b) => a.accuracy - b.accuracy);
  const [worst, best] = [ranked[0]!, ranked.at(-1)!];
  if (worst.accuracy === best.accuracy)
    return [`Each digit is read right in ${accuracyText(best.accuracy)} of its images.`];
  return [
    `The ${best.digit} is read best, right in ${accuracyText(best.accuracy)} of its ${counted(best.images, 'image')}.`,
    `The ${worst.digit} is read worst: ${accuracyText(worst.accuracy)} of ${counted(worst.images, 'image')}.`,
  ];
}

export function confusionWords(confusion: readonly (readonly number[])[]): string[] {
  const pairs = confusion
    .flatMap((row, meant) => row.map((times, read) => ({ meant, read, times })))
    .filter(({ meant, read, times }) => meant !== read && times > 0)
    .sort((a, b) => b.times - a.times)
    .slice(0, 3);
  const most = pairs.map(({ meant, read, times }) => `a ${meant} as ${read} (${times})`);
  return [
    'Each row is a digit that is meant, and each column one that is read. The diagonal is what was read right.',
    ...(most.length > 0 ? [`Most often misread: ${listed(most)}.`] : ['Nothing was misread.']),
  ];
}

export function surenessWords({ bins, expectedError }: Calibration): string[] {
  const surest = bins.at(-1)!;
  const gap = `On average over all images, the two differ by ${accuracyText(expectedError)}.`;
  const among = `whose digit the network gave a probability above ${100 * surest.from}\u00a0%`;
  return [
    'A bar ends on the dashed line where the network is as often right as it is sure.',
    gap,
    surest.count === 0
      ? `There is no image ${among}.`
      : `Of the ${counted(surest.count, 'image')} ${among}, it read ${accuracyText(surest.accuracy!)} right.`,
  ];
}

/** `4 read as 9 · 98 %` */
export function mistakeLabel({ meant, read, probability }: Mistake): string {
  return `${meant} read as ${read} · ${Math.floor(100 * probability)}\u00a0%`;
}

export function mistakeWords(mistakes: readonly Mistake[], shown: number): string[] {
  if (mistakes.length === 0) return ['There is no mistake to show.'];
  const sure = mistakes.filter(({ probability }) => probability > 0.9).length;
  const which =
    shown < mistakes.length
      ? `The ${shown} mistakes of which the network was surest, of ${mistakes.length.toLocaleString('en-US')}`
      : `All ${counted(shown, 'mistake')}, the surest first`;
  return [
    `${which}. Under each image stand the digit that was meant, the digit that was read, and the probability that the network gave to the latter.`,
    sure === 0
      ? 'In no mistake is this probability above 90\u00a0%.'
      : `In ${counted(sure, 'mistake')} this probability is above 90\u00a0%.`,
  ];
}
