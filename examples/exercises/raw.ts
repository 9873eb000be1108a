/** Lets the gradient checker examine ops whose rules compute with raw arrays. */
import { type NDArray, type Tensor, tensor } from 'tapegrad';
import { gradcheck } from 'tapegrad/check';

/** A raw array as a tensor: what a rule has to return. */
export const asTensor = ({ data, shape }: NDArray): Tensor => tensor(data, { shape });

/** @throws Error whose message is the checker's report, if a gradient is wrong */
export function demandGradients(
  f: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  names: readonly string[],
): void {
  const report = gradcheck(f, [...inputs], { names: [...names] });
  // The op was declared in the check, whose lines say nothing to the reader.
  if (!report.ok) throw new Error(String(report).replace(/ at \S*check\.ts:\d+:\d+/g, ''));
}
