/**
 * The sentences under the pictures. Each number in them is measured, and each claim is made only if the measurements
 * support it, so that the sentences are true for other flags as well.
 */
import { mean } from '../shared/curves.js';
import { listed, number, percent } from '../shared/text.js';
import { largestShare, norm, rms, zeroShare } from './measure.js';
import type { Data, ModeResult, Run, Snapshot } from './study.js';

const labelsOf = (runs: readonly Run[]): string => listed(runs.map(({ strategy }) => strategy.label));
const finite = ({ loss }: Run): boolean => loss.every(Number.isFinite);

/** The loss of the last step, or if each step has other images, the mean over the last steps. */
function finalLoss({ mode }: ModeResult, { loss }: Run): number {
  return mode === 'fixed' ? loss.at(-1)! : mean(loss.slice(-Math.min(50, loss.length)));
}

/** A network has learned only the frequencies of the labels if its loss is this close to their entropy. */
const PLATEAU = { fixed: 0.02, minibatch: 0.05 };

/** The runs that have learned only the frequencies of the labels. */
export function stuckRuns(result: ModeResult): Run[] {
  return result.runs.filter(
    (run) => finite(run) && Math.abs(finalLoss(result, run) - result.labelEntropy) < PLATEAU[result.mode],
  );
}

/** The sentences under the picture of all losses. */
export function lossWords(result: ModeResult): string[] {
  const { runs, mode, labelEntropy } = result;
  const ranked = runs.filter(finite).sort((a, b) => finalLoss(result, a) - finalLoss(result, b));
  const where = mode === 'fixed' ? `at step ${runs[0]!.loss.length - 1}` : 'over the last steps';
  const sentences: string[] = [];
  if (ranked.length > 1)
    sentences.push(
      `From the lowest loss ${where} to the highest: ${listed(ranked.map((run) => `${run.strategy.label} (${number(finalLoss(result, run))})`))}.`,
    );
  const stuck = stuckRuns(result);
  if (stuck.length > 0)
    sentences.push(
      `${labelsOf(stuck)} ${stuck.length === 1 ? 'ends' : 'end'} at the flat level of ${labelEntropy.toFixed(3)}: the entropy of the labels, which is the best a network can do that gives the same answer to every image.`,
    );
  for (const run of runs) sentences.push(...spikeWords(run));
  return sentences;
}

/** A sentence about a loss that climbs first, or that becomes NaN or infinite. */
function spikeWords({ loss, strategy: { label } }: Run): string[] {
  const lost = loss.findIndex((value) => !Number.isFinite(value));
  if (lost >= 0)
    return [
      `The loss of ${label} stops being a number at step ${lost}: the learning rate is too large for it.`,
    ];
  const top = loss.indexOf(Math.max(...loss));
  if (loss[top]! < 1.5 * loss[0]!) return [];
  const after = loss.at(-1)! < loss[0]! ? ' before it falls' : '';
  return [
    `The loss of ${label} climbs from ${number(loss[0]!)} to ${number(loss[top]!)} at step ${top}${after}.`,
  ];
}

/** The sentences under the panels, which say when each loss begins to fall. */
export function panelWords({ runs, mode }: ModeResult): string[] {
  const halved = runs
    .map((run) => ({ run, step: run.loss.findIndex((value) => value < run.loss[0]! / 2) }))
    .sort((a, b) => a.step - b.step);
  const starters = halved.filter(({ step }) => step >= 0);
  const never = halved.filter(({ step }) => step < 0).map(({ run }) => run);
  const sentences = [
    'The same curves once more on a linear scale, each in its own panel with the others in grey.',
  ];
  if (starters.length > 0)
    sentences.push(
      `The loss is first below half of what it was at the start at step ${listed(starters.map(({ run, step }) => `${step} (${run.strategy.label})`))}.`,
    );
  if (never.length > 0) sentences.push(`The loss of ${labelsOf(never)} never halves.`);
  if (mode === 'minibatch')
    sentences.push('The unrest in the curves is that of the batches: every step sees other images.');
  return sentences;
}

