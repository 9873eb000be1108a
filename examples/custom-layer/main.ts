/**
 * Checks a layer of our own, then trains a model with it and a model without it to tell the arms of a spiral apart.
 *
 *     npx tsx examples/custom-layer/main.ts [--epochs 40] [--seed 0]
 */
import { crossEntropy, noGrad, randn, random, type Tensor, tensor } from 'tapegrad';
import { checkModule } from 'tapegrad/check';
import { DataLoader, spiral } from 'tapegrad/data';
import { Linear, type Module, Sequential, summary } from 'tapegrad/nn';
import { Adam } from 'tapegrad/optim';
import { accuracy, train } from 'tapegrad/train';
import { claim, commandLine, flagsOf, run, whole } from '../shared/program.js';
import { ScaledResidual } from './residual.js';

interface Flags {
  epochs: number;
  seed: number;
}

function readFlags(): Flags {
  return flagsOf(
    commandLine('custom-layer', 'Checks a layer of our own, and trains a model with it and one without it.')
      .option('--epochs <count>', 'passes over the points', whole(1, 100_000), 40)
      .option('--seed <number>', 'start of all random numbers', whole(0), 0),
  );
}

function main({ epochs, seed }: Flags): void {
  const rng = random(seed);

  console.log('1. Is its gradient right?\n');
  const layer = new ScaledResidual(4, { rng: rng.split('check') });
  const report = checkModule(layer, randn([3, 4], rng.split('points')));
  console.log(`${layer}\n${report}\n`);
  claim('every parameter and the input', report.ok && report.inputs.length === 4);

  console.log('\n2. The three arms of a spiral, and two models\n');
  const width = 24;
  const straight = new Linear(2, 3, { rng: rng.split('straight') });
  const bent = new Sequential(
    new Linear(2, width, { rng: rng.split('in') }),
    ...[0, 1, 2].map((i) => new ScaledResidual(width, { rng: rng.split(`block ${i}`) })),
    new Linear(width, 3, { rng: rng.split('out') }),
  );
  console.log(`${summary(bent, [1, 2])}\n`);

  const [plain, good] = [straight, bent].map((model) => learnSpiral(model, epochs, seed)) as [number, number];
  console.log(picture(bent));
  console.log(`\n${percent(plain)} of new points right with straight lines between the classes`);
  console.log(`${percent(good)} with three of the new layers in front of it\n`);
  claim('the layers make the difference', good > 0.95 && plain < 0.75);
}

/** Trains a model on 600 points, and returns its accuracy on 600 other points. */
function learnSpiral(model: Module, epochs: number, seed: number): number {
  const rng = random(seed);
  const known = spiral(600, { rng: rng.split('known'), classes: 3, noise: 0.02 });
  const fresh = spiral(600, { rng: rng.split('fresh'), classes: 3, noise: 0.02 });
  train({
    batches: new DataLoader(known, { batchSize: 40, shuffle: true, rng: rng.split('order') }),
    epochs,
    loss: ({ x, labels }) => crossEntropy(model.forward(x), labels),
    optimizer: new Adam(model.parameters(), { lr: 0.01 }),
  });
  return noGrad(() => accuracy(model.forward(fresh.x), fresh.labels));
}

/** The class that the model gives to each point of the square from −1 to 1, as characters. */
function picture(model: Module): string {
  const [rows, columns] = [21, 43];
  const places = Array.from({ length: rows * columns }, (_, i) => [
    -1 + (2 * (i % columns)) / (columns - 1),
    1 - (2 * Math.floor(i / columns)) / (rows - 1),
  ]);
  const classes: Tensor = noGrad(() => model.forward(tensor(places)).argMax(1));
  const characters = Array.from(classes.data, (label) => '·o#'[label]);
  return Array.from({ length: rows }, (_, i) =>
    characters.slice(i * columns, (i + 1) * columns).join(''),
  ).join('\n');
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

await run('custom-layer', () => main(readFlags()));
