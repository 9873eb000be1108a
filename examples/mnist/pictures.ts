/** The pictures of the report, each drawn for a given width. */
import { noGrad } from 'tapegrad';
import type { ImageSet } from 'tapegrad/data';
import {
  barChart,
  calibrationChart,
  confusionChart,
  type GridImage,
  imageGrid,
  lineChart,
  PALETTE,
} from 'tapegrad/plot';
import type { Calibration } from 'tapegrad/train';
import { trailingMean } from '../shared/curves.js';
import type { DigitResult, Mistake } from './measure.js';
import { asImages, firstConvolution } from './network.js';
import type { Run, Test } from './training.js';
import { accuracyText, mistakeLabel, windowOf } from './words.js';

const [blue, vermilion, green] = PALETTE;
const wide = (width: number): boolean => width > 500;

/** A picture cannot show more points than it has pixels. */
const MOST_POINTS = 1200;

/** The values at evenly spaced steps, the last step among them: all values, unless there are too many. */
function thinned(values: readonly number[]): number[] {
  const stride = Math.ceil(values.length / MOST_POINTS);
  return values.filter((_, i) => (values.length - 1 - i) % stride === 0);
}

/** The axis of all curves: the steps from 1 to the last. */
const stepAxis = ({ loss }: Run) => ({
  label: 'step',
  values: thinned(loss.map((_, i) => i + 1)),
  max: loss.length,
});

function meanOf(run: Run): string {
  const window = windowOf(run);
  return window === 1 ? '' : `, mean of the last ${window} steps`;
}

export function lossChart(run: Run, width: number): Promise<string> {
  const smooth = { name: 'loss', values: thinned(trailingMean(run.loss, windowOf(run))), color: blue };
  const raw = { name: 'loss of single steps', values: thinned(run.loss), context: true };
  return lineChart(windowOf(run) === 1 ? [smooth] : [raw, smooth], {
    width,
    height: wide(width) ? 360 : 300,
    description: `The loss over ${run.loss.length} steps, on a logarithmic axis`,
    x: stepAxis(run),
    y: { label: `loss (nats${meanOf(run)})`, scale: 'log' },
  });
}

/** The accuracy on the images of the steps, and on the test images. */
export function accuracyChart(run: Run, width: number): Promise<string> {
  const { tests } = run;
  return lineChart(
    [
      {
        name: `images of the step${meanOf(run)}`,
        values: thinned(trailingMean(run.right, windowOf(run))).map((share) => 100 * share),
        color: blue,
      },
      {
        name: 'test images, after each epoch',
        values: thinned(between(tests, run.loss.length)),
        color: vermilion,
        dashed: true,
      },
    ],
    {
      width,
      height: wide(width) ? 340 : 320,
      description: `The share of images that are read right. Test images: ${tests.map(({ step, accuracy }) => `${accuracyText(accuracy)} after step ${step}`).join(', ')}`,
      x: stepAxis(run),
      y: { label: 'read right, %', ...accuracyRange(run) },
    },
  );
}

/** From the test after the first epoch on, with straight lines from each test to the next. */
function between(tests: readonly Test[], steps: number): number[] {
  return Array.from({ length: steps }, (_, i) => {
    const next = tests.findIndex(({ step }) => step >= i + 1);
    const [from, to] = [tests[next - 1], tests[next]!];
    if (to.step === i + 1) return 100 * to.accuracy;
    if (!from) return Number.NaN;
    const way = (i + 1 - from.step) / (to.step - from.step);
    return 100 * (from.accuracy + way * (to.accuracy - from.accuracy));
  });
}

/** Once the network reads well, the first steps would press all that follows against the upper edge. */
function accuracyRange({ tests }: Run): { min: number; max: number } {
  return { min: tests.at(-1)!.accuracy > 0.95 ? 90 : 0, max: 100 };
}

