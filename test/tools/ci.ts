/**
 * `npm run ci`: everything that must hold before a change is merged. Needs a machine on which `npm ci` has run, and
 * Chromium, Firefox and WebKit. The steps run one after the other, the quick ones first, and the first failure ends the run.
 *
 * The last line that is printed is the last line of the last step: the tests' `N passed, N failed`.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A command, word by word. */
export type Step = readonly [command: string, ...args: string[]];

const npm = (...args: string[]): Step => ['npm', 'run', '--silent', ...args];

/**
 * README's second command, `npm test`, is the last step. Its first one, `npm ci && npm start`, is `npm ci` before this
 * program and the short study here. README's programs run in test/docs.test.ts. Every program in examples/ runs in
 * test/examples, the studies there with few steps, the others whole.
 */
export const STEPS: readonly Step[] = [
  npm('lint'),
  npm('typecheck'),
  npm('build'),
  npm('docs'),
  npm('toolchains'),
  npm('oracles'),
  npm('start', '--', '--init', 'zeros,he', '--steps', '20', '--out', 'out/init-study.html'),
  npm('mnist', '--', '--steps', '20', '--out', 'out/mnist.html'),
  npm('false-alarms'),
  npm('properties'),
  npm('mutants'),
  npm('planted'),
  ['npm', 'test'],
];

/** Runs the steps until one fails, and returns its exit code; 0 if all went well. */
export async function runSteps(steps: readonly Step[]): Promise<number> {
  const started = performance.now();
  for (const [i, step] of steps.entries()) {
    const name = `[${i + 1}/${steps.length}] ${step.join(' ').replace(' --silent', '')}`;
    console.log(`\n${name}`);
    const { code, seconds, lastLine } = await runStep(step);
    const total = ((performance.now() - started) / 1000).toFixed(0);
    const verdict = `${name}: ${code === 0 ? 'ok' : 'FAILED'}, ${seconds} s, ${total} s so far`;
    const lines = i + 1 < steps.length ? [lastLine, verdict] : [verdict, lastLine];
    console.log(lines.filter((line) => line !== null).join('\n'));
    if (code !== 0) return code;
  }
  return 0;
}

interface Ended {
  readonly code: number;
  readonly seconds: string;
  /** The last line of its output, which is not printed yet; null if it printed nothing. */
  readonly lastLine: string | null;
}

/** Runs one step with CI=1, which forbids the tests to skip anything, and prints its output line by line. */
function runStep([command, ...args]: Step): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(command, args, {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: { ...process.env, CI: '1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let lastLine: string | null = null;
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (lastLine !== null) console.log(lastLine);
      lastLine = line;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      resolve({ code: code ?? 1, seconds, lastLine });
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await runSteps(STEPS);
