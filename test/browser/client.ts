/** The script of a page under test: it computes what the page's address asks for, and reports it. */
import type { Packed } from './numbers.js';
import { packed } from './numbers.js';
import { computeIn, draw, type Library, mistake, multiply, readDigits, verify } from './program.js';

export interface ProgramReport {
  readonly results: Packed;
  readonly verdicts: { right: string; wrong: string };
  /** Width and height of each picture, as an image of the page. */
  readonly pictures: (readonly [number, number])[];
  readonly mistake: string;
  /** What `kernels()` says: the name, and why. */
  readonly kernels: string;
  /** What the policy of the page allows: to make code out of text, and out of bytes. */
  readonly allowed: { text: boolean; bytes: boolean };
}

export interface ThreadReport {
  readonly results: Packed;
  readonly helpers: number;
  readonly threads: number;
  readonly isolated: boolean;
}

const choice = new URLSearchParams(location.search);
const host = globalThis as Record<string, unknown> & { report?: (value: unknown) => void };
if (choice.has('kernels')) host.TAPEGRAD_KERNELS = choice.get('kernels');
if (choice.has('without')) delete host[choice.get('without')!];

/** The bytes of a file beside the page. */
async function bytesOf(name: string): Promise<Uint8Array> {
  return new Uint8Array(await (await fetch(name)).arrayBuffer());
}

/** The library by its entry points, which the import map of the page leads to files. */
async function entryPoints(): Promise<Library> {
  const main = await import('tapegrad');
  const [nn, optim, init, data, io] = await Promise.all([
    import('tapegrad/nn'),
    import('tapegrad/optim'),
    import('tapegrad/init'),
    import('tapegrad/data'),
    import('tapegrad/io'),
  ]);
  return { ...main, nn, optim, init, data, io };
}

/** The library as one file. */
async function oneFile(): Promise<Library> {
  const path: string = './dist/tapegrad.min.js';
  return import(path);
}

const TASKS: Record<string, () => Promise<unknown>> = {
  async program(): Promise<ProgramReport> {
    const library = await entryPoints();
    const [images, labels] = await Promise.all(['images', 'labels'].map(bytesOf));
    return {
      results: packed({ ...computeIn(library), ...readDigits(library, images!, labels!) }),
      verdicts: verify(library, await import('tapegrad/check')),
      pictures: await Promise.all((await draw(await import('tapegrad/plot'))).map(sizeOf)),
      mistake: mistake(library),
      kernels: `${library.kernels().name}: ${library.kernels().why}`,
      allowed: {
        text: works(() => new Function('')),
        bytes: works(() => new WebAssembly.Instance(new WebAssembly.Module(EMPTY))),
      },
    };
  },
  /** The same numbers by the one file. */
  async file(): Promise<Packed> {
    return packed(computeIn(await oneFile()));
  },
  async threads(): Promise<ThreadReport> {
    const { results, ...rest } = await multiply(await oneFile());
    return { results: packed(results), ...rest, isolated: globalThis.crossOriginIsolated };
  },
  async bits(): Promise<Packed> {
    const { computeAll } = await import('./bits.js');
    const [images, labels] = await Promise.all(['images', 'labels'].map(bytesOf));
    return packed(computeAll(images!, labels!));
  },
};

/** The smallest WebAssembly module: its first word, and version 1. */
const EMPTY = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);

function works(action: () => void): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}

/** The size at which the page shows an SVG. @throws Error if it cannot be shown */
async function sizeOf(svg: string): Promise<readonly [number, number]> {
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  await image.decode();
  return [image.naturalWidth, image.naturalHeight];
}

host.report!(await TASKS[choice.get('task')!]!());
