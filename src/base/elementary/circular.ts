/** sin, cos and tan, for arguments of any size. Each is within 1 ulp; see exact.ts. */
import { quotientError, sumError } from './exact.js';
import { cosineTail, sineTail } from './series.js';

/** sin x */
export function sin(x: number): number {
  if (Math.abs(x) < 2 ** -27) return x;
  return Math.abs(x) < 0.78 ? x + sineTail(x, -x * x) : sineAt(quadrantOf(x));
}

/** cos x = sin(x + π/2) */
export function cos(x: number): number {
  return sineAt(quadrantOf(x) + 1);
}

/** tan x = sin x / cos x, and a quadrant further −cos r / sin r. */
export function tan(x: number): number {
  if (Math.abs(x) < 2 ** -27) return x;
  const odd = quadrantOf(x) & 1;
  const r = reduced[0]!;
  const half = (r * r) / 2;
  const sineRest = sineTail(r, -2 * half) + reduced[1]! * (1 - half);
  const cosineRest = cosineBeyond(half, r);
  const [s, c] = [r + sineRest, 1 - half + cosineRest];
  const [sLow, cLow] = [r - s + sineRest, 1 - half - c + cosineRest];
  const y = odd ? -c / s : s / c;
  const lost = odd ? quotientError(-c, s, y, -cLow - y * sLow) : quotientError(s, c, y, sLow - y * cLow);
  return Math.abs(y) < 2 ** 60 && y !== 0 ? y + lost : y;
}

/** ± sin or ± cos of the reduced argument: its sine that many quadrants further. */
function sineAt(quadrant: number): number {
  const r = reduced[0]!;
  const half = (r * r) / 2;
  const y =
    quadrant & 1 ? 1 - half + cosineBeyond(half, r) : r + (sineTail(r, -2 * half) + reduced[1]! * (1 - half));
  return quadrant & 2 ? -y : y;
}

/** cos r beyond 1 − r²/2, and what that difference has lost. */
function cosineBeyond(half: number, r: number): number {
  return 1 - (1 - half) - half + (cosineTail(-2 * half) - r * reduced[1]!);
}

const TWO_OVER_PI = 0.6366197723675814;
/** π/2 in four parts, of 33 bits but for the last: n times such a part is exact for |n| < 2²⁰. */
const HALF_PI = [
  1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21, 8.4784276603689e-32,
] as const;

/** The last argument less a multiple of π/2, between −π/4 and π/4, as the sum of two numbers. */
const reduced = /* @__PURE__ */ new Float64Array(2);

/** n of x = n·π/2 + r, modulo 4 or not; r is left in {@link reduced}. */
function quadrantOf(x: number): number {
  if (!(Math.abs(x) < 1e6)) return quadrantOfLarge(x);
  const n = Math.round(x * TWO_OVER_PI);
  const a = x - n * HALF_PI[0];
  const b = a - n * HALF_PI[1];
  const c = b - n * HALF_PI[2];
  const low = sumError(a, -n * HALF_PI[1], b) + sumError(b, -n * HALF_PI[2], c) - n * HALF_PI[3];
  reduced[0] = c + low;
  reduced[1] = c - reduced[0] + low;
  return n;
}

/** How many bits of π/2 behind the point: as many as a float64 has before it, and 176 more. */
const BITS = 1200n;
let halfPi: bigint | undefined;

/** The same for a large x in whole numbers, in units of 2⁻¹²⁰⁰, of which every large float64 is a multiple. */
function quadrantOfLarge(x: number): number {
  reduced.fill(Number.NaN);
  if (!Number.isFinite(x)) return 0;
  halfPi ??= 8n * arctanOfInverse(5n) - 2n * arctanOfInverse(239n); // Machin's formula, halved
  const whole = Math.trunc(x);
  const units = (BigInt(whole) << BITS) + (BigInt((x - whole) * 2 ** 53) << (BITS - 53n));
  const n = (2n * units + (units < 0n ? -halfPi : halfPi)) / (2n * halfPi);
  const rest = (units - n * halfPi) >> (BITS - 160n);
  const r = Number(rest);
  reduced.set([r * 2 ** -160, Number(rest - BigInt(r)) * 2 ** -160]);
  return Number(n & 3n);
}

/** arctan(1/n) = 1/n − 1/(3n³) + 1/(5n⁵) − …, in units of 2⁻¹²⁰⁰. */
function arctanOfInverse(n: bigint): bigint {
  let sum = 0n;
  let power = (1n << BITS) / n;
  for (let k = 1n; power !== 0n; k += 2n) {
    sum += k & 2n ? -power / k : power / k;
    power /= n * n;
  }
  return sum;
}
