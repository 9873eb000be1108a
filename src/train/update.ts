/**
 * One update of the parameters: from the gradient of one loss, or from the mean gradient over the examples of several
 * batches. Gradients are set to zero before, since `backward()` adds to those that are there, and may be clipped.
 */
import { ArgumentError, formatShape } from '../base/errors.js';
import { isPromise, kindOf } from '../base/kind.js';
import { needFunction } from '../base/words.js';
import { full, Tensor } from '../core.js';
import { clipGradNorm, clipGradValue } from '../optim/index.js';
import { causeOf } from './cause.js';
import { sharesOf } from './examples.js';

/** What the loop asks of an optimiser. Every optimiser of `tapegrad/optim` has all of it. */
export interface Stepper {
  zeroGrad(): void;
  step(): void;
  /** The parameters, whose gradients are clipped. Only clipping needs them. */
  readonly groups?: readonly { readonly params: readonly Tensor[] }[];
}

/**
 * One step: sets the gradients to zero, computes the loss and its gradients, and updates the parameters. A loss that is NaN or
 * infinite is returned like any other, and the parameters are updated with its gradient; `train` refuses it. After an error no
 * gradient is left.
 * @returns the loss before the update
 * @throws ArgumentError if the loss is no Tensor
 */
export function trainStep(optimizer: Stepper, loss: () => Tensor): number {
  needStepper('trainStep', optimizer);
  needFunction('trainStep', loss, 'a function that returns the loss');
  return update('trainStep', [null], 0, { loss, optimizer, allowNonFinite: true }).loss;
}

/** Refuses what is no optimiser. */
export function needStepper(op: string, optimizer: Stepper): void {
  if (typeof optimizer?.step !== 'function' || typeof optimizer.zeroGrad !== 'function')
    throw new ArgumentError(
      op,
      `expected an optimizer, such as new SGD(model.parameters(), { lr: 0.1 }), got ${kindOf(optimizer)}`,
    );
}

/** The value of a loss function, which has to be a Tensor. */
function computed(op: string, loss: () => Tensor): Tensor {
  const value = loss();
  if (!(value instanceof Tensor))
    throw new ArgumentError(
      op,
      `the loss is ${kindOf(value)}; ${isPromise(value) ? 'await before the step, not in it' : 'expected a Tensor, not its item()'}`,
    );
  return value;
}

/** How updates are made. */
export interface UpdateOptions<Batch> {
  readonly loss: (batch: Batch, step: number) => Tensor;
  readonly optimizer: Stepper;
  readonly count?: ((batch: Batch) => number) | undefined;
  readonly clipNorm?: number | undefined;
  readonly clipValue?: number | undefined;
  readonly allowNonFinite?: boolean | undefined;
}

/** What is known of an update after it. */
export interface Update {
  /** The mean of the loss over the examples. */
  readonly loss: number;
  /** The norm of the gradients before they were clipped, if clipNorm is given. */
  readonly gradNorm: number | undefined;
}

/**
 * Updates the parameters with the mean gradient over the examples of all batches, Σ (nᵢ / N) ∇Lᵢ, where Lᵢ is the mean loss
 * of batch i over its nᵢ examples. Only one batch after the other has a tape in memory.
 * @param step the number of updates before this one
 * @throws ArgumentError, changing no parameter and leaving no gradient, if a loss is not finite, or if no batch has an example
 */
export function update<Batch>(
  op: string,
  batches: readonly Batch[],
  step: number,
  options: UpdateOptions<Batch>,
): Update {
  const { optimizer } = options;
  // A batch that is alone has all examples. It is counted only by a `count`, which tells whether it has any.
  const { count } = options;
  const shares = batches.length === 1 && !count ? [1] : sharesOf(op, batches, count);
  try {
    optimizer.zeroGrad();
    const loss = accumulate(op, batches, shares, step, options);
    const gradNorm = clip(op, step, options);
    optimizer.step();
    return { loss, gradNorm };
  } catch (error) {
    optimizer.zeroGrad();
    throw error;
  }
}

/** Adds the gradients up, each times its share. Returns the loss of all, Σ (nᵢ / N) Lᵢ. */
function accumulate<Batch>(
  op: string,
  batches: readonly Batch[],
  shares: readonly number[],
  step: number,
  { loss, optimizer, allowNonFinite }: UpdateOptions<Batch>,
): number {
  let mean = 0;
  for (const [i, batch] of batches.entries()) {
    const share = shares[i]!;
    // Without an example that counts, the loss is a mean over none, which is NaN.
    if (share === 0) continue;
    const value = computed(op, () => loss(batch, step));
    if (!allowNonFinite) refuseNonFinite(op, value, step, optimizer);
    const scaled = share !== 1 && value.size === 1;
    // Without a seed, backward() takes 1, and refuses a loss that is no single number.
    value.backward(scaled ? full(value.shape, share, { dtype: value.dtype }) : undefined);
    mean += share * value.item();
  }
  return mean;
}

/** Clips the gradients as the options ask. Returns their norm before, if it was computed. */
function clip<Batch>(
  op: string,
  step: number,
  { optimizer, clipNorm, clipValue, allowNonFinite }: UpdateOptions<Batch>,
): number | undefined {
  if (clipNorm === undefined && clipValue === undefined) return undefined;
  const params = optimizer.groups!.flatMap((group) => group.params);
  if (clipValue !== undefined) {
    if (!allowNonFinite) refuseNaN(op, params, step);
    clipGradValue(params, clipValue);
    return undefined;
  }
  const norm = clipGradNorm(params, clipNorm!, { errorIfNonFinite: false });
  if (!Number.isFinite(norm) && !allowNonFinite)
    throw new ArgumentError(
      op,
      `the norm of the gradients became ${norm} at step ${step + 1}, though the loss is finite; look for the cause with detectAnomaly()`,
    );
  return norm;
}

/** Refuses gradients that hold NaN, which stays NaN between two limits. */
function refuseNaN(op: string, params: readonly Tensor[], step: number): void {
  for (const { name, grad } of params)
    if (grad?.data.some(Number.isNaN))
      throw new ArgumentError(
        op,
        `the gradient of ${name || `a parameter ${formatShape(grad.shape)}`} became NaN at step ${step + 1}, though the loss is finite; look for the cause with detectAnomaly()`,
      );
}

/** What is no single recorded number is left to backward(), which refuses it. */
function refuseNonFinite(op: string, loss: Tensor, step: number, optimizer: Stepper): void {
  if (loss.size !== 1 || !loss.node || Number.isFinite(loss.item())) return;
  const { groups } = optimizer as { groups?: readonly { lr?: unknown }[] };
  const updated = step > 0 && !groups?.every(({ lr }) => lr === 0);
  throw new ArgumentError(
    op,
    `the loss became ${loss.item()} at step ${step + 1}: ${causeOf(loss, { updated })}`,
  );
}
