/**
 * Solution: a test that can fail.
 *
 * `assertGradients` looks at each output by itself. The inputs are random, and the two axes have different lengths.
 */
import { randn, random, type Tensor } from 'tapegrad';
import { assertGradients } from 'tapegrad/check';

export function testGradient(layer: (x: Tensor) => Tensor): void {
  const x = randn([2, 3], random(0));
  assertGradients(layer, x);
}
