/** The report: the network, how it learned, what its filters are, and what it misreads. */
import { noGrad, type Tensor, zeros } from 'tapegrad';
import { Conv2d, type Module } from 'tapegrad/nn';
import { commandText, figure, paragraph, partialNote, reportPage, table } from '../shared/report.js';
import { calibrationOf, confusionOf, type DigitResult, digitResults, mistakesOf } from './measure.js';
import { firstConvolution, layersOf, SIDE } from './network.js';
import { commandOf, type TrainingOptions } from './options.js';
import * as pictures from './pictures.js';
import { type Data, lengthOf, type Run } from './training.js';
import * as words from './words.js';

/** The sections, by the places that the contents lead to. */
const SECTIONS = {
  network: 'The network',
  learning: 'How it learned',
  filters: 'What the filters became',
  digits: 'Digit by digit',
  mistakes: 'What it misread',
} as const;

/** The page with all results. Equal options and results give equal text. */
export async function digitReport(options: TrainingOptions, data: Data, run: Run): Promise<string> {
  const parts = [
    introduction(options, data, run),
    networkSection(run),
    await learningSection(options, data, run),
    await filterSection(run, data),
    await digitSection(run, data),
    await mistakeSection(run, data),
  ];
  return reportPage('Reading digits', parts.join('\n'));
}

function introduction(options: TrainingOptions, { train, test }: Data, run: Run): string {
  const { loss, planned, tests, network, probabilities } = run;
  const { epochs, steps, batch, lr, seed } = options;
  const wrong = mistakesOf(probabilities, test.labels).length;
  const length = steps === undefined ? words.counted(epochs, 'epoch') : words.counted(steps, 'step');
  return [
    '<header>',
    '<p class="kicker">A convolutional network on MNIST</p>',
    '<h1>Reading digits</h1>',
    `<p class="lead">A network with ${words.counted(network.countParameters(), 'parameter')} reads ${words.accuracyText(tests.at(-1)!.accuracy)} of ${test.length.toLocaleString('en-US')} handwritten digits that it has not seen before, and misreads ${wrong.toLocaleString('en-US')} of them.</p>`,
    loss.length < planned
      ? partialNote(`the training was stopped after ${loss.length} of ${words.counted(planned, 'step')}.`)
      : '',
    `<p class="facts">Softmax cross-entropy, Adam, ${words.counted(batch, 'image')} a step, ${length}, one cycle of the learning rate up to ${lr}, float32. MNIST: ${train.length.toLocaleString('en-US')} images to train on, ${test.length.toLocaleString('en-US')} to test. Random numbers from seed ${seed}. To repeat: ${commandText(commandOf(options))}</p>`,
    contents(),
    '</header>',
  ].join('\n');
}

function contents(): string {
  const items = Object.entries(SECTIONS).map(([place, title]) => `<li><a href="#${place}">${title}</a></li>`);
  return `<nav aria-label="Contents"><ul><li><ul>${items.join('\n')}</ul></li></ul></nav>`;
}

function section(place: keyof typeof SECTIONS, ...parts: string[]): string {
  return `<section id="${place}">\n<h2>${SECTIONS[place]}</h2>\n${parts.join('\n')}\n</section>`;
}

function networkSection({ network }: Run): string {
  const rows: string[][] = [];
  let shape: Tensor = zeros([1, 1, SIDE, SIDE]);
  network.eval();
  for (const layer of layersOf(network)) {
    shape = noGrad(() => layer.forward(shape));
    rows.push([
      nameOf(layer),
      shape.shape.slice(1).join(' × '),
      layer.countParameters().toLocaleString('en-US'),
    ]);
  }
  network.train();
  return section(
    'network',
    paragraph([
      `An image of ${SIDE} × ${SIDE} pixels goes through these layers from top to bottom.`,
      'Twice, filters look for patterns, pooling keeps the strongest answer of every 2 × 2 places, a norm brings the answers to one size, and a relu drops the negative ones. The last layer turns what is left into ten numbers, one for each digit, and softmax turns these into probabilities.',
    ]),
    table(['layer', 'output', 'parameters'], rows),
  );
}

function nameOf(layer: Module): string {
  const name = layer.constructor.name;
  return layer instanceof Conv2d ? `${name}, ${layer.kernelSize.join(' × ')}` : name;
}

async function learningSection(options: TrainingOptions, { train }: Data, run: Run): Promise<string> {
  const { perEpoch } = lengthOf(options, train);
  return section(
    'learning',
    '<h3>The loss</h3>',
    await figure((width) => pictures.lossChart(run, width), words.lossWords(run)),
    '<h3>The accuracy</h3>',
    await figure((width) => pictures.accuracyChart(run, width), words.accuracyWords(run, perEpoch)),
    '<h3>The learning rate</h3>',
    await figure((width) => pictures.rateChart(run, width), words.rateWords(run, options.lr)),
  );
}

async function filterSection(run: Run, { test }: Data): Promise<string> {
  const { weight, outChannels, kernelSize } = firstConvolution(run.network);
  return section(
    'filters',
    paragraph([
      `The first layer has ${outChannels} filters of ${kernelSize.join(' × ')} weights. Each is laid on every place of the image, and its answer is the sum of the pixels, each times its weight.`,
    ]),
    await figure(
      (width) => pictures.filterImages(run, 'before', width),
      ['At the start the weights are random numbers.'],
    ),
    await figure(
      (width) => pictures.filterImages(run, 'after', width),
      words.filterWords(run.filtersBefore, Float32Array.from(weight.data)),
    ),
    await figure(
      (width) => pictures.answerImages(run, test, width),
      [
        'The answers of each filter at all places of the first test image, in the order of the filters above.',
      ],
    ),
  );
}

async function digitSection({ probabilities }: Run, { test }: Data): Promise<string> {
  const confusion = confusionOf(probabilities, test.labels);
  const results = digitResults(confusion);
  const sure = calibrationOf(probabilities, test.labels);
  return section(
    'digits',
    await figure((width) => pictures.digitChart(results, width), words.digitWords(results)),
    digitTable(results),
    paragraph(['The last column is the digit that it was most often taken for, and how often.'], 'note'),
    '<h3>What is taken for what</h3>',
    await figure((width) => pictures.confusionMap(confusion, width), words.confusionWords(confusion)),
    '<h3>How sure it is</h3>',
    await figure((width) => pictures.surenessChart(sure, width), words.surenessWords(sure)),
  );
}

function digitTable(results: readonly DigitResult[]): string {
  const rows = results.map(({ digit, images, right, accuracy, takenFor }) => [
    String(digit),
    images.toLocaleString('en-US'),
    right.toLocaleString('en-US'),
    images === 0 ? '–' : words.accuracyText(accuracy),
    takenFor ? `${takenFor.digit} (${takenFor.times})` : '–',
  ]);
  return table(['digit', 'images', 'right', 'accuracy', 'mostly taken for'], rows);
}

async function mistakeSection({ probabilities }: Run, { test }: Data): Promise<string> {
  const mistakes = mistakesOf(probabilities, test.labels);
  const shown = Math.min(mistakes.length, pictures.MISTAKES_SHOWN);
  return section(
    'mistakes',
    await figure(
      (width) => pictures.mistakeImages(mistakes, test, width),
      words.mistakeWords(mistakes, shown),
    ),
  );
}
