/** Pictures of metrics: what stands where, and what is refused. */
import { inflateSync } from 'node:zlib';
import { random } from 'tapegrad';
import {
  calibrationChart,
  confusionChart,
  learningRateChart,
  PALETTE,
  precisionRecallChart,
  rocChart,
  THEME,
} from 'tapegrad/plot';
import { calibration, confusionMatrix, precisionRecallCurve, rocCurve } from 'tapegrad/train';
import * as assert from 'uvu/assert';
import '../support/charts.js';
import { assertClose } from '../support/close.js';
import { suite } from '../support/suite.js';

const test = suite('pictures of metrics');
const untyped = <T>(value: unknown): T => value as T;

interface Text {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly color: string;
  readonly upwards: boolean;
}

/** The texts of a picture, where they stand. */
function textsOf(svg: string): Text[] {
  return [...svg.matchAll(/<text ([^>]*)>([^<]*)<\/text>/g)].map(([, attributes, text]) => {
    const number = (name: string): number =>
      Number(new RegExp(` ${name}="([^"]*)"`).exec(attributes!)?.[1] ?? 0);
    const moved = /translate\(([-\d.]+) ([-\d.]+)\)/.exec(attributes!);
    const turned = /matrix\(0,-1,1,0,([-\d.]+),([-\d.]+)\)/.exec(attributes!);
    const [x, y] = (moved ?? turned)?.slice(1).map(Number) ?? [0, 0];
    return {
      text: text!,
      x: number('x') + x!,
      y: number('y') + y!,
      color: / fill="([^"]*)"/.exec(attributes!)![1]!,
      upwards: turned !== null,
    };
  });
}
const wordsOf = (svg: string): string[] => textsOf(svg).map(({ text }) => text);

/** The numbers in the cells, row by row. */
function cellsOf(svg: string): string[][] {
  const rows = new Map<number, Text[]>();
  const upper = textsOf(svg).find(({ text }) => text === 'predicted class')!.y;
  for (const one of textsOf(svg).filter(
    ({ text, y, color }) => y < upper - 20 && /^(&lt;)?[\d.,]+$/.test(text) && color !== THEME.softInk,
  ))
    rows.set(one.y, [...(rows.get(one.y) ?? []), one]);
  return [...rows.keys()]
    .sort((a, b) => a - b)
    .map((y) =>
      rows
        .get(y)!
        .sort((a, b) => a.x - b.x)
        .map(({ text }) => text),
    );
}

