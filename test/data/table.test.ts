/** Tables as a parser of CSV gives them, and what is no number. */
import Papa from 'papaparse';
import * as assert from 'uvu/assert';
import {
  DataLoader,
  randomSplit,
  type TableOptions,
  type TableRows,
  tableDataset,
} from '../../src/data/index.js';
import { random } from '../../src/index.js';
import { assertSame, assertThrows } from '../support/close.js';
import { fc, property } from '../support/property.js';
import { suite } from '../support/suite.js';

const test = suite('tables');
const parse = (text: string): string[][] => Papa.parse<string[]>(text, { skipEmptyLines: true }).data;

const FLOWERS = `length,width,colour,species
5.1,3.5,red,setosa
 7 ,3.2,blue,versicolor
6.3,3.3,red,"virginica, wild"
4.9,-3e-1,green,setosa
`;
const flowers = parse(FLOWERS);
const numeric = [
  ['a', 'b', 'y'],
  ['1', '2', '3'],
  ['4', '5', '6'],
];
const refused = (rows: unknown, options: TableOptions, ...parts: string[]): void => {
  assertThrows(
    () => tableDataset(rows as TableRows, options as { target: string }),
    'tableDataset: ',
    ...parts,
  );
};
/** A table of one column with one cell. */
const cell = (value: unknown): TableRows => [['a'], [value as string]];

test('a CSV text becomes features, one-hot categories and classes', () => {
  const { dataset, columns, classes, categories } = tableDataset(flowers, {
    target: 'species',
    classes: true,
    categories: { colour: true },
  });
  assert.equal(columns, ['length', 'width', 'colour=blue', 'colour=green', 'colour=red']);
  assert.equal(
    [classes, categories],
    [['setosa', 'versicolor', 'virginica, wild'], { colour: ['blue', 'green', 'red'] }],
  );
  assert.equal(dataset.labels, Int32Array.of(0, 1, 2, 0));
  assertSame(
    dataset.x.data,
    [...[5.1, 3.5, 0, 0, 1], ...[7, 3.2, 1, 0, 0], ...[6.3, 3.3, 0, 0, 1], ...[4.9, -0.3, 0, 1, 0]].map(
      Math.fround,
    ),
  );
});

test('a target of numbers becomes a column, and without a target there are no labels', () => {
  const { dataset, columns, classes } = tableDataset(numeric, { target: 'y', dtype: 'float64' });
  assert.equal(
    [dataset.x.toArray(), dataset.labels.toArray()],
    [
      [
        [1, 2],
        [4, 5],
      ],
      [[3], [6]],
    ],
  );
  assert.equal(
    [columns, classes, dataset.x.dtype, dataset.labels.dtype],
    [['a', 'b'], [], 'float64', 'float64'],
  );
  const { dataset: alone } = tableDataset(numeric);
  assert.equal([Object.keys(alone), alone.x.shape], [['x'], [2, 3]]);
});

test('features are chosen and ordered by name', () => {
  const { dataset, columns } = tableDataset(numeric, { target: 'a', features: ['y', 'b'] });
  assert.equal(
    [dataset.x.toArray(), columns],
    [
      [
        [3, 2],
        [6, 5],
      ],
      ['y', 'b'],
    ],
  );
});

test('objects and lists of the same table give the same dataset', () => {
  const options = { target: 'species', classes: true, categories: { colour: true } } as const;
  const records = Papa.parse<Record<string, string>>(FLOWERS, { header: true, skipEmptyLines: true }).data;
  const typed = Papa.parse<Record<string, string | number>>(FLOWERS, {
    header: true,
    skipEmptyLines: true,
    dynamicTyping: true,
  }).data;
  const headless = tableDataset(flowers.slice(1), { ...options, header: flowers[0]! });
  for (const table of [tableDataset(records, options), tableDataset(typed, options), headless])
    assert.equal(JSON.stringify(table), JSON.stringify(tableDataset(flowers, options)));
});

