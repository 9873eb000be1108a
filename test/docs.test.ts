/** The book holds what it promises: its programs compile, run, and print what stands below them; its links lead somewhere. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import * as assert from 'uvu/assert';
import {
  anchorsOf,
  BEGIN,
  type Block,
  blocksOf,
  examplesOf,
  fileName,
  joined,
  linksOf,
  passagesOf,
  type Step,
  stepsOf,
  THREW,
  watched,
  withoutImports,
} from './support/markdown.js';
import { compilePrograms, type Outcome, readersFolder, runProgram } from './support/reader.js';
import { suite } from './support/suite.js';

const test = suite('docs');
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = readersFolder('docs');

/** Pages that may do without a program. */
const WITHOUT_PROGRAMS = ['CONTRIBUTING.md', 'docs/README.md', 'docs/performance.md', 'docs/toolchains.md'];

/** Runners that the project does not install. Here a stand-in runs their programs, and `npm run toolchains` the runner itself. */
const STAND_INS = ['vitest', '@jest/globals', 'mocha', 'bun:test', 'Deno'];

interface Page {
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly Block[];
  /** Programs by themselves: one for the whole page, or in README.md one for each block. */
  readonly programs: readonly (readonly Step[])[];
  /** Blocks that are files of their own. */
  readonly files: readonly Step[];
}

function pageAt(path: string): Page {
  const text = readFileSync(join(root, path), 'utf8');
  try {
    const blocks = blocksOf(text);
    const steps = stepsOf(blocks).filter(({ mark }) => mark !== 'from');
    const inline = steps.filter((step) => !fileName(step));
    const programs = path === 'README.md' ? inline.map((step) => [step]) : [inline];
    return {
      path,
      text,
      blocks,
      programs: programs.filter(({ length }) => length > 0),
      files: steps.filter(fileName),
    };
  } catch (error) {
    throw new Error(`${path}, ${(error as Error).message}`);
  }
}

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
].map(pageAt);

/** Writes a program below the folder and returns its path. */
function write(path: string, text: string): string {
  const place = join(folder, path);
  mkdirSync(dirname(place), { recursive: true });
  writeFileSync(place, text);
  return place;
}

const words = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** Errors this small are rounding, whose digits, and so the largest of them, the processor may choose. */
const rounded = (text: string): string =>
  text
    .trimEnd()
    .replace(/\b\d(\.\d+)?e-(9|\d\d+)\b/g, '≈0')
    .replace(/worst at .*: absolute error ≈0, relative ≈0/g, 'worst: ≈0');

/** Whether a message is the one that the page shows, in which … stands for anything. */
function isShown(shown: string, message: string): boolean {
  const literal = words(shown).split(/\s*…\s*/);
  const pattern = literal.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*');
  return new RegExp(`^${pattern}$`).test(words(message));
}

/** What is wrong with what a program did, block by block; empty if it did what its page says. */
function complaints(steps: readonly Step[], { status, stdout, stderr }: Outcome): string[] {
  const wrong = status !== 0 || stderr !== '' ? [`exit status ${status}: ${stderr}`] : [];
  const outputs = stdout.split(`${BEGIN}\n`).slice(1);
  if (outputs.length !== steps.length) wrong.push(`${outputs.length} of ${steps.length} blocks ran`);
  for (const [i, step] of steps.entries()) {
    const [printed = '', threw] = (outputs[i] ?? '').split(THREW);
    const expected = step.prints ?? '';
    if (rounded(printed) !== rounded(expected))
      wrong.push(`line ${step.line} prints\n${printed}and the page says\n${expected}`);
    if (step.mark !== 'throws') continue;
    const message = threw === undefined ? 'nothing' : (JSON.parse(threw) as string);
    if (threw === undefined || !words(message).includes(words(step.detail)))
      wrong.push(`line ${step.line} throws ${message}, and the page says ${step.detail}`);
    else if (step.message !== null && !isShown(step.message, message))
      wrong.push(`line ${step.line} throws\n${message}\nand the page shows\n${step.message}`);
  }
  return wrong;
}

