import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { random, tensor } from 'tapegrad';
import { loadMnist } from 'tapegrad/data';
import { constant, heNormal } from 'tapegrad/init';
import { Linear } from 'tapegrad/nn';
import * as assert from 'uvu/assert';
import { bookLoss, distinctUnits, entropyOf } from '../../examples/init-study/measure.js';
import { commandOf, parseOptions } from '../../examples/init-study/options.js';
import { ORIGINAL_BATCH } from '../../examples/init-study/original-batch.js';
import { finishedOf, studyReport } from '../../examples/init-study/report.js';
import { STRATEGIES } from '../../examples/init-study/strategies.js';
import { type Data, fixedIndices, runStudy, trainOne } from '../../examples/init-study/study.js';
import { plainTable, resultTable } from '../../examples/init-study/table.js';
import { trailingMean } from '../../examples/shared/curves.js';
import '../support/charts.js';
import { assertClose } from '../support/close.js';
import { temporaryFolder } from '../support/folder.js';
import { suite } from '../support/suite.js';
import { few, MNIST, writeDigits } from './digits.js';
import { asOneFile, runExample } from './program.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const REFERENCE = JSON.parse(
  readFileSync(new URL('../fixtures/study-reference.json', import.meta.url), 'utf8'),
) as { labels: number[]; loss: { zeros: number[]; constant: number[] } };

const data = await loadMnist(MNIST);
/** A study that is small enough for a test: 60 images, 12 hidden units. */
const SMALL: Data = { train: few(data.train, 60), test: few(data.test, 40) };
const small = (...flags: string[]) =>
  parseOptions(['--steps', '4', '--batch', '20', '--hidden', '12,7', ...flags]);

async function reportOf(...flags: string[]): Promise<string> {
  const options = small(...flags);
  return studyReport(options, SMALL, await runStudy(options, SMALL));
}

/** The images of the small study as files. */
const SMALL_FILES = temporaryFolder('digits');
writeDigits(SMALL_FILES, SMALL);

/** The report with every picture. */
const html = await reportOf();

const test = suite('the initialisation study');
const strategy = (name: string) => STRATEGIES.find((candidate) => candidate.name === name)!;
const lossOf = (name: string, ...flags: string[]): readonly number[] =>
  trainOne(strategy(name), 'fixed', parseOptions(flags), { ...data, test: few(data.test, 10) }).loss;

test('the batch of the original study has the labels of the original study', () => {
  assert.is(new Set(ORIGINAL_BATCH).size, 100);
  assert.equal([...data.train.labelsOf(ORIGINAL_BATCH)], REFERENCE.labels);
});

test('starting from zeros follows the original loss curve at every one of its 1000 steps', () => {
  assert.is(REFERENCE.loss.zeros.length, 1000);
  assertClose(lossOf('zeros'), REFERENCE.loss.zeros, { absolute: 2e-4, relative: 0, what: 'loss' });
});

test('starting from 0.01 follows the original loss curve at every one of its 1000 steps', () => {
  assert.is(REFERENCE.loss.constant.length, 1000);
  assert.ok(REFERENCE.loss.constant[2]! > 7, 'the curve has its early peak');
  assertClose(lossOf('constant'), REFERENCE.loss.constant, { absolute: 2e-4, relative: 0, what: 'loss' });
});

for (const seed of [0, 1, 2])
  test(`after 100 steps He is below Xavier, and Xavier below normal 0.01, from seed ${seed}`, () => {
    const [he, xavier, normal] = ['he', 'xavier', 'normal'].map(
      (name) => lossOf(name, '--steps', '101', '--seed', String(seed)).at(100)!,
    ) as [number, number, number];
    assert.ok(he < 0.8 * xavier, `He ${he}, Xavier ${xavier}`);
    assert.ok(xavier < 0.2 * normal, `Xavier ${xavier}, normal ${normal}`);
  });

