import * as assert from 'uvu/assert';
import {
  barChart,
  calibrationChart,
  confusionChart,
  heatMap,
  histogram,
  imageGrid,
  learningRateChart,
  lineChart,
  PALETTE,
  precisionRecallChart,
  rocChart,
  seriesColor,
  smallMultiples,
} from '../../src/plot/index.js';
import '../support/charts.js';
import { suite } from '../support/suite.js';

const test = suite('charts');

const LINES = [
  { name: 'zeros & co', values: [2.3, 2.2, 2.1] },
  { name: 'He <2/n>', values: [2.3, 0.2, 0.01] },
];

const drawAll = async (): Promise<string[]> => [
  await lineChart(LINES, { title: 'Loss', x: { label: 'step' }, y: { label: 'loss (nats)', scale: 'log' } }),
  await smallMultiples(
    [
      { title: 'first', lines: LINES },
      { title: 'second', note: 'a note', values: [0, 1, 1, 2] },
    ],
    { title: 'Panels', x: { label: 'step' } },
  ),
  await histogram([1, 2, 2, 3], { title: 'Weights', x: { label: 'weight (a.u.)' } }),
  await barChart(['zeros', 'He'], [{ name: 'accuracy', values: [11.3, 94.5] }], {
    title: 'Accuracy',
    x: { label: 'right (%)' },
  }),
  await heatMap(
    [
      [1, 2],
      [3, Number.NaN],
    ],
    { title: 'Confusion', rowNames: ['cat', 'dog'], xLabel: 'predicted' },
  ),
  await imageGrid([{ pixels: [0, 1, 2, 3], height: 2, width: 2, label: 'unit 7' }], { title: 'Images' }),
  await confusionChart({ counts: COUNTS }, { title: 'Taken for', classes: ['cat & co', 'a <dog>', 'none'] }),
  await calibrationChart(CALIBRATION, { title: 'Calibration' }),
  await precisionRecallChart([{ name: 'a <b>', precision: [0.5, 1], recall: [1, 0] }], { title: 'PR' }),
  await rocChart([{ truePositiveRate: [0, 1, 1], falsePositiveRate: [0, 0, 1] }], { title: 'ROC' }),
  await learningRateChart(SEARCH, { title: 'Search' }),
];
const COUNTS = [
  [3, 1, 0],
  [0, 2, 0],
  [0, 0, 0],
];
const CALIBRATION = {
  bins: [
    { from: 0, to: 0.5, count: 0, confidence: null, accuracy: null },
    { from: 0.5, to: 1, count: 4, confidence: 0.75, accuracy: 0.5 },
  ],
  expectedError: 0.25,
  maximumError: 0.25,
};
const SEARCH = {
  rates: [0.01, 0.1, 1],
  losses: [2, 1, Number.NaN],
  smoothed: [2, 1, 500],
  suggestion: 0.1,
  reason: 'it fell < fastest',
};

