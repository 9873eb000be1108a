/** The types of batches and of parts follow from the dataset. */
import {
  type Batch,
  DataLoader,
  type ImageSet,
  type Labelled,
  type LoaderOptions,
  randomSplit,
  spiral,
  subset,
  tableDataset,
} from '../../src/data/index.js';
import { crossEntropy, random, type Tensor, tensor, zeros } from '../../src/index.js';

type Same<A, B> = [A, B] extends [B, A] ? true : false;
const rng = random(0);
const x = zeros([4, 2]);
const batchSize = 2;
const options: LoaderOptions = { batchSize };
declare const images: ImageSet;
declare const either: Labelled;

// Classes in a list, of whatever type, come out as whole numbers, and targets in a tensor as a tensor.
for (const { x: rows, labels, indices } of new DataLoader(spiral(6, { rng }), options)) {
  const all: [Tensor, Int32Array, Int32Array] = [rows, labels, indices];
  console.log(all, crossEntropy(rows, labels));
}
for (const { labels } of new DataLoader({ x, labels: [0, 1, 0, 1] }, options)) labels satisfies Int32Array;
for (const { labels } of new DataLoader(images, options)) labels satisfies Int32Array;
for (const { labels } of new DataLoader({ x, labels: x }, options)) labels satisfies Tensor;
for (const { labels } of new DataLoader(either, options)) labels satisfies Tensor | Int32Array;

// Types that were written down before there were other columns.
const images1: DataLoader = new DataLoader(images, options);
const targets: DataLoader<Tensor> = new DataLoader({ x, labels: x }, options);
const lists: DataLoader[] = [images1, new DataLoader(spiral(6, { rng }), options)];
export const old = (batch: Batch): Int32Array => batch.labels;
export const oldTargets = (batch: Batch<Tensor>): Tensor => batch.labels;
for (const batch of targets) oldTargets(batch);
for (const batch of lists[0]!) old(batch);

// Further columns, and datasets without labels or without x.
const columns = { x, labels: [0, 1, 0, 1], mask: zeros([4, 3]), name: ['a', 'b', 'c', 'd'] as const };
for (const batch of new DataLoader(columns, options)) {
  batch.mask satisfies Tensor;
  batch.name satisfies ('a' | 'b' | 'c' | 'd')[];
}
for (const batch of new DataLoader({ x }, options)) {
  batch.x satisfies Tensor;
  // @ts-expect-error a dataset without labels has batches without labels
  batch.labels;
}
for (const { source, goal } of new DataLoader({ source: x, goal: [{ deep: 1 }] }, options))
  goal.map(({ deep }) => deep + source.size);
// @ts-expect-error x is a tensor
new DataLoader({ x: [[1], [2]], labels: [0, 1] }, options);
// @ts-expect-error labels in a list are numbers
new DataLoader({ x, labels: ['a', 'b', 'c', 'd'] }, options);
// @ts-expect-error every batch has its positions under this name
new DataLoader({ x, indices: [0, 1, 2, 3] }, options);
// @ts-expect-error a tensor is a column and no dataset
new DataLoader(x, options);

// A transform says what comes out.
const doubled = new DataLoader(columns, {
  batchSize,
  transform: ({ x: rows, name }) => ({ pair: [rows.mul(2), name[0]] as const }),
});
for (const { pair } of doubled) pair satisfies readonly [Tensor, string | undefined];
// @ts-expect-error the batch has no such column
new DataLoader(columns, { batchSize, transform: (batch) => batch.lables });

// Parts are as many as their sizes, and datasets of the same kind.
const [train, test] = randomSplit(columns, [0.75, 0.25], { rng });
export const kinds: [Same<typeof train, typeof test>, Same<typeof train.name, ('a' | 'b' | 'c' | 'd')[]>] = [
  true,
  true,
];
new DataLoader(train, { batchSize, transform: ({ labels }) => labels.length });
const [some]: [ImageSet, ImageSet, ImageSet] = randomSplit(images, [1, 1, 2], { rng });
subset(some, [0]) satisfies ImageSet;
subset({ x, labels: tensor([1, 2, 3, 4]) }, [0, 1]).labels satisfies Tensor;
export const sizes: readonly number[] = [2, 2];
randomSplit(columns, sizes, { rng }).map(({ labels }) => labels satisfies Int32Array);
// @ts-expect-error two parts
randomSplit(columns, [0.75, 0.25], { rng })[2];

// The target of a table is a class if classes says so, and else a number.
const table = [['size', 'kind']];
tableDataset(table, { target: 'kind', classes: true }).dataset.labels satisfies Int32Array;
tableDataset(table, { target: 'size', classes: ['s', 'm'] }).dataset.labels satisfies Int32Array;
tableDataset([{ size: 1, kind: null }], { target: 'size' }).dataset.labels satisfies Tensor;
for (const batch of new DataLoader(tableDataset(table).dataset, options)) batch.x satisfies Tensor;
// @ts-expect-error without a target there are no labels
tableDataset(table).dataset.labels;
// @ts-expect-error classes are the names of a target
tableDataset(table, { classes: true });
