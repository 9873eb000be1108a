import * as assert from 'uvu/assert';
import {
  apply,
  backward,
  defineOp,
  detectAnomaly,
  explain,
  explainGrad,
  logSumExp,
  type NDArray,
  noGrad,
  ones,
  randn,
  random,
  setLint,
  type Tensor,
  tensor,
  valueAndGrad,
  where,
  zeros,
} from '../../src/index.js';
import { assertClose, assertSame, assertThrows } from '../support/close.js';
import { fc, property } from '../support/property.js';
import { suite } from '../support/suite.js';

const test = suite('tape');
const leaf = (data: number | number[], name = ''): Tensor =>
  tensor(data, { requiresGrad: true, dtype: 'float64' }).named(name);

test('a tensor used twice receives both gradients: b = a + a, c = b + b gives dc/da = 4', () => {
  const a = leaf(3);
  const b = a.add(a);
  b.add(b).backward();
  assert.is(a.grad!.item(), 4);
});

test('a diamond counts each path once', () => {
  const x = leaf(2);
  const y = x.square();
  y.mul(x).add(y.mul(3)).backward();
  assert.is(x.grad!.item(), 3 * 4 + 6 * 2);
});

test('a branch off the path costs nothing and changes nothing', () => {
  const x = leaf([1, 2]);
  const unused = x.exp().log();
  let ran = 0;
  unused.registerHook(() => void ran++);
  x.square().sum().backward();
  assertSame(x.grad!.data, [2, 4]);
  assert.is(ran, 0);
});

test('gradients of random expressions do not depend on the order of construction or on unused branches', () => {
  property(fc.array(fc.integer({ min: -64, max: 64 }), { minLength: 1, maxLength: 6 }), (values) => {
    const data = values.map((v) => v / 64);
    const first = leaf(data);
    first.tanh().mul(first.exp()).sum().backward();
    const second = leaf(data);
    const right = second.exp();
    second.cos();
    second.tanh().mul(right).sum().backward();
    assertClose(first.grad!.data, second.grad!.data, { relative: 1e-15 });
  });
});

test('two retained backwards give exactly twice the gradient, and intermediates do not leak between runs', () => {
  const x = leaf([0.5, -1.25]);
  const loss = x.tanh().mul(x).sum();
  loss.backward({ retainGraph: true });
  const once = [...x.grad!.data];
  loss.backward();
  assertSame(
    x.grad!.data,
    once.map((g) => 2 * g),
  );
});

test('a second backward names the first, and retainGraph', () => {
  const x = leaf([1, 2]);
  const loss = x.square().sum();
  loss.backward();
  assertThrows(
    () => loss.backward(),
    'already walked back (test/autograd/tape.test.ts:',
    'detach()',
    'retainGraph: true',
  );
});

test('a value carried over from a released tape is named too', () => {
  const w = leaf(2);
  const h = w.mul(3);
  h.backward();
  assertThrows(
    () => h.mul(w).backward(),
    'backward: the tape behind this tensor was already walked back',
    'at mul',
  );
  assert.is(w.grad!.item(), 3, 'a failed pass leaves gradients alone');
});

test('a chain of 100,000 ops differentiates, and can be dropped', () => {
  const x = leaf(1);
  let y: Tensor = x;
  for (let i = 0; i < 100_000; i++) y = y.add(1e-6);
  y.backward();
  assert.is(x.grad!.item(), 1);
});

test('a fan-out of 10,000 adds up', () => {
  const x = leaf(1);
  let total: Tensor = x;
  for (let i = 1; i < 10_000; i++) total = total.add(x);
  total.backward();
  assert.is(x.grad!.item(), 10_000);
});

test('backward without a path says where it was cut', () => {
  const w = leaf(2);
  assertThrows(
    () => w.mul(2).detach().square().backward(),
    'does not depend on any tensor that requires a gradient',
    'cut by detach() (test/autograd/tape.test.ts:',
  );
  const constant = noGrad(() => w.mul(2));
  assertThrows(() => constant.backward(), 'cut by noGrad() (test/autograd/tape.test.ts:');
  assertThrows(() => tensor(1).backward(), 'requiresGrad: true');
});

