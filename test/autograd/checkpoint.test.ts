/** A checkpoint is what it wraps, bit for bit, and keeps less: in value, in every derivative, and in what it leaves behind. */
import * as assert from 'uvu/assert';
import { demand, gradcheck } from '../../src/check/index.js';
import {
  backward,
  checkpoint,
  concat,
  detectAnomaly,
  explain,
  grad,
  hessian,
  jvp,
  leakyRelu,
  noGrad,
  observe,
  ones,
  type Rng,
  randn,
  random,
  replay,
  type Tensor,
  tapeOf,
  tensor,
  valueAndGrad,
  vjp,
  zeros,
} from '../../src/index.js';
import {
  type AnyModule,
  BatchNorm1d,
  Dropout,
  GRU,
  Linear,
  Sequential,
  Tanh,
  TransformerEncoderLayer,
} from '../../src/nn/index.js';
import { assertClose, assertSame, assertThrows } from '../support/close.js';
import { fc, property } from '../support/property.js';
import { suite } from '../support/suite.js';

const test = suite('checkpoint');

type Fn = (...inputs: Tensor[]) => Tensor;
/** A way to call a function: `checkpoint`, or directly. */
type Way = (fn: Fn, ...inputs: Tensor[]) => Tensor;
const directly: Way = (fn, ...inputs) => fn(...inputs);

const leaf = (...values: number[]): Tensor => tensor(values, { requiresGrad: true, dtype: 'float64' });
const gradOf = ({ grad }: Tensor): number[] => [...grad!.data];

/** The bits of a tensor, as text. */
const bits = ({ data }: Tensor): string =>
  [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)].join();

const FEATURES = 6;

/** The blocks of the property: each takes and returns [4, 3, FEATURES], and draws or keeps statistics. */
const BLOCKS: Record<string, (rng: Rng) => { layers: AnyModule[]; forward: (x: Tensor) => Tensor }> = {
  mlp(rng) {
    const net = new Sequential(
      new Linear(FEATURES, FEATURES, { rng }),
      new BatchNorm1d(FEATURES),
      new Tanh(),
      new Dropout(0.4, { rng }),
    );
    return {
      layers: [net],
      // x is used four times, in here and beside it.
      forward: (x) =>
        x
          .mul(0.5)
          .add(net.forward(x.reshape([12, FEATURES])).reshape(x.shape))
          .add(x.mul(x)),
    };
  },
  gru(rng) {
    const gru = new GRU(FEATURES, FEATURES, { rng, layers: 2, dropout: 0.3 });
    return { layers: [gru], forward: (x) => gru.forward(x).output };
  },
  attention(rng) {
    const layer = new TransformerEncoderLayer(FEATURES, 2, 8, { rng, dropout: 0.2, activation: 'gelu' });
    return { layers: [layer], forward: (x) => layer.forward(x) };
  },
};

/** Everything that two training steps compute and leave behind, as text. */
function traceOf(way: Way, kinds: readonly string[], seed: number): string {
  const rng = random(seed);
  const blocks = kinds.map((kind) => BLOCKS[kind]!(rng));
  const scale = randn([FEATURES], rng);
  scale.requiresGrad = true;
  const input = randn([4, 3, FEATURES], rng);
  input.requiresGrad = true;
  const trace: unknown[] = [];
  for (let step = 0; step < 2; step++) {
    // A computed tensor that all blocks close over.
    const factor = scale.exp();
    let x: Tensor = input;
    for (const { forward } of blocks) x = way((at) => forward(at.mul(factor)).add(at), x);
    const loss = x.square().mean();
    loss.backward();
    trace.push(bits(loss), bits(x), bits(input.grad!), bits(scale.grad!), rng.uniform(), rng.normal());
    for (const { layers } of blocks)
      for (const layer of layers) {
        trace.push(layer.parameters().map((p) => bits(p.grad!)));
        trace.push(layer.namedBuffers().map(([name, buffer]) => [name, bits(buffer)]));
        for (const p of layer.parameters()) p.assign(p.data.map((v, i) => v - p.grad!.data[i]!));
      }
  }
  return JSON.stringify(trace);
}

