/**
 * Step 6: the real engine.
 *
 * The engine in `src/autograd/` does what step 5 does, and this file is a guide for reading it. Open its files in the
 * order graph.ts, record.ts, op.ts, sums.ts, backward.ts. Each part below belongs to one of them: it says what the
 * engine has there that step 5 has not, and why, and shows it with a few lines. The table at the end says where the
 * parts of step 5 stand.
 *
 * New: leaves that ask for a gradient, versions, release, hooks, two dtypes, and errors that name the op and the line.
 * Missing: no part of the method. Around the engine lie ops, layers, optimisers and the gradient checker.
 *
 *     npx tsx docs/steps/6-the-real-engine.ts
 *
 * Previous: docs/steps/5-rules-as-ops.ts · Next: docs/backprop.md
 */
import * as engine from '../../src/index.js';
import { array } from './3-tape-for-arrays.js';
import * as step5 from './5-rules-as-ops.js';

const { log } = console;

/** A line of a table: what step 5 does, and what the engine does. */
const row = (what: string, step5: unknown, engine: unknown): void =>
  log(`${what.padEnd(40)}  ${String(step5).padEnd(14)}  ${engine}`);

/** A tensor of the engine with float64 numbers, as in the steps. It asks for a gradient unless it is to be constant. */
const leaf = (numbers: number | number[] | number[][], requiresGrad = true): engine.Tensor =>
  engine.tensor(numbers, { dtype: 'float64', requiresGrad });

/** The same numbers in step 5. */
export const in5 = (x: engine.NDArray): step5.Tensor => new step5.Tensor(array([...x.data], x.shape));

/** The first sentence of the error that `run` ends with. */
function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message.split(/[.;] /)[0]!;
  }
  throw new Error('nothing was refused');
}

// To begin with, the same layer in both. The gradients are the same, and so are second derivatives.

/** What a layer and its derivatives need, from step 5 or from the engine. */
export interface Parts<T> {
  readonly matmul: (a: T, b: T) => T;
  readonly add: (a: T, b: T) => T;
  readonly mul: (a: T, b: T) => T;
  readonly tanh: (x: T) => T;
  readonly sum: (x: T) => T;
  readonly grad: (f: (x: T) => T) => (x: T) => T;
}
/** The engine's ops take plain numbers as well, and its `grad` takes functions of several tensors. */
export const parts: Parts<engine.Tensor> = {
  ...engine,
  add: (a, b) => engine.add(a, b),
  mul: (a, b) => engine.mul(a, b),
  grad: (f) => engine.grad(f),
};

const [data, bias] = [leaf([[0.4, -0.7]], false), leaf([0.1], false)];

/** W: two inputs, one unit. */
const weights = (requiresGrad = true): engine.Tensor => leaf([[0.5], [-0.3]], requiresGrad);

/** The loss Σ tanh(x · W + b) of a layer, as a function of W. The data x and the bias b are constants. */
const layer =
  <T>({ matmul, add, tanh, sum }: Parts<T>, x: T, b: T) =>
  (w: T): T =>
    sum(tanh(add(matmul(x, w), b)));
export const loss5 = layer(step5, in5(data), in5(bias));
export const loss = layer(parts, data, bias);

/** The gradient of f at w, and the gradient of the squared length of that gradient. */
export function derivatives<T>({ mul, sum, grad }: Parts<T>, f: (w: T) => T, w: T): [T, T] {
  const slope = grad(f);
  return [slope(w), grad((w) => sum(mul(slope(w), slope(w))))(w)];
}

function sameNumbers(): void {
  const show = ({ data }: engine.NDArray): string => Array.from(data, (v) => v.toFixed(9)).join('  ');
  log('A layer: the gradient of its weights, and the gradient of the squared length of that gradient');
  for (const one of derivatives(step5, loss5, in5(weights()))) log(`step 5  ${show(one)}`);
  for (const one of derivatives(parts, loss, weights())) log(`engine  ${show(one)}`);
}

// graph.ts: tensors and nodes.

