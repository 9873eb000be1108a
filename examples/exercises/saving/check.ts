import { crossEntropy, random } from 'tapegrad';
import { DataLoader, spiral } from 'tapegrad/data';
import { Dropout, Linear, Sequential, Tanh } from 'tapegrad/nn';
import { Adam } from 'tapegrad/optim';
import type { Exercise } from '../exercise.js';
import type { Run } from './solution.js';

const [STOP, END] = [7, 20] as const;

export const exercise: Exercise<typeof import('./solution.js')> = {
  title: 'A run that goes on',
  chapter: 'docs/saving.md',
  task: 'Mend two functions that save and resume a training run, so that it goes on as if it had never stopped.',
  hint: 'Which objects does a step of the loop read? Plain data is not restored but returned.',
  names: ['save', 'resume'],
  check({ save, resume }) {
    const stopped = train(begin(0), STOP);
    const bytes = save(stopped);
    const saved = memories(stopped);
    const run = begin(1);
    resume(bytes, run);
    const resumed = memories(run);
    for (const [part, what] of PARTS)
      if (resumed[part] !== saved[part])
        throw new Error(`After resume, ${what} not what it was when the run was saved.`);
    if (memories(train(run, END)).model !== memories(train(begin(0), END)).model)
      throw new Error('All parts are what they were, and yet the run ends elsewhere.');
  },
};

const PARTS = [
  ['step', 'the number of steps is'],
  ['model', 'the values of the model are'],
  ['masks', 'the generator of the masks of dropout is'],
  ['optimizer', 'the state of the optimiser is'],
  ['rng', 'the generator of the order is'],
  ['loader', 'the place in the pass over the data is'],
] as const;

function begin(seed: number): Run {
  const rng = random(seed);
  const model = new Sequential(
    new Linear(2, 8, { rng }),
    new Tanh(),
    new Dropout(0.3, { rng: rng.split('masks') }),
    new Linear(8, 3, { rng }),
  );
  const loader = new DataLoader(spiral(8, { rng: random(7) }), { batchSize: 5, shuffle: true, rng });
  return { model, optimizer: new Adam(model.parameters(), { lr: 0.05 }), loader, rng, step: 0 };
}

function train(run: Run, steps: number): Run {
  while (run.step < steps)
    for (const { x, labels } of run.loader) {
      run.optimizer.zeroGrad();
      crossEntropy(run.model.forward(x), labels).backward();
      run.optimizer.step();
      run.step++;
      if (run.step === steps) break;
    }
  return run;
}

/** What each part of a run remembers, as text to compare. */
function memories({ model, optimizer, loader, rng, step }: Run): Record<string, string> {
  return {
    step: String(step),
    model: JSON.stringify(model.stateDict()),
    masks: model.namedGenerators()[0]![1].state(),
    optimizer: JSON.stringify(optimizer.stateDict()),
    rng: rng.state(),
    loader: JSON.stringify(loader.stateDict()),
  };
}
