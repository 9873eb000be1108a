/** Layers that turn rows into probabilities: right ones, and ones with a gradient that is wrong in a known way. */
import { apply, defineOp, type NDArray, noGrad, type Tensor } from 'tapegrad';

type Layer = (x: Tensor) => Tensor;

/** A softmax over the last axis with the rule that is given. */
function withRule(rule: (g: Tensor, y: Tensor) => Tensor): Layer {
  const op = defineOp({
    name: 'softmax',
    forward: ([{ data, shape }]: [NDArray]) => ({ data: softmaxRows(data, shape.at(-1)!), shape }),
    save: ({ output: y }) => ({ y }),
    vjp: [(g, { y }) => rule(g, y)],
  });
  return (x) => apply(op, [x]);
}

function softmaxRows(data: NDArray['data'], width: number): NDArray['data'] {
  const y = data.slice();
  for (let start = 0; start < y.length; start += width) {
    const row = y.subarray(start, start + width);
    const highest = Math.max(...row);
    let sum = 0;
    for (let i = 0; i < width; i++) sum += row[i] = Math.exp(row[i]! - highest);
    for (let i = 0; i < width; i++) row[i]! /= sum;
  }
  return y;
}

/** y ⊙ (g − Σ g ⊙ y) */
const trueRule = (g: Tensor, y: Tensor): Tensor => y.mul(g.sub(g.mul(y).sum(-1, true)));

export const RIGHT: Readonly<Record<string, Layer>> = {
  'a softmax made of ops': (x) => x.softmax(),
  'a softmax with a rule of its own': withRule(trueRule),
  'a quotient of squares': (x) => x.square().add(1).div(x.square().add(1).sum(-1, true)),
};

export const WRONG: Readonly<Record<string, Layer>> = {
  'the rule returns zeros': withRule((g) => g.mul(0)),
  'the rule treats the softmax as elementwise': withRule((g, y) => g.mul(y).mul(y.neg().add(1))),
  'the gradient is a thousandth too large': withRule((g, y) => trueRule(g, y).mul(1.001)),
  'the sum is a constant': (x) => {
    const powers = x.sub(x.max(-1, true)).exp();
    return powers.div(noGrad(() => powers.sum(-1, true)));
  },
  'the rule sums over the first axis': withRule((g, y) => y.mul(g.sub(g.mul(y).sum(0, true)))),
};
