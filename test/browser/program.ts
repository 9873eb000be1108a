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

export interface Products {
  readonly one: string;
  readonly two: string;
  /** How many helper threads listened for work during the second product. */
  readonly helpers: number;
  /** What threads() said while two were asked for. */
  readonly threads: number;
  /** The name of the kernels, and why these run. */
  readonly kernels: string;
}

/** The word of the shared memory that counts helpers: see kernels/simd/assembly/shared.ts. */
const LISTENING = 3;

/** A large product on one thread, then on two, once a helper has had time to come. */
export async function multiply({
  kernels,
  randn,
  random,
  setThreads,
  threads,
}: typeof tapegrad): Promise<Products> {
  const shared = watchSharedMemory();
  const rng = random(3);
  const [a, b] = [randn([200, 300], rng), randn([300, 200], rng)];
  setThreads(1);
  const one = bits(a.matmul(b));
  setThreads(2);
  a.matmul(b);
  const listening = (): number => (shared[0] ? new Int32Array(shared[0].buffer)[LISTENING]! : 0);
  for (let i = 0; i < 100 && listening() === 0; i++) await new Promise((resolve) => setTimeout(resolve, 20));
  const two = bits(a.matmul(b));
  const helpers = listening();
  const said = threads();
  setThreads(1);
  const { name, why } = kernels();
  return { one, two, helpers, threads: said, kernels: `${name}: ${why}` };
}

/** Collects the shared memories that are made from here on. */
function watchSharedMemory(): WebAssembly.Memory[] {
  const made: WebAssembly.Memory[] = [];
  WebAssembly.Memory = new Proxy(WebAssembly.Memory, {
    construct(Memory, [options]: [WebAssembly.MemoryDescriptor]) {
      const memory = new Memory(options);
      if (options.shared) made.push(memory);
      return memory;
    },
  });
  return made;
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
