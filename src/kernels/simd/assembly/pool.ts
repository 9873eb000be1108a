/** Pooling in WebAssembly. The reference twin is ../../reference/pool.ts; read that first. */

/**
 * Where the largest element that each window sees lies: the first of several in row-major order, or the first NaN. Windows
 * see rows rowFrom[i] to rowTo[i] − 1 of a plane, and columns likewise. Addresses are in bytes, places count numbers from x.
 */
export function largestPlaces(x: usize, places: usize, rowFrom: usize, rowTo: usize, columnFrom: usize, columnTo: usize, planes: i32, rowCount: i32, columnCount: i32, height: i32, width: i32): void {
  for (let plane = 0; plane < planes; plane++)
    for (let i = 0; i < rowCount; i++) {
      const first = (plane * height + load<i32>(rowFrom + (i << 2))) * width;
      const last = (plane * height + load<i32>(rowTo + (i << 2))) * width;
      for (let j = 0; j < columnCount; j++) {
        const left = load<i32>(columnFrom + (j << 2));
        const wide = load<i32>(columnTo + (j << 2)) - left;
        let place = first + left;
        let best = load<f32>(x + (place << 2));
        for (let start = first + left; start < last; start += width)
          for (let at = start; at < start + wide; at++) {
            const value = load<f32>(x + (at << 2));
            // NaN is not at most anything, so it wins, and nothing wins against the first NaN. A choice costs less
            // than a branch here, since no processor guesses where the largest number lies.
            const wins = i32(!(value <= best)) & i32(best == best);
            best = select<f32>(value, best, wins);
            place = select<i32>(at, place, wins);
          }
        store<i32>(places, place);
        places += 4;
      }
    }
}
