/**
 * Checkpoints: all that a training run has to remember to go on as if it had never stopped. A checkpoint is a .safetensors file, so
 * other programs can read its tensors too: `model.layers.0.weight`. What is no tensor is in its metadata.
 *
 * Previous: src/io/safetensors.ts · Next: src/io/files.ts
 */
import { ArgumentError } from '../base/errors.js';
import { isTensor, kindOf, tagOf } from '../base/kind.js';
import { isGenerator, random } from '../base/random.js';
import type { Rng } from '../core.js';
import type { AnyModule, SavedState } from '../nn/index.js';
import { needBytes } from './arguments.js';
import { inspectSafetensors, loadSafetensors, saveSafetensors } from './safetensors.js';
import { pack, unpack } from './tree.js';

/** An object that says what it has to remember, and takes that back: modules, optimisers, loaders, moving averages. */
export interface Stateful {
  stateDict(): unknown;
  loadStateDict(saved: never): void;
}

/** What goes on from where it stopped: a {@link Stateful} object, or a generator of random numbers. */
export type Resumable = Stateful | Rng;

/** The name in the metadata of a file under which what is no tensor is kept. */
const KEY = 'tapegrad.checkpoint';

/** The state of one part as it is saved. */
interface SavedPart {
  /** What the part was: `model`, `generator`, `object` or `data`. */
  readonly kind: string;
  readonly state: unknown;
  /** The states of a model's generators, such as those of dropout, by their paths. */
  readonly generators?: Readonly<Record<string, string>>;
}

/**
 * The bytes of a file that holds all parts of a training run, by names of your choice. A part is a module, with its buffers and
 * generators; an optimiser, a DataLoader or any object with `stateDict()` and `loadStateDict()`; a generator; or plain data, such
 * as the number of steps.
 * @throws ArgumentError for what is none of these
 * @example writeFile('run.safetensors', saveCheckpoint({ model, optimizer, loader, rng, step }));
 */
export function saveCheckpoint(parts: Readonly<Record<string, unknown>>): Uint8Array {
  const op = 'saveCheckpoint';
  needParts(op, parts);
  for (const [name, part] of Object.entries(parts))
    if (part === undefined) throw new ArgumentError(op, `${name} is undefined; leave it out, or save null`);
  const saved = Object.entries(parts).map(([name, part]) => [name, savedPart(part)] as const);
  // The names of tensors are those of the parts, without the words of the record around them.
  const states = Object.fromEntries(saved.map(([name, { state }]) => [name, state]));
  const others = Object.fromEntries(saved.map(([name, { state: _, ...rest }]) => [name, rest]));
  const { text, tensors } = pack(op, states);
  const metadata = { [KEY]: JSON.stringify({ version: 1, parts: others, states: text }) };
  return saveSafetensors(tensors, { metadata });
}

function savedPart(part: unknown): SavedPart {
  const kind = kindOfPart(part);
  if (isGenerator(part)) return { kind, state: part.state() };
  if (isModel(part)) {
    const generators = part.namedGenerators().map(([path, rng]) => [path, rng.state()]);
    return { kind, state: part.stateDict(), generators: Object.fromEntries(generators) };
  }
  return { kind, state: isStateful(part) ? part.stateDict() : part };
}

function kindOfPart(part: unknown): string {
  if (isGenerator(part)) return 'generator';
  if (isModel(part)) return 'model';
  return isStateful(part) ? 'object' : 'data';
}

/**
 * Brings the parts of a training run to where they were when {@link saveCheckpoint} saved them. They are built first, as at the
 * start of the run. Parts of the file that are not asked for are left alone: to use a trained model, pass the model alone.
 * @param parts by the names they were saved under
 * @param what what errors call the file, such as its path
 * @returns the rest of what was saved, by name: plain data as it was given, such as the number of steps, and of other parts
 *   what their `stateDict()` gave
 * @throws ArgumentError, or the error of a part, if the file is damaged or a part does not fit; no part is changed then
 * @example const { step } = loadCheckpoint<{ step: number }>(readFile('run.safetensors'), { model, optimizer, loader, rng });
 */
export function loadCheckpoint<Rest extends object = Record<string, unknown>>(
  bytes: Uint8Array,
  parts: Readonly<Record<string, Resumable>>,
  what = 'the file',
): Rest {
  const op = 'loadCheckpoint';
  needParts(op, parts);
  const saved = contentsOf(op, bytes, what);
  for (const [name, part] of Object.entries(parts)) needFit(op, name, part, saved, what);
  const changed: [name: string, part: Resumable, before: SavedPart][] = [];
  try {
    for (const [name, part] of Object.entries(parts)) {
      const before = savedPart(part);
      restore(op, name, part, saved.get(name)!);
      changed.push([name, part, before]);
    }
  } catch (error) {
    // The part that does not fit has changed nothing. Those before it go back to where they were.
    for (const [name, part, before] of changed) restore(op, name, part, before);
    throw error;
  }
  const rest = [...saved].filter(([name]) => !Object.hasOwn(parts, name));
  return Object.fromEntries(rest.map(([name, { state }]) => [name, state])) as Rest;
}