test('training has the same bits with checkpoints as without: values, gradients, statistics, generators', () =>
  property(
    fc.record({
      kinds: fc.array(fc.constantFrom(...Object.keys(BLOCKS)), { minLength: 1, maxLength: 3 }),
      seed: fc.nat(1000),
    }),
    ({ kinds, seed }) => {
      const expected = traceOf(directly, kinds, seed);
      assert.is(traceOf(checkpoint, kinds, seed), expected);
      // Each block in a checkpoint, inside a checkpoint with a step of its own.
      assert.is(
        traceOf((fn, ...at) => checkpoint((...x) => checkpoint(fn, ...x), ...at), kinds, seed),
        expected,
      );
    },
  ));

test('the same training with other masks has other bits, so that the property can fail', () => {
  assert.is.not(traceOf(directly, ['mlp'], 1), traceOf(directly, ['mlp'], 2));
});

test('the tape holds one node for each checkpoint, and no node of the function', () => {
  const x = leaf(1, 2);
  const y = checkpoint(
    (a) => a.exp().sin().mul(a),
    checkpoint((a) => a.square().tanh(), x),
  );
  assert.equal(
    tapeOf(y).map(({ op }) => op.name),
    ['checkpoint', 'checkpoint'],
  );
});

test('many uses of one tensor are added in the order of the walk, so that no bit changes', () => {
  const x = tensor([0.1], { requiresGrad: true });
  const parts = [1e8, 3, -1e8, 0.7, 1e-3];
  const loss = (way: Way): Tensor =>
    way((a) => parts.slice(1, 4).reduce((sum, part) => sum.add(a.mul(part)), a.mul(a)), x)
      .add(x.mul(parts[0]!))
      .add(x.mul(parts[4]!))
      .sum();
  const gradient = (way: Way): string => {
    x.grad = null;
    loss(way).backward();
    return bits(x.grad!);
  };
  assert.is(gradient(checkpoint), gradient(directly));
});

test('gradients reach inputs, weights and computed tensors that the function closes over', () => {
  const [x, w] = [leaf(2, 3), leaf(5, 7)];
  const inner = w.square(); // [25, 49]
  checkpoint((a) => a.mul(w).mul(inner), x)
    .sum()
    .backward();
  // d(x·w³)/dx = w³, d(x·w³)/dw = 3·x·w²
  assertSame(gradOf(x), [125, 343]);
  assertSame(gradOf(w), [150, 441]);
});

test('an outer tensor that was computed from another outer tensor is not counted twice', () => {
  const w = leaf(3);
  const a = w.square();
  const b = a.mul(w);
  // a·b = w⁵
  checkpoint(() => a.mul(b)).backward();
  assertSame(gradOf(w), [5 * 81]);
});

test('inputs may come several times, and may need no gradient', () => {
  const [x, c] = [leaf(2), tensor([10], { dtype: 'float64' })];
  checkpoint((a: Tensor, b: Tensor, k: Tensor) => a.mul(b).mul(k).add(k), x, x, c)
    .sum()
    .backward();
  assertSame(gradOf(x), [40]);
  assert.is(c.grad, null);
});

test('what the function hands on or makes of constants needs no checkpoint', () => {
  const [x, c] = [leaf(1, 2), ones([2])];
  assert.is(
    checkpoint((a) => a, x),
    x,
  );
  assert.is(
    checkpoint((_) => c, x),
    c,
  );
  const computed = x.exp();
  assert.is(
    checkpoint((_) => computed, x),
    computed,
  );
  assert.not.ok(checkpoint((a) => a.mul(2), c).requiresGrad);
  assert.not.ok(checkpoint((a) => a.detach(), x).requiresGrad);
});

