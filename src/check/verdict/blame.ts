/**
 * Finds the op at fault: walks the recorded tape and examines every op alone, at the inputs it had.
 */
import {
  apply,
  type Observer,
  type Op,
  observe,
  randn,
  random,
  type Shape,
  Tensor,
  userLine,
} from '../../index.js';
import type { Settings } from '../terms/settings.js';
import { gradientOf, recorded, type Subject } from '../terms/subject.js';
import type { OpReport } from '../terms/types.js';
import { passes, worstVerdict } from '../terms/verdicts.js';
import { examine } from './examine.js';

/** One op as it was applied. */
interface OpCall {
  readonly op: Op;
  readonly step: number;
  readonly inputs: readonly Tensor[];
  readonly attrs: unknown;
  readonly line: string;
}

/** What the examination of the tape found. */
export interface TapeFindings {
  /** The verdict on every op that was recorded with finite inputs, in the order of execution. */
  readonly ops: readonly OpReport[];
  /** Where values left the tape and came back as constants: `detach() at loss.ts:9`. */
  readonly cuts: readonly string[];
}

/** Examines every op that `subject` records, each alone. */
export function examineOps(subject: Subject, settings: Settings): TapeFindings {
  const { calls, cuts } = watch(subject);
  return { cuts, ops: calls.map((call) => examineOp(call, settings)) };
}

function examineOp(call: OpCall, settings: Settings): OpReport {
  const alone = opSubject(call);
  const first = opReport(call, alone, { ...settings, order: 1 }, 1);
  if (settings.order === 1 || !passes(first.verdict)) return first;
  const output = recorded(alone.run);
  const cotangent = randn(output.shape, random(settings.seed), { dtype: output.dtype });
  const second = opReport(call, gradientOf(alone, cotangent), { ...settings, order: 1 }, 2);
  return passes(second.verdict) ? first : second;
}

function watch(subject: Subject): { calls: OpCall[]; cuts: string[] } {
  const calls: OpCall[] = [];
  const cuts = new Set<string>();
  let step = 0;
  const finite = ({ data }: Tensor): boolean => data.every(Number.isFinite);
  const depth = Error.stackTraceLimit;
  const watcher: Observer = {
    forward(op, inputs, output, attrs) {
      if (!output.node) return;
      step++;
      for (const { cut } of inputs)
        if (typeof cut?.by === 'string') cuts.add(`${cut.by}() at ${userLine(cut.site.stack)}`);
      // An op that was handed NaN or ±∞ cannot be examined there, and is not the one that made it.
      if (inputs.every(finite)) calls.push({ op, step, inputs, attrs, line: userLine(new Error().stack) });
    },
  };
  try {
    // Deep enough to look past the library's own frames.
    Error.stackTraceLimit = 50;
    observe(watcher, () => recorded(subject.run));
  } finally {
    Error.stackTraceLimit = depth;
  }
  return { calls, cuts: [...cuts] };
}

/** One op as a function of its differentiable inputs; the others stay what they were. */
function opSubject({ op, inputs, attrs }: OpCall): Subject {
  const checked = inputs.map((input, i) => input.requiresGrad && hasRule(op, i));
  const tensors = inputs.map((input, i) => {
    const copy = new Tensor(input.data.slice(), input.shape as Shape).named(input.name || `input ${i}`);
    copy.requiresGrad = checked[i]!;
    return copy;
  });
  const leaves = tensors.filter((_, i) => checked[i]);
  return {
    leaves,
    names: leaves.map(({ name }) => name),
    title: op.name,
    run: () => apply(op, tensors, attrs),
  };
}

/** Examines an op that became a subject of its own, and reports on it. */
function opReport(call: OpCall, alone: Subject, settings: Settings, order: number): OpReport {
  const { inputs, problems } = examine(alone, { ...settings, mode: 'auto', jvp: order > 1 });
  const failing = inputs.find(({ verdict }) => !passes(verdict));
  const tensor = failing && alone.leaves[failing.position];
  return {
    op: call.op.name,
    step: call.step,
    inputShapes: call.inputs.map(({ shape }) => shape),
    line: call.line,
    verdict: worstVerdict([
      ...inputs.map(({ verdict }) => verdict),
      ...problems.map(({ verdict }) => verdict),
    ]),
    input: tensor ? call.inputs.findIndex((_, i) => sameLeaf(call, i, failing.position)) : -1,
    order,
    worst: failing?.worst ?? null,
    diagnosis: [...(failing?.diagnosis ?? []), ...problems.map(({ message }) => message)],
  };
}

/** Whether an op has a derivative with respect to its input i. */
const hasRule = ({ vjp }: Op, i: number): boolean => vjp === null || vjp[i] !== 'zero';

/** Whether input i of the call became leaf number `leaf`. */
function sameLeaf({ op, inputs }: OpCall, i: number, leaf: number): boolean {
  const counted = inputs.slice(0, i + 1).filter((input, j) => input.requiresGrad && hasRule(op, j));
  return inputs[i]!.requiresGrad && hasRule(op, i) && counted.length === leaf + 1;
}
