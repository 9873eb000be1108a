/**
 * Proof that the net has no holes: every rule of every op is broken, in one way at a time, and the gradient checks of
 * the registry must notice each mutant. `npm run mutants`; exits 1 if a mutant survives that is not justified below.
 *
 * Rules are broken at run time, by wrapping them in the op. Comparisons (`>` for `>=`) are broken in the source,
 * which is bundled anew for each. A mutant that never changed a gradient is no mutant, and is not counted.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { commandLine, run } from '../../examples/shared/program.js';
import { type GradcheckOptions, gradcheck } from '../../src/check/index.js';
import * as tg from '../../src/index.js';
import { registry } from '../ops/registry.js';
import type { Call } from '../ops/rows.js';
import { fc, seed } from '../support/property.js';

const CALLS_PER_ROW = 10;
const CALLS_PER_OP = 40;

/** The gradient of one input: its rule, or what the joint rule returns for it. */
type Pull = (g: tg.Tensor, saved: tg.Saved, attrs: unknown) => tg.Tensor | null;
type Mutated = (pull: Pull, others: readonly Pull[], changed: () => void) => Pull;

/** Replaces the gradient of one input, and reports whether that changed anything. */
function altering(
  change: (gradient: tg.Tensor, others: () => readonly (tg.Tensor | null)[]) => tg.Tensor | null,
): Mutated {
  return (pull, others, changed) => (g, saved, attrs) => {
    const before = pull(g, saved, attrs);
    const after = before && change(before, () => others.map((other) => other(g, saved, attrs)));
    if (!after) return before;
    if (
      after.size !== before.size ||
      after.data.some((value, i) => Math.abs(value - before.data[i]!) > 1e-6 * Math.abs(value))
    )
      changed();
    return after;
  };
}

const MUTATIONS: Record<string, Mutated> = {
  'scaled by 1.001': altering((gradient) => gradient.mul(1.001)),
  'sign flipped': altering((gradient) => gradient.neg()),
  zeroed: altering((gradient) => gradient.mul(0)),
  transposed: altering((gradient) =>
    gradient.rank >= 2 && gradient.shape.at(-1) === gradient.shape.at(-2) ? gradient.transpose() : null,
  ),
  "another input's rule": altering(
    (gradient, others) => others().find((one) => String(one?.shape) === String(gradient.shape)) ?? null,
  ),
  'cotangent dropped': (pull, _, changed) => (g, saved, attrs) => {
    const [kept, dropped] = [pull(g, saved, attrs), pull(g.mul(0).add(1), saved, attrs)];
    if (kept && dropped?.data.some((value, i) => value !== kept.data[i])) changed();
    return dropped;
  },
};

type Checked = Call & { readonly options?: GradcheckOptions };

/** What the registry cannot call in float64 alone: a conversion, whose values lose nothing on the way up. */
const CONVERSION: Checked = {
  fn: (x) => tg.astype(x!, 'float64').sin(),
  inputs: [tg.tensor([0.5, -1.25, 2])],
  options: { dtype: 'float32', relative: 1e-4 },
};
/** What the registry stays clear of: the tip of a norm, where its square has a second derivative. */
const TIP: Checked = {
  fn: (x) =>
    tg
      .norm(x!, 1)
      .square()
      .mul(tg.tensor([1, 3, -2])),
  inputs: [
    tg.tensor([
      [0, 0],
      [1, -2],
      [0, 0],
    ]),
  ],
};
/** What is no op by itself: a function that runs again in the walk, and uses another tensor besides its own inputs. */
const AGAIN: Checked = {
  fn: (x, w) => tg.checkpoint((a, b) => a.mul(w!).tanh().mul(b), x!, x!.sin()),
  inputs: [tg.tensor([0.5, -1.25, 2]), tg.tensor([0.75, 1.5, -0.5])],
};
/** Ops whose values are whole numbers: their one rule is that there is none. */
const WITHOUT_RULE = ['argMax', 'argMin', 'argSort'];

/** Calls from the registry by the ops they use, forward or in rules, the op's own row first. */
function callsByOp(): Map<tg.Op, Checked[]> {
  const calls = new Map<tg.Op, Checked[]>();
  for (const call of [CONVERSION, TIP, AGAIN])
    for (const op of opsOf(call)) calls.set(op, [call, ...(calls.get(op) ?? [])]);
  for (const [name, row] of Object.entries(registry))
    for (const call of fc.sample(row.calls, { seed, numRuns: CALLS_PER_ROW }))
      for (const op of opsOf(call)) {
        const known = calls.get(op) ?? [];
        if (op.name === name) known.unshift(call);
        else known.push(call);
        calls.set(op, known);
      }
  return calls;
}

