/**
 * Fits a decay to measurements with noise, says how far to trust each parameter, and writes a page with a picture.
 *
 *     npx tsx examples/curve-fit/main.ts [--points 40] [--seed 0] [--out out/curve-fit.html]
 */
import { random } from 'tapegrad';
import { outputAt } from '../shared/output.js';
import { claim, commandLine, flagsOf, run, whole } from '../shared/program.js';
import { figure, reportPage, table } from '../shared/report.js';
import { alignedRows } from '../shared/text.js';
import { type Data, decay, type Fit, fit, measure, TRUTH, twoSigma } from './fit.js';
import { drawFit } from './picture.js';

interface Flags {
  points: number;
  seed: number;
  out: string;
}

function readFlags(): Flags {
  const command = commandLine(
    'curve-fit',
    'Fits a decay to measurements, with standard errors and a picture.',
  )
    .option('--points <count>', 'measurements', whole(5, 200), 40)
    .option('--seed <number>', 'of the noise', whole(0), 0)
    .option('--out <file>', 'the page, or a folder for it', 'out/curve-fit.html');
  return flagsOf<Flags>(command);
}

async function main({ points, seed, out }: Flags): Promise<void> {
  const output = await outputAt(out, { flag: '--out', name: 'curve-fit.html', room: 500_000 });
  const data = measure(points, random(seed));
  const found = fit(data);
  const { minimum, variance } = found;
  console.log(`${minimum.steps} steps, ${minimum.evaluations} evaluations. ${minimum.message}\n`);
  console.log(`${alignedRows(rowsOf(found))}\n`);
  console.log(`noise: found ${Math.sqrt(variance).toFixed(3)}, true ${TRUTH.noise}\n`);
  claim('the descent has converged', minimum.converged);
  claim('each parameter is within three standard errors of the truth', isNear(found));
  const inside = countInside(data, found);
  claim(`${inside} of ${points} measurements lie in the band, about 95 of 100`, inside >= 0.85 * points);
  const body = [
    '<h1>A decay, fitted</h1>',
    table(...headAndRows(rowsOf(found))),
    await figure(
      (width) => drawFit(data, found, width),
      [
        `${points} measurements, the curve y = a·exp(−bt) + c, and two standard deviations of a new measurement around it.`,
      ],
    ),
  ].join('\n');
  await output.write(reportPage('A decay, fitted', body));
  console.log(`\nthe page with the picture: ${output.path}`);
}

/** How many measurements lie in the band. */
function countInside({ t, y }: Data, found: Fit): number {
  const left = decay(t, found.minimum.x).sub(y).data;
  return twoSigma(t, found).filter((limit, i) => Math.abs(left[i]!) <= limit).length;
}

/** A table: each parameter, its standard error, and what it was in truth. */
function rowsOf({ minimum, errors }: Fit): string[][] {
  const truth = [TRUTH.a, TRUTH.b, TRUTH.c];
  return [
    ['parameter', 'fitted', 'standard error', 'true'],
    ...['a', 'b', 'c'].map((name, i) => [
      name,
      minimum.x.data[i]!.toFixed(4),
      errors.data[i]!.toFixed(4),
      String(truth[i]),
    ]),
  ];
}

const headAndRows = ([head, ...rows]: string[][]): [string[], string[][]] => [head!, rows];

const isNear = ({ minimum, errors }: Fit): boolean =>
  [TRUTH.a, TRUTH.b, TRUTH.c].every(
    (truth, i) => Math.abs(minimum.x.data[i]! - truth) <= 3 * errors.data[i]!,
  );

await run('curve-fit', () => main(readFlags()));
