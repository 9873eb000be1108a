/**
 * Progress on the terminal: a bar with step, loss, rate and time left, or, where the output is piped into a file,
 * a plain line now and then. The bar is drawn by cli-progress.
 */

import { ArgumentError } from '../base/errors.js';

/** Told of progress; `stop` ends the display and must be called once. */
export interface Progress {
  update(step: number, loss?: number): void;
  stop(): void;
}

export interface ProgressOptions {
  /** Number of steps. */
  total: number;
  /** What is being done, shown in front. */
  label?: string;
  /** Where to write; default: the process's standard error. */
  stream?: { write(text: string): unknown; isTTY?: boolean };
  /** Plain lines: how many, at most. Default 10. */
  lines?: number;
}

/** A bar on a terminal, lines elsewhere. Needs the optional package cli-progress for the bar; without it, lines. */
export async function progress(options: ProgressOptions): Promise<Progress> {
  if (!(Number.isInteger(options?.total) && options.total >= 0))
    throw new ArgumentError('progress', `expected total, a whole number of steps ≥ 0, got ${options?.total}`);
  const stream =
    options.stream ?? (globalThis as { process?: { stderr: ProgressOptions['stream'] } }).process?.stderr;
  if (!stream) return { update() {}, stop() {} };
  if (!stream.isTTY) return lines(options, stream);
  try {
    const { default: cliProgress } = await import('cli-progress');
    return bar(options, stream, cliProgress);
  } catch {
    return lines(options, stream);
  }
}

type Stream = NonNullable<ProgressOptions['stream']>;

function bar(
  { total, label = '' }: ProgressOptions,
  stream: Stream,
  library: typeof import('cli-progress'),
): Progress {
  const drawn = new library.SingleBar(
    {
      format: `${label.padEnd(24)} {bar} {value}/{total}  loss {loss}  {rate} steps/s  {left}`,
      stream: stream as NodeJS.WriteStream,
    },
    library.Presets.shades_classic,
  );
  const started = Date.now();
  drawn.start(total, 0, { loss: '–', rate: '–', left: '' });
  return {
    update: (step, loss) => drawn.update(step, describe(step, total, loss, started)),
    stop: () => drawn.stop(),
  };
}

function lines({ total, label = '', lines: count = 10 }: ProgressOptions, stream: Stream): Progress {
  const started = Date.now();
  let next = Math.ceil(total / count);
  return {
    update(step, loss) {
      if (step < next && step !== total) return;
      next = step + Math.ceil(total / count);
      const { loss: shown, rate, left } = describe(step, total, loss, started);
      stream.write(
        `${label && `${label}: `}step ${step}/${total}  loss ${shown}  ${rate} steps/s${left && `  ${left}`}\n`,
      );
    },
    stop() {},
  };
}

function describe(
  step: number,
  total: number,
  loss: number | undefined,
  started: number,
): { loss: string; rate: string; left: string } {
  const seconds = (Date.now() - started) / 1000;
  const rate = seconds > 0 ? step / seconds : 0;
  const left = rate > 0 ? Math.ceil((total - step) / rate) : 0;
  return {
    loss: loss === undefined ? '–' : loss.toFixed(4),
    rate: rate.toFixed(0),
    left: left > 0 ? `${left} s left` : '',
  };
}
