/**
 * Activation checkpointing: a part of a program keeps nothing for the walk back but its inputs. The walk runs the part a
 * second time, with a tape of its own, goes back over this tape and drops it.
 */

import { type FloatArray, fingerprint, type NDArray } from '../base/array.js';
import { type Changes, inFormerState, noteChanges } from '../base/changes.js';
import { ArgumentError, GraphError } from '../base/errors.js';
import { isFloat, isNumberArray, isPlain } from '../base/kind.js';
import { kindOf, needFunction, needTensors, refusePromise } from '../base/words.js';
import { propagate } from './backward.js';
import { Node, type Op, type Source, Tensor } from './graph.js';
import { walksSoFar } from './guard/lint.js';
import { runLoudly } from './observe.js';
import { defineOp } from './op.js';
import { isRecording, link, tapePosition, withRecording } from './record.js';

/**
 * y = fn(...inputs), where what fn computes on its way is not kept for the walk back. The walk computes it again: a second
 * forward pass in time, for memory that no longer grows with the number of steps inside fn. A chain of n steps in √n
 * checkpoints of √n steps each keeps about 2√n values at a time in place of n.
 *
 * Value and gradients have the same bits as those of fn(...inputs): gradients of the inputs, of the weights that fn uses, and
 * of whatever else it finds outside. For the second run, generators made by `random` and tensors that fn changes by `write`
 * or `assign` go back to where they were, so dropout draws the same masks; afterwards they are as the first run left them,
 * so running statistics take a batch in once. Derivatives of any order lead through a checkpoint, and checkpoints nest.
 *
 * The rest of what fn does has to be the same both times. `backward` is refused inside fn, because it would add to `.grad`
 * twice; `grad` and its kin may be called. A tensor that fn makes keeps no gradient, not even by `retainGrad`.
 * @example const hidden = checkpoint((input) => layer.forward(input).relu(), x);
 * @throws ArgumentError unless fn is a function that returns one Tensor, at once; in the walk, GraphError if the second run
 *   computes other numbers, and if an input or a weight was written to since the first
 * @source T. Chen, B. Xu, C. Zhang and C. Guestrin, Training deep nets with sublinear memory cost (2016)
 */
export function checkpoint<I extends readonly Tensor[], Y extends Tensor>(
  fn: (...inputs: I) => Y,
  ...inputs: I
): Y {
  needFunction('checkpoint', fn, 'a function of tensors');
  needTensors('checkpoint', ...inputs);
  const run = (): Y => checkedRun(() => fn(...inputs));
  if (!isRecording()) return run();
  const since = tapePosition();
  const { value: output, changes } = noteChanges(run);
  // A constant, or a tensor from before the call, has no tape to drop.
  if (output.node === null || output.node.position < since) return output;
  const part: Part = { run, changes, ...digestOf(output, since, ({ requiresGrad }) => requiresGrad) };
  const weights = part.uses.filter((source) => source instanceof Tensor);
  // The output had a node of the tape of fn, and gets this one. So that tape goes.
  link(output, CHECKPOINT as Op, part.uses, { inputs, weights }, part);
  return output;
}

/** Runs the function, and refuses what cannot be walked back through, or would do harm the second time. */
function checkedRun<Y>(fn: () => Y): Y {
  const walks = walksSoFar();
  const output = fn();
  if (walksSoFar() !== walks)
    throw new GraphError(
      'checkpoint',
      'the function called backward(), and would add to every grad once more when the walk back runs it again; use grad(), vjp() or gradients() inside, which add to none',
    );
  refusePromise('checkpoint', output, 'await first, then call checkpoint on what is computed at once');
  if (!(output instanceof Tensor))
    throw new ArgumentError(
      'checkpoint',
      `the function returned ${kindOf(output)}; expected one Tensor. Join several, as by concat, or give each a checkpoint`,
    );
  return output;
}

/** What has to be known of the first run for a second one. */
interface Part extends Digest {
  readonly run: () => Tensor;
  readonly changes: Changes;
}

const CHECKPOINT = defineOp({
  name: 'checkpoint',
  // The first run has its value already. This is for those who want to see a value that nobody kept.
  forward: (_: readonly NDArray[], { run, changes }: Part) => {
    const { data, shape } = inFormerState(changes, run);
    return { data, shape };
  },
  vjpAll: (g, _, part, needed) =>
    needed.includes(true) ? walkPart(g, part, needed) : needed.map(() => null),
});

