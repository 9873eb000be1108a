/** The initialisations that the study compares. They are for the weights; all biases start at 0. */
import {
  constant,
  heNormal,
  type Initializer,
  normal,
  orthogonal,
  xavierFanIn,
  xavierHalf,
  xavierNormal,
  zeros,
} from 'tapegrad/init';
import { PALETTE } from 'tapegrad/plot';

export interface Strategy {
  /** The name that `--init` takes. */
  readonly name: string;
  /** The name in pictures and tables. */
  readonly label: string;
  readonly init: Initializer;
  /** How a weight of a layer with n inputs and m outputs is chosen. */
  readonly rule: string;
  /** What follows from the rule in any network. */
  readonly why: string;
  readonly color: string;
  readonly dashed?: boolean;
}

const [blue, vermilion, green, purple, orange, sky, grey, black] = PALETTE;

export const STRATEGIES: readonly Strategy[] = [
  {
    name: 'zeros',
    label: 'zeros',
    init: zeros(),
    rule: 'every weight is 0',
    why: 'With equal weights all units of a layer are copies of one another, and zeros besides let no error back through them.',
    color: grey,
  },
  {
    name: 'constant',
    label: 'constant 0.01',
    init: constant(0.01),
    rule: 'every weight is 0.01',
    why: 'With equal weights all units of a layer are copies of one another, and they receive the same corrections.',
    color: orange,
    dashed: true,
  },
  {
    name: 'normal',
    label: 'normal 0.01',
    init: normal({ std: 0.01 }),
    rule: 'normal, standard deviation 0.01 whatever the size of the layer',
    why: 'A sum of n inputs with such weights is about 0.01 · √n times as large as an input: less than once as large in any layer of fewer than 10,000 inputs.',
    color: sky,
  },
  {
    name: 'xavier',
    label: 'Xavier 1/n',
    init: xavierFanIn(),
    rule: 'normal, variance 1/n: the form of the book and of Caffe',
    why: 'A sum of n inputs has n times the variance of one term; dividing by n cancels that. A relu then drops the negative half, and with it half of the mean square, in every layer.',
    color: blue,
  },
  {
    name: 'he',
    label: 'He 2/n',
    init: heNormal(),
    rule: 'normal, variance 2/n',
    why: 'Twice the variance of 1/n makes up for the half of the mean square that a relu drops.',
    color: vermilion,
  },
  {
    name: 'xavier-paper',
    label: 'Xavier 2/(n+m)',
    init: xavierNormal(),
    rule: 'normal, variance 2/(n + m): the form of Glorot and Bengio’s paper',
    why: 'A compromise between 1/n, which keeps the size of signals on their way forward, and 1/m, which keeps that of gradients on their way back.',
    color: green,
  },
  {
    name: 'xavier-half',
    label: 'Xavier 1/(n+m)',
    init: xavierHalf(),
    rule: 'normal, variance 1/(n + m): half of the paper’s, found in articles',
    why: 'Half of the variance that the paper asks for: signals shrink a little in every layer, even without an activation.',
    color: purple,
  },
  {
    name: 'orthogonal',
    label: 'orthogonal',
    init: orthogonal(),
    rule: 'a random rotation: orthonormal columns (or rows, if there are fewer)',
    why: 'Orthonormal rows or columns: a square matrix of this kind changes no lengths, so that layer upon layer neither amplifies a signal nor loses it.',
    color: black,
  },
];

/** The initialisations that run without `--init`. */
export const DEFAULT_STRATEGIES = ['zeros', 'constant', 'normal', 'xavier', 'he'];
