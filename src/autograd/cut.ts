/**
 * Why nothing leads back from a constant: which call of `detach` or `noGrad`, or which op without a derivative, cut the
 * way to a tensor that needs a gradient. Only messages use this.
 */
import { callSite, settled } from '../base/site.js';
import type { Op, Tensor } from './graph.js';

/** Where the calls of noGrad that are running began, the innermost one last. */
const noGradSites: Error[] = [];

/** Remembers that a call of noGrad begins. */
export function enterNoGrad(): void {
  noGradSites.push(new Error());
}

/** Forgets the innermost call of noGrad, which ends. */
export function leaveNoGrad(): void {
  noGradSites.pop();
}

/** From here to the program's call of an op, through its function, a helper and its method. A stack costs by the frame. */
const FRAMES = 7;

/**
 * Remembers for messages why `output` has no node: recording was switched off, or the way was cut before an input, or
 * the op has no derivative by any input that requires a gradient.
 *
 * @param required whether an input with a derivative requires a gradient
 */
export function rememberCut(
  output: Tensor,
  op: Op,
  inputs: readonly Tensor[],
  required: boolean,
  recording: boolean,
): void {
  if (required) {
    const site = noGradSites.at(-1);
    if (site) output.cut = { by: 'noGrad', site: settled(site) };
    return;
  }
  let tracked = false;
  for (let i = 0; i < inputs.length; i++) {
    const { cut, requiresGrad } = inputs[i]!;
    if (cut) {
      output.cut = cut;
      return;
    }
    tracked ||= requiresGrad;
  }
  if (tracked && recording) output.cut = { by: { op: op.name }, site: settled(callSite(FRAMES)) };
}
