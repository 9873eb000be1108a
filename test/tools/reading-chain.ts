/**
 * The reading chain: the order in which docs/README.md lists the steps and the files of the source. The head of each
 * listed file ends with a line that names its neighbours. `npx tsx test/tools/reading-chain.ts` writes these lines; a
 * test fails where one is missing or wrong.
 */
import { readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeWhole } from '../../examples/shared/output.js';
import { commandLine, run } from '../../examples/shared/program.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const CONTENTS = 'docs/README.md';

/** One listed file that is TypeScript, and the paths of its neighbours, from the root of the project. */
export interface Link {
  readonly file: string;
  readonly previous: string;
  readonly next: string;
}

/** The chain of one section: the files that its numbered entries link to, in order. The contents stand at both ends. */
function chainOf(section: string): Link[] {
  const entries = section.match(/^\d+\. .*(?:\n {2,}\S.*)*/gm) ?? [];
  const files = entries.flatMap((entry) =>
    [...entry.matchAll(/\]\(([\w./-]+\.(?:ts|md))\)/g)].map(([, path]) => normalize(join('docs', path!))),
  );
  return files.map((file, i) => ({
    file,
    previous: files[i - 1] ?? CONTENTS,
    next: files[i + 1] ?? CONTENTS,
  }));
}

/** All links of all sections of the contents. */
export function readingChain(contents: string = readFileSync(join(root, CONTENTS), 'utf8')): Link[] {
  return contents
    .split(/^## /m)
    .flatMap(chainOf)
    .filter(({ file }) => file.endsWith('.ts'));
}

const NEIGHBOURS = /^ ?\*? ?Previous: .* · Next: .*$/;

/** The text of a file with the line about its neighbours at the end of its head comment. */
export function withNeighbours(text: string, { file, previous, next }: Link): string {
  const head = /^\/\*\*[\s\S]*?\*\//.exec(text)?.[0];
  if (!head) throw new Error(`${file} begins with no head comment`);
  const lines = head
    .replace(/^\/\*\*[ \n]?/, '')
    .replace(/\s*\*\/$/, '')
    .split('\n')
    .filter((line) => !NEIGHBOURS.test(line))
    .map((line) => line.replace(/^ \* ?/, '').trimEnd());
  while (lines.at(-1) === '') lines.pop();
  const body = [...lines, '', `Previous: ${previous} · Next: ${next}`];
  const comment = ['/**', ...body.map((line) => ` * ${line}`.trimEnd()), ' */'].join('\n');
  return comment + text.slice(head.length);
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await run('reading-chain', async () => {
    commandLine(
      'reading-chain',
      `Writes the lines "Previous: … · Next: …" into the files that ${CONTENTS} lists.`,
    ).parse();
    for (const link of readingChain()) {
      const path = join(root, link.file);
      await writeWhole(path, withNeighbours(readFileSync(path, 'utf8'), link));
    }
  });
