/** Mistakes in sorting, running products and what is composed of positions. */
import type { Planted } from '../planted.js';

export const smallMistakes: readonly Planted[] = [
  {
    mistake: 'sort is not stable: equal elements change places',
    file: 'kernels/reference/sort.ts',
    right: '|| p - q',
    wrong: '|| q - p',
    test: 'ops/values/sorting.test.ts',
  },
  {
    mistake: 'sort puts NaN first in descending order',
    file: 'kernels/reference/sort.ts',
    right: 'return Number(Number.isNaN(a)) - Number(Number.isNaN(b));',
    wrong: 'return (descending ? -1 : 1) * (Number(Number.isNaN(a)) - Number(Number.isNaN(b)));',
    test: 'ops/values/sorting.test.ts',
  },
  {
    mistake: 'topk takes the last of equal elements first',
    file: 'ops/sorting.ts',
    right: "const order = positions('topk', x, along, largest);",
    wrong: "const order = positions('topk', x, along, !largest).flip(along);",
    test: 'ops/values/sorting.test.ts',
  },
  {
    mistake: 'cumProd divides by x, which is 0/0 beside a zero',
    file: 'ops/scan.ts',
    right: 'return [mul(back, shifted(y, axis, !reverse)), back];',
    wrong: 'return [mul(back, y.div(a)), back];',
    test: 'ops/values/scan.test.ts',
  },
  {
    mistake: 'maxWithIndex shares its gradient among ties, as max does',
    file: 'ops/sorting.ts',
    right: 'const { values, indices } = at(x, position(x, along, true), along);',
    wrong:
      "const indices = position(x, along, true), values = op === 'maxWithIndex' ? x.max(along, true) : x.min(along, true);",
    test: 'ops/values/sorting.test.ts',
  },
  {
    mistake: 'repeatInterleave repeats the whole axis, as tile does',
    file: 'ops/rearrange.ts',
    right: 'return indexSelect(x, along, Int32Array.from(index.flat()));',
    wrong: 'return indexSelect(x, along, Int32Array.from(index.flat(), (_, i) => i % size));',
    test: 'ops/values/rearrange.test.ts',
  },
  {
    mistake: 'reflect repeats the end',
    file: 'ops/rearrange.ts',
    right: 'reflect: (i, n) => n - 1 - Math.abs(n - 1 - Math.abs(i)),',
    wrong: 'reflect: (i, n) => (i < 0 ? -1 - i : i < n ? i : 2 * n - 1 - i),',
    test: 'ops/values/rearrange.test.ts',
  },
  {
    mistake: 'logAddExp takes the share of the other operand',
    file: 'ops/logarithms.ts',
    right: 'vjp: [(g, { a, b }) => mul(g, share(a, b)), (g, { a, b }) => mul(g, share(b, a))],',
    wrong: 'vjp: [(g, { a, b }) => mul(g, share(b, a)), (g, { a, b }) => mul(g, share(a, b))],',
    test: 'ops/values/logarithms.test.ts',
  },
  {
    mistake: 'round goes away from zero at halves',
    file: 'kernels/reference/elementwise.ts',
    right: 'Math.sign(v) * (Math.abs(v) + 2 ** 52 - 2 ** 52)',
    wrong: 'Math.sign(v) * Math.floor(Math.abs(v) + 0.5)',
    test: 'ops/values/rounding.test.ts',
  },
];
