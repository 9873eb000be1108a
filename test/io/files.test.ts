import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { ArgumentError } from '../../src/index.js';
import { readFile, writeFile } from '../../src/io/index.js';
import { assertThrows } from '../support/close.js';
import { temporaryFolder } from '../support/folder.js';
import { suite } from '../support/suite.js';

const test = suite('files');

test('bytes come back, a file is replaced whole, and nothing else is left in the folder', () => {
  const folder = temporaryFolder('files');
  const path = join(folder, 'a.bin');
  for (const bytes of [Uint8Array.of(1, 2, 3), new Uint8Array(0), new Uint8Array(3_000_000).fill(7)]) {
    writeFile(path, bytes);
    assert.equal(readFile(path), bytes);
    assert.equal(readdirSync(folder), ['a.bin']);
  }
});

test('a part of a larger array is written, and not the array around it', () => {
  const path = join(temporaryFolder('files'), 'a.bin');
  writeFile(path, new Uint8Array([1, 2, 3, 4]).subarray(1, 3));
  assert.equal([...readFileSync(path)], [2, 3]);
});

test('a symbolic link stays one, and the file behind it is written', () => {
  const folder = temporaryFolder('files');
  writeFileSync(join(folder, 'real'), 'old');
  symlinkSync(join(folder, 'real'), join(folder, 'link'));
  writeFile(join(folder, 'link'), Uint8Array.of(9));
  assert.ok(lstatSync(join(folder, 'link')).isSymbolicLink());
  assert.equal([...readFileSync(join(folder, 'real'))], [9]);
});

test('a path of no folder is one in the folder of the program', () => {
  const [folder, before] = [temporaryFolder('files'), process.cwd()];
  process.chdir(folder);
  try {
    writeFile('plain.bin', Uint8Array.of(5));
  } finally {
    process.chdir(before);
  }
  assert.equal([...readFileSync(join(folder, 'plain.bin'))], [5]);
});

test('what cannot be written or read is refused, and the older file stays', () => {
  const folder = temporaryFolder('files');
  const path = join(folder, 'a.bin');
  writeFile(path, Uint8Array.of(1));
  assertThrows(
    () => writeFile(join(folder, 'none/a.bin'), Uint8Array.of(2)),
    'lies in a folder that does not exist; make it first',
  );
  mkdirSync(join(folder, 'folder'));
  assertThrows(() => writeFile(join(folder, 'folder'), Uint8Array.of(2)), 'folder is a folder, not a file');
  assertThrows(() => writeFile(path, [1] as never), 'writeFile: expected bytes, a Uint8Array, got an array');
  assertThrows(() => writeFile(1 as never, Uint8Array.of(1)), 'writeFile: the path is a string');
  assertThrows(() => readFile(join(folder, 'none')), 'none does not exist');
  assertThrows(() => readFile(folder), 'is a folder, not a file');
  assertThrows(() => readFile(null as never), 'readFile: the path is a string');
  assert.equal([...readFile(path)], [1]);
  assert.equal(readdirSync(folder).sort(), ['a.bin', 'folder']);
});

test('a disk that fails in the middle leaves the older file and no piece of the new one', () => {
  const folder = temporaryFolder('files');
  const path = join(folder, 'a.bin');
  writeFile(path, Uint8Array.of(1));
  const files = process.getBuiltinModule('node:fs');
  const { writeSync } = files;
  Object.assign(files, {
    writeSync(): never {
      throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    },
  });
  try {
    assertThrows(() => writeFile(path, Uint8Array.of(2)), 'cannot be written (ENOSPC)');
  } finally {
    Object.assign(files, { writeSync });
  }
  assert.equal([...readFile(path)], [1]);
  assert.equal(readdirSync(folder), ['a.bin']);
});

test('a page, where there is no file system, is told what to do instead', () => {
  const { getBuiltinModule } = process;
  Object.assign(process, { getBuiltinModule: () => undefined });
  try {
    assertThrows(() => writeFile('a', Uint8Array.of(1)), 'In a page offer the bytes as a download');
    assertThrows(() => readFile('a'), 'In a page fetch the bytes, or take them from a file input');
  } finally {
    Object.assign(process, { getBuiltinModule });
  }
  assert.not.ok(existsSync('a'));
});

test('paths that no file can have are refused in our words', () => {
  const folder = temporaryFolder('files');
  writeFile(join(folder, 'file'), Uint8Array.of(1));
  for (const path of [join(folder, 'file/inside'), join(folder, 'a\0b'), join(folder, 'n'.repeat(300))]) {
    const error = assertThrows(() => writeFile(path, Uint8Array.of(1)), 'writeFile: ');
    assert.instance(error, ArgumentError);
    assert.instance(
      assertThrows(() => readFile(path), 'readFile: '),
      ArgumentError,
    );
  }
  const long = join(folder, 'n'.repeat(250));
  writeFile(long, Uint8Array.of(4));
  assert.equal([...readFile(long)], [4]);
});

test('who may not read the older file may not read the new one', () => {
  const path = join(temporaryFolder('files'), 'secret');
  writeFileSync(path, 'old', { mode: 0o600 });
  writeFile(path, Uint8Array.of(1));
  assert.is(statSync(path).mode & 0o777, 0o600);
});
