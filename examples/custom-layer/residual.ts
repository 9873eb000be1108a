/** A layer of one's own: it adds a little to what it is given, and learns how much. */
import { full, type Rng, type Tensor } from 'tapegrad';
import { heNormal, linearFans, zeros } from 'tapegrad/init';
import { Module, Parameter } from 'tapegrad/nn';

export interface ScaledResidualOptions {
  rng: Rng;
  /** Where the scales start: small, so that a deep stack begins close to y = x. Not 0, or no gradient would reach W. */
  scale?: number;
}

/** y = x + α ⊙ silu(x · W + b),   x [n, features] ⇒ y [n, features], with α, W and b learned */
export class ScaledResidual extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter;
  readonly scale: Tensor;

  constructor(
    readonly features: number,
    { rng, scale = 0.1 }: ScaledResidualOptions,
  ) {
    super();
    this.weight = new Parameter([features, features], {
      init: heNormal(),
      fans: linearFans(features, features),
      rng,
    });
    this.bias = new Parameter([features], { init: zeros(), rng });
    this.scale = full([features], scale, { requiresGrad: true });
  }

  override forward(x: Tensor): Tensor {
    return x.add(x.matmul(this.weight).add(this.bias).silu().mul(this.scale));
  }

  /** For printing: `ScaledResidual(24 features): 624 parameters` */
  protected override describe(): string {
    return `${this.features} features`;
  }
}
