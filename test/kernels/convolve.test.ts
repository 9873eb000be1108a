/** The kernels of convolution against wires, over random geometries with unequal margins, negative ones too. */
import * as assert from 'uvu/assert';
import type { NDArray } from '../../src/base/array.js';
import { random } from '../../src/index.js';
import { convolve, convolveBack, convolveWeight, fold, unfold } from '../../src/kernels/dispatch.js';
import { type Geometry, inputSize, outputSize, type Pair } from '../../src/kernels/reference/geometry.js';
import { assertClose, assertSame } from '../support/close.js';
import { fc, property } from '../support/property.js';
import { suite } from '../support/suite.js';
import { type Axis, countPositions, eachWire, type Sizes, shapesOf } from '../support/wiring.js';

const test = suite('kernels of convolution');

const upTo = (most: number, least = 1): fc.Arbitrary<number> => fc.integer({ min: least, max: most });

/** An axis on which the window has a position. A negative margin keeps the window away from the end. */
const axis = fc
  .record({
    kernel: upTo(3),
    stride: upTo(3),
    before: upTo(2, 0),
    after: upTo(2, -1),
    dilation: upTo(3),
    more: upTo(4, 0),
  })
  .map(({ more, ...moves }): Axis => {
    const least = moves.dilation * (moves.kernel - 1) + 1 - moves.before - moves.after;
    return { ...moves, size: Math.max(1, least) + more };
  });

const sizes = fc.record({
  images: upTo(2, 0),
  groups: upTo(3),
  inGroup: upTo(2),
  outGroup: upTo(2),
  vertical: axis,
  horizontal: axis,
});

function geometryOf({ vertical: v, horizontal: h }: Sizes): Geometry {
  return {
    kernel: [v.kernel, h.kernel],
    stride: [v.stride, h.stride],
    padding: [
      [v.before, v.after],
      [h.before, h.after],
    ],
    dilation: [v.dilation, h.dilation],
  };
}

function drawn(shape: number[], seed: number): NDArray {
  const rng = random(seed);
  return { data: Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => rng.normal()), shape };
}

function inner(a: NDArray, b: NDArray): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += a.data[i]! * b.data[i]!;
  return sum;
}

const CLOSE = { relative: 1e-12, absolute: 1e-11 };

test('a convolution and its two adjoints are the sums over all wires', () =>
  property(sizes, (given) => {
    const shapes = shapesOf(given);
    const [x, w, g] = [drawn(shapes.x, 1), drawn(shapes.w, 2), drawn(shapes.y, 3)];
    const bias = drawn([shapes.w[0]!], 4);
    const [y, back, weight] = [g, x, w].map(({ data }) => new Float64Array(data.length)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const area = shapes.y[2]! * shapes.y[3]!;
    for (let i = 0; i < y.length; i++) y[i] = bias.data[Math.floor(i / area) % shapes.w[0]!]!;
    eachWire(given, (xAt, wAt, yAt) => {
      y[yAt]! += w.data[wAt]! * x.data[xAt]!;
      back[xAt]! += w.data[wAt]! * g.data[yAt]!;
      weight[wAt]! += x.data[xAt]! * g.data[yAt]!;
    });
    const { groups } = given;
    const geometry = geometryOf(given);
    const size: Pair = [given.vertical.size, given.horizontal.size];
    const found = {
      y: convolve(x, w, geometry, groups, bias),
      x: convolveBack(g, w, size, geometry, groups),
      w: convolveWeight(x, g, geometry, groups),
    };
    for (const [name, { shape }] of Object.entries(found))
      assert.equal([...shape], shapes[name as 'x' | 'w' | 'y']);
    assertClose(found.y.data, y, { ...CLOSE, what: 'output' });
    assertClose(found.x.data, back, { ...CLOSE, what: 'adjoint in x' });
    assertClose(found.w.data, weight, { ...CLOSE, what: 'adjoint in w' });
  }));

test('⟨conv x, g⟩ = ⟨x, convBack g⟩ = ⟨w, convWeight(x, g)⟩ over random geometries', () =>
  property(sizes, (given) => {
    const shapes = shapesOf(given);
    const [x, w, g] = [drawn(shapes.x, 5), drawn(shapes.w, 6), drawn(shapes.y, 7)];
    const geometry = geometryOf(given);
    const size: Pair = [given.vertical.size, given.horizontal.size];
    const forward = inner(convolve(x, w, geometry, given.groups, null), g);
    const adjoints = [
      inner(x, convolveBack(g, w, size, geometry, given.groups)),
      inner(w, convolveWeight(x, g, geometry, given.groups)),
    ];
    assertClose(adjoints, [forward, forward], CLOSE);
  }));

test('⟨unfold x, y⟩ = ⟨x, fold y⟩ over random geometries', () =>
  property(sizes, (given) => {
    const x = drawn(shapesOf(given).x, 8);
    const geometry = geometryOf(given);
    const columns = unfold(x, geometry);
    const y = drawn([...columns.shape], 9);
    const back = fold(y, [given.vertical.size, given.horizontal.size], geometry);
    assert.equal(back.shape, x.shape);
    assertClose([inner(x, back)], [inner(columns, y)], CLOSE);
  }));

test('fold counts the windows that see a pixel: of ones it makes the number of wires', () =>
  property(sizes, (given) => {
    const one = { ...given, images: 1, groups: 1, inGroup: 1, outGroup: 1 };
    const geometry = geometryOf(one);
    const size: Pair = [one.vertical.size, one.horizontal.size];
    const counts = new Float64Array(size[0] * size[1]);
    eachWire(one, (x) => counts[x]!++);
    const ones = unfold({ data: new Float64Array(counts.length), shape: [1, 1, ...size] }, geometry);
    assertSame(fold({ ...ones, data: ones.data.fill(1) }, size, geometry).data, counts);
  }));

test('the number of positions is that of a window moved step by step, and inputSize is its inverse', () =>
  property(axis, (given) => {
    const geometry = geometryOf({ vertical: given, horizontal: given } as Sizes);
    const positions = countPositions(given);
    assert.equal(outputSize([given.size, given.size], geometry), [positions, positions]);
    const [least] = inputSize([positions, positions], geometry);
    assert.is(outputSize([least, least], geometry)[0], positions);
    assert.is(outputSize([least - 1, least - 1], geometry)[0], positions - 1);
    assert.ok(given.size >= least && given.size < least + given.stride);
  }));

test('a window that fits nowhere has no position', () => {
  const axis: Axis = { size: 2, kernel: 3, stride: 1, before: 0, after: 0, dilation: 1 };
  assert.equal(outputSize([2, 2], geometryOf({ vertical: axis, horizontal: axis } as Sizes)), [0, 0]);
});
