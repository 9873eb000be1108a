/** A loader that goes on in the middle of a pass. */
import * as assert from 'uvu/assert';
import { DataLoader, type LoaderOptions, type LoaderState } from '../../src/data/index.js';
import { arange, random, reshape } from '../../src/index.js';
import { assertThrows } from '../support/close.js';
import { fc, property } from '../support/property.js';
import { suite } from '../support/suite.js';

const test = suite('resumed loaders');

const dataset = (rows: number) => ({
  x: reshape(arange(rows), [rows, 1]),
  labels: Int32Array.from({ length: rows }, (_, i) => i),
});

/** The rows of the next batches, pass after pass, and what `look` sees after each. */
function rowsOf(loader: DataLoader, batches: number, look: () => void = () => {}): number[][] {
  const rows: number[][] = [];
  while (rows.length < batches)
    for (const { indices } of loader) {
      rows.push([...indices]);
      look();
      if (rows.length === batches) break;
    }
  return rows;
}

const kinds: readonly Omit<LoaderOptions, 'batchSize' | 'rng'>[] = [
  {},
  { shuffle: true },
  { shuffle: true, dropLast: true },
  { withReplacement: true },
];

test('a loader that is saved after any batch yields what an uninterrupted one does, others drawing from its generator', () => {
  const cases = fc.tuple(
    fc.nat(60),
    fc.integer({ min: 5, max: 12 }),
    fc.integer({ min: 1, max: 5 }),
    fc.constantFrom(...kinds),
  );
  property(cases, ([stop, rows, batchSize, kind]) => {
    const rng = random(1);
    const loader = new DataLoader(dataset(rows), { ...kind, batchSize, rng });
    const total = stop + 8;
    const states: [LoaderState, string][] = [];
    const whole = rowsOf(loader, total, () => {
      rng.uniform(); // as dropout would
      states.push([JSON.parse(JSON.stringify(loader.stateDict())), rng.state()]);
    });
    const [saved, generator] = states[stop]!;
    const other = random('another');
    const resumed = new DataLoader(dataset(rows), { ...kind, batchSize, rng: other });
    resumed.loadStateDict(saved);
    other.restore(generator);
    const rest = rowsOf(resumed, total - stop - 1, () => other.uniform());
    assert.equal(rest, whole.slice(stop + 1));
    assert.is(other.state(), rng.state());
  });
});

test('a pass at its end is saved as none, so that the next one begins', () => {
  const loader = new DataLoader(dataset(4), { batchSize: 2, shuffle: true, rng: random(0) });
  rowsOf(loader, 2);
  assert.equal(loader.stateDict(), { batch: 0, order: null, batchSize: 2, rows: 4 });
  loader.loadStateDict(loader.stateDict());
  assert.is(rowsOf(loader, 2).flat().length, 4);
});

test('only the next pass is the rest of the saved one', () => {
  const rng = random(0);
  const loader = new DataLoader(dataset(6), { batchSize: 2, shuffle: true, rng });
  rowsOf(loader, 1);
  loader.loadStateDict(loader.stateDict());
  assert.equal([...loader].length, 2);
  assert.equal([...loader].length, 3);
});

test('what does not fit is refused and changes nothing', () => {
  const rng = random(0);
  const loader = new DataLoader(dataset(6), { batchSize: 2, shuffle: true, rng });
  rowsOf(loader, 1);
  const good = loader.stateDict();
  const refused = (saved: unknown, problem: string, by = loader): void => {
    const before = by.stateDict();
    assertThrows(() => by.loadStateDict(saved as LoaderState), `DataLoader.loadStateDict: ${problem}`);
    assert.equal(by.stateDict(), before);
  };
  refused(null, 'batch is a whole number ≥ 0, got undefined');
  refused({ ...good, batch: 3 }, 'batch is a whole number from 0 to 2, got 3');
  refused({ ...good, rows: 7 }, 'the saved pass is one over 7 rows by 2, and this loader has 6 by 2');
  refused({ ...good, batchSize: 3 }, 'the saved pass is one over 6 rows by 3');
  // A loader of another dataset may have been in a batch that this loader does not have.
  refused(
    { ...good, batch: 90, rows: 200 },
    'the saved pass is one over 200 rows by 2, and this loader has 6',
  );
  refused({ ...good, batch: 1.5, rows: 200 }, 'batch is a whole number ≥ 0, got 1.5');
  refused({ ...good, order: null }, 'the saved pass was not shuffled, and this loader shuffles');
  refused(good, 'the saved pass was shuffled', new DataLoader(dataset(6), { batchSize: 2 }));
  assertThrows(() => loader.loadStateDict({ ...good, order: 'nonsense' }), 'restore: expected a text');
  assert.equal(loader.stateDict(), good);
});
