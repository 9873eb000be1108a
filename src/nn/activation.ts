/** Activation functions as modules. Each applies the op of the same name, where its rule stands. */

import type { Tensor } from '../autograd/graph.js';
import { type Dtype, needDtype } from '../base/array.js';
import { random } from '../base/random.js';
import {
  type Check,
  checked,
  needFunction,
  needNumber,
  needOneOf,
  needTensors,
  numberIn,
} from '../base/words.js';
import { constant } from '../init/basic.js';
import * as ops from '../ops/activations.js';
import { tanh } from '../ops/functions.js';
import { glu, prelu } from '../ops/gated.js';
import { flatten } from '../ops/shape.js';
import { logSoftmax, softmax } from '../ops/softmax.js';
import { Module, Parameter } from './module.js';

/** A module without parameters that applies `f`. */
abstract class Activation extends Module {
  protected abstract readonly f: (x: Tensor) => Tensor;

  override forward(x: Tensor): Tensor {
    needTensors(this.constructor.name, x);
    return this.f(x);
  }
}

/** Rectified linear unit.  y = max(x, 0),  y of the shape of x. */
export class ReLU extends Activation {
  protected readonly f = ops.relu;
}

/** Leaky relu.  y = x where x > 0, slope · x elsewhere. The slope is 0.01 by default. */
export class LeakyReLU extends Activation {
  constructor(readonly slope = 0.01) {
    super();
    needNumber('LeakyReLU', 'slope', slope);
  }
  protected readonly f = (x: Tensor): Tensor => ops.leakyRelu(x, this.slope);
}

/** Exponential linear unit.  y = x where x > 0, α(eˣ − 1) elsewhere. α is 1 by default. */
export class ELU extends Activation {
  constructor(readonly alpha = 1) {
    super();
    needNumber('ELU', 'alpha', alpha);
  }
  protected readonly f = (x: Tensor): Tensor => ops.elu(x, this.alpha);
}

/**
 * Self-normalising elu.  y = λ · elu(x, α),  λ = 1.0507, α = 1.6733. Made for weights from `lecunNormal()`.
 * @source Klambauer et al. 2017
 */
export class SELU extends Activation {
  protected readonly f = ops.selu;
}

/**
 * Gaussian error linear unit.  y = x · Φ(x), or with `'tanh'` the approximation
 * y = x/2 · (1 + tanh(√(2/π)(x + 0.044715x³))).
 * @source Hendrycks and Gimpel 2016
 */
export class GELU extends Activation {
  constructor(readonly form: 'exact' | 'tanh' = 'exact') {
    super();
    needOneOf('GELU', 'form', form, ['exact', 'tanh']);
  }
  protected readonly f = (x: Tensor): Tensor => ops.gelu(x, this.form);
}

/** Sigmoid-weighted linear unit, or swish.  y = x · sigmoid(x) */
export class SiLU extends Activation {
  protected readonly f = ops.silu;
}

/** y = x · tanh(softplus(x)).  @source Misra 2019 */
export class Mish extends Activation {
  protected readonly f = ops.mish;
}

/** Smooth relu.  y = log(1 + e^βx) / β. β is 1 by default; the larger, the sharper the bend. */
export class Softplus extends Activation {
  constructor(readonly beta = 1) {
    super();
    needNumber('Softplus', 'beta', beta, { above: 0, finite: true });
  }
  protected readonly f = (x: Tensor): Tensor => ops.softplus(x, this.beta);
}

/** Logarithm of the logistic function.  y = log σ(x) */
export class LogSigmoid extends Activation {
  protected readonly f = ops.logSigmoid;
}

/** y = x / (1 + |x|) */
export class Softsign extends Activation {
  protected readonly f = ops.softsign;
}

/** Logistic function.  y = 1 / (1 + e⁻ˣ) */
export class Sigmoid extends Activation {
  protected readonly f = ops.sigmoid;
}

/** Hyperbolic tangent.  y = tanh x */
export class Tanh extends Activation {
  protected readonly f = tanh;
}

