/** The network: two rounds of filters, and a linear layer that decides. */
import type { Rng, Tensor } from 'tapegrad';
import { BatchNorm2d, Conv2d, Flatten, Linear, MaxPool2d, type Module, ReLU, Sequential } from 'tapegrad/nn';

export const CLASSES = 10;

/** The side of an image in pixels. The sizes below fit no other. */
export const SIDE = 28;

/**
 * Images [n, 1, 28, 28] ⇒ logits [n, 10]. Each round looks for patterns, keeps the strongest answer of every 2 × 2 places,
 * brings the answers to one size, and drops the negative ones. Pooling stands before the norm, which then has a quarter of
 * the numbers to work on. The convolutions have no bias, since the norm would take it out again and adds one of its own.
 */
export function digitReader(rng: Rng): Sequential {
  return new Sequential(
    new Conv2d(1, 8, 5, { rng: rng.split('first filters'), bias: false }), // [n, 8, 24, 24]
    new MaxPool2d(2), // [n, 8, 12, 12]
    new BatchNorm2d(8),
    new ReLU(),
    new Conv2d(8, 16, 5, { rng: rng.split('second filters'), bias: false }), // [n, 16, 8, 8]
    new MaxPool2d(2), // [n, 16, 4, 4]
    new BatchNorm2d(16),
    new ReLU(),
    new Flatten(), // [n, 256]
    new Linear(256, CLASSES, { rng: rng.split('decision') }),
  );
}

/** The layers, in the order in which they run. */
export const layersOf = (network: Sequential): readonly Module[] => network.layers as readonly Module[];

/** The first convolution, whose filters look at pixels. */
export const firstConvolution = (network: Sequential): Conv2d => network.layers[0] as Conv2d;

/** The rows of an `ImageSet` [n, 784] as images of one channel, [n, 1, 28, 28]. */
export const asImages = (x: Tensor): Tensor => x.reshape([x.shape[0]!, 1, SIDE, SIDE]);
