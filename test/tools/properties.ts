/**
 * `npm run properties`: the test files that draw values with fast-check, with many more cases than `npm test` has time
 * for. Every op of the registry then meets 300 random calls instead of 8, every other property 300 values instead of
 * 20. TAPEGRAD_RUNS chooses another number, TAPEGRAD_SEED other cases.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandLine, run } from '../../examples/shared/program.js';

const folder = fileURLToPath(new URL('..', import.meta.url));

/** The test files that import `property`. */
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts'))
  .filter((file) =>
    /import \{[^}]*\bproperty\b[^}]*\} from '[./]+\/support\/property\.js'/.test(
      readFileSync(join(folder, file), 'utf8'),
    ),
  );

await run('properties', () => {
  commandLine('properties', 'Runs the tests that draw random values with 300 cases each.')
    .addHelpText('after', '\nTAPEGRAD_RUNS=1000 tries that many cases, TAPEGRAD_SEED=7 other ones.')
    .parse();
  const { status } = spawnSync(
    process.execPath,
    ['--import', 'tsx', join(folder, 'tools/run.ts'), ...files],
    { stdio: 'inherit', env: { TAPEGRAD_RUNS: '300', ...process.env } },
  );
  process.exitCode = status ?? 1;
});
