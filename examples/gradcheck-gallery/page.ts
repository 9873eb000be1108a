/** The page of the gallery: a list of the exhibits, and a section for each. */
import { readFileSync } from 'node:fs';
import type { GradcheckReport, Kink } from 'tapegrad/check';
import { reportSvg } from 'tapegrad/check/picture';
import { escapeXml, page } from 'tapegrad/plot';
import { diagnosisOf, type Exhibit, type Finding, largestGap, type View } from './exhibit.js';
import { rightReport } from './gallery.js';
import { STYLE } from './style.js';
import { headline, whom } from './words.js';

export async function galleryPage(findings: readonly Finding[]): Promise<string> {
  const mistakes = findings.filter(({ exhibit }) => !exhibit.blind);
  const classics = findings.filter(({ exhibit }) => exhibit.blind);
  const body = `<header>
<p class="kicker">tapegrad/check</p>
<h1>A gallery of wrong gradients</h1>
<p class="lead">A wrong gradient rarely crashes. The network trains, a little worse than it could, and nobody knows. Here are ${words(mistakes.length)} that people really write, each in an op of its own, and what the checker makes of them; then ${words(classics.length)} checks that look thorough and see nothing.</p>
${contents([...mistakes, ...classics])}
${await howToRead()}
</header>
${await sections(mistakes, 1)}
<h2 class="part" id="classics">Two checks that see nothing</h2>
<p class="partlead">An error can also sit in the check. In both of these a wrong rule agrees with the differences to the last digit, for a reason that has nothing to do with its being right.</p>
${await sections(classics, mistakes.length + 1)}`;
  return page('A gallery of wrong gradients', body, { style: STYLE });
}

const WORDS = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
const words = (count: number): string => WORDS[count] ?? String(count);

async function howToRead(): Promise<string> {
  return `<div class="columns reading">
<aside><p><strong>How to read the pictures.</strong> Here is one of a gradient that is right. A row is an output, a column an element of the input, and a cell says how much that output changes with that element: blue below zero, orange above. The first map is what backward() gives; the second what differences of the op’s own values give, in the same colours; the third is the first minus the second, in colours of its own.</p>
<p>Underneath is the worst cell again, as other steps of the differences would have seen it. To the right the steps are too wide and the curvature of the function gets in (truncation), to the left so small that the last digits drown (rounding). In between, the curve of a right gradient dips far below what is accepted. That of a wrong one is level, since no step makes its error go away.</p></aside>
<figure>${await reportSvg(rightReport(), 0)}</figure>
</div>`;
}

function contents(findings: readonly Finding[]): string {
  const rows = findings.map(
    (finding, i) =>
      `<li><b>${i + 1}</b><a href="#${finding.exhibit.name}">${escapeXml(finding.exhibit.title)}</a><span>${escapeXml(headline(finding))}</span></li>`,
  );
  return `<nav><ol>${rows.join('\n')}</ol></nav>`;
}

async function sections(findings: readonly Finding[], first: number): Promise<string> {
  const done: string[] = [];
  for (const [i, finding] of findings.entries()) done.push(await section(finding, first + i));
  return done.join('\n');
}

async function section(finding: Finding, number: number): Promise<string> {
  const { exhibit, report, missed } = finding;
  const { name, title, words: paragraph, input } = exhibit;
  const outcome =
    missed.length === 0 ? '' : `<p class="missed">Not caught: ${escapeXml(missed.join('; '))}</p>`;
  return `<section id="${name}">
<h2><span class="number">${number}</span>${escapeXml(title)}</h2>
${outcome}<div class="columns">
<div class="text">
<p>${escapeXml(paragraph)}</p>
${code(exhibit)}
${await blindView(finding)}${said(report, input)}
${alsoView(finding)}</div>
<figure>${await reportSvg(report, input)}</figure>
</div>
</section>`;
}

/** The code of the op as its file has it, with the mistake marked. */
function code(exhibit: Exhibit): string {
  const { name, mistake, right } = exhibit;
  const source = opSource(name);
  const at = source.indexOf(mistake);
  if (at < 0) throw new Error(`exhibits/${name}.ts does not contain the mistake ${mistake}`);
  const marked = `${escapeXml(source.slice(0, at))}<mark>${escapeXml(mistake)}</mark>${escapeXml(source.slice(at + mistake.length))}`;
  return `<pre class="code"><code>${marked}</code></pre>
<p class="right">Instead of what is marked: <code>${escapeXml(right)}</code></p>`;
}

/** The part of an exhibit's file between the imports and the description. */
function opSource(name: string): string {
  const text = readFileSync(new URL(`exhibits/${name}.ts`, import.meta.url), 'utf8');
  const start = text.lastIndexOf('\nimport ');
  return text.slice(text.indexOf(';\n', start) + 2, text.indexOf('export const exhibit')).trim();
}

function said(report: GradcheckReport, input: number): string {
  const sentences = diagnosisOf(report, input).split('\n').filter(Boolean);
  const kinks = report.inputs[input]!.kinks.map(aboutKink);
  const diagnosis = sentences.length > 0 ? [...sentences, ...kinks] : [worstOf(report, input)];
  const [culprit] = report.culprits;
  const blame = culprit
    ? `<p class="blame">At fault: <strong>${escapeXml(whom(culprit))}</strong>, the rule for input ${culprit.input}.</p>`
    : '';
  return `<div class="said">
<p class="kicker">The checker says</p>
<p class="verdict">${report.verdict}</p>
${diagnosis.map((sentence) => `<p class="diagnosis">${escapeXml(sentence)}</p>`).join('\n')}
${blame}
<details><summary>The whole report</summary><pre>${escapeXml(String(report))}</pre></details>
</div>`;
}

/** The worst entry, for a mistake without a pattern. */
function worstOf({ inputs }: GradcheckReport, input: number): string {
  const { name, worst } = inputs[input]!;
  return `at ${name}[${worst!.index.join(', ')}] backward() gave ${worst!.analytic.toPrecision(4)}, differences ${worst!.numeric.toPrecision(4)}`;
}

function aboutKink({ index, left, right, analytic, accepted }: Kink): string {
  return `a kink at [${index.join(', ')}]: slopes ${left.toPrecision(2)} from the left and ${right.toPrecision(2)} from the right; backward() gave ${analytic}, ${accepted ? 'in between' : 'outside both'}`;
}

async function blindView({ exhibit: { blind: view }, blind: report }: Finding): Promise<string> {
  if (!view || !report) return '';
  return `<div class="said blind">
<p class="kicker">The blind check</p>
${call(view)}
<p class="verdict">${report.verdict}</p>
<p class="diagnosis">largest difference between the two sides: ${exponential(largestGap(report))}</p>
<p>${escapeXml(view.words)}</p>
<div class="small">${await reportSvg(report, 0)}</div>
</div>
`;
}

function alsoView({ exhibit: { also: view }, also: report }: Finding): string {
  if (!view || !report) return '';
  return `<div class="said">
<p class="kicker">And without a Jacobian</p>
${call(view)}
<p class="verdict">${report.verdict}</p>
<p>${escapeXml(view.words)}</p>
</div>
`;
}

const exponential = (value: number): string => (value === 0 ? '0' : value.toExponential(0).replace('-', '−'));

const call = ({ code: text }: View): string => `<pre class="call"><code>${escapeXml(text)}</code></pre>`;
