/** Every op that is attached to Tensor is a method there, with the parameters that the op has after its first. */
import { type Tensor, tensor } from '../../src/index.js';
import type * as core from '../../src/ops/attached.js';
import type * as full from '../../src/ops/attached-in-full.js';

type Attached = typeof core & typeof full;

/** The parameters of an op after its first. */
type Rest<F> = F extends (first: never, ...rest: infer R) => unknown ? R : never;
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
/** Ops whose types depend on those of their arguments; test/types/ops.ts and shapes.ts hold them. */
type Generic =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'pow'
  | 'maximum'
  | 'minimum'
  | 'matmul'
  | 'sum'
  | 'mean'
  | 'reshape'
  | 'broadcastTo'
  | 'sumTo';
type Plain = Exclude<keyof Attached, Generic>;
/** True for a method with the parameters of its op. */
type Fits = { [Name in Plain]: Same<Rest<Attached[Name]>, Parameters<Tensor[Name]>> };

export const all: { [Name in keyof Fits]: true } = {} as Fits;
export const generic: Record<Generic, unknown> = {} as Pick<Tensor, Generic>;

const x = tensor([[1, 2]]);
export const largest: Tensor = x.max(0, true);
// @ts-expect-error keepdims is true or false
x.max(0, 1);
// @ts-expect-error there is no such option
x.std(0, { keepdim: true });
