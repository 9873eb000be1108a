import { randn, random, type Tensor } from 'tapegrad';
import type { Exercise } from '../exercise.js';

type Draw = typeof import('./solution.js').draw;

/** Widths of layers: square, four times narrower, four times wider. */
const LAYERS = [
  [200, 200],
  [400, 100],
  [100, 400],
] as const;

/** The ratio of two sizes varies by chance. */
const TOLERANCE = 0.1;

export const exercise: Exercise<typeof import('./solution.js')> = {
  title: 'The size of a signal',
  chapter: 'docs/initialisation.md',
  task: 'Draw the weights of a relu layer so that its outputs are as large as its inputs, whatever its widths.',
  hint: 'Var(y) = n · Var(w) · E[x²]: which of the two widths is the n, the number of terms in the sum that makes one output?',
  names: ['draw'],
  check({ draw }) {
    compareUnits(draw(50, 4, random(0)));
    const ratios = LAYERS.map(([inputs, outputs]) => growth(draw, inputs, outputs));
    if (ratios.every((ratio) => Math.abs(ratio - 1) < TOLERANCE)) return;
    const lines = LAYERS.map(
      ([inputs, outputs], i) =>
        `  ${inputs} → ${outputs}: the outputs are ${ratios[i]!.toPrecision(2)} times as large as the inputs`,
    );
    throw new Error(
      `The signal changes its size (root mean square):\n${lines.join('\n')}\n${pattern(ratios)}`,
    );
  },
};

/** How much larger the outputs are than the inputs, as root mean squares. */
function growth(draw: Draw, inputs: number, outputs: number): number {
  const rng = random(1);
  const w = draw(inputs, outputs, rng);
  if (String(w.shape) !== String([inputs, outputs]))
    throw new Error(`The weights of a layer ${inputs} → ${outputs} have the shape [${w.shape.join(', ')}].`);
  const x = randn([500, inputs], rng);
  const size = (t: Tensor): number => t.square().mean().sqrt().item();
  return size(x.matmul(w).relu()) / size(x);
}

/** What the three ratios have in common. */
function pattern([square, narrower, wider]: readonly number[]): string {
  const near = (a: number, b: number): boolean => Math.abs(a / b - 1) < TOLERANCE;
  if (near(square!, narrower!) && near(square!, wider!))
    return `The factor is the same for all widths: ratio ${square!.toPrecision(2)}. The widths are taken into account, and a constant is missing or one too many.`;
  if (near(square!, 1))
    return 'Only the square layer keeps the size. A test with square layers would not have noticed.';
  return 'The factor depends on the widths.';
}

/** Units that start equal stay equal. */
function compareUnits(w: Tensor): void {
  const columns = w.transpose().toArray() as number[][];
  if (new Set(columns.map(String)).size < columns.length)
    throw new Error('Two units start with the same weights, and would stay equal for ever.');
}