test('classes are in the order of the list, or sorted, whatever the order of the rows', () => {
  const table = (names: string[]): TableRows => [['x', 'name'], ...names.map((name) => ['1', name])];
  const classesOf = (names: string[]) =>
    tableDataset(table(names), { target: 'name', classes: true }).classes;
  assert.equal(classesOf(['b', 'a', 'B', 'b']), ['B', 'a', 'b']);
  assert.equal(classesOf(['10', '9', '-1', '2.5']), ['-1', '2.5', '9', '10']);
  assert.equal(classesOf(['10', '9', 'x']), ['10', '9', 'x']);
  const given = tableDataset(table(['no', 'yes']), { target: 'name', classes: ['yes', 'no', 'perhaps'] });
  assert.equal(
    [given.classes, [...given.dataset.labels]],
    [
      ['yes', 'no', 'perhaps'],
      [1, 0],
    ],
  );
  refused(
    table(['yes', 'Yes']),
    { target: 'name', classes: ['yes'] },
    "line 3, column 'name': 'Yes' is none of 'yes'",
  );
});

test('every decimal number is read, and nothing else', () => {
  property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
    const { data } = tableDataset(cell(String(value)), { dtype: 'float64' }).dataset.x;
    return Object.is(data[0], value === 0 ? value + 0 : value);
  });
  for (const [text, value] of [
    ['1.', 1],
    ['.5', 0.5],
    ['+2', 2],
    ['1E3', 1000],
    ['  -4 ', -4],
    ['007', 7],
  ] as const)
    assertSame(tableDataset(cell(text)).dataset.x.data, [value]);
  for (const text of [
    '0x10',
    'NaN',
    'Infinity',
    '1 000',
    '1_000',
    '1e',
    '.',
    '-',
    '12px',
    '１',
    '−5',
    'true',
    '1.2.3',
  ])
    refused(
      cell(text),
      {},
      `line 2, column 'a': '${text}' is no number; a feature of names belongs in categories`,
    );
  for (const value of [true, Number.NaN, Infinity])
    refused(cell(value), {}, `column 'a': ${value} is no number`);
  refused(cell('1,5'), {}, "'1,5' is no number; expected a decimal point in the place of the comma");
  refused(cell([]), {}, "line 2, column 'a' is an array; expected a text or a number");
});

test('numbers that the dtype cannot hold are refused', () => {
  refused(cell('1e400'), { dtype: 'float64' }, "'1e400' is too large for float64");
  refused(cell('-1e400'), {}, "'-1e400' is too large for float64");
  refused(cell('1e39'), {}, "'1e39' is too large for float32; pass dtype: 'float64'");
  refused(cell(1e39), {}, '1e+39 is too large for float32');
  assertSame(tableDataset(cell('1e39'), { dtype: 'float64' }).dataset.x.data, [1e39]);
});

const gaps: TableRows = [
  ['a', 'b', 'name'],
  ['1', '5', 'x'],
  ['', ' ', 'y'],
  ['NA', '7', 'x'],
  ['6', '0', '?'],
];

test('missing numbers are refused by line and column, or filled', () => {
  const features = ['a', 'b'];
  refused(gaps, { features }, "line 3, column 'a' is empty; fill it by missing: 'mean' or a number");
  refused(gaps, { features, missing: 'mean' }, "line 4, column 'a': 'NA' is no number");
  const filled = (missing: 'mean' | number) =>
    tableDataset(gaps, { features, missing, naValues: ['NA', '?'] }).dataset.x.data;
  assertSame(filled('mean'), [1, 5, 3.5, 4, 3.5, 7, 6, 0]);
  assertSame(filled(-1), [1, 5, -1, -1, -1, 7, 6, 0]);
  refused(cell(null), { missing: 'mean' }, "column 'a' has no number, and hence no mean");
  assertSame(tableDataset(cell(undefined), { missing: 3 }).dataset.x.data, [3]);
});

test('what fills a gap is a finite number that the dtype can hold, also where there is no gap', () => {
  for (const rows of [cell(null), cell(1)]) {
    for (const missing of [Number.NaN, Infinity, -Infinity])
      refused(rows, { missing }, `missing is 'refuse', 'mean' or a finite number, got ${missing}`);
    refused(rows, { missing: -1e39 }, "missing is -1e+39, too large for float32; pass dtype: 'float64'");
    assert.ok(tableDataset(rows, { missing: 3e38 }).dataset.x.data.every(Number.isFinite));
  }
  assertSame(tableDataset(cell(null), { missing: 1e39, dtype: 'float64' }).dataset.x.data, [1e39]);
});

