import { detectAnomaly, type Tensor, tensor } from 'tapegrad';
import { assertGradients } from 'tapegrad/check';
import type { Exercise } from '../exercise.js';

export const exercise: Exercise<typeof import('./solution.js')> = {
  title: 'A gradient at the hole',
  chapter: 'docs/nan.md',
  task: 'Give sin(x) / x a gradient of 0 at 0, where it is NaN now.',
  hint: '`where` has computed both branches before it chooses. The value must be chosen after the quotient. What must be chosen before it?',
  names: ['sinc'],
  check({ sinc }) {
    const points = [-2, 0, 0.5, 3];
    const x = tensor(points, { requiresGrad: true }).named('x');
    compareValues(points, sinc(x));
    detectAnomaly(() => sinc(x).sum().backward());
    assertGradients(sinc, tensor(points), { names: ['x'] });
  },
};

function compareValues(points: readonly number[], y: Tensor): void {
  for (const [i, point] of points.entries()) {
    const wanted = point === 0 ? 1 : Math.sin(point) / point;
    const got = y.data[i]!;
    if (!(Math.abs(got - wanted) < 1e-6))
      throw new Error(`The value of sinc(${point}) is ${got.toPrecision(3)}, and was right at the start.`);
  }
}
