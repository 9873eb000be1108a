/** Where the rows run: a folder outside the project, with the package installed in it as a user has it. */
import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '../..');

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly bin?: string | Readonly<Record<string, string>>;
}

const manifestAt = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

const tools = manifestAt(here);

/** The version of a tool, from package.json: `npm:typescript@5.0.4` → `5.0.4`. */
export function versionOf(tool: string): string {
  const wanted = tools.dependencies?.[tool] ?? tools.optionalDependencies?.[tool];
  if (wanted === undefined) throw new Error(`${tool} is not in test/toolchains/package.json`);
  return wanted.split('@').at(-1)!;
}

/** What a command did. */
export interface Output {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a command is started. */
export interface Start {
  /** The Node that `node`, and every tool written in JavaScript, runs on. Default `node20`. */
  readonly node?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A row's mistake, which is its whole message: the place in our code does not matter. */
export class Complaint extends Error {}

/** The folder of one row. It keeps what every command printed, for the case that the row fails. */
export class Place {
  readonly folder: string;
  /** Commands and what they printed, also those of the places beside this one. */
  readonly log: string[] = [];
  private readonly home: Home;
  private readonly deadline: number;

  constructor(home: Home, name: string, seconds: number) {
    this.home = home;
    this.folder = join(home.folder, name.replace(/[^\w.-]+/g, '-'));
    this.deadline = performance.now() + 1000 * seconds;
  }

  /** A copy of a fixture's folder, whose texts `change` may change. */
  copy(fixture: string, change = (_file: string, text: string): string => text): this {
    cpSync(join(here, 'fixtures', fixture), this.folder, { recursive: true });
    for (const file of readdirSync(this.folder))
      if (/\.(ts|js)$/.test(file)) this.write(file, change(file, this.read(file)));
    return this;
  }

  /** Gives the row a copy of the package of its own, with packages of the project beside it: the optional ones. */
  install(...names: readonly string[]): this {
    const modules = join(this.folder, 'node_modules');
    cpSync(join(this.home.folder, 'node_modules/tapegrad'), join(modules, 'tapegrad'), { recursive: true });
    for (const name of names) {
      mkdirSync(dirname(join(modules, name)), { recursive: true });
      symlinkSync(join(root, 'node_modules', name), join(modules, name));
    }
    return this;
  }

  /** A folder beside this one, with the same time limit. */
  beside(suffix: string): Place {
    const other = new Place(this.home, `${basename(this.folder)}-${suffix}`, 0);
    return Object.assign(other, { deadline: this.deadline, log: this.log });
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8');
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(join(this.folder, file)), { recursive: true });
    writeFileSync(join(this.folder, file), text);
  }

  /** Runs a command of the shell, with the installed tools on its path. It is killed when the row's time is over. */
  async run(command: string, { node = 'node20', env = {} }: Start = {}): Promise<Output> {
    const path = [this.home.engine(node), this.home.bin, dirname(process.execPath), '/usr/bin', '/bin'];
    const { HOME = '/', LANG = 'C.UTF-8' } = process.env;
    const output = await execute(command, {
      cwd: this.folder,
      env: {
        ...{ HOME, LANG, PATH: path.join(delimiter), TMPDIR: join(this.home.folder, 'tmp') },
        ...{ NO_COLOR: '1', DENO_DIR: join(this.home.folder, 'tmp/deno'), DENO_NO_UPDATE_CHECK: '1', ...env },
      },
      milliseconds: Math.max(0, this.deadline - performance.now()),
    });
    this.log.push(`\n$ ${command}\n${output.stdout}${output.stderr}`);
    if (output.status === null) throw new Complaint(`${command}: stopped, the row's time is over`);
    return output;
  }

  /** Runs a command that has to succeed, and returns what it printed on its standard output. */
  async succeeds(command: string, start?: Start): Promise<string> {
    const { status, stdout } = await this.run(command, start);
    if (status !== 0) throw new Complaint(`${command}: exit status ${status}`);
    return stdout;
  }

  /** Throws unless the condition holds. */
  demand(holds: boolean, complaint: string): void {
    if (!holds) throw new Complaint(complaint);
  }