test('backward of more than one number asks for a reduction or a gradient of that shape', () => {
  const x = leaf([1, 2, 3]);
  assertThrows(() => x.mul(2).backward(), 'shape [3]', 'loss.mean()');
  assertThrows(
    () => x.mul(2).backward(tensor([1, 2])),
    'is a Tensor of shape [2] (float32), the output has [3] (float64)',
  );
  x.mul(2).backward(tensor([1, 10, 100], { dtype: 'float64' }));
  assertSame(x.grad!.data, [2, 20, 200]);
});

test('writing into a saved tensor is caught, naming op, tensor and versions; writing where no value is needed is fine', () => {
  const w = leaf([1, 2], 'w');
  const x = leaf([3, 4]);
  const loss = w.mul(x).sum();
  w.assign([5, 6]);
  assertThrows(
    () => loss.backward(),
    'mul: needs the value of w [2]',
    'written to since (version 1, saved at 0)',
  );
  const b = leaf([1, 1]);
  const sum = b.add(x).sum();
  b.assign([9, 9]);
  sum.backward();
  assertSame(b.grad!.data, [1, 1]);
});

test('writes into saved lists, and writes that throw halfway, are caught too', () => {
  const PRODUCT = defineOp({
    name: 'product',
    forward: ([a, b]: [NDArray, NDArray]) => ({
      data: a.data.map((v, i) => v * b.data[i]!),
      shape: a.shape,
    }),
    save: ({ inputs }) => ({ factors: inputs }),
    vjpAll: (g, { factors: [a, b] }) => [g.mul(b), g.mul(a)],
  });
  const x = leaf([1, 2]);
  const b = leaf([3, 4]);
  const loss = apply(PRODUCT, [x, b]).sum();
  assertThrows(
    () =>
      b.write((data) => {
        data[0] = 100;
        throw new Error('planted');
      }),
    'planted',
  );
  assertThrows(() => loss.backward(), 'product: needs the value of factors [2]', 'version 1, saved at 0');
  assertThrows(
    () =>
      detectAnomaly(() => {
        const again = apply(PRODUCT, [x, b]).sum();
        x.data[0] = 9;
        again.backward();
      }),
    'saved factors [2], and its data was changed',
  );
});

test('leaf gradients own their storage', () => {
  const a = leaf([1, 2]);
  const b = leaf([3, 4]);
  const seed = tensor([1, 1], { dtype: 'float64' });
  a.add(b).backward(seed);
  assert.is.not(a.grad!.data, b.grad!.data);
  assert.is.not(a.grad!.data, seed.data);
  a.grad!.write((g) => g.fill(7));
  assertSame(b.grad!.data, [1, 1]);
  assertSame(seed.data, [1, 1]);
});

test('a gradient that a rule hands on unchanged is not added to by its other receivers', () => {
  const a = leaf([1]);
  const b = leaf([1]);
  const w = a.mul(3);
  const z = a.add(b).retainGrad();
  z.mul(2).add(z.mul(5)).add(w).sum().backward();
  assert.equal(
    [a, b, z].map((x) => x.grad!.item()),
    [10, 7, 7],
  );
});

/** Three leaves and a computation on them in which values are used again and again, with hooks and kept gradients in the middle. */
const tangles = fc.array(
  fc.record({
    op: fc.constantFrom('add', 'sub', 'mul', 'clone'),
    operands: fc.tuple(fc.nat(), fc.nat()),
    watched: fc.boolean(),
  }),
  { minLength: 4, maxLength: 14 },
);

test('without a graph gradients are what they are with one, in the middle too and as hooks see them', () => {
  property(
    tangles,
    (steps) => {
      const gradients = (createGraph: boolean): number[] => {
        const kept = [1, 1.5, 0.75].map((x) => leaf([x]));
        const values = [...kept];
        const seen: Tensor[] = [];
        for (const { op, operands, watched } of steps) {
          const [a, b] = operands.map((i) => values[i % values.length]!) as [Tensor, Tensor];
          const value: Tensor = op === 'clone' ? a.clone() : op === 'mul' ? a.mul(b).mul(0.5) : a[op](b);
          values.push(value);
          if (!watched) continue;
          kept.push(value.retainGrad());
          value.registerHook((g) => void seen.push(g));
        }
        const [last, ...others] = values.slice(-4);
        others
          .reduce((sum, value) => sum.add(value), last!)
          .sum()
          .backward({ createGraph });
        return [...kept.map(({ grad }) => grad?.item() ?? 0), ...seen.map((g) => g.item())];
      };
      assertClose(gradients(false), gradients(true), { relative: 1e-12 });
    },
    500,
  );
});

