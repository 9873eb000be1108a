/** Every exported op, one by one: its gradient to second order and everything else that checkOp looks at. */
import * as assert from 'uvu/assert';
import { checkOp, gradcheck } from '../../src/check/index.js';
import * as tg from '../../src/index.js';
import { fc, property } from '../support/property.js';
import { suite } from '../support/suite.js';
import { LIMITS } from './limits.js';
import { registry } from './registry.js';
import type { Row } from './rows.js';

const test = suite('every op');
const RUNS = Number(process.env.TAPEGRAD_RUNS ?? 8);

/** Exports that are not ops. */
const OTHERS = new Set(
  `apply arange backward checkpoint defineOp detectAnomaly explain explainGrad eye full getDefaultDtype grad gradients hessian hvp
   isRecording jacobian jvp kernels linspace noGrad observe ones rand randint randn random replay setLint setThreads tapeOf tensor threads userLine
   valueAndGrad vjp withDefaultDtype zeros`.split(/\s+/),
);
/** Ops whose output is data, without a derivative; each has tests of its values. */
const DATA = new Set('equal notEqual greater greaterEqual less lessEqual oneHot isNaN isFinite'.split(' '));

test('every exported function is in the registry, or is known not to be differentiable', () => {
  const functions = Object.entries(tg)
    .filter(([name, value]) => typeof value === 'function' && /^[a-z]/.test(name))
    .map(([name]) => name);
  const missing = functions.filter((name) => !OTHERS.has(name) && !DATA.has(name) && !(name in registry));
  if (missing.length > 0) throw new Error(`no row in test/ops/registry.ts for: ${missing.join(', ')}`);
  const stale = [...Object.keys(registry), ...OTHERS, ...DATA].filter((name) => !functions.includes(name));
  if (stale.length > 0) throw new Error(`these names are not exported any more: ${stale.join(', ')}`);
});

test('comparisons return numbers without a gradient', () => {
  const x = tg.tensor([1, 2], { requiresGrad: true });
  const { equal, notEqual, greater, greaterEqual, less, lessEqual } = tg;
  for (const compare of [equal, notEqual, greater, greaterEqual, less, lessEqual])
    if (compare(x, 1).requiresGrad) throw new Error(`${compare.name} claims a gradient`);
});

for (const [name, row] of Object.entries(registry))
  test(`${name} passes checkOp wherever it is called`, () => holds(row));

function holds(row: Row): void {
  const order = row.order ?? 2;
  const proven: boolean[] = [];
  property(
    row.calls,
    ({ fn, inputs }) => {
      const { gradient } = checkOp(fn, {
        inputs,
        order,
        allow: ['vacuous'],
        ...(row.elementwise && { elementwise: true }),
        ...(row.nan && { nan: row.nan }),
      });
      for (const [i, input] of gradient.inputs.entries()) proven[i] ||= input.verdict === 'correct';
    },
    RUNS,
  );
  if (row.flat) {
    if (proven.some(Boolean)) throw new Error('declared flat, and has a gradient');
  } else if (!proven.every(Boolean)) throw new Error('some input never had a gradient that proves anything');
}

/** The elementwise rows whose calls have one input, each with some of its calls (gelu has two forms). */
const unary = Object.entries(registry)
  .filter(([, row]) => row.elementwise)
  .map(([name, row]) => ({ name, calls: fc.sample(row.calls, { seed: 1, numRuns: 8 }) }))
  .filter(({ calls }) => calls[0]!.inputs.length === 1);

test('every elementwise op of one number says what it is at −∞ and ∞', () =>
  assert.equal(unary.map(({ name }) => name).sort(), Object.keys(LIMITS).sort()));

for (const { name, calls } of unary)
  test(`${name} has its limits at −∞ and ∞, with slope and curvature, and is NaN at NaN, on every kernel`, () => {
    const limits = LIMITS[name]!;
    // A number alone takes the plain kernels, 600 the fast ones.
    for (const { fn } of calls)
      for (const dtype of ['float32', 'float64'] as const)
        for (const [end, infinity] of [-Infinity, Infinity].entries())
          for (const count of [1, 600]) {
            const slope = tg.grad((x: tg.Tensor) => fn(x).sum());
            const curvature = tg.grad((x: tg.Tensor) => slope(x).sum());
            const at = (x: number): tg.Tensor => tg.full([count], x, { dtype });
            const same = (got: tg.Tensor, expected: number, what: string): void => {
              const wanted = dtype === 'float32' ? Math.fround(expected) : expected;
              // 0 and −0 are the same limit.
              for (const value of got.data)
                assert.ok(
                  value === wanted || (Number.isNaN(value) && Number.isNaN(wanted)),
                  `${what} at ${infinity} in ${dtype}, ${count} numbers: ${value}, expected ${wanted}`,
                );
            };
            same(fn(at(infinity)), limits.value[end]!, 'value');
            same(fn(at(Number.NaN)), Number.NaN, 'value for NaN');
            if (Number.isNaN(limits.value[end])) continue;
            same(slope(at(infinity)), limits.slope![end]!, 'slope');
            if (!registry[name]!.flat) same(curvature(at(infinity)), limits.curvature![end]!, 'curvature');
          }
  });

test('the check that all of this rests on fails for a wrong gradient', () => {
  const wrong = (x: tg.Tensor): tg.Tensor => x.square().add(x.detach());
  if (gradcheck(wrong, tg.tensor([1, 2])).ok) throw new Error('a wrong gradient passed');
});
