/** Lets the gradient checker examine a gradient that was computed in another way than by a rule. */
import { apply, defineOp, type NDArray, type Tensor, tensor } from 'tapegrad';
import { gradcheck } from 'tapegrad/check';

export interface Given {
  /** What the report calls the function. */
  readonly of: string;
  /** The point at which the gradient was computed, and its name. */
  readonly at: Tensor;
  readonly named: string;
  readonly gradient: Tensor;
}

/**
 * Checks a gradient of `f`, which returns a single number: `f` becomes an op whose rule is g times the given gradient.
 * @throws Error whose message is the checker's report
 */
export function demandGradient(f: (x: Tensor) => Tensor, { of: name, at, named, gradient }: Given): void {
  const op = defineOp({
    name,
    forward: ([x]: [NDArray]) => ({ data: f(tensor(x.data).reshape(x.shape)).data.slice(), shape: [] }),
    vjp: [(g) => g.mul(gradient)],
  });
  const report = gradcheck((x) => apply(op, [x]), at, { names: [named] });
  // The line of the op is one of this file, which says nothing to the reader.
  if (!report.ok) throw new Error(String(report).replace(/ at given\.ts:\d+/, ''));
}
