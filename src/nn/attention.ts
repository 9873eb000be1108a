/** Attention as a layer: several heads, each with its own queries, keys and values. */

import type { Tensor } from '../autograd/graph.js';
import type { Dtype } from '../base/array.js';
import { ArgumentError, formatShape, ShapeError } from '../base/errors.js';
import type { Rng } from '../base/random.js';
import {
  type Check,
  checkOptions,
  needFlag,
  needGenerator,
  needNumber,
  needTensors,
  numberIn,
} from '../base/words.js';
import { zeros } from '../init/basic.js';
import { linearFans } from '../init/fans.js';
import type { Initializer } from '../init/initializer.js';
import { xavierUniform } from '../init/variance.js';
import { type Attended, type AttentionOptions, attend, toMask } from '../ops/attention.js';
import { linear } from '../ops/matmul.js';
import { reshape, split, transpose, unsqueeze } from '../ops/shape.js';
import { LINEAR } from './linear.js';
import { Module, Parameter } from './module.js';

/** Options of {@link MultiheadAttention}. */
export interface MultiheadAttentionOptions {
  /** The generator that the first values are drawn from, and the masks of dropout. */
  rng: Rng;
  /** Draws the weights. Default `xavierUniform()`. */
  init?: Initializer;
  /** Whether there are biases. Default true. */
  bias?: boolean;
  /** Draws the biases. Default `zeros()`. */
  biasInit?: Initializer;
  /** Probability, in [0, 1), that a weight of a value is replaced by 0 while the model trains. Default 0. */
  dropout?: number;
  /** Default float32. */
  dtype?: Dtype;
}

const ATTENTION: Record<keyof MultiheadAttentionOptions, Check | null> = {
  ...LINEAR,
  dropout: numberIn({ least: 0, below: 1 }),
};

/** Who may attend to whom. */
export interface AttentionMask {
  /**
   * 1 or true where a query may attend to a key: [queries, keys], [batch, queries, keys] or [batch, heads, queries, keys],
   * where a size may be 1. Keys to leave out, such as padding, are [batch, 1, keys]. Default: all.
   */
  allow?: AttentionOptions['allow'];
  /** Whether a query may attend only to its own position and to those before it. Default false. */
  causal?: boolean;
}

/** Options of the forward of {@link MultiheadAttention}. */
export interface AttendOptions extends AttentionMask {
  /** Whether the weights are returned too. Default false. */
  needWeights?: boolean;
}

/** Checks of an {@link AttentionMask}. The mask itself is checked where its shape is known. */
export const MASK: Record<keyof AttentionMask, Check | null> = { allow: null, causal: needFlag };
const FORWARD: Record<keyof AttendOptions, Check | null> = {
  ...MASK,
  needWeights: needFlag,
};

/**
 * Attention with several heads. Each head attends in E/heads features of its own, made from the input by a linear map, and
 * a last linear map joins the heads:
 *
 *     headᵢ = attention(q W_qᵢᵀ + b_qᵢ,  k W_kᵢᵀ + b_kᵢ,  v W_vᵢᵀ + b_vᵢ),    y = [head₁ … headₙ] · W_outᵀ + b_out
 *
 * Queries [batch, L, E], keys and values [batch, S, E] ⇒ y [batch, L, E]. W_q, W_k and W_v lie below each other in
 * `inProjWeight` [3E, E]. This and `outProj.weight` [E, E] lie as PyTorch's do, [out, in], other than the weight of a
 * {@link Linear}.
 * @source Vaswani et al. 2017, section 3.2.2
 */
export class MultiheadAttention extends Module {
  readonly inProjWeight: Parameter;
  readonly inProjBias: Parameter | null;
  readonly outProj: { readonly weight: Parameter; readonly bias: Parameter | null };
  readonly dropout: number;
  private readonly rng: Rng;

