/** The pictures of the report, each drawn for a given width. */
import type { ImageSet } from 'tapegrad/data';
import { barChart, imageGrid, type Line, lineChart, type Panel, smallMultiples } from 'tapegrad/plot';
import { trailingMean } from '../shared/curves.js';
import { number, percent } from '../shared/text.js';
import { norm, rms, zeroShare } from './measure.js';
import type { ModeResult, Run, Snapshot } from './study.js';

/** The number of steps that a curve averages. With other images in each step, the loss of a single step is noisy. */
export function windowOf({ mode, runs }: ModeResult): number {
  return mode === 'fixed' ? 1 : Math.max(1, Math.round(runs[0]!.loss.length / 50));
}

function curves(result: ModeResult): Line[] {
  return result.runs.map(({ strategy: { label, color, dashed = false }, loss }) => ({
    name: label,
    color,
    dashed,
    values: trailingMean(loss, windowOf(result)),
  }));
}

function lossLabel(result: ModeResult): string {
  const window = windowOf(result);
  return window === 1 ? 'loss (nats)' : `loss (nats, mean of the last ${window} steps)`;
}

export function lossChart(result: ModeResult, width: number): Promise<string> {
  return lineChart(curves(result), {
    width,
    height: width > 500 ? 430 : 340,
    description: 'The loss over the steps, one curve for each initialisation',
    x: { label: 'step' },
    y: { label: `${lossLabel(result)}, logarithmic`, scale: 'log' },
  });
}

export function lossPanels(result: ModeResult, width: number): Promise<string> {
  const lines = curves(result);
  const panels = lines.map((line) => ({
    title: line.name,
    lines: [...lines.filter((other) => other !== line).map((other) => ({ ...other, context: true })), line],
  }));
  return smallMultiples(panels, {
    width,
    columns: width > 500 ? 3 : 2,
    description: 'One panel for each initialisation, its loss in colour and the others in grey',
    x: { label: 'step' },
    y: { label: lossLabel(result) },
  });
}

/** The norms of the gradients on a logarithmic axis; null if all are 0. */
export function gradientPanels({ runs }: ModeResult, width: number): Promise<string> | null {
  const snapshots = [...new Set([0, runs[0]!.last.step])];
  const layers = runs[0]!.first.weightGradients.map((_, i) => String(i + 1));
  const panels = snapshots.map((step) => ({
    title: `step ${step}`,
    lines: runs
      .map((run) => gradientLine(run, step === run.first.step ? run.first : run.last))
      .filter(({ values }) => Array.from(values).some((value) => value > 0 && Number.isFinite(value))),
  }));
  const drawn = panels.filter(({ lines }) => lines.length > 0);
  if (drawn.length === 0) return null;
  return smallMultiples(drawn, {
    width,
    columns: width > 500 ? 2 : 1,
    panelHeight: 230,
    description: 'The norm of the weight gradient of each layer, at the first and at the last step',
    x: { label: 'weight matrix, from the input to the output', values: layers },
    y: { label: 'norm of the gradient, logarithmic', scale: 'log' },
  });
}

function gradientLine(
  { strategy: { label, color, dashed = false } }: Run,
  { weightGradients }: Snapshot,
): Line {
  return { name: label, color, dashed, values: [...weightGradients] };
}

export function distinctChart({ runs }: ModeResult, width: number): Promise<string> {
  const shades = ['#2f6f9f', '#8fbbd9', '#c9b26a', '#b58a3c'];
  return barChart(
    runs.map(({ strategy }) => strategy.label),
    runs[0]!.distinct.map((_, i) => ({
      name: `hidden layer ${i + 1}`,
      color: shades[i % shades.length]!,
      values: runs.map(({ distinct }) => distinct[i]!),
    })),
    {
      width,
      description: 'The number of different hidden units after training',
      x: { label: 'different units after the last step' },
    },
  );
}

