/** The compiler as a test: test/types/ holds what must compile and, marked, what must not. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import * as assert from 'uvu/assert';
import { suite } from './support/suite.js';

const test = suite('types');
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = `${root}test/types/`;

function settings(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile);
  return { ...ts.parseJsonConfigFileContent(config, ts.sys, root, { noEmit: true }).options };
}

/** Compiles texts as if they were files of test/types and returns what the compiler says about each. */
function complaints(texts: Record<string, string>): Record<string, string[]> {
  const options = settings();
  const host = ts.createCompilerHost(options);
  const virtual = new Map(Object.entries(texts).map(([name, text]) => [folder + name, text]));
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (path) => virtual.has(path) || fileExists(path);
  host.readFile = (path) => virtual.get(path) ?? readFile(path);
  host.getSourceFile = (path, target, ...rest) => {
    const text = virtual.get(path);
    return text === undefined
      ? getSourceFile(path, target, ...rest)
      : ts.createSourceFile(path, text, target);
  };
  const program = ts.createProgram([...virtual.keys()], options, host);
  return Object.fromEntries(
    [...virtual.keys()].map((path) => {
      const file = program.getSourceFile(path)!;
      const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
      const texts = found.map(({ messageText, start = 0 }) => {
        const { line } = file.getLineAndCharacterOfPosition(start);
        return `${line + 1}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
      });
      return [path.slice(folder.length), texts];
    }),
  );
}

const LEAD = "import { add, defineOp, zeros } from '../../src/index.js';\n";
const cases = readdirSync(folder).filter((file) => file.endsWith('.ts'));
const found = complaints({
  ...Object.fromEntries(cases.map((file) => [file, readFileSync(folder + file, 'utf8')])),
  'fits.ts': `${LEAD}export const y = add(zeros([2, 3]), zeros([3])); void defineOp;`,
  'clash.ts': `${LEAD}export const y = add(zeros([2, 3]), zeros([4])); void defineOp;`,
  'product.ts': `${LEAD}export const y = zeros([2, 3]).matmul(zeros([2, 3])); void add; void defineOp;`,
  'unneeded.ts': `${LEAD}// @ts-expect-error these shapes fit\nexport const y = add(zeros([2]), zeros([2])); void defineOp;`,
});

for (const file of cases)
  test(`test/types/${file} compiles, and every line marked as an error is one`, () => {
    const marks = readFileSync(folder + file, 'utf8').match(/@ts-expect-error/g) ?? [];
    assert.ok(marks.length > 0, 'a file without an expected error shows nothing');
    assert.equal(found[file], []);
  });

test('shapes that fit compile', () => assert.equal(found['fits.ts'], []));

test('shapes that clash are refused in words that name both', () => {
  assert.is(found['clash.ts']!.length, 1);
  assert.match(found['clash.ts']![0]!, 'add: cannot broadcast [2,3] with [4]');
  assert.is(found['product.ts']!.length, 1);
  assert.match(found['product.ts']![0]!, 'matmul: [2,3] x [2,3]: inner sizes differ');
});

test('a mark on a line that compiles is an error', () => {
  assert.is(found['unneeded.ts']!.length, 1);
  assert.match(found['unneeded.ts']![0]!, "Unused '@ts-expect-error' directive");
});
