/**
 * The public names: everything that the entry points of the package export, types included. `npx tsx
 * test/tools/public-names.ts` writes them to test/fixtures/public-names.json; a test fails where the two differ.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { writeWhole } from '../../examples/shared/output.js';
import { commandLine, run } from '../../examples/shared/program.js';
import { entryPoints } from './entry-points.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const FIXTURE = join(root, 'test/fixtures/public-names.json');

/** The exported names of each entry point, in alphabetical order; `type ` stands before names without a value. */
export function publicNames(): Record<string, string[]> {
  const entries = new Map(
    entryPoints().map(({ name, source }) => [name.replace('tapegrad', '.'), join(root, source)]),
  );
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile).config,
    ts.sys,
    root,
  );
  const program = ts.createProgram([...entries.values()], { ...options, noEmit: true });
  const checker = program.getTypeChecker();
  const names: Record<string, string[]> = {};
  for (const [entry, file] of entries) {
    const module = checker.getSymbolAtLocation(program.getSourceFile(file)!)!;
    names[entry] = checker
      .getExportsOfModule(module)
      .map((symbol) => {
        const { flags } = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
        const isValue = flags & (ts.SymbolFlags.Value | ts.SymbolFlags.NamespaceModule);
        return `${isValue ? '' : 'type '}${symbol.name}`;
      })
      .sort();
  }
  return names;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await run('public-names', async () => {
    commandLine('public-names', `Writes the list of all public names to ${FIXTURE}.`).parse();
    await writeWhole(FIXTURE, `${JSON.stringify(publicNames(), null, 2)}\n`);
  });