/**
 * Step 5 returns the gradients of everything in a map. In the engine a leaf asks, with `requiresGrad`, and the gradient
 * arrives in its `.grad`, where an optimiser finds it. `.grad` adds up over walks, so a large batch can be walked back
 * in parts. And each `.grad` owns its numbers. In step 5 both inputs of a sum get the same tensor g, and a program that
 * clips one gradient in place clips both.
 *
 * The inputs of a node are nodes, or tensors where no node computed them. In step 5 all of them are tensors with their
 * numbers, so every value of a program lives as long as the loss. In the engine only those live that a rule needs.
 */
function leavesAndNodes(): void {
  const [p, q] = [step5.scalar(1), step5.scalar(2)];
  const [a, b] = [leaf(1), leaf(2)];
  const map = step5.backward(step5.add(p, q));
  a.add(b).backward();
  row('p + q: one tensor is both gradients', map.get(p) === map.get(q), a.grad === b.grad);
  a.mul(5).backward();
  const later = step5.backward(step5.mul(p, step5.scalar(5)));
  row('p + q, then 5p: the gradient of p', later.get(p)!.data[0], a.grad!.item());
  const kinds = (list: readonly object[]): string => list.map((one) => one.constructor.name).join(', ');
  const node5 = step5.add(step5.neg(p), q).node!;
  row('−p + q: inputs of the last node', kinds(node5.inputs), kinds(a.neg().add(b).node!.inputs));
}

// record.ts: what is written down.

/** How many nodes `run` leaves. `mark` records a node, before and after, and returns the position of the node. */
function nodes(mark: () => number, run: () => unknown): number {
  const before = mark();
  run();
  return mark() - before - 1;
}
const mark5 = (): number => step5.copy(step5.scalar(0)).node!.position;
const mark = (): number => leaf(0).clone().node!.position;

/**
 * Step 5 records everything. The engine records an op if one of its inputs needs a gradient and recording is on, so
 * constants and evaluation cost no memory. The walk switches recording off, unless `createGraph` asks for derivatives of
 * gradients: training needs first derivatives only, and a recorded walk keeps its values as well.
 */
function recording(): void {
  const [w, constant] = [weights(), weights(false)];
  const forward5 = (): step5.Tensor => loss5(in5(w));
  const walk5 = (): unknown => step5.backward(forward5());
  for (const [what, run5, run] of [
    ['forward', forward5, () => loss(w)],
    ['forward, no leaf asks', forward5, () => loss(constant)],
    ['forward in noGrad', forward5, () => engine.noGrad(() => loss(w))],
    ['forward and walk', walk5, () => loss(w).backward()],
    ['the same with createGraph', walk5, () => loss(w).backward({ createGraph: true })],
  ] as const)
    row(`nodes: ${what}`, nodes(mark5, run5), nodes(mark, run));
}

/**
 * A node notes the version of what it saves: how often the tensor has been written to. If the version is another when
 * the walk comes by, the rule would compute with wrong numbers. Step 5 does, and says nothing. A sum saves nothing, so
 * a bias that was only added may be updated before the walk.
 */
function versions(): void {
  const [p, q, r] = [step5.scalar(3), step5.scalar(4), step5.scalar(1)];
  const [a, b, c] = [leaf(3).named('p'), leaf(4), leaf(1)];
  const y5 = step5.add(step5.mul(p, q), r);
  const y = a.mul(b).add(c);
  const slope5 = (): number => step5.backward(y5).get(q)!.data[0]!;
  r.data[0] = 7;
  c.assign([7]);
  y.backward({ retainGraph: true });
  row('p · q + 1, 1 overwritten: gradient of q', slope5(), b.grad!.item());
  p.data[0] = 100;
  a.assign([100]);
  row('p = 3 overwritten with 100', slope5(), 'an error:');
  log(refusal(() => y.backward()));
}

// op.ts: declaring an op and running it. The folder guard/ checks what an op is given and what it returns.

/** The ops that a walk visits, newest first, and which of their inputs receive a gradient. */
function served(output: engine.Tensor): string {
  const list: string[] = [];
  const tick = (gradient: unknown): string => (gradient ? '✓' : '–');
  engine.observe(
    { gradients: ({ op }, _g, inputs) => list.push(`${op.name} ${inputs.map(tick).join('')}`) },
    () => output.backward(),
  );
  return list.join(', ');
}