/** Throws unless the tags of a picture are nested rightly, and its text and attributes are escaped. */
function assertWellFormed(svg: string): void {
  const open: string[] = [];
  const rest = svg.replace(
    /<(\/?)([A-Za-z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g,
    (_, end, name, _attributes, empty) => {
      if (end) assert.is(open.pop(), name);
      else if (!empty) open.push(name);
      return '';
    },
  );
  assert.equal(open, []);
  assert.not.match(rest, /[<>]/, 'all that looks like a tag is one');
  assert.not.match(svg, /&(?!amp;|lt;|gt;|quot;|#\d+;)/);
}

test('every picture is well-formed SVG that scales with the page', async () => {
  for (const svg of await drawAll()) {
    assertWellFormed(svg);
    assert.match(
      svg,
      /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^>]* viewBox="0 0 680 \d+" width="100%"/,
    );
    assert.match(svg, /role="img" aria-label="[^"]+"/);
    assert.not.match(svg, /<script|<style|class=|NaN(?!<\/text>)|undefined/);
  }
});

test('titles, axis labels with units, legends and names are in the picture', async () => {
  const [lines, panels, values, bars, cells, images] = (await drawAll()) as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  for (const text of ['Loss', 'step', 'loss (nats)', 'zeros &amp; co', 'He &lt;2/n&gt;', '0.01', '10'])
    assert.ok(lines.includes(`>${text}<`), `${text} in the line chart`);
  for (const text of ['Panels', 'first', 'second', 'a note', 'step'])
    assert.ok(panels.includes(`>${text}<`), `${text} in the panels`);
  for (const text of ['Weights', 'weight (a.u.)', 'share of the values, %'])
    assert.ok(values.includes(`>${text}<`), `${text} in the histogram`);
  for (const text of ['Accuracy', 'zeros', 'He', '11.3', '94.5', 'right (%)'])
    assert.ok(bars.includes(`>${text}<`), `${text} in the bar chart`);
  for (const text of ['Confusion', 'cat', 'dog', 'predicted', '3', 'NaN'])
    assert.ok(cells.includes(`>${text}<`), `${text} in the heat map`);
  for (const text of ['Images', 'unit 7'])
    assert.ok(images.includes(`>${text}<`), `${text} in the image grid`);
});

test('the same numbers give the same string, however many pictures came before', async () => {
  const first = await drawAll();
  assert.equal(await drawAll(), first);
});

test('ids of different pictures differ, so that several fit into one page', async () => {
  const idsOf = (svg: string): string[] => [...svg.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]!);
  const [a, b] = [await lineChart(LINES), await lineChart(LINES.slice(0, 1))];
  assert.ok(idsOf(a).length > 0);
  assert.equal(
    idsOf(a).filter((id) => idsOf(b).includes(id)),
    [],
  );
  for (const [, id] of a.matchAll(/url\(#([^)]+)\)/g)) assert.ok(idsOf(a).includes(id!), `${id} exists`);
});

/** The points of the first path in a colour. */
function pointsOf(svg: string, color: string): [number, number][] {
  const path = [...svg.matchAll(/<path d="([^"]+)"[^>]*stroke="(#\w+)"/g)].findLast(
    (match) => match[2] === color,
  );
  assert.ok(path, `a path in ${color}`);
  return [...path![1]!.matchAll(/(-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
}

test('a linear axis is linear, and a log axis gives equal ratios equal distances', async () => {
  const values = [1, 10, 100];
  const heights = (svg: string): number[] => pointsOf(svg, '#d55e00').map(([, y]) => y);
  const [one, ten, hundred] = heights(await lineChart([{ name: 'a', values, color: '#d55e00' }]));
  assert.ok(Math.abs((one! - ten!) / (one! - hundred!) - 9 / 99) < 1e-3);
  const log = heights(await lineChart([{ name: 'a', values, color: '#d55e00' }], { y: { scale: 'log' } }));
  assert.ok(Math.abs((log[0]! - log[1]!) / (log[0]! - log[2]!) - 1 / 2) < 1e-3);
});

test('values without a place leave a gap in the curve', async () => {
  const path = async (values: number[], scale?: 'log'): Promise<string> => {
    const svg = await lineChart([{ name: 'a', values, color: '#d55e00' }], { y: scale ? { scale } : {} });
    return /<path d="([^"]+)"[^>]*stroke="#d55e00" stroke-width="2.25"/.exec(svg)![1]!;
  };
  const strokes = (d: string): number => d.match(/M/g)!.length;
  assert.is(strokes(await path([1, 2, 3, 2, 1])), 1);
  assert.is(strokes(await path([1, 2, Number.NaN, 2, 1])), 2);
  assert.is(strokes(await path([1, 2, Infinity, 2, 1])), 2);
  assert.is(strokes(await path([1, 2, 0, 2, 1], 'log')), 2);
});

test('a histogram counts every value once, the largest in the last bin', async () => {
  const outline = pointsOf(
    await histogram([0, 1, 1, 2, 2, 2, 3, 3, 3, 4], { bins: 4, color: '#d55e00' }),
    '#d55e00',
  );
  const base = Math.max(...outline.map(([, y]) => y));
  const top = [...new Set(outline.map(([x]) => x))].slice(0, 4).map((x) => {
    const heights = outline.filter(([at]) => at === x).map(([, y]) => base - y);
    return heights.at(-1)!;
  });
  const unit = top[0]!;
  assert.equal(
    top.map((height) => Math.round((10 * height) / unit) / 10),
    [1, 2, 3, 4],
  );
});

test('small multiples of lines share one vertical range', async () => {
  const panel = (name: string, values: number[]) => ({
    title: name,
    lines: [{ name, values, color: PALETTE[0] }],
  });
  const svg = await smallMultiples([panel('low', [1, 1, 1]), panel('high', [8, 8, 8])], { columns: 2 });
  const labels = [...svg.matchAll(/text-anchor="end"[^>]*>([\d.]+)</g)].map((match) => match[1]);
  assert.equal(labels.slice(0, labels.length / 2), labels.slice(labels.length / 2));
  assert.ok(labels.includes('8'));
});

test('small multiples have a legend where panels share lines or one panel has several, and none where titles name them', async () => {
  const count = async (panels: Parameters<typeof smallMultiples>[0], name: string): Promise<number> =>
    (await smallMultiples(panels)).split(`>${name}<`).length - 1;
  const [he, xavier] = [
    { name: 'He', values: [1, 2] },
    { name: 'Xavier', values: [2, 1] },
  ];
  assert.is(await count([{ title: 'step 0', lines: [he, xavier] }], 'Xavier'), 1);
  assert.is(
    await count(
      [
        { title: 'step 0', lines: [he, xavier] },
        { title: 'step 9', lines: [he, xavier] },
      ],
      'Xavier',
    ),
    1,
  );
  assert.is(
    await count(
      [
        { title: 'first', lines: [he, { ...xavier, context: true }] },
        { title: 'second', lines: [{ ...he, context: true }, xavier] },
      ],
      'Xavier',
    ),
    0,
  );
});

test('images are PNG files whose pixels hold the values', async () => {
  const svg = await imageGrid([{ pixels: [0, 1, 1, 0], height: 2, width: 2 }]);
  const bytes = Buffer.from(/base64,([^"]+)"/.exec(svg)![1]!, 'base64');
  assert.equal([...bytes.subarray(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const { inflateSync, crc32 } = await import('node:zlib');
  const at = bytes.indexOf('IDAT');
  const content = bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at - 4));
  assert.equal([...inflateSync(content)], [0, 0, 254, 0, 254, 0]);
  if (crc32)
    assert.is(
      bytes.readUInt32BE(at + 4 + content.length),
      crc32(bytes.subarray(at, at + 4 + content.length)),
    );
});

test('diverging colours are white at 0 and equally far from it on both sides', async () => {
  const svg = await imageGrid([{ pixels: [-2, 0, 1, Number.NaN], height: 1, width: 4 }], {
    colors: 'diverging',
  });
  const bytes = Buffer.from(/base64,([^"]+)"/.exec(svg)![1]!, 'base64');
  const { inflateSync } = await import('node:zlib');
  const at = bytes.indexOf('IDAT');
  const row = inflateSync(bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at - 4)));
  assert.equal([...row], [0, 0, 127, 191, 255]);
  const palette = bytes.subarray(bytes.indexOf('PLTE') + 4);
  assert.equal([...palette.subarray(3 * 127, 3 * 127 + 3)], [255, 255, 255]);
  assert.ok(svg.includes('>−2<') && svg.includes('>2<'));
});

test('series colours differ from each other until the palette is used up', () => {
  const colors = Array.from({ length: PALETTE.length }, (_, i) => seriesColor(i));
  assert.is(new Set(colors).size, PALETTE.length);
  assert.is(seriesColor(PALETTE.length), PALETTE[0]);
});

test('points are drawn one by one, with no line from one to the next, and a dot in the legend', async () => {
  const values = [1, Number.NaN, 3, 2];
  const curve = { name: 'curve', values: [1, 2, 3, 4] };
  const points = await lineChart([curve, { name: 'measured', values, points: true, color: '#d55e00' }]);
  const line = await lineChart([curve, { name: 'measured', values, color: '#d55e00' }]);
  const dots = (svg: string): number => [...svg.matchAll(/fill="#d55e00"/g)].length;
  const strokes = (svg: string): number => [...svg.matchAll(/stroke="#d55e00"/g)].length;
  assert.is(dots(points), 3 + 1, 'three values and the key');
  assert.is(strokes(points), 0);
  assert.is(dots(line), 0);
  assert.ok(strokes(line) > 0);
});
