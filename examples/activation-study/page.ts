/** The page: one file without scripts or links to anything outside. */
import { histograms, overview } from './pictures.js';
import {
  ACTIVATIONS,
  type ActivationName,
  LAYERS,
  type Run,
  STARTS,
  type StudyOptions,
  UNITS,
} from './study.js';
import { HISTOGRAM_WORDS, number } from './words.js';

/** Content width of the page, and of a telephone held upright. */
const WIDE = 736;
const NARROW = 350;

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

const LEADS: Record<ActivationName, string> = {
  sigmoid:
    'σ(z) = 1/(1 + e⁻ᶻ) squeezes every number into the range from 0 to 1. Its slope is ¼ in the middle and 0 at both ends.',
  tanh: 'Tanh squeezes into the range from −1 to 1. In the middle it is a straight line of slope 1, so small signals pass as they are.',
  relu: 'Relu lets positive numbers pass and turns the others into 0. About half of all values are 0 here; the histograms show the other half.',
};

export async function page(runs: readonly Run[], options: StudyOptions): Promise<string> {
  const sections: string[] = [];
  for (const activation of Object.keys(ACTIVATIONS) as ActivationName[])
    sections.push(
      await section(
        activation,
        runs.filter((run) => run.activation === activation),
      ),
    );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<title>What five layers do to a signal</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${introduction(options)}
${await summarySection(runs)}
${sections.join('\n')}
${tableSection(runs)}
</main>
</body>
</html>
`;
}

function introduction({ seed, inputs }: StudyOptions): string {
  const starts = STARTS.map(
    ({ name, rule, color }) =>
      `<div><dt>${swatch(color)}${escapeHtml(name)}</dt><dd>${escapeHtml(rule)}</dd></div>`,
  ).join('\n');
  return `<header>
<p class="kicker">A study of activations</p>
<h1>What five layers do to a signal</h1>
<p class="lead">Before a network has learned anything, its first weights already decide whether a signal gets through. Here nothing is trained. Numbers run through five layers, and we look at what comes out of each.</p>
<dl>${starts}</dl>
<p class="facts">${inputs.toLocaleString('en-US')} inputs of ${UNITS} numbers from N(0, 1); ${LAYERS} layers of n = ${UNITS} units, no biases. All starts use the same draws from seed ${seed}, scaled differently. To repeat: <code>npx tsx examples/activation-study/main.ts <span class="flag">--seed ${seed}</span> <span class="flag">--inputs ${inputs}</span></code></p>
</header>`;
}

async function summarySection(runs: readonly Run[]): Promise<string> {
  return `<section>
<h2>In two pictures</h2>
${await figure(
  (width) => overview(runs, 'std', 'standard deviation of a layer', width),
  [
    'How large are the activations? Equal distances upwards are equal factors, so a straight line means that every layer does the same to what it is given.',
    'Tanh and relu with standard deviation 0.01 run straight down, and relu with 1 straight up. A start is good where its line stays level: He for relu, Xavier or He for tanh.',
    'All four lines of the sigmoid look level. That is misleading, as the next picture shows.',
  ],
)}
${await figure(
  (width) => overview(runs, 'response', 'how much a unit varies from input to input', width),
  [
    'How much do the layers still say about their input? For each unit, this takes the standard deviation over the inputs alone.',
    'The sigmoid grows deaf with all four starts. Its units differ from each other, but less and less from one input to the next; the histograms below cannot tell these two apart.',
    'With relu, too, inputs look more alike after each layer, since relu leaves only positive numbers and their common mean grows. With tanh nearly all of the width is the input’s.',
  ],
)}
</section>`;
}

async function section(activation: ActivationName, runs: readonly Run[]): Promise<string> {
  const figures: string[] = [];
  for (const run of runs) {
    const { color, rule } = STARTS.find(({ name }) => name === run.start)!;
    figures.push(
      `<h3>${swatch(color)}${activation}, ${escapeHtml(run.start)} <small>${escapeHtml(rule)}</small></h3>`,
      await figure((width) => histograms(run, width), HISTOGRAM_WORDS[activation][run.start](run)),
    );
  }
  return `<section id="${activation}">
<h2>${activation.charAt(0).toUpperCase()}${activation.slice(1)}</h2>
<p>${LEADS[activation]}</p>
${figures.join('\n')}
</section>`;
}

function tableSection(runs: readonly Run[]): string {
  const head = ['', ...Array.from({ length: LAYERS }, (_, i) => `layer ${i + 1}`)];
  const rows = runs.map(({ activation, start, layers }, i) => {
    const cells = layers.map(
      ({ mean, std }) => `<td>${number(std)}<span class="mean">${number(mean).replace('-', '−')}</span></td>`,
    );
    const kind = i % STARTS.length === 0 ? ' class="first"' : '';
    return `<tr${kind}><th scope="row">${activation}, ${escapeHtml(start)}</th>${cells.join('')}</tr>`;
  });
  return `<section>
<h2>In numbers</h2>
<p>The standard deviation of each layer’s activations, and below it, small, their mean.</p>
<div class="scroll"><table>
<thead><tr>${head.map((cell) => `<th scope="col">${cell}</th>`).join('')}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table></div>
</section>`;
}

/** A picture drawn twice, since a shrunken one cannot be read, and the sentences that say what to see. */
async function figure(
  draw: (width: number) => Promise<string>,
  sentences: readonly string[],
): Promise<string> {
  return `<figure><div class="wide">${await draw(WIDE)}</div><div class="narrow">${await draw(NARROW)}</div><figcaption>${escapeHtml(sentences.join(' '))}</figcaption></figure>`;
}

/** The coloured line that stands for a start in all pictures. */
function swatch(color: string): string {
  return `<svg class="swatch" viewBox="0 0 26 8" width="26" height="8" aria-hidden="true"><path d="M1 4H25" stroke="${color}" stroke-width="4"/></svg>`;
}

const STYLE = `
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; background: #fff; color: #1f2328; font: 18px/1.6 Georgia, 'Iowan Old Style', 'Palatino Linotype', 'Liberation Serif', serif; }
main { max-width: 768px; margin: 0 auto; padding: 72px 24px 120px; }
h1, h2, h3, dl, table, .facts, .kicker { font-family: 'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', sans-serif; }
h1 { font-size: 40px; line-height: 1.12; letter-spacing: -0.02em; margin: 0 0 20px; }
h2 { font-size: 28px; line-height: 1.2; letter-spacing: -0.01em; margin: 88px 0 16px; padding-top: 28px; border-top: 3px solid #1f2328; }
h3 { font-size: 19px; line-height: 1.3; margin: 52px 0 10px; }
h3 small { font-weight: 400; font-size: 14px; color: #57606a; margin-left: 6px; }
p { margin: 0 0 16px; }
.lead { font-size: 21px; line-height: 1.5; color: #30363d; }
.kicker { font-size: 13px; letter-spacing: 0.08em; text-transform: uppercase; color: #57606a; margin: 0 0 12px; }
.facts { font-size: 14px; color: #57606a; border-left: 3px solid #d0d7de; padding-left: 14px; overflow-wrap: anywhere; }
.facts code { font-size: 13px; }
.flag { white-space: nowrap; }
dl { display: grid; grid-template-columns: 1fr 1fr; gap: 10px 28px; margin: 24px 0; font-size: 15px; }
dt { font-weight: 700; }
dd { margin: 0 0 0 36px; color: #3b424a; }
figure { margin: 14px -8px 28px; }
figcaption { padding: 0 8px; margin-top: 10px; font-size: 16px; line-height: 1.55; color: #3b424a; max-width: 696px; }
figure svg { display: block; width: 100%; height: auto; }
.narrow { display: none; }
.swatch { display: inline-block; vertical-align: middle; margin-right: 10px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; line-height: 1.35; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 7px 0 7px 10px; white-space: nowrap; }
thead th { border-bottom: 2px solid #1f2328; font-weight: 600; }
th:first-child { text-align: left; padding-left: 0; }
tbody th { font-weight: 400; vertical-align: top; }
tbody tr + tr > * { border-top: 1px solid #e6e8eb; }
tbody tr.first:not(:first-child) > * { border-top: 2px solid #8a9099; }
.mean { display: block; font-size: 11px; color: #57606a; }
@media (max-width: 700px) {
  body { font-size: 17px; }
  main { padding: 36px 20px 80px; }
  h1 { font-size: 31px; }
  h2 { font-size: 24px; margin-top: 64px; }
  h3 small { display: block; margin: 2px 0 0 36px; }
  .lead { font-size: 19px; }
  dl { grid-template-columns: 1fr; }
  figure { margin: 14px 0 28px; }
  figcaption { padding: 0; }
  .wide { display: none; }
  .narrow { display: block; }
  table { font-size: 12px; }
  th, td { padding-left: 8px; }
}
@media print { main { max-width: none; padding: 0; } figure { break-inside: avoid; } }
`;
