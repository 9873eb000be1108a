/**
 * What the engine refuses: wrong declarations, inputs, results and gradients. Each function throws, or returns nothing.
 */
import { allocate, checkArray, dtypeOf, type FloatArray, type NDArray } from '../../base/array.js';
import { ArgumentError, GraphError } from '../../base/errors.js';
import { isFloat, refuseForeign, shown } from '../../base/kind.js';
import { sameShape, sizeOf } from '../../base/shape.js';
import { checkOptions, kindOf, needFlag, needTensors } from '../../base/words.js';
import { type Node, type Op, type Source, Tensor } from '../graph.js';
import {
  alreadyReleased,
  type Kind,
  noPath,
  notASingleNumber,
  notSaved,
  overwritten,
  sharedForward,
  wrongForward,
  wrongGrad,
  wrongGradient,
  wrongReplacement,
  wrongSeed,
  wrongTangent,
} from './messages.js';

/** What an op may be declared with. */
const PARTS = {
  name: null,
  broadcast: needFlag,
  converts: needFlag,
  forward: null,
  save: null,
  vjp: null,
  vjpAll: null,
  composition: null,
};

/** Refuses an op without a name, a forward, or rules of one sort. */
export function checkDefinition(definition: object): void {
  checkOptions('defineOp', definition, PARTS);
  const { name, forward, save, vjp, vjpAll, composition } = definition as Record<string, unknown>;
  if (typeof name !== 'string' || name === '')
    throw new ArgumentError('defineOp', `an op has a name, for errors to call it by; got ${kindOf(name)}`);
  const needs = (what: string, part: unknown): void => {
    if (typeof part !== 'function')
      throw new ArgumentError(name, `${what} is a function, got ${kindOf(part)}`);
  };
  needs('forward', forward);
  if (save !== undefined) needs('save', save);
  if (composition !== undefined) needs('composition', composition);
  if ((vjp === undefined) === (vjpAll === undefined))
    throw new ArgumentError(name, 'an op has either vjp, one rule an input, or vjpAll');
  if (vjpAll !== undefined) needs('vjpAll', vjpAll);
  else if (Array.isArray(vjp))
    for (const [i, rule] of vjp.entries()) {
      if (rule !== 'zero') needs(`the rule for input ${i}`, rule);
    }
  else
    throw new ArgumentError(
      name,
      `vjp is a list with one rule an input, [(g, saved) => …], got ${kindOf(vjp)}`,
    );
}

/** Refuses inputs of the wrong number, or that are no tensors. */
export function checkInputs(op: Op, inputs: readonly Tensor[]): void {
  if (typeof op?.forward !== 'function' || op.vjp === undefined)
    throw new ArgumentError('apply', `expected an op made by defineOp, got ${kindOf(op)}`);
  if (!Array.isArray(inputs))
    throw new ArgumentError(op.name, `expected the inputs in a list, apply(op, [x]), got ${kindOf(inputs)}`);
  if (op.vjp !== null && inputs.length !== op.vjp.length)
    throw new ArgumentError(op.name, `takes ${op.vjp.length} inputs, got ${inputs.length}`);
  for (let i = 0; i < inputs.length; i++)
    if (!(inputs[i] instanceof Tensor)) {
      refuseForeign(op.name, inputs[i]);
      throw new ArgumentError(
        op.name,
        `input ${i} is ${kindOf(inputs[i])}; expected a Tensor. Make one with tensor(…)`,
      );
    }
}

/** Refuses a result that is no array with a shape, is of another dtype than the inputs, or shares memory with one of them. */
export function checkResult(op: Op, result: NDArray, inputs: readonly Tensor[]): void {
  if (!Array.isArray(result?.shape))
    throw new GraphError(op.name, `its forward returned ${kindOf(result)}; expected { data, shape }`);
  const { data, shape } = result;
  const first = inputs[0];
  if (first && !(isFloat(data) && (op.converts || dtypeOf(data) === first.dtype)))
    throw wrongForward(op, data, first);
  if (data.length !== sizeOf(shape)) checkArray(op.name, data, shape);
  // Asking an array for its buffer is slow, so each op is asked once.
  const asked = op.separate === true;
  for (let i = 0; i < inputs.length; i++)
    if (inputs[i]!.data === data || (!asked && overlap(inputs[i]!.data, data))) throw sharedForward(op);
  if (!asked) op.separate = true;
}

/** Whether two arrays lie in the same memory, in part at least. */
export function overlap(a: FloatArray, b: FloatArray): boolean {
  return (
    a.buffer === b.buffer &&
    a.byteOffset < b.byteOffset + b.byteLength &&
    b.byteOffset < a.byteOffset + a.byteLength
  );
}

