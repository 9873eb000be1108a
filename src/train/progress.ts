/**
 * Shows progress: on a terminal as a bar with step, loss, rate and time left, and elsewhere, such as in a file, as a
 * plain line now and then. The package cli-progress draws the bar.
 */

import { ArgumentError } from '../base/errors.js';
import { importPackage } from '../base/host.js';
import { kindOf, shown } from '../base/kind.js';
import { type Check, checkOptions, needText, numberIn } from '../base/words.js';

/** A display of progress. */
export interface Progress {
  /** Shows how many steps are done, the last loss and, where it changes, the learning rate: `optimizer.currentLr()`. */
  update(step: number, loss?: number, lr?: number): void;
  /** Ends the display. To be called once. */
  stop(): void;
}

/** Options of {@link progress}. */
export interface ProgressOptions {
  /** The number of steps, ≥ 0. */
  total: number;
  /** What is being done, which is shown in front. */
  label?: string;
  /** Where the display is written. Default: the standard error of the process. */
  stream?: { write(text: string): unknown; isTTY?: boolean; columns?: number };
  /** The number of plain lines, at most. Default 10. */
  lines?: number;
}

const PROGRESS: Record<keyof ProgressOptions, Check | null> = {
  total: null,
  label: needText,
  stream: needStream,
  lines: numberIn({ least: 1, whole: true }),
};

function needStream(op: string, what: string, value: unknown): void {
  if (typeof (value as { write?: unknown } | null)?.write !== 'function')
    throw new ArgumentError(op, `${what} is ${kindOf(value)}; expected what has a method write(text)`);
}

/**
 * Begins a display of progress: a bar on a terminal, plain lines elsewhere. The bar needs the optional package
 * cli-progress; without it there are lines on a terminal too.
 * @throws ArgumentError unless `total` is a whole number ≥ 0
 */
export async function progress(options: ProgressOptions): Promise<Progress> {
  checkOptions('progress', options ?? {}, PROGRESS);
  if (!(Number.isInteger(options?.total) && options.total >= 0))
    throw new ArgumentError(
      'progress',
      `expected total, a whole number of steps ≥ 0, got ${shown(options?.total)}`,
    );
  const stream =
    options.stream ?? (globalThis as { process?: { stderr: ProgressOptions['stream'] } }).process?.stderr;
  if (!stream) return { update() {}, stop() {} };
  if (!stream.isTTY) return lines(options, stream);
  try {
    const { default: cliProgress } = (await importPackage('cli-progress')) as {
      default: typeof import('cli-progress');
    };
    return bar(options, stream, cliProgress);
  } catch {
    return lines(options, stream);
  }
}

type Stream = NonNullable<ProgressOptions['stream']>;

/** The columns that the text beside the bar may need. What a terminal has no room for is cut off. */
const TEXT = 74;

function bar(
  { total, label = '' }: ProgressOptions,
  stream: Stream,
  library: typeof import('cli-progress'),
): Progress {
  const drawn = new library.SingleBar(
    {
      format: `${label.padEnd(24)} {bar} {value}/{total}  loss {loss}  {rate} steps/s  {left}`,
      stream: stream as NodeJS.WriteStream,
      // The bar leaves the terminal's settings alone, so that a program that ends in the middle leaves nothing to restore.
      linewrap: true,
      barsize: Math.min(40, Math.max(6, (stream.columns ?? 80) - TEXT)),
    },
    library.Presets.shades_classic,
  );
  const started = Date.now();
  drawn.start(total, 0, { loss: '–', rate: '–', left: '' });
  return {
    update: (step, loss, lr) => drawn.update(step, describe(step, total, started, loss, lr)),
    stop: () => drawn.stop(),
  };
}

function lines({ total, label = '', lines: count = 10 }: ProgressOptions, stream: Stream): Progress {
  const started = Date.now();
  let next = Math.ceil(total / count);
  return {
    update(step, loss, lr) {
      if (step < next && step !== total) return;
      next = step + Math.ceil(total / count);
      const { loss: shown, rate, left } = describe(step, total, started, loss, lr);
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
  started: number,
  loss: number | undefined,
  lr: number | undefined,
): { loss: string; rate: string; left: string } {
  const seconds = (Date.now() - started) / 1000;
  const rate = seconds > 0 ? step / seconds : 0;
  const left = rate > 0 ? Math.ceil((total - step) / rate) : 0;
  return {
    loss: (loss?.toFixed(4) ?? '–') + (lr === undefined ? '' : `  lr ${Number(lr.toPrecision(3))}`),
    rate: rate.toFixed(0),
    left: left > 0 ? `${left} s left` : '',
  };
}
