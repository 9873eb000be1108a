import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as assert from 'uvu/assert';
import { type Exhibit, examine, largestGap } from '../../examples/gradcheck-gallery/exhibit.js';
import { CLASSICS, MISTAKES, rightReport } from '../../examples/gradcheck-gallery/gallery.js';
import { galleryPage } from '../../examples/gradcheck-gallery/page.js';
import { summary } from '../../examples/gradcheck-gallery/words.js';
import '../support/charts.js';
import { suite } from '../support/suite.js';
import { runExample, runFromSource } from './program.js';

const test = suite('the gallery of wrong gradients');
const ALL = [...MISTAKES, ...CLASSICS];
const findings = ALL.map(examine);

/**
 * The verdict on the input that is shown, the op and the input of the wrong rule, and the beginning of the diagnosis.
 */
const EXPECTED: Record<string, [verdict: string, op: string, input: number, diagnosis: string | undefined]> =
  {
    log2: ['wrong', 'log2', 0, 'wrong by a constant factor: backward() is 0.693147 times'],
    quotient: ['wrong', 'quotient', 1, 'sign flipped'],
    square: ['wrong', 'timesItself', 0, 'exactly twice the true gradient everywhere: accumulated twice'],
    mean: [
      'wrong',
      'rowMeans',
      0,
      'too large by 3 everywhere, a size of the input: a sum where a mean belongs',
    ],
    product: ['wrong', 'product', 0, 'this is the gradient of b: the rules of two inputs are exchanged'],
    tanh: ['wrong', 'myTanh', 0, 'backward ignores the incoming gradient'],
    weights: ['wrong', 'dense', 1, "transposed: the gradient's last two axes 3 × 3 are exchanged"],
    bias: [
      'wrong',
      'addBias',
      1,
      'a term from broadcasting is missing: only the outputs at index 0 of axis 0',
    ],
    temperature: ['wrong', 'cooled', 1, 'backward() gave zero for an input that matters'],
    leaky: ['wrong', 'leaky', 0, 'zero in 1 of 16 entries that matter'],
    softmax: ['wrong', 'mySoftmax', 0, undefined],
    'batch-norm': ['wrong', 'myBatchNorm', 0, undefined],
  };

test('there are ten mistakes, no two of one diagnosis, and two checks that see nothing', () => {
  assert.is(MISTAKES.length, 10);
  assert.is(new Set(MISTAKES.map(({ expected }) => expected.diagnosis)).size, 10);
  assert.equal(
    CLASSICS.map(({ name }) => name),
    ['softmax', 'batch-norm'],
  );
  assert.equal(
    ALL.map(({ name }) => name),
    Object.keys(EXPECTED),
  );
});

for (const { exhibit, report, missed } of findings)
  test(`${exhibit.name} is caught, with its verdict, its op and what is wrong with it`, () => {
    const [verdict, op, input, diagnosis] = EXPECTED[exhibit.name]!;
    assert.not(report.ok);
    assert.equal(missed, []);
    assert.is(report.inputs[exhibit.input]!.verdict, verdict);
    assert.equal(
      report.culprits.map((culprit) => [culprit.op, culprit.input]),
      [[op, input]],
    );
    assert.match(report.culprits[0]!.line, `${exhibit.name}.ts:`);
    const [found] = report.inputs[exhibit.input]!.diagnosis;
    if (diagnosis === undefined) assert.is(found, undefined);
    else assert.match(found!, diagnosis);
  });

test('in an op with a wrong rule the other rules are right', () => {
  for (const { exhibit, report } of findings)
    if (exhibit.name !== 'product')
      for (const input of report.inputs)
        if (input.position !== exhibit.input) assert.is(input.verdict, 'correct', exhibit.name);
});

test('the kink is listed with both slopes, and its gradient lies outside', () => {
  const { report } = findings.find(({ exhibit }) => exhibit.name === 'leaky')!;
  const [kink] = report.inputs[0]!.kinks;
  assert.is(kink!.accepted, false);
  for (const [slope, expected] of [
    [kink!.left, 0.2],
    [kink!.right, 1],
  ] as const)
    assert.ok(Math.abs(slope - expected) < 1e-9, `${slope}`);
});

