/** Activation functions as modules, for use in {@link Sequential}. The formulas stand at the ops of the same names. */

import type { Tensor } from '../autograd/graph.js';
import * as ops from '../ops/activations.js';
import { tanh } from '../ops/functions.js';
import { flatten } from '../ops/shape.js';
import { logSoftmax, softmax } from '../ops/softmax.js';
import { Module } from './module.js';

/** A module without parameters that applies `f`. */
abstract class Activation extends Module {
  protected abstract readonly f: (x: Tensor) => Tensor;

  override forward(x: Tensor): Tensor {
    return this.f(x);
  }
}

/** max(x, 0) */
export class ReLU extends Activation {
  protected readonly f = ops.relu;
}

/** x where positive, slope · x elsewhere */
export class LeakyReLU extends Activation {
  constructor(readonly slope = 0.01) {
    super();
  }
  protected readonly f = (x: Tensor): Tensor => ops.leakyRelu(x, this.slope);
}

/** x where positive, α(eˣ − 1) elsewhere */
export class ELU extends Activation {
  constructor(readonly alpha = 1) {
    super();
  }
  protected readonly f = (x: Tensor): Tensor => ops.elu(x, this.alpha);
}

/** The self-normalising elu; initialise with LeCun normal. */
export class SELU extends Activation {
  protected readonly f = ops.selu;
}

/** x · Φ(x), exact or by the tanh form */
export class GELU extends Activation {
  constructor(readonly form: 'exact' | 'tanh' = 'exact') {
    super();
  }
  protected readonly f = (x: Tensor): Tensor => ops.gelu(x, this.form);
}

/** x · sigmoid(x) */
export class SiLU extends Activation {
  protected readonly f = ops.silu;
}

/** x · tanh(softplus(x)) */
export class Mish extends Activation {
  protected readonly f = ops.mish;
}

/** log(1 + eˣ) */
export class Softplus extends Activation {
  protected readonly f = ops.softplus;
}

/** x / (1 + |x|) */
export class Softsign extends Activation {
  protected readonly f = ops.softsign;
}

/** 1 / (1 + e⁻ˣ) */
export class Sigmoid extends Activation {
  protected readonly f = ops.sigmoid;
}

/** tanh x */
export class Tanh extends Activation {
  protected readonly f = tanh;
}

/** Sigmoid in three straight pieces */
export class HardSigmoid extends Activation {
  protected readonly f = ops.hardSigmoid;
}

/** x · hardSigmoid(x) */
export class HardSwish extends Activation {
  protected readonly f = ops.hardSwish;
}

/** Softmax along an axis, the last unless given. Not before {@link CrossEntropyLoss}, which takes logits. */
export class Softmax extends Activation {
  constructor(readonly axis = -1) {
    super();
  }
  protected readonly f = (x: Tensor): Tensor => softmax(x, this.axis);
}

/** Logarithm of softmax along an axis */
export class LogSoftmax extends Activation {
  constructor(readonly axis = -1) {
    super();
  }
  protected readonly f = (x: Tensor): Tensor => logSoftmax(x, this.axis);
}

/** [n, a, b, …] ⇒ [n, a·b·…]: joins the axes from `start` to `end`. */
export class Flatten extends Activation {
  constructor(
    readonly start = 1,
    readonly end = -1,
  ) {
    super();
  }
  protected readonly f = (x: Tensor): Tensor => flatten(x, this.start, this.end);
}

/** y = x */
export class Identity extends Activation {
  protected readonly f = (x: Tensor): Tensor => x;
}
