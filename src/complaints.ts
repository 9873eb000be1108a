/** What the tape says when it cannot do what was asked. Read before: {@link tape.ts}. */
import { atUserLine, formatShape, GraphError } from './errors.js';
import type { Shape } from './shape.js';
import type { Node } from './tape.js';
import type { Cut, Tensor } from './tensor.js';

export function alreadyReleased({ op, released }: Node): GraphError {
  return new GraphError(
    'backward',
    `the tape behind this tensor was already played back${atUserLine(released!.stack)} and its saved values were released (at ${op.name}). ` +
      'Compute the loss anew for every step; if a value is carried over from the last step, detach() it. ' +
      'To play the same tape twice on purpose, pass backward({ retainGraph: true }) the first time.',
  );
}

export function overwritten(
  { op, site }: Node,
  key: string,
  value: Tensor,
  savedVersion: number,
): GraphError {
  return new GraphError(
    op.name,
    `needs the value of ${value.name || key} ${formatShape(value.shape)} it saved${site ? atUserLine(site.stack) : ''}, but that tensor was written to since ` +
      `(version ${value.version}, saved at ${savedVersion}). Call backward() before you change it, or give the op a clone()`,
  );
}

export function wrongGradient({ op, inputs }: Node, i: number, gradient: Tensor): GraphError {
  const input = inputs[i]!;
  return new GraphError(
    op.name,
    `the gradient of input ${i} has shape ${formatShape(gradient.shape)} (${gradient.dtype}), the input has ${formatShape(input.shape)} (${input.dtype}); mend its vjp rule, or declare the op with broadcast: true`,
  );
}

export function wrongReplacement(replaced: Shape, gradient: Shape): GraphError {
  return new GraphError(
    'registerHook',
    `the hook returned shape ${formatShape(replaced)}, the gradient has ${formatShape(gradient)}`,
  );
}

export function wrongSeed(seed: Shape, output: Shape): GraphError {
  return new GraphError(
    'backward',
    `the gradient passed in has shape ${formatShape(seed)}, the output has ${formatShape(output)}`,
  );
}

export function notASingleNumber(output: Shape): GraphError {
  return new GraphError(
    'backward',
    `the output has shape ${formatShape(output)}, and only a single number has a gradient of its own. Did you mean loss.mean() or loss.sum()? Or pass backward(g) with g of shape ${formatShape(output)}`,
  );
}

export function noPath(cut: Cut | null): GraphError {
  const where = cut ? ` The path was cut by ${cut.by}()${atUserLine(cut.site.stack)}.` : '';
  return new GraphError(
    'backward',
    `the output does not depend on any tensor that requires a gradient.${where} Create parameters with { requiresGrad: true } and compute the loss from them`,
  );
}

export function promiseReturned(recording: boolean): GraphError {
  return new GraphError(
    recording ? 'withRecording' : 'noGrad',
    'the function returned a promise, and recording cannot stay switched across an await; await first, then call it',
  );
}
