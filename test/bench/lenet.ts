/** A step of LeNet: two convolutions, each with a pool, and three linear layers. */
import { crossEntropy, randint, randn, random } from '../../src/index.js';
import { Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential } from '../../src/nn/index.js';
import { SGD } from '../../src/optim/index.js';

/** Forward, backward and update on a batch of 32 images of 28 × 28. */
export function lenetStep(): () => number {
  const rng = random(0);
  const model = new Sequential(
    new Conv2d(1, 6, 5, { rng, padding: 2 }),
    new ReLU(),
    new MaxPool2d(2),
    new Conv2d(6, 16, 5, { rng }),
    new ReLU(),
    new MaxPool2d(2),
    new Flatten(),
    new Linear(400, 120, { rng }),
    new ReLU(),
    new Linear(120, 84, { rng }),
    new ReLU(),
    new Linear(84, 10, { rng }),
  );
  const x = randn([32, 1, 28, 28], rng);
  const target = randint(0, 10, [32], rng);
  const optimizer = new SGD(model.parameters(), { lr: 0.05 });
  return () => {
    optimizer.zeroGrad();
    const loss = crossEntropy(model.forward(x), target);
    loss.backward();
    optimizer.step();
    return loss.item();
  };
}
