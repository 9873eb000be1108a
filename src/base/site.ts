/**
 * The line of the user's program that an error or a warning points at: the innermost frame of a stack that does not
 * belong to the library.
 */

/** Where a stack frame lies. */
interface Place {
  readonly file: string;
  readonly line: string;
}

/** The file and the line of a stack frame, as V8, Firefox or WebKit writes it; null for a frame without a file. */
function placeOf(frame: string): Place | null {
  const place = frame.trim().replace(/^at (?:.* \()?|^[^@]*@(?=[\w/-]+:|\/)|\)$/g, '');
  const match = /^(?:file:\/\/)?(.+):(\d+):\d+$/.exec(place);
  return match && { file: match[1]!, line: match[2]! };
}

function placesOf(stack: string | undefined): Place[] {
  const lines = (stack ?? '').split('\n');
  // V8 begins with the message, whose end may look like a frame.
  const frames = lines.filter((line) => /^\s*at /.test(line));
  return (frames.length > 0 ? frames : lines).flatMap((frame) => placeOf(frame) ?? []);
}

const LIBRARY = libraryPlaces(placesOf(new Error().stack)[0]?.file ?? '');

/**
 * What the paths of the library's files begin with. This module finds the path of its own file in a stack taken while it
 * loads. The file lies in the source tree, in a build in `dist/` (whose frames lie in `src/` if source maps are on), or in a
 * bundle. In a bundle the library and the program may share the file, and then no line is named.
 */
export function libraryPlaces(own: string): string[] {
  const tree = /^(.*[/\\])base[/\\]site\.[cm]?[jt]s$/.exec(own);
  if (tree) return [tree[1]!];
  const build = /^(.*[/\\])dist[/\\]/.exec(own);
  if (build) return [`${build[1]}dist/`, `${build[1]}src/`];
  return own === '' ? [] : [own];
}

/** `train.ts:14`: the innermost stack frame outside the library; empty where no such frame is known. */
export function userLine(stack: string | undefined = callSite().stack): string {
  for (const { file, line } of placesOf(String(stack))) {
    if (file.startsWith('node:') || LIBRARY.some((place) => file.startsWith(place))) continue;
    const name = /[^/\\]+$/.exec(file)?.[0];
    if (name) return `${name}:${line}`;
  }
  return '';
}

const DEEP = 100;

/** An error with the stack of this call. The usual ten frames would not reach the user's line from inside nested modules. */
export function callSite(frames = DEEP): Error {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = frames;
  const site = new Error();
  Error.stackTraceLimit = limit;
  return site;
}

/** The same error after its stack was made into text. Until then V8 keeps the receivers of the calls alive, and the tape behind them. */
export function settled(site: Error): Error {
  void site.stack;
  return site;
}

/** ` (train.ts:14)`, or nothing where the line is not known. */
export function atUserLine(stack?: string): string {
  const line = userLine(stack ?? callSite().stack);
  return line && ` (${line})`;
}
