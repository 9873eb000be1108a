/**
 * Checks ten wrong gradients that people really write, and two more that a careless check does not find, and writes a
 * page that shows each with its code and its picture.
 *
 *     npx tsx examples/gradcheck-gallery/main.ts [--out out/gradcheck-gallery.html]
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { run, writeWhole } from '../shared/program.js';
import { examine } from './exhibit.js';
import { CLASSICS, MISTAKES } from './gallery.js';
import { galleryPage } from './page.js';
import { summary } from './words.js';

const HELP = `gradcheck-gallery: wrong gradients, and what a check says about them
  --out <file>  the page (default out/gradcheck-gallery.html)`;

/** The path of the page, or null if only help was wanted. */
function readFlags(): string | null {
  const { values } = parseArgs({
    options: {
      out: { type: 'string', default: 'out/gradcheck-gallery.html' },
      help: { type: 'boolean', default: false },
    },
  });
  return values.help ? null : values.out;
}

async function main(): Promise<void> {
  const out = readFlags();
  if (out === null) {
    console.log(HELP);
    return;
  }
  const findings = [...MISTAKES, ...CLASSICS].map(examine);
  for (const finding of findings) console.log(summary(finding));
  const missed = findings.filter((finding) => finding.missed.length > 0);
  console.log(
    missed.length === 0
      ? `\nall ${findings.length} caught`
      : `\n${missed.length} of ${findings.length} not caught`,
  );
  if (missed.length > 0) process.exitCode = 1;
  await writeWhole(resolve(out), await galleryPage(findings));
  console.log(`the page with the pictures: ${resolve(out)}`);
}

await run('gradcheck-gallery', main);
