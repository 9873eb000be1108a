/** Checks the gradients of all parameters of a model. */
import { needModel } from '../base/words.js';
import { ArgumentError, type FloatArray, type Tensor } from '../core.js';
import type { AnyModule } from '../nn/index.js';
import { check } from './gradcheck.js';
import type { GradcheckReport } from './report/report.js';
import { settingsFrom } from './terms/settings.js';
import {
  joined,
  leavesFrom,
  listInputs,
  nameInputs,
  type Subject,
  tensorsIn,
  titleOf,
} from './terms/subject.js';
import type { GradcheckOptions } from './terms/types.js';

/**
 * Checks the derivative of a model's output by every parameter and every input, each under its name. Parameters and
 * buffers are converted to the dtype of the check while it runs. Afterwards every value, gradient, buffer and random
 * generator of the model is as it was.
 *
 * @param model a module; `forward` may return one tensor, or lists and objects of tensors, which are all checked
 * @param inputs the tensors that `forward` takes, of any shape
 * @returns a report, also if a gradient is wrong; {@link demand} throws it
 * @throws ArgumentError if the model has no parameters
 * @example demand(checkModule(model, x))
 */
export function checkModule(
  model: AnyModule,
  inputs: Tensor | readonly Tensor[],
  options: GradcheckOptions = {},
): GradcheckReport {
  needModel('checkModule', model);
  const settings = settingsFrom('checkModule', options);
  const parameters = model.namedParameters();
  if (parameters.length === 0)
    throw new ArgumentError(
      'checkModule',
      `${model.constructor.name} has no parameters; gradcheck checks a function`,
    );
  const list = listInputs('checkModule', inputs);
  const names = nameInputs(
    list,
    options.names ?? list.map((input, i) => input.name || (list.length === 1 ? 'input' : `input ${i}`)),
  );
  const leaves = leavesFrom(list, names, settings.dtype);
  const state = [...parameters, ...model.namedBuffers()].map(([, one]) => one);
  const generators = model.namedGenerators().map(([, rng]) => ({ rng, state: rng.state() }));
  const restore = (): void => {
    for (const { rng, state } of generators) rng.restore(state);
  };
  return converted(state, settings.dtype === 'float64', restore, (restoreBuffers) => {
    const subject: Subject = {
      leaves: [...leaves, ...parameters.map(([, parameter]) => parameter)],
      names: [...names, ...parameters.map(([path]) => path)],
      title: titleOf(model.constructor, 'the model'),
      stream: model.constructor.name,
      run() {
        restoreBuffers();
        return joined('checkModule', tensorsIn(model.forward(...leaves)));
      },
    };
    return check(subject, settings);
  });
}

/**
 * Runs `fn` while the tensors hold copies of their values, in float64 if `wide`. Afterwards restores the tensors and
 * calls `restore`. `fn` can put back the values of buffers between two runs of the model.
 */
function converted<T>(
  tensors: readonly Tensor[],
  wide: boolean,
  restore: () => void,
  fn: (restoreBuffers: () => void) => T,
): T {
  const originals = tensors.map(({ data, dtype, version, grad }) => ({ data, dtype, version, grad }));
  const own = (one: Tensor, data: FloatArray): void =>
    void Object.assign(one, { data, dtype: wide ? 'float64' : one.dtype });
  for (const one of tensors) own(one, wide ? Float64Array.from(one.data) : one.data.slice());
  const buffers = tensors
    .filter((one) => !one.requiresGrad)
    .map((one) => ({ one, values: one.data.slice() }));
  try {
    return fn(() => {
      for (const { one, values } of buffers) one.data.set(values);
    });
  } finally {
    for (const [i, one] of tensors.entries()) Object.assign(one, originals[i]);
    restore();
  }
}