/**
 * A rule runs only if its input leads to a leaf that asks. The gradient of the data x would cost as much as that of W,
 * and nobody wants it. An input without a derivative, such as the condition of `where`, has the rule 'zero'. An op with
 * any number of inputs, such as `concat`, has one rule for all of them, `vjpAll`. And an op is declared once: plain
 * arguments, such as the shape for `broadcastTo`, are its `attrs`. Step 5 declares that op anew in each call.
 *
 * Numbers are float32 for speed or float64 for checks. An op of both converts first, by a recorded op, whose rule
 * converts the gradient back: each gradient has the dtype of its tensor.
 */
function rules(): void {
  const [a, b] = [leaf([1, 2]), leaf([3, 4])];
  log(`layer:   ${served(loss(weights()))}`);
  log(`where:   ${served(engine.where(leaf([0, 1]), a, b).sum())}`);
  log(`concat:  ${served(engine.concat([a, leaf([5], false)]).sum())}`);
  const single = engine.tensor([1, 2], { requiresGrad: true });
  const product = single.mul(a);
  product.sum().backward();
  log(
    `dtypes:  ${single.dtype} · ${a.dtype} = ${product.dtype}; gradients ${single.grad!.dtype}, ${a.grad!.dtype}`,
  );
  const firstRow = engine.defineOp({
    name: 'firstRow',
    forward: ([x]: [engine.NDArray]) => ({ data: x.data.slice(0, x.shape[1]!), shape: x.shape.slice(1) }),
    vjp: [(g) => g],
  });
  log(`a wrong rule:  ${refusal(() => engine.apply(firstRow, [weights()]).sum().backward())}`);
}

// sums.ts holds the ops that the walk itself needs, the same as in step 5. backward.ts is the walk.

/**
 * Where gradients meet, step 5 makes a new tensor for each sum. The class `Stop` makes one for the first sum, which
 * then grows in place. The first contribution must not grow, since others may hold it. Take 3x + (x + 2x): the rules of
 * both sums return g itself, so the product 3x and x receive one array. If 2 is added to it for x, then 3x, which is the
 * oldest node and visited last, passes on 3 · 3 instead of 3 · 1.
 */
export function sums(): { inStep5: number; inEngine: number; careless: number } {
  const slope = <T>({ grad, mul, add }: Parts<T>, [one, two, three]: T[]): T =>
    grad((x) => add(mul(x, three!), add(x, mul(x, two!))))(one!);
  const g = [1];
  const [ofX, of3x] = [g, g];
  ofX[0]! += 2;
  ofX[0]! += 3 * of3x[0]!;
  return {
    inStep5: slope(step5, [1, 2, 3].map(step5.scalar)).data[0]!,
    inEngine: slope(parts, [leaf(1), leaf(2), leaf(3)]).item(),
    careless: ofX[0]!,
  };
}

/**
 * After the walk the nodes drop their inputs and what they saved. Those are most of a program's memory, and a loss that
 * is kept for a log would keep them all. A second walk says so; `retainGraph` keeps the tape. A walk that fails drops
 * nothing and writes no `.grad`, so it can be repeated.
 *
 * A hook sees a gradient on its way and may replace it. `retainGrad` keeps the gradient of a tensor that is no leaf;
 * otherwise the walk drops it when it has been passed on.
 */
function releaseAndHooks(): void {
  const w = leaf(3).named('w');
  const y = w.mul(4).retainGrad();
  const square = y.mul(y);
  const remove = w.registerHook(() => {
    throw new Error('a hook fails');
  });
  const state = (): string => `w.grad ${w.grad?.item() ?? null}, ${square.node!.inputs.length} inputs held`;
  log(`walk 1: ${refusal(() => square.backward())}: ${state()}`);
  remove();
  y.registerHook((g) => g.mul(0.5));
  square.backward();
  log(`walk 2: a hook halves y.grad from 24 to ${y.grad!.item()}: ${state()}`);
  log(`walk 3: ${refusal(() => square.backward())}`);
}

