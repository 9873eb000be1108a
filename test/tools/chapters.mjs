/**
 * A plugin of TypeDoc, for `npm run docs`. The chapters of the book become pages of the site that are called by their
 * headings. The steps, and every source file that a page links to, become pages that show the file.
 */
import { readFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Converter, DocumentReflection } from 'typedoc';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const isSource = (path) => /\.m?[tj]s$/.test(path);

/** @param {import('typedoc').Application} app */
export function load(app) {
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, page) => takeHeading(page));
  // By now all pages and comments are read, and the files that they link to are known.
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    const sources = [...project.files.getMediaPaths()].filter(isSource).sort();
    const book = project.documents?.find(({ name }) => name === 'The book');
    for (const path of sources) {
      const page = new DocumentReflection(titleOf(relative(root, path)), book, listing(path), {});
      book.addChild(page);
      project.registerReflection(page, undefined, path);
    }
  });
}

/** A whole file as one block of code. */
const listing = (path) => [{ kind: 'code', text: `\`\`\`\`ts\n${readFileSync(path, 'utf8')}\n\`\`\`\`` }];

/** Names a page by its heading, which is then left out of the text, because the site prints the name. */
function takeHeading(page) {
  const [first] = page.content;
  const heading = /^# (.+)\n+/.exec(first?.text ?? '');
  if (!heading) throw new Error(`${page.name} does not begin with a heading`);
  page.name = heading[1];
  first.text = first.text.slice(heading[0].length);
}

/** `Step 1: A slope from two numbers`, in the words of the table of contents; the path of any other file. */
function titleOf(path) {
  const [, file, number] = /^docs\/(steps\/(\d).*)$/.exec(path) ?? [];
  if (!file) return path;
  const contents = readFileSync(`${root}/docs/README.md`, 'utf8');
  return `Step ${number}: ${contents.split(`](${file})`)[0].split('[').at(-1)}`;
}