test('inputs of two dtypes get gradients of their own dtypes', () => {
  const [narrow, wide] = [tensor([0.1, 0.2], { requiresGrad: true }), leaf(0.3, 0.4)];
  const loss = (way: Way): Tensor => way((a: Tensor, b: Tensor) => a.mul(b).exp(), narrow, wide).sum();
  loss(directly).backward();
  const expected = [bits(narrow.grad!), bits(wide.grad!)];
  narrow.grad = wide.grad = null;
  loss(checkpoint).backward();
  assert.equal([bits(narrow.grad!), bits(wide.grad!)], expected);
  assert.is(narrow.grad!.dtype, 'float32');
});

test('under noGrad it is a plain call', () => {
  const x = leaf(1, 2);
  let calls = 0;
  const y = noGrad(() =>
    checkpoint((a) => {
      calls++;
      return a.exp();
    }, x),
  );
  assertSame(y.data, x.exp().data);
  assert.is(y.node, null);
  assert.is(calls, 1);
});

test('the function runs once forward, and once more for each walk', () => {
  const x = leaf(1);
  let calls = 0;
  const y = checkpoint((a) => {
    calls++;
    return a.exp();
  }, x).sum();
  assert.is(calls, 1);
  y.backward(undefined, { retainGraph: true });
  assert.is(calls, 2);
  y.backward();
  assert.is(calls, 3);
  assertSame(gradOf(x), [2 * Math.E]);
  assertThrows(() => y.backward(), 'already walked back');
});

// --- derivatives of any order --------------------------------------------------------------------------------------

const w = leaf(0.3, -0.7);
const bend = (a: Tensor): Tensor => a.mul(w).tanh().mul(a.square()).add(a.exp().mul(w.square())).sum();
const bent = (a: Tensor): Tensor => checkpoint(bend, a);
const at = (): Tensor => tensor([0.4, -1.1], { dtype: 'float64' });

test('grad, vjp, jvp and hessian lead through a checkpoint', () => {
  const one = tensor(1, { dtype: 'float64' });
  const along = tensor([0.5, 2], { dtype: 'float64' });
  assertSame(grad(bent)(at()).data, grad(bend)(at()).data);
  assertSame(vjp(bent, at()).pullback(one).data, vjp(bend, at()).pullback(one).data);
  assertClose(jvp(bent, [at()], [along]).tangent.data, jvp(bend, [at()], [along]).tangent.data, {
    relative: 1e-14,
  });
  assertClose(hessian(bent)(at()).data, hessian(bend)(at()).data, { relative: 1e-14 });
});

test('they may also be called inside of one, by a tensor that requires a gradient', () => {
  const energy = (way: Way): number[] => {
    const x = leaf(0.4, -1.1);
    way((a) => valueAndGrad(bend)(a).gradient.square(), x)
      .sum()
      .backward();
    return gradOf(x);
  };
  assertSame(energy(checkpoint), energy(directly));
});

test('a gradient is differentiated again by leaves inside and outside, through nested checkpoints too', () => {
  const third = (way: Way): number[][] => {
    const [x, v] = [leaf(0.4, -1.1), leaf(0.2, 0.9)];
    const f: Fn = (a) =>
      way((b) => b.mul(v).sin().mul(b), a.exp())
        .mul(v)
        .add(a);
    for (let order = 0, y = way(f, x).sum(); order < 3; order++) {
      x.grad = v.grad = null;
      y.backward(undefined, { createGraph: order < 2 });
      y = x.grad!.mul(v.grad!).sum();
    }
    return [gradOf(x), gradOf(v)];
  };
  for (const [i, expected] of third(directly).entries())
    assertClose(third(checkpoint)[i]!, expected, { relative: 1e-12 });
});

test('a gradient through a checkpoint passes the check against differences to second order', () => {
  const net = new Sequential(new Linear(3, 3, { rng: random(1), dtype: 'float64' }), new Tanh());
  demand(
    gradcheck((x: Tensor) => checkpoint((a) => net.forward(a).mul(a), x), randn([2, 3], random(2)), {
      order: 2,
    }),
  );
});