test('retainGrad keeps the gradient of a computed tensor; others have none', () => {
  const x = leaf(3);
  const y = x.square().retainGrad();
  const z = y.mul(2);
  z.backward();
  assert.is(y.grad!.item(), 2);
  assert.is(z.grad, null);
});

test('a hook sees the gradient, may replace it, and can be removed', () => {
  const x = leaf(3);
  const y = x.square();
  const seen: number[] = [];
  y.registerHook((g) => {
    seen.push(g.item());
    return g.mul(10);
  });
  const remove = x.registerHook((g) => g.neg());
  y.mul(2).backward();
  assert.equal(seen, [2]);
  assert.is(x.grad!.item(), -120);
  remove();
  x.grad = null;
  x.square().backward();
  assert.is(x.grad!.item(), 6);
  assertThrows(() => tensor(1).registerHook(() => {}), 'requires no gradient');
});

test('a hook that is registered twice is called twice, and removed once at a time', () => {
  const x = leaf(3);
  let calls = 0;
  const hook = (): void => void calls++;
  const remove = x.registerHook(hook);
  x.registerHook(hook);
  x.square().backward();
  assert.is(calls, 2);
  remove();
  x.square().backward();
  assert.is(calls, 3);
});

test('a hook that returns something unlike the gradient is refused', () => {
  const cases: [unknown, string][] = [
    [tensor([1], { dtype: 'float64' }), 'a Tensor of shape [1] (float64)'],
    [tensor([1, 2]), 'a Tensor of shape [2] (float32)'],
    [3, 'a number'],
    [[1, 2], 'an array'],
    [Promise.resolve(), 'a promise'],
  ];
  for (const [returned, name] of cases) {
    const x = leaf([1, 2]);
    x.registerHook(() => returned as Tensor);
    assertThrows(
      () => x.sum().backward(),
      `registerHook: the hook returned ${name}, the gradient has [2] (float64); return a Tensor like it, or nothing`,
    );
    assert.is(x.grad, null);
  }
});

test('a seed that is no tensor, or of another dtype, is refused', () => {
  const x = tensor([1, 2], { requiresGrad: true });
  const seeds: [unknown, string][] = [
    [tensor([1, 1], { dtype: 'float64' }), 'a Tensor of shape [2] (float64)'],
    [[1, 1], 'an array'],
    [2, 'a number'],
    [new Float32Array(2), 'a Float32Array'],
  ];
  for (const [seed, name] of seeds) {
    const said = [
      `backward: the gradient passed in is ${name}, the output has [2] (float32)`,
      "dtype: 'float32'",
    ];
    assertThrows(() => x.mul(2).backward(seed as Tensor), ...said);
    assertThrows(() => backward(x.mul(2), seed as Tensor), ...said);
  }
  x.mul(2).sum().backward(undefined, { retainGraph: true });
  assertSame(x.grad!.data, [2, 2]);
});

test('noGrad records nothing, is restored after an error, and refuses promises', () => {
  const x = leaf(2);
  assert.is(noGrad(() => x.mul(2)).requiresGrad, false);
  assertThrows(() => noGrad(() => assert.unreachable('planted')), 'planted');
  assert.ok(x.mul(2).requiresGrad);
  assertThrows(() => noGrad(async () => 1), 'noGrad: the function returned a promise');
});

test('createGraph gives gradients that can be differentiated', () => {
  const x = leaf(2);
  x.pow(4).backward({ createGraph: true });
  const first = x.grad!;
  assert.is(first.item(), 32);
  x.grad = null;
  first.backward();
  assert.is(x.grad!.item(), 48);
});

type One = [NDArray];
const copy = (x: NDArray): NDArray => ({ data: x.data.slice(), shape: x.shape });

