/** Attention: as one op of ONNX, and the layer as products and a softmax. */
import {
  type AttentionOptions,
  greater,
  ones,
  type Rng,
  rand,
  randn,
  scaledDotProductAttention,
  split,
  type Tensor,
  tensor,
  tril,
} from '../../../src/index.js';
import { MultiheadAttention, TransformerEncoderLayer } from '../../../src/nn/index.js';
import { flags, type Input, type Output, onnx, real, whole } from '../onnx.js';
import { type Case, golden, goldenOutput, type Row } from '../row.js';

/** Queries, keys and values [batch, heads, length, width] here and as the op Attention. */
function attended(
  [batch, heads, queries, keys, width, out]: readonly number[],
  { allow, causal = false, scale }: { allow?: Tensor; causal?: boolean; scale?: number },
  rng: Rng,
): Case {
  const q = randn([batch!, heads!, queries!, width!], rng);
  const k = randn([batch!, heads!, keys!, width!], rng);
  const v = randn([batch!, heads!, keys!, out!], rng);
  const options: AttentionOptions = {
    causal,
    ...(allow === undefined ? {} : { allow }),
    ...(scale === undefined ? {} : { scale }),
  };
  return {
    what: `[${q.shape}] [${k.shape}] [${v.shape}] ${allow ? `mask [${allow.shape}] ` : ''}${JSON.stringify({ causal, scale })}`,
    ours: () => scaledDotProductAttention(q, k, v, options),
    theirs: onnx('Attention', [q, k, v, allow ? flags(allow) : null], {
      is_causal: causal ? 1 : 0,
      ...(scale === undefined ? {} : { scale: real(scale) }),
    }),
  };
}

/** A mask in which every query may attend to a key. */
function mask(shape: readonly number[], rng: Rng): Tensor {
  const drawn = greater(rand(shape, rng), 0.4);
  return tensor(
    drawn.data.map((value, i) => (i % shape[shape.length - 1]! === 0 ? 1 : value)),
    { shape },
  );
}

/** x · W + b */
function affine(x: Input, weight: Input, bias: Tensor | null): Output {
  const product = onnx('MatMul', [x, weight]);
  return bias ? onnx('Add', [product, bias]) : product;
}

/** A layer of attention, from the nodes that its formula names. */
export function multihead(
  layer: MultiheadAttention,
  inputs: readonly [q: Input, k: Input, v: Input],
  allow: Tensor | null,
): Output {
  const { heads, embed, inProjWeight, inProjBias, outProj } = layer;
  const linear = (x: Input, weight: Tensor, bias: Tensor | null): Output =>
    affine(x, onnx('Transpose', [weight], { perm: [1, 0] }), bias);
  const [weights, biases] = [split(inProjWeight, 3), inProjBias && split(inProjBias, 3)];
  const [q, k, v] = inputs.map((x, i) => {
    const apart = onnx('Reshape', [
      linear(x, weights[i]!, biases && biases[i]!),
      whole([0, 0, heads, embed / heads]),
    ]);
    return onnx('Transpose', [apart], { perm: [0, 2, 1, 3] });
  }) as [Output, Output, Output];
  const products = onnx('MatMul', [q, onnx('Transpose', [k], { perm: [0, 1, 3, 2] })]);
  const scores = onnx('Div', [products, tensor(Math.sqrt(embed / heads))]);
  const allowed = allow ? onnx('Where', [flags(allow), scores, tensor(-1e30)]) : scores;
  const together = onnx('Transpose', [onnx('MatMul', [onnx('Softmax', [allowed], { axis: -1 }), v])], {
    perm: [0, 2, 1, 3],
  });
  return linear(onnx('Reshape', [together, whole([0, 0, -1])]), outProj.weight, outProj.bias);
}

interface Sizes {
  readonly embed: number;
  readonly heads: number;
  readonly batch: number;
  readonly queries: number;
  readonly keys: number;
  readonly bias?: boolean;
  readonly mask?: 'causal' | 'allow';
}

function layerCase({ embed, heads, batch, queries, keys, bias = true, mask: kind }: Sizes, rng: Rng): Case {
  const layer = new MultiheadAttention(embed, heads, { rng, bias });
  if (bias) {
    layer.inProjBias!.assign(randn([3 * embed], rng));
    layer.outProj.bias!.assign(randn([embed], rng));
  }
  const q = randn([batch, queries, embed], rng);
  const [k, v] = [randn([batch, keys, embed], rng), randn([batch, keys, embed], rng)];
  const allow = kind === 'allow' ? mask([batch, heads, queries, keys], rng) : null;
  const causal = kind === 'causal';
  return {
    what: JSON.stringify({ embed, heads, batch, queries, keys, bias, mask: kind }),
    ours: () => layer.forward(q, k, v, { causal, ...(allow ? { allow } : {}) }),
    theirs: multihead(layer, [q, k, v], causal ? tril(ones([queries, keys])) : allow),
  };
}

