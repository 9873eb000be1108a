/** What Node and every page compute, so that their numbers can be compared bit for bit. */
import type * as tapegrad from '../../src/browser.js';
import type * as check from '../../src/check/index.js';
import type * as plot from '../../src/plot/index.js';
import type { Results } from './numbers.js';

/** The one file for pages, or the same names put together from the entry points. */
export type Library = typeof tapegrad;

/** The numbers of all that follows. */
export function computeIn(library: Library): Results {
  return { ...firstExample(library), ...train(library), ...differentiate(library) };
}

/** The first example of the README. */
function firstExample({ tensor }: Library): Results {
  const w = tensor(
    [
      [1, -2],
      [3, 4],
    ],
    { requiresGrad: true },
  );
  const loss = tensor([[0.5, -1]])
    .matmul(w)
    .tanh()
    .square()
    .sum();
  loss.backward();
  return { 'first example: loss': loss.data, 'first example: gradient': w.grad!.data };
}

/** Trains a small network for twenty steps; its losses, gradients and weights afterwards. */
function train({ nn, optim, init, data, random, crossEntropy }: Library): Results {
  const rng = random(7);
  const hidden = new nn.Linear(2, 32, { rng: rng.split('hidden'), init: init.xavierNormal() });
  const model = new nn.Sequential(hidden, new nn.Tanh(), new nn.Linear(32, 3, { rng: rng.split('output') }));
  const { x, labels } = data.spiral(48, { rng: rng.split('points'), noise: 0.1 });
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
  const losses: number[] = [];
  for (let step = 0; step < 20; step++) {
    optimizer.zeroGrad();
    const loss = crossEntropy(model.forward(x), labels);
    loss.backward();
    optimizer.step();
    losses.push(loss.item());
  }
  const results: Results = { losses: Float64Array.from(losses) };
  for (const [name, parameter] of model.namedParameters()) {
    results[name] = parameter.data;
    results[`gradient of ${name}`] = parameter.grad!.data;
  }
  return results;
}

/** Derivatives of first and second order of functions there are fast kernels for, in both dtypes. */
function differentiate({ randn, random, grad, hessian }: Library): Results {
  const results: Results = {};
  for (const dtype of ['float32', 'float64'] as const) {
    const x = randn([6], random(11), { dtype });
    results[`${dtype}: value`] = mixed(x).data;
    results[`${dtype}: gradient`] = grad(mixed)(x).data;
    results[`${dtype}: hessian`] = hessian(mixed)(x).data;
  }
  return results;
}

const mixed = (x: tapegrad.Tensor): tapegrad.Tensor =>
  x.tanh().mul(x.exp()).add(x.sigmoid()).softmax().mul(x.square().add(1).log()).sum();

/** What the checker says of a right gradient and of a wrong one. */
export function verify({ tensor }: Library, { gradcheck }: typeof check): { right: string; wrong: string } {
  const at = tensor([0.1, 0.7, -1.2]);
  const right = gradcheck((x) => x.softmax().log().sum(), at);
  const wrong = gradcheck((x) => x.square().add(x.detach().square()), at);
  return { right: String(right), wrong: String(wrong) };
}

/** A chart, and a matrix as a picture. */
export async function draw({ heatMap, lineChart }: typeof plot): Promise<string[]> {
  const values = Array.from({ length: 60 }, (_, i) => Math.round(1000 / (i + 1)) / 1000);
  const chart = await lineChart([{ name: 'loss', values }], { x: { label: 'step' }, y: { label: 'loss' } });
  return [chart, await heatMap([values.slice(0, 12), values.slice(12, 24)])];
}

/** The mean of the pixels of some images, and the first labels, from the bytes of two IDX files. */
export function readDigits({ data }: Library, images: Uint8Array, labels: Uint8Array): Results {
  const pixels = data.parseIdx(images);
  const classes = data.parseIdx(labels);
  const [, height, width] = pixels.shape as [number, number, number];
  const set = new data.ImageSet(pixels.data as Uint8Array, classes.data as Uint8Array, height, width);
  return {
    'digits: means': set.images([0, 1, 2, 3]).mean(1).data,
    'digits: labels': set.labelsOf([0, 1, 2, 3, 4, 5, 6, 7]),
  };
}

export interface Products {
  /** The products on one thread, and after two were asked for. */
  readonly results: Results;
  /** How many helper threads listened for work during the second product. */
  readonly helpers: number;
  /** What `threads()` says after two were asked for and one product was computed. */
  readonly threads: number;
}

/** The word of the shared memory that counts helpers: see kernels/simd/assembly/shared.ts. */
const LISTENING = 3;

/** A large product on one thread, then on two, once a helper has had time to come. */
export async function multiply({ randn, random, setThreads, threads }: Library): Promise<Products> {
  const shared = watchSharedMemory();
  const rng = random(3);
  const [a, b] = [randn([200, 300], rng), randn([300, 200], rng)];
  setThreads(1);
  const one = a.matmul(b);
  setThreads(2);
  a.matmul(b);
  const listening = (): number => (shared[0] ? new Int32Array(shared[0].buffer)[LISTENING]! : 0);
  for (let i = 0; i < 50 && shared.length > 0 && listening() === 0; i++)
    await new Promise((resolve) => setTimeout(resolve, 20));
  const two = a.matmul(b);
  const report = { results: { one: one.data, two: two.data }, helpers: listening(), threads: threads() };
  setThreads(1);
  return report;
}

/** Collects the shared memories that are made from here on. */
function watchSharedMemory(): WebAssembly.Memory[] {
  const made: WebAssembly.Memory[] = [];
  if (typeof WebAssembly === 'undefined') return made;
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
export function mistake({ zeros }: Library): string {
  try {
    zeros([2, 3]).matmul(zeros([4, 5]) as tapegrad.Tensor);
  } catch (error) {
    return (error as Error).message;
  }
  return 'no error';
}