test('a rule that throws leaves the tape usable', () => {
  const BAD = defineOp({
    name: 'bad',
    forward: ([x]: One) => copy(x),
    vjp: [
      () => {
        throw new Error('planted');
      },
    ],
  });
  const x = leaf(1);
  assertThrows(() => apply(BAD, [x.mul(2)]).backward(), 'planted');
  x.mul(2).backward();
  assert.is(x.grad!.item(), 2);
});

test('a pass that a rule or a hook breaks off changes nothing, and can be tried again', () => {
  let failing = true;
  const FRAGILE = defineOp({
    name: 'fragile',
    forward: ([x]: One) => copy(x),
    vjp: [
      (g) => {
        if (failing) throw new Error('planted');
        return g;
      },
    ],
  });
  const x = leaf([1, 2]);
  const y = apply(FRAGILE, [x.square()]);
  const loss = y.square().sum();
  assertThrows(() => loss.backward(), 'planted');
  failing = false;
  const remove = x.registerHook(() => {
    throw new Error('planted in a hook');
  });
  assertThrows(() => loss.backward(), 'planted in a hook');
  assert.is(x.grad, null);
  remove();
  loss.backward();
  assertSame(x.grad!.data, [4, 32]);
});

test('a grad that was set to something unlike its tensor is refused', () => {
  const x = leaf([1, 2], 'x');
  const y = leaf([1, 2]);
  x.grad = tensor([1], { dtype: 'float64' });
  assertThrows(
    () => y.add(x).sum().backward(),
    'backward: the grad of x was set to a Tensor of shape [1] (float64), and the tensor has [2] (float64); set it to null',
  );
  assert.is(y.grad, null, 'nothing is written');
});

test('a rule that returns the wrong shape, count or type is named', () => {
  const shape = defineOp({ name: 'wrongShape', forward: ([x]: One) => copy(x), vjp: [(g) => g.sum()] });
  assertThrows(
    () =>
      apply(shape, [leaf([1, 2])])
        .sum()
        .backward(),
    'wrongShape: the gradient of input 0 has shape []',
    'the input has [2]',
    'broadcast: true',
  );
  const count = defineOp({ name: 'wrongCount', forward: ([x]: One) => copy(x), vjpAll: (g) => [g, g] });
  assertThrows(
    () =>
      apply(count, [leaf([1])])
        .sum()
        .backward(),
    'wrongCount: its rule returned 2 gradients for 1 inputs',
  );
  const type = defineOp({
    name: 'wrongType',
    forward: ([x]: One) => copy(x),
    vjp: [() => 3 as unknown as Tensor],
  });
  assertThrows(
    () =>
      apply(type, [leaf([1])])
        .sum()
        .backward(),
    'wrongType: its vjp rule for input 0 returned 3',
  );
  assertThrows(
    () => defineOp({ name: 'norule', forward: ([x]: One) => copy(x) }),
    'norule: an op has either vjp',
  );
  // @ts-expect-error two inputs, one rule: does not compile
  defineOp({ name: 'short', forward: ([a]: [NDArray, NDArray]) => copy(a), vjp: [(g) => g] });
  defineOp({
    name: 'unsaved',
    forward: ([x]: One) => copy(x),
    save: ({ inputs: [x] }) => ({ x }),
    // @ts-expect-error a rule may use only what was saved
    vjp: [(g, { y }) => g.mul(y)],
  });
});

test('a forward that returns its input, a part of it, another dtype or no float array is refused', () => {
  const from = (name: string, data: (x: NDArray) => unknown) =>
    defineOp({
      name,
      forward: ([x]: One) => ({ data: data(x) as NDArray['data'], shape: x.shape }),
      vjp: [(g) => g],
    });
  const x = leaf([1, 2]);
  const shared = 'its forward returned the array of one of its inputs; return a copy, also of a part';
  assertThrows(
    () =>
      apply(
        from('alias', ({ data }) => data),
        [x],
      ),
    `alias: ${shared}`,
  );
  assertThrows(
    () =>
      apply(
        from('view', ({ data }) => data.subarray()),
        [x],
      ),
    `view: ${shared}`,
  );
  const cases: [string, unknown][] = [
    ['Float32Array', new Float32Array(2)],
    ['Int32Array', new Int32Array(2)],
    ['an array', [1, 2]],
    ['undefined', undefined],
  ];
  for (const [name, data] of cases)
    assertThrows(
      () =>
        apply(
          from('odd', () => data),
          [x],
        ),
      `odd: its forward returned ${name} as data, and its inputs are float64`,
      'x.data.slice()',
    );
  const changing = from('changing', ({ data }) => Float32Array.from(data));
  assertSame(apply(changing, [tensor([1, 2])]).data, [1, 2]);
  assertThrows(() => apply(changing, [x]), 'changing: its forward returned Float32Array');
});

