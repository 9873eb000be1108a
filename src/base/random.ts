/**
 * The one source of randomness: an explicit generator that is passed to whatever draws from it.
 * Nothing in tapegrad calls `Math.random`, so a program that starts from one seed repeats itself bit for bit.
 */
import alea, { type Alea, type AleaState } from 'seedrandom/lib/alea.js';
import { noteChange } from './changes.js';
import { ArgumentError } from './errors.js';
import { shown } from './kind.js';
import { needNumber, needText } from './words.js';

/** A seeded stream of random numbers. Make one with {@link random}. */
export interface Rng {
  /** The next number, uniform on [0, 1) with 53 random bits. */
  uniform(): number;
  /** The next number from N(0, 1). */
  normal(): number;
  /** The next integer, uniform on {0, …, n − 1}; n up to 2³². */
  integer(n: number): number;
  /**
   * An independent stream that depends on this stream's seed and on `name` alone, not on what was drawn before:
   * layers that split by name keep their values when another layer is added.
   */
  split(name: string): Rng;
  /** 0, 1, …, n − 1 in random order (Fisher and Yates). */
  permutation(n: number): Int32Array;
  /** Where the stream is, as text that can be saved. */
  state(): string;
  /** Brings the stream to where it was when {@link Rng.state} gave this text. @throws ArgumentError for any other text */
  restore(state: string): void;
}

/**
 * A generator that gives the same bits for the same seed on every platform. 0 is a seed like any other.
 *
 * The stream is seedrandom's Alea: uniform numbers come from integer arithmetic. Normals come from
 * Marsaglia's polar method with a logarithm of our own, since `Math.log` may differ between JavaScript engines.
 * @throws ArgumentError unless the seed is a finite number or a string
 * @source G. Marsaglia and T. A. Bray, A convenient method for generating normal variables, SIAM Review 6 (1964)
 */
export function random(seed: number | string): Rng {
  if (typeof seed !== 'string' && !Number.isFinite(seed))
    throw new ArgumentError('random', `expected a finite number or a string as the seed, got ${shown(seed)}`);
  return new SeededStream(String(seed));
}

/** Whether a value is a generator whose state can be saved. */
export function isGenerator(value: unknown): value is Rng {
  const { uniform, state, restore } = (value ?? {}) as Partial<Rng>;
  return [uniform, state, restore].every((method) => typeof method === 'function');
}

class SeededStream implements Rng {
  private stream: Alea;
  /** The second normal of the pair that was drawn last, unless it was used. */
  private spare: number | null = null;

  constructor(private seed: string) {
    this.stream = alea(seed, { state: true });
  }

  uniform(): number {
    noteChange(this);
    return this.stream.double();
  }

  normal(): number {
    if (this.spare !== null) {
      noteChange(this);
      const value = this.spare;
      this.spare = null;
      return value;
    }
    let u: number, v: number, s: number;
    do {
      u = 2 * this.uniform() - 1;
      v = 2 * this.uniform() - 1;
      s = u * u + v * v;
    } while (s >= 1 || s === 0);
    const scale = Math.sqrt((-2 * portableLog(s)) / s);
    this.spare = v * scale;
    return u * scale;
  }

  integer(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32)
      throw new ArgumentError('integer', `expected a whole number from 1 to 2^32, got ${shown(n)}`);
    return Math.floor(this.uniform() * n);
  }

  split(name: string): Rng {
    needText('split', 'the name of the stream', name);
    return new SeededStream(`${this.seed}/${name}`);
  }

  permutation(n: number): Int32Array {
    needNumber('permutation', 'the number of positions', n, { least: 0, most: 2 ** 31 - 1, whole: true });
    const order = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const swap = order[i]!;
      order[i] = order[j]!;
      order[j] = swap;
    }
    return order;
  }

  state(): string {
    return JSON.stringify({ seed: this.seed, alea: this.stream.state(), spare: this.spare });
  }

  restore(state: string): void {
    const { seed, alea: inner, spare } = parsedState(state);
    noteChange(this);
    this.seed = seed;
    this.spare = spare;
    this.stream = alea('', { state: inner });
  }
}

/** What the text of {@link Rng.state} holds. @throws ArgumentError unless it is such a text */
function parsedState(text: string): { seed: string; alea: AleaState; spare: number | null } {
  try {
    const { seed, alea: inner, spare } = JSON.parse(text);
    const { c, s0, s1, s2 } = inner;
    const isSpare = spare === null || Number.isFinite(spare);
    if (typeof seed === 'string' && isSpare && isStateOfAlea(inner))
      return { seed, alea: { c, s0, s1, s2 }, spare };
  } catch {}
  throw new ArgumentError('restore', `expected a text that state() of a generator gave, got ${shown(text)}`);
}

/** The multiplier of Alea, which multiplies with carry. */
const MULTIPLIER = 2091639;

/** Alea's shares are multiples of 2⁻³² in [0, 1), and its carry lies below the multiplier. In two states it would stand still. */
function isStateOfAlea({ c, s0, s1, s2 }: AleaState): boolean {
  const shares = [s0, s1, s2];
  const inRange = shares.every((s) => Number.isFinite(s) && s >= 0 && s < 1 && Number.isInteger(s * 2 ** 32));
  const standsStill =
    shares.every((s) => s === 0 && c === 0) ||
    shares.every((s) => s === 1 - 2 ** -32 && c === MULTIPLIER - 1);
  return Number.isInteger(c) && c >= 0 && c < MULTIPLIER && inRange && !standsStill;
}

/**
 * Natural logarithm of a number in (0, 1) from + − × ÷ alone, hence the same bits in every JavaScript engine.
 * x = 2ᵏ·m with m in [√½, √2), log x = k·log 2 + 2·artanh(s), s = (m − 1)/(m + 1), artanh by its series.
 */
export function portableLog(x: number): number {
  let k = 0;
  let m = x;
  while (m < Math.SQRT1_2) {
    m *= 2;
    k--;
  }
  const s = (m - 1) / (m + 1);
  const s2 = s * s;
  let tail = 0;
  for (let n = 23; n >= 1; n -= 2) tail = tail * s2 + 1 / n;
  return k * Math.LN2 + 2 * s * tail;
}
