import { ones, randn, random, type Tensor } from 'tapegrad';
import { assertGradients } from 'tapegrad/check';
import type { Exercise } from '../exercise.js';

type Work = typeof import('./solution.js');

export const exercise: Exercise<Work> = {
  title: 'A signal cut into pieces',
  chapter: 'docs/convolution.md',
  task: 'Write the op that adds overlapping pieces up to a signal, and a convolution of signals as a product.',
  hint: 'Walk through the same positions as `cut`. Which of its two arrays is read now, which is written, and how often is an element written?',
  names: ['cut', 'paste', 'convolve'],
  check({ cut, paste, convolve }) {
    comeBack(cut, paste);
    addUp(paste);
    compareValues(convolve);
    const [x, filters] = [randn([7], random(1)), randn([2, 3], random(2))];
    assertGradients((x, filters) => convolve(x, filters, 2), [x, filters], {
      names: ['x', 'filters'],
      order: 2,
    });
  },
};

/** Pieces that lie side by side are the signal again. */
function comeBack(cut: Work['cut'], paste: Work['paste']): void {
  const pieces = { length: 6, kernel: 2, stride: 2 };
  const x = randn([6], random(0));
  const y = paste(cut(x, pieces), pieces);
  for (const [i, wanted] of x.data.entries())
    if (y.data[i] !== wanted)
      throw new Error(
        `A signal of 6 was cut into 3 pieces of 2 that do not overlap, and pasted. Its element ${i} was ${wanted.toPrecision(3)} and came back as ${y.data[i]?.toPrecision(3)}.`,
      );
}

/** Of ones, each element receives as many as there are pieces that it lies in. */
function addUp(paste: Work['paste']): void {
  const pieces = { length: 4, kernel: 3, stride: 1 };
  const counts = paste(ones([3, 2]), pieces).data;
  for (const [i, wanted] of [1, 2, 2, 1].entries())
    if (counts[i] !== wanted)
      throw new Error(
        `A signal of 4 has 2 pieces of 3, and its element ${i} lies in ${wanted} of them. From pieces of ones it received ${counts[i]}.`,
      );
}

function compareValues(convolve: Work['convolve']): void {
  const [x, filters] = [randn([8], random(3)), randn([3, 2], random(4))];
  const y: Tensor = convolve(x, filters, 3);
  if (String(y.shape) !== '3,3')
    throw new Error(
      `Three filters of 2 on a signal of 8 with a stride of 3: convolve returned the shape [${y.shape.join(', ')}].`,
    );
  for (const [at, got] of y.data.entries()) {
    const [out, place] = [Math.floor(at / 3), at % 3];
    const first = filters.data[out * 2]! * x.data[place * 3]!;
    const wanted = first + filters.data[out * 2 + 1]! * x.data[place * 3 + 1]!;
    if (!(Math.abs(got - wanted) < 1e-5))
      throw new Error(
        `Filter ${out} at place ${place} gives ${got.toPrecision(3)}, and filter times piece, summed up, is another number.`,
      );
  }
}
