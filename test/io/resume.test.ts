/** Training that is stopped, saved and resumed computes the bits of training that never stopped. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { crossEntropy } from '../../src/index.js';
import { loadCheckpoint, saveCheckpoint } from '../../src/io/index.js';
import {
  Adadelta,
  AdaGrad,
  Adam,
  Adamax,
  AdamW,
  cosineRestarts,
  Lion,
  NAdam,
  RAdam,
  RMSprop,
  SGD,
  warmUp,
} from '../../src/optim/index.js';
import {
  earlyStopping,
  History,
  keepBest,
  MovingAverage,
  reduceOnPlateau,
  train,
} from '../../src/train/index.js';
import { asOneFile } from '../examples/program.js';
import { temporaryFolder } from '../support/folder.js';
import { fc, property } from '../support/property.js';
import { type Make, Run } from '../support/resume.js';
import { suite } from '../support/suite.js';

const test = suite('resume');

const STEPS = 17;

const lr = warmUp(4, cosineRestarts(0.02, { steps: 5 }));
const MAKERS: Record<string, Make> = {
  SGD: (model) => new SGD(model.parameters(), { lr, momentum: 0.9, nesterov: true }),
  Adam: (model) => new Adam(model.parameters(), { lr, amsgrad: true }),
  AdamW: (model) => new AdamW(model.parameters(), { lr }),
  RMSprop: (model) => new RMSprop(model.parameters(), { lr, centered: true, momentum: 0.5 }),
  AdaGrad: (model) => new AdaGrad(model.parameters(), { lr }),
  Adadelta: (model) => new Adadelta(model.parameters(), { lr }),
  Adamax: (model) => new Adamax(model.parameters(), { lr }),
  NAdam: (model) => new NAdam(model.parameters(), { lr }),
  RAdam: (model) => new RAdam(model.parameters(), { lr }),
  Lion: (model) => new Lion(model.parameters(), { lr }),
};

/** The bytes of a checkpoint hold everything: model, buffers, moments, generators, loader, losses. */
function assertSameRun(actual: Run, expected: Run): void {
  assert.equal(actual.losses, expected.losses);
  assert.equal(actual.save(), expected.save());
}

for (const [name, make] of Object.entries(MAKERS))
  test(`${name}: a run that was stopped in the middle of a pass goes on bit by bit`, () => {
    const whole = new Run(1, make).train(STEPS);
    const first = new Run(1, make).train(8);
    // The program that goes on draws other first weights, all of which are replaced.
    assertSameRun(new Run(5, make).load(first.save()).train(STEPS), whole);
  });

test('a run that is stopped several times, after any steps, goes on bit by bit', () => {
  const whole = new Run(1).train(STEPS);
  property(
    fc.uniqueArray(fc.nat(STEPS), { maxLength: 4 }),
    (stops) => {
      let run = new Run(1);
      for (const stop of [...stops].sort((a, b) => a - b)) run = new Run(2).load(run.train(stop).save());
      assertSameRun(run.train(STEPS), whole);
    },
    20,
  );
});

test('loading does not disturb a run that goes on in the same program', () => {
  const whole = new Run(1).train(STEPS);
  const run = new Run(1);
  const saved: Uint8Array[] = [];
  run.train(STEPS, () => saved.push(run.save()));
  assertSameRun(run, whole);
  assertSameRun(run.load(saved[3]!).train(STEPS), whole);
});

/** A run by `train` with all that stands around a loop. */
function everything(seed: number) {
  const { model, loader, rng } = new Run(seed);
  const optimizer = new Adam(model.parameters(), { lr: 0.02 });
  const history = new History();
  const average = new MovingAverage(model, { decay: 0.9, warmUp: true });
  const best = keepBest(model);
  const stopping = earlyStopping({ patience: 30 });
  const plateau = reduceOnPlateau(optimizer, { patience: 2, factor: 0.5 });
  const parts = { model, optimizer, loader, rng, history, average, best, stopping, plateau };
  const files: Uint8Array[] = [];
  const go = (steps: number): Uint8Array => {
    train({
      batches: loader,
      steps,
      loss: ({ x, labels }) => crossEntropy(model.forward(x), labels),
      optimizer,
      history,
      accumulate: 2,
      clipNorm: 0.5,
      callbacks: [
        average.callback,
        best.callback,
        stopping.callback,
        ({ loss }) => void plateau.update(loss),
        () => void files.push(saveCheckpoint(parts)),
      ],
    });
    return saveCheckpoint(parts);
  };
  return { parts, files, go };
}

test('a run by train with averages, the best, patience, a plateau, clipping and accumulation goes on bit by bit', () => {
  const whole = everything(1);
  const end = whole.go(14);
  for (const stop of [1, 4, 9]) {
    const resumed = everything(6);
    loadCheckpoint(whole.files[stop - 1]!, resumed.parts);
    assert.equal(resumed.go(14), end);
  }
  assert.is(whole.parts.history.loss.length, 14);
  assert.ok(whole.parts.optimizer.currentLr() < 0.02, 'the plateau has lowered the rate');
});

const KILLS = 50;

test(`a program that is killed ${KILLS} times while it saves leaves a whole file each time, and ends with the same bits`, () => {
  const program = asOneFile('test/io/saving.ts');
  const folder = temporaryFolder('killed');
  const file = join(folder, 'run.safetensors');
  let [kills, older] = [0, 0];
  for (let point = 0; ; point++) {
    const before = existsSync(file) ? new Run(3).load(readFileSync(file)).step : 0;
    const kill = kills < KILLS ? String(point) : 'never';
    const { status, signal, stderr } = spawnSync(process.execPath, [program, file, kill], {
      cwd: folder,
      encoding: 'utf8',
    });
    if (signal !== 'SIGKILL') {
      assert.is(status, 0, stderr);
      break;
    }
    kills++;
    // The program is killed in its second save. The file is that of the first or of the second, and never a piece.
    const after = existsSync(file) ? new Run(3).load(readFileSync(file)).step : 0;
    assert.ok(
      after === before + 1 || after === before + 2,
      `${before} steps were saved before, and ${after} after`,
    );
    if (after === before + 1) older++;
  }
  assert.is(kills, KILLS);
  assert.ok(older > KILLS / 2 && older < KILLS, `the older file was left ${older} times`);
  assert.ok(
    readdirSync(folder).some((name) => name.endsWith('.part')),
    'some were killed while they wrote',
  );
  assertSameRun(new Run(3).load(readFileSync(file)), new Run(1).train(120));
});
