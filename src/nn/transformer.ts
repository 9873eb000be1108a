/** A layer of a transformer: attention, then the same small network at every position. */

import type { Tensor } from '../autograd/graph.js';
import { type Dtype, needDtype } from '../base/array.js';
import type { Rng } from '../base/random.js';
import {
  type Check,
  checkOptions,
  needFlag,
  needGenerator,
  needNumber,
  numberIn,
  oneOf,
} from '../base/words.js';
import { type Initializer, needInitializer } from '../init/initializer.js';
import { xavierUniform } from '../init/variance.js';
import { gelu, relu } from '../ops/activations.js';
import { add } from '../ops/arithmetic.js';
import { dropout } from '../ops/dropout.js';
import { type AttentionMask, MASK, MultiheadAttention } from './attention.js';
import { checkInput } from './input.js';
import { Linear } from './linear.js';
import { Module } from './module.js';
import { LayerNorm } from './norm.js';

/** Options of {@link TransformerEncoderLayer}. */
export interface TransformerEncoderLayerOptions {
  /** The generator that the first values are drawn from, and the masks of dropout. */
  rng: Rng;
  /** Between the two linear maps. Default 'relu'. */
  activation?: 'relu' | 'gelu';
  /** Whether inputs of attention and of the network are normalised, in the place of the sums. Default false. */
  normFirst?: boolean;
  /** Probability, in [0, 1), of a zero while the model trains; PyTorch's default is 0.1. Default 0. */
  dropout?: number;
  /** What layer normalisation adds to the variance. Default 1e-5. */
  eps?: number;
  /** Whether there are biases. Default true. */
  bias?: boolean;
  /** Draws all weights but those of layer normalisation. Default `xavierUniform()`. */
  init?: Initializer;
  /** Default float32. */
  dtype?: Dtype;
}

const TRANSFORMER: Record<keyof TransformerEncoderLayerOptions, Check | null> = {
  rng: null,
  activation: oneOf(['relu', 'gelu']),
  normFirst: needFlag,
  dropout: numberIn({ least: 0, below: 1 }),
  eps: numberIn({ least: 0, finite: true }),
  bias: needFlag,
  init: needInitializer,
  dtype: needDtype,
};

/**
 * Self-attention and a network of two linear maps, each added to its own input and normalised:
 *
 *     h = norm1(x + attention(x)),   y = norm2(h + W₂ f(W₁ h + b₁) + b₂)
 *
 * With `normFirst` the inputs are normalised and the sums are not, so that x reaches y unchanged, which deep stacks learn
 * more easily from:
 *
 *     h = x + attention(norm1(x)),   y = h + W₂ f(W₁ norm2(h) + b₁) + b₂
 *
 * x [batch, length, width] ⇒ y of the same shape. Dropout zeroes weights of attention, the hidden units of the network, and
 * what is added to x and to h.
 * @source Vaswani et al. 2017, section 3.1; normFirst: Xiong et al. 2020
 */
export class TransformerEncoderLayer extends Module {
  readonly selfAttn: MultiheadAttention;
  readonly linear1: Linear;
  readonly linear2: Linear;
  readonly norm1: LayerNorm;
  readonly norm2: LayerNorm;
  readonly activation: 'relu' | 'gelu';
  readonly normFirst: boolean;
  readonly dropout: number;
  private readonly rng: Rng;

  /**
   * @param width the number of features, a multiple of `heads`
   * @param hidden the number of units between the two linear maps, in the paper 4 · width
   */
  constructor(
    readonly width: number,
    readonly heads: number,
    readonly hidden: number,
    options: TransformerEncoderLayerOptions,
  ) {
    super();
    const name = 'TransformerEncoderLayer';
    checkOptions(name, options ?? {}, TRANSFORMER);
    for (const [what, size] of Object.entries({ width, heads, hidden }))
      needNumber(name, what, size, { least: 1, whole: true });
    const { activation = 'relu', normFirst = false, dropout: p = 0, eps = 1e-5, ...rest } = { ...options };
    const { rng, init = xavierUniform(), bias = true, dtype = 'float32' } = rest;
    needGenerator(name, rng, 'for its weights');
    const shared = { rng, init, bias, dtype };
    this.selfAttn = new MultiheadAttention(width, heads, { ...shared, dropout: p });
    this.linear1 = new Linear(width, hidden, shared);
    this.linear2 = new Linear(hidden, width, shared);
    this.norm1 = new LayerNorm(width, { eps, bias, dtype });
    this.norm2 = new LayerNorm(width, { eps, bias, dtype });
    this.activation = activation;
    this.normFirst = normFirst;
    this.dropout = p;
    this.rng = rng;
  }

  /** @throws ShapeError for an input or a mask of another shape */
  override forward(x: Tensor): Tensor;
  override forward(x: Tensor, mask: AttentionMask): Tensor;
  override forward(x: Tensor, mask: AttentionMask = {}): Tensor {
    const { norm1, norm2 } = this;
    const name = `TransformerEncoderLayer(${this.width})`;
    checkInput(name, x, ['batch', 'length'], this.width);
    checkOptions(name, mask, MASK);
    if (this.normFirst) {
      const h = add(x, this.attention(norm1.forward(x), mask));
      return add(h, this.network(norm2.forward(h)));
    }
    const h = norm1.forward(add(x, this.attention(x, mask)));
    return norm2.forward(add(h, this.network(h)));
  }

  private attention(x: Tensor, mask: AttentionMask): Tensor {
    return this.drop(this.selfAttn.forward(x, x, x, mask));
  }

  private network(x: Tensor): Tensor {
    const f = this.activation === 'relu' ? relu : gelu;
    const units = this.drop(f(this.linear1.forward(x)));
    return this.drop(this.linear2.forward(units));
  }

  private drop(x: Tensor): Tensor {
    return this.training ? dropout(x, this.dropout, this.rng) : x;
  }

  protected override describe(): string {
    const { width, heads, hidden, activation, normFirst, dropout: p } = this;
    return [
      `${width}, ${heads} heads, ${hidden} hidden`,
      activation,
      normFirst && 'norm first',
      p > 0 && `dropout=${p}`,
      this.selfAttn.inProjWeight.init.label,
      !this.linear1.bias && 'no bias',
    ]
      .filter(Boolean)
      .join(', ');
  }
}
