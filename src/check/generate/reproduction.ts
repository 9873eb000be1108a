/** Writes a failing check as code that repeats it. */
import { formatShape } from '../../base/errors.js';
import type { NestedArray, Tensor } from '../../core.js';
import * as tapegrad from '../../core.js';

/** Code that makes a tensor again, with the same bits: `tensor([[1, 2.5], [3, 4]], { dtype: 'float64' })`. */
export function literal(tensor: Tensor): string {
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
