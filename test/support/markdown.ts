/**
 * Reads the programs in a page of the book, and what the page says about them. A comment on the line before a block
 * says what the block does:
 *
 *     (nothing)            runs, and prints nothing
 *     <!-- prints -->      prints the ```text block that follows
 *     <!-- throws: … -->   throws an error whose message contains …; a block without a language may follow, which is
 *                          the message, with … for what it leaves out
 *     <!-- from: path -->  is not a program but a passage of that source file, its types left out; or, as a ```diff
 *                          block, what a change added to that file, with @@ between lines that are not neighbours
 *
 * What a command of the shell prints, a ```text block after ```sh, is shown and not compared. A ```html block is a page,
 * {@link webPagesOf}: a ```http block that follows gives the headers with which it is served, a ```text block what it shows.
 *
 * A block that begins with a comment like `// layer.ts` is a file of that name beside the page.
 */
import ts from 'typescript';

export interface Block {
  readonly language: string;
  readonly code: string;
  /** The line of the page that opens the block, from 1. */
  readonly line: number;
  readonly mark: 'none' | 'prints' | 'throws' | 'from';
  /** What follows the colon of the mark. */
  readonly detail: string;
}

const MARK = /^<!-- (prints|throws|from)(?:: (.*))? -->$/;

/** Every fenced block of a page. @throws Error for a block that is never closed, or a mark in front of no block */
export function blocksOf(page: string): Block[] {
  const lines = page.split('\n');
  const blocks: Block[] = [];
  for (let n = 0; n < lines.length; n++) {
    const mark = MARK.exec(lines[n]!);
    if (mark && !lines[n + 1]?.startsWith('```')) throw new Error(`line ${n + 1}: no block follows the mark`);
    if (lines[n]!.startsWith('<!--') && !mark)
      throw new Error(`line ${n + 1}: ${lines[n]} is no mark that is known`);
    if (mark) n++;
    const fence = /^```(\w*)$/.exec(lines[n]!);
    if (!fence) continue;
    const end = lines.indexOf('```', n + 1);
    if (end < 0) throw new Error(`line ${n + 1}: the block is never closed`);
    blocks.push({
      language: fence[1]!,
      code: lines.slice(n + 1, end).join('\n'),
      line: n + 1,
      mark: (mark?.[1] ?? 'none') as Block['mark'],
      detail: mark?.[2] ?? '',
    });
    n = end;
  }
  return blocks;
}

/** A block that is a program, with what the following block says that it prints or throws. */
export interface Step extends Block {
  /** What the page says that it prints; null without the mark. */
  readonly prints: string | null;
  /** The message that the page says it throws; null if the page shows no message. */
  readonly message: string | null;
}

/** The passages of a ```diff block, each without its signs. @throws Error for a line that is neither kept nor added */
export function passagesOf({ code, line }: Block): string[] {
  const passages: string[] = [''];
  for (const text of code.split('\n'))
    if (text.startsWith('@@')) passages.push('');
    else if (/^[+ ]/.test(text)) passages.push(`${passages.pop()}${text.slice(1)}\n`);
    else throw new Error(`line ${line}: "${text}" is no line of what the file holds now`);
  if (passages.some((passage) => passage.trim() === '')) throw new Error(`line ${line}: a passage is empty`);
  return passages;
}

const isCode = ({ language }: Block): boolean => ['ts', 'js', 'typescript', 'javascript'].includes(language);

/** The programs of a page, in order. @throws Error for a mark or a block that does not belong where it stands */
export function stepsOf(blocks: readonly Block[]): Step[] {
  for (const [i, { language, mark, line }] of blocks.entries()) {
    const before = blocks[i - 1];
    const isDiff = mark === 'from' && language === 'diff';
    if (mark !== 'none' && !isCode(blocks[i]!) && !isDiff)
      throw new Error(`line ${line}: only programs have marks`);
    const shows = ['sh', 'html', 'http'].includes(before?.language ?? '');
    if (language === 'text' && before?.mark !== 'prints' && !shows)
      throw new Error(`line ${line}: an output without a program that prints it`);
    if (language === '' && before?.mark !== 'throws')
      throw new Error(`line ${line}: a block that says neither what it is nor which program it belongs to`);
  }
  return blocks.flatMap((block, i): Step[] => {
    if (!isCode(block)) return [];
    const next = blocks[i + 1];
    if (block.mark === 'prints' && next?.language !== 'text')
      throw new Error(`line ${block.line}: no output follows the block that prints it`);
    if (block.mark === 'throws' && !block.detail)
      throw new Error(`line ${block.line}: throws, but does not say what`);
    const message = block.mark === 'throws' && next?.language === '' ? next.code : null;
    return [{ ...block, prints: block.mark === 'prints' ? next!.code : null, message }];
  });
}