/** Runs a part again and walks back through it: the contributions to each use of what was there before. */
function walkPart(g: Tensor, part: Part, needed: readonly boolean[]): (Tensor | null)[] {
  const { uses, changes } = part;
  const contributions = new Array<Tensor | null>(uses.length).fill(null);
  // A sum of several contributions depends on their order. So they are handed on one by one: the n-th to a source as that
  // of its n-th use. If a use contributes nothing, the next contribution takes its place, and the order stays as it is.
  const places = new Map<Source, number[]>();
  for (const [i, use] of uses.entries()) places.set(use, [...(places.get(use) ?? []), i]);
  const arrive = (target: Source, contribution: Tensor): void => {
    contributions[places.get(target)!.shift()!] = contribution;
  };
  const targets = new Set(uses.filter((_, i) => needed[i]));
  const createGraph = isRecording();
  inFormerState(changes, () => {
    const since = tapePosition();
    propagate(outputAgain(part, since), g, { targets, since, createGraph, arrive });
  });
  return contributions;
}

/** Runs a part again, and refuses a tape that differs from that of the first run. */
function outputAgain({ run, uses, sum }: Part, since: number): Tensor {
  let output!: Tensor;
  runLoudly(() => {
    output = withRecording(true, run);
  });
  // A leaf that has asked for its gradient since the first run is not among those wanted.
  const known = new Set(uses);
  const again = digestOf(output, since, (leaf) => known.has(leaf));
  if (again.sum !== sum || again.uses.length !== uses.length || again.uses.some((use, i) => use !== uses[i]))
    throw new GraphError(
      'checkpoint',
      'the function computed something else when the walk back ran it again, so its gradient would be wrong. What may differ: a counter, the time, a generator that random() did not make, a tensor whose data was set without write() or assign(), a leaf that the function makes itself',
    );
  return output;
}

/** What has to be the same about the tapes of both runs. */
interface Digest {
  /** The inputs of its nodes that were there before and require a gradient, in the order in which a walk comes to them. */
  readonly uses: readonly Source[];
  /** A checksum of the value, and of everything that rules read but the weights. */
  readonly sum: number;
}

/**
 * @param since the position at which the run began
 * @param isWanted whether a gradient by a leaf is wanted
 */
function digestOf(output: Tensor, since: number, isWanted: (leaf: Tensor) => boolean): Digest {
  const isInside = (source: Source | null): source is Node =>
    source instanceof Node && source.position >= since;
  const nodes = new Set<Node>();
  if (isInside(output.node)) nodes.add(output.node);
  // The set grows while the loop runs.
  for (const { inputs } of nodes) for (const input of inputs) if (isInside(input)) nodes.add(input);
  const newestFirst = [...nodes].sort((a, b) => b.position - a.position);
  const isUse = (source: Source): boolean =>
    source instanceof Node ? source.position < since : isWanted(source);
  const uses = newestFirst.flatMap(({ inputs }) => inputs.filter(isUse));
  // The versions of weights are compared by the walk.
  const read = newestFirst.flatMap(({ guarded }) => guarded.filter((one) => one.node || !isWanted(one)));
  const tensors = new Set([output, ...read]);
  const facts = [output.shape, ...newestFirst.map(({ op, attrs, saved }) => [op.name, attrs, saved])];
  const sums = [...[...tensors].map(({ data }) => checksum(data)), ...numbersIn(facts)];
  return { uses, sum: checksum(Float64Array.from(sums)) };
}

/** The numbers in lists and plain objects to any depth. Arrays of numbers, and texts, are taken as one number. */
function numbersIn(value: unknown): number[] {
  if (typeof value === 'number' || typeof value === 'boolean') return [Number(value)];
  if (typeof value === 'string')
    return [fingerprint(Int32Array.from([...value], (letter) => letter.codePointAt(0)!))];
  if (isFloat(value)) return [checksum(value)];
  if (isNumberArray(value)) return [fingerprint(value)];
  if (Array.isArray(value)) return value.flatMap(numbersIn);
  return isPlain(value) ? Object.values(value).flatMap(numbersIn) : [];
}

/** {@link fingerprint} of the bits. All NaN are the same, since JavaScript engines choose their bits. */
function checksum(data: FloatArray): number {
  const own = hasNaN(data) ? data.map((x) => (Number.isNaN(x) ? 0.1 : x)) : data;
  return fingerprint(new Int32Array(own.buffer, own.byteOffset, own.byteLength / 4));
}

/** A loop, because `data.includes(NaN)` takes longer than all else here. */
function hasNaN(data: FloatArray): boolean {
  for (let i = 0; i < data.length; i++) if (Number.isNaN(data[i])) return true;
  return false;
}