/** The sentences under the table. */
export function tableWords({ mode }: ModeResult, { test }: Data): string[] {
  return [
    `The loss is that of the step before its update${mode === 'minibatch' ? ', on the images of that step' : ''}, written down as −ln(p + 10⁻⁷) so that one hopeless image counts 16.1 at most.`,
    `The accuracy is measured after the last step, on ${test.length.toLocaleString('en-US')} test images that no network has trained on.`,
  ];
}

/** The sentences under the accuracies. */
export function accuracyWords({ runs, mode }: ModeResult, { test }: Data): string[] {
  const best = runs.reduce((a, b) => (b.accuracy > a.accuracy ? b : a));
  const chance = largestShare(test.labels);
  if (best.accuracy <= chance)
    return [
      `Always giving the most frequent digit scores ${percent(chance)}; nothing that was trained here does better.`,
    ];
  const blind = runs.filter(({ accuracy }) => accuracy <= chance);
  const byHeart = runs.filter((run) => run.loss.at(-1)! < 0.05 && run.accuracy < 0.9);
  return [
    `${best.strategy.label} names the most test images right: ${percent(best.accuracy)}.`,
    ...(blind.length > 0
      ? [
          `Always giving the most frequent digit scores ${percent(chance)}, and ${labelsOf(blind)} ${blind.length === 1 ? 'does' : 'do'} no better.`,
        ]
      : []),
    ...(mode === 'fixed' && byHeart.length > 0
      ? [
          `${labelsOf(byHeart)} ${byHeart.length === 1 ? 'knows' : 'know'} the batch by heart and still ${byHeart.length === 1 ? 'stays' : 'stay'} below 90 % here: so few images cannot show all the ways to write a digit.`,
        ]
      : []),
  ];
}

/** The sentences under the gradients. */
export function gradientWords({ runs }: ModeResult): string[] {
  const still = runs.filter(({ first }) => first.weightGradients.every((value) => value === 0));
  const moving = runs.filter(
    (run) => !still.includes(run) && run.first.weightGradients.every(Number.isFinite),
  );
  const sentences: string[] = [];
  if (moving.length > 0)
    sentences.push(
      `At step 0 the gradients of the first and of the last weight matrix have the norms ${listed(moving.map(({ first, strategy }) => `${number(first.weightGradients[0]!)} and ${number(first.weightGradients.at(-1)!)} (${strategy.label})`))}.`,
    );
  const faint = moving.filter(
    ({ first }) => first.weightGradients[0]! < 1e-4 * first.weightGradients.at(-1)!,
  );
  const cancelled = faint.filter(({ distinct }) => distinct.every((count) => count === 1));
  const faded = faint.filter((run) => !cancelled.includes(run));
  if (cancelled.length > 0)
    sentences.push(
      `Nothing but rounding errors, if that, reaches the first layer of ${labelsOf(cancelled)}: the errors of the ten classes sum to 0, and equal weights pass on only their sum.`,
    );
  if (faded.length > 0)
    sentences.push(`On its way back to the first layer the error of ${labelsOf(faded)} all but fades away.`);
  if (still.length > 0)
    sentences.push(
      `${labelsOf(still)} ${still.length === 1 ? 'has' : 'have'} no line at step 0, since all weight gradients are exactly 0 and a logarithmic axis has no place for that; only the last bias receives a gradient (of norm ${listed(still.map(({ first }) => number(first.biasGradients.at(-1)!)))}).`,
    );
  const silenced = runs.filter(
    (run) => !still.includes(run) && run.last.step > 0 && zeroShare(run.last.activations.at(-1)!) === 1,
  );
  if (silenced.length > 0)
    sentences.push(
      `By step ${runs[0]!.last.step} the last hidden layer of ${labelsOf(silenced)} gives 0 for every image of the batch, so all weight gradients are exactly 0 as well, and those images cannot wake it again.`,
    );
  return sentences;
}