test('the blind checks agree to the last digits and are called vacuous; the wrong softmax is seen without a Jacobian, too', () => {
  for (const { exhibit, report, blind } of findings.filter(({ exhibit }) => exhibit.blind)) {
    assert.is(blind!.verdict, 'vacuous', exhibit.name);
    assert.not(blind!.ok);
    assert.ok(largestGap(blind!) < 1e-9, `${exhibit.name}: ${largestGap(blind!)}`);
    assert.ok(largestGap(report) > 0.1, exhibit.name);
  }
  const softmax = findings.find(({ exhibit }) => exhibit.name === 'softmax')!;
  assert.is(softmax.also!.mode, 'directions');
  assert.is(softmax.also!.verdict, 'wrong');
});

/** The exhibit with the right rule in the place of the wrong one. */
async function repaired({ name, mistake, right }: Exhibit): Promise<Exhibit> {
  const root = new URL('../../', import.meta.url);
  const folder = mkdtempSync(join(tmpdir(), 'gallery-'));
  try {
    const text = readFileSync(new URL(`examples/gradcheck-gallery/exhibits/${name}.ts`, root), 'utf8');
    const file = join(folder, `${name}.mts`);
    writeFileSync(
      file,
      text
        .replace(mistake, () => right)
        .replaceAll("from 'tapegrad'", `from '${new URL('src/index.ts', root)}'`)
        .replaceAll("from 'tapegrad/check'", `from '${new URL('src/check/index.ts', root)}'`),
    );
    return ((await import(pathToFileURL(file).href)) as { exhibit: Exhibit }).exhibit;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('with what is said to belong there, every exhibit passes', async () => {
  for (const exhibit of ALL) {
    const report = (await repaired(exhibit)).check();
    assert.ok(report.ok, `${exhibit.name}: ${report}`);
    assert.is(report.verdict, exhibit.name === 'leaky' ? 'kink' : 'correct');
  }
  assert.is(rightReport().verdict, 'correct');
});

test('a mistake that is not caught as intended is reported', async () => {
  const log2 = MISTAKES[0]!;
  const fixed = examine(await repaired(log2));
  assert.equal(fixed.missed.slice(0, 2), ['the verdict is correct, not wrong', 'blamed: none']);
  assert.match(summary(fixed), /^✗ log2 +NOT CAUGHT: /);
  assert.match(await galleryPage([fixed]), 'Not caught: the verdict is correct');
  const misjudged = { ...log2, expected: { ...log2.expected, diagnosis: 'sign flipped' } };
  assert.equal(examine(misjudged).missed, ['nothing is said of "sign flipped"']);
  const seeing = { ...CLASSICS[0]!, blind: { ...CLASSICS[0]!.blind!, check: CLASSICS[0]!.check } };
  assert.equal(examine(seeing).missed, ['the blind check is wrong']);
});

test('it prints a line for each, and writes one page that needs nothing from outside; the same every time', async () => {
  const { status, output, files } = runFromSource('gradcheck-gallery', '--out', 'here/page.html');
  assert.is(status, 0, output);
  assert.is(output.match(/^✓ /gm)?.length, 12);
  assert.match(output, 'all 12 caught');
  assert.equal([...files.keys()], ['here/page.html']);
  const page = files.get('here/page.html')!;
  // There is one picture of a right gradient, one of each exhibit, and one of each blind check.
  assert.is(page.match(/<svg /g)!.length - page.match(/<svg x="0"/g)!.length, 1 + 12 + 2);
  for (const { mistake } of ALL)
    assert.ok(page.includes(`<mark>${mistake.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`)}</mark>`));
  assert.not.match(page, /<script|<link|<img|url\(http|@import|undefined|Infinity/);
  // The program ran in another folder, outside which files are named by their whole path.
  const here =
    (await galleryPage(findings)) === page.replaceAll(fileURLToPath(new URL('../../', import.meta.url)), '');
  assert.ok(here, 'the page depends on nothing but the code');
});

test('--help says what there is, and what is unknown is named and writes nothing', () => {
  const help = runExample('gradcheck-gallery', '--help');
  assert.is(help.status, 0);
  assert.match(help.output, '--out <file>');
  assert.is(help.files.size, 0);
  const unknown = runExample('gradcheck-gallery', '--colour', 'red');
  assert.is(unknown.status, 2);
  assert.match(unknown.output, '--colour');
  assert.not.match(unknown.output, '    at ');
  assert.is(unknown.files.size, 0);
});
