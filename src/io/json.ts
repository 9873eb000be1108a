/** Names that occur twice in JSON. JSON.parse keeps the last one without a word, other readers keep the first. */

/**
 * The first name that an object in the text has twice; undefined if there is none.
 * @param text JSON that JSON.parse has taken
 */
export function repeatedName(text: string): string | undefined {
  // The names of each object that is open, the innermost one last; null for a list.
  const open: (Set<string> | null)[] = [];
  let string = '';
  for (let at = 0; at < text.length; at++)
    switch (text[at]) {
      case '{':
        open.push(new Set());
        break;
      case '[':
        open.push(null);
        break;
      case '}':
      case ']':
        open.pop();
        break;
      case '"': {
        const end = endOfString(text, at);
        string = text.slice(at, end + 1);
        at = end;
        break;
      }
      case ':': {
        // Only a name stands in front of a colon. "a" and "\u0061" are the same one.
        const name = JSON.parse(string) as string;
        if (open.at(-1)!.has(name)) return name;
        open.at(-1)!.add(name);
      }
    }
  return undefined;
}

/** The position of the quotation mark that ends the string which begins at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}