/** The sentences under the numbers of different units. */
export function distinctWords({ runs }: ModeResult, hidden: readonly number[]): string[] {
  const alike = runs.filter(({ distinct }) => distinct.every((count, i) => count === 1 && hidden[i]! > 1));
  const different = runs.filter(({ distinct }) => distinct.every((count, i) => count === hidden[i]));
  const others = runs.filter((run) => !alike.includes(run) && !different.includes(run));
  return [
    'Two units are the same if all their incoming weights and their biases are equal.',
    ...(alike.length > 0
      ? [
          `In every hidden layer of ${labelsOf(alike)} there is one unit, many times over. Equal units give equal outputs, receive equal gradients, and so stay equal for ever: training cannot break the symmetry that the start did not break.`,
        ]
      : []),
    ...(different.length > 0
      ? [
          `All hidden units of ${labelsOf(different)} differ: random weights make each of them look at something else.`,
        ]
      : []),
    ...others.map(
      ({ strategy, distinct }) =>
        `${strategy.label} has ${listed(distinct.map(String))} different units in its hidden layers.`,
    ),
  ];
}

/** The sentences under the activations of one network. */
export function activationWords({ first, last, distinct }: Run): string[] {
  return [
    sizesWords(first),
    ...(last.step > first.step ? [afterWords(first, last)] : []),
    ...(distinct.every((count) => count === 1) && last.activations.some((layer) => zeroShare(layer) < 1)
      ? [
          'All units of a layer give the same value for an image, so the histograms show only how images differ.',
        ]
      : []),
  ];
}

function sizesWords({ activations }: Snapshot): string {
  const sizes = activations.map(rms);
  if (sizes.every((size) => size === 0))
    return 'At step 0 every hidden unit gives exactly 0 for every image: no signal passes.';
  const shown = `At step 0 the typical size (root mean square) of an activation is ${listed(sizes.map(number))}${sizes.length > 1 ? `, from the first hidden layer to the last` : ''}`;
  if (sizes.length < 2 || !sizes.every((size) => Number.isFinite(size) && size > 0)) return `${shown}.`;
  const ratio = sizes.at(-1)! / sizes[0]!;
  if (ratio < 0.8) return `${shown}: the signal fades, by a factor of ${number(1 / ratio)}.`;
  return ratio > 1.25
    ? `${shown}: the signal grows, by a factor of ${number(ratio)}.`
    : `${shown}: the signal keeps its size.`;
}

function afterWords(first: Snapshot, last: Snapshot): string {
  const sizes = last.activations.map(rms);
  if (!sizes.every(Number.isFinite))
    return `At step ${last.step} the activations are no longer finite numbers.`;
  const [before, after] = [first, last].map(({ activations }) => activations.map(zeroShare)) as [
    number[],
    number[],
  ];
  const dead = after.flatMap((share, i) => (share === 1 && before[i]! < 1 ? [i + 1] : []));
  if (sizes.every((size) => size === 0))
    return dead.length > 0
      ? `At step ${last.step} every hidden unit gives 0 for every image: training has switched the layers off.`
      : `At step ${last.step} that is still so.`;
  return dead.length > 0
    ? `At step ${last.step} hidden layer ${listed(dead.map(String))} gives 0 for every image: training has switched it off, and what lies before it no longer matters.`
    : `At step ${last.step} it is ${listed(sizes.map(number))}${after.some((share) => share > 0) ? `, and ${listed(after.map(percent))} of the activations are exactly 0` : ''}.`;
}

/** The sentences under the first-layer weights of one network. */
export function weightWords({ weightsBefore, weightsAfter, distinct, last }: Run, units: number): string[] {
  if (!weightsAfter.every(Number.isFinite)) return ['The weights are no longer finite numbers.'];
  const change = weightsAfter.map((value, i) => value - weightsBefore[i]!);
  const [start, moved] = [norm(weightsBefore), norm(change)];
  if (moved === 0)
    return [
      `After step ${last.step} the weights are what they were at the start${start === 0 ? ', exactly 0' : ''}: no gradient has reached them.`,
    ];
  const words =
    start === 0
      ? []
      : [
          `Training has changed the weights by ${percent(moved / start)} of their size${
            moved < 0.5 * start
              ? ': they are still mostly the noise they were drawn from, and what was learned shows in the change, which has a colour scale of its own.'
              : ': what was learned stands out from what was drawn.'
          }`,
        ];
  return distinct[0] === 1 && units > 1
    ? [
        `All ${units} units hold one and the same image.`,
        `Training has changed it by ${percent(start === 0 ? 1 : moved / start)} of its size.`,
      ]
    : words;
}
