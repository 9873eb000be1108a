/**
 * Solution: find the culprit.
 *
 * The report named `ratio`, the rule for input 1. The slope of x / y towards y is −x / y².
 */
import { apply, defineOp, type NDArray, type Tensor } from 'tapegrad';

const LOG_COSH = defineOp({
  name: 'logCosh',
  forward: ([x]: [NDArray]) => ({ data: x.data.map((v) => Math.log(Math.cosh(v))), shape: x.shape }),
  save: ({ inputs: [x] }) => ({ x }),
  vjp: [(g, { x }) => g.mul(x.tanh())],
});

const RATIO = defineOp({
  name: 'ratio',
  broadcast: true,
  forward: ([x, y]: [NDArray, NDArray]) => ({ data: x.data.map((v) => v / y.data[0]!), shape: x.shape }),
  save: ({ inputs: [x, y] }) => ({ x, y }),
  vjp: [(g, { y }) => g.div(y), (g, { x, y }) => g.mul(x).div(y.square()).neg()],
});

const MEAN = defineOp({
  name: 'mean',
  forward: ([x]: [NDArray]) => {
    const mean = x.data.slice(0, 1).fill(0);
    for (const v of x.data) mean[0]! += v / x.data.length;
    return { data: mean, shape: [] };
  },
  save: ({ inputs: [x] }) => ({ shape: x.shape, size: x.size }),
  vjp: [(g, { shape, size }) => g.div(size).expand(shape)],
});

/** The mean of log(cosh(x / scale)), where x has the shape [n] and scale is a single number. */
export function loss(x: Tensor, scale: Tensor): Tensor {
  return apply(MEAN, [apply(LOG_COSH, [apply(RATIO, [x, scale])])]);
}
