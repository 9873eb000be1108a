/** The report: what was run, and for each mode a comparison of all networks and a section about each of them. */
import { linearFans } from 'tapegrad/init';
import { escapeXml } from 'tapegrad/plot';
import { commandText, figure, pairFigure, paragraph, partialNote, table } from '../shared/report.js';
import { swatch } from '../shared/text.js';
import { studyPage } from './html.js';
import { commandOf, type Mode, type StudyOptions } from './options.js';
import * as pictures from './pictures.js';
import type { Data, ModeResult, Run } from './study.js';
import { resultTable } from './table.js';
import * as words from './words.js';

const TITLES: Record<Mode, string> = {
  fixed: 'One batch, again and again',
  minibatch: 'Other images in every step',
};

const INSIDE_TITLES: Record<Mode, string> = {
  fixed: 'One batch: inside each network',
  minibatch: 'Other images: inside each network',
};

/** How many networks are finished, and how many the options ask for. */
export function finishedOf(
  { modes, strategies }: StudyOptions,
  results: readonly ModeResult[],
): { finished: number; planned: number } {
  return {
    finished: results.reduce((count, { runs }) => count + runs.length, 0),
    planned: modes.length * strategies.length,
  };
}

/** The page with all results. Equal options and results give equal text. */
export async function studyReport(
  options: StudyOptions,
  data: Data,
  results: readonly ModeResult[],
): Promise<string> {
  const parts = [introduction(options, data, results)];
  for (const result of results) parts.push(await modeSection(options, data, result, results));
  return studyPage('Where training starts', parts.join('\n'));
}

function introduction(options: StudyOptions, { train, test }: Data, results: readonly ModeResult[]): string {
  const { hidden, activation, lr, steps, batch, seed } = options;
  // Networks that were not finished are not spoken of.
  const strategies = options.strategies.filter((strategy) =>
    results.some(({ runs }) => runs.some((run) => run.strategy === strategy)),
  );
  const pixels = train.height * train.width;
  const sizes = [pixels, ...hidden, 10].join('–');
  const count = strategies.length;
  return [
    '<header>',
    '<p class="kicker">A study of weight initialisation</p>',
    '<h1>Where training starts</h1>',
    `<p class="lead">${count === 1 ? 'One network' : `${COUNTS[count]} networks that differ in nothing but their first weights`}, trained on handwritten digits. What the start decides, and why, can be read off their losses, their gradients and what goes on inside them.</p>`,
    stoppedNote(options, results),
    waysList({ ...options, strategies }, pixels),
    `<p class="facts">Network ${sizes}, ${activation}, softmax cross-entropy. Gradient descent with learning rate ${lr} on the mean loss of ${batch} ${batch === 1 ? 'image' : 'images'} a step, ${steps} ${steps === 1 ? 'step' : 'steps'}, float32. All biases start at 0; n and m are the numbers of inputs and outputs of a layer. MNIST: ${train.length.toLocaleString('en-US')} images to train on, ${test.length.toLocaleString('en-US')} to test. Random numbers from seed ${seed}: the random starts are the same draws, scaled differently, wherever they draw from a normal distribution. To repeat: ${commandText(commandOf(options))}</p>`,
    contents(results),
    '</header>',
  ].join('\n');
}

function stoppedNote(options: StudyOptions, results: readonly ModeResult[]): string {
  const { finished, planned } = finishedOf(options, results);
  if (finished === planned) return '';
  return partialNote(
    `the study was stopped when ${finished} of its ${planned} networks ${finished === 1 ? 'was' : 'were'} finished.`,
  );
}

/** The place of a network on the page. */
const placeOf = (mode: Mode, { strategy }: Run): string => `${mode}-${strategy.name}`;

/** Links to the sections of each mode and to each network. */
function contents(results: readonly ModeResult[]): string {
  const modes = results.map(({ mode, runs }) => {
    const links = [
      ['', `${mode}-losses`, 'The losses'],
      ['', `${mode}-gradients`, 'How much gradient each layer gets'],
      ...runs.map((run) => {
        const { label, color, dashed } = run.strategy;
        return [swatch(color, dashed), placeOf(mode, run), label];
      }),
    ];
    const items = links.map(
      ([mark, place, text]) => `<li><a href="#${place}">${mark}${escapeXml(text!)}</a></li>`,
    );
    return `<li><b><a href="#${mode}">${TITLES[mode]}</a></b><ul>${items.join('\n')}</ul></li>`;
  });
  return `<nav aria-label="Contents"><ul>${modes.join('\n')}</ul></nav>`;
}

const COUNTS = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight'];

