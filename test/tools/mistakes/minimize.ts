/** Mistakes in minimisation. */
import type { Planted } from '../planted.js';

const MINIMIZE = 'optim/minimize.test.ts';
const WOLFE = { file: 'optim/line-search.ts', test: 'optim/line-search.test.ts' };
const LBFGS = { file: 'optim/lbfgs.ts', test: 'optim/lbfgs.test.ts' };
const BOUNDS = { file: 'optim/bounds.ts', test: MINIMIZE };
const DESCENT = { file: 'optim/descent.ts', test: MINIMIZE };
const ERRORS = { file: 'optim/standard-errors.ts', test: 'optim/standard-errors.test.ts' };

export const MINIMISE: readonly Planted[] = [
  {
    ...WOLFE,
    mistake: 'line search that asks for the weak curvature condition only: a slope may be steep upwards',
    right: 'Math.abs(slope) <= -C2 * start.slope',
    wrong: 'slope >= C2 * start.slope',
  },
  {
    ...WOLFE,
    mistake: 'line search whose decrease has the wrong sign: the value may rise',
    right: 'rounding : C1 * promised);',
    wrong: 'rounding : -C1 * promised);',
  },
  {
    ...WOLFE,
    mistake: 'line search whose zoom keeps the wrong end of the interval',
    right: 'if (here.slope * (high.step - low.step) >= 0) high = low;',
    wrong: 'if (here.slope * (high.step - low.step) < 0) high = low;',
  },
  {
    ...WOLFE,
    mistake: 'line search that only looks at values: it ends above the digits that slopes have',
    right: 'isUnseen(-promised, rounding) ? rounding : C1 * promised',
    wrong: 'C1 * promised',
  },
  {
    ...LBFGS,
    mistake: 'L-BFGS whose first loop runs from the oldest pair to the newest',
    right: 'of [...known].reverse()',
    wrong: 'of known',
  },
  {
    ...LBFGS,
    mistake: 'L-BFGS scaled by the oldest pair',
    right: 'const newest = known.at(-1);',
    wrong: 'const newest = known.at(0);',
  },
  {
    ...LBFGS,
    mistake: 'L-BFGS that remembers pairs without curvature',
    right: 'if (!hasCurvature(next)) return;',
    wrong: '',
  },
  {
    ...LBFGS,
    mistake: 'L-BFGS whose pairs count by the units of the function: none where its curvature is huge',
    right: 'Number.EPSILON * Math.sqrt(dot(s, s, moves)) * Math.sqrt(dot(y, y, moves))',
    wrong: 'Number.EPSILON * dot(y, y, moves)',
  },
  {
    ...LBFGS,
    mistake: 'L-BFGS whose products overflow',
    right: 'const next = balanced(pair);',
    wrong: 'const next = pair;',
  },
  {
    ...LBFGS,
    mistake: 'L-BFGS that forgets the newest pair',
    right: 'pairs.shift()',
    wrong: 'pairs.pop()',
  },
  {
    ...WOLFE,
    mistake: 'line search whose cubic squares slopes that overflow',
    right: 'const unit = powerNear(Math.max(Math.abs(d1), Math.abs(a.slope), Math.abs(b.slope)));',
    wrong: 'const unit = 1;',
  },
  {
    file: 'optim/magnitude.ts',
    test: 'optim/magnitude.test.ts',
    mistake: 'a first step whose length squares slopes that overflow: 0',
    right: 'const unit = powerNear(largest(a));',
    wrong: 'const unit = 1;',
  },
  {
    ...DESCENT,
    mistake: 'a first step too short to change any digit of x',
    right: 'visible < Infinity ? Math.max(share, visible) : share',
    wrong: 'visible < Infinity ? share : share',
  },
  {
    ...DESCENT,
    mistake: 'bounds without projection: the function is computed outside',
    right: 'objective.evaluate(box.project(point.x.map((value, i) => value + step * d[i]!)))',
    wrong: 'objective.evaluate(point.x.map((value, i) => value + step * d[i]!))',
  },
  {
    ...BOUNDS,
    mistake: 'bounds: the slope that points out of the box counts, so that nothing ever converges',
    right: 'Math.min(Math.max(-slope, this.lower[i]! - x[i]!), this.upper[i]! - x[i]!)',
    wrong: '-slope',
  },
  {
    file: 'optim/minimize.ts',
    test: MINIMIZE,
    mistake: 'bounds: a start outside of them stays outside',
    right: 'objective.evaluate(box.project(objective.join(like)))',
    wrong: 'objective.evaluate(objective.join(like))',
  },
  {
    ...ERRORS,
    mistake: 'standard errors that are variances',
    right: 'errors[j] = Math.sqrt(scale * column[j]!);',
    wrong: 'errors[j] = scale * column[j]!;',
  },
  {
    ...ERRORS,
    mistake: 'standard errors of a singular float32 Hessian, made of its rounding errors',
    right: 'n * EPSILON[hessian.dtype]',
    wrong: 'n * EPSILON.float64',
  },
  {
    ...ERRORS,
    mistake: 'standard errors from one triangle of a matrix that is not symmetric',
    right: 'checkSymmetric(hessian.data, n, DIFFERENCES[hessian.dtype]);',
    wrong: '',
  },
];