// --- what a second run must not change ------------------------------------------------------------------------------

test('normals come in pairs, and the second of a pair is given out again in the second run', () => {
  for (const before of [0, 1, 2, 3])
    for (const inside of [1, 2, 3]) {
      const run = (way: Way): number[] => {
        const rng = random(5);
        for (let i = 0; i < before; i++) rng.normal();
        const x = leaf(2);
        way((a) => {
          let y = a;
          for (let i = 0; i < inside; i++) y = y.mul(rng.normal());
          return y;
        }, x)
          .sum()
          .backward();
        return [...gradOf(x), rng.normal(), rng.uniform()];
      };
      assertSame(run(checkpoint), run(directly), `${inside} draws after ${before}`);
    }
});

test('a generator that went on after the forward pass is where it was after the walk', () => {
  const run = (way: Way): number[] => {
    const rng = random(5);
    const drop = new Dropout(0.5, { rng });
    const x = ones([64], { requiresGrad: true });
    const first = way((a) => drop.forward(a), x);
    const between = rng.uniform();
    const second = way((a) => drop.forward(a), first);
    second.sum().backward();
    return [between, rng.uniform(), ...gradOf(x)];
  };
  assertSame(run(checkpoint), run(directly));
});

test('a generator that the function sets back is where it was after the walk', () => {
  const run = (way: Way): number[] => {
    const rng = random(5);
    const start = rng.state();
    const x = leaf(2);
    const y = way((a) => {
      rng.restore(start);
      return a.square();
    }, x).mul(rng.uniform());
    y.sum().backward();
    return [...gradOf(x), rng.uniform()];
  };
  assertSame(run(checkpoint), run(directly));
});

test('running statistics take each batch in once, in the order of the forward pass', () => {
  const run = (way: Way): number[] => {
    const norm = new BatchNorm1d(3, { momentum: null });
    const x = randn([5, 3], random(1));
    x.requiresGrad = true;
    // The same layer twice, and once more after the forward pass.
    const y = way(
      (a) => norm.forward(a.mul(3)),
      way((a) => norm.forward(a.add(1)), x),
    );
    norm.forward(x);
    const { version } = norm.runningMean!;
    y.square().mul(x).sum().backward();
    assert.is(norm.runningMean!.version, version);
    return [
      ...norm.runningMean!.data,
      ...norm.runningVar!.data,
      norm.numBatchesTracked!.item(),
      ...gradOf(x),
    ];
  };
  const steps = run(directly)[6];
  assert.is(steps, 3);
  assertSame(run(checkpoint), run(directly));
});

test('a buffer that the function writes to and reads has its value from before in the second run', () => {
  const run = (way: Way): number[] => {
    const [x, count] = [leaf(2, 3), zeros([2], { dtype: 'float64' })];
    const step: Fn = (a) => {
      count.assign(count.data.map((v) => v + 1));
      return a.mul(count.detach());
    };
    const loss = way(step, way(step, x)).sum();
    loss.backward();
    return [...gradOf(x), ...count.data, count.version];
  };
  assertSame(run(directly), [2, 2, 2, 2, 2]);
  assertSame(run(checkpoint), run(directly));
});

test('a second walk over the same tape draws the same masks again', () => {
  const x = ones([64], { requiresGrad: true });
  const drop = new Dropout(0.5, { rng: random(5) });
  const loss = checkpoint((a) => drop.forward(a), x).sum();
  loss.backward(undefined, { retainGraph: true });
  const once = gradOf(x);
  loss.backward();
  assertSame(
    gradOf(x),
    once.map((g) => 2 * g),
  );
});

