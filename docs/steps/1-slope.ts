/**
 * Step 1: a slope from two numbers.
 *
 * A program computes a number from other numbers, and we want its derivatives: how fast the result changes when one
 * input changes. This step measures them. It needs nothing but the program: run it at two neighbouring points and
 * divide the difference of the results by the distance of the points.
 *
 * A measured slope is never exact, and this step shows how far off it is. It is still good enough to judge others:
 * the later steps compute derivatives by rules, rules can be wrong, and the gradient check at the end of this file
 * says whether they are.
 *
 * New: the forward difference, the central difference, the gradient check.
 * Missing: speed. Every input needs two runs of its own, so a network with a million weights needs two million runs
 * for one gradient. The next step gets all the slopes from one run.
 *
 *     npx tsx docs/steps/1-slope.ts
 *
 * Previous: docs/README.md · Next: docs/steps/2-tape-for-numbers.ts
 */

/** A function of one number. */
export type Curve = (x: number) => number;

/**
 * The forward difference: the slope of the line through the points at x and at x + h.
 *
 * For f(x) = x³ its error can be worked out by hand: ((x + h)³ − x³) / h = 3x² + 3xh + h², and the slope is 3x². The
 * error 3xh + h² shrinks like h: a tenth of the h gives a tenth of the error. That is called order 1.
 */
export function forward(f: Curve, x: number, h: number): number {
  return (f(x + h) - f(x)) / h;
}

/**
 * The central difference: the slope of the line through the points at x − h and at x + h.
 *
 * The two points lie on either side of x at the same distance, so the largest part of their errors cancels. For x³
 * the term 3xh is gone, and h² is left: a tenth of the h gives a hundredth of the error. That is called order 2.
 */
export function central(f: Curve, x: number, h: number): number {
  return (f(x + h) - f(x - h)) / (2 * h);
}

/**
 * The central difference in float32, the number type that most networks are trained in. It holds 7 decimal digits
 * instead of 16, so the neighbours of 7 are 0.0000005 away. An h far below that vanishes when it is added to 7: both
 * points are then the same point, and the slope comes out as 0.
 */
export function centralFloat32(f: Curve, x: number, h: number): number {
  const round = Math.fround;
  const difference = round(round(f(round(x + h))) - round(f(round(x - h))));
  return round(difference / round(2 * h));
}

/** One line of the table below: the errors of two differences, and the slope that float32 finds. */
export interface Row {
  readonly h: number;
  readonly forwardError: number;
  readonly centralError: number;
  readonly float32: number;
}

/**
 * Measures the slope of a curve at x with h from 0.1 down to 10⁻¹⁵ and compares it with the exact slope.
 *
 * Read down a column of errors and you see a V: first they fall, since h falls; then they rise. A float64 holds 16
 * digits, so f(x + h) is off by about 10⁻¹⁶ of its value. The difference divides that by h, and the smaller h is, the
 * more of it is left in the slope. The best h lies where both errors are equal: near 10⁻⁸ for the forward difference
 * and near 10⁻⁵ for the central one.
 */
export function errorTable(f: Curve, x: number, slope: number): Row[] {
  const rows: Row[] = [];
  for (let digits = 1; digits <= 15; digits++) {
    const h = Number(`1e-${digits}`);
    rows.push({
      h,
      forwardError: Math.abs(forward(f, x, h) - slope),
      centralError: Math.abs(central(f, x, h) - slope),
      float32: centralFloat32(f, x, h),
    });
  }
  return rows;
}

/** An element of a claimed gradient that is not what the central difference measures. */
export interface Mistake {
  readonly element: number;
  readonly claimed: number;
  readonly measured: number;
}

/**
 * The gradient check. The gradient of a function of several numbers is the list of its slopes, one for each number
 * while the others stand still. This function measures each of them and returns the elements in which the claimed
 * gradient is wrong: none, if it is right.
 *
 * The two may differ by 10⁻⁶ of the slope: ten thousand times more than a good central difference is off, and far
 * less than a forgotten factor or a wrong sign.
 */
