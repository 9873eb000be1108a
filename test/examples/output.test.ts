/** Where programs write: links, folders, devices, full disks. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { outputAt, writeWhole } from '../../examples/shared/output.js';
import { UsageError } from '../../examples/shared/program.js';
import { temporaryFolder } from '../support/folder.js';
import { suite } from '../support/suite.js';
import { asOneFile } from './program.js';

const test = suite('files that programs write');
const folder = temporaryFolder('output');
const OPTIONS = { flag: '--out', name: 'report.html' };
let places = 0;

/** An empty folder of the test's own. */
function place(): string {
  const path = join(folder, `place-${places++}`);
  mkdirSync(path);
  return path;
}

async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    assert.instance(error, UsageError);
    return (error as Error).message;
  }
  throw new Error('nothing was refused');
}

test('a new file comes with its folders, an old one is replaced, and nothing else is left', async () => {
  const path = join(place(), 'a', 'b', 'report.html');
  for (const text of ['first', 'second']) {
    const output = await outputAt(path, OPTIONS);
    assert.is(output.path, path);
    assert.is(existsSync(path) && readFileSync(path, 'utf8'), text === 'first' ? false : 'first');
    await output.write(text);
    assert.is(readFileSync(path, 'utf8'), text);
  }
  assert.equal(readdirSync(join(path, '..')), ['report.html']);
});

test('the new file has the permissions of the old one', async () => {
  const path = join(place(), 'report.html');
  writeFileSync(path, 'old');
  chmodSync(path, 0o640);
  await writeWhole(path, 'new');
  assert.is(statSync(path).mode & 0o777, 0o640);
  assert.is(readFileSync(path, 'utf8'), 'new');
});

test('in a folder, the file has its usual name; a path that ends in a slash is a folder', async () => {
  const here = place();
  for (const given of [here, `${here}/`, `${here}/new/`]) {
    const output = await outputAt(given, OPTIONS);
    assert.is(output.path, join(given, 'report.html'));
    await output.write('text');
  }
  assert.equal(readdirSync(join(here, 'new')), ['report.html']);
  mkdirSync(join(here, 'folder', 'report.html'), { recursive: true });
  assert.match(await refusal(outputAt(join(here, 'folder'), OPTIONS)), 'is a folder; name a file in it');
  assert.match(await refusal(outputAt(here, { flag: '--out' })), `--out ${here}: is a folder`);
});

test('symbolic links are followed and stay, also those that lead nowhere yet, or to a folder', async () => {
  const here = place();
  mkdirSync(join(here, 'real'));
  writeFileSync(join(here, 'real', 'old.html'), 'old');
  symlinkSync('real/old.html', join(here, 'link'));
  symlinkSync(join(here, 'link'), join(here, 'twice'));
  symlinkSync('real/new.html', join(here, 'dangling'));
  symlinkSync('real', join(here, 'folder'));
  for (const [given, target] of [
    ['twice', 'old.html'],
    ['link', 'old.html'],
    ['dangling', 'new.html'],
    ['folder', 'report.html'],
    ['folder/other.html', 'other.html'],
  ] as const) {
    await (await outputAt(join(here, given), OPTIONS)).write(given);
    assert.is(readFileSync(join(here, 'real', target), 'utf8'), given);
    assert.ok(lstatSync(join(here, given.split('/')[0]!)).isSymbolicLink(), given);
  }
  assert.equal(readdirSync(join(here, 'real')).sort(), ['new.html', 'old.html', 'other.html', 'report.html']);
});

test('links that lead in a circle are refused', async () => {
  const here = place();
  symlinkSync('b', join(here, 'a'));
  symlinkSync('a', join(here, 'b'));
  assert.match(await refusal(outputAt(join(here, 'a'), OPTIONS)), 'its symbolic links lead in a circle');
});

