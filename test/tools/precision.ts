/** Writes what is measured into the section Precision of docs/conventions.md. `npx tsx test/tools/precision.ts` */
import { readFileSync, writeFileSync } from 'node:fs';
import { commandLine, run } from '../../examples/shared/program.js';
import { section } from '../support/precision.js';

const file = new URL('../../docs/conventions.md', import.meta.url);

await run('precision', () => {
  commandLine(
    'precision',
    'Measures the error of every function and slope, and writes the table into docs/conventions.md.',
  ).parse();
  const text = readFileSync(file, 'utf8');
  const from = text.search(/## Precision\n|Next: \[performance\]/);
  writeFileSync(
    file,
    `${text.slice(0, from)}${section()}\n${text.slice(text.indexOf('Next: [performance]'))}`,
  );
});