test('an error in the function leaves generators, tensors and the tape as they were', () => {
  const run = (fails: boolean): unknown[] => {
    const [rng, norm, x] = [random(1), new BatchNorm1d(2), leaf(1, 2)];
    const failing = (): Tensor =>
      checkpoint((a) => {
        rng.uniform();
        norm.runningMean!.assign([5, 5]);
        if (fails) throw new Error('halfway');
        return a;
      }, x);
    if (fails) assertThrows(failing, 'halfway');
    else failing();
    return [rng.uniform(), [...norm.runningMean!.data], norm.runningMean!.version, x.exp().requiresGrad];
  };
  const rng = random(1);
  assert.equal(run(true), [rng.uniform(), [0, 0], new BatchNorm1d(2).runningMean!.version, true]);
  assert.equal(run(false)[1], [5, 5]);
});

test('an error in the second run leaves them as the first run did, and the walk can be tried again', () => {
  const [rng, x] = [random(1), leaf(2)];
  let broken = false;
  const loss = checkpoint((a) => {
    const y = a.mul(rng.uniform());
    if (broken) throw new Error('halfway');
    return y.square();
  }, x).sum();
  broken = true;
  assertThrows(() => loss.backward(), 'halfway');
  assert.is(x.grad, null);
  broken = false;
  loss.backward();
  const same = random(1);
  const factor = same.uniform();
  assertClose(gradOf(x), [4 * factor * factor], { relative: 1e-14 });
  assert.is(rng.uniform(), same.uniform());
});

// --- what cannot be computed again ----------------------------------------------------------------------------------

const AGAIN = 'the function computed something else when the walk back ran it again';

/** What a function computes that is another one each time, in a checkpoint. */
function refusesTheSecondRun(fn: (a: Tensor, run: number) => Tensor, what: string): void {
  const x = leaf(0.5, 0, 2);
  let runs = 0;
  const loss = checkpoint((a) => fn(a, runs++), x).sum();
  const error = assertThrows(() => loss.backward(), 'checkpoint: ', AGAIN);
  assert.is(error.name, 'GraphError', what);
  assert.is(x.grad, null, what);
}

test('a function that computes something else the second time is refused', () => {
  const fresh = random(3);
  const foreign = { ...fresh, uniform: () => Math.sqrt(runs++ % 7) / 3 } as Rng;
  let runs = 0;
  const zero = tensor([0, 0, 0], { dtype: 'float64' });
  const twins = [leaf(1, 1, 1), leaf(1, 1, 1)];
  refusesTheSecondRun((a, run) => a.mul(1 + run), 'a counter');
  refusesTheSecondRun((a) => new Dropout(0.5, { rng: foreign }).forward(a), 'a generator of another kind');
  refusesTheSecondRun(
    (a, run) =>
      a
        .mul(run + 1)
        .square()
        .mul(zero),
    'a value that is zero both times',
  );
  refusesTheSecondRun((a, run) => (run ? a.exp().mul(a).mul(1) : a.exp().mul(a)), 'one op more');
  refusesTheSecondRun((a, run) => (run ? a.sub(a) : a.sub(a.detach())), 'another op');
  refusesTheSecondRun((a, run) => leakyRelu(a, 0.1 * run), 'another slope that the value does not show');
  refusesTheSecondRun((a, run) => a.mul(twins[run]!), 'another weight of the same value');
  refusesTheSecondRun((a, run) => (run ? a.detach() : a.mul(1)), 'a constant');
  refusesTheSecondRun((a) => a.mul(leaf(1, 1, 1)), 'a leaf of its own');
  refusesTheSecondRun((a, run) => a.reshape(run ? [1, 3] : [3]), 'another shape');
});

test('a mask that was drawn afresh is noticed behind a weight that is still zero', () => {
  const x = ones([64], { requiresGrad: true });
  const gain = zeros([64], { requiresGrad: true });
  let seed = 0;
  const branch = (a: Tensor): Tensor => new Dropout(0.5, { rng: random(seed++) }).forward(a).mul(gain);
  assertThrows(
    () =>
      checkpoint((a) => a.add(branch(a)), x)
        .sum()
        .backward(),
    AGAIN,
  );
});