/** The points of the curve with this colour and width. */
function pathOf(svg: string, color: string, width: string): [number, number][] {
  const path = new RegExp(`<path d="([^"]+)"[^>]*stroke="${color}" stroke-width="${width}"`).exec(
    svg.slice(svg.indexOf('<g clip-path')),
  );
  assert.ok(path, `a path in ${color}`);
  return [...path![1]!.matchAll(/(-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
}

/** Turns pixels into values where both axes run from 0 to 1, by their tick labels. These stand 8 pixels left of the y axis. */
function sharesOf(svg: string): (point: readonly [number, number]) => [number, number] {
  const ends = textsOf(svg).filter(
    ({ text, color }) => (text === '0' || text === '1') && color === THEME.softInk,
  );
  const labels = Math.min(...ends.map(({ x }) => x));
  const [left, right] = [labels + 8, Math.max(...ends.map(({ x }) => x))];
  const [one, zero] = ends
    .filter(({ x }) => x === labels)
    .map(({ y }) => y)
    .sort((a, b) => a - b) as [number, number];
  return ([x, y]) => [(x - left) / (right - left), (zero - y) / (zero - one)];
}

const MATRIX = {
  counts: [
    [90, 7, 3],
    [0, 1200, 4],
    [1, 0, 1999],
  ],
};

test('the rows of a confusion chart are the true classes and its columns the predicted ones, in order', async () => {
  const svg = await confusionChart(MATRIX, { classes: ['cat', 'dog', 'cow'] });
  assert.equal(cellsOf(svg), [
    ['90', '7', '3'],
    ['0', '1,200', '4'],
    ['1', '0', '1,999'],
  ]);
  const names = textsOf(svg).filter(({ text }) => ['cat', 'dog', 'cow'].includes(text));
  assert.equal(
    names.map(({ text }) => text),
    ['cat', 'dog', 'cow', 'cat', 'dog', 'cow'],
  );
  assert.ok(names[0]!.y < names[1]!.y && names[1]!.y < names[2]!.y, 'rows from top to bottom');
  assert.ok(names[3]!.x < names[4]!.x && names[4]!.x < names[5]!.x, 'columns from left to right');
  for (const text of ['true class', 'predicted class', '% of the row'])
    assert.ok(wordsOf(svg).includes(text));
});

test('shares of the row have at most one decimal, and what is not 0 is not shown as 0', async () => {
  const counts = [
    [9996, 4],
    [1, 2],
  ];
  assert.equal(cellsOf(await confusionChart({ counts }, { normalize: true })), [
    ['100', '&lt;0.1'],
    ['33.3', '66.7'],
  ]);
  const named = wordsOf(
    await confusionChart({ counts }, { normalize: true, xLabel: 'read', yLabel: 'meant' }),
  );
  assert.ok(named.includes('read') && named.includes('meant, % of the row'));
});

test('colours are the square roots of the shares of the row, with white numbers on dark cells', async () => {
  const svg = await confusionChart({
    counts: [
      [64, 36],
      [0, 5],
    ],
  });
  const bytes = Buffer.from(/base64,([^"]+)"/.exec(svg)![1]!, 'base64');
  const at = bytes.indexOf('IDAT');
  const rows = [...inflateSync(bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at - 4)))];
  // A row of a PNG begins with its filter, 0. The roots are 0.8, 0.6, 0 and 1, times 254.
  assert.equal(rows, [0, 203, 152, 0, 0, 254]);
  const colorAt = (text: string): string => textsOf(svg).find((one) => one.text === text)!.color;
  assert.equal([colorAt('64'), colorAt('5')], ['#ffffff', '#ffffff']);
  assert.is(
    (
      await confusionChart({
        counts: [
          [99, 1],
          [0, 1],
        ],
      })
    ).match(/fill="#16191d">1</g)!.length,
    1,
  );
});

test('a class without rows is grey, has no numbers, and is explained', async () => {
  const counts = [
    [2, 0],
    [0, 0],
  ];
  const svg = await confusionChart({ counts });
  assert.equal(cellsOf(svg), [['2', '0']]);
  assert.ok(wordsOf(svg).includes('a class without rows'));
  assert.not.ok(wordsOf(await confusionChart(MATRIX)).includes('a class without rows'));
});

test('thirty classes with long names fit on a telephone: cut, upright, and without numbers', async () => {
  const counts = Array.from({ length: 30 }, (_, t) =>
    Array.from({ length: 30 }, (_, p) => (t === p ? 70 : 1)),
  );
  const classes = counts.map((_, i) => `the ${i}th class of butterflies and moths`);
  for (const width of [360, 680]) {
    const svg = await confusionChart({ counts }, { classes, width });
    const texts = textsOf(svg);
    assert.is(texts.filter(({ text, upwards }) => !upwards && text.startsWith('the ')).length, 30);
    const columns = texts.filter(({ text, upwards }) => upwards && text.startsWith('the '));
    assert.is(columns.length, width === 360 ? 15 : 30);
    assert.ok(texts.some(({ text }) => text.endsWith('…')));
    assert.is(cellsOf(svg).length, width === 360 ? 0 : 30);
    for (const { x } of texts) assert.ok(x >= 0 && x <= width, `${x}`);
  }
});

test('hundreds of classes are drawn without numbers', async () => {
  const counts = Array.from({ length: 400 }, (_, t) => new Array<number>(400).fill(0).fill(9, t, t + 1));
  const svg = await confusionChart({ counts });
  assert.ok(wordsOf(svg).includes('399'));
  assert.is(cellsOf(svg).length, 0);
});

test('the matrix of tapegrad/train is drawn as it is', async () => {
  const matrix = confusionMatrix([0, 1, 1, 2], [0, 1, 2, 2]);
  assert.equal(
    cellsOf(await confusionChart(matrix)),
    matrix.counts.map((row) => row.map(String)),
  );
});

test('bars of a calibration chart are as high as the accuracy, and gaps lead to the diagonal', async () => {
  // In quarters: none, (0.25, 0.5] with half of 2 right, (0.5, 0.75] with one of 4, (0.75, 1] with all 3.
  const found = calibration([0.3, 0.4, 0.6, 0.6, 0.7, 0.7, 0.8, 0.9, 1], [0, 1, 0, 0, 1, 0, 1, 1, 1], {
    bins: 4,
  });
  const svg = await calibrationChart(found);
  const bars = pathOf(svg, PALETTE[0], '1.25').map(sharesOf(svg));
  assertClose(
    bars.filter((_, i) => i % 4 === 1).map(([, height]) => height),
    [0.5, 0.25, 1],
    { absolute: 2e-3 },
  );
  const gaps = pathOf(svg, PALETTE[1], '3').map(sharesOf(svg));
  assertClose(gaps.flat(), [0.35, 0.5, 0.35, 0.35, 0.65, 0.25, 0.65, 0.65, 0.9, 1, 0.9, 0.9], {
    absolute: 2e-3,
  });
  // Σ count / n · |accuracy − confidence| = (2 · 0.15 + 4 · 0.4 + 3 · 0.1) / 9
  for (const text of ['2', '4', '3', 'accuracy (expected error 0.244, largest 0.4)', 'confidence'])
    assert.ok(wordsOf(svg).includes(text), text);
});

test('where counts do not fit over their bars, the axis has numbers', async () => {
  const bins = Array.from({ length: 40 }, (_, i) => ({
    from: i / 40,
    to: (i + 1) / 40,
    count: 12_345,
    confidence: (i + 0.5) / 40,
    accuracy: (i + 0.5) / 40,
  }));
  const words = wordsOf(await calibrationChart({ bins, expectedError: 0, maximumError: 0 }, { width: 360 }));
  assert.not.ok(words.includes('12,345'));
  assert.ok(words.includes('10,000') || words.includes('20,000'), words.join(' '));
});

test('a curve of precision keeps the precision of the higher recall between two points', async () => {
  // Recall 1, 1, 0.5, 0.5, 0 with precision 0.5, 2/3, 0.5, 1, 1: the example in the documentation of scikit-learn.
  const svg = await precisionRecallChart([precisionRecallCurve([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])]);
  const points = pathOf(svg, PALETTE[0], '2.25').map(sharesOf(svg));
  assertClose(points.flat(), [0, 1, 0.5, 1, 0.5, 0.5, 0.5, 2 / 3, 1, 2 / 3, 1, 0.5], { absolute: 2e-3 });
  const backwards = precisionRecallChart([{ recall: [0, 0.5, 1], precision: [1, 1, 0.5] }]);
  assert.is(await backwards, await precisionRecallChart([{ recall: [1, 0.5, 0], precision: [0.5, 1, 1] }]));
});

test('a curve of both rates is drawn with straight lines, beside a diagonal that is named', async () => {
  const svg = await rocChart([{ name: 'a model', ...rocCurve([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]) }]);
  const points = pathOf(svg, PALETTE[0], '2.25').map(sharesOf(svg));
  assertClose(points.flat(), [0, 0, 0, 0.5, 0.5, 0.5, 0.5, 1, 1, 1], { absolute: 2e-3 });
  for (const text of ['a model', 'chance', 'false positive rate', 'true positive rate'])
    assert.ok(wordsOf(svg).includes(text), text);
});

test('a curve of many thresholds has no more points than a picture can show', async () => {
  const rng = random(2);
  const labels = Array.from({ length: 20_000 }, () => rng.integer(2));
  const scores = labels.map((label) => label + rng.normal());
  const svg = await rocChart([rocCurve(scores, labels)]);
  const points = pathOf(svg, PALETTE[0], '2.25');
  assert.ok(points.length < 2500, `${points.length}`);
  assert.ok(points.length > 300, `${points.length}`);
  const whole = pathOf(
    await rocChart([rocCurve(scores.slice(0, 50), labels.slice(0, 50))]),
    PALETTE[0],
    '2.25',
  );
  assert.equal(points.at(-1), whole.at(-1), 'the last point stays');
});

const SEARCH = {
  rates: [0.001, 0.01, 0.1, 1],
  losses: [2.1, 1.5, 0.9, 3000],
  smoothed: [2, 1.5, 1, 1000],
  suggestion: 0.01,
  reason: 'the smoothed loss fell most steeply at 0.01',
};

test('the suggested rate is marked at its place on a logarithmic axis, and the reason stands below', async () => {
  const svg = await learningRateChart(SEARCH);
  const curve = pathOf(svg, PALETTE[0], '2.25');
  const mark = pathOf(svg, PALETTE[1], '2');
  assertClose([mark[0]![0], mark[1]![0]], [curve[1]![0], curve[1]![0]], { absolute: 0.2 });
  const [first, second, third] = curve.map(([x]) => x) as [number, number, number];
  assertClose([third - second], [second - first], { absolute: 0.2 });
  for (const text of ['suggestion: 0.01', SEARCH.reason, 'learning rate', 'loss'])
    assert.ok(wordsOf(svg).includes(text));
});

test('a loss that explodes leaves the picture and does not flatten it', async () => {
  const svg = await learningRateChart(SEARCH);
  // The first smoothed loss is 2 and the least 1, so the axis reaches 2 + 1.
  assert.ok(wordsOf(svg).includes('3'));
  for (const text of ['4', '5', '1,000']) assert.not.ok(wordsOf(svg).includes(text), text);
});

test('without a suggestion there is no mark, and a long reason is broken into lines', async () => {
  const reason =
    'the loss fell at no rate, so look whether the gradients reach the parameters, and start lower';
  const svg = await learningRateChart({ ...SEARCH, suggestion: null, reason }, { width: 360 });
  assert.not.match(svg, `stroke="${PALETTE[1]}"`);
  assert.not.ok(wordsOf(svg).includes(reason));
  assert.ok(wordsOf(svg).join(' ').includes(reason));
});

/** Throws unless the picture is refused with a message that contains the part. */
async function assertRefused(picture: Promise<string>, part: string): Promise<void> {
  const message = await picture.then(
    () => 'it was drawn',
    (error: Error) => error.message,
  );
  assert.ok(message.includes(part), `"${part}" in: ${message}`);
}

test('what is no metric is refused with what was expected', async () => {
  const bin = { from: 0, to: 1, count: 1, confidence: 0.5, accuracy: 1 };
  const whole = { bins: [bin], expectedError: 0.5, maximumError: 0.5 };
  for (const [picture, part] of [
    [
      () => confusionChart(untyped([[1]])),
      'confusionChart: expected an array of rows of counts, got undefined',
    ],
    [() => confusionChart(untyped(null)), 'confusionChart: expected a confusion matrix { counts }, got null'],
    [() => confusionChart({ counts: [[1, 2]] }), 'row 0 has 2 entries, expected 1: one for each class'],
    [
      () => confusionChart({ counts: [[-1]] }),
      'the count of class 0 taken for 0 is a whole number ≥ 0, got -1',
    ],
    [
      () => confusionChart({ counts: [[0.5]] }),
      'the count of class 0 taken for 0 is a whole number ≥ 0, got 0.5',
    ],
    [() => confusionChart({ counts: [[1]] }, { classes: ['a', 'b'] }), 'classes has 2 entries, expected 1'],
    [() => confusionChart({ counts: [[1]] }, untyped({ normalise: true })), 'knows no option normalise'],
    [() => calibrationChart({ ...whole, bins: [] }), 'calibrationChart: got no bins'],
    [
      () => calibrationChart({ ...whole, bins: [{ ...bin, accuracy: null }] }),
      'accuracy of bin 0 lies in [0, 1], got null',
    ],
    [
      () => calibrationChart({ ...whole, expectedError: Number.NaN }),
      'expectedError lies in [0, 1], got NaN',
    ],
    [() => precisionRecallChart([]), 'precisionRecallChart: got no curves'],
    [
      () => precisionRecallChart([{ precision: [1, 0], recall: [1] }]),
      'the precision of curve 0 has 2 entries, expected 1: one for each recall',
    ],
    [
      () => rocChart([{ truePositiveRate: [0, 2], falsePositiveRate: [0, 1] }]),
      'rocChart: the truePositiveRate of curve 0, entry 1, lies in [0, 1], got 2',
    ],
    [
      () => learningRateChart({ ...SEARCH, rates: [0.1, 0.1, 1, 2] }),
      'rate 1 is a finite number > 0.1, got 0.1',
    ],
    [() => learningRateChart({ ...SEARCH, rates: [0, 0.1, 1, 2] }), 'rate 0 is a finite number > 0, got 0'],
    [
      () => learningRateChart({ ...SEARCH, losses: [1] }),
      'losses has 1 entries, expected 4: one for each rate',
    ],
    [() => learningRateChart({ ...SEARCH, suggestion: -1 }), 'suggestion is a finite number > 0, got -1'],
    [
      () => learningRateChart({ ...SEARCH, smoothed: [Number.NaN, Number.NaN, Number.NaN, Number.NaN] }),
      'line "smoothed" holds no finite number',
    ],
  ] as [() => Promise<string>, string][])
    await assertRefused(picture(), part);
});