/** A page that is to be shown by a browser. */
export interface WebPage {
  readonly html: string;
  /** What `<title>` says. */
  readonly title: string;
  /** The headers with which it is served. */
  readonly headers: Readonly<Record<string, string>>;
  /** What it shows in the end. */
  readonly shows: string;
}

/** The ```html blocks of a page of the book. @throws Error for one without a title, or of which nobody says what it shows */
export function webPagesOf(blocks: readonly Block[]): WebPage[] {
  return blocks.flatMap((block, i): WebPage[] => {
    if (block.language !== 'html') return [];
    const end = blocks.findIndex(({ language }, j) => j > i && language === 'html');
    const own = blocks.slice(i + 1, end < 0 ? blocks.length : end);
    const title = /<title>(.+)<\/title>/.exec(block.code)?.[1];
    const shows = own.find(({ language }) => language === 'text')?.code;
    if (!title || shows === undefined)
      throw new Error(`line ${block.line}: a page without a title, or without the text that it shows`);
    const lines = own.filter(({ language }) => language === 'http').flatMap(({ code }) => code.split('\n'));
    const headers = Object.fromEntries(lines.map((line) => line.split(/: (.*)/).slice(0, 2)));
    return [{ html: block.code, title, headers, shows }];
  });
}

/** The name of a block that is a file of its own, from its first line, such as `// layer.ts`; else an empty string. */
export function fileName({ code }: Block): string {
  return /^\/\/ ([\w.-]+\.ts)$/m.exec(code.split('\n')[0]!)?.[1] ?? '';
}

/** The programs in one file, as a reader writes them. */
export function joined(steps: readonly Step[]): string {
  return `${steps.map(({ code }) => code).join('\n\n')}\n`;
}

/** Stands in the output where a block begins. */
export const BEGIN = '\u0001begin';
/** Stands in the output before the message of an error that a block threw. */
export const THREW = '\u0001threw ';

/**
 * The programs in one file, which prints {@link BEGIN} before each block and catches the errors of the blocks that
 * throw. No line moves, so that errors name the lines that a reader would see.
 */
export function watched(steps: readonly Step[]): string {
  const parts = steps.map(({ code, mark }) => {
    const begin = `console.log(${JSON.stringify(BEGIN)});`;
    if (mark !== 'throws') return `${begin} ${code}\n`;
    const { imports, rest } = withoutImports(code);
    return `${imports} ${begin} try { ${rest}\n} catch (error) { console.log(${JSON.stringify(THREW)} + JSON.stringify(String((error as Error).message))); }`;
  });
  return `${parts.join('\n')}\n`;
}

/**
 * The imports of a program, and the rest with empty lines in their place. Imports cannot stand in a try or a function.
 */
export function withoutImports(code: string): { imports: string; rest: string } {
  const source = ts.createSourceFile('x.ts', code, ts.ScriptTarget.ES2022, true);
  const found = source.statements.filter(ts.isImportDeclaration);
  let rest = code;
  for (const one of found) {
    const text = one.getText();
    rest = rest.replace(text, text.replace(/[^\n]/g, ''));
  }
  return { imports: found.map((one) => one.getText().replaceAll('\n', ' ')).join(' '), rest };
}

/** The targets of links and pictures that are not on the web. */
export function linksOf(page: string): string[] {
  const prose = page.replace(/^```[\s\S]*?^```$/gm, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** The anchors of a page: its headings, in the spelling of GitHub. */
export function anchorsOf(page: string): string[] {
  const prose = page.replace(/^```[\s\S]*?^```$/gm, '');
  return [...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** A program in a comment of the source. */
export interface Example {
  readonly file: string;
  readonly line: number;
  readonly code: string;
}

/** The programs in the comments of a file: after `@example`, and in blocks of TypeScript. */
export function examplesOf(file: string, text: string): Example[] {
  const found: Example[] = [];
  for (const comment of text.matchAll(/\/\*\*[\s\S]*?\*\//g)) {
    const line = text.slice(0, comment.index).split('\n').length;
    const plain = comment[0]
      .slice(3, -2)
      .replace(/^[ \t]*\* ?/gm, '')
      .trim();
    for (const [, code] of plain.matchAll(/^```ts\n([\s\S]*?)^```$/gm))
      found.push({ file, line, code: code! });
    const outside = plain.replace(/^```[\s\S]*?^```$/gm, '');
    for (const [, code] of outside.matchAll(/^@example\s+([\s\S]*?)(?=^@\w|(?![\s\S]))/gm))
      found.push({ file, line, code: code!.trim() });
  }
  return found;
}
