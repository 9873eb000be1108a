/** The places of largest elements that WebAssembly finds against those of the plain loops. */
import * as assert from 'uvu/assert';
import type { NDArray } from '../../src/base/array.js';
import { largestPlaces as reference } from '../../src/kernels/reference/pool.js';
import { movingWindows } from '../../src/kernels/reference/windows.js';
import { simd } from '../../src/kernels/simd/module.js';
import { largestPlaces } from '../../src/kernels/simd/pool.js';
import { fc, property } from '../support/property.js';
import { suite } from '../support/suite.js';

const test = suite('fast pooling');

const side = fc.record({
  more: fc.integer({ min: 8, max: 16 }),
  kernel: fc.integer({ min: 1, max: 4 }),
  stride: fc.integer({ min: 1, max: 4 }),
  pads: fc.boolean(),
  ceilMode: fc.boolean(),
});
/** Few values, so that windows have ties, and now and then NaN or an infinity. */
const value = fc.constantFrom(0, -0, 1, 2, -1, -Infinity, Infinity, Number.NaN, 3, 0.5, -2, 4);

test('finds the first of the largest, and the first NaN, as the reference does, for every geometry', () => {
  property(
    fc.tuple(side, side, fc.integer({ min: 4, max: 6 }), fc.infiniteStream(value)),
    ([vertical, horizontal, planes, values]) => {
      const along = ({ more, kernel, pads, ...moves }: typeof vertical) => {
        const padding = pads ? Math.floor(kernel / 2) : 0;
        return movingWindows(more, { ...moves, kernel, padding, countIncludePad: true });
      };
      const [rows, columns] = [along(vertical), along(horizontal)];
      const shape = [planes, rows.size, columns.size];
      const count = planes * rows.size * columns.size;
      const x: NDArray = { data: Float32Array.from({ length: count }, () => values.next().value!), shape };
      assert.ok(simd, 'this machine runs no WebAssembly SIMD, so nothing was compared');
      assert.equal(largestPlaces(simd, x, rows, columns), reference(x, rows, columns));
    },
  );
});

test('float64 and small planes are left to the reference', () => {
  const windows = movingWindows(16, {
    kernel: 2,
    stride: 2,
    padding: 0,
    ceilMode: false,
    countIncludePad: true,
  });
  const of = (data: NDArray['data']): NDArray => ({ data, shape: [data.length / 256, 16, 16] });
  assert.ok(largestPlaces(simd!, of(new Float32Array(256)), windows, windows));
  assert.is(largestPlaces(simd!, of(new Float64Array(256)), windows, windows), null);
  assert.is(largestPlaces(simd!, of(new Float32Array(0)), windows, windows), null);
});
