import * as assert from 'uvu/assert';
import { studyPage } from '../../examples/activation-study/page.js';
import {
  type ActivationName,
  type Run,
  runStudy,
  STARTS,
  type StartName,
  share,
} from '../../examples/activation-study/study.js';
import { claims, number } from '../../examples/activation-study/words.js';
import { studyPage as initStudyPage } from '../../examples/init-study/html.js';
import '../support/charts.js';
import { assertClose } from '../support/close.js';
import { suite } from '../support/suite.js';
import { runExample, runFromSource } from './program.js';

const runs = runStudy({ seed: 0, inputs: 1000 });
const FEW = { seed: 0, inputs: 60 };
/** The page of a study of few inputs. */
const pageOfFew = await studyPage(runStudy(FEW), FEW);
const test = suite('the activation study');
const stdOf = (activation: ActivationName, start: StartName, from: readonly Run[] = runs): number[] =>
  from.find((run) => run.activation === activation && run.start === start)!.layers.map(({ std }) => std);

/**
 * The standard deviations of the five layers, as means over 200 draws. A single draw differs by up to 0.01 for sigmoid,
 * by up to 0.005 for tanh, and for relu by up to 13 % in the last layer and less in the others.
 */
const EXPECTED: Record<ActivationName, Record<StartName, number[]>> = {
  sigmoid: {
    'std 1': [0.459, 0.438, 0.436, 0.437, 0.436],
    'std 0.01': [0.0249, 0.0124, 0.0124, 0.0125, 0.0125],
    Xavier: [0.208, 0.126, 0.12, 0.121, 0.121],
    He: [0.261, 0.175, 0.165, 0.166, 0.166],
  },
  tanh: {
    'std 1': [0.959, 0.958, 0.958, 0.958, 0.958],
    'std 0.01': [0.0989, 0.00989, 9.9e-4, 9.9e-5, 9.9e-6],
    Xavier: [0.626, 0.485, 0.407, 0.356, 0.32],
    He: [0.72, 0.633, 0.595, 0.576, 0.566],
  },
  relu: {
    'std 1': [5.84, 41.2, 289, 2.03e3, 1.43e4],
    'std 0.01': [0.0584, 0.00412, 2.89e-4, 2.03e-5, 1.43e-6],
    Xavier: [0.584, 0.412, 0.289, 0.203, 0.143],
    He: [0.826, 0.825, 0.819, 0.813, 0.807],
  },
};
const TOLERANCE = {
  sigmoid: { absolute: 0.03, relative: 0 },
  tanh: { absolute: 0.015, relative: 0 },
  relu: { absolute: 0, relative: 0.4 },
};

for (const activation of Object.keys(EXPECTED) as ActivationName[])
  test(`${activation} has the spread that many draws have on average, from every start`, () => {
    for (const { name } of STARTS)
      assertClose(stdOf(activation, name), EXPECTED[activation][name], {
        ...TOLERANCE[activation],
        what: name,
      });
    // In the first layer a draw differs little, and small scales need a relative comparison.
    for (const { name } of STARTS)
      assertClose([stdOf(activation, name)[0]!], [EXPECTED[activation][name][0]!], { relative: 0.02 });
  });

test('a fading tanh fades by a factor of ten a layer', () => {
  const stds = stdOf('tanh', 'std 0.01');
  for (const [i, std] of stds.slice(1).entries()) assertClose([std / stds[i]!], [0.1], { absolute: 0.01 });
});

test('mean, spread and response are those of the values', () => {
  const [run] = runStudy({ seed: 1, inputs: 4 });
  const { values, mean, std, response } = run!.layers[2]!;
  const all = Array.from(values);
  const variance = (some: number[]): number => {
    const centre = some.reduce((a, b) => a + b) / some.length;
    return some.reduce((sum, v) => sum + (v - centre) ** 2, 0) / some.length;
  };
  const units = Array.from({ length: 100 }, (_, unit) => all.filter((_, i) => i % 100 === unit));
  assert.is(all.length, 400);
  assertClose([mean], [all.reduce((a, b) => a + b) / 400]);
  assertClose([std], [Math.sqrt(variance(all))]);
  assertClose([response], [Math.sqrt(units.map(variance).reduce((a, b) => a + b) / 100)]);
});

test('what the sentences claim holds for other seeds too, and not for a study that went wrong', () => {
  for (const seed of [1, 2, 3])
    for (const { what, holds } of claims(runStudy({ seed, inputs: 300 })))
      assert.ok(holds, `${what}, seed ${seed}`);
  const swapped = runs.map(
    (run) =>
      ({ ...run, start: run.start === 'He' ? 'std 1' : run.start === 'std 1' ? 'He' : run.start }) as Run,
  );
  assert.ok(claims(swapped).some(({ holds }) => !holds));
});

test('a share counts what holds', () => {
  assert.is(
    share([1, 2, 3, 4], (value) => value > 1),
    0.75,
  );
});

test('numbers have three digits, the very small and the very large a power of ten', () => {
  assert.equal([0, 0.5, 0.01234, 274.3, 2101.6, 0.00044, -13000].map(number), [
    '0',
    '0.500',
    '0.0123',
    '274',
    '2102',
    '4.4\u00a0·\u00a010⁻⁴',
    '-1.3\u00a0·\u00a010⁴',
  ]);
});

test('it writes one page that needs nothing from outside, with every histogram, and prints the table; the same flags give the same page', () => {
  const { status, output, files } = runFromSource(
    'activation-study',
    '--inputs',
    '60',
    '--out',
    'here/page.html',
  );
  assert.is(status, 0, output);
  assert.match(output, /^relu, He( +[\d.]+ ± [\d.]+){5}$/m);
  assert.equal([...files.keys()], ['here/page.html']);
  const page = files.get('here/page.html')!;
  // Two overviews and twelve rows of histograms, each drawn for a wide and for a narrow screen.
  assert.is(page.match(/<figure>/g)?.length, 14);
  assert.is(page.match(/<div class="(wide|narrow)"><svg /g)?.length, 28);
  assert.is(page.match(/>layer 5</g)?.length, 12 * 2 + 1);
  assert.ok(page === pageOfFew);
  assert.not.match(page, /<script|<link|<img|url\(http|@import|NaN|undefined|Infinity/);
});

test('flags that make no sense are named, and nothing is written', () => {
  for (const [flags, complaint] of [
    [['--inputs', '1'], /--inputs.* '1' is invalid\. Expected a whole number from 2 to/],
    [['--colour', 'red'], '--colour'],
  ] as const) {
    const { status, output, files } = runExample('activation-study', ...flags);
    assert.is(status, 2);
    assert.match(output, complaint);
    assert.not.match(output, '    at ');
    assert.is(files.size, 0);
  }
});

test('its page shares its look with the page of the initialisation study', () => {
  const pages = [pageOfFew, initStudyPage('Where training starts', '')];
  const [own, other] = pages.map((html) => /^h1 \{.*\}$/m.exec(html)?.[0]);
  assert.match(own!, 'font-size');
  assert.is(own, other);
});