/** Every op on the tape of the call's second derivative. */
function opsOf({ fn, inputs, options }: Checked): Set<tg.Op> {
  const dtype = options?.dtype ?? 'float64';
  const leaves = inputs.map((input) => tg.tensor(input, { dtype, requiresGrad: true }));
  const output = tg.withDefaultDtype('float64', () => fn(...leaves));
  if (!output.requiresGrad) return new Set();
  const first = tg.gradients(output, leaves, {
    seed: tg.ones(output.shape, { dtype: 'float64', requiresGrad: true }),
    createGraph: true,
  });
  return new Set([output, ...first].flatMap((tensor) => tg.tapeOf(tensor)).map(({ op }) => op));
}

const caught = ({ fn, inputs, options }: Checked): boolean => {
  try {
    return !gradcheck(fn, inputs, { order: 2, blame: false, allow: ['vacuous'], ...options }).ok;
  } catch {
    return true;
  }
};

/** The names that the sources give to ops. */
function declaredOps(): string[] {
  return ['src/ops', 'src/autograd']
    .flatMap((folder) => readdirSync(join(root, folder)).map((file) => join(root, folder, file)))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(file, 'utf8'))
    .flatMap((source) => [...source.matchAll(/defineOp(?:<[^>]*>)?\(\{\s*name: '(\w+)'/g)])
    .map(([, name]) => name!);
}

interface Tally {
  killed: number;
  readonly survivors: string[];
}

function breakRules(): Tally {
  const tally: Tally = { killed: 0, survivors: [] };
  const byOp = callsByOp();
  for (const [op, all] of byOp) {
    const calls = all.slice(0, CALLS_PER_OP);
    const count = (outcome: Outcome, what: string): void => {
      if (outcome === 'killed') tally.killed++;
      if (outcome === 'survived') tally.survivors.push(`${op.name}, ${what}`);
    };
    for (let input = 0; input < (op.vjp?.length ?? 3); input++)
      for (const [mutation, mutate] of Object.entries(MUTATIONS))
        count(survives(op, input, mutate, calls), `input ${input}: ${mutation}`);
    if (op.broadcast) count(survivesUnsummed(op, calls), 'not summed back');
  }
  const known = [...byOp.keys()].map(({ name }) => name);
  const missed = declaredOps().filter((name) => !known.includes(name) && !WITHOUT_RULE.includes(name));
  if (missed.length > 0) throw new Error(`no case of the registry runs ${missed.join(', ')}`);
  console.log(`${byOp.size} ops: ${known.sort().join(', ')}`);
  return tally;
}

type Outcome = 'killed' | 'survived' | 'no change';

/** Runs the calls with some parts of an op replaced. */
function outcomeWith(
  op: tg.Op,
  parts: (changed: () => void) => Partial<tg.Op>,
  calls: readonly Checked[],
): Outcome {
  let changed = false;
  const original = { ...op };
  Object.assign(
    op,
    parts(() => {
      changed = true;
    }),
  );
  try {
    return calls.some(caught) ? 'killed' : changed ? 'survived' : 'no change';
  } finally {
    Object.assign(op, original);
  }
}

/** Breaks the rule of one input. */
function survives(op: tg.Op, input: number, mutate: Mutated, calls: readonly Checked[]): Outcome {
  const { vjp, vjpAll } = op;
  if (vjp) {
    const pulls = vjp.map((rule): Pull => (rule === 'zero' ? () => null : rule));
    if (vjp[input] === 'zero') return 'no change';
    const others = pulls.filter((_, i) => i !== input);
    return outcomeWith(
      op,
      (changed) => {
        const broken = mutate(pulls[input]!, others, changed) as Exclude<(typeof vjp)[number], 'zero'>;
        return { vjp: vjp.map((rule, i) => (i === input ? broken : rule)) };
      },
      calls,
    );
  }
  return outcomeWith(
    op,
    (changed) => ({
      vjpAll: (g, saved, attrs, needed) => {
        const all = vjpAll!(g, saved, attrs, needed);
        if (!all[input]) return all;
        const pullOf =
          (i: number): Pull =>
          (...args) =>
            vjpAll!(...args, needed)[i]!;
        const others = all.flatMap((_, i) => (i === input ? [] : pullOf(i)));
        const broken = mutate(pullOf(input), others, changed)(g, saved, attrs);
        return all.map((gradient, i) => (i === input ? broken : gradient));
      },
    }),
    calls,
  );
}

/** Leaves gradients of inputs that were broadcast as large as the output. Some call has to broadcast. */
function survivesUnsummed(op: tg.Op, calls: readonly Checked[]): Outcome {
  const unsummed = (changed: () => void): Partial<tg.Op> => {
    changed();
    return { broadcast: false };
  };
  return outcomeWith(op, unsummed, calls);
}

/** Comparisons in rules and in the kernels that rules use, each with the next one in its place. */
const SWAPS: readonly [RegExp, string][] = [
  [/\bgreater\(/g, 'greaterEqual('],
  [/\bgreaterEqual\(/g, 'greater('],
  [/\bless\(/g, 'lessEqual('],
  [/\blessEqual\(/g, 'less('],
  [/ > 0 \?/g, ' >= 0 ?'],
  [/ <= 0 \?/g, ' < 0 ?'],
  [/ >= 0 \?/g, ' > 0 ?'],
  [/ < low \?/g, ' <= low ?'],
  [/ > high \?/g, ' >= high ?'],
];
const SOURCES = ['src/ops', 'src/kernels/reference'];
/** Files that compare positions and sizes. */
const WHOLE_NUMBERS = ['shape.ts', 'indexing.ts', 'rearrange.ts'];
const root = fileURLToPath(new URL('../..', import.meta.url));

/** Survivors that do not change the mathematics, each with its reason. */
const JUSTIFIED: readonly { readonly pattern: RegExp; readonly reason: string }[] = [
  { pattern: /\{ slope \}.*greater\(x, 0\)/, reason: 'leakyRelu: at x = 0 both slopes are subgradients' },
  { pattern: /1 \/ \(1 \+ e\)/, reason: 'sigmoid: at x = 0 both forms are ½' },
  { pattern: /x <= 0 \? 0 : x/, reason: 'relu: at x = 0 both branches are 0' },
  { pattern: /alpha \* Math.expm1/, reason: 'elu: at x = 0 both branches are 0' },
  { pattern: /slope \* v : v/, reason: 'leakyRelu: at x = 0 both branches are 0' },
  { pattern: /v < low \? low/, reason: 'clip: at a bound both branches are the bound' },
];

async function breakComparisons(): Promise<Tally> {
  const tally: Tally = { killed: 0, survivors: [] };
  const untouched = join(root, 'src/index.ts');
  if (await rebuiltFails(untouched, readFileSync(untouched, 'utf8')))
    throw new Error('the checks fail for a rebuild in which nothing is broken');
  for (const folder of SOURCES)
    for (const file of readdirSync(join(root, folder)).filter(
      (name) => name.endsWith('.ts') && !WHOLE_NUMBERS.includes(name),
    )) {
      const path = join(root, folder, file);
      const source = readFileSync(path, 'utf8');
      for (const [pattern, replacement] of SWAPS)
        for (const match of source.matchAll(pattern)) {
          const line = source.slice(0, match.index).split('\n').length;
          if (/^\s*(\/?\*|import|export function|function)/.test(source.split('\n')[line - 1]!)) continue;
          const name = replacement.trim().slice(0, -1);
          const unknown =
            /^[a-z]\w*\($/.test(replacement) &&
            file !== 'compare.ts' &&
            !new RegExp(`import[^;]*\\b${name}\\b[^;]*;`).test(source);
          const mutant =
            // On the first line, since a mutant that cannot run at all would count as caught.
            (unknown ? `import { ${name} } from './compare.js'; ` : '') +
            source.slice(0, match.index) +
            replacement +
            source.slice(match.index + match[0].length);
          const title = `${file}, "${source.split('\n')[line - 1]!.trim()}": ${replacement.trim()} for ${match[0].trim()}`;
          if (await rebuiltFails(path, mutant)) {
            tally.killed++;
            if (process.argv.includes('--verbose')) console.log(`killed: ${title}`);
          } else tally.survivors.push(title);
        }
    }
  return tally;
}

/** Where comparisons decide: equal arguments and a vector of zeros, of which the registry keeps clear. */
function tiesHold({ gradcheck: check, tg: ops }: { gradcheck: typeof gradcheck; tg: typeof tg }): boolean {
  const x = ops.tensor([1, 2]);
  return (
    // The larger of x and x is x, with a slope of 1, whoever wins.
    check((x) => ops.maximum(x!, x!), x, { blame: false }).ok &&
    check((x) => ops.minimum(x!, x!), x, { blame: false }).ok &&
    check((x) => ops.norm(x!), ops.zeros([2]), { blame: false }).ok &&
    // An infinite value that no query may attend to does not exist.
    maskedIsAbsent() &&
    // At its bounds, numbers or tensors, clip lets the gradient through.
    slopesAre((x) => ops.clip(x, -1, 1), [-1, 1], [1, 1]) &&
    slopesAre((x) => ops.clip(x, ops.tensor([-1]), ops.tensor([1])), [-1, 1], [1, 1]) &&
    // At a corner, the slope is that of the branch which the conventions name.
    slopesAre((x) => ops.elu(x, 1.5), [0], [1.5]) &&
    slopesAre((x) => ops.prelu(x, ops.tensor([0.25])), [0], [0.25]) &&
    slopesAre(ops.hardSigmoid, [-3, 3], [1 / 6, 1 / 6]) &&
    slopesAre(ops.hardSwish, [-3, 3], [-0.5, 1.5]) &&
    ops.isFinite(ops.tensor(Infinity)).item() === 0 &&
    // The curvature of hardSwish there is that of the parabola between.
    slopesAre((x) => ops.grad((y) => ops.hardSwish(y).sum())(x), [-3, 3], [1 / 3, 1 / 3])
  );

  function maskedIsAbsent(): boolean {
    const [q, k, v] = [ops.ones([1, 1]), ops.ones([2, 1]), ops.tensor([[3], [Infinity]])];
    return ops.scaledDotProductAttention(q, k, v, { allow: [[1, 0]] }).item() === 3;
  }

  function slopesAre(f: (x: tg.Tensor) => tg.Tensor, at: number[], slopes: number[]): boolean {
    const found = ops.grad((x) => f(x).sum())(ops.tensor(at, { dtype: 'float64' }));
    return found.data.every((slope, i) => Math.abs(slope - slopes[i]!) < 1e-12);
  }
}

let builds = 0;

/** Whether the registry's checks fail once `path` reads like `contents`. */
async function rebuiltFails(path: string, contents: string): Promise<boolean> {
  const replace: Plugin = {
    name: 'mutant',
    setup(builder) {
      builder.onLoad({ filter: /\.ts$/ }, (file) => (file.path === path ? { contents, loader: 'ts' } : null));
    },
  };
  const outfile = join(root, 'out', `mutant-${builds++}.mjs`);
  await build({
    stdin: {
      contents: `export { gradcheck } from './src/check/index.js'; export { registry } from './test/ops/registry.js'; export * as tg from './src/index.js';`,
      resolveDir: root,
      loader: 'ts',
    },
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    external: ['*/picture.js'],
    outfile,
    plugins: [replace],
    logLevel: 'error',
    define: { console: 'globalThis.__quiet' },
  });
  try {
    const mutant = (await import(pathToFileURL(outfile).href)) as {
      gradcheck: typeof gradcheck;
      registry: typeof registry;
      tg: typeof tg;
    };
    if (!tiesHold(mutant)) return true;
    return Object.values(mutant.registry).some((row) =>
      fc.sample(row.calls, { seed, numRuns: 4 }).some(({ fn, inputs }) => {
        try {
          return !mutant.gradcheck(fn, inputs, { order: 2, blame: false, allow: ['vacuous'] }).ok;
        } catch {
          return true;
        }
      }),
    );
  } finally {
    rmSync(outfile);
  }
}

await run('mutants', async () => {
  commandLine(
    'mutants',
    'Breaks every rule of every op, in one way at a time. A check has to notice each mutant.',
  )
    .option('--verbose', 'name the comparisons whose mutants were noticed too')
    .parse();
  (globalThis as { __quiet?: unknown }).__quiet = { log() {}, warn() {}, error() {} };
  tg.setLint(false);
  const started = Date.now();
  const healthy = Object.entries(registry).filter(([, row]) =>
    fc.sample(row.calls, { seed, numRuns: CALLS_PER_ROW }).some(caught),
  );
  if (healthy.length > 0)
    throw new Error(`the checks already fail unbroken: ${healthy.map(([name]) => name).join(', ')}`);
  const rules = breakRules();
  const comparisons = await breakComparisons();
  let unjustified = 0;
  for (const survivor of [...rules.survivors, ...comparisons.survivors]) {
    const excuse = JUSTIFIED.find(({ pattern }) => pattern.test(survivor));
    if (!excuse) unjustified++;
    console.log(`survived: ${survivor}${excuse ? ` (${excuse.reason})` : ' WITHOUT JUSTIFICATION'}`);
  }
  const killed = rules.killed + comparisons.killed;
  console.log(
    `${killed} mutants killed, ${rules.survivors.length + comparisons.survivors.length} survived, ${unjustified} of them without justification; ${((Date.now() - started) / 1000).toFixed(0)} s`,
  );
  process.exitCode = unjustified > 0 ? 1 : 0;
});
