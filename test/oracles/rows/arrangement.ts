/** What moves, picks and repeats numbers. Here both have to be equal. */
import {
  concat,
  embedding,
  expand,
  gather,
  indexSelect,
  oneHot,
  pad,
  padBy,
  permute,
  pixelShuffle,
  randint,
  randn,
  repeatInterleave,
  roll,
  scatterAdd,
  slice,
  sort,
  type Tensor,
  tensor,
  tile,
  topk,
  tril,
  triu,
} from '../../../src/index.js';
import { Embedding } from '../../../src/nn/index.js';
import { goldenCase } from '../../support/golden.js';
import { type Input, type Output, onnx, outputAt, whole } from '../onnx.js';
import type { Case, Row } from '../row.js';

const row = (op: string, by: string, cases: Row['cases'], units = 0): Row => ({ op, by, units, cases });
const positions = (x: Tensor): ReturnType<typeof whole> => whole(x.data, x.shape);

const EMBEDDING = row('embedding, Embedding', 'Gather', function* (rng): Iterable<Case> {
  for (const shape of [[], [5], [2, 3], [2, 2, 3]]) {
    const weight = randn([11, 4], rng);
    const indices = randint(0, 11, shape, rng);
    yield {
      what: `[${shape}] of [${weight.shape}]`,
      ours: () => embedding(indices, weight),
      theirs: onnx('Gather', [weight, positions(indices)], { axis: 0 }),
    };
  }
  const { weight } = goldenCase<{ weight: readonly number[] }>('embedding');
  const layer = new Embedding(weight.length / 3, 3, { rng, paddingIndex: 0 });
  layer.weight.assign(weight);
  const indices = tensor([
    [1, 3, 1],
    [0, 0, 2],
  ]);
  yield {
    what: 'golden embedding',
    ours: () => layer.forward(indices),
    theirs: onnx('Gather', [layer.weight, positions(indices)], { axis: 0 }),
  };
});

const PICKING: readonly Row[] = [
  row('indexSelect', 'Gather', function* (rng) {
    for (const shape of [[6], [3, 5], [2, 4, 3]])
      for (const [axis, size] of shape.entries()) {
        const x = randn(shape, rng) as Tensor;
        const index = randint(-size, size, [7], rng);
        yield {
          what: `[${shape}] along ${axis} at ${index.data}`,
          ours: () => indexSelect(x, axis, index),
          theirs: onnx('Gather', [x, positions(index)], { axis }),
        };
      }
  }),
  row('gather', 'GatherElements', function* (rng) {
    for (const shape of [[6], [3, 5], [2, 4, 3]])
      for (const [axis, size] of shape.entries()) {
        const x = randn(shape, rng) as Tensor;
        const index = randint(
          -size,
          size,
          shape.map((length, i) => (i === axis ? 7 : length)),
          rng,
        );
        yield {
          what: `[${shape}] along ${axis} at [${index.shape}]`,
          ours: () => gather(x, axis, index),
          theirs: onnx('GatherElements', [x, positions(index)], { axis }),
        };
      }
  }),
  row(
    'scatterAdd',
    'ScatterElements',
    function* (rng) {
      for (const shape of [[6], [3, 5], [2, 4, 3]])
        for (const [axis, size] of shape.entries()) {
          const picked = shape.map((length, i) => (i === axis ? 7 : length));
          const [x, source] = [randn(shape, rng) as Tensor, randn(picked, rng) as Tensor];
          const index = randint(-size, size, picked, rng);
          yield {
            what: `[${shape}] along ${axis} at [${picked}]`,
            ours: () => scatterAdd(x, axis, index, source),
            theirs: onnx('ScatterElements', [x, positions(index), source], { axis, reduction: 'add' }),
          };
        }
    },
    8,
  ),
  row('oneHot', 'OneHot', function* (rng) {
    for (const shape of [[4], [2, 3], [2, 1, 3]]) {
      const index = randint(0, 5, shape, rng);
      yield {
        what: `[${shape}] of 5`,
        ours: () => oneHot(index, 5),
        theirs: onnx('OneHot', [positions(index), whole([5]), tensor([0, 1])]),
      };
    }
  }),
  row('topk', 'TopK', function* (rng) {
    for (const shape of [[7], [3, 5], [2, 6, 4]])
      for (const [axis, size] of shape.entries())
        for (const largest of [true, false])
          for (const count of [1, size - 1]) {
            // Ties among them: the first is taken first.
            const x = randint(-3, 4, shape, rng);
            const theirs = onnx('TopK', [x, whole([count])], { axis, largest: largest ? 1 : 0 });
            yield {
              what: `${count} of [${shape}] along ${axis}, ${largest ? 'largest' : 'smallest'}`,
              ours: () => {
                const { values, indices } = topk(x, count, axis, { largest });
                return [values, indices];
              },
              theirs: [theirs, outputAt(theirs, 1)],
            };
          }
  }),
  row('sort', 'TopK', function* (rng) {
    for (const shape of [[40], [3, 9]])
      for (const descending of [true, false]) {
        const x = randint(-4, 5, shape, rng);
        const count = shape.at(-1)!;
        const theirs = onnx('TopK', [x, whole([count])], { largest: descending ? 1 : 0 });
        yield {
          what: `[${shape}]${descending ? ', descending' : ''}`,
          ours: () => {
            const { values, indices } = sort(x, -1, { descending });
            return [values, indices];
          },
          theirs: [theirs, outputAt(theirs, 1)],
        };
      }
  }),
  row('tril, triu', 'Trilu', function* (rng) {
    for (const shape of [
      [4, 4],
      [3, 5],
      [2, 5, 3],
    ])
      for (const offset of [-2, -1, 0, 1, 3])
        for (const [upper, ours] of [tril, triu].entries()) {
          const x = randn(shape, rng) as Tensor;
          yield {
            what: `${ours.name} of [${shape}], offset ${offset}`,
            ours: () => ours(x, offset),
            theirs: onnx('Trilu', [x, whole([offset], [])], { upper }),
          };
        }
  }),
];