/** cut.ts notes what cut the way back from a tensor, and where. Only messages use the note. */
function cuts(): void {
  const w = leaf(3);
  const lost = engine.noGrad(() => w.mul(w));
  log(refusal(() => lost.backward()));
  log(engine.explainGrad(w.greater(2).named('mask')).message);
}

function main(): void {
  sameNumbers();
  log('');
  row('graph.ts', 'step 5', 'engine');
  leavesAndNodes();
  log('');
  row('record.ts', 'step 5', 'engine');
  recording();
  versions();
  log('\nop.ts: which inputs receive a gradient');
  rules();
  log('');
  const { inStep5, inEngine, careless } = sums();
  row('backward.ts', 'step 5', 'engine');
  row('3x + (x + 2x): gradient of x', inStep5, `${inEngine}, and ${careless} if g grew in place`);
  releaseAndHooks();
  log('\ncut.ts');
  cuts();
}

if (process.argv[1]?.endsWith('6-the-real-engine.ts')) main();

// ## What it prints
//
// A layer: the gradient of its weights, and the gradient of the squared length of that gradient
// step 5  0.311660604  -0.545406057
// step 5  -0.296704675  0.519233182
// engine  0.311660604  -0.545406057
// engine  -0.296704675  0.519233182
//
// graph.ts                                  step 5          engine
// p + q: one tensor is both gradients       true            false
// p + q, then 5p: the gradient of p         5               6
// −p + q: inputs of the last node           Tensor, Tensor  Node, Tensor
//
// record.ts                                 step 5          engine
// nodes: forward                            4               4
// nodes: forward, no leaf asks              4               0
// nodes: forward in noGrad                  4               0
// nodes: forward and walk                   13              4
// nodes: the same with createGraph          13              7
// p · q + 1, 1 overwritten: gradient of q   3               3
// p = 3 overwritten with 100                100             an error:
// mul: needs the value of p [] it saved, but that tensor was written to since (version 1, saved at 0)
//
// op.ts: which inputs receive a gradient
// layer:   sum ✓, tanh ✓, add ✓–, matmul –✓
// where:   sum ✓, where –✓✓
// concat:  sum ✓, concat ✓–
// dtypes:  float32 · float64 = float64; gradients float32, float64
// a wrong rule:  firstRow: the gradient of input 0 has shape [1] (float64), the input has [2, 1] (float64)
//
// backward.ts                               step 5          engine
// 3x + (x + 2x): gradient of x              6               6, and 12 if g grew in place
// walk 1: a hook fails: w.grad null, 2 inputs held
// walk 2: a hook halves y.grad from 24 to 12: w.grad 48, 0 inputs held
// walk 3: backward: the tape behind this tensor was already walked back (docs/steps/6-the-real-engine.ts:246:10) and its saved values were released (at mul)
//
// cut.ts
// backward: the output does not depend on any tensor that requires a gradient: a path was cut by noGrad() (docs/steps/6-the-real-engine.ts:254:23)
// mask is a constant: greater has no derivative, so nothing leads back through it (docs/steps/6-the-real-engine.ts:256:28)

// ## Where the parts of step 5 stand
//
// step 5                   engine                        file
// Tensor, Node             Tensor, Node, Source          src/autograd/graph.ts
// Op                       Op                            src/autograd/graph.ts
// position                 position, record              src/autograd/record.ts
// defineOp, apply          defineOp, apply               src/autograd/op.ts
// ADD, BROADCAST_TO        ADD, BROADCAST_TO             src/autograd/sums.ts
// SUM_TO, copy             SUM_TO, clone                 src/autograd/sums.ts
// newestFirst              tapeBehind, newestFirst       src/autograd/backward.ts
// contribution             tapeBehind, walkBack          src/autograd/backward.ts
// backward                 propagate, backward           src/autograd/backward.ts
// gradients                Stop, addToGrad               src/autograd/backward.ts
// grad                     grad, track                   src/functional.ts
// mul, sub, neg            mul, sub, neg                 src/ops/arithmetic.ts

// ## Exercise: versions and release
//
// `npm run exercise 6-the-real-engine` gives you a small tape for numbers that believes every value it meets. Let it
// notice values that were overwritten, and let it release its nodes after a walk that succeeded.