export function gradientCheck(
  f: (x: readonly number[]) => number,
  x: readonly number[],
  claimed: readonly number[],
): Mistake[] {
  if (claimed.length !== x.length) throw new Error(`${claimed.length} slopes for ${x.length} numbers`);
  const mistakes: Mistake[] = [];
  for (let element = 0; element < x.length; element++) {
    const at = x[element]!;
    // x + h keeps 16 digits in all, so a large x needs a larger h.
    const h = 1e-5 * Math.max(1, Math.abs(at));
    const measured = central((value) => f(x.with(element, value)), at, h);
    const error = Math.abs(claimed[element]! - measured) / Math.max(1, Math.abs(measured));
    // "Not smaller" instead of "larger": NaN is neither, and it has to count as a mistake.
    if (!(error <= 1e-6)) mistakes.push({ element, claimed: claimed[element]!, measured });
  }
  return mistakes;
}

/** x³, whose slope at 7 is 3 · 7² = 147. */
export const cube: Curve = (x) => x * x * x;

/** A function of two numbers, x²y + y. Its gradient is [2xy, x² + 1], which is [12, 10] at x = 3, y = 2. */
export const surface = ([x, y]: readonly number[]): number => x! * x! * y! + y!;

function main(): void {
  console.log('Errors of the measured slope of x³ at 7, where the slope is 147:\n');
  console.log('h       forward   central   slope in float32');
  for (const { h, forwardError, centralError, float32 } of errorTable(cube, 7, 147)) {
    const errors = [forwardError, centralError].map((error) => error.toExponential(1).padEnd(8));
    console.log(`${h.toExponential(0).padEnd(6)}  ${errors.join('  ')}  ${float32.toFixed(3)}`);
  }

  console.log('\nThe gradient of x²y + y at [3, 2]:');
  for (const claimed of [
    [12, 10],
    [12, 9],
  ]) {
    const mistakes = gradientCheck(surface, [3, 2], claimed);
    console.log(`[${claimed.join(', ')}] is ${mistakes.length === 0 ? 'right' : 'wrong'}`);
    for (const { element, claimed, measured } of mistakes)
      console.log(`  element ${element}: claimed ${claimed}, measured ${measured.toFixed(6)}`);
  }
}

// The other steps import this file; it prints only when it is run itself.
if (process.argv[1]?.endsWith('1-slope.ts')) main();

// ## What it prints
//
// Errors of the measured slope of x³ at 7, where the slope is 147:
//
// h       forward   central   slope in float32
// 1e-1    2.1e+0    1.0e-2    147.010
// 1e-2    2.1e-1    1.0e-4    147.003
// 1e-3    2.1e-2    1.0e-6    146.988
// 1e-4    2.1e-3    9.7e-9    147.095
// 1e-5    2.1e-4    4.5e-9    146.484
// 1e-6    2.1e-5    2.7e-8    152.588
// 1e-7    2.9e-6    6.5e-7    0.000
// 1e-8    2.8e-6    2.8e-6    0.000
// 1e-9    3.7e-5    3.7e-5    0.000
// 1e-10   4.9e-4    2.1e-4    0.000
// 1e-11   2.9e-3    2.9e-3    0.000
// 1e-12   5.4e-2    2.6e-2    0.000
// 1e-13   7.9e-1    7.9e-1    0.000
// 1e-14   4.9e+0    4.9e+0    0.000
// 1e-15   2.4e+1    2.4e+1    0.000
//
// The gradient of x²y + y at [3, 2]:
// [12, 10] is right
// [12, 9] is wrong
//   element 1: claimed 9, measured 10.000000

// ## Exercise: write the central difference
//
// `npm run exercise 1-slope` gives you a forward difference and asks for a central one. It measures the order of
// yours.