const MODES = { reflect: 'reflect', replicate: 'edge', circular: 'wrap' } as const;

/** [[before, after], …] in the order of ONNX. */
const widths = (pairs: readonly (readonly [number, number])[]): ReturnType<typeof whole> =>
  whole([...pairs.map(([before]) => before), ...pairs.map(([, after]) => after)]);

const PADDING: readonly Row[] = [
  row('pad', 'Pad', function* (rng) {
    for (const pairs of [
      [
        [1, 2],
        [0, 3],
      ],
      [
        [0, 0],
        [4, 1],
      ],
    ] as const)
      for (const value of [0, -1.5]) {
        const x = randn([3, 5], rng);
        yield {
          what: `[${x.shape}] by ${JSON.stringify(pairs)} with ${value}`,
          ours: () => pad(x, pairs, value),
          theirs: onnx('Pad', [x, widths(pairs), tensor(value)], { mode: 'constant' }),
        };
      }
  }),
  row('padBy', 'Pad', function* (rng) {
    for (const [mode, theirs] of Object.entries(MODES) as [keyof typeof MODES, string][])
      for (const pairs of [
        [
          [1, 2],
          [0, 3],
        ],
        [
          [2, 0],
          [4, 1],
        ],
        [
          [0, 1],
          [3, 4],
        ],
      ] as const) {
        const x = randn([3, 5], rng);
        yield {
          what: `[${x.shape}] by ${JSON.stringify(pairs)}, ${mode}`,
          ours: () => padBy(x, pairs, mode),
          theirs: onnx('Pad', [x, widths(pairs)], { mode: theirs }),
        };
      }
  }),
];

