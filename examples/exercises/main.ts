/**
 * The exercises of the book.
 *
 *     npm run exercise           lists them
 *     npm run exercise NAME      begins one, or examines what you have written
 *     npm run exercise -- --help
 */
import { parseArgs } from 'node:util';
import { answersTo } from './answers.js';
import { loadExercise } from './judge.js';
import { allNames, begin, copyOf, isBegun, short } from './shelf.js';

const HELP = `npm run exercise              lists the exercises in the order of the book
                              ✓ solved   ✗ not yet   – not begun
npm run exercise NAME         copies the exercise to out/exercises/NAME.ts if you have no copy yet,
                              examines your copy and says what it found
npm run exercise -- --limit 60 NAME
                              the seconds that your file may take; 10 unless you say otherwise

Your copies are yours: nothing overwrites them. To begin one anew, delete it.`;

interface CommandLine {
  readonly help: boolean;
  readonly limit: number;
  readonly name: string | undefined;
}

function readCommandLine(): CommandLine {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean', default: false },
      limit: { type: 'string', default: '10' },
    },
  });
  const limit = Number(values.limit);
  if (!(limit > 0)) throw new Error(`--limit is a number of seconds above 0, got ${values.limit}`);
  if (positionals.length > 1) throw new Error(`one exercise at a time, got ${positionals.join(' ')}`);
  return { help: values.help, limit, name: positionals[0] };
}

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
    throw new Error(`there is no exercise called ${name}; npm run exercise lists them all`);
  const { title, chapter, task, hint } = await loadExercise(name);
  const path = copyOf(name);
  const fresh = begin(name);
  console.log(`${title} (${chapter})\n\nTask: ${task}`);
  console.log(`${fresh ? 'Your copy lies in' : 'Your file:'} ${short(path)}\n`);
  const answer = (await answersTo([{ name, path }], { limit, loud: true })).get(name) ?? null;
  console.log(answer === null ? '✓ Solved.' : `✗ ${answer}\n\nHint: ${hint}`);
  return answer === null;
}

try {
  const { help, limit, name } = readCommandLine();
  if (help) console.log(HELP);
  else if (name === undefined) await list(limit);
  else if (!(await examine(name, limit))) process.exitCode = 1;
} catch (error) {
  process.exitCode = 1;
  console.error(`exercise: ${error instanceof Error ? error.message : String(error)}`);
}