test('devices, pipes and sockets are refused and stay what they are, behind a link too', async () => {
  const here = place();
  const pipe = join(here, 'pipe');
  assert.is(spawnSync('mkfifo', [pipe]).status, 0);
  symlinkSync('/dev/null', join(here, 'null'));
  symlinkSync(pipe, join(here, 'to-pipe'));
  const server = createServer().listen(join(here, 'socket'));
  await new Promise((resolve) => server.once('listening', resolve));
  try {
    for (const [path, kind] of [
      ['/dev/null', 'a device'],
      ['/dev/full', 'a device'],
      [join(here, 'null'), 'a device'],
      [pipe, 'a pipe'],
      [join(here, 'to-pipe'), 'a pipe'],
      [join(here, 'socket'), 'a socket'],
    ] as const)
      assert.is(
        await refusal(outputAt(path, OPTIONS)),
        `--out ${path}: is ${kind}; name a regular file or a folder`,
      );
    assert.ok(statSync('/dev/null').isCharacterDevice());
    assert.ok(lstatSync(pipe).isFIFO());
    assert.equal(readdirSync(here).sort(), ['null', 'pipe', 'socket', 'to-pipe']);
  } finally {
    server.close();
  }
});

test('a place where nothing can be written is found before the work', async () => {
  const here = place();
  writeFileSync(join(here, 'file'), '');
  assert.match(
    await refusal(outputAt(join(here, 'file', 'x.html'), OPTIONS)),
    /file\/x\.html: a part of the path is/,
  );
  assert.match(await refusal(outputAt('/proc/report.html', OPTIONS)), '--out /proc/report.html: ');
  assert.match(await refusal(outputAt('', OPTIONS)), 'the path is empty');
  assert.match(await refusal(outputAt(join(here, 'x'.repeat(300)), OPTIONS)), 'the name is too long');
});

test('what became a folder meanwhile is not written to', async () => {
  const path = join(place(), 'report.html');
  const output = await outputAt(path, OPTIONS);
  mkdirSync(path);
  assert.match(await refusal(output.write('text')), 'is a folder by now');
});

/** Runs code with `outputAt` in a process that may write files of 64 KiB at most. */
function limited(code: string): string {
  const module = JSON.stringify(asOneFile('examples/shared/output.ts'));
  const program = `import(${module}).then(async ({ outputAt }) => { ${code} }).catch(({ message }) => console.log(message))`;
  const { stdout, stderr } = spawnSync(
    'bash',
    ['-c', 'ulimit -f 64; exec "$0" -e "$1"', process.execPath, program],
    { encoding: 'utf8' },
  );
  return stdout.trim() || stderr;
}

test('without room for the file, the program learns of it before the work, and the old file survives', () => {
  const path = join(place(), 'report.html');
  writeFileSync(path, 'old');
  const at = JSON.stringify(path);
  assert.match(
    limited(`await outputAt(${at}, { flag: '--out', room: 1e6 }); console.log('work')`),
    /--out .*report\.html: the file would be larger than your limit/,
  );
  assert.match(
    limited(`const output = await outputAt(${at}); console.log('work'); await output.write('x'.repeat(1e6))`),
    /^work\n.*report\.html: the file would be larger than your limit/,
  );
  assert.is(readFileSync(path, 'utf8'), 'old');
  assert.equal(readdirSync(join(path, '..')), ['report.html']);
});

test('a program that ends in the middle of writing leaves no unfinished file', () => {
  const path = join(place(), 'report.html');
  const at = JSON.stringify(path);
  const here = JSON.stringify(join(path, '..'));
  const said = limited(`
    const output = await outputAt(${at});
    const { readdirSync } = await import('node:fs');
    const exitInTheMiddle = () => {
      const [unfinished] = readdirSync(${here});
      if (!unfinished) return setImmediate(exitInTheMiddle);
      console.log(unfinished);
      process.exit(0);
    };
    exitInTheMiddle();
    await output.write('x'.repeat(1e4))`);
  assert.match(said, /\.tmp$/);
  assert.equal(
    readdirSync(join(path, '..')).filter((name) => name.endsWith('.tmp')),
    [],
  );
  rmSync(path, { force: true });
});
