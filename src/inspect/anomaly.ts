/**
 * Finds the first NaN or infinity, forward or backward, and names the op, the element, the values there and the line of the
 * program that called the op.
 *
 * Previous: src/functional.ts · Next: src/inspect/explain.ts
 */

import type { Node, Op } from '../autograd/graph.js';
import { Tensor } from '../autograd/graph.js';
import { atSite, rememberSite, savedName } from '../autograd/guard/messages.js';
import { type Observer, observe } from '../autograd/observe.js';
import { type FloatArray, fingerprint } from '../base/array.js';
import { AnomalyError, formatShape } from '../base/errors.js';
import { range, short } from '../base/format.js';
import { unravel } from '../base/shape.js';
import { atUserLine, callSite } from '../base/site.js';
import { needFunction, refusePromise } from '../base/words.js';

/**
 * Runs `fn`, which computes a loss and differentiates it, and stops at the first op whose value or gradient is NaN
 * or ±Infinity. It also notices writes to the `data` of a saved tensor that went past `assign` and `write`.
 * It is slow: use it to look into a problem, not to train.
 * @throws AnomalyError naming the op, its inputs' shapes and ranges, the first bad element and your line of code
 */
export function detectAnomaly<T>(fn: () => T): T {
  needFunction('detectAnomaly', fn);
  const value = observe(new Watcher(), fn);
  refusePromise('detectAnomaly', value, 'watch one synchronous step instead');
  return value;
}

class Watcher implements Observer {
  private readonly checksums = new WeakMap<Node, readonly number[]>();
  private selected = false;

  forward(op: Op, inputs: readonly Tensor[], output: Tensor): void {
    if (output.node) this.remember(output.node);
    const bad = firstNonFinite(output.data);
    if (bad < 0) return;
    throw new AnomalyError(
      `${op.name}: the value at ${place(bad, output)} is ${output.data[bad]}${atUserLine()}. ${inputs.map((input, i) => describeInput(input, i, bad, output)).join('; ')}.${forwardHint(op, inputs, bad, output)}`,
      op.name,
    );
  }

  gradients(node: Node, gradient: Tensor, inputGradients: readonly (Tensor | null)[]): void {
    this.verify(node);
    if (node.op.name === 'where') this.selected = true;
    for (const [i, g] of inputGradients.entries()) {
      if (!g) continue;
      const bad = firstNonFinite(g.data);
      if (bad < 0) continue;
      const incoming =
        g.size === gradient.size
          ? ` The gradient that came in is ${short(gradient.data[bad]!)} there.`
          : ` The gradient that came in spans ${range(gradient.data)}.`;
      throw new AnomalyError(
        `${node.op.name}: the gradient of input ${i} at ${place(bad, g)} is ${g.data[bad]}${atSite(node)}. ` +
          `Input shapes ${node.inputs.map((input) => formatShape(input.shape)).join(', ')}; saved ${describeSaved(node)}.${incoming}${this.whereHint(g, gradient, bad, node)}`,
        node.op.name,
      );
    }
  }

  private remember(node: Node): void {
    rememberSite(node, callSite());
    this.checksums.set(
      node,
      node.guarded.map(({ data }) => checksum(data)),
    );
  }

  private verify(node: Node): void {
    const sums = this.checksums.get(node);
    if (!sums) return;
    for (const [i, saved] of node.guarded.entries()) {
      if (checksum(saved.data) !== sums[i])
        throw new AnomalyError(
          `${node.op.name}${atSite(node)} saved ${savedName(node, saved)} ${formatShape(saved.shape)}, and its data was changed after the forward pass. Change a clone(), or call backward() first`,
          node.op.name,
        );
    }
  }

  /** Explains a NaN that is 0 · ∞ in a branch that `where` did not select. No forward value shows it. */
  private whereHint(g: Tensor, gradient: Tensor, bad: number, node: Node): string {
    if (!this.selected || !Number.isNaN(g.data[bad]!) || g.size !== gradient.size || gradient.data[bad] !== 0)
      return '';
    const f = node.op.name;
    return ` This is 0 · ∞: where() did not select this branch, but ${f} was still computed on an argument where its slope is infinite. Keep that argument out: where(c, ${f}(where(c, x, 1)), 0) instead of where(c, ${f}(x), 0)`;
  }
}

function firstNonFinite(data: FloatArray): number {
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return i;
  return -1;
}

/** `[2, 7]`, the index of the element at a position of the array. */
const place = (position: number, { shape }: Tensor): string => formatShape(unravel(position, shape));

function describeInput(input: Tensor, i: number, bad: number, output: Tensor): string {
  const there = input.size === output.size ? `, ${short(input.data[bad]!)} there` : '';
  return `Input ${i}${input.name && ` (${input.name})`} ${formatShape(input.shape)} spans ${range(input.data)}${there}`;
}

function describeSaved(node: Node): string {
  const parts = Object.entries(node.saved).filter(([, value]) => value instanceof Tensor) as [
    string,
    Tensor,
  ][];
  return parts.map(([key, value]) => `${key} spans ${range(value.data)}`).join(', ') || 'nothing';
}

/** The usual reason for a non-finite value of this op, and what helps. */
function forwardHint(op: Op, inputs: readonly Tensor[], bad: number, output: Tensor): string {
  const at = (i: number): number =>
    inputs[i]?.size === output.size ? inputs[i]!.data[bad]! : (inputs[i]?.data[0] ?? Number.NaN);
  if ((op.name === 'log' || op.name === 'log1p') && at(0) <= 0)
    return ` The logarithm needs a positive argument: clip it, or use logSoftmax or crossEntropy on the logits`;
  if (op.name === 'exp' && at(0) > 80)
    return ' exp overflowed: subtract the maximum first, as softmax and logSumExp do';
  if (op.name === 'div' && at(1) === 0)
    return ' Division by zero: add a small constant, or keep the zero out with where()';
  if (op.name === 'sqrt' && at(0) < 0)
    return ` The square root of a negative number: rounding may have pushed it below 0; clip it${keptOut(op)}`;
  return '';
}

/** Advice for an element that `where` will leave out later, but which is computed all the same. */
function keptOut({ name: f }: Op): string {
  return `. If where() leaves this element out later, keep it out before, too: where(c, ${f}(where(c, x, 1)), 0)`;
}

/** A number that changes when the data change. */
function checksum({ buffer, byteOffset, byteLength }: FloatArray): number {
  return fingerprint(new Uint32Array(buffer, byteOffset, byteLength / 4));
}
