/**
 * Recognises the mistake in a wrong gradient by comparing the slopes from backward() with those from differences: a
 * factor, a sign, a transpose, a missing sum, the gradient of another input, an ignored cotangent.
 */
import { short } from '../../base/format.js';
import { sizeOf } from '../../base/shape.js';
import type { Shape } from '../../core.js';
import type { Grid } from '../numeric/grids.js';
import { dot, largest } from '../numeric/vectors.js';

/** A wrong gradient: the grid of the failing input, the shapes of input and output, and the grids of all inputs. */
export interface Mismatch {
  readonly grid: Grid;
  readonly input: Shape;
  readonly output: Shape;
  readonly all: readonly { readonly name: string; readonly shape: Shape; readonly grid: Grid }[];
  /** Whether the grid is the Jacobian, rather than slopes along random directions. */
  readonly full: boolean;
}

/** The largest distance of a pattern from the gradient, relative to the size of the pattern. */
const CLOSE = 1e-4;
/** The largest distance of a pattern from the gradient, relative to the error that the pattern explains. */
const EXPLAINED = 0.05;

/** A sentence for every mistake that is recognised, the most specific first; empty if none is. */
export function diagnose(mismatch: Mismatch): string[] {
  const { analytic, numeric } = mismatch.grid;
  if (!analytic.every(Number.isFinite) || !numeric.every(Number.isFinite)) return [];
  if (norm(numeric) === 0 || norm(analytic) <= 1e-9 * norm(numeric))
    return norm(numeric) === 0
      ? ['backward() gave a gradient to an input that does not change the output']
      : ['backward() gave zero for an input that matters: its rule returns zeros, or the path to it was cut'];
  const everywhere = [factor(mismatch)];
  const shaped = mismatch.full
    ? [ignoresCotangent, transposed, jacobianTransposed, sumForgotten, diagonalOnly, otherInput, partlyZero]
    : [];
  return [...everywhere, ...shaped.map((pattern) => pattern(mismatch))].filter((found) => found !== null);
}

/** analytic = c · numeric in every entry: a factor, a sign, a sum for a mean, a gradient added twice. */
function factor({ grid: { analytic, numeric }, input, output, full }: Mismatch): string | null {
  if (!full && numeric.length < 2) return null;
  const c = dot(analytic, numeric) / dot(numeric, numeric);
  const left = distance(analytic, numeric, c);
  if (left > CLOSE * norm(analytic) || left > EXPLAINED * distance(analytic, numeric)) return null;
  if (Math.abs(c + 1) < CLOSE) return 'sign flipped: backward() is −1 times the true gradient everywhere';
  if (Math.abs(c - 2) < CLOSE)
    return 'exactly twice the true gradient everywhere: accumulated twice, or a factor ½ is missing';
  for (const [shape, whose] of [
    [output, 'output'],
    [input, 'input'],
  ] as const)
    for (const n of new Set([...shape, sizeOf(shape)])) {
      if (n < 2) continue;
      if (Math.abs(c * n - 1) < CLOSE)
        return `too small by 1/${n} everywhere, a size of the ${whose}: a mean where a sum belongs`;
      if (Math.abs(c / n - 1) < CLOSE)
        return `too large by ${n} everywhere, a size of the ${whose}: a sum where a mean belongs, or the broadcast copies were all counted`;
    }
  return `wrong by a constant factor: backward() is ${short(c, Math.abs(c - 1) < 1e-3 ? 9 : 6)} times the true gradient everywhere`;
}

/** Every row of the Jacobian equals the gradient for a cotangent of ones. */
function ignoresCotangent({ grid }: Mismatch): string | null {
  const { rows, probes, analytic, numeric } = grid;
  if (rows < 2 || probes === 0) return null;
  const ones = new Float64Array(probes);
  for (let m = 0; m < rows; m++) for (let n = 0; n < probes; n++) ones[n]! += numeric[m * probes + n]!;
  const repeated = Float64Array.from(analytic, (_, at) => ones[at % probes]!);
  return explains(grid, repeated)
    ? 'backward ignores the incoming gradient: it returns the same whatever the cotangent, as if that were all ones'
    : null;
}

