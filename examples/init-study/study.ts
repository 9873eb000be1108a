/** Trains the networks and measures them. All random numbers come from the seed. */
import { crossEntropy, random } from 'tapegrad';
import { type Batch, DataLoader, type ImageSet } from 'tapegrad/data';
import { SGD } from 'tapegrad/optim';
import { trainStep } from 'tapegrad/train';
import { turns } from '../shared/stop.js';
import { bookLoss, distinctUnits, entropyOf, norm } from './measure.js';
import { accuracyOn, Network } from './network.js';
import type { Mode, StudyOptions } from './options.js';
import { ORIGINAL_BATCH } from './original-batch.js';
import type { Strategy } from './strategies.js';

export interface Data {
  readonly train: ImageSet;
  readonly test: ImageSet;
}

/** Measurements inside a network at one step, before the update of that step. */
export interface Snapshot {
  readonly step: number;
  /** The activations of each hidden layer for the images of the step, [images, units]. */
  readonly activations: readonly Float32Array[];
  /** ‖∂loss/∂W‖ of each layer. */
  readonly weightGradients: readonly number[];
  /** ‖∂loss/∂b‖ of each layer. */
  readonly biasGradients: readonly number[];
}

/** One network after its training. */
export interface Run {
  readonly strategy: Strategy;
  /** The {@link bookLoss} of each step, before its update. */
  readonly loss: readonly number[];
  readonly first: Snapshot;
  readonly last: Snapshot;
  /** The weights of the first layer before the training, [pixels, units]. */
  readonly weightsBefore: Float32Array;
  /** The weights of the first layer after the training. */
  readonly weightsAfter: Float32Array;
  /** The number of different units in each hidden layer, after the training. */
  readonly distinct: readonly number[];
  /** The share of the test images that get the right label, after the training. */
  readonly accuracy: number;
}

/** All networks of one mode, trained on the same batches. */
export interface ModeResult {
  readonly mode: Mode;
  readonly runs: readonly Run[];
  /** The positions of the images of the fixed batch. */
  readonly indices: readonly number[];
  /** Whether these are the images of the original study. */
  readonly original: boolean;
  /**
   * The entropy of the training labels in nats, which is the least loss of a network with one answer for all images.
   */
  readonly labelEntropy: number;
}

/** Runs after every step. */
export type Watch = (step: number, loss: number) => void;

/** Is told of the progress of the study. After each `begin`, `end` is called once. */
export interface Reporter {
  begin(mode: Mode, strategy: Strategy): Promise<{ update: Watch; end(): void }>;
}

/**
 * Trains a network with every strategy in every mode.
 * @param signal ends the study: the results are then those of the networks that are finished
 * @throws Error if the batch is larger than the training set
 */
export async function runStudy(
  options: StudyOptions,
  data: Data,
  reporter?: Reporter,
  signal?: AbortSignal,
): Promise<ModeResult[]> {
  if (options.batch > data.train.length)
    throw new Error(`--batch ${options.batch} is more than the ${data.train.length} training images`);
  const results: ModeResult[] = [];
  for (const mode of options.modes) {
    const runs: Run[] = [];
    for (const strategy of options.strategies) {
      const run = await trainAndReport(strategy, mode, options, data, { reporter, signal });
      if (run) runs.push(run);
    }
    const { indices, original } = fixedIndices(options, data.train);
    const labels = mode === 'fixed' ? data.train.labelsOf(indices) : data.train.labels;
    if (runs.length > 0) results.push({ mode, runs, indices, original, labelEntropy: entropyOf(labels) });
  }
  return results;
}

/** Trains one network, tells the reporter, and gives up at a signal: null then. */
async function trainAndReport(
  strategy: Strategy,
  mode: Mode,
  options: StudyOptions,
  data: Data,
  { reporter, signal }: { reporter?: Reporter | undefined; signal?: AbortSignal | undefined },
): Promise<Run | null> {
  if (signal?.aborted) return null;
  const progress = await reporter?.begin(mode, strategy);
  const training = trainingOf(strategy, mode, options, data);
  try {
    const turn = turns();
    for (let step = 1; ; step++) {
      const { done, value } = training.next();
      if (done) return value;
      progress?.update(step, value);
      await turn();
      if (signal?.aborted) return null;
    }
  } finally {
    progress?.end();
  }
}

