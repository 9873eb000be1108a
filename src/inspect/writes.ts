/**
 * Notices writes that no version counts: into the `data` of a tensor, by a program, by the forward of an op, by a rule, or by
 * a hook. Each would give wrong gradients in silence. What must not change is remembered, and compared later.
 */
import type { Node, Op, Tensor } from '../autograd/graph.js';
import { overlap } from '../autograd/guard/checks.js';
import { atSite, rememberSite, savedName, sharedForward } from '../autograd/guard/messages.js';
import { fingerprint } from '../base/array.js';
import { AnomalyError, formatShape } from '../base/errors.js';
import { atUserLine, callSite } from '../base/site.js';

/** An array that must not change, and what messages call it. */
interface Kept {
  readonly name: string;
  readonly data: ArrayBufferView;
}

/** A gradient on its way back: its checksum, and the rule that returned it. */
interface OnItsWay {
  readonly sum: number;
  readonly from: string;
}

/** Watches for writes while the tape records and is walked back. Each function throws an AnomalyError at the first one. */
export class WriteWatch {
  private readonly inputSums = new WeakMap<readonly Tensor[], readonly number[]>();
  private readonly savedSums = new WeakMap<Node, readonly number[]>();
  /** Copies of what the rules of a node are given, made before the rules run. */
  private readonly given = new WeakMap<Node, readonly Uint8Array[]>();
  /** The gradients that the rules of this walk have returned. */
  private readonly onTheirWay = new Map<Tensor, OnItsWay>();

  /** Before the forward of an op. */
  beforeForward(inputs: readonly Tensor[]): void {
    this.inputSums.set(
      inputs,
      inputs.map(({ data }) => checksum(data)),
    );
  }

  /** After the forward of an op: its inputs are as before, and its output shares no memory with them. */
  afterForward(op: Op, inputs: readonly Tensor[], { data, node }: Tensor): void {
    const sums = this.inputSums.get(inputs);
    for (const [i, input] of inputs.entries()) {
      if (overlap(input.data, data)) throw sharedForward(op);
      if (sums && checksum(input.data) !== sums[i])
        throw new AnomalyError(
          `${op.name}: its forward wrote to the data of input ${i}${labelOf(input)}${atUserLine()}. Let it work on a copy, x.data.slice()`,
          op.name,
        );
    }
    if (!node) return;
    rememberSite(node, callSite());
    this.savedSums.set(
      node,
      keptBy(node).map((kept) => checksum(kept.data)),
    );
  }

  /** Before the rules of a node: what the node saved, and the gradient that comes in, are as they were made. */
  beforeRules(node: Node, gradient: Tensor): void {
    const sums = this.savedSums.get(node);
    for (const [i, { name, data }] of keptBy(node).entries())
      if (sums && checksum(data) !== sums[i])
        throw new AnomalyError(
          `${node.op.name}${atSite(node)} saved ${name}, and its data was changed after the forward pass. Change a clone(), or call backward() first`,
          node.op.name,
        );
    this.demandUnchanged(gradient, this.onTheirWay.get(gradient));
    this.given.set(
      node,
      givenTo(node, gradient).map(({ data }) => bytesOf(data).slice()),
    );
  }

  /** After the rules of a node: they wrote neither to the gradient they were given nor to what the node saved. */
  afterRules(node: Node, gradient: Tensor, contributions: readonly (Tensor | null)[]): void {
    const before = this.given.get(node);
    if (!before) return;
    const given = givenTo(node, gradient);
    const changed = given.findIndex(({ data }, i) => !sameBytes(bytesOf(data), before[i]!));
    if (changed >= 0) {
      const { name } = given[changed]!;
      const rule = writingRule(node, gradient, contributions, before);
      throw new AnomalyError(
        `${node.op.name}${atSite(node)}: its ${rule} wrote to ${name}, which ${changed === 0 ? 'other rules and the caller may be given too' : 'the rules of other nodes may need too'}. Return a new tensor, as ops do`,
        node.op.name,
      );
    }
    this.given.delete(node);
    for (const [i, contribution] of contributions.entries())
      if (contribution && !this.onTheirWay.has(contribution))
        this.onTheirWay.set(contribution, {
          sum: checksum(contribution.data),
          from: `the rule of ${node.op.name} for input ${i}`,
        });
  }

  /** After a walk: no gradient was changed on its way, by a hook for example. */
  afterWalk(): void {
    for (const [gradient, way] of this.onTheirWay) this.demandUnchanged(gradient, way);
    this.onTheirWay.clear();
  }

  private demandUnchanged({ data, shape }: Tensor, way: OnItsWay | undefined): void {
    if (!way || checksum(data) === way.sum) return;
    this.onTheirWay.clear();
    throw new AnomalyError(
      `registerHook: the gradient ${formatShape(shape)} that ${way.from} returned was written to on its way, and it may be that of other tensors too. A hook returns a new tensor`,
      'registerHook',
    );
  }
}

/** ` (w) [2, 3]` */
const labelOf = ({ name, shape }: Tensor): string => `${name && ` (${name})`} ${formatShape(shape)}`;

/** What a node keeps for its rules: saved tensors, and arrays of raw numbers among what it saved and its attributes. */
function keptBy(node: Node): Kept[] {
  const tensors = node.guarded.map((saved) => ({
    name: `${savedName(node, saved)} ${formatShape(saved.shape)}`,
    data: saved.data,
  }));
  const raw = [node.saved, { attributes: node.attrs }, node.attrs].flatMap((holder) =>
    Object.entries(holder ?? {}).flatMap(([name, data]) =>
      ArrayBuffer.isView(data) ? [{ name, data }] : [],
    ),
  );
  return [...tensors, ...raw];
}

/** What the rules of a node are given. The gradient comes first. */
const givenTo = (node: Node, { data }: Tensor): Kept[] => [
  { name: 'the gradient g it was given', data },
  ...keptBy(node).map(({ name, data }) => ({ name: `the saved ${name}`, data })),
];

/**
 * Which rule of a node writes to what it is given: each that was needed runs again on the values from before. Afterwards
 * these values are back in their places.
 */
function writingRule(
  node: Node,
  gradient: Tensor,
  contributions: readonly (Tensor | null)[],
  before: readonly Uint8Array[],
): string {
  const given = givenTo(node, gradient);
  const restore = (): void => {
    for (const [i, { data }] of given.entries()) bytesOf(data).set(before[i]!);
  };
  const { op, saved, attrs } = node;
  let culprit = 'vjpAll';
  for (const [i, rule] of (op.vjp ?? []).entries()) {
    if (rule === 'zero' || !contributions[i]) continue;
    restore();
    rule(gradient, saved, attrs);
    if (given.every(({ data }, n) => sameBytes(bytesOf(data), before[n]!))) continue;
    culprit = `rule for input ${i}`;
    break;
  }
  restore();
  return culprit;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a.every((byte, i) => byte === b[i]);

/** A number that changes when the data change. */
function checksum({ buffer, byteOffset, byteLength }: ArrayBufferView): number {
  const words = byteOffset % 4 === 0 && byteLength % 4 === 0;
  return fingerprint(
    words
      ? new Uint32Array(buffer, byteOffset, byteLength / 4)
      : new Uint8Array(buffer, byteOffset, byteLength),
  );
}
