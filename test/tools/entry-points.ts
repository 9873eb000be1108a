/** The entry points of the package, as package.json exports them. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface EntryPoint {
  /** As a program imports it: `tapegrad/nn`. */
  readonly name: string;
  /** Its file in dist/, without the ending: `nn/index`. */
  readonly build: string;
  /** The file it is made from: `src/nn/index.ts`. */
  readonly source: string;
}

interface Target {
  readonly import?: { readonly types: string; readonly default: string };
}

export function entryPoints(): EntryPoint[] {
  const manifest = fileURLToPath(new URL('../../package.json', import.meta.url));
  const { exports } = JSON.parse(readFileSync(manifest, 'utf8')) as { exports: Record<string, Target> };
  return Object.entries(exports).flatMap(([name, target]) =>
    target.import
      ? [
          {
            name: name.replace('.', 'tapegrad'),
            build: target.import.default.replace(/^\.\/dist\/|\.js$/g, ''),
            source: target.import.types.replace('./dist/types/', 'src/').replace(/\.d\.ts$/, '.ts'),
          },
        ]
      : [],
  );
}
