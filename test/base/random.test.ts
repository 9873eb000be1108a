import * as assert from 'uvu/assert';
import { portableLog, random } from '../../src/base/random.js';
import { assertClose, assertThrows } from '../support/close.js';
import { suite } from '../support/suite.js';

const test = suite('random');
const draw = (seed: number | string, n = 5): number[] => {
  const rng = random(seed);
  return Array.from({ length: n }, () => rng.uniform());
};

test('the same seed gives the same stream, another seed another', () => {
  assert.equal(draw(7), draw(7));
  assert.not.equal(draw(7), draw(8));
});

test('0 is a seed like any other', () => {
  assert.equal(draw(0), draw(0));
  assert.not.equal(draw(0), draw(1));
});

test('the first bits of seed 42 never change', () => {
  assert.equal(draw(42, 2), GOLDEN_UNIFORM);
  const rng = random(42);
  assert.equal([rng.normal(), rng.normal()], GOLDEN_NORMAL);
});

test('uniform numbers fill [0, 1) with mean 1/2 and variance 1/12', () => {
  const values = draw(1, 100_000);
  const mean = values.reduce((a, b) => a + b) / values.length;
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
  assert.ok(Math.abs(mean - 0.5) < 5 * Math.sqrt(1 / 12 / values.length));
  assert.ok(Math.abs(variance * 12 - 1) < 5 * Math.sqrt(0.8 / values.length));
  assert.ok(values.every((value) => value >= 0 && value < 1));
});

test('a split stream depends on seed and name, not on what was drawn before', () => {
  const rng = random(3);
  const before = rng.split('fc1').uniform();
  rng.uniform();
  assert.is(rng.split('fc1').uniform(), before);
  assert.is.not(rng.split('fc2').uniform(), before);
});

test('a permutation holds every index once', () => {
  assert.equal(
    [...random(5).permutation(100)].sort((a, b) => a - b),
    Array.from({ length: 100 }, (_, i) => i),
  );
  assert.is(random(5).permutation(0).length, 0);
});

test('integer(n) reaches every value below n about equally often', () => {
  const rng = random(9);
  const counts = new Array<number>(6).fill(0);
  for (let i = 0; i < 60_000; i++) counts[rng.integer(6)]!++;
  assert.ok(counts.every((count) => Math.abs(count - 10_000) < 5 * Math.sqrt(10_000)));
});

test('the portable logarithm agrees with Math.log to the last bits', () => {
  for (const x of [1e-300, 1e-10, 0.1, 0.5, 0.7, 0.71, 0.9, 1 - 2 ** -53])
    assertClose([portableLog(x)], [Math.log(x)], { relative: 4e-16, absolute: 1e-16 });
});

test('bad seeds and ranges are refused', () => {
  assertThrows(() => random(Number.NaN), 'random: expected a finite number or a string as the seed, got NaN');
  assertThrows(() => random(0).integer(0), 'integer: expected a whole number from 1 to 2^32, got 0');
});

const GOLDEN_UNIFORM = [0.6848634964661496, 0.8455933186223463];
const GOLDEN_NORMAL = [0.46552577490612773, 0.8702778024297907];

test('a state is text that brings the stream back, the spare normal included', () => {
  const rng = random(7);
  rng.normal();
  const state = rng.state();
  assert.type(state, 'string');
  const first = [rng.normal(), rng.uniform(), rng.normal()];
  rng.restore(state);
  assert.equal([rng.normal(), rng.uniform(), rng.normal()], first);
  rng.restore(state);
  assert.is(rng.normal(), first[0]);
});

test('a state brings another generator to the same place, and its splits with it', () => {
  const rng = random('one');
  for (let i = 0; i < 5; i++) rng.normal();
  const other = random(3);
  other.restore(rng.state());
  assert.is(other.state(), rng.state());
  assert.is(other.split('a').uniform(), rng.split('a').uniform());
  for (let i = 0; i < 100; i++) assert.is(other.normal(), rng.normal());
});

test('a state that is none is refused and leaves the stream where it was', () => {
  const rng = random(0);
  const before = rng.state();
  const { seed, alea, spare } = JSON.parse(before);
  const wrong = [
    '',
    'null',
    '[]',
    '{}',
    before.slice(0, -1),
    JSON.stringify({ alea, spare }),
    JSON.stringify({ seed, alea: { ...alea, s1: null }, spare }),
    JSON.stringify({ seed, alea: { ...alea, c: '1' }, spare }),
    JSON.stringify({ seed, alea, spare: '0' }),
    JSON.stringify({ seed, alea }),
    // In these states the generator would stand still, or give numbers beyond 1.
    JSON.stringify({ seed, alea: { c: 0, s0: 0, s1: 0, s2: 0 }, spare }),
    JSON.stringify({
      seed,
      alea: { c: 2091638, s0: 1 - 2 ** -32, s1: 1 - 2 ** -32, s2: 1 - 2 ** -32 },
      spare,
    }),
    JSON.stringify({ seed, alea: { ...alea, s0: 1 }, spare }),
    JSON.stringify({ seed, alea: { ...alea, s0: 2 ** -33 }, spare }),
    JSON.stringify({ seed, alea: { ...alea, c: 2091639 }, spare }),
    JSON.stringify({ seed, alea: { ...alea, c: 0.5 }, spare }),
    undefined as unknown as string,
  ];
  for (const text of wrong) {
    assertThrows(() => rng.restore(text), 'restore: expected a text that state() of a generator gave');
    assert.is(rng.state(), before);
  }
});

test('every state that a generator reaches is one', () => {
  for (const seed of [0, 1, 'long seed', -5, 0.1]) {
    const rng = random(seed);
    for (let i = 0; i < 300; i++) {
      rng.normal();
      rng.restore(rng.state());
    }
  }
});
