/** The sentences under the pictures, with measured numbers in them, and the claims that these sentences rest on. */
import { superscript } from '../shared/text.js';
import { type ActivationName, type LayerOutput, type Run, type StartName, share, UNITS } from './study.js';

/** A number with three significant digits, and if it is very small or very large, with a power of ten. */
export function number(value: number): string {
  if (value === 0) return '0';
  if (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e4) {
    const [digits, power] = value.toExponential(1).split('e') as [string, string];
    return `${digits}\u00a0·\u00a010${superscript(Number(power))}`;
  }
  return Math.abs(value) >= 1000 ? String(Math.round(value)) : value.toPrecision(3);
}

const percent = (part: number): string => `${Math.round(100 * part)}\u00a0%`;
const first = ({ layers }: Run): LayerOutput => layers[0]!;
const last = ({ layers }: Run): LayerOutput => layers.at(-1)!;

/** The share of the last layer's values that lie at the flat ends of sigmoid or tanh. */
export function saturated(run: Run): number {
  const [low, high] = run.activation === 'sigmoid' ? [0.05, 0.95] : [-0.95, 0.95];
  return share(last(run).values, (value) => value < low || value > high);
}

/** The sentences under the histograms of each run. */
export const HISTOGRAM_WORDS: Record<ActivationName, Record<StartName, (run: Run) => string[]>> = {
  sigmoid: {
    'std 1': (run) => [
      `Two peaks, one at each end: ${percent(saturated(run))} of the values in the last layer are within 0.05 of 0 or 1.`,
      `A sum of ${UNITS} inputs with weights of size 1 is around ten times as large as one input, and there the sigmoid is no more than a switch.`,
      'It is flat at both ends, so a gradient that has to come back through five such layers all but vanishes.',
    ],
    'std 0.01': (run) => [
      'One spike at a half: whatever comes in, the weighted sum is nearly 0, and the sigmoid of 0 is 0.5.',
      `The little width that is left says nothing about the input. In the last layer a unit varies by ${number(last(run).response)} from one input to the next.`,
    ],
    Xavier: (run) => [
      'A bell in the middle of every layer, neither split to the ends nor squeezed into a spike. It looks healthy until you ask why it grows ragged.',
      `Those are the single units: each has settled at a value of its own and hardly moves, whatever comes in. From input to input a unit varies by ${number(first(run).response)} in the first layer and by ${number(last(run).response)} in the last.`,
      'The slope of the sigmoid is ¼ at most, which is one reason why deep networks have moved on to other functions.',
    ],
    He: (run) => [
      'The same with weights √2 times as large: the bells are wider, and ragged too.',
      `Somewhat more of the input comes through (a unit of the last layer varies by ${number(last(run).response)}), but here, too, most of it is lost on the way.`,
    ],
  },
  tanh: {
    'std 1': (run) => [
      `Piled up at both ends, as with the sigmoid: ${percent(saturated(run))} of the values in the last layer are beyond ±0.95.`,
      'The slope of tanh is 1 − y², less than a tenth out there.',
    ],
    'std 0.01': (run) => [
      `From the second layer on everything sits at 0. Near 0 tanh is a straight line, so a layer multiplies by 0.01\u00a0·\u00a0√${UNITS} = 0.1, again and again.`,
      `The standard deviation goes from ${number(first(run).std)} to ${number(last(run).std)}, and gradients shrink just so on their way back.`,
    ],
    Xavier: (run) => [
      'What it was made for: the values use the whole range and do not stick to its ends.',
      `The bell narrows slowly, from ${number(first(run).std)} to ${number(last(run).std)}. Tanh bends large values down and never lifts small ones up, so with √(1/n) a little is lost in every layer.`,
    ],
    He: (run) => [
      `Fuller, and steadier: ${number(first(run).std)} in the first layer, ${number(last(run).std)} in the last.`,
      'The scale that keeps the mean square of tanh exactly is √(2.54/n), a gain of 1.59, and √2 is closer to it than 1.',
    ],
  },
  relu: {
    'std 1': (run) => [
      `Look at the numbers under the axes: each layer makes the signal about √${UNITS / 2} ≈ 7 times as large, and the standard deviation goes from ${number(first(run).std)} to ${number(last(run).std)}.`,
      'Relu has no upper end that could stop it. After some 45 layers even the largest float32 is too small.',
    ],
    'std 0.01': (run) => [
      `The same shapes, and the numbers under the axes fall instead: by a factor of about 14 a layer, from ${number(first(run).std)} to ${number(last(run).std)}.`,
      'The differences between inputs are all still there, but too small for a training step to use.',
    ],
    Xavier: (run) => [
      'On one axis for all five layers the histograms creep up to 0.',
      `√(1/n) would keep the size of a plain sum, but relu drops the negative half and with it half of the mean square: a factor of √2 in every layer, ${number(first(run).std)} at first and ${number(last(run).std)} at the end.`,
    ],
    He: (run) => [
      'The same histogram five times. The 2 in √(2/n) puts back the half that relu drops.',
      `The standard deviation is ${number(first(run).std)} in the first layer and ${number(last(run).std)} in the last; that it wavers is chance, since ${UNITS} units are not many.`,
    ],
  },
};

/** The claims that the sentences rest on, and whether the runs confirm them. */
export function claims(runs: readonly Run[]): { what: string; holds: boolean }[] {
  const run = (activation: ActivationName, start: StartName): Run =>
    runs.find((candidate) => candidate.activation === activation && candidate.start === start)!;
  const change = (candidate: Run): number => last(candidate).std / first(candidate).std;
  const between = (low: number, value: number, high: number): boolean => low < value && value < high;
  return [
    {
      what: 'sigmoid and tanh with std 1 pile up at their ends',
      holds: saturated(run('sigmoid', 'std 1')) > 0.5 && saturated(run('tanh', 'std 1')) > 0.75,
    },
    {
      what: 'tanh with std 0.01 loses a factor of ten a layer',
      holds: between(5e-5, change(run('tanh', 'std 0.01')), 2e-4),
    },
    {
      what: 'tanh with Xavier narrows slowly',
      holds: between(0.4, change(run('tanh', 'Xavier')), 0.65),
    },
    {
      what: 'sigmoid with Xavier keeps its bell and forgets its input',
      holds:
        change(run('sigmoid', 'Xavier')) > 0.4 &&
        last(run('sigmoid', 'Xavier')).response < 0.01 * first(run('sigmoid', 'Xavier')).response,
    },
    {
      what: 'relu grows with std 1, fades with std 0.01 and with Xavier, and keeps its size with He',
      holds:
        change(run('relu', 'std 1')) > 800 &&
        change(run('relu', 'std 0.01')) < 1e-4 &&
        between(0.1, change(run('relu', 'Xavier')), 0.55) &&
        between(0.45, change(run('relu', 'He')), 2.2),
    },
  ];
}
