/** Mistakes in splits, weights, normalisation, changed images and tables. */
import type { Planted } from '../planted.js';

const SPLIT = { file: 'data/split.ts', test: 'data/split.test.ts' };
const WEIGHTS = { file: 'data/weights.ts', test: 'data/loader.test.ts' };
const NORMALIZER = { file: 'data/normalizer.ts', test: 'data/normalizer.test.ts' };
const LOADER = { file: 'data/loader.ts', test: 'data/resume.test.ts' };
const AUGMENT = { file: 'data/augment.ts', test: 'data/augment.test.ts' };
const CELLS = { file: 'data/table-cells.ts', test: 'data/table.test.ts' };

export const DATA: readonly Planted[] = [
  {
    ...SPLIT,
    mistake: 'split that takes the rows in their order, of a file that is sorted by class',
    right: 'deal(rng!.permutation(count), classes, sizes)',
    wrong: 'deal(rng!.permutation(count).sort(), classes, sizes)',
  },
  {
    ...SPLIT,
    mistake: 'stratified split that is none',
    right: 'const classes = stratify ? classesOf(dataset) : new Int32Array(count);',
    wrong: 'const classes = (stratify && classesOf(dataset), new Int32Array(count));',
  },
  {
    ...SPLIT,
    mistake: 'split whose shares are rounded down, and a row is lost',
    right: 'for (const i of byFraction.slice(0, left)) sizes[i]!++;',
    wrong: 'void byFraction.slice(0, left);',
  },
  {
    ...SPLIT,
    mistake: 'split that gives rows that are left to the first part, whatever its fraction',
    right: 'for (const i of byFraction.slice(0, left)) sizes[i]!++;',
    wrong: 'for (const i of byFraction.sort((a, b) => a - b).slice(0, left)) sizes[i]!++;',
  },
  {
    ...SPLIT,
    mistake: 'stratified split in which no class makes room for another',
    right: 'const other = free ? undefined : table.find((it) => it.raised.has(part) && place(it, tried));',
    wrong: 'const other = undefined as Class | undefined;',
  },
  {
    ...WEIGHTS,
    mistake: 'drawing by weight that is off by one row',
    right: 'return low;',
    wrong: 'return Math.min(low + 1, count - 1);',
  },
  {
    ...WEIGHTS,
    mistake: 'drawing by weight that draws rows of weight 0',
    right: 'if (cumulative[middle]! > point) high = middle;',
    wrong: 'if (cumulative[middle]! >= point - total / 8) high = middle;',
  },
  {
    ...WEIGHTS,
    mistake: 'class weights that divide by all classes, also those without rows',
    right: 'labels.length / (present * count)',
    wrong: 'labels.length / (classes * count)',
  },
  {
    ...NORMALIZER,
    mistake: 'standard deviation with divisor n − 1',
    right: 'Math.sqrt(sum / count)',
    wrong: 'Math.sqrt(sum / (count - 1 || 1))',
  },
  {
    ...NORMALIZER,
    mistake: 'constant feature whose deviation is the rounding of its mean',
    right: 'for (let j = 0; j < width; j++) origin[slots[j]!] = data[j]!;',
    wrong: 'void width;',
  },
  {
    ...NORMALIZER,
    mistake: 'inverse that adds the mean before it scales',
    right: 'return y.mul(this.std).add(this.mean);',
    wrong: 'return y.add(this.mean).mul(this.std);',
  },
  {
    ...AUGMENT,
    mistake: 'shift that wraps around, as roll does',
    right: 'if (into < 0 || into >= height || from >= to) continue;',
    wrong:
      'if (from >= to || (row + dy) * width + from + dx < 0 || (row + dy + 1) * width > data.length) continue;',
  },
  {
    ...AUGMENT,
    mistake: 'shift that never reaches its largest value',
    right: 'const dx = rng.integer(2 * most + 1) - most;',
    wrong: 'const dx = rng.integer(2 * most || 1) - most;',
  },
  {
    ...CELLS,
    mistake: 'table that reads an empty cell as 0',
    right: "(cell.trim() === '' || naValues.includes(cell.trim()))",
    wrong: 'naValues.includes(cell.trim())',
  },
  {
    ...CELLS,
    mistake: 'table that reads whatever JavaScript takes as a number',
    right: 'return NUMBER.test(text) ? Number(text) : Number.NaN;',
    wrong: 'return Number(text);',
  },
  {
    ...LOADER,
    mistake: 'loader that goes on with the pass over another dataset',
    right: 'of.batchSize === batchSize && of.rows === this.count',
    wrong: 'of.batchSize === batchSize',
  },
  {
    file: 'data/positions.ts',
    test: 'data/split.test.ts',
    mistake: 'position behind the last row that is taken for one',
    right: 'position >= count',
    wrong: 'position > count',
  },
  {
    ...CELLS,
    mistake: 'mean of a column that counts missing cells as zeros',
    right: 'meanOf(column, sum, values.length - gaps.length)',
    wrong: 'meanOf(column, sum, values.length)',
  },
];
