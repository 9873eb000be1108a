/** A layer of our own, which adds a learned share of a linear layer to its input. */
import { full, type Rng, type Tensor } from 'tapegrad';
import { heNormal, linearFans, zeros } from 'tapegrad/init';
import { Module, Parameter } from 'tapegrad/nn';

export interface ScaledResidualOptions {
  rng: Rng;
  /** The first α. It is small, so that many layers begin close to y = x, but not 0, so that a gradient reaches W. */
  scale?: number;
}

/** y = x + α ⊙ silu(x · W + b),   x [n, features] ⇒ y [n, features]. The parameters are α, W and b. */
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

  /** What is printed between the parentheses: `ScaledResidual(24 features): 624 parameters` */
  protected override describe(): string {
    return `${this.features} features`;
  }
}
