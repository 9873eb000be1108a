/**
 * Why a loss is NaN or infinite. The tape of the loss is still whole when this is asked, so the way from the loss back to
 * the first number that is not finite can be followed: to a parameter, to the data, or to an op that makes it out of
 * finite numbers. Each has its own remedy.
 */
import { formatShape } from '../base/errors.js';
import { range } from '../base/format.js';
import { sizeOf, unravel } from '../base/shape.js';
import { type Node, replay, type Source, Tensor } from '../core.js';

/** What is known about the training. */
export interface Moment {
  /** Whether an update has changed the parameters before. */
  readonly updated: boolean;
}

/** A sentence about the cause and the remedy. */
export function causeOf(loss: Tensor, moment: Moment): string {
  let values: Map<Source, Tensor>;
  try {
    values = new Map(replay(loss).steps.map(({ node, value }) => [node, value]));
  } catch {
    // An op that cannot run twice.
    return remedy(moment);
  }
  const valueAt = (source: Source): Tensor => (source instanceof Tensor ? source : values.get(source)!);
  let node = loss.node!;
  for (;;) {
    const bad = worst(node.inputs, valueAt);
    if (bad === null) return atOp(node, node.inputs.map(valueAt), moment);
    if (bad instanceof Tensor) return atLeaf(bad, node, moment);
    node = bad;
  }
}

/** The input that is not finite, one with a NaN first; null if all are finite. */
function worst(inputs: readonly Source[], valueAt: (source: Source) => Tensor): Source | null {
  const has = (test: (value: number) => boolean) => (source: Source) => valueAt(source).data.some(test);
  return inputs.find(has(Number.isNaN)) ?? inputs.find(has((value) => !Number.isFinite(value))) ?? null;
}

/** A leaf is a parameter, which the last update may have spoilt, or a constant: data. */
function atLeaf(leaf: Tensor, { op }: Node, { updated }: Moment): string {
  const at = leaf.data.findIndex((value) => !Number.isFinite(value));
  const place = leaf.rank > 0 ? ` at ${formatShape(unravel(at, leaf.shape))}` : '';
  const name = `${leaf.name || `a tensor ${formatShape(leaf.shape)}`}, an input of ${op.name},`;
  const holds = `holds ${leaf.data[at]}${place}`;
  if (!leaf.requiresGrad)
    return `${name} is data that ${holds}: look at where the numbers come from; detectAnomaly() names your line`;
  return updated
    ? `${name} is a parameter that ${holds} since an update: lower the learning rate or clip gradients; detectAnomaly() finds a gradient that is not finite`
    : `${name} is a parameter that ${holds} before any update: look at how it is initialised`;
}

/** An op that makes a NaN or an infinity out of finite numbers. */
function atOp({ op, shape }: Node, inputs: readonly Tensor[], moment: Moment): string {
  const isEmpty = inputs.some(({ size }) => size === 0) && sizeOf(shape) > 0;
  if ((op.name === 'div' && isMeanOverNone(inputs)) || (isEmpty && /^(mean|sumOfSquares)$/.test(op.name)))
    return 'no row counted: it is a mean over none, 0 / 0. Is the batch empty, every label ignored, or every row masked? Leave such batches out';
  if (isEmpty) return `${op.name} has nothing to take it from: the batch is empty; leave such batches out`;
  const from = inputs.map(({ data }) => range(data)).join(' and ');
  return `${op.name} made it out of ${from}; ${remedy(moment)}`;
}

/** 0 / 0 with one divisor for all: a sum over the rows that count, divided by their number. */
function isMeanOverNone([sum, count]: readonly Tensor[]): boolean {
  return sum!.data.includes(0) && count!.size === 1 && count!.data[0] === 0;
}

function remedy({ updated }: Moment): string {
  const rate = updated ? 'lower the learning rate, clip gradients, or ' : '';
  return `${rate}look for the cause with detectAnomaly()`;
}
