/**
 * Matrix product c = op(a) · op(b) + bias in 128-bit SIMD (AssemblyScript). The reference twin is
 * ../../reference/matmul.ts; read that first.
 *
 * A tile of 4 rows × 8 columns of c is kept in eight registers while k runs: each step loads two vectors of b and
 * spreads four numbers of a, for 32 multiply-adds. For that to stream, both operands are first packed: a into strips
 * of four rows, b into strips of eight columns, each stored in the order in which the tile reads it. Packing reads
 * transposed operands where they are, and pads the edges with zeros, so the tile has no special cases.
 *
 * Previous: src/kernels/dispatch.ts · Next: docs/README.md
 */

/** Rows and columns of a tile. */
const ROWS: i32 = 4;
const COLUMNS: i32 = 8;
/** How much of k is packed at a time: a strip of b, 8 × 256 × 4 bytes, then fits the first-level cache. */
const DEPTH: i32 = 256;

/** Bytes of scratch that {@link matmul} needs behind `scratch`: both packed operands and one tile. May exceed what 32 bits can hold. */
export function scratchBytes(m: i32, k: i32, n: i32): f64 {
  return (<f64>strips(m, ROWS) * ROWS + <f64>strips(n, COLUMNS) * COLUMNS) * <f64>min(DEPTH, k) * 4 + ROWS * COLUMNS * 4;
}

@inline function strips(size: i32, width: i32): i32 {
  return (size + width - 1) / width;
}

/**
 * Addresses are in bytes; a is [m, k] (stored [k, m] if transposeA), b is [k, n] (stored [n, k] if transposeB), bias
 * is [n], and 0 stands for no bias.
 */
export function matmul(a: usize, b: usize, c: usize, bias: usize, scratch: usize, m: i32, k: i32, n: i32, transposeA: bool, transposeB: bool): void {
  multiplyPart(a, b, c, bias, scratch, m, k, n, transposeA, transposeB, 0, m, 0, n);
}

/**
 * The rows from `top` to `bottom` and the columns from `left` to `right` of c, which is how threads share a product.
 * Every element is the same sum in the same order whatever the part; `top` and `left` are multiples of the tile.
 */
export function multiplyPart(a: usize, b: usize, c: usize, bias: usize, scratch: usize, m: i32, k: i32, n: i32, transposeA: bool, transposeB: bool, top: i32, bottom: i32, left: i32, right: i32): void {
  multiplyBlocks(a, 0, 0, b, 0, 0, c, bias, scratch, m, k, n, transposeA, transposeB, top, bottom, left, right, false);
}

/**
 * The same, of operands that may be gathered: with tables, a[i, l] is the number that lies aRows[i] + aSteps[l] numbers
 * behind a, and b[l, j] that which lies bColumns[j] + bSteps[l] behind b. Tables at 0 stand for an operand stored as a
 * matrix. With `onTop` the product is added to what c holds.
 */
export function multiplyBlocks(a: usize, aRows: usize, aSteps: usize, b: usize, bColumns: usize, bSteps: usize, c: usize, bias: usize, scratch: usize, m: i32, k: i32, n: i32, transposeA: bool, transposeB: bool, top: i32, bottom: i32, left: i32, right: i32, onTop: bool): void {
  const most = min(DEPTH, k);
  const packedA = scratch;
  const packedB = packedA + strips(bottom - top, ROWS) * ROWS * most * 4;
  const tile = packedB + strips(right - left, COLUMNS) * COLUMNS * most * 4;
  for (let start = 0; start < k; start += DEPTH) {
    const depth = min(DEPTH, k - start);
    const lastBias = start + depth == k ? bias : 0;
    if (aRows) packGathered(a, packedA, aRows, aSteps, top, bottom, start, depth, ROWS);
    else if (transposeA) packAlong(a, packedA, m, top, bottom, start, depth, ROWS);
    else packAcross(a, packedA, k, top, bottom, start, depth, ROWS);
    if (bColumns) packGathered(b, packedB, bColumns, bSteps, left, right, start, depth, COLUMNS);
    else if (transposeB) packAcross(b, packedB, k, left, right, start, depth, COLUMNS);
    else packAlong(b, packedB, n, left, right, start, depth, COLUMNS);
    for (let j = left; j < right; j += COLUMNS)
      for (let i = top; i < bottom; i += ROWS) {
        multiplyTile(packedA + ((i - top) * depth << 2), packedB + ((j - left) * depth << 2), tile, depth);
        writeTile(tile, c, lastBias, i, j, bottom, right, n, onTop || start > 0);
      }
  }
}

