/** What a row of the matrix is. */
import type { Place } from '../place.js';

/** One way to use the package. */
export interface Row {
  /** The tool, as a reader calls it. */
  readonly tool: string;
  readonly version: string;
  /** The format, the resolution or the kind of package: what tells the rows of one tool apart. */
  readonly how: string;
  /** What works if the row passes. */
  readonly proves: string;
  /** The command, as a user types it. */
  readonly command: string;
  /** The Node without which the row cannot run. */
  readonly needs?: string;
  /** Does it. @throws Complaint that says what went wrong */
  run(place: Place): Promise<void>;
}

/** Rows that are a table of their own. */
export interface Group {
  readonly title: string;
  /** What all rows of the group do: a paragraph of the page. */
  readonly text: string;
  readonly rows: readonly Row[];
}

/** The name of a row, unique in the matrix. */
export const nameOf = ({ tool, version, how }: Row): string =>
  `${tool} ${/^\d/.test(version) ? version.split('.').slice(0, 2).join('.') : version}, ${how}`;

/** `require` loads ES modules in newer versions of Node. With this it does not, as in older ones. */
export const ONLY_COMMONJS = { env: { NODE_OPTIONS: '--no-experimental-require-module' } };
