import { randn, random, type Tensor } from 'tapegrad';
import { checkModule, demand } from 'tapegrad/check';
import type { Exercise } from '../exercise.js';

type Work = typeof import('./solution.js');

export const exercise: Exercise<Work> = {
  title: 'A gate that learns',
  chapter: 'docs/custom-layer.md',
  task: 'Mend a layer whose parameter nobody finds and whose values leave the tape.',
  hint: 'The section about parameters says what to do with a #private field. For the gradient: which lines of forward are no ops?',
  names: ['Gate'],
  check({ Gate }) {
    const gate = new Gate(3);
    const x = randn([4, 3], random(0)).named('x');
    compareValues(gate.forward(x), x);
    const shapes = gate.parameters().map(({ shape }) => `[${shape.join(', ')}]`);
    if (shapes.join() !== '[3]')
      throw new Error(
        `The module finds ${shapes.length === 0 ? 'no parameter' : `parameters of the shapes ${shapes.join(', ')}`}, and the layer has one of shape [3]. An optimiser trains what the module finds.`,
      );
    demand(checkModule(gate, x));
  },
};

function compareValues(y: Tensor, x: Tensor): void {
  for (const [i, v] of x.data.entries()) {
    const [wanted, got] = [v / (1 + Math.exp(-v)), y.data[i]!];
    if (!(Math.abs(got - wanted) < 1e-6))
      throw new Error(
        `For x = ${v.toPrecision(3)} and a slope of 1 the layer gives ${got.toPrecision(3)}, and its formula something else.`,
      );
  }
}
