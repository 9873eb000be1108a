import * as assert from 'uvu/assert';
import { type GradcheckReport, gradcheck } from '../../../src/check/index.js';
import { reportHtml, reportSvg } from '../../../src/check/picture.js';
import { drawCells, select } from '../../../src/check/report/picture/heatmap.js';
import { apply, defineOp, type NDArray, randn, random, type Tensor, tensor } from '../../../src/index.js';
import { PALETTE } from '../../../src/plot/index.js';
import { suite } from '../../support/suite.js';

const test = suite('the picture of a check');

const SCALED = defineOp({
  name: 'scaled',
  forward: ([x]: [NDArray]) => ({ data: x.data.map((v) => v ** 3), shape: x.shape }),
  save: ({ inputs: [x] }) => ({ x }),
  vjp: [(g, { x }) => g.mul(x.square())],
});
/** x³ whose rule has lost its 3. */
const lost = (x: Tensor): Tensor => apply(SCALED, [x]);
const wrong = (): GradcheckReport => gradcheck(lost, tensor([1, -2]), { names: ['x'] });

/** All texts of a picture in the order in which they are drawn. */
const textsIn = (svg: string): string[] =>
  Array.from(svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g), ([, text]) => text!);

/** Throws unless tags are closed in the order in which they were opened. */
function assertWellFormed(svg: string): void {
  const open: string[] = [];
  for (const [, end, name, empty] of svg.matchAll(/<(\/?)([A-Za-z]+)(?:\s+[\w:-]+="[^"<]*")*\s*(\/?)>/g))
    if (end) assert.is(open.pop(), name);
    else if (!empty) open.push(name!);
  assert.equal(open, []);
  assert.not.match(svg.replace(/<(\/?)([A-Za-z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g, ''), /[<>]/);
  assert.not.match(svg, /NaN|undefined|\bnull\b/);
}

test('both Jacobians and their difference are there in numbers, the first two in one range of colours', async () => {
  const texts = textsIn(await reportSvg(wrong()));
  assert.is(texts[0], 'Gradient of lost for x [2]: wrong');
  const cells = (title: string): string[] => texts.slice(texts.indexOf(title) + 1).slice(0, 4);
  // The Jacobian of x³ at 1 and −2 is the diagonal of 3 and 12; the rule gives a third of it.
  assert.equal(cells('backward()'), ['1', '0', '0', '4']);
  assert.equal(cells('differences'), ['3', '0', '0', '12']);
  assert.equal(cells('error'), ['−2', '0', '0', '−8']);
  assert.equal(
    texts.filter((text) => text.startsWith('±')),
    ['±12', '±8'],
  );
  for (const label of ['outputs [2]', 'inputs: elements of x']) assert.ok(texts.includes(label), label);
});

test('colours tell sign and size: full at the range, paler below, none at zero, grey for what is no number', () => {
  const values = [2, -1, 0, Number.NaN];
  const drawn = drawCells(values, { rows: 1, columns: 4, left: 0, top: 0, width: 10, height: 10 }, 2);
  const fills = Array.from(
    drawn.matchAll(/x="(\d+)"[^>]* fill="(#\w+)"(?: fill-opacity="([\d.]+)")?/g),
    (m) => m.slice(1),
  );
  assert.equal(fills.slice(1), [
    ['0', PALETTE[1], undefined],
    ['10', PALETTE[0], '0.5'],
    ['30', '#b9bec5', undefined],
  ]);
});

test('the worst entry is outlined in all three maps, and named', async () => {
  const svg = await reportSvg(wrong());
  assert.is(svg.match(/fill="none" stroke="#1f2328" stroke-width="1.75"/g)?.length, 3);
  const text = textsIn(svg).join(' ');
  assert.match(text, 'Outlined, the worst: x[1] → output [1], backward() gave 4, differences 12');
  const right = await reportSvg(gradcheck((x) => x.exp(), tensor([1, 2])));
  assert.not.match(right, /stroke-width="1.75"|Outlined/);
});

test('of a large Jacobian each block shows its largest error', () => {
  const errors = new Float64Array(100 * 2);
  errors[51 * 2 + 1] = -7;
  const { rows, columns, block, picked } = select(100, 2, (at) => Math.abs(errors[at]!));
  assert.equal([rows, columns, block], [34, 2, [3, 1]]);
  assert.is(picked.length, 68);
  assert.is(errors[picked[17 * 2 + 1]!], -7);
  assert.is(picked.filter((at) => errors[at] !== 0).length, 1);
});

test('the curve marks the step that was used and what is accepted, for a right and for a wrong gradient', async () => {
  const right = gradcheck((x) => x.exp(), tensor([1]));
  for (const report of [right, wrong()]) {
    const texts = textsIn(await reportSvg(report));
    for (const label of ['|differences − backward()|', 'step that was used, 7e−6', 'accepted'])
      assert.ok(texts.includes(label), label);
    assert.ok(texts.some((text) => text.startsWith('← rounding') && text.endsWith('truncation →')));
  }
  const float32 = gradcheck((x) => x.exp(), tensor([1]), { dtype: 'float32' });
  assert.ok(textsIn(await reportSvg(float32)).includes('step that was used, 0.006'));
  const coarse = gradcheck((x) => x.exp(), tensor([1]), { eps: 1e-4, relative: 1e-3 });
  assert.ok(textsIn(await reportSvg(coarse)).includes('step that was used, 1e−4'));
});

test('a gradient that is exact at every step gets a sentence for a curve', async () => {
  const texts = textsIn(await reportSvg(gradcheck((x) => x.mul(2), tensor([1, 2])))).join(' ');
  assert.match(texts, 'With every step the differences give what backward() gives, to the last digit.');
  assert.match(texts, 'all are 0');
});

test('along random directions the slopes of both sides are bars, and there is a curve', async () => {
  const report = gradcheck(lost, tensor([1, -2, 0.5]), { mode: 'directions' });
  const texts = textsIn(await reportSvg(report));
  assert.match(texts.join(' '), 'Random directions were checked, for which there is no Jacobian to draw.');
  for (const { index, analytic } of report.failures) {
    assert.ok(texts.includes(`direction ${index[0]! + 1}`));
    assert.ok(texts.includes(String(Number(analytic.toPrecision(4)))), `${texts} ${analytic}`);
  }
  assert.ok(texts.includes('That direction seen with other steps'));
});

test('every verdict has a picture, whatever there is to show', async () => {
  let runs = 0;
  const reports: Record<string, GradcheckReport> = {
    'not finite': gradcheck((x) => x.log(), tensor([-1, 2])),
    'not deterministic': gradcheck((x) => x.mul(runs++), tensor([1])),
    vacuous: gradcheck((x) => x.softmax().sum(), tensor([1, 2])),
    kink: gradcheck((x) => x.relu(), tensor([0, 1])),
    correct: gradcheck((x) => x.exp(), tensor([])),
  };
  const shown: Record<string, string> = {
    'not finite': 'choose inputs inside its domain',
    'not deterministic': 'two runs of the function',
    vacuous: 'any rule that gives zero here would agree',
    kink: 'One entry sits on a kink',
    correct: 'There are no entries',
  };
  for (const [verdict, report] of Object.entries(reports)) {
    assert.is(report.verdict, verdict);
    const svg = await reportSvg(report);
    assert.match(textsIn(svg).join(' '), shown[verdict]!);
    assertWellFormed(svg.replaceAll(/\bNaN\b(?= at output)/g, 'no number'));
    assert.match(await reportHtml(report), `: ${verdict}</p>`);
  }
});

test('slopes that are zero but for rounding are drawn white', async () => {
  const svg = await reportSvg(gradcheck((x) => x.softmax().sum(), tensor([1, 2, 0.3])));
  assert.not.match(svg, `fill="${PALETTE[0]}"`);
  assert.not.match(svg, `fill="${PALETTE[1]}"`);
});

test('pictures and pages are the same each time, well formed, and no wider than they were asked to be', async () => {
  const draw = (): GradcheckReport =>
    gradcheck((a, b) => a.matmul(b).tanh(), [randn([2, 3], random(1)), randn([3, 40], random(2))], {
      names: ['a <&>', 'b'],
    });
  assert.is(await reportSvg(draw(), 0), await reportSvg(draw(), 0));
  assert.is(await reportHtml(draw()), await reportHtml(draw()));
  for (const width of [350, 736]) {
    const svg = await reportSvg(draw(), 1, width);
    assertWellFormed(svg);
    assert.match(svg, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} `);
    for (const [, x, extent] of svg.matchAll(/<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/g))
      assert.ok(Number(x) + Number(extent) <= width, `${x} + ${extent}`);
  }
  assert.match(await reportSvg(draw(), 0), 'a &#60;&#38;&#62;');
});

test('without a number reportSvg shows an input that fails; one that does not exist is refused', async () => {
  const report = gradcheck((a, b) => a.add(lost(b)), [tensor([1]), tensor([2])]);
  assert.is(textsIn(await reportSvg(report))[0], 'Gradient of the function for b [1]: wrong');
  let message = '';
  await reportSvg(report, 2).catch((error: Error) => (message = `${error.name}: ${error.message}`));
  assert.match(message, 'ArgumentError: reportSvg: there is no input 2; the report has 2, counted from 0');
});

test('a page needs nothing from outside, and holds the text and every input, for a wide and for a narrow screen', async () => {
  const report = gradcheck((a, b) => a.mul(b.exp()), [tensor([1, 2]), tensor([3, 4])], { order: 2 });
  const html = await reportHtml(report);
  const escaped = String(report).replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
  assert.ok(html.includes(escaped));
  // Two inputs of f; for the second order those and the incoming gradient.
  assert.is(report.next!.inputs.length, 3);
  assert.is(html.match(/<div class="(wide|narrow)"><svg /g)?.length, 2 * (2 + 3));
  assert.match(html, 'b [2] (derivative of order 2): correct');
  assert.not.match(html, /<script|<link|<img|url\(http|@import|undefined/);
});