/** A program of a page, and the files that the page puts beside it. */
interface Job {
  /** Its own folder. */
  readonly place: string;
  readonly steps: readonly Step[];
  readonly files: readonly Step[];
}

/** Two at a time: the machine that runs the tests may have no more cores. */
async function everyOne<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const waiting = [...all];
  const worker = async (): Promise<void> => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) await work(one);
  };
  await Promise.all([worker(), worker()]);
}

/** Runs each job as a program of its own, and says what is wrong with each. */
async function tryOut(jobs: readonly Job[]): Promise<string[][]> {
  const programs = jobs.map(writeJob);
  await compilePrograms(folder, programs);
  const found: string[][] = jobs.map(() => []);
  await everyOne([...jobs.entries()], async ([i, { steps }]) => {
    found[i] = complaints(steps, await runProgram(programs[i]!));
  });
  return found;
}

function writeJob({ place, steps, files }: Job): string {
  for (const file of files) write(join(place, fileName(file)), file.code);
  return write(join(place, 'page.ts'), watched(steps));
}

test('the programs of every page run as they stand and print what the page says', async () => {
  const jobs = pages.flatMap(({ path, programs, files }) =>
    programs.map((steps, i): Job => ({ place: `run/${path.replace('.md', '')}/${i}`, steps, files })),
  );
  const found = await tryOut(jobs);
  const wrong = jobs.flatMap(({ place }, i) => found[i]!.map((one) => `${place}: ${one}`));
  assert.equal(wrong, [], wrong.join('\n\n'));
  for (const { path, programs } of pages)
    assert.ok(programs.length > 0 || WITHOUT_PROGRAMS.includes(path), `${path} has no program`);
});

test('a page that does not hold what it says is noticed', async () => {
  const [fence, prints] = ['```', '<!-- prints -->'];
  const right = `${prints}\n${fence}ts\nconsole.log(1);\n${fence}\n${fence}text\n1\n${fence}`;
  const broken = [
    `${prints}\n${fence}ts\nconsole.log(1);\n${fence}\n${fence}text\n2\n${fence}`,
    `${fence}ts\nconsole.log(1);\n${fence}`,
    `<!-- throws: no -->\n${fence}ts\nconst x = 1;\n${fence}`,
    `<!-- throws: no -->\n${fence}ts\nthrow new Error('yes');\n${fence}`,
    `<!-- throws: no -->\n${fence}ts\nthrow new Error('no way');\n${fence}\n${fence}\nno … out\n${fence}`,
    `<!-- throws: no -->\n${fence}ts\nthrow new Error('no way');\n${fence}\n${fence}\nno\n${fence}`,
    `${fence}ts\nthrow new Error('yes');\n${fence}`,
    `${fence}ts\nconsole.warn('hm');\n${fence}`,
  ];
  const blocks = [right, ...broken];
  const found = await tryOut(
    blocks.map((block, i) => ({ place: `wrong/${i}`, steps: stepsOf(blocksOf(block)), files: [] })),
  );
  for (const [i, block] of blocks.entries()) assert.is(found[i]!.length > 0, block !== right, block);
  assert.throws(() => stepsOf(blocksOf(`${fence}text\n1\n${fence}`)), /output without a program/);
  assert.throws(() => stepsOf(blocksOf(`${prints}\n${fence}ts\n${fence}`)), /no output follows/);
  assert.throws(() => blocksOf(`${prints}\n\n${fence}ts\n${fence}`), /no block follows/);
  assert.throws(() => blocksOf(`<!-- print -->\n${fence}ts\n${fence}`), /no mark that is known/);
});

const plain = (code: string): string => {
  const compilerOptions = { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext };
  return words(ts.transpileModule(code, { compilerOptions }).outputText.replace('"use strict";', ''));
};

