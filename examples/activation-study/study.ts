/** The experiment: inputs from N(0, 1) run through five layers of 100 units. Nothing is trained. */
import { noGrad, randn, random, relu, sigmoid, type Tensor, tanh } from 'tapegrad';
import { heNormal, type Initializer, normal, xavierFanIn } from 'tapegrad/init';
import { Linear } from 'tapegrad/nn';
import { PALETTE } from 'tapegrad/plot';

export const LAYERS = 5;
export const UNITS = 100;

/** A way to draw the weights. */
export interface Start {
  readonly name: string;
  readonly rule: string;
  readonly init: Initializer;
  readonly color: string;
}

const [blue, vermilion, , purple, , sky] = PALETTE;

export const STARTS = [
  { name: 'std 1', rule: 'normal, standard deviation 1', init: normal({ std: 1 }), color: purple },
  { name: 'std 0.01', rule: 'normal, standard deviation 0.01', init: normal({ std: 0.01 }), color: sky },
  { name: 'Xavier', rule: 'normal, standard deviation √(1/n)', init: xavierFanIn(), color: blue },
  { name: 'He', rule: 'normal, standard deviation √(2/n)', init: heNormal(), color: vermilion },
] as const satisfies readonly Start[];

export type StartName = (typeof STARTS)[number]['name'];

export const ACTIVATIONS = { sigmoid, tanh, relu } as const;

export type ActivationName = keyof typeof ACTIVATIONS;

/** The output of one layer. */
export interface LayerOutput {
  /** One row for each input, one column for each unit. */
  readonly values: ArrayLike<number>;
  readonly mean: number;
  readonly std: number;
  /** The standard deviation of a unit over the inputs, on average: how much the layer tells about its input. */
  readonly response: number;
}

/** Five layers with one activation and one start. */
export interface Run {
  readonly activation: ActivationName;
  readonly start: StartName;
  /** One entry for each layer, from the first to the last. */
  readonly layers: readonly LayerOutput[];
}

export interface StudyOptions {
  seed: number;
  /** The number of inputs that run through the layers. */
  inputs: number;
}

/** Runs every activation with every start. All runs have the same inputs and the same draws, which the starts scale. */
export function runStudy({ seed, inputs }: StudyOptions): Run[] {
  const x = randn([inputs, UNITS], random(seed).split('inputs'));
  return (Object.keys(ACTIVATIONS) as ActivationName[]).flatMap((activation) =>
    STARTS.map(({ name, init }) => ({
      activation,
      start: name,
      layers: signals(x, init, ACTIVATIONS[activation], seed),
    })),
  );
}

function signals(x: Tensor, init: Initializer, f: (z: Tensor) => Tensor, seed: number): LayerOutput[] {
  const outputs: LayerOutput[] = [];
  let h = x;
  for (let layer = 1; layer <= LAYERS; layer++) {
    const linear = new Linear(UNITS, UNITS, { rng: random(seed).split(`layer ${layer}`), init, bias: false });
    h = noGrad(() => f(linear.forward(h)));
    outputs.push(measure(h));
  }
  return outputs;
}

function measure(h: Tensor): LayerOutput {
  return {
    values: h.data,
    mean: h.mean().item(),
    std: h.std(undefined, { correction: 0 }).item(),
    response: h.variance(0, { correction: 0 }).mean().sqrt().item(),
  };
}

/** The share of the values for which `holds` is true, in [0, 1]. */
export function share(values: ArrayLike<number>, holds: (value: number) => boolean): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (holds(values[i]!)) count++;
  return count / values.length;
}
