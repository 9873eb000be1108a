import { random, zeros } from 'tapegrad';
import { loadMnist } from 'tapegrad/data';
import * as assert from 'uvu/assert';
import { confusionOf, digitResults, mistakesOf, readOf, shareRight } from '../../examples/mnist/measure.js';
import { digitReader } from '../../examples/mnist/network.js';
import { commandOf, parseOptions } from '../../examples/mnist/options.js';
import { digitReport } from '../../examples/mnist/report.js';
import { type Data, type Run, trainReader } from '../../examples/mnist/training.js';
import '../support/charts.js';
import { assertClose } from '../support/close.js';
import { temporaryFolder } from '../support/folder.js';
import { suite } from '../support/suite.js';
import { few, MNIST, writeDigits } from './digits.js';
import { runExample, runFromSource } from './program.js';

const data = await loadMnist(MNIST);

/** Few enough images for a test. */
const SMALL: Data = { train: few(data.train, 200), test: few(data.test, 60) };
const small = (...flags: string[]) => parseOptions(['--batch', '20', ...flags]);
const trained = async (...flags: string[]): Promise<Run> => (await trainReader(small(...flags), SMALL))!;
/** The report of a short run. */
const html = await digitReport(small('--steps', '12'), SMALL, await trained('--steps', '12'));
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b) / values.length;

const test = suite('the network on MNIST');

test('an image becomes ten numbers, by way of 6,018 parameters', () => {
  const network = digitReader(random(0));
  assert.equal(network.forward(zeros([3, 1, 28, 28])).shape, [3, 10]);
  assert.is(network.countParameters(), 8 * 25 + 16 + 16 * 8 * 25 + 32 + 256 * 10 + 10);
});

test('forty steps on 200 images are enough to read most of the 60 test images', async () => {
  const { loss, right, rate, tests, planned } = await trained('--epochs', '4');
  assert.is(planned, 40);
  assert.equal([loss.length, right.length, rate.length], [40, 40, 40]);
  assert.equal(
    tests.map(({ step }) => step),
    [10, 20, 30, 40],
  );
  assert.ok(mean(loss.slice(-5)) < 0.5 * mean(loss.slice(0, 5)), `${loss}`);
  assert.ok(tests.at(-1)!.accuracy > 0.6, `${tests.at(-1)!.accuracy}`);
  assert.ok(mean(right.slice(-5)) > mean(right.slice(0, 5)));
  assertClose([Math.max(...rate)], [0.01]);
  assert.ok(rate[0]! < 0.001 && rate.at(-1)! < 1e-5, 'the rate rises and falls');
});

test('the number of steps need not fill an epoch, and the test is made with the layers in evaluation', async () => {
  const run = await trained('--steps', '13');
  assert.equal(
    run.tests.map(({ step }) => step),
    [10, 13],
  );
  assert.is(run.probabilities.length, 600);
  const again = run.network.eval().forward(SMALL.test.images().reshape([60, 1, 28, 28]));
  assert.equal(readOf(run.probabilities), readOf(again.data as Float32Array));
  assert.is(shareRight(run.probabilities, SMALL.test.labels), run.tests.at(-1)!.accuracy);
});

test('the same seed gives the same report to the byte, another seed another network', async () => {
  const again = await trained('--steps', '12');
  assert.is(await digitReport(small('--steps', '12'), SMALL, again), html);
  const other = await trained('--steps', '2', '--seed', '1');
  assert.is.not(other.loss[0], again.loss[0]);
  assert.not.equal(other.filtersBefore, again.filtersBefore);
});

