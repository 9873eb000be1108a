/**
 * The public names: everything that the entry points of the package export, types included. `npx tsx
 * test/tools/public-names.ts` writes them to test/fixtures/public-names.json; a test fails where the two differ.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const FIXTURE = join(root, 'test/fixtures/public-names.json');

/** The source file of each entry point that package.json exports: `.` → `src/index.ts`, `./nn` → `src/nn/index.ts`. */
function entryPoints(): Map<string, string> {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    exports: Record<string, { types?: string }>;
  };
  const entries = Object.entries(exports).flatMap(([name, { types }]) =>
    types
      ? [[name, join(root, types.replace('./dist/types/', 'src/').replace(/\.d\.ts$/, '.ts'))] as const]
      : [],
  );
  return new Map(entries);
}

/** The exported names of each entry point, in alphabetical order; `type ` stands before names without a value. */
export function publicNames(): Record<string, string[]> {
  const entries = entryPoints();
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
  writeFileSync(FIXTURE, `${JSON.stringify(publicNames(), null, 2)}\n`);
