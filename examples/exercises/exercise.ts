/**
 * What an exercise consists of. Each has a folder named like its chapter, with four files:
 *
 *     start.ts      what the reader gets: a gap or a planted fault, and a comment that states the task
 *     solution.ts   the same file, solved
 *     check.ts      exports `exercise`, which examines the reader's file
 *     mistakes.ts   exports `mistakes`, with which the tests prove the check
 *
 * `start.ts` is copied to `out/exercises/`, so it imports nothing by a relative path: only 'tapegrad', its entry points,
 * and Node.
 */

/** @typeParam Work what the reader's file exports, `typeof import('./solution.js')` */
export interface Exercise<Work> {
  /** A few words for the list. */
  readonly title: string;
  /** The chapter that it belongs to, from the root of the project: `docs/backprop.md`. */
  readonly chapter: string;
  /** The task in one sentence. */
  readonly task: string;
  /** Where to look, for somebody who is stuck. Not the solution. */
  readonly hint: string;
  /** What the reader's file has to export. */
  readonly names: readonly (keyof Work & string)[];
  /**
   * Examines the reader's work.
   * @throws Error whose message says what is wrong with the work, in the words of the gradient checker where a gradient
   *   is wrong, and never what would be right
   */
  check(work: Work): void | Promise<void>;
}

/** What the tests know about an exercise. */
export interface Mistakes {
  /** What the answer to `start.ts` has to contain. */
  readonly start: string;
  /** Mistakes that readers make: two to five, each of them answered with a phrase of its own. */
  readonly mistakes: readonly Mistake[];
}

export interface Mistake {
  readonly name: string;
  /** What stands in `solution.ts`, exactly once, and what this mistake writes in its place. */
  readonly edit: readonly [from: string, to: string];
  /** What the answer has to contain. The answers to the other mistakes must not contain it. */
  readonly says: string;
}