  /** Throws unless two texts are equal. */
  equal(what: string, text: string, expected: string): void {
    this.demand(text.trim() === expected.trim(), `${what}:\n${text.trim()}\nexpected:\n${expected.trim()}`);
  }
}

interface Limits {
  readonly cwd: string;
  readonly env: Record<string, string>;
  readonly milliseconds: number;
}

/** The process groups of the commands that run now. */
const running = new Set<number>();

/** Ends every command that runs now, and whatever it started. */
export function stopAll(): void {
  for (const group of running) process.kill(-group, 'SIGKILL');
}

/** Runs a command in a process group of its own, so that whatever it starts ends with it. */
function execute(command: string, { cwd, env, milliseconds }: Limits): Promise<Output> {
  return new Promise((resolve) => {
    const child = spawn('sh', ['-c', command], {
      cwd,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const group = child.pid!;
    running.add(group);
    let [stdout, stderr, late] = ['', '', false];
    child.stdout.on('data', (chunk: Buffer) => void (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => void (stderr += chunk.toString()));
    const timer = setTimeout(() => {
      late = true;
      process.kill(-group, 'SIGKILL');
    }, milliseconds);
    child.on('close', (status) => {
      clearTimeout(timer);
      running.delete(group);
      resolve({ status: late ? null : (status ?? 1), stdout, stderr });
    });
  });
}

/** The folder that all rows share: the package and the tools are in its `node_modules`, each row has a folder in it. */
export class Home {
  readonly folder: string;
  readonly bin: string;

  /** Has the package unpacked and links the tools. */
  constructor(folder: string, unpack: (into: string) => void) {
    this.folder = realpathSync(folder);
    this.bin = join(this.folder, 'node_modules/.bin');
    for (const path of ['node_modules/.bin', 'node_modules/tapegrad', 'tmp', 'engines'])
      mkdirSync(join(this.folder, path), { recursive: true });
    unpack(join(this.folder, 'node_modules/tapegrad'));
    for (const name of Object.keys(tools.dependencies ?? {})) this.link(name);
    this.link('@jest/globals'); // a dependency of jest, which npm puts beside it
    this.linkEngines();
  }

  /** The folder on whose path `node` is the wanted one. */
  engine(name: string): string {
    const folder = join(this.folder, 'engines', name);
    if (!existsSync(folder)) throw new Complaint(`${name} is not installed on this platform`);
    return folder;
  }

  /** Whether the wanted Node is there: the packages that bring it are for Linux on x64. */
  hasEngine(name: string): boolean {
    return existsSync(join(this.folder, 'engines', name));
  }

  private link(name: string): void {
    const target = join(here, 'node_modules', name);
    const place = join(this.folder, 'node_modules', name);
    mkdirSync(dirname(place), { recursive: true });
    if (!name.startsWith('typescript') || name === 'typescript') symlinkSync(target, place);
    const { bin = {} } = manifestAt(target);
    const commands = typeof bin === 'string' ? { [name.split('/').at(-1)!]: bin } : bin;
    for (const [command, file] of Object.entries(commands)) {
      // The five compilers have one name for their command.
      const alias = name.replace(/^typescript/, 'tsc');
      const known = command === 'tsc' ? alias : command === 'tsserver' ? null : command;
      if (known) this.linkCommand(known, join(target, file));
    }
  }

  private linkCommand(command: string, file: string): void {
    const native = nativeProgram(command);
    if (native === 'absent') return;
    const script = `#!/bin/sh\nexec ${native ? `"${native}"` : `node "${file}"`} "$@"\n`;
    writeFileSync(join(this.bin, command), script, { mode: 0o755 });
  }

  private linkEngines(): void {
    for (const name of Object.keys(tools.optionalDependencies ?? {})) {
      const file = join(here, 'node_modules', name, 'bin/node');
      if (!existsSync(file)) continue;
      mkdirSync(join(this.folder, 'engines', name));
      symlinkSync(file, join(this.folder, 'engines', name, 'node'));
    }
    if (this.hasEngine('node20')) return;
    mkdirSync(join(this.folder, 'engines/node20'));
    symlinkSync(process.execPath, join(this.folder, 'engines/node20/node'));
  }
}

/** Where the tools that are no JavaScript keep their programs: a package for each platform, in this scope. */
const NATIVE: Readonly<Record<string, { scope: string; files: readonly string[] }>> = {
  bun: { scope: '@oven', files: ['bin/bun', 'bin/bun.exe'] },
  deno: { scope: '@deno', files: ['deno', 'deno.exe'] },
  esbuild: { scope: '@esbuild', files: ['bin/esbuild', 'esbuild.exe'] },
};

/** The program itself, which a script would put in its place at install; null for a tool written in JavaScript. */
function nativeProgram(command: string): string | 'absent' | null {
  if (command === 'bunx') return 'absent';
  const native = NATIVE[command];
  if (!native) return null;
  const folder = join(here, 'node_modules', native.scope);
  const packages = existsSync(folder) ? readdirSync(folder) : [];
  const found = packages
    .flatMap((name) => native.files.map((file) => join(folder, name, file)))
    .find(existsSync);
  return found ?? 'absent';
}
