import { histogram, smallMultiples } from 'tapegrad/plot';
import * as assert from 'uvu/assert';
import '../support/charts.js';
import { suite } from '../support/suite.js';

const test = suite('the range of a histogram');

/** The texts in a picture. */
const textsOf = (svg: string): string[] =>
  [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!);

test('an axis with ends of its own is drawn from end to end, whatever the values are', async () => {
  const texts = textsOf(await histogram([0.4, 0.5, 0.6], { x: { min: -1, max: 1 } }));
  for (const tick of ['−1', '0', '1']) assert.ok(texts.includes(tick), `${tick} among ${texts.join(' ')}`);
  assert.not.ok(textsOf(await histogram([0.4, 0.5, 0.6])).includes('−1'));
});

test('all histograms of one picture share an axis with ends', async () => {
  const panels = [
    { title: 'narrow', values: [0.49, 0.5, 0.51] },
    { title: 'equal', values: [0.5, 0.5] },
  ];
  const texts = textsOf(await smallMultiples(panels, { x: { min: 0, max: 1 } }));
  assert.is(texts.filter((text) => text === '1').length, 2);
});

test('values beyond the ends count in the shares and fall into no bin', async () => {
  // Two of the four values lie in [0, 1], one in each bin, so the highest share is 25 %, and not 50 %.
  const inside = textsOf(await histogram([0.2, 0.8, 5, 6], { bins: 2, x: { min: 0, max: 1 } }));
  assert.ok(!inside.includes('50') && !inside.includes('60'), inside.join(' '));
});

test('the labels around a single value have no more digits than can be compared', async () => {
  const texts = textsOf(await histogram([0.874431073666]));
  assert.ok(texts.includes('0.874431'), texts.join(' '));
});