/** The passages of a block that do not stand in the file it names: all of a diff's, or the whole of a quotation. */
function missing(block: Block): string[] {
  const source = readFileSync(join(root, block.detail), 'utf8');
  if (block.language !== 'diff') return plain(source).includes(plain(block.code)) ? [] : [block.code];
  return passagesOf(block).filter((passage) => !words(source).includes(words(passage)));
}

test('a passage that a page quotes from the source stands there: code with its types left out, a diff word by word', () => {
  const quoted = pages.flatMap(({ path, blocks }) =>
    blocks.filter(({ mark }) => mark === 'from').map((block) => ({ path, block })),
  );
  const diffs = quoted.filter(({ block }) => block.language === 'diff');
  assert.ok(
    diffs.length > 0 && diffs.length < quoted.length,
    `${diffs.length} of ${quoted.length} are diffs`,
  );
  for (const { path, block } of quoted) assert.equal(missing(block), [], `${path}, line ${block.line}`);
});

test('a diff that shows what its file does not hold is noticed', () => {
  const diff = (code: string): Block => ({
    ...{ language: 'diff', code, line: 1, mark: 'from', detail: 'src/nn/index.ts' },
  });
  const held = "+export { lsuvInit } from './lsuv.js';";
  assert.equal(missing(diff(held)), []);
  assert.is(missing(diff(`${held}\n@@\n+export { Nonsense } from './nonsense.js';`)).length, 1);
  // Not neighbours in the file, and so not one passage.
  assert.is(missing(diff(`${held}\n export { summary } from './summary.js';`)).length, 1);
  assert.equal(missing(diff(`${held}\n@@\n export { summary } from './summary.js';`)), []);
  assert.throws(() => missing(diff('-export const gone = 1;')), /no line of what the file holds now/);
  assert.throws(() => missing(diff(`${held}\n@@`)), /a passage is empty/);
});

