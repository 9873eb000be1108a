/** `npm run bench [scenario…] [--json]`: prints what the scenarios measured, as a table or as JSON objects. */
import { Argument } from 'commander';
import { commandLine, run } from '../../examples/shared/program.js';
import { alignedRows } from '../../examples/shared/text.js';
import { type Figure, scenarios } from './scenarios.js';

const HELP = `
Scenarios:
  study      the training step of the study on one thread and on the default number
  threads    the same in turns, with all cores free and with one core kept busy (about a minute)
  matmul     matrix products, in GFLOP/s
  crossover  from which size on copying into WebAssembly pays
  overhead   what recording an op and walking back costs
  chain      a chain of elementwise ops on 10⁶ elements
  lenet      a step of LeNet, batch 32, on one thread
  transformer  a step of a transformer block on one thread
  functions  tanh, sigmoid and their slopes on 10⁶ elements, on one thread
  gradcheck  gradient checks
  memory     resident memory during the study
  import     importing the built package; needs npm run build
  size       the size of the built file for pages; needs npm run build

TAPEGRAD_ROUNDS=15 makes the scenario threads take 15 rounds instead of 7.`;

const COLUMNS: readonly (readonly [head: string, cell: (figure: Figure) => string | undefined])[] = [
  ['ms', ({ ms }) => ms?.toPrecision(3)],
  ['of one thread', ({ ofOneThread }) => ofOneThread?.toFixed(2)],
  ['µs an op', ({ microseconds }) => microseconds?.toPrecision(3)],
  ['GFLOP/s', ({ gflops }) => gflops?.toFixed(1)],
  [
    'of the micro-kernel',
    ({ ofPeak }) => (ofPeak === undefined ? undefined : `${(100 * ofPeak).toFixed(0)} %`),
  ],
  ['KiB', ({ bytes }) => (bytes === undefined ? undefined : (bytes / 1024).toFixed(1))],
];

/** The figures of one scenario, with the columns that it has. */
function table(name: string, figures: readonly Figure[]): string {
  const columns = COLUMNS.filter(([, cell]) => figures.some((figure) => cell(figure) !== undefined));
  return alignedRows([
    [name, ...columns.map(([head]) => head)],
    ...figures.map((figure) => [figure.name, ...columns.map(([, cell]) => cell(figure) ?? '')]),
  ]);
}

const command = commandLine('bench', 'Measures the library. Without a scenario all of them run.')
  .usage('[scenario…] [--json]')
  .addArgument(new Argument('[scenario...]', 'what to measure').choices(Object.keys(scenarios)))
  .option('--json', 'print one JSON object for each figure')
  .addHelpText('after', HELP);

await run('bench', async () => {
  command.parse();
  const { json } = command.opts<{ json?: boolean }>();
  const names = command.args.length > 0 ? command.args : Object.keys(scenarios);
  for (const name of names) {
    const figures = await scenarios[name]!();
    console.log(
      json ? figures.map((figure) => JSON.stringify(figure)).join('\n') : `${table(name, figures)}\n`,
    );
  }
});
