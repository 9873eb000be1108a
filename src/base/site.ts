/**
 * The line of the user's program that an error or a warning points at: the innermost frame of a stack that belongs neither
 * to the library nor to the runtime nor to an installed package. A line that cannot be told for certain is left out.
 */

/** Where a stack frame lies. `file` is a path with slashes, or an address without its query. */
interface Place {
  readonly file: string;
  /** `14:7`, line and column; `14` where the column is not known. */
  readonly at: string;
}

/** The frames among the lines of a stack. */
function framesOf(stack: unknown): string[] {
  // A program may have replaced the text by something else, with Error.prepareStackTrace.
  const lines = typeof stack === 'string' ? stack.split('\n') : [];
  // V8 begins with the message, whose end may look like a frame.
  const frames = lines.filter((line) => /^\s*at /.test(line));
  return frames.length > 0 ? frames : lines;
}

/** The place of a stack frame, as V8, Firefox or WebKit writes it; null for a frame without one. */
function placeOf(frame: string): Place | null {
  const [, address, at] = /^(.+?):(\d+:\d+)$/.exec(addressIn(frame.trim())) ?? [];
  if (address === undefined || at === undefined) return null;
  // Firefox says where code was evaluated: `http://localhost/main.js line 20 > eval:3:5`.
  const evaluated = /^(.+?) line (\d+) > /.exec(address);
  return evaluated ? { file: plain(evaluated[1]!), at: evaluated[2]! } : { file: plain(address), at };
}

/** `file:line:column` out of a frame: V8's `at f (…)` and `at async …`, Firefox's and WebKit's `f@…`. */
function addressIn(frame: string): string {
  if (/^(?:[a-z][\w+.-]*:)?[\\/]/i.test(frame)) return frame;
  if (!frame.startsWith('at ')) return frame.replace(/^(?:.*?@(?=(?:[a-z][\w+.-]*:)?[\\/])|[^@\\/]*@)/i, '');
  const inside = /^at .*? \((.*)\)$/.exec(frame)?.[1] ?? frame.replace(/^at (?:async )?/, '');
  // `eval at f (train.js:3:5), <anonymous>:1:1`: the code that was evaluated has no file, the call of eval has.
  return inside.startsWith('eval at ') ? (/\(([^()]+)\)/.exec(inside)?.[1] ?? '') : inside;
}

/** An address without its query, a file's as a path. Windows paths get slashes and a large drive letter. */
function plain(address: string): string {
  let file = address.replace(/:\/\//.test(address) ? /[?#].*$/ : /\?[^/\\]*$/, '');
  if (file.startsWith('file://')) file = decoded(file.slice(7)).replace(/^\/(?=[a-z]:)/i, '');
  return /^[a-z]:[\\/]/i.test(file) ? file[0]!.toUpperCase() + file.slice(1).replaceAll('\\', '/') : file;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // no address after all
  }
}

/** What the paths of the library's files begin with; null where the library may share its files with the program. */
const LIBRARY = libraryPlaces(framesOf(new Error().stack).map(placeOf).find(Boolean)?.file ?? '');

/**
 * What the paths of the library's files begin with, if `own` is the file of this module, which a stack taken at load shows.
 * It is known in the source tree (or where source maps lead there), in an installed package, on a server of packages, in
 * a linked checkout, and for the one file for pages. Any other file was made by a bundler. It may hold the program too, and
 * parts of the library may lie in other files: null.
 */
