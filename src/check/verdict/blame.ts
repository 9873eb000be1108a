/** Finds the op at fault: records the tape of a function and examines every op alone, at the inputs it had. */
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
} from '../../core.js';
import type { Settings } from '../terms/settings.js';
import { gradientOf, recorded, type Subject } from '../terms/subject.js';
import type { OpReport } from '../terms/types.js';
import { passes, worstVerdict } from '../terms/verdicts.js';
import { examine } from './examine.js';

/** One application of an op. */
interface OpCall {
  readonly op: Op;
  readonly step: number;
  readonly inputs: readonly Tensor[];
  readonly attrs: unknown;
  readonly line: string;
}

/** What the examination of the ops on a tape found. */
export interface TapeFindings {
  /** The verdict on every op that was recorded with finite inputs, in the order of execution. */
  readonly ops: readonly OpReport[];
  /** Places where a value left the tape and came back as a constant: `detach() at src/loss.ts:9:14`. */
  readonly cuts: readonly string[];
}

/** Runs the subject and examines every op that it records, each alone. */
export function examineOps(subject: Subject, settings: Settings): TapeFindings {
  const { calls, cuts } = watch(subject);
  return { cuts, ops: calls.map((call) => examineOp(call, settings)) };
}

/** Examines the rules of an op and, from order 2 on, the derivatives of its rules. */
function examineOp(call: OpCall, settings: Settings): OpReport {
  const alone = opSubject(call);
  const first = opReport(call, alone, { ...settings, order: 1 }, 1);
  if (settings.order === 1 || !passes(first.verdict)) return first;
  const output = recorded(alone.run);
  const cotangent = randn(output.shape, random(settings.seed), { dtype: output.dtype });
  const second = opReport(call, gradientOf(alone, cotangent), { ...settings, order: 1 }, 2);
  return passes(second.verdict) ? first : second;
}

/** The ops that a run of the subject records, and the places where values leave the tape. */
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
        if (typeof cut?.by === 'string')
          cuts.add([`${cut.by}()`, userLine(cut.site.stack)].filter(Boolean).join(' at '));
      // An op whose inputs are not finite cannot be examined, and is not the op that made them so.
      if (inputs.every(finite)) calls.push({ op, step, inputs, attrs, line: userLine(new Error().stack) });
    },
  };
  try {
    // The user's line may lie below many frames of the library.
    Error.stackTraceLimit = 50;
    observe(watcher, () => recorded(subject.run));
  } finally {
    Error.stackTraceLimit = depth;
  }
  return { calls, cuts: [...cuts] };
}

/** One op as a subject. Its leaves are the inputs that are differentiated; the other inputs stay constant. */
function opSubject(call: OpCall): Subject {
  const { op, inputs, attrs } = call;
  const checked = differentiable(call);
  const tensors = inputs.map((input, i) => {
    const copy = new Tensor(input.data.slice(), input.shape as Shape).named(input.name || `input ${i}`);
    copy.requiresGrad = checked.includes(i);
    return copy;
  });
  const leaves = checked.map((i) => tensors[i]!);
  return {
    leaves,
    names: leaves.map(({ name }) => name),
    title: op.name,
    stream: op.name,
    run: () => apply(op, tensors, attrs),
  };
}

/** Examines the subject of an op (or of the gradient of an op), and reports on the op. */
function opReport(call: OpCall, alone: Subject, settings: Settings, order: number): OpReport {
  const { inputs, problems } = examine(alone, { ...settings, mode: 'auto', jvp: order > 1 });
  const failing = inputs.find(({ verdict }) => !passes(verdict));
  return {
    op: call.op.name,
    step: call.step,
    inputShapes: call.inputs.map(({ shape }) => shape),
    line: call.line,
    verdict: worstVerdict([
      ...inputs.map(({ verdict }) => verdict),
      ...problems.map(({ verdict }) => verdict),
    ]),
    input: failing ? (differentiable(call)[failing.position] ?? -1) : -1,
    order,
    worst: failing?.worst ?? null,
    diagnosis: [...(failing?.diagnosis ?? []), ...problems.map(({ message }) => message)],
  };
}

/** The positions of the inputs whose gradient is checked: those that require one and for which the op has a rule. */
function differentiable({ op: { vjp }, inputs }: OpCall): number[] {
  const positions = inputs.map((_, i) => i);
  return positions.filter((i) => inputs[i]!.requiresGrad && vjp?.[i] !== 'zero');
}
