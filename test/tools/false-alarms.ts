/**
 * No correct op is ever called wrong: at least 10,000 random calls over all ops of the registry, every one of which
 * must pass. `npm run false-alarms`; TAPEGRAD_SEED chooses other calls.
 */
import { commandLine, run } from '../../examples/shared/program.js';
import { gradcheck } from '../../src/check/index.js';
import { setLint } from '../../src/index.js';
import { registry } from '../ops/registry.js';
import { fc, seed } from '../support/property.js';

await run('false-alarms', () => {
  commandLine(
    'false-alarms',
    'Checks 10,000 random calls of right ops: the checker must find no fault in them.',
  )
    .addHelpText('after', '\nTAPEGRAD_SEED=7 tries other calls.')
    .parse();
  setLint(false);
  const rows = Object.entries(registry);
  const runs = Math.ceil(10_000 / rows.length);
  const started = Date.now();
  let cases = 0;
  let alarms = 0;
  for (const [name, row] of rows)
    for (const { fn, inputs } of fc.sample(row.calls, { seed, numRuns: runs })) {
      cases++;
      const report = gradcheck(fn, inputs, { allow: ['vacuous'], blame: false, seed: cases });
      if (report.ok) continue;
      alarms++;
      console.log(`false alarm at ${name}: ${report}`);
    }
  console.log(
    `${cases} cases over ${rows.length} ops, seed ${seed}: ${alarms} false alarms; ${((Date.now() - started) / 1000).toFixed(0)} s`,
  );
  process.exitCode = alarms > 0 || cases < 10_000 ? 1 : 0;
});
