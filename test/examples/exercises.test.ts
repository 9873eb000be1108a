/** The exercises hold what they promise: a start that fails, a solution that passes, mistakes that are told apart. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import type { Mistakes } from '../../examples/exercises/exercise.js';
import { judge, loadExercise } from '../../examples/exercises/judge.js';
import { allNames, folderOf, nameOf } from '../../examples/exercises/shelf.js';
import { moduleFolder } from '../support/folder.js';
import { suite } from '../support/suite.js';

const test = suite('exercises');
const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = moduleFolder('exercises');

const names = allNames();
const read = (name: string, file: string): string => readFileSync(join(folderOf(name), file), 'utf8');

const answers = new Map<string, Promise<string | null>>();

/** The answer to a text as the reader's file; null if it is right. Each text gets a file of its own, and is judged once. */
function answer(name: string, text: string): Promise<string | null> {
  const known = answers.get(name + text);
  if (known) return known;
  const place = join(folder, String(answers.size));
  mkdirSync(place);
  const path = join(place, `${name}.ts`);
  writeFileSync(path, text);
  const judged = judge(name, path);
  answers.set(name + text, judged);
  return judged;
}

async function mistakesOf(name: string): Promise<Mistakes> {
  return ((await import(`../../examples/exercises/${name}/mistakes.ts`)) as { mistakes: Mistakes }).mistakes;
}

for (const name of names) {
  test(`${name}: the start fails, and the answer says why`, async () => {
    const said = await answer(name, read(name, 'start.ts'));
    const { start } = await mistakesOf(name);
    assert.ok(start.length > 5, 'the phrase says something');
    assert.ok(said?.includes(start), `"${start}" is not in: ${said}`);
  });

  test(`${name}: the solution passes`, async () => {
    assert.is(await answer(name, read(name, 'solution.ts')), null);
  });

  test(`${name}: each planted mistake is answered with words of its own`, async () => {
    const solution = read(name, 'solution.ts');
    const { mistakes } = await mistakesOf(name);
    assert.ok(mistakes.length >= 2 && mistakes.length <= 5, `${mistakes.length} mistakes`);
    for (const mistake of mistakes) {
      const [from, to] = mistake.edit;
      assert.is(solution.split(from).length, 2, `${mistake.name}: "${from}" stands once in the solution`);
      assert.is.not(from, to, mistake.name);
      const said = await answer(
        name,
        solution.replace(from, () => to),
      );
      assert.ok(said !== null, `${mistake.name}: passes`);
      for (const other of mistakes)
        assert.is(
          said.includes(other.says),
          other === mistake,
          `${mistake.name}: "${other.says}" in\n${said}`,
        );
    }
  });

  test(`${name}: it says what to do, and gives nothing away`, async () => {
    const { title, task, hint, names: exported } = await loadExercise(name);
    const { mistakes } = await mistakesOf(name);
    for (const words of [title, task, hint]) assert.ok(words.length > 8, words);
    assert.match(task, /\.$/);
    assert.ok(exported.length > 0);
    const said = [title, task, hint, (await answer(name, read(name, 'start.ts'))) ?? ''].join('\n');
    for (const { edit } of mistakes) assert.not(said.includes(edit[0]), `"${edit[0]}" is in\n${said}`);
  });

  test(`${name}: the reader's copy works wherever it lies`, () => {
    for (const file of ['start.ts', 'solution.ts'])
      for (const [, target] of read(name, file).matchAll(/\bfrom '([^']+)'/g))
        assert.match(target!, /^(tapegrad|node:)/, `${name}/${file}`);
    assert.ok(read(name, 'start.ts').split('\n').length <= 160, 'a short file');
  });
}

/** Pages to look things up in; they need no exercise. */
const REFERENCE = ['README.md', 'conventions.md', 'performance.md', 'in-the-browser.md', 'toolchains.md'];

/** All chapters, from the folders. */
function chaptersThere(): string[] {
  const steps = join(root, 'docs/steps');
  return [
    ...readdirSync(join(root, 'docs'))
      .filter((file) => file.endsWith('.md') && !REFERENCE.includes(file))
      .map((file) => `docs/${file}`),
    ...(existsSync(steps) ? readdirSync(steps) : [])
      .filter((file) => file.endsWith('.ts'))
      .map((file) => `docs/steps/${file}`),
  ];
}

/** Whether the last section of a chapter is about an exercise and names it. */
function endsWith(text: string, name: string): boolean {
  const heading = /^(?:\/\/ | \* )?## (.*)$/gm;
  const last = [...text.matchAll(heading)].at(-1);
  return (
    !!last && last[1]!.startsWith('Exercise') && text.slice(last.index).includes(`npm run exercise ${name}`)
  );
}

test('every chapter has one exercise and ends with a section that names it, and there are no others', async () => {
  const chapters = chaptersThere();
  assert.equal(chapters.map(nameOf).sort(), [...names].sort());
  for (const chapter of chapters) {
    const { chapter: stated } = await loadExercise(nameOf(chapter));
    assert.is(stated, chapter);
    const text = readFileSync(join(root, chapter), 'utf8');
    assert.ok(endsWith(text, nameOf(chapter)), `${chapter} has no last section "## Exercise …"`);
  }
});

test('a chapter without its exercise in the last section is noticed', () => {
  assert.ok(endsWith('# A\n\n## Exercise: b\n\n`npm run exercise a`\n', 'a'));
  assert.ok(endsWith('/**\n * ## Exercise\n * npm run exercise a\n */\n', 'a'));
  assert.not(endsWith('# A\n\n## Exercise\n\n`npm run exercise a`\n\n## More\n', 'a'));
  assert.not(endsWith('# A\n\n## Exercise\n\n`npm run exercise b`\n', 'a'));
  assert.not(endsWith('# A\n\n`npm run exercise a`\n', 'a'));
});
