/** The answer to a reader's file: loads it, looks for what it must export, and lets the exercise examine it. */
import { pathToFileURL } from 'node:url';
import type { Exercise } from './exercise.js';

/** A file as a module: whatever the reader made of it. */
type Work = Record<string, unknown>;

export async function loadExercise(name: string): Promise<Exercise<Work>> {
  const { exercise } = (await import(`./${name}/check.ts`)) as { exercise: Exercise<Work> };
  return exercise;
}

/** What is wrong with the file at `path` as an answer to the exercise `name`; null if nothing is. */
export async function judge(name: string, path: string): Promise<string | null> {
  const exercise = await loadExercise(name);
  let work: Work;
  try {
    work = (await import(pathToFileURL(path).href)) as Work;
  } catch (error) {
    return `Your file cannot be loaded. ${ownWords(error, path)}`;
  }
  const missing = exercise.names.filter((wanted) => work[wanted] === undefined);
  if (missing.length > 0)
    return `Your file does not export ${missing.map((wanted) => `"${wanted}"`).join(', ')}. The check looks for these names: ${exercise.names.join(', ')}.`;
  try {
    await exercise.check(work);
    return null;
  } catch (error) {
    return ownWords(error, path);
  }
}

/** The message of an error, with its kind and the reader's line where the reader's program stopped by itself. */
function ownWords(error: unknown, path: string): string {
  if (!(error instanceof Error)) return `Your file threw something that is no Error: ${String(error)}`;
  const stopped = ['TypeError', 'ReferenceError', 'RangeError', 'SyntaxError'].includes(error.name);
  if (!stopped) return error.message;
  const line = error.stack?.split(`${path}:`)[1]?.match(/^\d+/)?.[0];
  return `${error.name}${line ? ` in line ${line} of your file` : ''}: ${error.message}`;
}