/** c + a·b: rounded once where the engine has a fused multiply-add (relaxed SIMD), else twice. */
@inline function addProduct(c: v128, a: v128, b: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(c, f32x4.mul(a, b));
}

/** tile[4, 8] = Σₗ a[l, 4]ᵀ · b[l, 8] over packed strips. */
@inline function multiplyTile(a: usize, b: usize, tile: usize, depth: i32): void {
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0);
  let c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0);
  let c31 = f32x4.splat(0);
  for (let l = 0; l < depth; l++) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const a0 = v128.load32_splat(a);
    c00 = addProduct(c00, a0, b0);
    c01 = addProduct(c01, a0, b1);
    const a1 = v128.load32_splat(a, 4);
    c10 = addProduct(c10, a1, b0);
    c11 = addProduct(c11, a1, b1);
    const a2 = v128.load32_splat(a, 8);
    c20 = addProduct(c20, a2, b0);
    c21 = addProduct(c21, a2, b1);
    const a3 = v128.load32_splat(a, 12);
    c30 = addProduct(c30, a3, b0);
    c31 = addProduct(c31, a3, b1);
    a += 16;
    b += 32;
  }
  v128.store(tile, c00);
  v128.store(tile, c01, 16);
  v128.store(tile, c10, 32);
  v128.store(tile, c11, 48);
  v128.store(tile, c20, 64);
  v128.store(tile, c21, 80);
  v128.store(tile, c30, 96);
  v128.store(tile, c31, 112);
}

/** Stores the part of a tile that lies inside c, on top of what earlier stretches of k left there, and adds the bias. */
@inline function writeTile(tile: usize, c: usize, bias: usize, i: i32, j: i32, bottom: i32, right: i32, n: i32, onTop: bool): void {
  const rows = min(ROWS, bottom - i);
  const columns = min(COLUMNS, right - j);
  for (let r = 0; r < rows; r++) {
    const to = c + (((i + r) * n + j) << 2);
    const from = tile + (r << 5);
    if (columns == COLUMNS) {
      let left = v128.load(from);
      let right = v128.load(from, 16);
      if (onTop) {
        left = f32x4.add(left, v128.load(to));
        right = f32x4.add(right, v128.load(to, 16));
      }
      if (bias) {
        left = f32x4.add(left, v128.load(bias + (j << 2)));
        right = f32x4.add(right, v128.load(bias + (j << 2), 16));
      }
      v128.store(to, left);
      v128.store(to, right, 16);
    } else {
      for (let s = 0; s < columns; s++) {
        let value = load<f32>(from + (s << 2));
        if (onTop) value += load<f32>(to + (s << 2));
        if (bias) value += load<f32>(bias + ((j + s) << 2));
        store<f32>(to + (s << 2), value);
      }
    }
  }
}

/**
 * Packs rows (or columns) `begin` to `end` of an operand whose l-th step along k is stored in one piece: x is
 * [k, size]. Strip after strip, packed[l][w] = x[start + l, begin + strip·width + w], zero beyond the end.
 */
@inline function packAlong(x: usize, packed: usize, size: i32, begin: i32, end: i32, start: i32, depth: i32, width: i32): void {
  for (let first = begin; first < end; first += width) {
    let from = x + ((start * size + first) << 2);
    const inside = min(width, end - first);
    for (let l = 0; l < depth; l++) {
      if (inside == width) {
        v128.store(packed, v128.load(from));
        if (width == 8) v128.store(packed, v128.load(from, 16), 16);
      } else {
        for (let w = 0; w < width; w++) store<f32>(packed + (w << 2), w < inside ? load<f32>(from + (w << 2)) : 0);
      }
      packed += width << 2;
      from += size << 2;
    }
  }
}

