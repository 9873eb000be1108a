/** The page of the study: introduction, pictures with their sentences, and a table. */
import { escapeXml, page } from 'tapegrad/plot';
import { swatch } from '../shared/text.js';
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

/** Widths of pictures in pixels: on the page, and on a telephone that is held upright. */
const WIDE = 736;
const NARROW = 350;

const LEADS: Record<ActivationName, string> = {
  sigmoid:
    'σ(z) = 1/(1 + e⁻ᶻ) squeezes every number into the range from 0 to 1. Its slope is ¼ in the middle and 0 at both ends.',
  tanh: 'Tanh squeezes into the range from −1 to 1. In the middle it is a straight line of slope 1, so small signals pass as they are.',
  relu: 'Relu lets positive numbers pass and turns the others into 0. About half of all values are 0 here; the histograms show the other half.',
};

export async function studyPage(runs: readonly Run[], options: StudyOptions): Promise<string> {
  const sections: string[] = [];
  for (const activation of NAMES)
    sections.push(
      await section(
        activation,
        runs.filter((run) => run.activation === activation),
      ),
    );
  const body = [introduction(options), await summarySection(runs), ...sections, tableSection(runs)];
  return page('What five layers do to a signal', body.join('\n'), { style: STYLE });
}

function introduction({ seed, inputs }: StudyOptions): string {
  const starts = STARTS.map(
    ({ name, rule, color }) =>
      `<div><dt>${swatch(color)}${escapeXml(name)}</dt><dd>${escapeXml(rule)}</dd></div>`,
  ).join('\n');
  return `<header>
<p class="kicker">A study of activations</p>
<h1>What five layers do to a signal</h1>
<p class="lead">Before a network has learned anything, its first weights already decide whether a signal gets through. Here nothing is trained. Numbers run through five layers, and we look at what comes out of each.</p>
<dl>${starts}</dl>
<p class="facts">${inputs.toLocaleString('en-US')} inputs of ${UNITS} numbers from N(0, 1); ${LAYERS} layers of n = ${UNITS} units, no biases. All starts use the same draws from seed ${seed}, scaled differently. To repeat: <code>npx tsx examples/activation-study/main.ts <span class="flag">--seed ${seed}</span> <span class="flag">--inputs ${inputs}</span></code></p>
${contents()}
</header>`;
}

const NAMES = Object.keys(ACTIVATIONS) as ActivationName[];
const titleOf = (activation: ActivationName): string =>
  activation.charAt(0).toUpperCase() + activation.slice(1);
/** `std 0.01` of relu ⇒ `relu-std-0.01`, where its histograms stand on the page. */
const placeOf = (activation: ActivationName, start: string): string =>
  `${activation}-${start.replaceAll(' ', '-')}`;

/** Links to the sections, and to the histograms of each start. */
function contents(): string {
  const columns = NAMES.map((activation) => {
    const items = STARTS.map(
      ({ name, color }) =>
        `<li><a href="#${placeOf(activation, name)}">${swatch(color)}${escapeXml(name)}</a></li>`,
    );
    return `<li><b><a href="#${activation}">${titleOf(activation)}</a></b><ul>${items.join('')}</ul></li>`;
  });
  return `<nav aria-label="Contents"><p><a href="#overview">In two pictures</a> · <a href="#numbers">In numbers</a></p><ul>${columns.join('\n')}</ul></nav>`;
}

async function summarySection(runs: readonly Run[]): Promise<string> {
  return `<section id="overview">
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
      `<h3 id="${placeOf(activation, run.start)}">${swatch(color)}${activation}, ${escapeXml(run.start)} <small>${escapeXml(rule)}</small></h3>`,
      await figure((width) => histograms(run, width), HISTOGRAM_WORDS[activation][run.start](run)),
    );
  }
  return `<section id="${activation}">
<h2>${titleOf(activation)}</h2>
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
    return `<tr${kind}><th scope="row">${activation}, ${escapeXml(start)}</th>${cells.join('')}</tr>`;
  });
  return `<section id="numbers">
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

/** A picture with the sentences under it. It is drawn twice, since a wide picture cannot be read on a telephone. */
async function figure(
  draw: (width: number) => Promise<string>,
  sentences: readonly string[],
): Promise<string> {
  return `<figure><div class="wide">${await draw(WIDE)}</div><div class="narrow">${await draw(NARROW)}</div><figcaption>${escapeXml(sentences.join(' '))}</figcaption></figure>`;
}

const STYLE = `
h2 { margin-top: 88px; }
h3 { font-size: 19px; margin: 52px 0 10px; }
h3 small { font-weight: 400; font-size: 14px; color: var(--soft-ink); margin-left: 6px; }
.facts code { font-size: 13px; }
.flag { white-space: nowrap; }
dl { font-family: var(--sans); display: grid; grid-template-columns: 1fr 1fr; gap: 10px 28px; margin: 24px 0; font-size: 15px; }
dt { font-weight: 700; }
dd { margin: 0 0 0 36px; color: var(--calm-ink); }
nav { font-size: 15px; margin: 28px 0 0; }
nav ul { margin: 0; padding: 0; list-style: none; }
nav > ul { display: grid; grid-template-columns: repeat(3, 1fr); gap: 20px 28px; }
nav b { display: block; margin-bottom: 4px; }
nav li li { border-top: 1px solid var(--hair); }
nav li li a { display: block; padding: 5px 0; text-decoration: none; }
nav li li a:hover { text-decoration: underline; }
figure { margin: 14px -8px 28px; }
figcaption { padding: 0 8px; margin-top: 10px; font-size: 16px; line-height: 1.55; color: var(--calm-ink); max-width: 696px; }
figure svg { display: block; width: 100%; height: auto; }
.swatch { display: inline-block; vertical-align: middle; margin-right: 10px; }
table { font-size: 14px; line-height: 1.35; }
th, td { text-align: right; padding: 7px 0 7px 10px; white-space: nowrap; }
thead th { border-bottom: 2px solid var(--ink); font-weight: 600; }
th:first-child { text-align: left; padding-left: 0; }
tbody th { font-weight: 400; vertical-align: top; }
tbody tr + tr > * { border-top: 1px solid var(--hair); }
tbody tr.first:not(:first-child) > * { border-top: 2px solid var(--soft-ink); }
.mean { display: block; font-size: 11px; color: var(--soft-ink); }
@media (max-width: 700px) {
  h2 { margin-top: 64px; }
  h3 small { display: block; margin: 2px 0 0 36px; }
  dl, nav > ul { grid-template-columns: 1fr; }
  nav li li a { padding: 9px 0; }
  figure { margin: 14px 0 28px; }
  figcaption { padding: 0; }
  table { font-size: 12px; }
  th, td { padding-left: 8px; }
}
`;
