/** The pictures of the study, as SVG strings. */
import { smallMultiples } from 'tapegrad/plot';
import { ACTIVATIONS, type ActivationName, LAYERS, type Run, STARTS } from './study.js';
import { number } from './words.js';

const LAYER_NUMBERS = Array.from({ length: LAYERS }, (_, i) => i + 1);
const NAMES = Object.keys(ACTIVATIONS) as ActivationName[];

/** The colour of a run, which is that of its start. */
export function colorOf({ start }: Run): string {
  return STARTS.find(({ name }) => name === start)!.color;
}

/** A quantity of each layer over the number of the layer: a panel for each activation, a curve for each start. */
export function overview(
  runs: readonly Run[],
  quantity: 'std' | 'response',
  label: string,
  width: number,
): Promise<string> {
  const panels = NAMES.map((activation) => ({
    title: activation,
    lines: runs
      .filter((run) => run.activation === activation)
      .map((run) => ({
        name: run.start,
        color: colorOf(run),
        values: run.layers.map((layer) => layer[quantity]),
      })),
  }));
  return smallMultiples(panels, {
    width,
    columns: width > 500 ? 3 : 1,
    panelHeight: width > 500 ? 220 : 170,
    x: { values: LAYER_NUMBERS, label: 'layer', min: 1, max: LAYERS },
    y: { scale: 'log', label },
    description: `${label} in each of five layers, for four initialisations and three activations`,
  });
}

/**
 * The histogram of each layer. For relu, zeros are left out: about half of the values are 0, and would hide the others.
 */
export function histograms(run: Run, width: number): Promise<string> {
  const shown = run.layers.map(({ values }) =>
    run.activation === 'relu' ? Array.from(values).filter((value) => value > 0) : values,
  );
  const range = rangeOf(run);
  return smallMultiples(
    run.layers.map(({ std }, i) => ({
      title: `layer ${i + 1}`,
      note: `std ${number(std)}`,
      values: shown[i]!,
      color: colorOf(run),
    })),
    {
      width,
      columns: width > 500 ? 5 : 2,
      panelHeight: width > 500 ? 130 : 110,
      x: { label: run.activation === 'relu' ? 'values above 0' : 'value', ...range },
      y: { label: 'share of the values, %' },
      description: `Histograms of five layers, ${run.activation} with ${run.start}`,
    },
  );
}

/** The horizontal range: all that the function can give; for relu a common range, if the layers have similar sizes. */
function rangeOf({ activation, layers }: Run): { min?: number; max?: number } {
  if (activation === 'sigmoid') return { min: 0, max: 1 };
  if (activation === 'tanh') return { min: -1, max: 1 };
  const sizes = layers.map(({ std }) => std);
  return Math.max(...sizes) / Math.min(...sizes) < 20
    ? { min: 0, max: Math.ceil(4 * Math.max(...sizes)) }
    : {};
}
