/**
 * The exercises of the book.
 *
 *     npm run exercise           lists them
 *     npm run exercise NAME      begins one, or examines what you have written
 *     npm run exercise -- --help
 */
import { commandLine, positive, run, UsageError } from '../shared/program.js';
import { answersTo } from './answers.js';
import { loadExercise } from './judge.js';
import { allNames, begin, copyOf, isBegun, short } from './shelf.js';

const HELP = `
Without a name it lists the exercises in the order of the book:
  ✓ solved   ✗ not yet   – not begun
With a name it copies the exercise to out/exercises/NAME.ts if you have no copy yet, examines your copy and
says what it found.

Your copies are yours: nothing overwrites them. To begin one anew, delete it.`;

const command = commandLine('exercise', 'The exercises of the book.')
  .usage('[NAME] [--limit SECONDS]')
  .argument('[NAME]', 'begin this exercise, or examine what you have written')
  .option('--limit <seconds>', 'the time that your file may take', positive, 10)
  .addHelpText('after', HELP);

async function list(limit: number): Promise<void> {
  const names = allNames();
  const begun = names.filter(isBegun).map((name) => ({ name, path: copyOf(name) }));
  const answers = await answersTo(begun, { limit, loud: false });
  const widest = Math.max(...names.map(({ length }) => length));
  for (const name of names) {
    const { title } = await loadExercise(name);
    const answer = answers.get(name);
    const mark = answer === undefined ? '–' : answer === null ? '✓' : '✗';
    console.log(`${mark} ${name.padEnd(widest)}  ${title}`);
  }
  const solved = [...answers.values()].filter((answer) => answer === null).length;
  console.log(`\n${solved} of ${names.length} solved. npm run exercise NAME begins or examines one.`);
}

/** Examines one exercise. @returns whether it is solved */
async function examine(name: string, limit: number): Promise<boolean> {
  if (!allNames().includes(name))
    throw new UsageError(`there is no exercise called ${name}; npm run exercise lists them all`);
  const { title, chapter, task, hint } = await loadExercise(name);
  const path = copyOf(name);
  const fresh = await begin(name);
  console.log(`${title} (${chapter})\n\nTask: ${task}`);
  console.log(`${fresh ? 'Your copy lies in' : 'Your file:'} ${short(path)}\n`);
  const answer = (await answersTo([{ name, path }], { limit, loud: true })).get(name) ?? null;
  console.log(answer === null ? '✓ Solved.' : `✗ ${answer}\n\nHint: ${hint}`);
  return answer === null;
}

await run('exercise', async () => {
  command.parse();
  const { limit } = command.opts<{ limit: number }>();
  const [name] = command.args;
  if (name === undefined) await list(limit);
  else if (!(await examine(name, limit))) process.exitCode = 1;
});