export function libraryPlaces(own: string): string[] | null {
  const begins = (pattern: RegExp): string | undefined => pattern.exec(plain(own))?.[1];
  const folder =
    begins(/^(.*\/)base\/site\.[cm]?[jt]s$/) ??
    begins(/^(.*\/(?:\.vite|(?:node_modules|registry\.npmjs\.org)\/(?:@[^/]+\/)?[^/.@][^/]*)\/)/) ??
    begins(/^(.*\/tapegrad@[^/]*\/)/) ??
    begins(/^(.*\/tapegrad(?:\.min)?\.[cm]?js)$/);
  if (folder) return [folder];
  const checkout = begins(/^(.*\/tapegrad\/)dist\//);
  return checkout ? [`${checkout}dist/`, `${checkout}src/`] : null;
}

/** Whether a frame lies in the library or in the JavaScript runtime. */
function isInside({ file }: Place, library: readonly string[]): boolean {
  return (
    /^(?:node|bun|deno|ext|internal|native):|^native$/.test(file) ||
    library.some((place) => file.startsWith(place))
  );
}

/** Whether a frame lies in an installed package, such as a test runner. */
const isInstalled = ({ file }: Place): boolean => /\/(?:node_modules|registry\.npmjs\.org)\//.test(file);

/**
 * `src/train.ts:14:7`: file, line and column of the innermost stack frame that is the program's own. The path is relative to
 * the working folder, or to the address of the page. Empty where no such frame is known, as in a bundle without source maps.
 */
export function userLine(stack: string | undefined = callSite().stack): string {
  return lineIn(stack, LIBRARY);
}

/** {@link userLine} of a stack, for a library whose files begin like this. */
export function lineIn(stack: unknown, library: readonly string[] | null): string {
  if (library === null) return '';
  for (const place of framesOf(stack).map(placeOf))
    if (place && !isInside(place, library) && !isInstalled(place))
      return place.file === '<anonymous>' ? '' : `${shown(place.file)}:${place.at}`;
  return '';
}

/** What tells where the program runs: a page has an address; Node, Bun and Deno have a working folder. */
interface Surroundings {
  readonly location?: { readonly href: string };
  readonly process?: { cwd?(): string };
}

/** A file as seen from the working folder or from the page; files elsewhere keep their whole path. */
function shown(file: string): string {
  const here = globalThis as Surroundings;
  if (/^https?:/.test(file)) {
    const [page = '', origin = ''] = /^(\w+:\/\/[^/]*\/)(?:[^?#]*\/)?/.exec(here.location?.href ?? '') ?? [];
    if (page !== '' && file.startsWith(page) && file !== page) return file.slice(page.length);
    return origin !== '' && file.startsWith(origin) ? file.slice(origin.length - 1) : file;
  }
  // `webpack-internal:///(rsc)/./src/a.js`, `webpack://app/src/a.js`: names that bundlers give to modules.
  const path = file.replace(/^\w[\w+.-]+:\/\/[^/]*\/(?:\([^)]*\)\/|\[[^\]]*\]\/)?(?:\.\/)?/, '');
  const folder = workingFolder(here);
  return folder !== '' && path.startsWith(folder) ? path.slice(folder.length) : path;
}

/** The working folder with a slash at its end; empty where there is none, or where it was deleted. */
function workingFolder({ process }: Surroundings): string {
  try {
    return plain(process?.cwd?.() ?? '').replace(/([^/])$/, '$1/');
  } catch {
    return '';
  }
}

const DEEP = 100;

/** An error with the stack of this call. The usual ten frames would not reach the user's line from inside nested modules. */
export function callSite(frames = DEEP): Error {
  const limit = Error.stackTraceLimit;
  // Where built-in objects are frozen, this changes nothing, while an assignment would throw.
  Reflect.set(Error, 'stackTraceLimit', frames);
  const site = new Error();
  Reflect.set(Error, 'stackTraceLimit', limit);
  return site;
}

/** The same error after its stack was made into text. Until then V8 keeps the receivers of the calls alive, and the tape behind them. */
export function settled(site: Error): Error {
  void site.stack;
  return site;
}

/** ` (src/train.ts:14:7)`, or nothing where the line is not known. */
export function atUserLine(stack?: string): string {
  const line = userLine(stack ?? callSite().stack);
  return line && ` (${line})`;
}

/**
 * Lets the stack of an error begin at the program's call: leaves out the frames of the library at its top. Nothing is left
 * out where the files of the library are not known.
 */
export function beginAtProgram(error: Error, library = LIBRARY): void {
  if (library === null) return;
  const frames = framesOf(callSite().stack);
  const first = frames.map(placeOf).findIndex((place) => place !== null && !isInside(place, library));
  if (first < 0) return;
  const { name, message } = error;
  const kept = frames.slice(first, first + (Error.stackTraceLimit ?? frames.length));
  // V8 writes the message above the frames. uvu and Deno print the message itself, and the stack from its second line on.
  const again = 'UVU_QUEUE' in globalThis || 'Deno' in globalThis;
  const [head] = again ? message.split('\n', 1) : [message];
  const above = /^\s*at /.test(frames[0]!) ? [`${name}: ${head}`] : [];
  define(error, 'stack', [...above, ...kept].join('\n'));
  // Deno's console shows the stack alone.
  if (again) define(error, Symbol.for('Deno.customInspect'), () => `${name}: ${message}\n${kept.join('\n')}`);
}

function define(error: Error, key: PropertyKey, value: unknown): void {
  Object.defineProperty(error, key, { value, writable: true, configurable: true });
}
