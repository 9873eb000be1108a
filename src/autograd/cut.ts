/**
 * Why nothing leads back from a constant: which call of `detach` or `noGrad`, or which op without a derivative, cut the
 * way to a tensor that needs a gradient. Only messages use this.
 */
import { callSite, settled } from '../base/site.js';
import type { Op, Tensor } from './graph.js';

/** Where the calls of noGrad that are running began, the innermost one last. */
const noGradSites: Error[] = [];

/** Notes that a call of noGrad begins. */
export function enterNoGrad(): void {
  noGradSites.push(new Error());
}

/** Notes that the innermost call of noGrad ends. */
export function leaveNoGrad(): void {
  noGradSites.pop();
}

/** Notes that `output` would have been recorded, had noGrad not switched recording off. */
export function noteNoGrad(output: Tensor): void {
  const site = noGradSites.at(-1);
  if (site) output.cut = { by: 'noGrad', site: settled(site) };
}

/** From here to the program's call of an op, through its function and its method. A stack costs by the frame. */
const FRAMES = 6;

/** Notes what cut the way back from `output`: what cut it before an input, or the op itself, if it has no derivative. */
export function noteCut(output: Tensor, op: Op, inputs: readonly Tensor[], recording: boolean): void {
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