test('zeros and constants leave one unit, many times over; random starts leave all of them different', async () => {
  const [fixed] = await runStudy(small('--init', 'zeros,constant,he'), SMALL);
  assert.equal(
    fixed!.runs.map(({ distinct }) => distinct),
    [
      [1, 1],
      [1, 1],
      [12, 7],
    ],
  );
  assert.equal(fixed!.runs[0]!.first.weightGradients, [0, 0, 0]);
  assert.ok(fixed!.runs[0]!.first.biasGradients[2]! > 0);
  assert.ok(fixed!.runs[2]!.first.weightGradients.every((norm) => norm > 0));
});

test('activations and gradients are those of the first and the last step', async () => {
  const [fixed] = await runStudy(small('--init', 'he', '--mode', 'fixed'), SMALL);
  const { first, last, loss, accuracy } = fixed!.runs[0]!;
  assert.equal([first.step, last.step, loss.length], [0, 3, 4]);
  assert.equal(
    first.activations.map(({ length }) => length),
    [20 * 12, 20 * 7],
  );
  const short = trainOne(strategy('he'), 'fixed', small('--steps', '1'), SMALL);
  assert.equal(short.first, first);
  assert.is.not(last.weightGradients[0], first.weightGradients[0]);
  assert.ok(Math.abs(accuracy * 40 - Math.round(accuracy * 40)) < 1e-9, 'a share of 40 images');
});

test('all networks of a mode see the same batches, and mini-batches differ from step to step', async () => {
  const [fixed, mini] = await runStudy(small('--init', 'zeros,xavier-half'), SMALL);
  assert.equal([fixed!.mode, mini!.mode], ['fixed', 'minibatch']);
  assert.is(new Set(fixed!.indices).size, 20);
  assert.is(fixed!.original, false);
  const firstLosses = (mode: typeof mini): number[] => mode!.runs.map(({ loss }) => loss[0]!);
  assert.ok(Math.abs(firstLosses(mini)[0]! - Math.log(10)) < 1e-5);
  assert.is.not(firstLosses(fixed)[1], firstLosses(mini)[1]);
});

test('the batch is the original one where it fits, and drawn from the seed elsewhere', () => {
  assert.equal(fixedIndices(parseOptions([]), data.train), { indices: ORIGINAL_BATCH, original: true });
  const drawn = (seed: number) =>
    fixedIndices(parseOptions(['--batch', '5', '--seed', String(seed)]), data.train);
  assert.equal(drawn(0), drawn(0));
  assert.is(drawn(0).original, false);
  assert.not.equal(drawn(0).indices, drawn(1).indices);
});

test('the same seed gives the same report to the byte, another seed another one', async () => {
  assert.is(await reportOf('--seed', '1'), html);
  assert.is.not(await reportOf('--seed', '0'), html);
});