test('an array that was set past write() since the forward pass is noticed', () => {
  const [x, factor] = [leaf(2, 3), tensor([5, 7], { dtype: 'float64' })];
  const loss = checkpoint((a) => a.mul(factor), x).sum();
  factor.data[0] = 6;
  assertThrows(() => loss.backward(), AGAIN);
});

test('NaN is the same as NaN', () => {
  const x = leaf(-1, 2);
  checkpoint((a) => a.log().mul(a), x)
    .sum()
    .backward();
  assert.ok(Number.isNaN(gradOf(x)[0]!));
  assertClose([gradOf(x)[1]!], [Math.log(2) + 1], { relative: 1e-14 });
});

test('an input or a weight that was written to since the forward pass is refused by name', () => {
  for (const which of [0, 1]) {
    const [x, v] = [leaf(2, 3).named('x'), leaf(5, 7).named('v')];
    const loss = checkpoint((a) => a.add(v), x).sum();
    [x, v][which]!.assign([0, 0]);
    const message = `checkpoint: needs the value of ${'xv'[which]} [2] it saved, but that tensor was written to since`;
    assertThrows(() => loss.backward(), message);
  }
});

test('a weight that was frozen since the forward pass gets no gradient, and the others theirs', () => {
  const [x, v] = [leaf(2), leaf(5)];
  const loss = checkpoint((a) => a.mul(v), x).sum();
  v.requiresGrad = false;
  loss.backward();
  assert.is(v.grad, null);
  assertSame(gradOf(x), [5]);
});

test('backward inside is refused, since it would add to gradients twice', () => {
  const x = leaf(2);
  const training = (a: Tensor): Tensor => {
    a.square().sum().backward();
    return a.exp();
  };
  assertThrows(() => checkpoint(training, x), 'checkpoint: the function called backward()', 'grad()');
});

test('a function that returns no tensor is refused', () => {
  const x = leaf(1);
  const returning = (value: unknown) => () => checkpoint((() => value) as never, x);
  assertThrows(returning([x]), 'checkpoint: the function returned an array; expected one Tensor', 'concat');
  assertThrows(returning({ x }), 'the function returned an object; expected one Tensor');
  assertThrows(returning(undefined), 'the function returned undefined');
  assertThrows(returning(Promise.resolve(x)), 'the function returned a promise; await first');
  assertThrows(() => noGrad(returning(3)), 'the function returned a number');
  assertThrows(() => checkpoint(x as never), 'checkpoint: expected a function of tensors, got a Tensor');
  assertThrows(() => checkpoint((a) => a, 3 as never), 'checkpoint: expected a Tensor, got a number');
});

// --- hooks, observers, pictures -------------------------------------------------------------------------------------

test('hooks on inputs and weights see each gradient once and whole, and hooks inside see theirs', () => {
  const run = (way: Way): string[] => {
    const [x, v, seen] = [leaf(2), leaf(3), [] as string[]];
    const see = (name: string) => (g: Tensor) => void seen.push(`${name} ${g.data[0]}`);
    const computed = x.mul(1);
    x.registerHook(see('x'));
    v.registerHook(see('v'));
    computed.registerHook(see('computed'));
    const y = way((a) => {
      const inside = a.mul(v).mul(v);
      inside.registerHook(see('inside'));
      inside.registerHook((g) => g.mul(2));
      return inside.add(a);
    }, computed);
    y.registerHook(see('y'));
    y.add(computed).sum().backward();
    return [...seen, `${gradOf(x)}`, `${gradOf(v)}`];
  };
  // y + c with y = 2·c·v² + c, where the 2 is the hook's
  assert.equal(run(directly), ['y 1', 'inside 1', 'computed 20', 'x 20', 'v 24', '20', '24']);
  assert.equal(run(checkpoint).sort(), run(directly).sort());
});