export function rateChart(run: Run, width: number): Promise<string> {
  return lineChart([{ name: 'learning rate', values: thinned(run.rate), color: green }], {
    width,
    height: 220,
    description: 'The learning rate over the steps: it rises and then falls to almost 0',
    x: stepAxis(run),
    y: { label: 'learning rate' },
  });
}

/** Images that lie one after the other in a list of numbers. */
function images(pixels: Float32Array, [height, width]: readonly [number, number]): GridImage[] {
  const size = height * width;
  return Array.from({ length: pixels.length / size }, (_, i) => ({
    pixels: pixels.subarray(i * size, (i + 1) * size),
    height,
    width,
    label: String(i + 1),
  }));
}

/** The filters of the first layer. */
export function filterImages(run: Run, when: 'before' | 'after', width: number): Promise<string> {
  const { weight, kernelSize } = firstConvolution(run.network);
  const pixels = when === 'before' ? run.filtersBefore : Float32Array.from(weight.data);
  return imageGrid(images(pixels, kernelSize as [number, number]), {
    width,
    columns: wide(width) ? 8 : 4,
    colors: 'diverging',
    title: `${when} training`,
    description: `The filters of the first layer ${when} training, as images of ${kernelSize.join(' × ')} weights`,
  });
}

/** What the filters of the first layer answer to one test image. */
export function answerImages(run: Run, test: ImageSet, width: number): Promise<string> {
  const answers = noGrad(() => firstConvolution(run.network).forward(asImages(test.images([0]))));
  const [, , rows, columns] = answers.shape as [number, number, number, number];
  return imageGrid(images(answers.data as Float32Array, [rows, columns]), {
    width,
    columns: wide(width) ? 8 : 4,
    colors: 'diverging',
    title: `what they answer to a ${test.labels[0]}`,
    description: `The answers of the filters to a test image of a ${test.labels[0]}, place by place`,
  });
}

/** For each digit the share that was misread. The bars of what was read right would all look alike. */
export function digitChart(results: readonly DigitResult[], width: number): Promise<string> {
  return barChart(
    results.map(({ digit }) => String(digit)),
    [
      {
        name: 'misread',
        values: results.map(({ images, accuracy }) => (images === 0 ? null : 100 * (1 - accuracy))),
        color: blue,
      },
    ],
    {
      width,
      description: `The share of each digit that is misread: ${results
        .filter(({ images }) => images > 0)
        .map(({ digit, accuracy }) => `${digit}: ${accuracyText(1 - accuracy)}`)
        .join(', ')}`,
      x: { label: 'misread images of the digit, %', min: 0 },
      format: (value) => `${value.toFixed(1)} %`,
    },
  );
}

export function confusionMap(counts: readonly (readonly number[])[], width: number): Promise<string> {
  return confusionChart(
    { counts },
    {
      width,
      xLabel: 'digit that was read',
      yLabel: 'digit that was meant',
      description: 'How often each digit was read as itself and as each other digit',
    },
  );
}

/** How often the network was right where it was how sure. */
export function surenessChart(found: Calibration, width: number): Promise<string> {
  return calibrationChart(found, {
    width,
    xLabel: 'probability of the digit that was read',
    yLabel: 'share read right',
    description: 'The share of images that are read right, by the probability of the digit that was read',
  });
}

/** The number of mistakes that have a picture. */
export const MISTAKES_SHOWN = 24;

export function mistakeImages(
  mistakes: readonly Mistake[],
  test: ImageSet,
  width: number,
): Promise<string> | null {
  const shown = mistakes.slice(0, MISTAKES_SHOWN);
  if (shown.length === 0) return null;
  return imageGrid(
    shown.map((mistake) => ({
      pixels: test.images([mistake.index]).data,
      height: test.height,
      width: test.width,
      label: mistakeLabel(mistake),
    })),
    {
      width,
      columns: wide(width) ? 6 : 3,
      legend: false,
      description: `Images that were misread: ${shown.map(mistakeLabel).join(', ')}`,
    },
  );
}
