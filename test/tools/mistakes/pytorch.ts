/** Mistakes in the translation of models to and from PyTorch. */
import type { Planted } from '../planted.js';

const PLACE = { file: 'io/pytorch.ts', test: 'io/pytorch.test.ts' };

export const PYTORCH: readonly Planted[] = [
  {
    ...PLACE,
    mistake: 'PyTorch: the weight of a linear layer is not transposed',
    right: "{ layers: [Linear], transposed: ['weight'] },",
    wrong: '{ layers: [Linear] },',
  },
  {
    ...PLACE,
    mistake: 'PyTorch: the weight of a linear layer is transposed in one direction only',
    right: 'place?.transposed ? transpose(value) : value',
    wrong: 'value',
  },
  {
    ...PLACE,
    mistake: 'PyTorch: the projections of attention are transposed as well',
    right: 'const transposed = dialect?.transposed?.includes(field) ?? false;',
    wrong: "const transposed = (dialect?.transposed?.includes(field) ?? false) || field === 'inProjWeight';",
  },
  {
    ...PLACE,
    mistake: 'PyTorch: running mean and variance are exchanged',
    right: 'const name = dialect?.name?.(field) ?? field;',
    wrong:
      "const other = ({ runningMean: 'runningVar', runningVar: 'runningMean' } as Record<string, string>)[field] ?? field;\n    const name = dialect?.name?.(other) ?? other;",
  },
  {
    ...PLACE,
    mistake: 'PyTorch: the direction from the end has the names of the other one',
    right: 'name: (field) => field.replace(',
    wrong: "name: (field) => field.replace('Reverse', '').replace(",
  },
  {
    ...PLACE,
    mistake: 'PyTorch: only the first capital becomes an underscore',
    right: 'field.replace(/[A-Z]/g,',
    wrong: 'field.replace(/[A-Z]/,',
  },
  {
    ...PLACE,
    mistake: 'PyTorch: functions in a Sequential are not counted',
    right: 'const fields = holder instanceof Module ? Module.childrenOf(holder) : contentsOf(holder);',
    wrong:
      "const all = holder instanceof Module ? Module.childrenOf(holder) : contentsOf(holder);\n    const fields = Array.isArray(holder) ? Object.entries(holder.filter((one) => typeof one !== 'function')) : all;",
  },
  {
    ...PLACE,
    mistake: 'PyTorch: tied weights are written under their first name alone',
    right: 'return (known.get(value) ?? placesIn(value, known)).map(',
    wrong: 'return (known.has(value) ? [] : placesIn(value, known)).map(',
  },
  {
    ...PLACE,
    mistake: 'PyTorch: tied weights that differ are loaded, the last one',
    right: 'if (tied && !sameValues(tied.value, value))',
    wrong: 'if (false as boolean && tied)',
  },
  {
    ...PLACE,
    mistake: 'PyTorch: values under paths of this library are loaded as PyTorch has them',
    right: 'misplaced(name, known, places);',
    wrong: 'null;',
  },
];