/** The same for an operand stored crosswise: x is [size, k], so four by four numbers are transposed at a time. */
@inline function packAcross(x: usize, packed: usize, k: i32, begin: i32, end: i32, start: i32, depth: i32, width: i32): void {
  const step = width << 2;
  for (let first = begin; first < end; first += width) {
    for (let w = 0; w < width; w += 4) {
      const row = first + w;
      const from = x + ((row * k + start) << 2);
      const to = packed + (w << 2);
      const whole = row + 4 <= end ? depth & ~3 : 0;
      for (let l = 0; l < whole; l += 4) {
        const at = from + (l << 2);
        const row = k << 2;
        transposeFour(at, at + row, at + 2 * row, at + 3 * row, to + l * step, step);
      }
      for (let l = whole; l < depth; l++)
        for (let r = 0; r < 4; r++)
          store<f32>(to + l * step + (r << 2), row + r < end ? load<f32>(from + ((r * k + l) << 2)) : 0);
    }
    packed += depth * step;
  }
}

/**
 * The same for a gathered operand: packed[l][w] = x[outer[begin + strip·width + w] + inner[start + l]]. Tables hold places
 * in numbers. Neighbouring places are read as vectors: along the strip, or else along k, four by four.
 */
@inline function packGathered(x: usize, packed: usize, outer: usize, inner: usize, begin: i32, end: i32, start: i32, depth: i32, width: i32): void {
  const step = width << 2;
  const steps = inner + (start << 2);
  for (let first = begin; first < end; first += width) {
    for (let w = 0; w < width; w += 4) {
      const places = outer + ((first + w) << 2);
      const to = packed + (w << 2);
      const inside = end - (first + w);
      if (inside >= 4 && areNeighbours(places)) {
        const from = x + (load<i32>(places) << 2);
        for (let l = 0; l < depth; l++) v128.store(to + l * step, v128.load(from + (load<i32>(steps + (l << 2)) << 2)));
      } else packFourRows(x, to, places, steps, depth, inside, step);
    }
    packed += depth * step;
  }
}

/** Four rows of a gathered operand, of which `inside` exist, written side by side. */
function packFourRows(x: usize, to: usize, places: usize, steps: usize, depth: i32, inside: i32, step: i32): void {
  let l = 0;
  if (inside >= 4) {
    const r0 = x + (load<i32>(places) << 2);
    const r1 = x + (load<i32>(places, 4) << 2);
    const r2 = x + (load<i32>(places, 8) << 2);
    const r3 = x + (load<i32>(places, 12) << 2);
    while (l < depth) {
      const at = load<i32>(steps + (l << 2)) << 2;
      if (l + 4 <= depth && areNeighbours(steps + (l << 2))) {
        transposeFour(r0 + at, r1 + at, r2 + at, r3 + at, to + l * step, step);
        l += 4;
      } else {
        const target = to + l * step;
        store<f32>(target, load<f32>(r0 + at));
        store<f32>(target, load<f32>(r1 + at), 4);
        store<f32>(target, load<f32>(r2 + at), 8);
        store<f32>(target, load<f32>(r3 + at), 12);
        l++;
      }
    }
    return;
  }
  for (; l < depth; l++) {
    const at = x + (load<i32>(steps + (l << 2)) << 2);
    for (let r = 0; r < 4; r++)
      store<f32>(to + l * step + (r << 2), r < inside ? load<f32>(at + (load<i32>(places + (r << 2)) << 2)) : 0);
  }
}

/** Whether four places in a table follow each other. */
@inline function areNeighbours(table: usize): bool {
  const first = load<i32>(table);
  return load<i32>(table, 4) == first + 1 && load<i32>(table, 8) == first + 2 && load<i32>(table, 12) == first + 3;
}

/** A block of 4 × 4 numbers, given by its rows, written with rows and columns exchanged, `toStep` bytes from row to row. */
@inline function transposeFour(row0: usize, row1: usize, row2: usize, row3: usize, to: usize, toStep: i32): void {
  const r0 = v128.load(row0);
  const r1 = v128.load(row1);
  const r2 = v128.load(row2);
  const r3 = v128.load(row3);
  const a = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
  const b = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const c = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const d = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(a, b, 0, 1, 4, 5));
  v128.store(to + toStep, v128.shuffle<f32>(a, b, 2, 3, 6, 7));
  v128.store(to + 2 * toStep, v128.shuffle<f32>(c, d, 0, 1, 4, 5));
  v128.store(to + 3 * toStep, v128.shuffle<f32>(c, d, 2, 3, 6, 7));
}

/** Runs the tile on packed strips of `depth` over and over: the rate of the micro-kernel alone, for the benchmark. */
export function tileOnly(scratch: usize, depth: i32, times: i32): void {
  const b = scratch + (depth << 4);
  for (let i = 0; i < times; i++) multiplyTile(scratch, b, b + (depth << 5), depth);
}
