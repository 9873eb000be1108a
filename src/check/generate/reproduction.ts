/** Writes a failing check as code that repeats it. */
import { ArgumentError, formatShape } from '../../base/errors.js';
import { kindOf } from '../../base/kind.js';
import { needFunction, needList, needTensors, needText } from '../../base/words.js';
import type { NestedArray, Tensor } from '../../core.js';
import * as tapegrad from '../../core.js';

/** Code that makes a tensor again, with the same bits: `tensor([[1, 2.5], [3, 4]], { dtype: 'float64' })`. */
export function literal(tensor: Tensor): string {
  needTensors('literal', tensor);
  const options: string[] = [];
  if (tensor.size === 0) options.push(`shape: ${formatShape(tensor.shape)}`);
  if (tensor.dtype === 'float64') options.push("dtype: 'float64'");
  const data = tensor.size === 0 ? '[]' : nested(tensor.toArray());
  return `tensor(${data}${options.length > 0 ? `, { ${options.join(', ')} }` : ''})`;
}

/** Nested arrays as code. */
function nested(value: NestedArray): string {
  if (Array.isArray(value)) return `[${value.map(nested).join(', ')}]`;
  return Object.is(value, -0) ? '-0' : String(value);
}

/**
 * A program that repeats a failing check. Variables that `fn` takes from its surroundings have to be added by hand.
 * @param names names of the inputs, which become variables of the program
 * @param options the options of the check
 * @param note a comment to add to the program
 */
export function reproduction(
  fn: (...inputs: Tensor[]) => unknown,
  inputs: readonly Tensor[],
  names: readonly string[],
  options: object,
  note = '',
): string {
  needFunction('reproduction', fn, 'the function that was checked');
  needList('reproduction', inputs, 'its inputs in a list');
  needTensors('reproduction', ...inputs);
  needList('reproduction', names, 'the names of the inputs in a list');
  if (names.length !== inputs.length)
    throw new ArgumentError('reproduction', `${names.length} names for ${inputs.length} inputs`);
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new ArgumentError('reproduction', `expected the options of the check, got ${kindOf(options)}`);
  needText('reproduction', 'the note', note);
  const source = fn.toString();
  const called = new Set([...source.matchAll(/(?<![.\w$])(\w+)\s*[(.]/g)].map(([, name]) => name!));
  const imported = ['tensor', ...[...called].filter((name) => name !== 'tensor' && name in tapegrad)].sort();
  const call = `assertGradients(${source}, [${names.join(', ')}], ${JSON.stringify(options)});`;
  return [
    `import { ${imported.join(', ')} } from 'tapegrad';`,
    "import { assertGradients } from 'tapegrad/check';",
    '',
    ...inputs.map((input, i) => `const ${names[i]} = ${literal(input)};`),
    ...(note ? [`// ${note}`] : []),
    call,
  ].join('\n');
}
