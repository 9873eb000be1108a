/**
 * Checks ten wrong gradients that people really write, and two more that a careless check does not find, and writes a
 * page that shows each with its code and its picture.
 *
 *     npx tsx examples/gradcheck-gallery/main.ts [--out out/gradcheck-gallery.html]
 */
import { outputAt } from '../shared/output.js';
import { commandLine, flagsOf, run } from '../shared/program.js';
import { examine } from './exhibit.js';
import { CLASSICS, MISTAKES } from './gallery.js';
import { galleryPage } from './page.js';
import { summary } from './words.js';

/** The path of the page. */
function readOut(): string {
  const command = commandLine(
    'gradcheck-gallery',
    'Shows wrong gradients, and what a check says about them.',
  ).option('--out <file>', 'the page, or a folder for it', 'out/gradcheck-gallery.html');
  return flagsOf<{ out: string }>(command).out;
}

async function main(): Promise<void> {
  const output = await outputAt(readOut(), { flag: '--out', name: 'gradcheck-gallery.html', room: 2e6 });
  const findings = [...MISTAKES, ...CLASSICS].map(examine);
  for (const finding of findings) console.log(summary(finding));
  const missed = findings.filter((finding) => finding.missed.length > 0);
  console.log(
    missed.length === 0
      ? `\nall ${findings.length} caught`
      : `\n${missed.length} of ${findings.length} not caught`,
  );
  if (missed.length > 0) process.exitCode = 1;
  await output.write(await galleryPage(findings));
  console.log(`the page with the pictures: ${output.path}`);
}

await run('gradcheck-gallery', main);