export function accuracyChart({ runs }: ModeResult, width: number): Promise<string> {
  return barChart(
    runs.map(({ strategy }) => strategy.label),
    [
      {
        name: 'accuracy',
        values: runs.map(({ accuracy }) => 100 * accuracy),
        colors: runs.map(({ strategy }) => strategy.color),
      },
    ],
    {
      width,
      description: 'The share of the test images that each network names right',
      x: { label: 'test images named right, %', min: 0, max: 100 },
      format: (value) => `${value.toFixed(1)} %`,
    },
  );
}

/** Histograms of the activations of each hidden layer, at the first and at the last step; null if none is finite. */
export function activationPanels(run: Run, width: number): Promise<string> | null {
  const { first, last, strategy } = run;
  const snapshots = first.step === last.step ? [first] : [first, last];
  const panels = first.activations.flatMap((_, layer) =>
    snapshots.flatMap(({ step, activations }) =>
      histogramPanel(`hidden ${layer + 1}, step ${step}`, activations[layer]!, strategy.color),
    ),
  );
  if (panels.length === 0) return null;
  const silent = snapshots.every(({ activations }) => activations.every((values) => zeroShare(values) === 1));
  return smallMultiples(panels, {
    width,
    columns: width > 500 ? 4 : 2,
    panelHeight: 118,
    description: `Histograms of the activations of ${strategy.label}`,
    x: { label: 'activation' },
    y: { label: silent ? 'share of the activations, %' : 'share of the activations other than 0, %' },
  });
}

/** The histogram of the values other than 0. The note gives the share of zeros, whose bar would hide the others. */
function histogramPanel(title: string, values: Float32Array, color: string): Panel[] {
  if (!values.every(Number.isFinite)) return [];
  const zeros = zeroShare(values);
  return [
    {
      title,
      note: zeros === 1 ? 'all are 0' : `size ${number(rms(values))}, ${percent(zeros)} are 0`,
      values: zeros === 1 ? [0] : values.filter((value) => value !== 0),
      color,
    },
  ];
}

const UNITS_SHOWN = 6;

/** The units of the first layer whose weights training has changed most, the most changed first. */
export function changedUnits({ weightsBefore, weightsAfter }: Run, units: number): number[] {
  const change = (j: number): number =>
    norm(column(weightsAfter, j, units).map((value, i) => value - weightsBefore[i * units + j]!));
  const changes = Array.from({ length: units }, (_, j) => change(j));
  return changes
    .map((_, j) => j)
    .sort((a, b) => changes[b]! - changes[a]! || a - b)
    .slice(0, UNITS_SHOWN);
}

function column(matrix: Float32Array, j: number, columns: number): Float32Array {
  return Float32Array.from({ length: matrix.length / columns }, (_, i) => matrix[i * columns + j]!);
}

/** First-layer weights as images: as they are after training, or only what training added. */
export function weightImages(
  run: Run,
  what: 'weights' | 'change',
  { width: columns, height: rows }: ImageSet,
  width: number,
): Promise<string> {
  const units = run.weightsAfter.length / (columns * rows);
  const values =
    what === 'weights' ? run.weightsAfter : run.weightsAfter.map((value, i) => value - run.weightsBefore[i]!);
  return imageGrid(
    changedUnits(run, units).map((unit) => ({
      pixels: column(values, unit, units),
      height: rows,
      width: columns,
    })),
    {
      width,
      columns: UNITS_SHOWN,
      colors: 'diverging',
      title: what === 'weights' ? 'weights after training' : 'what training added',
      description: `First-layer weights of ${run.strategy.label} as images: ${what}`,
    },
  );
}

/** The first images of the batch with their labels. */
export function batchImages(indices: readonly number[], images: ImageSet, width: number): Promise<string> {
  const columns = width > 500 ? 10 : 5;
  const shown = indices.slice(0, 20);
  const { data } = images.images(shown);
  const size = images.height * images.width;
  const labels = images.labelsOf(shown);
  return imageGrid(
    shown.map((_, i) => ({
      pixels: data.subarray(i * size, (i + 1) * size),
      height: images.height,
      width: images.width,
      label: String(labels[i]),
    })),
    { width, columns, legend: false, description: 'Digits of the batch and their labels' },
  );
}
