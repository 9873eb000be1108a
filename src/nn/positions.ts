/** Vectors that tell positions apart, since attention alone does not see the order of a sequence. */

import type { Tensor } from '../autograd/graph.js';
import { allocate, checkDtype, type Dtype } from '../base/array.js';
import { cos, pow, sin } from '../base/elementary/index.js';
import { checkOptions, needNumber } from '../base/words.js';
import { getDefaultDtype, tensor } from '../ops/create.js';

/**
 * Waves of different lengths along the positions, [length, width], to be added to the inputs of attention:
 *
 *     P[p, 2i] = sin(p / 10000^(2i/width)),   P[p, 2i + 1] = cos(p / 10000^(2i/width)),   p from 0
 *
 * A constant. For positions that are learned take `new Embedding(length, width, …)` at 0, 1, 2, …
 * @throws ArgumentError unless both sizes are whole numbers, length ≥ 0 and width ≥ 1
 * @source Vaswani et al. 2017, section 3.5
 */
export function sinusoidalPositions(length: number, width: number, options: { dtype?: Dtype } = {}): Tensor {
  checkOptions('sinusoidalPositions', options, ['dtype']);
  needNumber('sinusoidalPositions', 'length', length, { least: 0, whole: true });
  needNumber('sinusoidalPositions', 'width', width, { least: 1, whole: true });
  const { dtype = getDefaultDtype() } = options;
  checkDtype('sinusoidalPositions', dtype);
  const values = allocate(dtype, length * width);
  for (let column = 0; column < width; column++) {
    const wave = column % 2 === 0 ? sin : cos;
    const stretch = pow(10_000, (column - (column % 2)) / width);
    for (let p = 0; p < length; p++) values[p * width + column] = wave(p / stretch);
  }
  return tensor(values, { shape: [length, width] });
}