test('the report stands alone and holds every picture, table and label', () => {
  assert.not.match(html, /<script|<link|src="http|href="http|url\(http|@import/);
  assert.not.match(html, /undefined|\[object|NaN/);
  for (const text of [
    'zeros',
    'constant 0.01',
    'normal 0.01',
    'Xavier 1/n',
    'He 2/n',
    'hidden 1, step 0',
    'hidden 2, step 3',
    'different units after the last step',
    'norm of the gradient, logarithmic',
    'weights after training',
    'test accuracy',
    'One batch, again and again',
    'Other images in every step',
  ])
    assert.ok(html.includes(text), text);
  const ids = [...html.matchAll(/<section id="(\w+)"/g)].map((match) => match[1]);
  assert.equal(ids, ['fixed', 'minibatch']);
});

test('a network whose loss is no number any more is reported as such', async () => {
  const options = small('--init', 'he', '--lr', '1e30', '--mode', 'fixed');
  const results = await runStudy(options, SMALL);
  assert.ok(results[0]!.runs[0]!.loss.some((loss) => !Number.isFinite(loss)));
  assert.match(
    await studyReport(options, SMALL, results),
    /The loss of He 2\/n stops being a number at step \d/,
  );
});

test('the table has the losses of the chosen steps, and the last row is the accuracy', async () => {
  const [fixed] = await runStudy(small('--init', 'zeros', '--steps', '12'), SMALL);
  const table = resultTable(fixed!);
  assert.equal(table.head, ['step', 'zeros']);
  assert.equal(
    table.rows.map(([step]) => step),
    ['0', '10', '11', 'test accuracy'],
  );
  assert.is(table.rows[0]![1], '2.3026');
  const widths = plainTable(table)
    .split('\n')
    .map(({ length }) => length);
  assert.is(new Set(widths).size, 1);
});

test('measures agree with values worked out by hand', () => {
  assert.ok(Math.abs(entropyOf([0, 0, 1, 1]) - Math.LN2) < 1e-12);
  assert.ok(Math.abs(entropyOf([3, 3, 3])) < 1e-12);
  assert.equal(trailingMean([1, 3, 5, 7], 2), [1, 2, 4, 6]);
  const hopeless = bookLoss(tensor([[0, 1000]]), Int32Array.of(0));
  assert.ok(Math.abs(hopeless - 7 * Math.log(10)) < 1e-6, 'one hopeless image counts 16.1');
  assert.ok(Math.abs(bookLoss(tensor([[0, 0]]), Int32Array.of(1)) - Math.LN2) < 1e-6);
  const rng = random(0);
  assert.is(distinctUnits(new Linear(3, 5, { rng, init: constant(2) })), 1);
  assert.is(distinctUnits(new Linear(3, 5, { rng, init: heNormal() })), 5);
  const biased = new Linear(3, 5, { rng, init: constant(2) });
  biased.bias!.write((bias) => void (bias[4] = 1));
  assert.is(distinctUnits(biased), 2);
});

test('flags default to the original study, and their command line repeats them', () => {
  const options = parseOptions([]);
  assert.equal(
    options.strategies.map(({ name }) => name),
    ['zeros', 'constant', 'normal', 'xavier', 'he'],
  );
  assert.equal(
    [options.steps, options.batch, options.lr, options.hidden, options.activation, options.modes],
    [1000, 100, 0.1, [200, 200], 'relu', ['fixed', 'minibatch']],
  );
  const odd = [
    '--init',
    'he,orthogonal',
    '--mode',
    'minibatch',
    '--steps',
    '7',
    '--hidden',
    '3',
    '--lr',
    '0.5',
  ];
  const again = commandOf(parseOptions(odd)).replace('npm start -- ', '').split(' ');
  assert.equal(parseOptions(again), parseOptions(odd));
});

test('misspelt flags and values out of range are refused with what was expected', () => {
  const refused = (...flags: string[]): string => {
    let said = '';
    assert.throws(() => parseOptions(flags, (text) => void (said += text)));
    return said;
  };
  assert.match(refused('--stepz', '5'), /unknown option '--stepz'[\s\S]*Did you mean --steps\?/);
  assert.match(refused('--init', 'hee'), /"hee" is none of zeros, constant, normal, xavier, he/);
  assert.match(refused('--init', 'he,he'), /"he" is named twice/);
  assert.match(refused('--steps', '0'), /Expected a whole number from 1 to 1000000/);
  assert.match(refused('--steps', '1.5'), /Expected a whole number/);
  assert.match(refused('--batch', '-3'), /Expected a whole number from 1 to 60000/);
  assert.match(refused('--lr', 'fast'), /Expected a number above 0/);
  assert.match(refused('--lr', '0'), /Expected a number above 0/);
  assert.match(refused('--hidden', '200,'), /Expected a whole number from 1 to 10000/);
  assert.match(refused('--activation', 'rleu'), /Expected one of relu, leakyRelu, tanh/);
  assert.match(refused('--mode', 'both'), /Expected fixed or minibatch/);
  assert.match(refused('--seed', 'x'), /Expected a whole number from 0/);
  assert.match(refused('extra'), /too many arguments/);
  assert.match(refused('--out'), /argument missing/);
});

/** A folder with the four files of MNIST, in which the training images are cut off or missing. */
function withDamage(damage: 'truncated' | 'missing', check: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'init-study-'));
  try {
    const damaged = 'train-images-idx3-ubyte';
    for (const name of readdirSync(MNIST))
      if (name !== damaged) symlinkSync(join(MNIST, name), join(folder, name));
    if (damage === 'truncated')
      writeFileSync(join(folder, damaged), readFileSync(join(MNIST, damaged)).subarray(0, 5000));
    check(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('missing and truncated data files end the program with a message and no stack trace', () => {
  const expectations = [
    ['missing', /init-study: loadMnist: .* has no train-images-idx3-ubyte/],
    [
      'truncated',
      /init-study: parseIdx: .*train-images-idx3-ubyte is cut off.* needs 47040016 bytes, the file has 5000/,
    ],
  ] as const;
  for (const [damage, message] of expectations)
    withDamage(damage, (folder) => {
      const { status, output } = runExample('init-study', '--data', folder, '--out', join(folder, 'x.html'));
      assert.is(status, 1);
      assert.match(output, message);
      assert.not.match(output, /\n\s+at /);
      assert.not.ok(readdirSync(folder).includes('x.html'));
    });
});

test('a wrong flag and a report that cannot be written end the program before it trains', () => {
  const file = join(temporaryFolder('study'), 'file');
  writeFileSync(file, '');
  for (const [code, flags, message] of [
    [2, ['--stepz', '5'], /Did you mean --steps/],
    [1, ['--out', join(file, 'x.html')], /--out \S*\/file\/x\.html: a part of the path is a file/],
    [1, ['--out', '/dev/null'], /--out \/dev\/null: is a device; name a regular file or a folder/],
  ] as const) {
    const { status, output } = runExample('init-study', ...flags);
    assert.is(status, code);
    assert.match(output, message);
    assert.not.match(output, /\n\s+at |step \d/);
  }
});

test('the report goes into a folder under its usual name', () => {
  const folder = temporaryFolder('study');
  const flags = '--steps 1 --batch 20 --init he --mode fixed --hidden 4'.split(' ');
  const { status, output } = runExample('init-study', ...flags, '--data', SMALL_FILES, '--out', folder);
  assert.is(status, 0, output);
  assert.ok(output.includes(`report: ${join(folder, 'init-study.html')}`));
  assert.equal(readdirSync(folder), ['init-study.html']);
});

interface Stopped {
  readonly code: number | null;
  readonly said: string;
  /** What is in the folder of the report, which had an old report in it. */
  readonly files: readonly string[];
  readonly report: string;
}

/** Runs a study of two networks in one mode, and sends Ctrl-C each time the next of these texts has appeared. */
async function stopped(...texts: string[]): Promise<Stopped> {
  const folder = temporaryFolder('stopped');
  const out = join(folder, 'report.html');
  writeFileSync(out, 'an older report');
  const flags = '--mode fixed --init zeros,he --steps 3000 --batch 20 --hidden 8'.split(' ');
  const program = asOneFile('examples/init-study/main.ts');
  const child = spawn(process.execPath, [program, ...flags, '--data', SMALL_FILES, '--out', out]);
  let said = '';
  const listen = (chunk: Buffer): void => {
    said += chunk.toString();
    if (texts.length > 0 && said.includes(texts[0]!)) {
      texts.shift();
      child.kill('SIGINT');
    }
  };
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, said, files: readdirSync(folder), report: readFileSync(out, 'utf8') };
}

test('Ctrl-C keeps the networks that are finished, and the report says that it is partial', async () => {
  const { code, said, files, report } = await stopped('zeros: step 3000/3000');
  assert.is(code, 130, said);
  assert.match(said, /report of the 1 of 2 networks that are finished: .*report\.html/);
  assert.match(said, /step +zeros\n/);
  assert.equal(files, ['report.html']);
  assert.match(
    report,
    'This report is partial: the study was stopped when 1 of its 2 networks was finished.',
  );
  assert.match(report, 'id="fixed-zeros"');
  assert.not.match(report, 'He 2/n');
});

test('Ctrl-C before a network is finished says that nothing was written', async () => {
  const { code, said, files, report } = await stopped('zeros: step 1500/3000');
  assert.is(code, 130, said);
  assert.match(said, 'init-study: stopped before a network was finished; nothing was written');
  assert.not.match(said, /\n\s+at /);
  assert.equal(files, ['report.html']);
  assert.is(report, 'an older report');
});

test('the second Ctrl-C ends the program at once, also while it draws the report', async () => {
  const { code, said, files, report } = await stopped('zeros: step 3000/3000', 'stopping');
  assert.is(code, 130, said);
  assert.not.match(said, 'report of');
  assert.equal(files, ['report.html']);
  assert.is(report, 'an older report');
});

test('a study that is stopped has the results of the networks that are finished, and ends their progress', async () => {
  const controller = new AbortController();
  const calls: string[] = [];
  const reporter = {
    begin: async (mode: string, { name }: { name: string }) => {
      calls.push(`begin ${mode} ${name}`);
      if (mode === 'minibatch' && name === 'he') controller.abort();
      return { update() {}, end: () => void calls.push('end') };
    },
  };
  // So many steps take longer than the training keeps signals out.
  const options = { ...small('--init', 'zeros,he'), steps: 500 };
  const results = await runStudy(options, SMALL, reporter, controller.signal);
  assert.equal(
    results.map(({ mode, runs }) => [mode, runs.map(({ strategy: { name } }) => name)]),
    [
      ['fixed', ['zeros', 'he']],
      ['minibatch', ['zeros']],
    ],
  );
  assert.is(calls.length, 8);
  assert.is(calls.at(-1), 'end');
  assert.equal(finishedOf(options, results), { finished: 3, planned: 4 });
  assert.match(await studyReport(options, SMALL, results), 'when 3 of its 4 networks were finished');
});

test('the contents lead to every network, and every link of the page to a place on it', () => {
  const targets = new Set([...html.matchAll(/ id="([\w-]+)"/g)].map(([, id]) => id));
  const links = [...html.matchAll(/ href="#([\w-]+)"/g)].map(([, id]) => id!);
  assert.equal(
    links.filter((link) => link !== 'top' && !targets.has(link)),
    [],
  );
  const contents = html.slice(html.indexOf('<nav'), html.indexOf('</nav>'));
  for (const mode of ['fixed', 'minibatch'])
    for (const name of ['zeros', 'constant', 'normal', 'xavier', 'he'])
      assert.match(contents, `href="#${mode}-${name}"`);
  assert.not.match(html, 'partial:');
});

/** Runs the program from its sources, in the folder of the project, as a person does. */
function programOfProject(...flags: string[]): { status: number | null; said: string } {
  const main = join(ROOT, 'examples/init-study/main.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', main, ...flags], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return { status, said: stdout + stderr };
}

test('a whole run prints progress, the tables and the path, and leaves one file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'init-study-'));
  try {
    const out = join(folder, 'report.html');
    writeFileSync(out, 'an older report');
    const { status, said } = programOfProject(
      '--steps',
      '2',
      '--init',
      'zeros,he',
      '--hidden',
      '8',
      '--out',
      out,
    );
    assert.is(status, 0, said);
    for (const part of [
      /fixed · He 2\/n: step 2\/2/,
      /fixed batch\nstep +zeros +He 2\/n/,
      /mini-batches/,
      /test accuracy/,
    ])
      assert.match(said, part);
    assert.ok(said.includes(`report: ${out}`));
    assert.equal(readdirSync(folder), ['report.html']);
    assert.match(readFileSync(out, 'utf8'), /^<!doctype html>[\s\S]*<\/html>\n$/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
