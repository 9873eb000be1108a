/**
 * Finds the first value or gradient that has gone wrong, and names the op, the element, the values there and the line of
 * the program that called the op.
 *
 * NaN is always wrong. An infinite value is not: masks and impossible classes are −∞ on purpose, and the softmax of −∞ is 0.
 * It is wrong where it becomes NaN, where it reaches the loss, and in a gradient. The message then also says where the
 * infinity arose.
 *
 * Previous: src/functional.ts · Next: src/inspect/explain.ts
 */

import type { Node, Op } from '../autograd/graph.js';
import { Tensor } from '../autograd/graph.js';
import { atSite } from '../autograd/guard/messages.js';
import { type Observer, observe } from '../autograd/observe.js';
import type { FloatArray } from '../base/array.js';
import { AnomalyError, formatShape } from '../base/errors.js';
import { range, short } from '../base/format.js';
import { unravel } from '../base/shape.js';
import { atUserLine } from '../base/site.js';
import { needFunction, refusePromise } from '../base/words.js';
import { WriteWatch } from './writes.js';

/**
 * Runs `fn`, which computes a loss and differentiates it, and stops at the first op whose value is NaN or whose gradient is
 * NaN or ±Infinity. An infinite value passes until it reaches a tensor that `backward` starts from or that `fn` returns;
 * the error then names the op where the infinity arose. It also notices writes that went past `assign` and `write` and make
 * gradients wrong: to the `data` of a tensor that an op saved, by the forward of an op to its inputs, by a rule to the
 * gradient it was given or to what the op saved, and by a hook to a gradient. It is slow: use it to look into a problem, not
 * to train.
 * @throws AnomalyError naming the op, its inputs' shapes and ranges, the first bad element and your line of code; or the
 *   op, or its rule, and the tensor that was written to
 */
export function detectAnomaly<T>(fn: () => T): T {
  needFunction('detectAnomaly', fn);
  const watcher = new Watcher();
  const value = observe(watcher, fn);
  refusePromise('detectAnomaly', value, 'watch one synchronous step instead');
  if (value instanceof Tensor) watcher.returned(value);
  return value;
}

/** Where an infinity arose: the op, and a sentence on its inputs. */
interface Origin {
  readonly op: string;
  readonly sentence: string;
}

class Watcher implements Observer {
  private readonly writes = new WriteWatch();
  private readonly origins = new WeakMap<Tensor, Origin>();
  private selected = false;

  inputs(_op: Op, inputs: readonly Tensor[]): void {
    this.writes.beforeForward(inputs);
  }

  forward(op: Op, inputs: readonly Tensor[], output: Tensor): void {
    this.writes.afterForward(op, inputs, output);
    const nan = output.data.findIndex(Number.isNaN);
    if (nan >= 0)
      throw new AnomalyError(describeStep(op, inputs, output, nan) + this.whence(inputs), op.name);
    const infinite = firstNonFinite(output.data);
    if (infinite >= 0)
      this.origins.set(
        output,
        inputs.map((input) => this.origins.get(input)).find((origin) => origin) ?? {
          op: op.name,
          sentence: describeStep(op, inputs, output, infinite),
        },
      );
  }

  start(output: Tensor): void {
    this.refuseBad(output, 'backward() starts from');
  }

  returned(output: Tensor): void {
    if (this.origins.has(output)) this.refuseBad(output, 'The function returned');
  }

  /** Refuses a value that is not finite where finite numbers are needed. */
  private refuseBad(output: Tensor, what: string): void {
    const bad = firstNonFinite(output.data);
    if (bad < 0) return;
    const origin = this.origins.get(output);
    const here = `${what} ${output.data[bad]}, at ${place(bad, output)}${atUserLine()}`;
    throw new AnomalyError(
      origin ? `${origin.sentence} ${here}` : `backward: ${here}`,
      origin?.op ?? 'backward',
    );
  }

  /** ` The infinity arose before. log: …`, if one of the tensors holds an infinity that an op computed. */
  private whence(tensors: readonly unknown[]): string {
    for (const one of tensors) {
      const origin = one instanceof Tensor && this.origins.get(one);
      if (origin) return ` The infinity arose before. ${origin.sentence}`;
    }
    return '';
  }

  gradient(node: Node, gradient: Tensor): void {
    this.writes.beforeRules(node, gradient);
  }

  gradients(node: Node, gradient: Tensor, inputGradients: readonly (Tensor | null)[]): void {
    this.writes.afterRules(node, gradient, inputGradients);
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
          `Input shapes ${node.inputs.map((input) => formatShape(input.shape)).join(', ')}; saved ${describeSaved(node)}.${incoming}${this.whereHint(g, gradient, bad, node)}${this.whence(Object.values(node.saved))}`,
        node.op.name,
      );
    }
  }

  walked(): void {
    this.writes.afterWalk();
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

/** `log: the value at [1] is NaN (train.ts:6). Input 0 (x) [3] spans -1 to 9, -1 there.`, and what usually helps. */
function describeStep(op: Op, inputs: readonly Tensor[], output: Tensor, bad: number): string {
  const values = inputs.map((input, i) => describeInput(input, i, bad, output)).join('; ');
  return `${op.name}: the value at ${place(bad, output)} is ${output.data[bad]}${atUserLine()}. ${values}.${forwardHint(op, inputs, bad, output)}`;
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
