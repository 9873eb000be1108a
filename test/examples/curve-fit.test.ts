import { random } from 'tapegrad';
import * as assert from 'uvu/assert';
import { decay, fit, measure, TRUTH, twoSigma } from '../../examples/curve-fit/fit.js';
import { assertClose } from '../support/close.js';
import '../support/charts.js';
import { suite } from '../support/suite.js';
import { runExample, runFromSource } from './program.js';

const test = suite('the example of a fitted curve');

test('its story ends well: the curve is found, the truth is near, and the page has the picture', () => {
  const { status, output, files } = runFromSource('curve-fit');
  assert.is(status, 0, output);
  assert.match(output, /^\d+ steps, \d+ evaluations\. The largest slope, .* is at most gradientTolerance/);
  assert.match(
    output,
    /parameter {2}fitted {2}standard error {2}true\na {2,}2\.\d{4} {2,}0\.\d{4} {2,}2\.5\n/,
  );
  assert.is(output.match(/✓/g)?.length, 3);
  assert.equal([...files.keys()], ['out/curve-fit.html']);
  const page = files.get('out/curve-fit.html')!;
  for (const part of ['<h1>A decay, fitted</h1>', '<table>', 'measured', 'fitted', '+2σ', '−2σ'])
    assert.ok(page.includes(part), part);
  assert.is(page.match(/<svg /g)?.length, 2);
});

test('flags that make no sense are named', () => {
  for (const [flags, answer] of [
    [['--points', '3'], /^curve-fit: .*--points.* '3' is invalid\. Expected a whole number from 5 to 200/],
    [['--width', '3'], /^curve-fit: unknown option '--width'/],
  ] as const) {
    const { status, output } = runExample('curve-fit', ...flags);
    assert.is(status, 2);
    assert.match(output, answer);
  }
});

test('over many measurements the standard errors and the band keep what they promise', () => {
  // Of 60 fits, 68 % of the parameters should lie within one standard error, and 95 % of new measurements in the band.
  const [fits, points] = [60, 30];
  let [near, inside] = [0, 0];
  for (let i = 0; i < fits; i++) {
    const data = measure(points, random(`measurement ${i}`));
    const found = fit(data);
    assert.ok(found.minimum.converged, found.minimum.message);
    const truth = [TRUTH.a, TRUTH.b, TRUTH.c];
    near += truth.filter(
      (value, k) => Math.abs(found.minimum.x.data[k]! - value) <= found.errors.data[k]!,
    ).length;
    const fresh = measure(points, random(`new measurement ${i}`)).y.sub(decay(data.t, found.minimum.x)).data;
    inside += twoSigma(data.t, found).filter((limit, k) => Math.abs(fresh[k]!) <= limit).length;
  }
  // The bounds are three standard deviations of a count; those of one fit hang together.
  assertClose([near / (3 * fits)], [0.683], { absolute: 0.1 });
  assertClose([inside / (points * fits)], [0.954], { absolute: 0.02 });
});