/** Sigmoid in three straight pieces.  y = min(max(x/6 + ½, 0), 1) */
export class HardSigmoid extends Activation {
  protected readonly f = ops.hardSigmoid;
}

/** y = x · hardSigmoid(x).  @source Howard et al. 2019 */
export class HardSwish extends Activation {
  protected readonly f = ops.hardSwish;
}

/**
 * Softmax along an axis, by default the last.  yᵢ = e^xᵢ / Σⱼ e^xⱼ. Do not put it before {@link CrossEntropyLoss},
 * which takes logits and applies the softmax itself.
 */
export class Softmax extends Activation {
  constructor(readonly axis = -1) {
    super();
    needNumber('Softmax', 'axis', axis, { whole: true });
  }
  protected readonly f = (x: Tensor): Tensor => softmax(x, this.axis);
}

/** Logarithm of softmax along an axis, by default the last.  yᵢ = xᵢ − log Σⱼ e^xⱼ */
export class LogSoftmax extends Activation {
  constructor(readonly axis = -1) {
    super();
    needNumber('LogSoftmax', 'axis', axis, { whole: true });
  }
  protected readonly f = (x: Tensor): Tensor => logSoftmax(x, this.axis);
}

/**
 * Gated linear unit: the first half of an axis, by default the last, times a function of the second half.  y = a ⊙ gate(b). The gate
 * is `sigmoid` by default; with `silu` the unit is SwiGLU.
 * @source Dauphin et al. 2017; Shazeer 2020
 */
export class GLU extends Activation {
  constructor(
    readonly axis = -1,
    private readonly gate: (x: Tensor) => Tensor = ops.sigmoid,
  ) {
    super();
    needNumber('GLU', 'axis', axis, { whole: true });
    needFunction('GLU', gate, 'a function of a tensor as the gate, such as silu');
  }
  protected readonly f = (x: Tensor): Tensor => glu(x, this.axis, this.gate);
}

/** Options of {@link PReLU}. */
export interface PReLUOptions {
  /** The slope to begin with. Default 0.25. */
  slope?: number;
  /** Default float32. */
  dtype?: Dtype;
}
const PRELU: Record<keyof PReLUOptions, Check> = {
  slope: numberIn({ finite: true }),
  dtype: needDtype,
};

/**
 * Leaky relu whose slope is learned.  y = x where x > 0, w · x elsewhere, w [channels]. One slope for all elements, or with
 * `channels` one for each channel, which is axis 1 of x. Weights before it keep the size of signals with
 * `gain('leakyRelu', { slope: 0.25 })`. Leave w out of weight decay, which would make it a relu.
 * @throws ShapeError in `forward` for an input with another number of channels
 * @source He et al. 2015
 */
export class PReLU extends Module {
  readonly weight: Parameter;

  constructor(
    readonly channels = 1,
    options: PReLUOptions = {},
  ) {
    super();
    needNumber('PReLU', 'channels', channels, { least: 1, whole: true });
    const { slope = 0.25, dtype = 'float32' } = checked('PReLU', options, PRELU);
    // A constant draws nothing from its generator.
    this.weight = new Parameter([channels], { init: constant(slope), rng: random(0), dtype });
  }

  override forward(x: Tensor): Tensor {
    needTensors('PReLU', x);
    return prelu(x, this.weight);
  }

  protected override describe(): string {
    return `${this.channels}, ${this.weight.init.describe(null)}`;
  }
}

/** Joins the axes from `start` to `end`, both included:  [n, a, b, …] ⇒ [n, a·b·…] by default. */
export class Flatten extends Activation {
  constructor(
    readonly start = 1,
    readonly end = -1,
  ) {
    super();
    needNumber('Flatten', 'start', start, { whole: true });
    needNumber('Flatten', 'end', end, { whole: true });
  }
  protected readonly f = (x: Tensor): Tensor => flatten(x, this.start, this.end);
}

/** Passes its input on.  y = x */
export class Identity extends Activation {
  protected readonly f = (x: Tensor): Tensor => x;
}