/** The gradient of a matrix has rows and columns exchanged, or was reshaped in place of transposed. */
function transposed({ grid, input }: Mismatch): string | null {
  const { rows, probes, analytic, numeric } = grid;
  const [r, c] = [input.at(-2) ?? 1, input.at(-1) ?? 1];
  if (r < 2 || c < 2) return null;
  const swapped = new Float64Array(analytic.length);
  for (let m = 0; m < rows; m++)
    for (let n = 0; n < probes; n++) {
      const block = n - (n % (r * c));
      const [i, j] = [Math.floor((n % (r * c)) / c), n % c];
      swapped[m * probes + block + j * r + i] = numeric[m * probes + n]!;
    }
  return explains(grid, swapped)
    ? `transposed: the gradient's last two axes ${r} × ${c} are exchanged; a transpose is missing or one too many`
    : null;
}

/** J in place of Jᵀ: the rule multiplies the cotangent from the wrong side. */
function jacobianTransposed({ grid }: Mismatch): string | null {
  const { rows, probes, analytic, numeric } = grid;
  if (rows !== probes || rows < 2) return null;
  const turned = Float64Array.from(
    analytic,
    (_, at) => numeric[(at % probes) * probes + Math.floor(at / probes)]!,
  );
  return explains(grid, turned)
    ? 'the Jacobian is transposed: the rule computes J·g where Jᵀ·g belongs; transpose the matrix it multiplies with'
    : null;
}

/** Right for the outputs at one index of an axis, zero for all others: the rule does not sum over the axis. */
function sumForgotten({ grid, output }: Mismatch): string | null {
  const { rows, probes, numeric } = grid;
  for (const [axis, size] of output.entries()) {
    if (size < 2) continue;
    const inside = sizeOf(output.slice(axis + 1));
    for (let kept = 0; kept < size; kept++) {
      const partial = Float64Array.from(numeric, (value, at) =>
        Math.floor(Math.floor(at / probes) / inside) % size === kept ? value : 0,
      );
      if (rows > 1 && explains(grid, partial))
        return `a term from broadcasting is missing: only the outputs at index ${kept} of axis ${axis} reach this input; sum over axis ${axis}`;
    }
  }
  return null;
}

/** Right where output and input have the same position, zero elsewhere: the terms between elements are missing. */
function diagonalOnly({ grid }: Mismatch): string | null {
  const { rows, probes, numeric } = grid;
  if (rows !== probes || rows < 2) return null;
  const diagonal = Float64Array.from(numeric, (value, at) =>
    Math.floor(at / probes) === at % probes ? value : 0,
  );
  return explains(grid, diagonal)
    ? 'only the diagonal of the Jacobian is there: the rule treats as elementwise an op whose outputs depend on several elements'
    : null;
}

/** The slopes belong to another input of the same size. */
function otherInput({ grid, all }: Mismatch): string | null {
  for (const other of all)
    if (other.grid !== grid && other.grid.probes === grid.probes && explains(grid, other.grid.numeric))
      return `this is the gradient of ${other.name}: the rules of two inputs are exchanged`;
  return null;
}

/** Right or zero in every entry. */
function partlyZero({ grid: { analytic, numeric } }: Mismatch): string | null {
  const scale = CLOSE * largest(numeric);
  let missing = 0;
  for (let at = 0; at < analytic.length; at++) {
    if (Math.abs(analytic[at]! - numeric[at]!) <= scale) continue;
    if (analytic[at] !== 0) return null;
    missing++;
  }
  if (missing === 0) return null;
  return `zero in ${missing} of ${analytic.length} entries that matter and right in all others: a case of the rule is missing`;
}

const norm = (a: Float64Array): number => Math.sqrt(dot(a, a));

/** ‖a − c·b‖ */
function distance(a: Float64Array, b: Float64Array, c = 1): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - c * b[i]!) * (a[i]! - c * b[i]!);
  return Math.sqrt(sum);
}

/** Whether the pattern equals what backward() gave, and is clearly nearer to it than the slopes from differences. */
function explains({ analytic, numeric }: Grid, pattern: Float64Array): boolean {
  const left = distance(analytic, pattern);
  return left <= CLOSE * norm(pattern) && left <= EXPLAINED * distance(analytic, numeric);
}
