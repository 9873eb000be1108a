/** The public names: what was exported once stays, and what is new is written down. */
import { readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { suite } from './support/suite.js';
import { FIXTURE, publicNames } from './tools/public-names.js';

const test = suite('public names');

test('every entry point exports the names that are listed for it, and no others', () => {
  const listed = JSON.parse(readFileSync(FIXTURE, 'utf8')) as Record<string, string[]>;
  const exported = publicNames();
  assert.equal(Object.keys(exported), Object.keys(listed));
  for (const [entry, names] of Object.entries(listed)) {
    const gone = names.filter((name) => !exported[entry]!.includes(name));
    assert.equal(gone, [], `tapegrad${entry.slice(1)} no longer exports these: a break, for CHANGELOG.md`);
    const added = exported[entry]!.filter((name) => !names.includes(name));
    assert.equal(added, [], `new in tapegrad${entry.slice(1)}: run npx tsx test/tools/public-names.ts`);
  }
  assert.ok(exported['.']!.includes('gradients') && exported['.']!.includes('type Op'));
});
