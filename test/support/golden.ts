/**
 * Values and gradients of layers from elsewhere: plain loops for the forward, and derivatives by steps along the imaginary
 * axis, in float64. Neither shares an idea with patches, with rules or with a tape.
 */
import { type Dtype, gradients, type Tensor, tensor } from '../../src/index.js';
import file from '../fixtures/golden-layers.json' with { type: 'json' };
import { assertClose } from './close.js';

interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** One case of the file. Some have more fields, such as the running mean of batch normalisation. */
export interface Golden {
  readonly about: string;
  readonly inputs: Readonly<Record<string, Numbers>>;
  readonly output: Numbers;
  readonly gradients: Readonly<Record<string, readonly number[]>>;
}

const CASES: Readonly<Record<string, unknown>> = file;

/** A case as it stands in the file. */
export function goldenCase<T = Golden>(name: string): T {
  if (!(name in CASES)) throw new Error(`there is no golden case ${name}`);
  return CASES[name] as T;
}

/** The inputs of a case as leaves. */
export function goldenInputs(name: string, dtype: Dtype = 'float64'): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(goldenCase(name).inputs).map(([key, { data, shape }]) => [
      key,
      tensor(data, { shape, dtype, requiresGrad: true }),
    ]),
  );
}

/** The cotangent of all cases: vᵢ = ((37 i + 99) mod 101) / 50 − 1. */
export const goldenCotangent = (count: number): number[] =>
  Array.from({ length: count }, (_, i) => ((37 * i + 99) % 101) / 50 - 1);

/**
 * Throws unless the output and its gradients by `leaves`, named as in the file, are those of the case. The tolerance is 1e-9
 * in float64 and 1e-5 in float32, for numbers beyond 1 relative to them.
 */
export function assertGolden(name: string, output: Tensor, leaves: Readonly<Record<string, Tensor>>): void {
  const expected = goldenCase(name);
  const tolerance = output.dtype === 'float64' ? 1e-9 : 1e-5;
  const closeTo = { relative: tolerance, absolute: tolerance };
  if (output.shape.join() !== expected.output.shape.join())
    throw new Error(`${name}: shape ${output.shape}, expected ${expected.output.shape}`);
  assertClose(output.data, expected.output.data, { ...closeTo, what: `${name}, output` });
  const missing = Object.keys(expected.gradients).filter((key) => !(key in leaves));
  if (missing.length > 0) throw new Error(`${name}: no leaf was given for ${missing.join(', ')}`);
  const names = Object.keys(expected.gradients);
  const seed = tensor(goldenCotangent(output.size), { shape: output.shape, dtype: output.dtype });
  const found = gradients(
    output,
    names.map((key) => leaves[key]!),
    { seed },
  );
  for (const [i, key] of names.entries())
    assertClose(found[i]!.data, expected.gradients[key]!, {
      ...closeTo,
      what: `${name}, gradient of ${key}`,
    });
}
