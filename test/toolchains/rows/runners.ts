/** Test runners: a test of a right gradient passes, and the same test of a wrong one fails with the report. */
import { readdirSync } from 'node:fs';
import { type Place, versionOf } from '../place.js';
import { type Group, ONLY_COMMONJS, type Row } from './row.js';

interface Runner {
  readonly tool: string;
  /** The tool whose version is shown, if it is not `tool`. */
  readonly package?: string;
  readonly how: string;
  /** A folder below fixtures/runners, with one test. */
  readonly fixture: string;
  readonly command: string;
  readonly node?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const RUNNERS: readonly Runner[] = [
  {
    ...{ tool: 'node:test', package: 'node20', how: 'TypeScript by tsx', fixture: 'node' },
    command: 'node --import tsx --test unit.node.test.ts',
  },
  {
    ...{ tool: 'node:test', package: 'node24', node: 'node24', how: 'ES module', fixture: 'node-js' },
    command: 'node --test',
  },
  {
    ...{ tool: 'node:test', package: 'node20', how: 'CommonJS', fixture: 'node-commonjs', ...ONLY_COMMONJS },
    command: 'node --test',
  },
  { tool: 'uvu', how: 'TypeScript by tsx', fixture: 'uvu', command: 'tsx unit.uvu.test.ts' },
  {
    ...{ tool: 'uvu', how: 'CommonJS', fixture: 'uvu-commonjs', ...ONLY_COMMONJS },
    command: 'uvu . test.js$',
  },
  {
    ...{ tool: 'vitest', how: 'TypeScript', fixture: 'vitest', node: 'node24' },
    command: 'vitest run',
  },
  { tool: 'jest', how: 'its defaults (CommonJS)', fixture: 'jest', command: 'jest' },
  {
    ...{ tool: 'jest', how: 'ES modules', fixture: 'jest-esm' },
    command: 'NODE_OPTIONS=--experimental-vm-modules jest',
  },
  {
    ...{ tool: 'jest', how: 'TypeScript by ts-jest', fixture: 'jest-typescript' },
    command: 'jest',
  },
  {
    ...{ tool: 'mocha', how: 'TypeScript by tsx', fixture: 'mocha' },
    command: 'mocha -n import=tsx unit.mocha.test.ts',
  },
  { tool: 'mocha', how: 'ES module', fixture: 'mocha-js', command: 'mocha unit.test.js' },
  {
    ...{ tool: 'mocha', how: 'CommonJS', fixture: 'mocha-commonjs' },
    command: 'mocha unit.test.js',
  },
  { tool: 'bun test', package: 'bun', how: 'TypeScript', fixture: 'bun', command: 'bun test' },
  { tool: 'deno test', package: 'deno', how: 'no permission given', fixture: 'deno', command: 'deno test' },
];

/** The gradient of the denominator is cut off, so the test has to fail. */
const spoil = (_file: string, text: string): string => text.replace('x.square()', 'x.detach().square()');

/** Lines of a report that stand in it once: its title, and the second opinion on its only input. */
const ONCE = ['gradcheck failed', 'second opinion'];

async function tryRunner(place: Place, { fixture, command, node, env }: Runner): Promise<void> {
  const start = { ...(node && { node }), ...(env && { env }) };
  const path = `runners/${fixture}`;
  await place.copy(path).succeeds(command, start);
  const wrong = place.beside('wrong').copy(path, spoil);
  const spoiled = readdirSync(wrong.folder).filter((file) => wrong.read(file).includes('x.detach()'));
  place.demand(spoiled.length === 1, 'the gradient of the fixture was not made wrong');
  const { status, stdout, stderr } = await wrong.run(command, start);
  place.demand(status !== 0, 'the test of a wrong gradient passes');
  for (const line of ONCE) {
    const times = `${stdout}${stderr}`.split(line).length - 1;
    place.demand(times === 1, `"${line}" stands ${times} times in the output of the failing test`);
  }
}

const realms = (file: string, how: string, proves: string): Row => ({
  ...{ tool: 'jest', version: versionOf('jest'), how, proves, command: `jest ${file}` },
  run: async (place) => void (await place.copy('runners/jest-realms').succeeds(`jest ${file}`)),
});

export const runners: Group = {
  title: 'Test runners',
  text: `The test of a right gradient passes. The same test of a wrong one fails, with an exit status that is not 0 and with the
report once in the output. [Checks in your tests](in-your-tests.md) shows these tests. "CommonJS" is a package without
\`"type": "module"\`, as \`npm init -y\` makes it, in which \`require\` loads no ES modules.`,
  rows: [
    ...RUNNERS.map(
      (one): Row => ({
        ...{
          tool: one.tool,
          version: versionOf(one.package ?? one.tool),
          how: one.how,
          command: one.command,
        },
        proves: 'a right and a wrong gradient',
        ...(one.node && { needs: one.node }),
        run: (place) => tryRunner(place, one),
      }),
    ),
    realms('arrays.test.js', 'arrays of another realm', 'typed arrays that structuredClone made'),
    realms(
      'copies.test.js',
      'jest.resetModules',
      'two copies of the library, and a sentence where they meet',
    ),
  ],
};
