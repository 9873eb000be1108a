/** Each row of the tables of docs/conventions.md is what the library does, and every op has a row. */
import { readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import * as tapegrad from '../../src/index.js';
import { type Dtype, grad, hessian, type Tensor, tensor, withDefaultDtype } from '../../src/index.js';
import { registry } from '../ops/registry.js';
import { assertClose, assertThrows } from '../support/close.js';
import { suite } from '../support/suite.js';

const test = suite('conventions');

const HEAD = '| call | at x = | value | slope | second order | because |';

interface Row {
  readonly line: number;
  readonly call: string;
  readonly at: string;
  readonly value: string;
  readonly slope: string;
  readonly second: string;
  readonly because: string;
}

/** The rows of all tables with the head above. */
function rowsOf(page: string): Row[] {
  const lines = page.split('\n');
  const rows: Row[] = [];
  for (const [n, head] of lines.entries()) {
    if (head !== HEAD) continue;
    for (let at = n + 2; lines[at]?.startsWith('| '); at++) {
      const cells = lines[at]!.slice(2, -2).split(' | ');
      assert.is(cells.length, 6, `line ${at + 1} has ${cells.length} cells`);
      const [call, x, value, slope, second, because] = cells as [
        string,
        string,
        string,
        string,
        string,
        string,
      ];
      assert.match(call, /^`.+`$/, `line ${at + 1}: the call is code`);
      rows.push({ line: at + 1, call: call.slice(1, -1), at: x, value, slope, second, because });
    }
  }
  return rows;
}

/** A cell such as `[0, −∞]` as numbers, nested as it is written. */
function read(cell: string): tapegrad.NestedArray {
  return JSON.parse(cell.replaceAll('−', '-').replace(/-?∞|NaN/g, '"$&"'), (_, value) =>
    typeof value === 'string' ? Number(value.replace('∞', 'Infinity')) : value,
  );
}

const depth = (value: tapegrad.NestedArray): number => (Array.isArray(value) ? 1 + depth(value[0] ?? 0) : 0);

/** The call of a row as a function of x, with all names of the library in scope. */
function functionOf(call: string): (x: Tensor) => Tensor {
  const names = Object.keys(tapegrad);
  const run = new Function('x', ...names, `return ${call}`);
  return (x) => run(x, ...names.map((name) => tapegrad[name as keyof typeof tapegrad]));
}

function compare(actual: Tensor, cell: string, what: string): void {
  const expected = read(cell);
  const flat = ([expected] as unknown[]).flat(Number.POSITIVE_INFINITY) as number[];
  assert.is(actual.rank, depth(expected), `${what}: ${actual} has another rank than ${cell}`);
  assertClose(actual.data, flat, { relative: 1e-5, absolute: 1e-6, what });
}

function check({ call, at, value, slope, second, line }: Row, dtype: Dtype): void {
  const f = functionOf(call);
  const total = (x: Tensor): Tensor => f(x).sum();
  const x = tensor(read(at), { dtype });
  const what = (part: string): string => `line ${line}, ${part} of ${call} at ${at} in ${dtype}`;
  if (value === 'error') {
    assertThrows(() => f(x), call.slice(0, call.indexOf('(')));
    return;
  }
  compare(f(x), value, what('value'));
  if (slope !== '—') compare(grad(total)(x), slope, what('slope'));
  if (second === '—') return;
  if (depth(read(second)) > x.rank) compare(hessian(total)(x), second, what('second order'));
  else compare(grad((at: Tensor) => grad(total)(at).sum())(x), second, what('second order'));
}

const rows = rowsOf(readFileSync('docs/conventions.md', 'utf8'));

test('every row gives the value, the slope and the second order that the library gives, in both dtypes', () => {
  assert.ok(rows.length > 150, `only ${rows.length} rows were found`);
  for (const row of rows)
    for (const dtype of ['float32', 'float64'] as const) withDefaultDtype(dtype, () => check(row, dtype));
});

test('a row that is wrong in one place is noticed', () => {
  const row = rows.find(({ call, at }) => call === 'square(norm(x))' && at === '[0, 0]')!;
  const wrong: Partial<Row>[] = [
    { value: '1' },
    { value: '[0]' },
    { value: 'error' },
    { slope: '[0, 1]' },
    { second: '[[2, 0], [0, 0]]' },
    { second: '[2, 0]' },
    { second: '[[2, 0], [0, NaN]]' },
  ];
  check(row, 'float64');
  for (const part of wrong) assertThrows(() => check({ ...row, ...part }, 'float64'));
});

test('every op has a row, and every row a reason', () => {
  const missing = Object.keys(registry).filter(
    (name) => !rows.some(({ call }) => new RegExp(`(^|[^\\w.])${name}\\(`).test(call)),
  );
  assert.equal(missing, [], 'ops without a row');
  for (const { because, call } of rows) assert.ok(because.trim().length > 1, `${call} has no reason`);
  const seen = rows.map(({ call, at }) => `${call} at ${at}`);
  assert.equal(
    seen.filter((row, i) => seen.indexOf(row) < i),
    [],
    'rows that occur twice',
  );
});
