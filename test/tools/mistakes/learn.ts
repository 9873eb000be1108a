/** Mistakes in schedules, optimisers and losses. */
import type { Planted } from '../planted.js';

const SCHEDULES = { file: 'optim/schedules.ts', test: 'optim/schedules.test.ts' };
const OPTIMIZER = { file: 'optim/optimizer.ts', test: 'optim/schedules.test.ts' };
const SAVED = { file: 'optim/saved-state.ts', test: 'optim/state.test.ts' };
const DECAY = { file: 'optim/decay.ts', test: 'optim/decay.test.ts' };
const rule = (name: string) => ({ file: `optim/${name}.ts`, test: 'optim/trajectories.test.ts' });
const CLASSES = { file: 'ops/class-loss.ts', test: 'ops/values/class-loss.test.ts' };
const PAIRS = { file: 'ops/loss.ts', test: 'ops/values/loss.test.ts' };
const ANGLES = { file: 'ops/similarity.ts', test: 'ops/values/similarity.test.ts' };

export const LEARN: readonly Planted[] = [
  {
    ...OPTIMIZER,
    mistake: 'schedule off by one: the first update has t = 1',
    right: 'rateAt(lr, this.done);',
    wrong: 'rateAt(lr, this.done + 1);',
  },
  {
    ...OPTIMIZER,
    mistake: 'schedule that starts anew when a state is loaded',
    right: 'this.done = Math.max(',
    wrong: 'void Math.max(',
  },
  {
    ...OPTIMIZER,
    mistake: 'schedule whose bad rate is noticed after other groups were updated',
    right: 'const groups = this.groups.map((group, i) => ({ ...group, lr: this.currentLr(i) }));',
    wrong:
      'const groups = (function* (all, rate) { for (const [i, group] of all.entries()) yield { ...group, lr: rate(i) }; })(this.groups, (i: number) => this.currentLr(i));',
  },
  {
    ...SAVED,
    mistake: 'saved state whose counts may be negative',
    right: 'Number.isInteger(value) && (value as number) >= 0',
    wrong: 'Number.isInteger(value)',
  },
  {
    ...SAVED,
    mistake: 'saved state that shares the betas with the optimiser',
    right: 'Array.isArray(value) ? [...value] : value',
    wrong: 'value',
  },
  {
    ...SCHEDULES,
    mistake: 'warm-up off by one',
    right: '(rateAt(lr, 0) - from) * (t / steps)',
    wrong: '(rateAt(lr, 0) - from) * ((t + 1) / steps)',
  },
  {
    ...SCHEDULES,
    mistake: 'schedule that has run on during the warm-up',
    right: 'rateAt(lr, t - steps)',
    wrong: 'rateAt(lr, t)',
  },
  {
    ...SCHEDULES,
    mistake: 'schedule of a sequence that does not begin at its own 0',
    right: 't -= steps;',
    wrong: 't -= 0;',
  },
  {
    ...SCHEDULES,
    mistake: 'schedule of steps off by one',
    right: 'Math.floor(t / every)',
    wrong: 'Math.floor((t + 1) / every)',
  },
  {
    ...SCHEDULES,
    mistake: 'schedule whose milestone counts one update too late',
    right: 'milestone <= t',
    wrong: 'milestone < t',
  },
  {
    ...SCHEDULES,
    mistake: 'schedule of one cycle that ends one update too late',
    right: 'Math.max(0, pctStart * steps - 1), steps - 1]',
    wrong: 'Math.max(0, pctStart * steps - 1), steps]',
  },
  {
    ...SCHEDULES,
    mistake: 'schedule with restarts whose periods do not grow',
    right: 'length *= growth',
    wrong: 'length *= 1',
  },
  {
    ...DECAY,
    mistake: 'decay on biases',
    right: '!decays(parameter)), weightDecay: 0',
    wrong: '!decays(parameter)), weightDecay',
  },
  {
    ...DECAY,
    mistake: 'decay on the scales of norms over several axes',
    right: 'parameter.rank >= 2 && parameter.fans !== null',
    wrong: 'parameter.rank >= 2',
  },
  { ...DECAY, mistake: 'decay on the scales of norms', right: 'rank >= 2', wrong: 'rank >= 1' },
  {
    ...rule('adam'),
    mistake: 'decay of AdamW without the learning rate',
    right: 'const shrink = 1 - lr * weightDecay;',
    wrong: 'const shrink = 1 - weightDecay;',
  },
  {
    ...rule('adam'),
    mistake: 'decay of AdamW through the moments',
    right: 'mul(add(d, mul(w, options.weightDecay)), rates.lr)',
    wrong: 'mul(d, rates.lr)',
  },
  {
    ...rule('adam'),
    mistake: 'AMSGrad without its memory',
    right: 'maximum(largest, after.meanSquare)',
    wrong: 'after.meanSquare',
  },
  {
    ...rule('sgd'),
    mistake: 'momentum whose first gradient is damped',
    right: "arrays.has('velocity') ? 1 - dampening : 1",
    wrong: '1 - dampening',
  },
  {
    ...rule('rmsprop'),
    mistake: 'centred RMSprop that adds the square of the mean',
    right: 'sub(h, square(m))',
    wrong: 'add(h, square(m))',
  },
  {
    ...rule('rmsprop'),
    mistake: 'centred RMSprop whose mean fades by the momentum',
    right: 'm = add(mul(m, alpha), mul(g, 1 - alpha)); //                    m ← αm + (1 − α)g',
    wrong: 'm = add(mul(m, momentum), mul(g, 1 - momentum));',
  },
  {
    ...rule('nadam'),
    mistake: 'momentum of NAdam that does not look one step ahead',
    right: 'momentum(t + 1), product]',
    wrong: 'momentum(t), product]',
  },
  {
    ...rule('radam'),
    mistake: 'RAdam that is adaptive one step too soon',
    right: 'count <= 5',
    wrong: 'count <= 4',
  },
  {
    ...rule('lion'),
    mistake: 'momentum of Lion reversed',
    right: 'm = add(mul(m, beta2), mul(g, 1 - beta2));',
    wrong: 'm = add(mul(m, 1 - beta2), mul(g, beta2));',
  },
  {
    ...rule('adamax'),
    mistake: 'Adamax with the newest gradient alone',
    right: 'u = maximum(mul(u, beta2), add(abs(g), eps));',
    wrong: 'u = add(abs(g), eps);',
  },
  {
    ...rule('adadelta'),
    mistake: 'Adadelta with ε outside of the roots',
    right: 'div(sqrt(add(u, eps)), sqrt(add(v, eps)))',
    wrong: 'div(add(sqrt(u), eps), add(sqrt(v), eps))',
  },
  {
    ...CLASSES,
    mistake: 'mean of weighted losses divided by n',
    right: 'sum(weight ?? keep)',
    wrong: 'sum(keep)',
  },
  {
    ...CLASSES,
    mistake: 'mean that counts ignored rows',
    right: 'div(sum(losses), sum(weight ?? keep))',
    wrong: 'div(sum(losses), weight ? sum(weight) : losses.size)',
    test: 'ops/values/loss.test.ts',
  },
  {
    ...CLASSES,
    mistake: 'smoothing counting ignored rows',
    right: 'const uniform = where(rows.keep, neg(mean(weighClasses(logProbabilities, weights), -1)), 0);',
    wrong: 'const uniform = neg(mean(weighClasses(logProbabilities, weights), -1));',
  },
  {
    ...CLASSES,
    mistake: 'smoothing without the weights of the classes',
    right: 'mean(weighClasses(logProbabilities, weights), -1)',
    wrong: 'mean(logProbabilities, -1)',
  },
  {
    ...CLASSES,
    mistake: 'hinge that counts the right class',
    right: 'where(right, 0, excess)',
    wrong: 'excess',
  },
  {
    ...PAIRS,
    mistake: 'positive weight on the negatives as well',
    right: 'weigh(sub(1, target), softplus(logits))',
    wrong: 'weigh(sub(1, positive), softplus(logits))',
  },
  {
    ...PAIRS,
    mistake: 'smooth L1 that is Huber’s loss',
    right: 'mul(inner, div(inner, 2 * beta)), abs(sub(error, inner))',
    wrong: 'mul(inner, div(inner, 2)), mul(abs(sub(error, inner)), beta)',
  },
  {
    ...ANGLES,
    mistake: 'cosine along another axis than that of the lengths',
    right: 'norm(vectors, along, { keepdims: true })',
    wrong: 'norm(vectors, -1, { keepdims: true })',
  },
  {
    ...ANGLES,
    mistake: 'cosine loss whose margin has the wrong sign',
    right: 'relu(sub(cosine, margin))',
    wrong: 'relu(sub(cosine, -margin))',
  },
];
