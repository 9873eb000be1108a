/**
 * Parts of a dataset: chosen rows, and random splits into training, validation and test rows. A stratified split has the
 * classes in all parts in equal shares.
 */
import { ArgumentError } from '../base/errors.js';
import { kindOf } from '../base/kind.js';
import { type Check, checkOptions, needFlag, needGenerator, needList, needNumber } from '../base/words.js';
import { type Rng, Tensor } from '../core.js';
import { countRows, type Dataset, type Rows, takeRows } from './columns.js';
import { ImageSet } from './images.js';
import { needPositions } from './positions.js';

/** A dataset of some rows of another one: images where that is a set of images, and columns where it has columns. */
export type Part<D> = D extends ImageSet ? ImageSet : Rows<D>;

/**
 * The dataset of the rows at some positions, in their order. A position may come twice. The rows are copied.
 * @throws ArgumentError for a position that does not exist
 * @example const firstHundred = subset(points, Array.from({ length: 100 }, (_, i) => i));
 */
export function subset<D extends Dataset<D>>(dataset: D, indices: ArrayLike<number>): Part<D> {
  const count = countRows('subset', dataset);
  needPositions('subset', 'row', indices, count);
  return partOf(dataset, Int32Array.from(indices));
}

/** {@link subset} at positions that were checked. */
function partOf<D>(dataset: D, indices: Int32Array): Part<D> {
  if (!(dataset instanceof ImageSet)) return takeRows(dataset, indices) as Part<D>;
  const { pixels, labels, height, width } = dataset;
  const size = height * width;
  const chosen = new Uint8Array(indices.length * size);
  for (const [i, index] of indices.entries())
    chosen.set(pixels.subarray(index * size, (index + 1) * size), i * size);
  const itsLabels = Uint8Array.from(indices, (index) => labels[index]!);
  return new ImageSet(chosen, itsLabels, height, width) as Part<D>;
}

/** Options of {@link randomSplit}. */
export interface SplitOptions {
  /** The generator of the random order. */
  rng: Rng;
  /**
   * Whether each class is divided by the sizes of the parts: the number of its rows in a part is the exact share, rounded up or
   * down. Needs classes in a list as `labels`. Default false.
   */
  stratify?: boolean;
}

const SPLIT: Record<keyof SplitOptions, Check | null> = { rng: null, stratify: needFlag };

/**
 * Divides a dataset at random: every row lies in exactly one part, and the rows of a part are in random order. `parts` has the
 * sizes of the parts, either whole numbers of rows that sum to all rows, or shares that sum to 1. Shares become whole numbers by
 * the largest remainder: each part receives its share rounded down, and the rows that are left go one each to the parts with the
 * largest fractions, in a tie to the first. The sizes are the same with `stratify`.
 * @throws ArgumentError for sizes that sum to something else, without a generator, or for `stratify` without classes
 * @source PyTorch's `random_split`; M. L. Balinski and H. P. Young, Fair Representation (1982), on the largest remainder
 * @example const [train, validation] = randomSplit(spiral(300, { rng }), [0.8, 0.2], { rng, stratify: true });
 */
export function randomSplit<D extends Dataset<D>, const P extends readonly number[]>(
  dataset: D,
  parts: P,
  options: SplitOptions,
): { -readonly [Index in keyof P]: Part<D> } {
  const count = countRows('randomSplit', dataset);
  const sizes = sizesOf(parts, count);
  checkOptions('randomSplit', options ?? {}, SPLIT);
  const { rng, stratify = false } = { ...options };
  needGenerator('randomSplit', rng, 'for a random order');
  const classes = stratify ? classesOf(dataset) : new Int32Array(count);
  const indices = deal(rng!.permutation(count), classes, sizes);
  return indices.map((part) => partOf(dataset, part)) as { -readonly [Index in keyof P]: Part<D> };
}

