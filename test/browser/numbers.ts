/** Arrays of numbers by name: how a page sends them, and how those of two machines differ. */
export type Numbers = Float32Array | Float64Array | Int32Array | Uint8Array;
export type Results = Record<string, Numbers>;

/** Arrays as JSON can hold them: for each the name of its type, and its bytes in base64. */
export type Packed = Readonly<Record<string, readonly [type: string, bytes: string]>>;

/** Arrays as a page sends them. */
export function packed(results: Results): Packed {
  return Object.fromEntries(
    Object.entries(results).map(([name, numbers]) => {
      const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
      let text = '';
      for (let i = 0; i < bytes.length; i += 8192)
        text += String.fromCharCode(...bytes.subarray(i, i + 8192));
      return [name, [numbers.constructor.name, btoa(text)]];
    }),
  );
}

/** The arrays that a page has packed. */
export function unpacked(packages: Packed): Results {
  return Object.fromEntries(
    Object.entries(packages).map(([name, [type, text]]) => {
      const { buffer } = Uint8Array.from(Buffer.from(text, 'base64'));
      const Type = [Float32Array, Float64Array, Int32Array, Uint8Array].find((one) => one.name === type);
      if (!Type) throw new Error(`${name} is a ${type}`);
      return [name, new Type(buffer)];
    }),
  );
}

/** What differs between two tables, one line a name; empty if every bit is the same. NaN equals NaN. */
export function differences(expected: Results, actual: Results): string[] {
  const names = new Set([...Object.keys(expected), ...Object.keys(actual)]);
  return [...names].flatMap((name) => {
    const [a, b] = [expected[name], actual[name]];
    if (!a || !b) return [`${name}: only ${a ? 'the first' : 'the second'} has it`];
    if (a.constructor !== b.constructor || a.length !== b.length)
      return [`${name}: ${a.constructor.name} of ${a.length} against ${b.constructor.name} of ${b.length}`];
    return difference(name, a, b);
  });
}

function difference(name: string, a: Numbers, b: Numbers): string[] {
  const different = [...a.keys()].filter((i) => !Object.is(a[i], b[i]));
  if (different.length === 0) return [];
  const relative = (i: number): number =>
    Math.abs(a[i]! - b[i]!) / Math.max(Math.abs(a[i]!), Math.abs(b[i]!));
  // A difference that is NaN, or between zeros of two signs, counts as the largest.
  const size = (i: number): number => (Number.isFinite(relative(i)) ? relative(i) : Infinity);
  const worst = different.reduce((most, i) => (size(i) > size(most) ? i : most));
  return [
    `${name}: ${different.length} of ${a.length} differ, by ${size(worst).toExponential(1)} at most: ${shown(a[worst]!)} against ${shown(b[worst]!)}`,
  ];
}

const shown = (x: number): string => (Object.is(x, -0) ? '-0' : String(x));
