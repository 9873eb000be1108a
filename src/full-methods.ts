/**
 * The methods that the entry point `tapegrad` has and `tapegrad/core` leaves out to stay small: indexing, borders, `flip` and
 * `tile`, and activations beyond relu, sigmoid and tanh. As functions they are in both. The list of ops is ops/attached-in-full.ts.
 */
import type { Shape } from './base/shape.js';
import { attachOps } from './methods.js';
import * as attached from './ops/attached-in-full.js';
import type { IndexInput } from './ops/indexing.js';

declare module './autograd/graph.js' {
  interface Tensor<S extends Shape = Shape> {
    /** The op {@link attached.erf | erf} on this tensor. */
    erf(): Tensor<S>;
    /** The op {@link attached.softplus | softplus} on this tensor. */
    softplus(beta?: number): Tensor<S>;
    /** The op {@link attached.gelu | gelu} on this tensor. */
    gelu(form?: 'exact' | 'tanh'): Tensor<S>;
    /** The op {@link attached.silu | silu} on this tensor. */
    silu(): Tensor<S>;
    /** The op {@link attached.pad | pad} on this tensor. */
    pad(widths: readonly (readonly [before: number, after: number])[], value?: number): Tensor;
    /** The op {@link attached.flip | flip} on this tensor. */
    flip(axes?: number | readonly number[]): Tensor;
    /** The op {@link attached.tile | tile} on this tensor. */
    tile(repeats: readonly number[]): Tensor;
    /** The op {@link attached.gather | gather} on this tensor. */
    gather(axis: number, index: IndexInput): Tensor;
    /** The op {@link attached.indexSelect | indexSelect} on this tensor. */
    indexSelect(axis: number, index: IndexInput): Tensor;
    /** The op {@link attached.takeAlongAxis | takeAlongAxis} on this tensor. */
    takeAlongAxis(index: IndexInput, axis?: number): Tensor;
    /** The op {@link attached.scatterAdd | scatterAdd} on this tensor. */
    scatterAdd(axis: number, index: IndexInput, source: Tensor): Tensor;
    /** The op {@link attached.diagonal | diagonal} on this tensor. */
    diagonal(offset?: number): Tensor;
    /** The op {@link attached.tril | tril} on this tensor. */
    tril(offset?: number): Tensor;
    /** The op {@link attached.triu | triu} on this tensor. */
    triu(offset?: number): Tensor;
  }
}

attachOps(attached, {
  erf: 0,
  silu: 0,
  diagonal: 1,
  flip: 1,
  gelu: 1,
  softplus: 1,
  tile: 1,
  tril: 1,
  triu: 1,
  gather: 2,
  indexSelect: 2,
  pad: 2,
  takeAlongAxis: 2,
  scatterAdd: 3,
});
