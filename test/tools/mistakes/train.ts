/** Mistakes in the training loop and what stands around it. */
import type { Planted } from '../planted.js';

const UPDATE = { file: 'train/update.ts', test: 'train/update.test.ts' };
const LOOP = { file: 'train/loop.ts', test: 'train/resume.test.ts' };
const AVERAGE = { file: 'train/ema.ts', test: 'train/ema.test.ts' };
const PLATEAU = { file: 'train/plateau.ts', test: 'train/plateau.test.ts' };
const RANGE = { file: 'train/range-test.ts', test: 'train/range-test.test.ts' };

export const TRAINING: readonly Planted[] = [
  {
    ...UPDATE,
    mistake: 'accumulation that takes the mean of the means of its batches',
    right: 'const share = shares[i]!;',
    wrong: 'const share = shares[i]! > 0 ? 1 / batches.length : 0;',
  },
  {
    ...UPDATE,
    mistake: 'accumulation whose loss is that of the last batch',
    right: 'mean += share * value.item();',
    wrong: 'mean = value.item();',
  },
  {
    ...UPDATE,
    mistake: 'clipping by the norm of the first group alone',
    right: 'optimizer.groups!.flatMap((group) => group.params)',
    wrong: 'optimizer.groups!.slice(0, 1).flatMap((group) => group.params)',
  },
  {
    ...UPDATE,
    mistake: 'clipping after the update',
    right: 'const gradNorm = clip(op, step, options);\n    optimizer.step();',
    wrong: 'optimizer.step();\n    const gradNorm = clip(op, step, options);',
  },
  {
    ...LOOP,
    mistake: 'accumulation that drops what is left at the end of a pass',
    right: 'if (group.length > 0) yield group;',
    wrong: 'if (group.length === size) yield group;',
    test: 'train/update.test.ts',
  },
  {
    ...LOOP,
    mistake: 'training that is resumed and counts from 0',
    right: 'options.startStep ?? history.loss.length',
    wrong: 'options.startStep ?? 0',
  },
  {
    file: 'train/early-stopping.ts',
    test: 'train/early-stopping.test.ts',
    mistake: 'early stopping that is one value too patient',
    right: 'this.waited >= this.patience',
    wrong: 'this.waited > this.patience',
  },
  {
    file: 'train/best.ts',
    test: 'train/early-stopping.test.ts',
    mistake: 'early stopping to which NaN is the best value',
    right: 'if (!Number.isFinite(value)) return false;',
    wrong: 'if (Math.abs(value) === Infinity) return false;',
  },
  {
    file: 'train/keep-best.ts',
    test: 'train/keep-best.test.ts',
    mistake: 'best weights that go on training, since they are no copy',
    right: 'this.weights = this.model.stateDict();',
    wrong:
      'this.weights = Object.fromEntries([...this.model.namedParameters(), ...this.model.namedBuffers()]);',
  },
  {
    ...AVERAGE,
    mistake: 'moving average with its weights reversed',
    right: 'decay * a[i]! + (1 - decay) * w[i]!',
    wrong: '(1 - decay) * a[i]! + decay * w[i]!',
  },
  {
    ...AVERAGE,
    mistake: 'moving average that averages the buffers it should copy',
    right: 'if (copied.has(path)) a.set(w);',
    wrong: 'if (copied.size < 0) a.set(w);',
  },
  {
    ...AVERAGE,
    mistake: 'moving average that stays in the model',
    right: 'this.model.loadStateDict(present);',
    wrong: 'void present;',
  },
  {
    file: 'train/best.ts',
    test: 'train/early-stopping.test.ts',
    mistake: 'early stopping that takes the values of a later run for seen, when a run goes back',
    right: 'history !== this.history || step <= this.lastStep',
    wrong: 'this.history === null',
  },
  {
    ...UPDATE,
    mistake: 'clipping by value that lets NaN through',
    right: 'if (!allowNonFinite) refuseNaN(op, params, step);',
    wrong: '',
  },
  {
    ...UPDATE,
    mistake: 'a batch that is alone and is not asked whether it has an example',
    right: 'batches.length === 1 && !count',
    wrong: 'batches.length === 1',
  },
  {
    file: 'train/clone.ts',
    test: 'train/clone.test.ts',
    mistake: 'a copy that shows a parameter of its model, behind a getter',
    right: 'if (kept) throw',
    wrong: 'if (kept && copies.size === 0) throw',
  },
  {
    ...PLATEAU,
    mistake: 'plateau that lowers the rate one value too soon',
    right: 'this.waited <= patience',
    wrong: 'this.waited < patience',
  },
  {
    ...PLATEAU,
    mistake: 'plateau whose cooldown lets values wait',
    right: 'this.cooling--;\n      this.waited = 0;',
    wrong: 'this.cooling--;',
  },
  {
    ...RANGE,
    mistake: 'range test that leaves the running statistics of its updates behind',
    right: '() => model.loadStateDict(weights)',
    wrong: '() => void weights',
  },
  {
    ...RANGE,
    mistake: 'range test that leaves gradients on what the optimiser does not hold',
    right: 'new Set([...model.parameters(), ...optimizer.groups.flatMap(({ params }) => params)])',
    wrong: 'new Set(optimizer.groups.flatMap(({ params }) => params))',
  },
  {
    ...RANGE,
    mistake: 'range test that smooths without the correction for the first losses',
    right: '/ (1 - pow(SMOOTHING, before + 1));',
    wrong: ';',
  },
  {
    file: 'train/modes.ts',
    test: 'train/predict.test.ts',
    mistake: 'prediction that leaves frozen layers in training mode',
    right: 'for (const [module, training] of before) module.training = training;',
    wrong: 'model.train(before[0]![1]);',
  },
];
