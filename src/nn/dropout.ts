/** Dropout: random zeros while a model trains. */

import type { Tensor } from '../autograd/graph.js';
import { formatShape, ShapeError } from '../base/errors.js';
import type { Rng } from '../base/random.js';
import { sizeOf } from '../base/shape.js';
import { checkOptions, needGenerator, needNumber, needTensors } from '../base/words.js';
import { alphaDropout, dropout } from '../ops/dropout.js';
import { Module } from './module.js';

/** A module that changes its input by chance while it trains, and returns the input itself in evaluation. */
abstract class RandomDrop extends Module {
  protected readonly rng: Rng;

  /**
   * @param p probability of being dropped, in [0, 1)
   * @throws ArgumentError for another p, or without a generator
   */
  constructor(
    readonly p: number,
    options: { rng: Rng },
  ) {
    super();
    const { name } = this.constructor;
    checkOptions(name, options ?? {}, ['rng']);
    const { rng } = { ...options };
    needNumber(name, 'p', p, { least: 0, below: 1 });
    needGenerator(name, rng, 'for its masks');
    this.rng = rng;
  }

  protected abstract drop(x: Tensor): Tensor;

  override forward(x: Tensor): Tensor {
    needTensors(this.constructor.name, x);
    return this.training ? this.drop(x) : x;
  }

  protected override describe(): string {
    return `p=${this.p}`;
  }
}

/**
 * y = x ⊙ mask while training, y = x in evaluation. Each element of the mask is 0 with probability p, else 1/(1 − p),
 * so that the expected value of y is x. A dropped element is 0 even where x is infinite. The mask is a constant on the tape:
 * x̄ = g ⊙ mask.
 * @source Srivastava et al. 2014
 */
export class Dropout extends RandomDrop {
  protected override drop(x: Tensor): Tensor {
    return dropout(x, this.p, this.rng);
  }
}

/** Dropout of whole channels, whose values are too alike for a drop of single ones to matter. */
abstract class ChannelDrop extends RandomDrop {
  protected abstract readonly layout: readonly string[];

  protected override drop(x: Tensor): Tensor {
    return dropout(x, this.p, this.rng, sizeOf(x.shape.slice(2)));
  }

  override forward(x: Tensor): Tensor {
    needTensors(this.constructor.name, x);
    if (x.rank !== this.layout.length)
      throw new ShapeError(
        this.constructor.name,
        `expected [${this.layout.join(', ')}], got ${formatShape(x.shape)}`,
        [x.shape],
      );
    return super.forward(x);
  }
}

/**
 * Dropout of channels of signals [N, C, L]: while training, all L values of a channel are 0 with probability p, else x/(1 − p).
 * @throws ShapeError for an input of another rank
 * @source Tompson et al. 2015
 */
export class Dropout1d extends ChannelDrop {
  protected readonly layout = ['N', 'C', 'L'];
}

/**
 * Dropout of channels of images [N, C, H, W]: while training, a whole plane is 0 with probability p, else x/(1 − p).
 * @throws ShapeError for an input of another rank
 * @source Tompson et al. 2015
 */
export class Dropout2d extends ChannelDrop {
  protected readonly layout = ['N', 'C', 'H', 'W'];
}

/**
 * Dropout for networks of selu units: while training, an element becomes with probability p what selu gives far below 0,
 * −λα = −1.7581. Then everything is scaled and shifted, so that mean 0 and variance 1 stay what they are.
 * @source Klambauer et al. 2017
 */
export class AlphaDropout extends RandomDrop {
  protected override drop(x: Tensor): Tensor {
    return alphaDropout(x, this.p, this.rng);
  }
}
