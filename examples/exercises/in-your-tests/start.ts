/**
 * Exercise: a test that can fail.
 *
 * `testGradient` is given a layer that turns rows into probabilities. It shall throw an error if the layer's gradient is
 * wrong, and return if the gradient is right. Now it only looks whether there is a gradient, and every layer passes.
 * The check lets it loose on right layers and on wrong ones.
 */
import { type Tensor, tensor } from 'tapegrad';

export function testGradient(layer: (x: Tensor) => Tensor): void {
  const x = tensor(
    [
      [1, 1],
      [1, 1],
    ],
    { requiresGrad: true },
  );
  layer(x).sum().backward();
  if (x.grad === null) throw new Error('there is no gradient');
}
