/** Names that occur twice in JSON. JSON.parse keeps the last one without a word, other readers keep the first. */

/** A string, or a mark that opens, closes or divides. Numbers, words and white space lie between the matches. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/g;

/**
 * The first name that an object in the text has twice; undefined if there is none.
 * @param text JSON that JSON.parse has taken
 */
export function repeatedName(text: string): string | undefined {
  const open: (Set<string> | null)[] = [];
  let string = '';
  for (const [token] of text.matchAll(TOKEN))
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(null);
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':') {
      // "a" and "\u0061" are the same name.
      const name = JSON.parse(string) as string;
      const names = open.at(-1)!;
      if (names!.has(name)) return name;
      names!.add(name);
    } else string = token;
  return undefined;
}
