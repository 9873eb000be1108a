/** The error of every elementwise function and of its slopes, against values of 1,400 bits from test/tools/precision.py. */
import { readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { FUNCTIONS, fixture, LIMITS, section, ulp, worst } from './support/precision.js';
import { suite } from './support/suite.js';

const test = suite('precision');

for (const name of Object.keys(FUNCTIONS))
  test(`${name} and its slopes are right to the last digits over the whole range, in both dtypes`, () => {
    for (const what of ['value', 'slope'] as const)
      for (const dtype of ['float32', 'float64'] as const)
        for (const fast of [false, true]) {
          const { error, text } = worst(name, what, dtype, fast);
          assert.ok(error <= LIMITS[what][dtype], `${dtype}, ${error} ulp: ${text}`);
        }
  });

test('every function is measured, at points of every size', () => {
  assert.equal(Object.keys(fixture).sort(), Object.keys(FUNCTIONS).sort());
  for (const [name, points] of Object.entries(fixture)) {
    assert.ok(points.length >= 60, name);
    const sizes = points.map(({ at }) => Math.abs(at[0]!));
    assert.ok(Math.min(...sizes) < 1e-29, name);
  }
});

test('an ulp is the distance to the next number', () => {
  assert.is(ulp(1, 'float64'), 2 ** -52);
  assert.is(ulp(-1.999, 'float32'), 2 ** -23);
  assert.is(ulp(0.999, 'float32'), 2 ** -24);
  assert.is(ulp(0, 'float32'), 2 ** -149);
  assert.is(ulp(1e-310, 'float64'), 2 ** -1074);
});

test('docs/conventions.md shows what is measured', () => {
  const text = readFileSync(new URL('../docs/conventions.md', import.meta.url), 'utf8');
  assert.ok(text.includes(section()), 'run npx tsx test/tools/precision.ts');
});
