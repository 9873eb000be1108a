/**
 * Ten wrong gradients that people really write, and two checks that let wrong ones pass: each is caught, and shown
 * with its code and its picture on one page.
 *
 *     npx tsx examples/gradcheck-gallery/main.ts [--out out/gradcheck-gallery.html]
 */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
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

/** Writes a file under another name first, so that nobody ever finds half of it. */
async function writeWhole(path: string, text: string): Promise<void> {
  const unfinished = `${path}.${process.pid}.tmp`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(unfinished, text);
    await rename(unfinished, path);
  } finally {
    await rm(unfinished, { force: true });
  }
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

try {
  await main();
} catch (error) {
  process.exitCode = 1;
  console.error(`gradcheck-gallery: ${error instanceof Error ? error.message : String(error)}`);
}