/** Refuses to walk back from what is no tensor or depends on no leaf, or with options that do not exist. */
export function checkBackward(output: Tensor, seed: Tensor | undefined, options: object): void {
  refuseForeign('backward', output);
  if (!(output instanceof Tensor))
    throw new ArgumentError('backward', `expected the Tensor to walk back from, got ${kindOf(output)}`);
  checkOptions('backward', options, { retainGraph: needFlag, createGraph: needFlag });
  if (!output.requiresGrad) throw noPath(output.cut);
  if (seed !== undefined) checkSeed('backward', seed, output);
  else if (output.size !== 1) throw notASingleNumber(output.shape);
}

/** Refuses a seed that is no gradient of the output. */
export function checkSeed(op: string, seed: Tensor, output: Tensor): void {
  if (!isGradientOf(seed, output)) throw wrongSeed(op, seed, output);
}

/** Refuses tangents that are not like their inputs. */
export function checkTangents(op: string, inputs: readonly Tensor[], tangents: readonly Tensor[]): void {
  if (!Array.isArray(inputs) || !Array.isArray(tangents))
    throw new ArgumentError(op, 'expected the inputs in one list and their tangents in another');
  if (inputs.length !== tangents.length)
    throw new ArgumentError(op, `${inputs.length} inputs and ${tangents.length} tangents`);
  needTensors(op, ...inputs);
  for (const [i, input] of inputs.entries())
    if (!isGradientOf(tangents[i], input)) throw wrongTangent(op, i, tangents[i], input);
}

/** The node whose rules are run. */
let walked: Node | null = null;

/** Runs a walk back. If a rule fails because it read what was not saved, the error says that. */
export function explainRules(walk: () => void): void {
  const outer = walked;
  try {
    walk();
  } catch (error) {
    if (walked && walked !== outer) refuseUnsaved(walked);
    throw error;
  } finally {
    walked = outer;
  }
}

/** Runs the rules of a node once more, and refuses a name they read that is not among what was saved. */
function refuseUnsaved({ op, saved, attrs, shape, dtype }: Node): void {
  const g = new Tensor(allocate(dtype, sizeOf(shape)), shape);
  const unsaved = new Set<string>();
  const watched = new Proxy(saved, {
    get(target, key) {
      if (typeof key === 'string' && !(key in target)) unsaved.add(key);
      return Reflect.get(target, key) as unknown;
    },
  });
  for (const rule of [...(op.vjp ?? []), op.vjpAll])
    try {
      if (typeof rule === 'function') rule(g, watched, attrs, []);
    } catch {}
  if (unsaved.size > 0) throw notSaved(op, [...unsaved], Object.keys(saved));
}

/** Refuses to differentiate with values that are gone, or that were overwritten since they were saved. */
export function checkIntact(node: Node): void {
  if (node.released) throw alreadyReleased(node);
  const { guarded, versions } = node;
  for (let i = 0; i < guarded.length; i++)
    if (guarded[i]!.version !== versions[i]) throw overwritten(node, guarded[i]!, versions[i]!);
  walked = node;
}

/** Refuses what a joint rule returned unless it is a list with one entry for each input. */
export function checkJoint({ op, inputs }: Node, gradients: readonly unknown[]): void {
  if (!Array.isArray(gradients))
    throw new GraphError(
      op.name,
      `its vjpAll returned ${kindOf(gradients)}; expected a list with a gradient, or null, for each input`,
    );
  if (gradients.length !== inputs.length)
    throw new GraphError(
      op.name,
      `its rule returned ${gradients.length} gradients for ${inputs.length} inputs`,
    );
}

/** Refuses what the rule of input i returned unless it is a tensor. */
export function checkRuled({ op }: Node, i: number, gradient: unknown): void {
  if (!(gradient instanceof Tensor))
    throw new GraphError(
      op.name,
      `its vjp rule for input ${i} returned ${shown(gradient)}; expected a Tensor`,
    );
}

/** Refuses a gradient of input i that has not the shape and the dtype of the input. */
export function checkContribution(node: Node, i: number, gradient: Tensor): void {
  if (!isGradientOf(gradient, node.inputs[i]!)) throw wrongGradient(node, i, gradient);
}

/** Refuses what a hook put in the place of a gradient unless it is like that gradient. */
export function checkReplacement(replaced: Tensor, gradient: Tensor): void {
  if (!isGradientOf(replaced, gradient)) throw wrongReplacement(replaced, gradient);
}

/** Refuses to add to a `.grad` that somebody set to what is no gradient of its tensor. */
export function checkGrads(sources: Iterable<Source>): void {
  for (const source of sources)
    if (source instanceof Tensor && source.grad && !isGradientOf(source.grad, source))
      throw wrongGrad(source);
}

/** Whether a value is a gradient of `of`: a tensor of its shape and dtype. */
function isGradientOf(gradient: unknown, of: Kind): boolean {
  return gradient instanceof Tensor && sameShape(gradient.shape, of.shape) && gradient.dtype === of.dtype;
}
