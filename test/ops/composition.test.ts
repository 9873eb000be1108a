/**
 * Every op that declares a composition is that composition: the same values, the same gradients and the same gradients of
 * the gradients. The ops are those that the registry's calls run, and those that their rules run in turn.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import {
  add,
  apply,
  defineOp,
  gradients,
  mul,
  type NDArray,
  type Node,
  type Op,
  observe,
  randn,
  random,
  square,
  sum,
  type Tensor,
  tensor,
} from '../../src/index.js';
import { assertClose, assertThrows } from '../support/close.js';
import { fc } from '../support/property.js';
import { suite } from '../support/suite.js';
import { registry } from './registry.js';

const test = suite('compositions');
const root = fileURLToPath(new URL('../../src', import.meta.url));

/** An op with a composition, and what it was called with. */
interface Meeting {
  readonly op: Op;
  readonly inputs: readonly Tensor[];
  readonly attrs: unknown;
}

/** The calls that `program` makes of ops that declare a composition. */
function meetings(program: () => unknown): Meeting[] {
  const met: Meeting[] = [];
  const forward = (op: Op, inputs: readonly Tensor[], _: Tensor, attrs: unknown): void => {
    if (op.composition) met.push({ op, inputs, attrs });
  };
  observe({ forward }, program);
  return met;
}

/** Copies of the inputs in float64. Those by which the op has a derivative are leaves. */
function leavesOf({ op, inputs }: Meeting): Tensor[] {
  return inputs.map(({ data, shape }, i) =>
    tensor(Float64Array.from(data), { shape, requiresGrad: op.vjp?.[i] !== 'zero' }),
  );
}

/** A direction that depends on nothing but its shape, so that both programs are looked at from one side. */
const direction = (like: Tensor, seed: number): Tensor =>
  randn(like.shape, random(seed), { dtype: 'float64' });

/** The value of a program, its gradients by the leaves along a direction, and the gradients of these. */
function derivatives(program: (...inputs: Tensor[]) => Tensor, inputs: readonly Tensor[]): Tensor[][] {
  const leaves = inputs.filter((one) => one.requiresGrad);
  const y = program(...inputs);
  const seed = direction(y, 1);
  seed.requiresGrad = true;
  const first = gradients(y, leaves, { seed, createGraph: true });
  const along = first.map((slope, i) => sum(mul(slope, direction(slope, 2 + i))));
  const second =
    along.length === 0
      ? []
      : gradients(
          along.reduce((a, b) => add(a, b)),
          [...leaves, seed],
        );
  return [[y], first, second];
}

/** @throws Error unless an op and its composition agree to second order */
function agree(meeting: Meeting): void {
  const { op, attrs } = meeting;
  const inputs = leavesOf(meeting);
  const fused = derivatives((...at) => apply(op, at, attrs), inputs);
  const composed = derivatives((...at) => op.composition!(at, attrs), inputs);
  for (const [order, tensors] of fused.entries())
    for (const [i, one] of tensors.entries())
      assertClose(one.data, composed[order]![i]!.data, {
        relative: 1e-9,
        absolute: 1e-9,
        what: `${op.name}, derivative of order ${order}, number ${i}`,
      });
}

/** What the rules of the op run, on a direction. */
function meetingsInRules(meeting: Meeting): Meeting[] {
  const output = apply(meeting.op, leavesOf(meeting), meeting.attrs);
  const { op, saved, attrs, inputs } = output.node as Node;
  const g = direction(output, 1);
  return meetings(() => {
    op.vjpAll?.(
      g,
      saved,
      attrs,
      inputs.map(() => true),
    );
    for (const rule of op.vjp ?? []) if (rule !== 'zero') rule(g, saved, attrs);
  });
}

const found = new Map<Op, Meeting[]>();
const EACH = 12;

/** Keeps the first calls of each op, and follows the rules of those that are kept. */
function collect(calls: readonly Meeting[]): void {
  for (const call of calls) {
    const kept = found.get(call.op) ?? [];
    if (kept.length >= EACH) continue;
    found.set(call.op, [...kept, call]);
    collect(meetingsInRules(call));
  }
}

for (const { calls } of Object.values(registry))
  for (const { fn, inputs } of fc.sample(calls, { seed: 1, numRuns: EACH }))
    collect(meetings(() => fn(...inputs)));

for (const [number, [op, calls]] of [...found].entries())
  test(`${op.name} (${number}) is its composition, to second order, in ${calls.length} calls`, () => {
    for (const call of calls) agree(call);
  });

test('every composition in the source is met', () => {
  const declared = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.replaceAll('\\', '/').startsWith('autograd/'))
    .flatMap((file) => readFileSync(join(root, file), 'utf8').match(/^ {2}composition[:(]/gm) ?? []);
  assert.is(found.size, declared.length);
  assert.ok(declared.length >= 4);
});

/** y = x³, with a composition as it is told. */
const cube = (composition: (x: Tensor) => Tensor): Meeting => {
  const op = defineOp({
    name: 'cube',
    forward: ([{ data, shape }]: [NDArray]) => ({ data: data.map((v) => v ** 3), shape }),
    save: ({ inputs: [x] }) => ({ x }),
    vjp: [(g, { x }) => mul(g, mul(square(x), 3))],
    composition: ([x]) => composition(x),
  });
  return { op: op as unknown as Op, inputs: [tensor([0.5, -2])], attrs: undefined };
};

test('a composition with another value, another slope or another curvature is noticed', () => {
  agree(cube((x) => mul(square(x), x)));
  assertThrows(() => agree(cube((x) => square(x))), 'cube, derivative of order 0');
  assertThrows(() => agree(cube((x) => mul(square(x), x.detach()))), 'cube, derivative of order 1');
  // The value of x³ and its slope 3x², but the slope of the slope is 3x.
  const flatter = (x: Tensor): Tensor => {
    const c = x.detach();
    const [slope, value] = [mul(square(c), 3), mul(square(c), c)];
    return add(value, add(mul(slope, x.sub(c)), mul(square(x.sub(c)), mul(c, 1.5))));
  };
  assertThrows(() => agree(cube(flatter)), 'cube, derivative of order 2');
});
