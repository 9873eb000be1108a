/** What Node and the browser both compute, so that their numbers can be compared bit for bit. */
import type * as tapegrad from '../../src/browser.js';

/** Numbers by name, as the hexadecimal digits of their bits. */
export type Results = Record<string, string>;

function bits({ data }: tapegrad.Tensor): string {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Trains a small network for twenty steps; its loss, gradients and weights afterwards. */
export function train({ nn, optim, init, data, random, crossEntropy }: typeof tapegrad): Results {
  const rng = random(7);
  const hidden = new nn.Linear(2, 32, { rng: rng.split('hidden'), init: init.xavierNormal() });
  const model = new nn.Sequential(hidden, new nn.Tanh(), new nn.Linear(32, 3, { rng: rng.split('output') }));
  const { x, labels } = data.spiral(48, { rng: rng.split('points'), noise: 0.1 });
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
  const losses: string[] = [];
  for (let step = 0; step < 20; step++) {
    optimizer.zeroGrad();
    const loss = crossEntropy(model.forward(x), labels);
    loss.backward();
    optimizer.step();
    losses.push(bits(loss));
  }
  const results: Results = { losses: losses.join(' ') };
  for (const [name, parameter] of model.namedParameters()) {
    results[name] = bits(parameter);
    results[`gradient of ${name}`] = bits(parameter.grad!);
  }
  return results;
}

/** Derivatives in float32 of every function there is a fast kernel for, and in float64 of what is exactly rounded. */
export function differentiate({ randn, random, grad, hessian }: typeof tapegrad): Results {
  const results: Results = {};
  const add = (name: string, formula: (x: tapegrad.Tensor) => tapegrad.Tensor, x: tapegrad.Tensor): void => {
    results[`${name}: value`] = bits(formula(x));
    results[`${name}: gradient`] = bits(grad(formula)(x));
    results[`${name}: hessian`] = bits(hessian(formula)(x));
  };
  add('float32', mixed, randn([6], random(11), { dtype: 'float32' }));
  add(
    'float64',
    (x) => x.square().add(1).sqrt().div(x.abs().add(2)).matmul(x),
    randn([6], random(11), { dtype: 'float64' }),
  );
  return results;
}

const mixed = (x: tapegrad.Tensor): tapegrad.Tensor =>
  x.tanh().mul(x.exp()).add(x.sigmoid()).softmax().mul(x.square().add(1).log()).sum();

/** In float64 the functions are those of the engine, which may differ in the last bit: plain numbers. */
export function approximate({ randn, random, hessian }: typeof tapegrad): number[] {
  return [...hessian(mixed)(randn([6], random(11), { dtype: 'float64' })).data];
}

/** The message of an error that the page's own code provokes. */
export function mistake({ zeros }: typeof tapegrad): string {
  try {
    zeros([2, 3]).matmul(zeros([4, 5]) as tapegrad.Tensor);
  } catch (error) {
    return (error as Error).message;
  }
  return 'no error';
}