test('an input that needs no gradient has its rule never called', () => {
  let called = 0;
  const COUNTED = defineOp({
    name: 'counted',
    forward: ([a]: [NDArray, NDArray]) => copy(a),
    vjp: [
      (g) => g,
      (g) => {
        called++;
        return g;
      },
    ],
  });
  apply(COUNTED, [leaf([1]), tensor([2], { dtype: 'float64' })])
    .sum()
    .backward();
  assert.is(called, 0);
});

test('mixing dtypes promotes to float64 and gradients come back in each input’s dtype', () => {
  const a = tensor([1.5], { requiresGrad: true });
  const b = leaf([2]);
  const y = a.mul(b);
  assert.is(y.dtype, 'float64');
  y.sum().backward();
  assert.is(a.grad!.dtype, 'float32');
  assert.is(b.grad!.dtype, 'float64');
});

test('the same program gives the same bits twice', () => {
  const run = (): number[] => {
    const rng = random(0);
    const w = randn([5, 4], rng, { requiresGrad: true });
    randn([3, 5], rng).matmul(w).tanh().softmax().log().sum().backward();
    return [...w.grad!.data];
  };
  assertSame(run(), run());
});

test('gradient is linear in the seed, and the gradient of a sum is the sum of gradients', () => {
  property(fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 2, maxLength: 5 }), (values) => {
    const x = values.map((v) => v / 64);
    const gradient = (loss: (x: Tensor) => Tensor, seed = 1): Float64Array => {
      const at = leaf(x);
      loss(at).backward(tensor(seed, { dtype: 'float64' }));
      return at.grad!.data as Float64Array;
    };
    const f = (at: Tensor): Tensor => at.sin().sum();
    const h = (at: Tensor): Tensor => at.sigmoid().square().sum();
    assertClose(
      gradient(f, 3),
      gradient(f).map((g) => 3 * g),
      { relative: 1e-14 },
    );
    const separate = gradient(f).map((g, i) => g + gradient(h)[i]!);
    assertClose(
      gradient((at) => f(at).add(h(at))),
      separate,
      { relative: 1e-13, absolute: 1e-15 },
    );
  });
});

test('detectAnomaly names the first bad op, element, operand values and line', () => {
  const x = tensor(
    [
      [1, 2],
      [3, -0.5],
    ],
    { requiresGrad: true },
  ).named('x');
  assertThrows(
    () => detectAnomaly(() => x.log()),
    'log: the value at [1, 1] is NaN (test/autograd/tape.test.ts:',
    'Input 0 (x) [2, 2] spans -0.5 to 3, -0.5 there',
    'positive argument',
  );
  assertThrows(
    () => detectAnomaly(() => tensor([1, 0]).div(tensor([1, 0]))),
    'div: the value at [1] is NaN',
    'Division by zero',
  );
  assert.is(
    detectAnomaly(() => x.mul(2).sum().item()),
    11,
  );
});

test('detectAnomaly recognises 0 · ∞ behind an unselected where branch and prints the rewrite', () => {
  const x = leaf([0, 4]);
  const safe = (): Tensor => where(x.greater(0), x.sqrt(), 0);
  assertThrows(
    () =>
      detectAnomaly(() => {
        const loss = safe().sum();
        loss.backward();
      }),
    'sqrt: the gradient of input 0 at [0] is NaN (test/autograd/tape.test.ts:',
    'where(c, sqrt(where(c, x, 1)), 0)',
  );
});

test('detectAnomaly notices a raw write into the data of a saved tensor', () => {
  const x = leaf([1, 2], 'x');
  assertThrows(
    () =>
      detectAnomaly(() => {
        const loss = x.square().sum();
        x.data[0] = 9;
        loss.backward();
      }),
    'square (test/autograd/tape.test.ts:',
    'saved x [2], and its data was changed after the forward pass',
  );
});