/** Trains one network in one go, and measures it at the first and at the last step. */
export function trainOne(strategy: Strategy, mode: Mode, options: StudyOptions, data: Data): Run {
  const training = trainingOf(strategy, mode, options, data);
  for (;;) {
    const { done, value } = training.next();
    if (done) return value;
  }
}

/** Trains one network step by step. Gives the {@link bookLoss} of each step, and at the end the run. */
function* trainingOf(
  strategy: Strategy,
  mode: Mode,
  options: StudyOptions,
  data: Data,
): Generator<number, Run, void> {
  const { steps, lr, activation, seed } = options;
  const network = new Network(
    sizesOf(options, data),
    activation,
    strategy.init,
    random(seed).split('weights'),
  );
  const [firstLayer] = network.layers as [Network['layers'][number]];
  const weightsBefore = Float32Array.from(firstLayer.weight.data);
  const optimizer = new SGD(network.parameters(), { lr });
  const batches = endless(batchesOf(mode, options, data.train));
  const snapshots: Snapshot[] = [];
  const loss: number[] = [];
  for (let step = 0; step < steps; step++) {
    const { x, labels } = batches.next().value;
    let activations: Float32Array[] = [];
    trainStep(optimizer, () => {
      const outputs = network.trace(x);
      if (step === 0 || step === steps - 1)
        activations = outputs.slice(0, -1).map(({ data: values }) => Float32Array.from(values));
      loss.push(bookLoss(outputs.at(-1)!, labels));
      return crossEntropy(outputs.at(-1)!, labels);
    });
    if (activations.length > 0) snapshots.push(snapshot(network, step, activations));
    yield loss.at(-1)!;
  }
  return {
    strategy,
    loss,
    first: snapshots[0]!,
    last: snapshots.at(-1)!,
    weightsBefore,
    weightsAfter: Float32Array.from(firstLayer.weight.data),
    distinct: network.layers.slice(0, -1).map(distinctUnits),
    accuracy: accuracyOn(network, data.test),
  };
}

/** The batches, round after round. A DataLoader shuffles anew in each. */
function* endless(batches: Iterable<Batch>): Generator<Batch, never, void> {
  for (;;) yield* batches;
}

const CLASSES = 10;

function sizesOf({ hidden }: StudyOptions, { train: { height, width } }: Data): number[] {
  return [height * width, ...hidden, CLASSES];
}

/** The measurements of a step. This runs after its update, which has changed the weights but not the gradients. */
function snapshot({ layers }: Network, step: number, activations: readonly Float32Array[]): Snapshot {
  return {
    step,
    activations,
    weightGradients: layers.map(({ weight }) => norm(weight.grad!.data)),
    biasGradients: layers.map(({ bias }) => norm(bias!.grad!.data)),
  };
}

/** The batches of a training run, which are the same for every strategy. */
function batchesOf(mode: Mode, options: StudyOptions, images: ImageSet): Iterable<Batch> {
  const { batch: batchSize, seed } = options;
  if (mode === 'minibatch')
    return new DataLoader(images, {
      batchSize,
      shuffle: true,
      dropLast: true,
      rng: random(seed).split('batches'),
    });
  const indices = Int32Array.from(fixedIndices(options, images).indices);
  return [{ x: images.images(indices), labels: images.labelsOf(indices), indices }];
}

/** The batch of the original study if its size is asked for and its images are there, else one drawn from the seed. */
export function fixedIndices(
  { batch, seed }: StudyOptions,
  images: ImageSet,
): { indices: readonly number[]; original: boolean } {
  if (batch === ORIGINAL_BATCH.length && Math.max(...ORIGINAL_BATCH) < images.length)
    return { indices: ORIGINAL_BATCH, original: true };
  const drawn = random(seed).split('fixed batch').permutation(images.length).slice(0, batch);
  return { indices: Array.from(drawn), original: false };
}