  /** @param embed E, the number of features, a multiple of `heads` */
  constructor(
    readonly embed: number,
    readonly heads: number,
    options: MultiheadAttentionOptions,
  ) {
    super();
    checkOptions('MultiheadAttention', options ?? {}, ATTENTION);
    needNumber('MultiheadAttention', 'embed', embed, { least: 1, whole: true });
    needNumber('MultiheadAttention', 'heads', heads, { least: 1, whole: true });
    if (embed % heads !== 0)
      throw new ArgumentError(
        'MultiheadAttention',
        `${heads} heads do not divide ${embed} features; each head takes embed/heads of them`,
      );
    const { rng, init = xavierUniform(), bias = true, biasInit = zeros(), ...rest } = { ...options };
    const { dropout = 0, dtype = 'float32' } = rest;
    needGenerator('MultiheadAttention', rng, 'for its weights');
    const weight = (out: number): Parameter =>
      new Parameter([out, embed], { init, fans: linearFans(embed, out), rng, dtype });
    const biasOf = (out: number): Parameter | null =>
      bias ? new Parameter([out], { init: biasInit, rng, dtype }) : null;
    this.inProjWeight = weight(3 * embed);
    this.inProjBias = biasOf(3 * embed);
    this.outProj = { weight: weight(embed), bias: biasOf(embed) };
    this.dropout = dropout;
    this.rng = rng;
  }

  /**
   * Attends. With `needWeights` the output comes in an object with the weights [batch, heads, L, S], before dropout.
   * @throws ShapeError for inputs or a mask of other shapes
   */
  override forward(query: Tensor, key?: Tensor, value?: Tensor): Tensor;
  override forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    options: AttendOptions & { needWeights: true },
  ): Attended;
  override forward(query: Tensor, key?: Tensor, value?: Tensor, options?: AttendOptions): Tensor;
  override forward(query: Tensor, key = query, value = key, options: AttendOptions = {}): Tensor | Attended {
    const { embed, heads, inProjWeight, inProjBias, outProj, rng } = this;
    const name = `MultiheadAttention(${embed}, ${heads} heads)`;
    checkOptions(name, options, FORWARD);
    checkInputs(name, embed, query, key, value);
    const { allow, causal = false, needWeights = false } = options;
    const [weights, biases] = [split(inProjWeight, 3), inProjBias && split(inProjBias, 3)];
    const [q, k, v] = [query, key, value].map((x, i) =>
      apart(linear(x, transpose(weights[i]!), biases && biases[i]!), heads),
    ) as [Tensor, Tensor, Tensor];
    const mask = allow === undefined ? {} : { allow: forHeads(toMask(name, allow, query.dtype)) };
    const dropout = this.training ? this.dropout : 0;
    const attended = attend(name, q, k, v, { ...mask, causal, dropout, rng });
    const output = linear(joined(attended.output), transpose(outProj.weight), outProj.bias);
    return needWeights ? { output, weights: attended.weights } : output;
  }

  protected override describe(): string {
    const { embed, heads, dropout, inProjWeight } = this;
    return [
      `${embed}, ${heads} heads`,
      dropout > 0 && `dropout=${dropout}`,
      inProjWeight.init.describe(inProjWeight.fans),
      !this.inProjBias && 'no bias',
    ]
      .filter(Boolean)
      .join(', ');
  }
}

/** Refuses queries, keys and values that do not fit. */
function checkInputs(name: string, embed: number, query: Tensor, key: Tensor, value: Tensor): void {
  const inputs = [query, key, value];
  needTensors(name, ...inputs);
  const fits = inputs.every(
    ({ rank, shape }) => rank === 3 && shape[0] === query.shape[0] && shape[2] === embed,
  );
  if (!fits || key.shape[1] !== value.shape[1])
    throw new ShapeError(
      name,
      `expected a query [batch, L, ${embed}], a key and a value [batch, S, ${embed}], got ${inputs.map(({ shape }) => formatShape(shape)).join(', ')}`,
      inputs.map(({ shape }) => shape),
    );
}

/** [batch, length, E] as [batch, heads, length, E/heads]. */
function apart(x: Tensor, heads: number): Tensor {
  const [batch, length, embed] = x.shape as [number, number, number];
  return transpose(reshape(x, [batch, length, heads, embed / heads]), 1, 2);
}

/** [batch, heads, length, E/heads] as [batch, length, E]. */
function joined(x: Tensor): Tensor {
  const [batch, heads, length, width] = x.shape as [number, number, number, number];
  return reshape(transpose(x, 1, 2), [batch, length, heads * width]);
}

/** A mask for [batch, heads, queries, keys]. One with three axes has no axis for heads. */
function forHeads(mask: Tensor): Tensor {
  return mask.rank === 3 ? unsqueeze(mask, 1) : mask;
}