test('retainGrad works for the output and for what the function closes over', () => {
  const run = (way: Way): number[] => {
    const x = leaf(2);
    const outer = x.mul(1).retainGrad();
    const y = way((a) => a.mul(outer), x).retainGrad();
    y.mul(3).sum().backward();
    return [...gradOf(outer), ...gradOf(y), ...gradOf(x)];
  };
  assertSame(run(directly), [6, 3, 12]);
  assertSame(run(checkpoint), run(directly));
});

test('a tensor that leaks out of the function has the tape of the first run, and its gradient is right', () => {
  const x = leaf(2);
  let side!: Tensor;
  const y = checkpoint((a) => {
    const h = a.exp();
    side = h.mul(a);
    return h;
  }, x);
  side.add(y).sum().backward();
  // d(x·eˣ + eˣ)/dx
  assertClose(gradOf(x), [4 * Math.exp(2)], { relative: 1e-14 });
});

test('an observer is told of the ops of both runs, and of one walk', () => {
  const x = leaf(0.5);
  const told: string[] = [];
  observe(
    {
      forward: (op) => void told.push(op.name),
      start: () => void told.push('walk'),
      gradients: ({ op }) => void told.push(`${op.name} back`),
      walked: () => void told.push('walked'),
    },
    () =>
      checkpoint((a) => a.exp().sin(), x)
        .sum()
        .backward(),
  );
  assert.equal(told, [
    ...['exp', 'sin', 'sum', 'walk', 'sum back'],
    ...['exp', 'sin', 'sin back', 'exp back', 'checkpoint back', 'walked'],
  ]);
});

test('anomaly detection passes an infinity inside, and names the op inside whose gradient is wrong', () => {
  const run = (value: number) => (): void => {
    const x = leaf(value, 1);
    // −∞ is right inside: softmax makes 0 of it.
    detectAnomaly(() =>
      checkpoint((a) => a.log().softmax(0), x)
        .square()
        .sum()
        .backward(),
    );
  };
  assert.not.throws(run(0.5));
  const root = (): void => {
    const x = leaf(0, 1);
    detectAnomaly(() =>
      checkpoint((a) => a.sqrt().mul(2), x)
        .sum()
        .backward(),
    );
  };
  assertThrows(root, 'sqrt: the gradient of input 0 at [0] is Infinity');
  assertThrows(
    () =>
      detectAnomaly(() =>
        checkpoint((a) => a.log(), leaf(-1))
          .sum()
          .backward(),
      ),
    'log: the value at [0] is NaN',
  );
});

test('explain and replay show a checkpoint as one step, with its value and gradient, and change nothing', () => {
  const [x, rng] = [leaf(0.5, 2).named('x'), random(1)];
  const drop = new Dropout(0.5, { rng });
  const y = checkpoint((a) => drop.forward(a.exp()), x).named('y');
  const loss = y.sum();
  const { steps } = replay(loss);
  assert.equal(
    steps.map(({ node }) => node.op.name),
    ['checkpoint', 'sum'],
  );
  assertSame(steps[0]!.value.data, y.data);
  assertSame(steps[0]!.gradient!.data, [1, 1]);
  assert.match(explain(loss), /#1 +checkpoint +x +\[2\]/);
  const next = random(1);
  next.uniform();
  next.uniform();
  assert.is(rng.uniform(), next.uniform());
  loss.backward();
});

test('a released checkpoint keeps nothing, not even for those who hold its output', () => {
  const y = checkpoint((a) => a.exp(), leaf(1));
  const node = y.node!;
  backward(y.sum());
  assert.equal([node.inputs.length, Object.keys(node.saved), Object.keys(node.attrs as object)], [0, [], []]);
});

test('types: the result has the type that the function returns', () => {
  const x = ones([2, 3] as const, { requiresGrad: true });
  const y: Tensor<readonly [6]> = checkpoint((a) => a.reshape([6]), x);
  const z: Tensor = checkpoint((a: Tensor, b: Tensor) => concat([a, b], 0), x, x);
  assert.equal([y.shape, z.shape], [[6], [4, 3]]);
});
