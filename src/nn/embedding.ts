/** A table of vectors that are learned, one for each word. */

import type { Tensor } from '../autograd/graph.js';
import { type Dtype, needDtype } from '../base/array.js';
import type { Rng } from '../base/random.js';
import { type Check, checkOptions, needGenerator, needNumber } from '../base/words.js';
import { normal } from '../init/basic.js';
import { embeddingFans } from '../init/fans.js';
import { altered, type Initializer, needInitializer } from '../init/initializer.js';
import { embedding } from '../ops/embedding.js';
import type { IndexInput } from '../ops/indexing.js';
import { Module, Parameter } from './module.js';

/** Options of {@link Embedding}. */
export interface EmbeddingOptions {
  /** The generator that the first values are drawn from. */
  rng: Rng;
  /** Draws the table. Default `normal()`, N(0, 1). */
  init?: Initializer;
  /** A row that starts as zeros and is not trained, for places without a word. Default: none. */
  paddingIndex?: number | null;
  /** Default float32. */
  dtype?: Dtype;
}

const EMBEDDING: Record<keyof EmbeddingOptions, Check | null> = {
  rng: null,
  init: needInitializer,
  paddingIndex: null,
  dtype: needDtype,
};

/**
 * Looks up rows of a table: indices [...] ⇒ y [..., size], weight [count, size]. For positions in a sequence too: a table
 * with a row for each position, looked up at 0, 1, 2, … and added to the words.
 * @throws ArgumentError for an index that names no row
 */
export class Embedding extends Module {
  readonly weight: Parameter;
  readonly paddingIndex: number | null;

  constructor(
    readonly count: number,
    readonly size: number,
    options: EmbeddingOptions,
  ) {
    super();
    checkOptions('Embedding', options ?? {}, EMBEDDING);
    needNumber('Embedding', 'count', count, { least: 1, whole: true });
    needNumber('Embedding', 'size', size, { least: 1, whole: true });
    const { rng, init = normal(), paddingIndex = null, dtype = 'float32' } = { ...options };
    needGenerator('Embedding', rng, 'for its weights');
    if (paddingIndex !== null)
      needNumber('Embedding', 'paddingIndex', paddingIndex, { least: 0, most: count - 1, whole: true });
    this.paddingIndex = paddingIndex;
    this.weight = new Parameter([count, size], {
      init: paddingIndex === null ? init : withZeroRow(init, paddingIndex, size),
      fans: embeddingFans(size),
      rng,
      dtype,
    });
  }

  override forward(indices: Tensor): Tensor;
  override forward(indices: IndexInput): Tensor;
  override forward(indices: IndexInput): Tensor {
    return embedding(indices, this.weight, { paddingIndex: this.paddingIndex });
  }

  protected override describe(): string {
    return `${this.count} × ${this.size}, ${this.weight.init.describe(this.weight.fans)}`;
  }
}

/** Part of the initialiser, so that the row is zero again when the model is drawn anew. */
function withZeroRow(init: Initializer, row: number, size: number): Initializer {
  return altered(init, (values) => values.fill(0, row * size, (row + 1) * size), `row ${row} zero`);
}
