/** Lets the gradient checker examine a gradient that the reader computes without tensors. */
import { apply, defineOp, type NDArray, type Tensor, tensor } from 'tapegrad';

export type Numbers = readonly number[];

/**
 * A function of n numbers, and the reader's way to its gradient, as a function of one tensor for `gradcheck`.
 * Check it with `{ blame: false }`: there is only one op on its tape.
 * @param value f(x)
 * @param gradient df/dx, n numbers
 * @throws Error from the check, if `gradient` returns another count of numbers
 */
export function asTensorFunction(
  value: (x: Numbers) => number,
  gradient: (x: Numbers) => Numbers,
): (x: Tensor) => Tensor {
  const op = defineOp({
    name: 'yours',
    forward([x]: [NDArray]) {
      // A slice has the dtype of the input.
      const data = x.data.slice(0, 1);
      data[0] = value([...x.data]);
      return { data, shape: [] };
    },
    save: ({ inputs: [x] }) => ({ x }),
    vjp: [
      (g, { x }) => {
        const slopes = gradient([...x.data]);
        if (slopes.length !== x.size)
          throw new Error(`The gradient has ${slopes.length} numbers, and there are ${x.size} inputs.`);
        return g.mul(tensor([...slopes], { dtype: x.dtype }));
      },
    ],
  });
  return (x) => apply(op, [x]);
}