const MOVING: readonly Row[] = [
  row('permute', 'Transpose', function* (rng) {
    for (const perm of [
      [1, 0, 2],
      [2, 0, 1],
      [0, 2, 1],
    ]) {
      const x = randn([2, 3, 4], rng);
      yield { what: `${perm}`, ours: () => permute(x, perm), theirs: onnx('Transpose', [x], { perm }) };
    }
  }),
  row('slice', 'Slice', function* (rng) {
    for (const ranges of [
      [
        [0, 4, 2],
        [1, 5, 1],
      ],
      [
        [1, 5, 3],
        [-4, -1, 1],
      ],
    ] as const) {
      const x = randn([5, 6], rng);
      const part = (i: 0 | 1 | 2): ReturnType<typeof whole> => whole(ranges.map((range) => range[i]));
      yield {
        what: JSON.stringify(ranges),
        ours: () => slice(x, ranges),
        theirs: onnx('Slice', [x, part(0), part(1), whole([0, 1]), part(2)]),
      };
    }
  }),
  row('concat', 'Concat', function* (rng) {
    for (const axis of [0, 1]) {
      const parts = [2, 3, 1].map((size) => randn(axis === 0 ? [size, 4] : [4, size], rng) as Tensor);
      yield {
        what: `axis ${axis}`,
        ours: () => concat(parts, axis),
        theirs: onnx('Concat', parts, { axis }),
      };
    }
  }),
  row('tile', 'Tile', function* (rng) {
    for (const repeats of [
      [2, 1, 3],
      [1, 4, 2],
    ]) {
      const x = randn([2, 3, 2], rng);
      yield { what: `${repeats}`, ours: () => tile(x, repeats), theirs: onnx('Tile', [x, whole(repeats)]) };
    }
  }),
  row('expand', 'Expand', function* (rng) {
    for (const shape of [
      [2, 3, 4],
      [5, 2, 3, 4],
    ]) {
      const x = randn([3, 1], rng);
      yield {
        what: `to [${shape}]`,
        ours: () => expand(x, shape),
        theirs: onnx('Expand', [x, whole(shape)]),
      };
    }
  }),
  row('roll', 'Slice, Concat', function* (rng) {
    for (const [axis, shift] of [
      [0, 1],
      [1, 2],
      [1, -1],
    ] as const) {
      const x = randn([3, 4], rng);
      const from = (start: number, stop: number): Output =>
        onnx('Slice', [x, whole([start]), whole([stop]), whole([axis])]);
      yield {
        what: `${shift} along ${axis}`,
        ours: () => roll(x, shift, axis),
        theirs: onnx('Concat', [from(-shift, 99), from(0, -shift)], { axis }),
      };
    }
  }),
  row('repeatInterleave', 'Resize', function* (rng) {
    for (const [shape, down, across] of [
      [[1, 1, 2, 3], 2, 2],
      [[2, 3, 4, 5], 3, 1],
      [[1, 2, 7, 3], 1, 4],
      [[2, 2, 5, 6], 3, 2],
    ] as const) {
      const x = randn(shape, rng);
      yield {
        what: `[${shape}] by ${down} · ${across}`,
        ours: () => repeatInterleave(repeatInterleave(x, down, 2), across, 3),
        theirs: onnx('Resize', [x, null, tensor([1, 1, down, across])], {
          mode: 'nearest',
          coordinate_transformation_mode: 'asymmetric',
          nearest_mode: 'floor',
        }),
      };
    }
  }),
  row('pixelShuffle', 'DepthToSpace', function* (rng) {
    for (const [shape, factor] of [
      [[1, 4, 1, 1], 2],
      [[2, 8, 3, 5], 2],
      [[1, 18, 4, 2], 3],
    ] as const) {
      const x = randn(shape, rng);
      yield {
        what: `[${shape}] by ${factor}`,
        ours: () => pixelShuffle(x, factor),
        theirs: shuffled(x, factor, 'CRD'),
      };
    }
  }),
];

/** DepthToSpace, in the order column, row, depth or in the other. */
export const shuffled = (x: Input, factor: number, mode: 'CRD' | 'DCR'): Output =>
  onnx('DepthToSpace', [x], { blocksize: factor, mode });

export const ARRANGEMENT: readonly Row[] = [EMBEDDING, ...PICKING, ...PADDING, ...MOVING];
