/** Statistics of features against NumPy, and what has to hold for all rows. */
import * as assert from 'uvu/assert';
import { Normalizer } from '../../src/data/index.js';
import { randn, random, tensor, zeros } from '../../src/index.js';
import { Linear, Sequential } from '../../src/nn/index.js';
import { assertClose, assertSame, assertThrows } from '../support/close.js';
import { fc, property } from '../support/property.js';
import { suite } from '../support/suite.js';

const test = suite('normalizer');
const rows = tensor([
  [1, 10, 3],
  [2, 20, 3],
  [4, 60, 3],
  [9, -10, 3],
]);

test('mean and standard deviation are those of NumPy, with divisor n', () => {
  const one = new Normalizer(3).fit(rows);
  assertSame(one.mean.data, [4, 20, 3]);
  // np.std(rows, axis=0) prints 3.082207, 25.49509757, 0.
  assertClose(one.std.data, [3.082207, 25.49509757, 1]);
  // (rows - rows.mean(0)) / rows.std(0), the last row.
  assertClose(one.forward(rows).data.slice(-3), [1.62221421, -1.17669681, 0]);
  assert.is(String(one), 'Normalizer([3]): 0 parameters');
});

test('one shape normalizes each feature, each channel, or all numbers at once', () => {
  const x = tensor([0, 1, 4, 9, 16, 25, 36, 49]).reshape([2, 2, 1, 2]);
  // np.mean and np.std over (0, 2, 3), and over all.
  const channels = new Normalizer([2, 1, 1]).fit(x);
  assertClose([...channels.mean.data, ...channels.std.data], [10.5, 24.5, 10.5, 18.66145761]);
  assert.equal(channels.forward(x).shape, [2, 2, 1, 2]);
  const all = new Normalizer(1).fit(x);
  assertClose([...all.mean.data, ...all.std.data], [17.5, 16.680827317612277]);
  assertSame(new Normalizer([]).fit(x).mean.data, all.mean.data);
});

test('fitted rows have mean 0 and standard deviation 1, and come back', () => {
  property(
    fc.tuple(fc.integer({ min: 2, max: 30 }), fc.integer({ min: 1, max: 4 }), fc.integer()),
    ([n, k, seed]) => {
      const x = randn([n, k], random(seed), { dtype: 'float64' }).mul(7).add(1000);
      const one = new Normalizer(k, { dtype: 'float64' }).fit(x);
      const y = one.forward(x);
      assertClose(y.mean(0).data, new Array<number>(k).fill(0), { absolute: 1e-11 });
      assertClose(y.square().mean(0).data, new Array<number>(k).fill(1), { relative: 1e-9 });
      assertClose(one.invert(y).data, x.data, { relative: 1e-12 });
    },
  );
});

test('rows of another set are measured by the fitted ones', () => {
  const one = new Normalizer(1).fit(tensor([[0], [4]]));
  assertSame(one.forward(tensor([[2], [8], [-2]])).data, [0, 3, -2]);
  assertSame(new Normalizer(2).forward(tensor([[5, 6]])).data, [5, 6]);
});

test('constant features become 0, also where their mean is no binary fraction', () => {
  const constant = tensor(new Float64Array(14).fill(0.1)).reshape([7, 2]);
  const one = new Normalizer(2, { dtype: 'float64' }).fit(constant);
  assertSame(one.std.data, [1, 1]);
  assertSame(one.forward(constant).data, new Array<number>(14).fill(0));
  // One row has no deviation either.
  assertSame(new Normalizer(2).fit(tensor([[3, -4]])).std.data, [1, 1]);
});

test('a large mean costs no digits of the deviation, and small ones are not lost', () => {
  const far = tensor([[1e8 + 1], [1e8 + 2], [1e8 + 4]], { dtype: 'float64' });
  // np.std([1, 2, 4])
  assertClose(new Normalizer(1, { dtype: 'float64' }).fit(far).std.data, [1.247219128924647], {
    relative: 1e-12,
  });
  // The deviation of two subnormal numbers rounds to 0 in float32.
  const tiny = new Normalizer(1).fit(tensor([[0], [2 ** -149], [0], [0], [0], [0]]));
  assertSame(tiny.std.data, [1]);
  assertClose(new Normalizer(1).fit(tensor([[-3e38], [3e38]])).std.data, [3e38]);
});

test('the statistics are saved with the model', () => {
  const make = () => new Sequential(new Normalizer(3), new Linear(3, 2, { rng: random(1) }));
  const model = make();
  (model.layers[0] as Normalizer).fit(rows);
  const copy = make();
  copy.loadStateDict(JSON.parse(JSON.stringify(model.stateDict())));
  assertSame(copy.forward(rows).data, model.forward(rows).data);
  assert.is(model.parameters().length, 2);
  assert.equal(Object.keys(new Normalizer(3).stateDict()), ['mean', 'std']);
});

test('the gradient of an input is divided by the standard deviation', () => {
  const x = tensor([[0], [4]], { requiresGrad: true });
  new Normalizer(1)
    .fit(tensor([[0], [4]]))
    .forward(x)
    .sum()
    .backward();
  assertSame(x.grad!.data, [0.5, 0.5]);
});

test('rows that cannot be fitted are refused, and the statistics stay', () => {
  const one = new Normalizer(2).fit(
    tensor([
      [1, 1],
      [3, 5],
    ]),
  );
  const bad = (value: number) =>
    tensor([
      [1, 2],
      [3, value],
    ]);
  assertThrows(() => one.fit(bad(Number.NaN)), 'Normalizer: element [1, 1] is NaN; fill in or leave out');
  assertThrows(() => one.fit(bad(-Infinity)), 'element [1, 1] is -Infinity');
  assertThrows(() => one.fit(zeros([0, 2])), 'there are no rows to fit in [0, 2]');
  assertThrows(() => one.fit(tensor([1, 2])), 'expected rows [n, 2], got [2]');
  assertThrows(() => one.fit(zeros([4, 3])), 'the statistics [2] do not broadcast to [4, 3]');
  assertThrows(() => one.forward(zeros([3])), 'the statistics [2] do not broadcast to [3]');
  assertThrows(() => one.invert(zeros([3, 1])), 'do not broadcast to [3, 1]');
  assertThrows(
    () =>
      one.fit(
        tensor(
          [
            [1e300, 0],
            [0, 0],
          ],
          { dtype: 'float64' },
        ),
      ),
    'too large for float32',
  );
  assertSame([...one.mean.data, ...one.std.data], [2, 3, 1, 2]);
  assertThrows(() => new Normalizer(0), 'Normalizer: the number of features is a whole number ≥ 1, got 0');
  assertThrows(() => new Normalizer(2 ** 40), 'there is no memory for shape [1099511627776]');
  assertThrows(() => new Normalizer([2, -1]), 'Normalizer: a shape is a list of whole numbers ≥ 0');
});
