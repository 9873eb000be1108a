/**
 * Checks an op of our own that has a mistake, then the right version, and fits a curve with it.
 *
 *     npx tsx examples/custom-op/main.ts [--steps 1000]
 */
import { linspace, mseLoss, type Tensor, tensor } from 'tapegrad';
import { gradcheck } from 'tapegrad/check';
import { Module } from 'tapegrad/nn';
import { Adam } from 'tapegrad/optim';
import { train } from 'tapegrad/train';
import { claim, commandLine, flagsOf, run, whole } from '../shared/program.js';
import { hastySwish, swish } from './swish.js';

/** a · swish(x, β) + c: a layer with the op in it. Its three fields ask for gradients, so they are parameters. */
class Curve extends Module {
  readonly a = tensor(1, { requiresGrad: true });
  readonly beta = tensor(1, { requiresGrad: true });
  readonly c = tensor(0, { requiresGrad: true });
  override forward(x: Tensor): Tensor {
    return swish(x, this.beta).mul(this.a).add(this.c);
  }
}

function main(steps: number): void {
  const points = tensor([-3, -0.7, 0.4, 2]);
  const beta = tensor(1.5);
  const options = { names: ['x', 'beta'] };

  console.log('1. A first version, checked at four points\n');
  const hasty = gradcheck(hastySwish, [points, beta], options);
  console.log(`${hasty}\n`);
  claim('the wrong rule is caught', hasty.verdict === 'wrong');
  claim('and it is the rule of x, not that of beta', hasty.inputs[0]?.verdict === 'wrong');

  console.log('\n2. With the other half of the product rule, first and second derivatives\n');
  const right = gradcheck(swish, [points, beta], { ...options, order: 2 });
  console.log(`${right}\n`);
  claim('both are right', right.ok && right.verdict === 'correct');

  console.log('\n3. Points on the curve 2 · swish(x, 3) − 0.5. Which curve are they on?\n');
  const { first, last, curve } = findCurve(steps);
  const [a, b, c] = [curve.a, curve.beta, curve.c].map((value) => value.item()) as [number, number, number];
  console.log(`loss ${first.toFixed(4)} at the start, ${last.toExponential(1)} after ${steps} steps`);
  console.log(
    `found ${a.toFixed(3)} · swish(x, ${b.toFixed(3)}) ${c < 0 ? '−' : '+'} ${Math.abs(c).toFixed(3)}\n`,
  );
  claim('that is the one', Math.max(Math.abs(a - 2), Math.abs(b - 3), Math.abs(c + 0.5)) < 0.01);
}

/** Fits the curve to 64 points, starting from swish(x, 1). */
function findCurve(steps: number): { first: number; last: number; curve: Curve } {
  const x = linspace(-3, 3, 64);
  const y = swish(x, tensor(3)).mul(2).sub(0.5);
  const curve = new Curve();
  const { loss } = train({
    batches: [x],
    steps,
    loss: (batch) => mseLoss(curve.forward(batch), y),
    optimizer: new Adam(curve.parameters(), { lr: 0.1 }),
  });
  return { first: loss[0]!, last: loss.at(-1)!, curve };
}

function readSteps(): number {
  const command = commandLine(
    'custom-op',
    'Checks an op of our own that has a mistake, then the right version, and fits a curve with it.',
  ).option('--steps <count>', 'updates of the curve', whole(1, 1_000_000), 1000);
  return flagsOf<{ steps: number }>(command).steps;
}

await run('custom-op', () => main(readSteps()));
