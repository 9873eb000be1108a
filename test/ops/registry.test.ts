/** Every exported op, one by one: its gradient to second order and everything else that checkOp looks at. */
import { checkOp, gradcheck } from '../../src/check/index.js';
import * as tg from '../../src/index.js';
import { property } from '../support/property.js';
import { suite } from '../support/suite.js';
import { type Row, registry } from './registry.js';

const test = suite('every op');
const RUNS = Number(process.env.TAPEGRAD_RUNS ?? 12);

/** Exports that are not ops. */
const OTHERS = new Set(
  `apply arange backward defineOp detectAnomaly explain explainGrad eye full getDefaultDtype grad gradients hessian hvp
   isRecording jacobian jvp kernels linspace noGrad observe ones rand randint randn random replay setLint setThreads tapeOf tensor threads userLine
   valueAndGrad vjp withDefaultDtype zeros`.split(/\s+/),
);
/** Ops whose output is data, without a derivative; each has tests of its values. */
const DATA = new Set('equal notEqual greater greaterEqual less lessEqual oneHot'.split(' '));

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

test('the check that all of this rests on fails for a wrong gradient', () => {
  const wrong = (x: tg.Tensor): tg.Tensor => x.square().add(x.detach());
  if (gradcheck(wrong, tg.tensor([1, 2])).ok) throw new Error('a wrong gradient passed');
});