test('a mean is refused where the sum is too large, and needed only where there is a gap', () => {
  const column = (...cells: (number | null)[]): TableRows => [['a'], ...cells.map((one) => [one])];
  const options = { missing: 'mean', dtype: 'float64' } as const;
  refused(
    column(1e308, null, 1.5e308),
    options,
    "the sum of column 'a' is too large for float64",
    'fill gaps by missing: a number',
  );
  assertSame(tableDataset(column(1e308, 1.5e308), options).dataset.x.data, [1e308, 1.5e308]);
  // The largest numbers of float32 are far from the largest sum, and the mean lies between them.
  const largest = 2 ** 128 - 2 ** 104;
  assertSame(tableDataset(column(largest, null, largest), { missing: 'mean' }).dataset.x.data, [
    largest,
    largest,
    largest,
  ]);
});

test('a missing target or category is refused even where numbers are filled', () => {
  const more = { missing: 'mean', naValues: ['NA', '?'] } as const;
  refused(gaps, { target: 'a', features: ['b'], ...more }, "line 3, column 'a' is empty");
  refused(
    gaps,
    { target: 'name', classes: true, ...more },
    "line 5, column 'name' is empty; give what is unknown a name",
  );
  refused(
    gaps,
    { features: ['name'], categories: { name: true }, ...more },
    "line 5, column 'name' is empty",
  );
  // Without naValues a question mark is a name like any other.
  assert.equal(tableDataset(gaps, { features: ['name'], categories: { name: true } }).columns, [
    'name=?',
    'name=x',
    'name=y',
  ]);
});

test('rows of another length and wrong headers are refused', () => {
  refused([['a', 'b'], ['1', '2'], ['3']], {}, 'line 3 has 1 cells and the header 2');
  // A parser that does not skip empty lines gives one at the end.
  refused(Papa.parse('a,b\n1,2\n').data, {}, 'line 3 has 1 cells', 'tell the parser to skip them');
  refused(
    [
      ['a', ' a'],
      ['1', '2'],
    ],
    {},
    "the header has 'a' twice",
  );
  refused([['a']], {}, 'the table has no rows');
  refused([], {}, 'the table has no rows');
  refused([['a'], { a: 1 }], {}, 'row 1 is an object; expected a list of cells');
  refused([{ a: 1 }, null], {}, 'row 1 is null; expected an object');
  refused([{ a: 1 }, { b: 1 }], {}, "line 3, column 'a' is empty");
  refused([{ a: 1 }], { header: ['a'] }, 'header is for rows that are lists');
  refused('a,b', {}, 'expected the rows of a table');
  assert.equal(tableDataset(parse('\uFEFFa,b\r\n1,2\r\n')).columns, ['a', 'b']);
});

test('options that do not fit the table, or one another, are refused', () => {
  refused(numeric, { target: 'z' }, "there is no column 'z'; the header has 'a', 'b', 'y'");
  refused(numeric, { features: ['a', 'c'] }, "there is no column 'c'");
  refused(numeric, { target: 'y', features: ['a', 'y'] }, "'y' is the target and among the features");
  refused(numeric, { features: [] }, 'there are no features');
  refused(numeric, { classes: true }, 'classes needs target');
  refused(numeric, { features: ['a'], categories: { b: true } }, "categories has 'b', which is no feature");
  refused(numeric, { features: ['a', 'a'] }, "features has 'a' twice");
  refused(numeric, { target: 'y', classes: ['p', 'p'] }, "classes has 'p' twice");
  refused(numeric, { categories: { a: 'b' as never } }, 'expected categories.a as a list of strings');
  refused(
    numeric,
    { missing: 'median' as never },
    "missing is 'refuse', 'mean' or a finite number, got 'median'",
  );
});

test('the dataset is split and loaded, and test rows take over the names of the training rows', () => {
  const options = { target: 'species', categories: { colour: true } } as const;
  const table = tableDataset(flowers, { ...options, classes: true });
  const [train, rest] = randomSplit(table.dataset, [3, 1], { rng: random(0) });
  assert.equal(
    [...new DataLoader(train, { batchSize: 2 })].map(({ x }) => x.shape),
    [
      [2, 5],
      [1, 5],
    ],
  );
  assert.is(rest.labels.length, 1);
  const { classes, categories } = table;
  const later = parse('species,width,length,colour\nversicolor,1,2,red');
  const { dataset, columns } = tableDataset(later, {
    ...options,
    classes,
    categories,
    features: ['length', 'width', 'colour'],
  });
  assert.equal([columns, dataset.x.toArray(), [...dataset.labels]], [table.columns, [[2, 1, 0, 0, 1]], [1]]);
});