/** The parts that a file holds. */
function contentsOf(op: string, bytes: Uint8Array, what: string): Map<string, SavedPart> {
  needBytes(op, bytes, what);
  const tensors = loadSafetensors(bytes, what);
  const { metadata } = inspectSafetensors(bytes, what);
  if (!Object.hasOwn(metadata, KEY))
    throw new ArgumentError(
      op,
      `${what} holds ${Object.keys(tensors).length} tensors and is no checkpoint; pass it to model.loadStateDict(loadSafetensors(bytes))`,
    );
  const { version, parts, states } = parsed(metadata[KEY]!);
  if (version !== 1)
    throw new ArgumentError(
      op,
      `${what} is a checkpoint of form ${String(version)}; this version of tapegrad reads form 1`,
    );
  const unpacked = typeof states === 'string' ? unpack(op, { text: states, tensors }, what) : null;
  const isWhole = [parts, unpacked].every((one) => tagOf(one) === 'Object');
  const names = isWhole ? Object.keys(parts as object) : [];
  if (!isWhole || !names.every((name) => Object.hasOwn(unpacked as object, name)))
    throw new ArgumentError(op, `${what} is a checkpoint that was changed after it was written`);
  const entries = names.map((name): [string, SavedPart] => {
    const of = (parts as Record<string, Partial<SavedPart> | null>)[name] ?? {};
    const generators = tagOf(of.generators) === 'Object' ? of.generators! : {};
    return [name, { kind: String(of.kind), generators, state: (unpacked as Record<string, unknown>)[name] }];
  });
  return new Map(entries);
}

function parsed(text: string): Record<string, unknown> {
  try {
    return (JSON.parse(text) ?? {}) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** Refuses a part that the file does not hold, or holds as something else. */
function needFit(op: string, name: string, part: unknown, saved: Map<string, SavedPart>, what: string): void {
  const entry = saved.get(name);
  if (!entry)
    throw new ArgumentError(
      op,
      `${what} holds no part ${name}; it has ${[...saved.keys()].join(', ') || 'none'}`,
    );
  if (!(isGenerator(part) || isStateful(part)))
    throw new ArgumentError(
      op,
      `${name} is ${kindOf(part)}; expected what goes on from a state: a module, an optimiser, a loader, a generator. Plain data such as a number of steps is returned`,
    );
  const kind = kindOfPart(part);
  if (kind !== entry.kind)
    throw new ArgumentError(
      op,
      `${what} holds ${name} as ${KINDS[entry.kind] ?? 'something unknown'}; got ${KINDS[kind]}`,
    );
}

const KINDS: Readonly<Record<string, string>> = {
  model: 'a module',
  generator: 'a generator',
  object: 'an object with a state',
  data: 'plain data',
};

/** Brings one part to a state, or changes nothing of it and throws. */
function restore(op: string, name: string, part: Resumable, { state, generators = {} }: SavedPart): void {
  if (isGenerator(part)) part.restore(state as string);
  else if (isModel(part)) restoreModel(op, name, part, state, generators);
  else part.loadStateDict(state as never);
}

function restoreModel(
  op: string,
  name: string,
  model: Model,
  state: unknown,
  generators: Readonly<Record<string, string>>,
): void {
  const own = model.namedGenerators();
  const [paths, saved] = [own.map(([path]) => path).sort(), Object.keys(generators).sort()];
  if (String(paths) !== String(saved))
    throw new ArgumentError(
      op,
      `${name} was saved with generators at ${saved.join(', ') || 'no place'}, and has them at ${paths.join(', ') || 'no place'}; build it as it was built then`,
    );
  // A text that is no state is refused before the values are changed.
  for (const path of paths) random(0).restore(generators[path]!);
  model.loadStateDict(state as SavedState);
  for (const [path, rng] of own) rng.restore(generators[path]!);
}

const isFunction = (value: unknown): boolean => typeof value === 'function';

function isStateful(part: unknown): part is Stateful {
  const { stateDict, loadStateDict } = (part ?? {}) as Partial<Stateful>;
  return isFunction(stateDict) && isFunction(loadStateDict);
}

/** A module, as far as a checkpoint uses it. */
type Model = Pick<AnyModule, 'namedGenerators' | 'stateDict' | 'loadStateDict'>;

const isModel = (part: unknown): part is Model =>
  isStateful(part) && isFunction((part as Partial<AnyModule>).namedGenerators);

function needParts(op: string, parts: unknown): void {
  if (tagOf(parts) !== 'Object' || isTensor(parts) || isGenerator(parts) || isStateful(parts))
    throw new ArgumentError(
      op,
      `expected the parts by name, such as { model, optimizer, step }, got ${kindOf(parts)}`,
    );
}