/** The number of rows of each part. */
function sizesOf(parts: readonly number[], count: number): number[] {
  needList('randomSplit', parts, 'the sizes of the parts in a list, such as [0.8, 0.2]');
  for (const [i, part] of parts.entries())
    needNumber('randomSplit', `part ${i}`, part, { least: 0, finite: true });
  const sum = parts.reduce((total, part) => total + part, 0);
  if (sum === count && parts.every(Number.isInteger)) return [...parts];
  if (Math.abs(sum - 1) > 1e-9)
    throw new ArgumentError(
      'randomSplit',
      `the parts sum to ${sum}; expected shares that sum to 1, or whole numbers that sum to the ${count} rows`,
    );
  const exact = parts.map((share) => share * count);
  const sizes = exact.map(Math.floor);
  const left = count - sizes.reduce((total, size) => total + size, 0);
  const byFraction = parts.map((_, i) => i).sort((i, j) => exact[j]! - sizes[j]! - (exact[i]! - sizes[i]!));
  for (const i of byFraction.slice(0, left)) sizes[i]!++;
  return sizes;
}

/** The class of each row. */
function classesOf(dataset: unknown): ArrayLike<number> {
  const { labels } = dataset as { labels?: ArrayLike<number> | Tensor };
  if (labels === undefined || labels instanceof Tensor)
    throw new ArgumentError(
      'randomSplit',
      `stratify needs a class for each row, labels in a list; the labels are ${kindOf(labels)}`,
    );
  return labels;
}

/** Deals the rows to the parts: each goes to the first part that has not yet all rows of this class. */
function deal(order: Int32Array, classes: ArrayLike<number>, sizes: readonly number[]): Int32Array[] {
  const counts = new Map<number, number>();
  for (const row of order) counts.set(classes[row]!, (counts.get(classes[row]!) ?? 0) + 1);
  const open = new Map(divide(counts, sizes));
  const parts: number[][] = sizes.map(() => []);
  for (const row of order) {
    const rows = open.get(classes[row]!)!;
    const part = rows.findIndex((left) => left > 0);
    rows[part]!--;
    parts[part]!.push(row);
  }
  return parts.map((part) => Int32Array.from(part));
}

/**
 * The number of rows of each class in each part. The exact number, rows of the class · size of the part / all rows, is rounded
 * up or down so that classes and parts keep their totals. There is always such a rounding. Where a row of a class is left, it
 * is placed in a part with room; if all such parts are full, a row of another class makes room and moves to another part, as in
 * a matching of a bipartite graph.
 * @source M. Bacharach, Matrix rounding problems, Management Science 12 (1966)
 */
function divide(counts: ReadonlyMap<number, number>, sizes: readonly number[]): [number, number[]][] {
  const all = sizes.reduce((total, size) => total + size, 0);
  const room = [...sizes];
  const table = [...counts].map(([label, count]) => {
    // Whole numbers up to 2⁵³ make remainders exact.
    const remainders = sizes.map((size) => (count * size) % all);
    const rows = sizes.map((size, part) => (count * size - remainders[part]!) / all);
    for (const [part, taken] of rows.entries()) room[part]! -= taken;
    const left = count - rows.reduce((total, taken) => total + taken, 0);
    return { label, rows, remainders, left, raised: new Set<number>() };
  });
  type Class = (typeof table)[number];

  /** Adds a row of a class to a part where its number may be rounded up; false if no part can be had. */
  const place = (one: Class, tried: Set<number>): boolean => {
    const byRemainder = sizes.map((_, part) => part).sort((p, q) => one.remainders[q]! - one.remainders[p]!);
    for (const part of byRemainder) {
      if (one.remainders[part] === 0 || one.raised.has(part) || tried.has(part)) continue;
      tried.add(part);
      const free = room[part]! > 0;
      const other = free ? undefined : table.find((it) => it.raised.has(part) && place(it, tried));
      if (!free && !other) continue;
      if (free) room[part]!--;
      other?.raised.delete(part);
      one.raised.add(part);
      return true;
    }
    return false;
  };
  for (const one of table) for (let row = 0; row < one.left; row++) place(one, new Set());
  return table.map(({ label, rows, raised }) => [
    label,
    rows.map((taken, part) => taken + Number(raised.has(part))),
  ]);
}