function goldenLayer(rng: Rng): Case {
  const { x, weightIn, biasIn, weightOut, biasOut } = golden('multiHeadAttention');
  const layer = new MultiheadAttention(4, 2, { rng });
  layer.inProjWeight.assign(weightIn!);
  layer.inProjBias!.assign(biasIn!);
  layer.outProj.weight.assign(weightOut!);
  layer.outProj.bias!.assign(biasOut!);
  return {
    what: 'golden multiHeadAttention',
    ours: () => layer.forward(x!, x!, x!, { causal: true }),
    theirs: multihead(layer, [x!, x!, x!], tril(ones([3, 3]))),
    golden: goldenOutput('multiHeadAttention'),
  };
}

/** A layer of a transformer, from the nodes that its formulas name. */
function encoded(options: { activation: 'relu' | 'gelu'; normFirst: boolean }, rng: Rng): Case {
  const layer = new TransformerEncoderLayer(8, 2, 20, { rng, ...options });
  for (const parameter of layer.parameters())
    if (parameter.rank === 1) parameter.assign(randn(parameter.shape, rng));
  const { selfAttn, linear1, linear2, norm1, norm2 } = layer;
  const x = randn([3, 5, 8], rng);
  const causal = tril(ones([5, 5]));
  const normed = (input: Input, { weight, bias }: typeof norm1): Output =>
    onnx('LayerNormalization', [input, weight, bias], { axis: -1, epsilon: real(1e-5) });
  const attention = (input: Input): Output => multihead(selfAttn, [input, input, input], causal);
  const network = (input: Input): Output => {
    const units = affine(input, linear1.weight, linear1.bias);
    return affine(
      onnx(options.activation === 'relu' ? 'Relu' : 'Gelu', [units]),
      linear2.weight,
      linear2.bias,
    );
  };
  const plus = (a: Input, b: Input): Output => onnx('Add', [a, b]);
  const first = options.normFirst
    ? plus(x, attention(normed(x, norm1)))
    : normed(plus(x, attention(x)), norm1);
  return {
    what: JSON.stringify(options),
    ours: () => layer.forward(x, { causal: true }),
    theirs: options.normFirst
      ? plus(first, network(normed(first, norm2)))
      : normed(plus(first, network(first)), norm2),
  };
}

export const ATTENTION: readonly Row[] = [
  {
    op: 'scaledDotProductAttention',
    by: 'Attention',
    units: 16,
    *cases(rng) {
      yield attended([1, 1, 1, 1, 1, 1], {}, rng);
      yield attended([2, 3, 4, 5, 6, 7], {}, rng);
      yield attended([2, 2, 5, 5, 4, 4], { causal: true }, rng);
      yield attended([2, 3, 4, 5, 6, 6], { allow: mask([2, 3, 4, 5], rng) }, rng);
      yield attended([2, 3, 4, 5, 6, 6], { allow: mask([4, 5], rng) }, rng);
      // A query that may attend to nothing gets zeros.
      yield attended(
        [1, 1, 2, 3, 4, 4],
        {
          allow: tensor([
            [0, 0, 0],
            [1, 0, 1],
          ]),
        },
        rng,
      );
      yield attended([1, 2, 6, 6, 3, 5], { scale: 0.7 }, rng);
      yield attended([2, 4, 32, 32, 16, 16], { causal: true }, rng);
    },
  },
  {
    op: 'MultiheadAttention',
    by: 'MatMul, Softmax, Where',
    units: 32,
    *cases(rng) {
      yield layerCase({ embed: 1, heads: 1, batch: 1, queries: 1, keys: 1 }, rng);
      yield layerCase({ embed: 6, heads: 3, batch: 2, queries: 4, keys: 5 }, rng);
      yield layerCase({ embed: 8, heads: 2, batch: 2, queries: 5, keys: 5, mask: 'causal' }, rng);
      yield layerCase({ embed: 8, heads: 4, batch: 3, queries: 4, keys: 6, mask: 'allow' }, rng);
      yield layerCase({ embed: 6, heads: 2, batch: 1, queries: 3, keys: 3, bias: false }, rng);
      yield layerCase({ embed: 64, heads: 4, batch: 2, queries: 24, keys: 24, mask: 'causal' }, rng);
      yield goldenLayer(rng);
    },
  },
  {
    op: 'TransformerEncoderLayer',
    by: 'all of these, LayerNormalization',
    units: 64,
    *cases(rng) {
      for (const activation of ['relu', 'gelu'] as const)
        for (const normFirst of [false, true]) yield encoded({ activation, normFirst }, rng);
    },
  },
];