/** Name, colour and rule of each initialisation, and the standard deviation that the rule gives in the first layer. */
function waysList({ strategies, hidden }: StudyOptions, pixels: number): string {
  const fans = linearFans(pixels, hidden[0]!);
  const rows = strategies.map(({ label, rule, color, dashed, init }) => {
    const std = /std=([\d.e-]+)/.exec(init.describe(fans))?.[1];
    const first = std && !rule.includes(std) ? ` (standard deviation ${std} in the first layer)` : '';
    return `<span>${swatch(color, dashed)}</span><dt>${escapeXml(label)}</dt><dd>${escapeXml(rule + first)}</dd>`;
  });
  return `<dl class="ways">${rows.map((row) => `<div style="display:contents">${row}</div>`).join('\n')}</dl>`;
}

async function modeSection(
  options: StudyOptions,
  data: Data,
  result: ModeResult,
  all: readonly ModeResult[],
): Promise<string> {
  const { mode, runs } = result;
  const { head, rows } = resultTable(result);
  const resultRows = table(head, rows).replace(
    /<tr>(?=<th scope="row">test accuracy)/,
    '<tr class="accuracy">',
  );
  return [
    `<section id="${mode}">`,
    `<h2>${TITLES[mode]}</h2>`,
    await opening(options, data, result),
    `<h3 id="${mode}-losses">The losses</h3>`,
    await figure((width) => pictures.lossChart(result, width), words.lossWords(result)),
    '<h3>One by one</h3>',
    await figure((width) => pictures.lossPanels(result, width), words.panelWords(result)),
    '<h3>In numbers</h3>',
    resultRows,
    paragraph(words.tableWords(result, data), 'note'),
    '<h3>Who can read digits it has not seen?</h3>',
    await figure((width) => pictures.accuracyChart(result, width), words.accuracyWords(result, data)),
    `<h3 id="${mode}-gradients">How much gradient each layer gets</h3>`,
    await figure((width) => pictures.gradientPanels(result, width), words.gradientWords(result)),
    '<h3>How many units are different</h3>',
    await figure(
      (width) => pictures.distinctChart(result, width),
      words.distinctWords(result, options.hidden),
    ),
    `<h2 id="${mode}-inside">${INSIDE_TITLES[mode]}</h2>`,
    paragraph([INSIDE]),
    ...(await Promise.all(runs.map((run) => networkSection(run, mode, options, data, all)))),
    '</section>',
  ].join('\n');
}

const INSIDE =
  'The histograms show what the hidden units put out, at the first and at the last step. Below them are weights of the first layer as images, one pixel for each input: those of the units that training has changed most. Orange raises the unit, blue lowers it.';

async function opening({ batch }: StudyOptions, { train }: Data, result: ModeResult): Promise<string> {
  if (result.mode === 'minibatch')
    return paragraph([
      `Now every step draws ${batch === 1 ? 'another image' : `${batch} other images`}, until all ${train.length.toLocaleString('en-US')} have been seen and the round starts anew. All networks see the same images in the same order.`,
    ]);
  const shown = Math.min(20, result.indices.length);
  return [
    paragraph([
      `Every step sees the same ${batch === 1 ? 'image' : `${batch} images`}. That is no way to learn to read, but it shows without any noise how the start decides the descent.`,
      ...(result.original
        ? [
            'It is the batch of the original study, whose curves for the two starts without randomness come out again here.',
          ]
        : []),
    ]),
    await figure(
      (width) => pictures.batchImages(result.indices, train, width),
      [
        `${shown === batch ? 'The batch' : `${shown} images of the batch`} with ${shown === 1 ? 'its label' : 'their labels'}.`,
        `The labels have an entropy of ${result.labelEntropy.toFixed(3)} nats; ten equally frequent labels would have ${Math.log(10).toFixed(3)}.`,
      ],
    ),
  ].join('\n');
}

async function networkSection(
  run: Run,
  mode: Mode,
  { hidden }: StudyOptions,
  { train }: Data,
  all: readonly ModeResult[],
): Promise<string> {
  const { label, color, dashed, why } = run.strategy;
  return [
    `<div class="network" id="${placeOf(mode, run)}">`,
    `<h3>${swatch(color, dashed)}${escapeXml(label)}</h3>`,
    otherMode(run, mode, all),
    paragraph([why]),
    await figure((width) => pictures.activationPanels(run, width), words.activationWords(run)),
    await pairFigure(
      (['weights', 'change'] as const).map(
        (what) => (width: number) => pictures.weightImages(run, what, train, width),
      ),
      words.weightWords(run, hidden[0]!),
    ),
    '</div>',
  ].join('\n');
}

/** A link to the network with the same start in the other mode, if there is one. */
function otherMode(run: Run, mode: Mode, all: readonly ModeResult[]): string {
  const other = all.find((result) => result.mode !== mode);
  const same = other?.runs.find(({ strategy }) => strategy === run.strategy);
  if (!other || !same) return '';
  return `<p class="also"><a href="#${placeOf(other.mode, same)}">${SAME_START[other.mode]}</a></p>`;
}

const SAME_START: Record<Mode, string> = {
  fixed: 'The same start with one batch',
  minibatch: 'The same start with other images in every step',
};
