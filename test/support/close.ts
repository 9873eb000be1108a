/** Assertions on numbers and errors that name the first difference. NaN equals NaN, and ±Infinity equals itself. */

/** Throws unless |actual − expected| ≤ absolute + relative · |expected| for every element. */
export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { relative = 1e-6, absolute = 1e-7, what = 'values' } = {},
): void {
  if (actual.length !== expected.length)
    throw new Error(`${what}: ${actual.length} elements, expected ${expected.length}`);
  for (let i = 0; i < actual.length; i++) {
    const a = actual[i]!;
    const e = expected[i]!;
    if (Object.is(a, e) || a === e) continue;
    if (Math.abs(a - e) <= absolute + relative * Math.abs(e) && Number.isFinite(e)) continue;
    throw new Error(`${what}: element ${i} is ${a}, expected ${e} (difference ${Math.abs(a - e)})`);
  }
}

/** Throws unless all elements are the same number, where 0 differs from −0. */
export function assertSame(actual: ArrayLike<number>, expected: ArrayLike<number>, what = 'values'): void {
  if (actual.length !== expected.length)
    throw new Error(`${what}: ${actual.length} elements, expected ${expected.length}`);
  for (let i = 0; i < actual.length; i++)
    if (!Object.is(actual[i], expected[i]))
      throw new Error(`${what}: element ${i} is ${actual[i]}, expected exactly ${expected[i]}`);
}

/** Throws unless `action` throws an Error whose message contains each of `parts`. Returns that Error. */
export function assertThrows(action: () => unknown, ...parts: string[]): Error {
  let thrown: unknown;
  try {
    action();
  } catch (error) {
    thrown = error;
  }
  if (!(thrown instanceof Error))
    throw new Error(`expected an Error that says ${parts.join(', ')}; none was thrown`);
  for (const part of parts)
    if (!thrown.message.includes(part))
      throw new Error(`expected "${part}" in the message: ${thrown.message}`);
  return thrown;
}
