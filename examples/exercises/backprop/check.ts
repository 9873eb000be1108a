import { eye, randn, random, type Tensor, zeros } from 'tapegrad';
import type { Exercise } from '../exercise.js';
import { demandGradient } from '../given.js';

type Work = typeof import('./solution.js');

export const exercise: Exercise<Work> = {
  title: 'Walk back by hand',
  chapter: 'docs/backprop.md',
  task: 'Compute the gradients of z, W and b from the gradient of y.',
  hint: 'Begin with gz, since the other two need it. Every gradient has the shape of its value: that decides where a transpose or a sum belongs.',
  names: ['byHand'],
  check({ byHand }) {
    const rng = random(0);
    const draw = (rows: number): Tensor => randn([rows, 4], rng, { dtype: 'float64' });
    const [x, t, w, b] = [draw(3), draw(3), draw(4), draw(1).reshape([4])];
    // With 1 for W and 0 for b, z is x.
    const [one, none] = [eye(4, 4, { dtype: 'float64' }), zeros([4], { dtype: 'float64' })];
    examine('z', x, 'gz', (z) => byHand(z, one, none, t));
    examine('W', w, 'gw', (weight) => byHand(x, weight, b, t));
    examine('b', b, 'gb', (bias) => byHand(x, w, bias, t));
  },
};

/** Checks one of the gradients at the value it belongs to. */
function examine(
  name: string,
  at: Tensor,
  key: 'gz' | 'gw' | 'gb',
  run: (value: Tensor) => ReturnType<Work['byHand']>,
): void {
  demandGradient((value) => run(value).loss, {
    of: `the loss from ${name}`,
    at,
    named: name,
    gradient: run(at)[key],
  });
}
