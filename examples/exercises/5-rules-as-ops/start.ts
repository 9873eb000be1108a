/**
 * Exercise: a rule that can be differentiated.
 *
 * The bell curve y = e^(−x²) has the slope −2x · y. The rule below computes that with raw numbers. The first
 * derivative is right, but the numbers leave nothing on the tape, and the second derivative is lost. Write the rule
 * with tensor ops, such as `mul`.
 */
import { apply, defineOp, type NDArray, type Tensor, tensor } from 'tapegrad';

const BELL = defineOp({
  name: 'bell',
  forward: ([x]: [NDArray]) => ({ data: x.data.map((v) => Math.exp(-v * v)), shape: x.shape }),
  save: ({ inputs: [x], output: y }) => ({ x, y }),
  vjp: [
    (g, { x, y }) => {
      const numbers = g.data.map((v, i) => v * -2 * x.data[i]! * y.data[i]!);
      return tensor(numbers, { shape: g.shape });
    },
  ],
});

/** e^(−x²), number by number. */
export const bell = (x: Tensor): Tensor => apply(BELL, [x]);