test('explainGrad tells the reasons for a missing gradient apart', () => {
  const w = leaf([1], 'w');
  const unused = leaf([1], 'unused');
  const y = w.mul(2);
  const loss = y.sum();
  const reason = (t: Tensor, l?: Tensor): string => explainGrad(t, l).reason;
  assert.is(reason(w, loss), 'no-backward-yet');
  assert.is(reason(unused, loss), 'leaf-not-reached');
  assert.is(reason(tensor(1)), 'not-tracked');
  assert.is(reason(y.detach()), 'detached');
  assert.match(explainGrad(y.detach()).message, /detached \(test\/autograd\/tape\.test\.ts:\d+:\d+\)/);
  assert.is(reason(noGrad(() => w.mul(2))), 'created-under-noGrad');
  assert.is(reason(y), 'not-retained');
  loss.backward();
  assert.is(reason(w), 'has-gradient');
  assert.is(reason(unused), 'unused-in-loss');
});

test('a tensor that was detached and then made a leaf is explained as a leaf', () => {
  const v = leaf([1, 2], 'v').detach();
  v.requiresGrad = true;
  assert.is(v.cut, null);
  assert.is(explainGrad(v, v.square().sum()).reason, 'no-backward-yet');
});

test('only cuts that the program made are blamed', () => {
  const w = leaf([1]);
  const x = leaf([1, 2], 'x');
  for (const loss of [logSumExp(x), x.norm(), x.norm(0, { p: 3 })])
    assert.is(explainGrad(w, loss).message, 'the loss does not depend on this tensor');
  const cases = [() => x.argMin(), () => valueAndGrad((at) => at.square().sum())(tensor([1, 2])).value];
  for (const make of cases) {
    const { message } = assertThrows(() => make().backward(), 'does not depend on any tensor');
    assert.not.match(message, 'cut by');
  }
});

test('explain prints one line a step with values and gradients, and leaves the tape as it was', () => {
  const x = leaf([1, -2], 'x');
  const tripled = x.mul(3);
  const removals = [x, tripled].map((watched) =>
    watched.registerHook(() => assert.unreachable('a hook was called')),
  );
  const loss = tripled.relu().sum();
  const text = explain(loss);
  assert.equal(
    text.split('\n').map((line) => line.replace(/ {2,}/g, ' | ')),
    [
      'step | op | inputs | shape | value | gradient',
      '#1 | mul | x, 3 | [2] | -6 to 3 | 0 to 1',
      '#2 | relu | #1 | [2] | 0 to 3 | 1',
      '#3 | sum | #2 | [] | 3 | 1',
      'leaf | x | [2] | -2 to 1 | 0 to 3',
    ],
  );
  for (const remove of removals) remove();
  loss.backward();
  assertSame(x.grad!.data, [3, 0]);
  assertThrows(() => explain(loss), 'explain: this tape was already walked back');
});

test('a loss total that grows over 50 steps is reported once', () => {
  const warnings: string[] = [];
  const original = console.warn;
  console.warn = (message: string) => void warnings.push(message);
  setLint(true);
  try {
    const w = leaf(1);
    let total: Tensor = zeros([], { dtype: 'float64' });
    for (let i = 0; i < 60; i++) {
      const loss = w.square();
      total = total.add(loss);
      w.square().backward();
    }
  } finally {
    console.warn = original;
  }
  assert.is(warnings.length, 1);
  assert.match(warnings[0]!, /total \+= loss\.item\(\)/);
});

test('training for 2,000 steps leaves the heap flat', () => {
  const rng = random(1);
  const w = randn([50, 50], rng, { requiresGrad: true });
  const x = ones([20, 50]);
  const step = (): void => {
    x.matmul(w).tanh().square().mean().backward();
    w.write((data) => {
      for (let i = 0; i < data.length; i++) data[i]! -= 0.01 * w.grad!.data[i]!;
    });
    w.grad = null;
  };
  const heap = (): number => {
    for (let i = 0; i < 3; i++) (globalThis as { gc?: () => void }).gc?.();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  for (let i = 0; i < 200; i++) step();
  const before = heap();
  for (let i = 0; i < 2_000; i++) step();
  const growth = heap() - before;
  assert.ok(growth < 2e6, `grew by ${growth} bytes`);
});
