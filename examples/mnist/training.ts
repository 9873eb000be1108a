/** Trains the network, and tests it. All random numbers come from the seed. */
import { crossEntropy, noGrad, random, softmax } from 'tapegrad';
import { DataLoader, type ImageSet } from 'tapegrad/data';
import type { Sequential } from 'tapegrad/nn';
import { Adam, oneCycle, type Schedule } from 'tapegrad/optim';
import { accuracy, trainStep } from 'tapegrad/train';
import { UsageError } from '../shared/program.js';
import { turns } from '../shared/stop.js';
import { shareRight } from './measure.js';
import { asImages, CLASSES, digitReader, firstConvolution } from './network.js';
import type { TrainingOptions } from './options.js';

export interface Data {
  readonly train: ImageSet;
  readonly test: ImageSet;
}

/** One test in the course of the training. */
export interface Test {
  /** The number of steps that were done. */
  readonly step: number;
  /** The share of the test images that were read right. */
  readonly accuracy: number;
}

/** A training run, whole or stopped. */
export interface Run {
  readonly network: Sequential;
  /** The number of steps that the options ask for. There are fewer losses if the run was stopped. */
  readonly planned: number;
  /** The loss of each step, before its update. */
  readonly loss: readonly number[];
  /** The share of the images of each step that were read right, before its update. */
  readonly right: readonly number[];
  /** The learning rate of each step. */
  readonly rate: readonly number[];
  /** The tests after each epoch, and after the last step. */
  readonly tests: readonly Test[];
  /** The probabilities of the ten digits for each test image, after the last step, [images, 10]. */
  readonly probabilities: Float32Array;
  /** The filters of the first layer before the training, [filters, height, width]. */
  readonly filtersBefore: Float32Array;
}

/** Is told of the progress. After each `begin`, `update` is called after every step, and `end` once. */
export interface Reporter {
  begin(epoch: Epoch): Promise<{ update(step: number, loss: number, rate: number): void; end(): void }>;
  tested(epoch: Epoch, accuracy: number): void;
}

/** A pass over the training images, or the part of a pass with which the training ends. */
export interface Epoch {
  /** 1 in the first. */
  readonly number: number;
  readonly count: number;
  readonly steps: number;
  /** The accuracy before it, unless it is the first. */
  readonly accuracy?: number | undefined;
}

/** How many steps the options ask for, and how many make up a pass. A last batch that is not full is left out. */
export function lengthOf({ epochs, steps, batch }: TrainingOptions, images: ImageSet) {
  const perEpoch = Math.floor(images.length / batch);
  return { planned: steps ?? epochs * perEpoch, perEpoch };
}

/** The learning rate: up to `lr` in the first 30 % of the steps, and down to almost 0 in the others. */
export function scheduleOf({ lr }: TrainingOptions, planned: number): Schedule {
  return oneCycle(lr, { steps: planned });
}

/**
 * Trains a network, and tests it after each epoch.
 * @param signal ends the training: the run is then as far as it got, or null if no step is done
 * @throws UsageError if the loss is no longer finite
 */
export async function trainReader(
  options: TrainingOptions,
  data: Data,
  reporter?: Reporter,
  signal?: AbortSignal,
): Promise<Run | null> {
  const { batch: batchSize, seed } = options;
  const network = digitReader(random(seed).split('weights'));
  const filtersBefore = Float32Array.from(firstConvolution(network).weight.data);
  const rng = random(seed).split('batches');
  const batches = new DataLoader(data.train, { batchSize, shuffle: true, dropLast: true, rng });
  const { planned, perEpoch } = lengthOf(options, data.train);
  const optimizer = new Adam(network.parameters(), { lr: scheduleOf(options, planned) });
  const [loss, right, rate]: [number[], number[], number[]] = [[], [], []];
  const tests: Test[] = [];
  let probabilities = new Float32Array();
  const turn = turns();

  for (const epoch of epochsOf(planned, perEpoch)) {
    if (signal?.aborted) break;
    const progress = await reporter?.begin({ ...epoch, accuracy: tests.at(-1)?.accuracy });
    const end = loss.length + epoch.steps;
    for (const { x, labels } of batches) {
      rate.push(optimizer.currentLr());
      const value = trainStep(optimizer, () => {
        const logits = network.forward(asImages(x));
        right.push(accuracy(logits, labels));
        return crossEntropy(logits, labels);
      });
      loss.push(value);
      if (!Number.isFinite(value)) throw diverged(loss, options);
      progress?.update(loss.length - end + epoch.steps, value, rate.at(-1)!);
      await turn();
      if (loss.length === end || signal?.aborted) break;
    }
    progress?.end();
    if (loss.length === 0) return null;
    probabilities = await answersOf(network, data.test, turn);
    tests.push({ step: loss.length, accuracy: shareRight(probabilities, data.test.labels) });
    if (loss.length === end) reporter?.tested(epoch, tests.at(-1)!.accuracy);
  }
  return tests.length === 0
    ? null
    : { network, planned, loss, right, rate, tests, probabilities, filtersBefore };
}

/** The epochs of so many steps. The last one may be short. */
function epochsOf(planned: number, perEpoch: number): Epoch[] {
  const count = Math.ceil(planned / perEpoch);
  return Array.from({ length: count }, (_, i) => ({
    number: i + 1,
    count,
    steps: Math.min(perEpoch, planned - i * perEpoch),
  }));
}

function diverged(loss: readonly number[], { lr }: TrainingOptions): UsageError {
  return new UsageError(
    `the loss became ${loss.at(-1)} at step ${loss.length}; nothing was written. --lr ${lr} is too large, try --lr ${lr / 10}`,
  );
}

/** The number of images that run through the network at once. */
const CHUNK = 250;

/** The probabilities that the network gives to the ten digits, for each image. */
async function answersOf(
  network: Sequential,
  images: ImageSet,
  turn: () => Promise<void>,
): Promise<Float32Array<ArrayBuffer>> {
  const answers = new Float32Array(images.length * CLASSES);
  network.eval();
  for (let start = 0; start < images.length; start += CHUNK) {
    const indices = Array.from({ length: Math.min(CHUNK, images.length - start) }, (_, i) => start + i);
    const logits = noGrad(() => network.forward(asImages(images.images(indices))));
    answers.set(softmax(logits, 1).data, start * CLASSES);
    await turn();
  }
  network.train();
  return answers;
}
