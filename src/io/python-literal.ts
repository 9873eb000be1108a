/**
 * The small part of Python in which .npy files write their headers: `{'descr': '<f4', 'fortran_order': False,
 * 'shape': (3, 4), }`. It has text, whole numbers, True, False and None, tuples, lists and dicts. Nothing is executed.
 */

import { tagOf } from '../base/kind.js';

/** A value of the text. Tuples and lists are arrays; dicts are Maps, in which no name occurs twice. */
export type Literal = string | number | boolean | null | Literal[] | Map<string, Literal>;

export const isDict = (literal: Literal): literal is Map<string, Literal> => tagOf(literal) === 'Map';

/** White space, and then text in quotes, a whole number (Python 2 wrote 3L), a word, or a mark. */
const TOKEN = /[ \t\r\n]*(?:'([^'\\\n]*)'|"([^"\\\n]*)"|(-?\d+)L?|(True|False|None)|([{}()[\],:]))/y;
const WORDS: Readonly<Record<string, Literal>> = { True: true, False: false, None: null };
const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
const DEEPEST = 20;

type Token = { readonly value: Literal } | { readonly mark: string };

/**
 * The value that a text stands for.
 * @throws SyntaxError for all other text
 */
export function parseLiteral(text: string): Literal {
  const tokens = tokensOf(text);
  let next = 0;
  const isMark = (mark: string): boolean => {
    const token = tokens[next];
    return token !== undefined && 'mark' in token && token.mark === mark;
  };
  const take = (mark: string): void => {
    if (!isMark(mark)) throw new SyntaxError(`expected ${mark} at part ${next + 1} of it`);
    next++;
  };

  function value(depth: number): Literal {
    const token = tokens[next++];
    if (token === undefined) throw new SyntaxError('it ends too early');
    if ('value' in token) return token.value;
    const closing = CLOSING[token.mark];
    if (closing === undefined || depth > DEEPEST) throw new SyntaxError(`unexpected ${token.mark}`);
    return closing === '}' ? dict(depth) : list(closing, depth);
  }

  /** What follows `(` or `[`. One value in parentheses without a comma is no tuple. */
  function list(closing: string, depth: number): Literal {
    const items: Literal[] = [];
    let comma = false;
    while (!isMark(closing)) {
      if (items.length > 0 && !comma) take(',');
      items.push(value(depth + 1));
      comma = isMark(',');
      if (comma) next++;
    }
    take(closing);
    return closing === ')' && items.length === 1 && !comma ? items[0]! : items;
  }

  function dict(depth: number): Literal {
    const found = new Map<string, Literal>();
    let comma = true;
    while (!isMark('}')) {
      if (!comma) take(',');
      const key = value(depth + 1);
      if (typeof key !== 'string') throw new SyntaxError('a name in it is no text');
      if (found.has(key)) throw new SyntaxError(`it names '${key}' twice`);
      take(':');
      found.set(key, value(depth + 1));
      comma = isMark(',');
      if (comma) next++;
    }
    take('}');
    return found;
  }

  const result = value(0);
  if (next < tokens.length) throw new SyntaxError('more follows it');
  return result;
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let end = text.length;
  while (end > 0 && ' \t\r\n'.includes(text[end - 1]!)) end--;
  TOKEN.lastIndex = 0;
  for (let at = 0; at < end; at = TOKEN.lastIndex) {
    const found = TOKEN.exec(text);
    if (found === null) throw new SyntaxError(`unexpected text at character ${at + 1}`);
    const [, single, double, digits, word, mark] = found;
    if (mark !== undefined) tokens.push({ mark });
    else if (digits !== undefined) tokens.push({ value: Number(digits) });
    else if (word !== undefined) tokens.push({ value: WORDS[word]! });
    else tokens.push({ value: (single ?? double)! });
  }
  return tokens;
}
