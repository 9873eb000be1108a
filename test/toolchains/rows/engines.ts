/** JavaScript engines: the first example, a check and 200 steps of training, with the same losses to the last digit. */
import { type Place, versionOf } from '../place.js';
import { type Group, ONLY_COMMONJS, type Row } from './row.js';

interface Engine {
  readonly tool: string;
  readonly package: string;
  readonly command: string;
}

const ENGINES: readonly Engine[] = [
  ...['node20', 'node20.16', 'node22', 'node24', 'node26'].map((name) => ({
    ...{ tool: 'Node', package: name, command: 'node program.js' },
  })),
  { tool: 'Bun', package: 'bun', command: 'bun program.js' },
  { tool: 'Deno', package: 'deno', command: 'deno run program.js' },
];

/** A page or a variable of the environment chooses the kernels. Fused multiply-adds, if the engine has them, round once. */
const KERNELS = ['auto', 'simd', 'reference'];

const needsNode = (name: string): string | undefined => (name.startsWith('node') ? name : undefined);

/** The losses of Node 20, by the kernels. The first row of the engines fills them, and the others wait for that. */
const expected = new Map<string, Promise<string>>();

/** The deno of this row reads the setting if it is allowed to, and nothing else. */
const commandWith = (engine: Engine, kernels: string): string =>
  engine.tool === 'Deno' && kernels !== 'auto'
    ? engine.command.replace('run', 'run --allow-env=TAPEGRAD_KERNELS')
    : engine.command;

function losses(place: Place, engine: Engine, kernels: string): Promise<string> {
  const env = kernels === 'auto' ? {} : { TAPEGRAD_KERNELS: kernels };
  const node = needsNode(engine.package);
  return place.succeeds(commandWith(engine, kernels), { env, ...(node && { node }) });
}

async function compare(place: Place, engine: Engine): Promise<void> {
  place.copy('engines');
  const reference = ENGINES[0]!;
  const fuses = await fusesProducts(place, engine);
  for (const kernels of KERNELS) {
    // Where products are fused, the default kernels have losses of their own, which all such engines share.
    const kind = kernels === 'auto' && fuses ? 'fused' : kernels;
    const own = losses(place, engine, kernels);
    if (!expected.has(kind)) {
      const first = kind === 'fused' ? ENGINES.find(({ package: name }) => name === 'node22')! : reference;
      expected.set(kind, engine === first ? own : losses(place, first, kernels));
    }
    const [printed, wanted] = await Promise.all([own, expected.get(kind)!]);
    place.equal(`kernels ${kernels}`, printed, wanted);
    place.demand(/^loss 200 \d\.\d{10,}$/m.test(printed), 'the last loss is missing');
    place.demand(/^check correct$/m.test(printed), 'the check of a right gradient fails');
  }
}

/** Whether the engine's fused multiply-adds round once. Some engines accept the instruction and round twice. */
async function fusesProducts(place: Place, engine: Engine): Promise<boolean> {
  const node = needsNode(engine.package);
  const command = engine.command.replace('program.js', 'fuses.js');
  return (await place.succeeds(command, node ? { node } : {})).trim() === 'true';
}

/** Loads every entry point by import and by require. Newer versions of Node could load ES modules by both, and must not need to. */
const oneCopy = (engine: Engine): Row => {
  const needs = needsNode(engine.package);
  const command = engine.command.replace('program.js', 'copies.mjs');
  const options = /^node2[0-9]$/.test(engine.package) ? ONLY_COMMONJS : {};
  return {
    ...{ tool: engine.tool, version: versionOf(engine.package), how: 'import and require', command },
    proves: 'one copy of the library, one Tensor, for every entry point',
    ...(needs && { needs }),
    run: async (place) => {
      const printed = await place
        .copy('engines')
        .succeeds(command, { ...(needs && { node: needs }), ...options });
      place.equal('the program prints', printed, 'one copy');
    },
  };
};

export const engines: Group = {
  title: 'Engines',
  text: `The first example, a check, and 200 steps of training a network that uses seven activations. Every twentieth loss is
printed with seventeen digits. With the kernels \`simd\` and \`reference\` the losses are those of Node 20 to the last digit. With
the default kernels they are, too, or, where the engine has fused multiply-adds, those of all engines that have them.`,
  rows: [
    ...ENGINES.map((one): Row => {
      const needs = needsNode(one.package);
      return {
        ...{
          tool: one.tool,
          version: versionOf(one.package),
          how: 'three kinds of kernels',
          command: one.command,
        },
        proves: 'the same losses to the last digit',
        ...(needs && { needs }),
        run: (place) => compare(place, one),
      };
    }),
    ...ENGINES.map(oneCopy),
  ],
};
