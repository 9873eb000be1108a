/** Dropout: random zeros while a model trains. */

import type { Tensor } from '../autograd/graph.js';
import type { Rng } from '../base/random.js';
import { checkOptions, needGenerator, needNumber, needTensors } from '../base/words.js';
import { dropout } from '../ops/dropout.js';
import { Module } from './module.js';

/**
 * y = x ⊙ mask while training, y = x in evaluation. Each element of the mask is 0 with probability p, else 1/(1 − p),
 * so that the expected value of y is x. A dropped element is 0 even where x is infinite. The mask is a constant on the tape:
 * x̄ = g ⊙ mask.
 * @source Srivastava et al. 2014
 */
export class Dropout extends Module {
  private readonly rng: Rng;

  /**
   * @param p probability of a zero, in [0, 1)
   * @throws ArgumentError for another p, or without a generator
   */
  constructor(
    readonly p: number,
    options: { rng: Rng },
  ) {
    super();
    checkOptions('Dropout', options ?? {}, ['rng']);
    const { rng } = { ...options };
    needNumber('Dropout', 'p', p, { least: 0, below: 1 });
    needGenerator('Dropout', rng, 'for its masks');
    this.rng = rng;
  }

  override forward(x: Tensor): Tensor {
    needTensors('Dropout', x);
    return this.training ? dropout(x, this.p, this.rng) : x;
  }

  protected override describe(): string {
    return `p=${this.p}`;
  }
}
