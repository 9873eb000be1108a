/**
 * The process in which the reader's files run: one after the other, so that a file that never ends can be stopped
 * together with this process. Its arguments are names and paths in turn; its messages say what it begins and finds.
 */
import { judge, loadExercise } from './judge.js';

export type Message =
  | { readonly begins: string }
  /** `wrong` is the answer, or null if the file is right. */
  | { readonly name: string; readonly wrong: string | null };

const send = (message: Message): Promise<void> => new Promise((sent) => process.send!(message, () => sent()));

const [, , ...rest] = process.argv;
for (let i = 0; i < rest.length; i += 2) {
  const [name, path] = [rest[i]!, rest[i + 1]!];
  // The time of the reader's file begins when the check and the library are there.
  await loadExercise(name);
  await send({ begins: name });
  await send({ name, wrong: await judge(name, path) });
}
// Timers and the like that a file has left behind do not keep the process alive.
process.exit(0);
