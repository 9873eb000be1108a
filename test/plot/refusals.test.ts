import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import * as assert from 'uvu/assert';
import {
  barChart,
  type ColorScale,
  heatMap,
  histogram,
  imageGrid,
  lineChart,
  smallMultiples,
} from '../../src/plot/index.js';
import { suite } from '../support/suite.js';

const test = suite('what charts refuse');

/** Throws unless the picture is refused with a message that contains all parts. */
async function assertRefused(picture: Promise<string>, ...parts: string[]): Promise<void> {
  const message = await picture.then(
    () => 'it was drawn',
    (error: Error) => error.message,
  );
  for (const part of parts) assert.ok(message.includes(part), `"${part}" in: ${message}`);
}

test('line charts refuse empty, unequal, unnamed-apart and undrawable series', async () => {
  await assertRefused(lineChart([]), 'lineChart: got no lines');
  await assertRefused(lineChart([{ name: 'a', values: [] }]), 'no values in line "a"');
  await assertRefused(
    lineChart([
      { name: 'a', values: [1, 2] },
      { name: 'b', values: [1] },
    ]),
    'line "b" has 1 entries, expected 2',
  );
  await assertRefused(
    lineChart([{ name: 'a', values: [1, 2] }], { x: { values: [1, 2, 3] } }),
    'line "a" has 2 entries, expected 3: one for each position on the x axis',
  );
  await assertRefused(
    lineChart([
      { name: 'a', values: [1] },
      { name: 'a', values: [2] },
    ]),
    'two lines are called "a"',
  );
  await assertRefused(lineChart([{ name: 'a', values: [Number.NaN] }]), 'line "a" holds no finite number');
  await assertRefused(
    lineChart([{ name: 'a', values: [0, -1] }], { y: { scale: 'log' } }),
    'line "a" on a log axis holds no finite number',
  );
  await assertRefused(
    lineChart([{ name: 'a', values: [1, 2] }], { x: { values: [0, 1], scale: 'log' } }),
    'a log axis needs positions above 0',
  );
  await assertRefused(
    lineChart([{ name: 'a', values: [1, 2] }], { x: { values: [0, Number.NaN] } }),
    'x.values is NaN at position 1',
  );
});

test('histograms refuse values that fall into no bin', async () => {
  await assertRefused(histogram([]), 'histogram: got no values');
  await assertRefused(histogram([1, Number.NaN]), 'the data is NaN at position 1');
  await assertRefused(histogram([1, Infinity]), 'the data is Infinity at position 1');
  await assertRefused(histogram([1, 2], { bins: 0 }), 'bins is a whole number ≥ 1, got 0');
});

test('small multiples refuse no panels and pass on what a panel is refused for', async () => {
  await assertRefused(smallMultiples([]), 'smallMultiples: got no panels');
  await assertRefused(smallMultiples([{ title: 't', values: [Number.NaN] }]), 't is NaN at position 0');
  await assertRefused(smallMultiples([{ title: 't', lines: [] }]), 'got no lines');
  await assertRefused(
    smallMultiples([{ title: 't', values: [1] }], { columns: 0.5 }),
    'columns is a whole number',
  );
});

test('bar charts refuse NaN and unequal lengths, and leave null out', async () => {
  await assertRefused(barChart([], []), 'barChart: got no names');
  await assertRefused(barChart(['a'], []), 'got no series');
  await assertRefused(
    barChart(['a'], [{ name: 's', values: [1, 2] }]),
    'series "s" has 2 entries, expected 1',
  );
  await assertRefused(
    barChart(['a'], [{ name: 's', values: [Number.NaN] }]),
    'series "s" is NaN at "a"; pass null',
  );
  const svg = await barChart(['a', 'b'], [{ name: 's', values: [null, 41] }]);
  assert.ok(svg.includes('>41<') && !svg.includes('>null<'));
});

test('heat maps and image grids refuse ragged rows, missing pixels and unknown colours', async () => {
  await assertRefused(heatMap([]), 'heatMap: got no rows');
  await assertRefused(heatMap([[1, 2], [3]]), 'row 1 has 1 entries, expected 2');
  await assertRefused(heatMap([[1]], { rowNames: ['a', 'b'] }), 'rowNames has 2 entries, expected 1');
  await assertRefused(heatMap([[Number.NaN]]), 'holds no finite number');
  await assertRefused(imageGrid([]), 'imageGrid: got no images');
  await assertRefused(
    imageGrid([{ pixels: [1], height: 2, width: 2 }]),
    'image 0 of 2 × 2 has 1 entries, expected 4',
  );
  await assertRefused(
    imageGrid([{ pixels: [1], height: 1, width: 1 }], { colors: 'rainbow' as ColorScale }),
    "unknown colors rainbow; expected 'diverging', 'sequential' or 'gray'",
  );
});

test('sizes that no picture can have are refused', async () => {
  await assertRefused(histogram([1], { width: 10 }), 'width is a number of pixels ≥ 100, got 10');
  await assertRefused(histogram([1], { height: Number.NaN }), 'height is a number of pixels ≥ 100, got NaN');
});

test('without echarts the message says what to install', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tapegrad-plot-'));
  try {
    const outfile = join(folder, 'plot.mjs');
    await build({
      entryPoints: [new URL('../../src/plot/index.ts', import.meta.url).pathname],
      bundle: true,
      format: 'esm',
      platform: 'node',
      external: ['echarts', '@viz-js/viz'],
      outfile,
    });
    const program = `import { histogram } from ${JSON.stringify(pathToFileURL(outfile).href)};
      histogram([1, 2]).catch((error) => console.log(error.message));`;
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', program], { cwd: folder });
    assert.match(output.toString(), /plot: charts are drawn by the optional package echarts/);
    assert.match(output.toString(), /npm install echarts/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