const RUNNERS: Record<string, { flags: string[]; passed: RegExp }> = {
  'node:test': { flags: ['--test-reporter=tap'], passed: /^# pass (\d+)$/m },
  uvu: { flags: [], passed: /Passed:\s+(\d+)/ },
  'stand-in': { flags: [], passed: /^(\d+) passed$/m },
};

/** Does what `test` of any runner does: runs the body, and fails if it throws. */
const STAND_IN = `
let passed = 0;
export async function test(title: string, body: () => void | Promise<void>): Promise<void> {
  await body();
  passed++;
}
export const it = test;
process.on('exit', () => console.log(passed + ' passed'));
`;

/** What a test file takes its `test` from, a module or a global name; empty for a file that is no test. */
const runnerOf = ({ code }: Block): string =>
  /^import .* from '(node:test|uvu|vitest|@jest\/globals|mocha|bun:test)';$/m.exec(code)?.[1] ??
  /^(Deno)\.test\(/m.exec(code)?.[1] ??
  '';

interface TestFile {
  readonly file: Step;
  readonly runner: string;
  /** All files of its page, which it may import. */
  readonly files: readonly Step[];
}

const testFiles = pages.flatMap(({ files }): TestFile[] =>
  files.filter(runnerOf).map((file) => ({ file, runner: runnerOf(file), files })),
);

/** A test file that takes its `test` from the stand-in. */
function withStandIn(code: string, runner: string): string {
  return runner === 'Deno'
    ? code.replace('Deno.test(', 'test(').replace('import', "import { test } from './stand-in.js';\nimport")
    : code.replace(`'${runner}'`, "'./stand-in.js'");
}

/** Writes a test file, for the stand-in where it takes the place of the runner; the files around it come through `change`. */
function writeTests({ file, runner, files }: TestFile, place: string, change: (code: string) => string) {
  write(join(place, 'stand-in.ts'), STAND_IN);
  for (const other of files) write(join(place, fileName(other)), change(other.code));
  const code = STAND_INS.includes(runner) ? withStandIn(file.code, runner) : file.code;
  return write(join(place, fileName(file)), code);
}

/** Runs all test files, each by its runner, or by the stand-in. */
async function runTests(
  name: string,
  change: (code: string) => string,
  judge: (one: TestFile, outcome: Outcome) => void,
): Promise<void> {
  const written = testFiles.map((one, i) => ({ one, path: writeTests(one, `${name}/${i}`, change) }));
  await compilePrograms(
    folder,
    written.map(({ path }) => path),
  );
  await everyOne(written, async ({ one, path }) => judge(one, await runProgram(path, ...wayOf(one).flags)));
}

const wayOf = ({ runner }: TestFile) => RUNNERS[runner] ?? RUNNERS['stand-in']!;

test('test files for node:test and uvu pass there, and those for other runners with a stand-in', async () => {
  assert.equal(testFiles.map(({ runner }) => runner).sort(), ['node:test', 'uvu', ...STAND_INS].sort());
  for (const name of STAND_INS)
    assert.not(existsSync(join(root, 'node_modules', name)), `${name} is installed: run its program with it`);
  await runTests(
    'right',
    (code) => code,
    (one, { status, stdout, stderr }) => {
      const declared = one.file.code.match(/^(Deno\.)?(test|it)\('/gm)?.length ?? 0;
      assert.is(status, 0, `${fileName(one.file)}: ${stdout}${stderr}`);
      assert.ok(declared > 0, fileName(one.file));
      assert.is(Number(wayOf(one).passed.exec(stdout)?.[1]), declared, `${fileName(one.file)}: ${stdout}`);
    },
  );
});

test('the same test files fail where the gradient is wrong', async () => {
  const cutOff = (code: string): string => code.replace('x.square()', 'x.detach().square()');
  await runTests('cut-off', cutOff, ({ file }, { status, stdout, stderr }) => {
    assert.is.not(status, 0, fileName(file));
    assert.match(stdout + stderr, 'has a wrong gradient', fileName(file));
  });
});

/** What the examples in comments take for granted: the imports, and something to work with. */
const PRELUDE = `
import fc from 'fast-check';
import Papa from 'papaparse';
import { apply, checkpoint, defineOp, explainGrad, kernels, type NDArray, randn, random, slice, softmax, type Tensor, tensor, valueAndGrad } from 'tapegrad';
import { assertGradients, checkModule, checkOp, demand, gradcheck } from 'tapegrad/check';
import { arbitraries, gradientProperty } from 'tapegrad/check/property';
import { DataLoader, randomSplit, spiral, subset, tableDataset } from 'tapegrad/data';
import { loadCheckpoint, loadSafetensors, readFile, saveCheckpoint, saveSafetensors, toPyTorch, writeFile, writeNpz } from 'tapegrad/io';
import { Linear, Module, summary } from 'tapegrad/nn';
import { AdamW, cosine, decayGroups, linear, minimize, Optimizer, sequence, type UpdateRule } from 'tapegrad/optim';
import { calibration, confusionMatrix, freeze, precisionRecallCurve, rocCurve } from 'tapegrad/train';
import { barChart, calibrationChart, confusionChart, escapeXml, heatMap, histogram, imageGrid, lineChart, page, precisionRecallChart, rocChart } from 'tapegrad/plot';

const rng = random(0);
const x = randn([2, 10, 784], rng);
const w = randn([784, 2], rng, { requiresGrad: true });
const loss = x.matmul(w).square().sum();
const layer = new Linear(784, 10, { rng });
const model = layer;
const optimizer = new AdamW(model.parameters());
const points = spiral(100, { rng });
const loader = new DataLoader(points, { batchSize: 10, shuffle: true, rng });
const step = 7;
const logits = tensor([[2, 1], [0, 1], [3, 1]]);
const labels = [0, 1, 1];
const scores = [0.1, 0.8, 0.4];
const text = 'length,species\\n1.5,a\\n2.5,b\\n';
writeFile('model.safetensors', saveSafetensors(model.stateDict()));
const history = { loss: [2.3, 1.1, 0.4] };
const weights = new Float32Array(784);
const any = arbitraries(fc);
const SWISH = defineOp({
  name: 'swish',
  forward: ([z]: [NDArray]) => ({ data: z.data.map((v) => v / (1 + Math.exp(-v))), shape: z.shape }),
  save: ({ inputs: [z] }) => ({ z }),
  vjp: [(g, { z }) => g.mul(z.sigmoid().mul(z.neg().sigmoid().mul(z).add(1)))],
});
`;

const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !file.includes('assembly'),
);
const examples = sources.flatMap((file) =>
  examplesOf(`src/${file}`, readFileSync(join(root, 'src', file), 'utf8')),
);

/** What these draw by themselves may be 0 and 0, where a product is flat, and flat is not right: see `vacuous`. */
const COMPILED_ONLY = ['src/check/generate/arbitraries.ts', 'src/check/generate/property.ts'];

/** All examples in one program, each in a scope of its own, which says at the end how many got there. */
function exampleProgram(): string {
  const parts = examples.map(({ file, line, code }) => {
    const { imports, rest } = withoutImports(code);
    const known = imports === '' || PRELUDE.includes(imports);
    if (!known) throw new Error(`${file}:${line}: ${imports} is not among the usual imports`);
    const runs = !COMPILED_ONLY.includes(file);
    return `example = '${file}:${line}';\nif (${runs}) await (async () => {\n${rest.replace(/^export /gm, '')}\n})();\ncount++;`;
  });
  const frame = `let example = '';\nlet count = 0;\nprocess.on('exit', () => console.error(count, 'ran, last', example));`;
  return `${PRELUDE}\n${frame}\n${parts.join('\n')}\n`;
}

test('the examples in the comments of the source run', async () => {
  assert.ok(examples.length >= 18, `${examples.length} examples were found`);
  const program = write('examples/all.ts', exampleProgram());
  await compilePrograms(folder, [program]);
  const { status, stderr } = await runProgram(program);
  assert.is(status, 0, stderr);
  assert.match(stderr, `${examples.length} ran, last ${examples.at(-1)!.file}`);
});

/** What the compiler says about some programs, each with the line it means. */
function compile(programs: readonly string[]): string[] {
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile).config;
  // A reader's own project is strict, and need not be stricter.
  const changes = {
    noEmit: true,
    allowImportingTsExtensions: true, // as Deno wants them
    noUnusedLocals: false,
    noUnusedParameters: false,
    noUncheckedIndexedAccess: false,
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root, changes);
  const program = ts.createProgram(programs, options);
  const ours = program.getSourceFiles().filter(({ fileName }) => programs.includes(fileName));
  return ours
    .flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)])
    .map(({ file, start, messageText }) => {
      const line = file!.getLineAndCharacterOfPosition(start!).line + 1;
      return `${relative(folder, file!.fileName)}:${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    });
}

const RUNNER_TYPES = STAND_INS.map(
  (name) => `declare ${name === 'Deno' ? 'namespace Deno' : `module '${name}'`} {
  export function test(title: string, body: () => void | Promise<void>): void;
  export function it(title: string, body: () => void | Promise<void>): void;
}`,
).join('\n');

/** In CommonJS an import has no ending. The compiler, which takes all files for ES modules, wants one. */
const withEndings = (code: string): string => code.replace(/from '(\.\/\w+)'/g, "from '$1.js'");

test('pages, test files and examples pass the strict compiler', () => {
  const programs = pages.flatMap(({ path, programs, files }) => {
    const place = `typed/${path.replace('.md', '')}`;
    return [
      ...programs.map((steps, i) => write(`${place}/${i === 0 ? 'page' : `page${i}`}.ts`, joined(steps))),
      ...files
        .filter((file) => fileName(file).endsWith('.ts'))
        .map((file) => write(`${place}/${fileName(file)}`, withEndings(file.code))),
    ];
  });
  const wrong = write('typed/wrong.ts', "import { tensor } from 'tapegrad';\ntensor([1]).nonsense();");
  const types = write('typed/runners.d.ts', RUNNER_TYPES);
  const found = compile([types, ...programs, write('typed/examples.ts', exampleProgram()), wrong]);
  assert.match(found.join('\n'), /^typed\/wrong\.ts:2: .*nonsense/m);
  assert.equal(
    found.filter((message) => !message.startsWith('typed/wrong.ts')),
    [],
    found.join('\n'),
  );
});

/** What is wrong with a link of a page: a file that is not there, a heading that the file does not have. */
function broken(page: { path: string; text: string }, target: string): string | null {
  const [path = '', anchor] = target.split('#');
  const file = path ? resolve(root, dirname(page.path), path) : join(root, page.path);
  if (!existsSync(file)) return `${page.path}: ${target} does not exist`;
  if (!anchor) return null;
  return anchorsOf(readFileSync(file, 'utf8')).includes(anchor)
    ? null
    : `${page.path}: ${target} is no heading`;
}

test('links lead to files and headings that exist', () => {
  const links = pages.flatMap((page) => linksOf(page.text).map((target) => ({ page, target })));
  assert.ok(links.length > 50, `${links.length} links`);
  assert.equal(links.map(({ page, target }) => broken(page, target)).filter(Boolean), []);
  const [page] = pages;
  assert.is(broken(page!, 'docs/nonsense.md'), 'README.md: docs/nonsense.md does not exist');
  assert.is(broken(page!, 'docs/nan.md#nonsense'), 'README.md: docs/nan.md#nonsense is no heading');
});

test('files and folders of the project that pages name in code exist', () => {
  let named = 0;
  for (const { path, text } of pages)
    for (const [, file] of text.matchAll(/`((?:src|test|docs|examples|\.ci)\/[\w./-]+)`/g)) {
      if (file!.includes('NAME')) continue;
      assert.ok(existsSync(join(root, file!)), `${path}: ${file}`);
      named++;
    }
  assert.ok(named > 20, `${named} names`);
});

test('every chapter is in the table of contents, and the last line of each leads to the next', () => {
  const contents = readFileSync(join(root, 'docs/README.md'), 'utf8');
  const entries = [...contents.matchAll(/^\d+\. \[.+\]\(((?:steps\/)?[\w-]+\.(?:md|ts))\)/gm)].map(
    ([, name]) => name!,
  );
  const present = pages
    .map(({ path }) => path.replace('docs/', ''))
    .filter((name) => name !== 'README.md' && name !== 'CONTRIBUTING.md');
  const steps = readdirSync(join(root, 'docs/steps')).filter((name) => name.endsWith('.ts'));
  assert.equal([...entries].sort(), [...present, ...steps.map((name) => `steps/${name}`)].sort());
  const chapters = entries.filter((name) => name.endsWith('.md'));
  for (const [i, name] of chapters.entries()) {
    const last = pages
      .find(({ path }) => path === `docs/${name}`)!
      .text.trimEnd()
      .split('\n')
      .at(-1)!;
    if (i + 1 < chapters.length) assert.ok(last.includes(`(${chapters[i + 1]})`), `${name}: ${last}`);
  }
});

test('commands that pages tell the reader to type start scripts and programs that exist', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  let commands = 0;
  for (const { path, text } of pages) {
    for (const [, name] of text.matchAll(/npm run ([\w:-]+)/g)) {
      assert.ok(name! in scripts, `${path}: npm run ${name}`);
      commands++;
    }
    for (const [, file] of text.matchAll(/npx\s+tsx\s+([\w./-]+\/[\w./-]+)/g)) {
      assert.ok(existsSync(join(root, file!)), `${path}: npx tsx ${file}`);
      commands++;
    }
  }
  assert.ok(commands > 3);
});

test('the table of commands in CONTRIBUTING.md has every script that a person starts', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const table = pages.find(({ path }) => path === 'CONTRIBUTING.md')!.text;
  const listed = [...table.matchAll(/^\| `npm (?:run )?([\w:-]+)`/gm)].map(([, name]) => name!);
  assert.equal(
    listed.sort(),
    Object.keys(scripts)
      .filter((name) => name !== 'prepack')
      .sort(),
  );
});
