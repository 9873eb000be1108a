/** Sizes of vectors whose squares are no numbers. */
import * as assert from 'uvu/assert';
import { inverseNorm, largest, powerNear } from '../../src/optim/magnitude.js';
import { assertClose } from '../support/close.js';
import { suite } from '../support/suite.js';

const test = suite('magnitudes');
const vector = (...values: number[]): Float64Array => Float64Array.from(values);

test('the inverse of a length is right where squares, or their sum, overflow or vanish', () => {
  // 3² + 4² = 5²
  for (const unit of [1, 1e-5, 1e100, 1e153, 1e200, 4e306, 1e-170, 1e-300])
    assertClose([inverseNorm(vector(3 * unit, 0, -4 * unit)) * unit], [0.2], { relative: 1e-15 });
  // The length itself is no number: √4 · 1.5e308.
  assertClose([inverseNorm(vector(1.5e308, 1.5e308, -1.5e308, 1.5e308)) * 1e308], [1 / 3], {
    relative: 1e-14,
  });
  assert.equal([inverseNorm(vector(0, 0)), inverseNorm(vector(5e-324))], [Infinity, Infinity]);
});

test('a power of two is near every size that has one, and 1 stands for none', () => {
  for (const size of [1, 3, 0.1, 1e-300, 1e300, 2 ** -1022, 2 ** 1023]) {
    const power = powerNear(size);
    assert.ok(size / power >= 0.7 && size / power <= 1.5, `${power} for ${size}`);
    assert.is(2 ** Math.round(Math.log2(power)), power);
  }
  assert.equal([0, Infinity, Number.NaN].map(powerNear), [1, 1, 1]);
  // The ends of the range, by which dividing still gives numbers.
  assert.equal([powerNear(5e-324), powerNear(Number.MAX_VALUE)], [2 ** -1022, 2 ** 1023]);
  assert.equal([largest(vector(1, -7, 3)), largest(vector())], [7, 0]);
});
