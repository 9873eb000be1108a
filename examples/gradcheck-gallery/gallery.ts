/** The exhibits, in the order in which the page shows them. */
import { tensor } from 'tapegrad';
import { type GradcheckReport, gradcheck } from 'tapegrad/check';
import type { Exhibit } from './exhibit.js';
import { exhibit as batchNorm } from './exhibits/batch-norm.js';
import { exhibit as bias } from './exhibits/bias.js';
import { exhibit as leaky } from './exhibits/leaky.js';
import { exhibit as log2 } from './exhibits/log2.js';
import { exhibit as mean } from './exhibits/mean.js';
import { exhibit as product } from './exhibits/product.js';
import { exhibit as quotient } from './exhibits/quotient.js';
import { exhibit as softmax } from './exhibits/softmax.js';
import { exhibit as square } from './exhibits/square.js';
import { exhibit as tanh } from './exhibits/tanh.js';
import { exhibit as temperature } from './exhibits/temperature.js';
import { exhibit as weights } from './exhibits/weights.js';

/** Ten mistakes, each with a diagnosis of its own. */
export const MISTAKES: readonly Exhibit[] = [
  log2,
  quotient,
  square,
  mean,
  product,
  tanh,
  weights,
  bias,
  temperature,
  leaky,
];

/** Two mistakes that a careless check does not find. */
export const CLASSICS: readonly Exhibit[] = [softmax, batchNorm];

/** The report of the first exhibit with the right rule, to compare with. */
export function rightReport(): GradcheckReport {
  return gradcheck((x) => x.log().div(Math.LN2), tensor([0.5, 1.5, 2, 3]), { names: ['x'] });
}