test('the report stands alone and holds every picture and table', () => {
  assert.not.match(html, /<script|<link|src="http|href="http|url\(http|@import/);
  assert.not.match(html, /undefined|\[object|NaN|Infinity|partial:/);
  for (const text of [
    'A network with 6,018 parameters reads',
    '16 × 8 × 8',
    'loss (nats)',
    'read right, %',
    'learning rate',
    'before training',
    'after training',
    'what they answer to a 7',
    'misread images of the digit, %',
    'mostly taken for',
    'digit that was meant',
    'probability of the digit that was read',
    'read as',
    '<span class="flag">--steps</span> 12 <span class="flag">--batch</span> 20',
  ])
    assert.ok(html.includes(text), text);
});

test('every picture is drawn for two widths, and says in words what it shows', () => {
  const pictures = [...html.matchAll(/<svg [^>]*>/g)].map(([tag]) => tag);
  assert.is(pictures.length, 2 * 10);
  const labels = pictures.map((tag) => /aria-label="([^"]*)"/.exec(tag)?.[1] ?? '');
  assert.is(new Set(labels).size, 10);
  for (const label of labels) assert.ok(label.length > 30, label);
  assert.ok(
    labels.some((label) => /^Images that were misread: (\d read as \d · \d+\u00a0%(, )?)+$/.test(label)),
  );
});

test('a long run is drawn with as many points as a picture has pixels', async () => {
  const run = await trained('--steps', '4');
  const long = 12_001;
  const repeated = (values: readonly number[]): number[] =>
    Array.from({ length: long }, (_, i) => values[i % values.length]!);
  const page = await digitReport(small('--steps', String(long)), SMALL, {
    ...run,
    planned: long,
    loss: repeated(run.loss),
    right: repeated(run.right),
    rate: repeated(run.rate),
    tests: [{ step: long, accuracy: run.tests[0]!.accuracy }],
  });
  assert.match(page, 'mean of the last 240 steps');
  assert.match(page, '>12,001<');
  assert.ok(page.length < html.length + 300_000, `${page.length} and ${html.length} characters`);
});

test('the contents lead to every section', () => {
  const places = [...html.matchAll(/<section id="(\w+)"/g)].map(([, place]) => place);
  const links = [...html.matchAll(/ href="#(\w+)"/g)].map(([, place]) => place);
  assert.equal(places, ['network', 'learning', 'filters', 'digits', 'mistakes']);
  assert.equal(
    links.filter((link) => link !== 'top'),
    places,
  );
});

test('mistakes, the confusion matrix and the results of the digits agree with counts by hand', () => {
  const row = (best: number, probability: number): number[] =>
    Array.from({ length: 10 }, (_, digit) => (digit === best ? probability : (1 - probability) / 9));
  const probabilities = Float32Array.from([row(4, 0.5), row(9, 0.75), row(9, 0.5), row(7, 0.875)].flat());
  const meant = [4, 4, 4, 1];
  assert.equal(readOf(probabilities), [4, 9, 9, 7]);
  assert.equal(mistakesOf(probabilities, meant), [
    { index: 3, meant: 1, read: 7, probability: 0.875 },
    { index: 1, meant: 4, read: 9, probability: 0.75 },
    { index: 2, meant: 4, read: 9, probability: 0.5 },
  ]);
  assert.is(shareRight(probabilities, meant), 0.25);
  const confusion = confusionOf(probabilities, meant);
  assert.equal(
    [confusion[4]![4], confusion[4]![9], confusion[1]![7], confusion.flat().length],
    [1, 2, 1, 100],
  );
  const results = digitResults(confusion);
  assert.equal(results[4], {
    digit: 4,
    images: 3,
    right: 1,
    accuracy: 1 / 3,
    takenFor: { digit: 9, times: 2 },
  });
  assert.is(results[0]!.takenFor, null);
});

test('a run that is stopped is reported as far as it got, and is null before its first step', async () => {
  const stopped = async (at: 'begin' | number): Promise<[Run | null, string[]]> => {
    const controller = new AbortController();
    const calls: string[] = [];
    const reporter = {
      async begin() {
        if (at === 'begin') controller.abort();
        return {
          update: (step: number) => void (step === at && controller.abort()),
          end: () => void calls.push('end'),
        };
      },
      tested: () => void calls.push('tested'),
    };
    if (at === 0) controller.abort();
    return [await trainReader(small(), SMALL, reporter, controller.signal), calls];
  };
  const [run, calls] = await stopped(3);
  assert.equal([run!.loss.length, run!.planned, run!.tests.length, calls], [3, 20, 1, ['end']]);
  assert.match(
    await digitReport(small(), SMALL, run!),
    'This report is partial: the training was stopped after 3 of 20 steps.',
  );
  assert.is((await stopped(0))[0], null);
  assert.is((await stopped('begin'))[0]!.loss.length, 1);
});

test('a loss that is no number any more ends the training and names the step and the rate', async () => {
  let message = '';
  await trained('--lr', '1e30').catch((error: Error) => void ({ message } = error));
  assert.match(message, /^the loss became NaN at step \d+; nothing was written\. --lr 1e\+30 is too large/);
});

test('the flags have defaults, and their command line repeats them', () => {
  const { epochs, steps, seed, out } = parseOptions([]);
  assert.equal([epochs, steps, seed, out], [2, undefined, 0, 'out/mnist.html']);
  for (const flags of [
    ['--steps', '7', '--lr', '0.5'],
    ['--epochs', '3', '--batch', '32', '--seed', '9'],
  ]) {
    const again = commandOf(parseOptions(flags)).replace('npm run mnist -- ', '').split(' ');
    assert.equal(parseOptions(again), parseOptions(flags));
  }
});

test('misspelt flags and values out of range are refused with what was expected', () => {
  const refused = (...flags: string[]): string => {
    let said = '';
    assert.throws(() => parseOptions(flags, (text) => void (said += text)));
    return said;
  };
  assert.match(refused('--epoch', '5'), /unknown option '--epoch'[\s\S]*Did you mean --epochs\?/);
  assert.match(refused('--epochs', '0'), /Expected a whole number from 1 to 100/);
  assert.match(refused('--steps', '1.5'), /Expected a whole number from 1 to 200000/);
  assert.match(refused('--epochs', '1', '--steps', '5'), /cannot be used with/);
  assert.match(refused('--batch', '5001'), /Expected a whole number from 1 to 5000/);
  assert.match(refused('--lr', '0'), /Expected a number above 0/);
  assert.match(refused('--seed', 'x'), /Expected a whole number from 0/);
  assert.match(refused('extra'), /too many arguments/);
});

test('the program shows its progress, the accuracy, the time and the path, and leaves one file', () => {
  const folder = temporaryFolder('digits');
  writeDigits(folder, SMALL);
  const flags = ['--data', folder, '--batch', '20', '--out', 'here/'];
  const { status, output, files } = runFromSource('mnist', '--epochs', '2', ...flags);
  assert.is(status, 0, output);
  for (const line of [
    /^epoch 1\/2: step 10\/10 {2}loss [\d.]+ {2}lr [\d.]+ /m,
    /^epoch 1\/2: test accuracy [\d.]+\u00a0%$/m,
    /^epoch 2\/2, test [\d.]+\u00a0%: step 10\/10 /m,
    /^test accuracy: [\d.]+\u00a0%$/m,
    /^time: [\d.]+ s for 20 steps, tests included$/m,
    /^report: .*here\/mnist\.html$/m,
  ])
    assert.match(output, line);
  assert.equal([...files.keys()], ['here/mnist.html']);
  assert.match(files.get('here/mnist.html')!, /^<!doctype html>[\s\S]*<\/html>\n$/);
  const refused = runExample('mnist', '--data', folder, '--batch', '201');
  assert.is(refused.status, 1);
  assert.match(refused.output, /^mnist: --batch 201 is more than the 200 training images$/m);
});
