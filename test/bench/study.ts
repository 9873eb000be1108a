/** The step that counts: forward, backward and update of 784-200-200-10 on a batch of 100, in float32. */
import { crossEntropy, randint, randn, random } from '../../src/index.js';
import { Linear, ReLU, Sequential } from '../../src/nn/index.js';
import { SGD } from '../../src/optim/index.js';

export function studyStep(): () => number {
  const rng = random(0);
  const model = new Sequential(
    new Linear(784, 200, { rng }),
    new ReLU(),
    new Linear(200, 200, { rng }),
    new ReLU(),
    new Linear(200, 10, { rng }),
  );
  const x = randn([100, 784], rng);
  const target = randint(0, 10, [100], rng);
  const optimizer = new SGD(model.parameters(), { lr: 0.1 });
  return () => {
    optimizer.zeroGrad();
    const loss = crossEntropy(model.forward(x), target);
    loss.backward();
    optimizer.step();
    return loss.item();
  };
}
