/**
 * Decides whether helper threads pay, by measuring. Two threads are faster than one on two free cores, and slower where
 * another program keeps a core busy: a helper that looks for work takes the core of the main thread, and a helper that
 * the system puts aside in the middle of its part is waited for. No thread can see that beforehand.
 *
 * Jobs are counted in windows of some milliseconds. All jobs of a window run the same way, with helpers or without, and
 * the window's cost is its time for a unit of work, from the beginning of one job to the beginning of the next. What
 * lies between the jobs counts too, since a helper that looks for work slows down that as well.
 *
 * The cheaper way is kept. After some windows the other way is tried for one window, and becomes the kept way if it is
 * cheaper by {@link ADVANTAGE} than the windows before and after it. Two neighbours are asked, since one of them may
 * have had a disturbance of its own. Each trial that is lost doubles the time to the next one, so a long run spends
 * little on the way that does not pay.
 */

/** A window ends once it has lasted so many milliseconds: several turns of the system between threads. */
const WINDOW = 25;
/**
 * It then goes on, up to so many milliseconds, until a job begins that is as large as its first one. So windows hold
 * whole training steps, whose jobs have different costs.
 */
const LONGEST_WINDOW = 100;
/** A job that begins later than so many milliseconds after the last one was due follows a pause of the program. */
const PAUSE = 250;
/** A unit of work is a multiply-add. The slowest machine does so many in a millisecond. */
const SLOWEST = 100_000;
/** How much cheaper, as a share of the cost, the other way has to be to become the kept one. */
const ADVANTAGE = 0.05;
/** How many windows of the kept way lie between two trials: after a change, and at most. */
const FEWEST_WINDOWS = 4;
const MOST_WINDOWS = 64;
/**
 * A cost is dear from so many times the one it is compared with. After two windows that are dear by their usual cost
 * helpers are doubted, and the other way is tried at once. A trial that is dear ends without waiting for a whole step.
 */
const DEAR = 1.25;

/** The stretch of jobs that is being measured. */
interface Window {
  /** The work of its first job; 0 before that. */
  first: number;
  milliseconds: number;
  work: number;
}

/** Where the measuring stands: the kept way runs, the other way is tried, or the kept way runs again to compare. */
type Phase = 'keep' | 'try' | 'confirm';

/** Tells each job whether helpers take part in it. */
export class Measured {
  private phase: Phase = 'keep';
  private window: Window = { first: 0, milliseconds: 0, work: 0 };
  private began = Number.NaN;
  private lastWork = 0;
  /** The cost of a window before the trial, of the trial, and the usual one of the kept way; 0 if not known yet. */
  private before = 0;
  private tried = 0;
  private usual = 0;
  /** How many windows there are from one trial to the next, and until the next one. */
  private distance = FEWEST_WINDOWS;
  private untilTrial = 1;
  private dearWindows = 0;

  /**
   * @param keepsHelpers whether the kept way is that with helpers, before anything is measured
   * @param now the time in milliseconds
   */
  constructor(
    private keepsHelpers: boolean,
    private readonly now: () => number,
  ) {}

  /** Whether helpers take part in the job that begins now. @param work what the job costs, in multiply-adds */
  next(work: number): boolean {
    const now = this.now();
    this.count(now - this.began);
    if (this.isOver(work)) this.close();
    if (this.window.first === 0) this.window.first = work;
    this.began = now;
    this.lastWork = work;
    return this.keepsHelpers !== (this.phase === 'try');
  }

  /** Adds the last job to the window, unless the program paused after it. The first job of all follows no other. */
  private count(milliseconds: number): void {
    if (!(milliseconds <= PAUSE + this.lastWork / SLOWEST)) return;
    this.window.milliseconds += milliseconds;
    this.window.work += this.lastWork;
  }

  private isOver(nextWork: number): boolean {
    const { milliseconds, work, first } = this.window;
    if (milliseconds < WINDOW) return false;
    const hopeless = this.phase === 'try' && milliseconds / work > DEAR * this.before;
    return nextWork === first || milliseconds >= LONGEST_WINDOW || hopeless;
  }

  private close(): void {
    const cost = this.window.milliseconds / this.window.work;
    this.window = { first: 0, milliseconds: 0, work: 0 };
    if (this.phase === 'keep') this.kept(cost);
    else if (this.phase === 'try') this.compare(cost);
    else this.confirm(cost);
  }

  private kept(cost: number): void {
    this.dearWindows = cost > DEAR * this.usual ? this.dearWindows + 1 : 0;
    this.usual = this.usual === 0 ? cost : this.usual + (cost - this.usual) / 8;
    const doubted = this.keepsHelpers && this.dearWindows >= 2;
    this.untilTrial--;
    if (this.untilTrial > 0 && !doubted) return;
    this.before = cost;
    this.phase = 'try';
  }

  private compare(cost: number): void {
    this.tried = cost;
    if (this.isBetter(this.before)) this.phase = 'confirm';
    else this.keep();
  }

  private confirm(cost: number): void {
    if (this.isBetter(cost)) this.change();
    else this.keep();
  }

  private isBetter(cost: number): boolean {
    return this.tried <= (1 - ADVANTAGE) * cost;
  }

  /** The trial is lost: the next one comes later. */
  private keep(): void {
    this.phase = 'keep';
    this.untilTrial = this.distance;
    this.distance = Math.min(2 * this.distance, MOST_WINDOWS);
    this.dearWindows = 0;
  }

  /** The trial is won: the ways change places. */
  private change(): void {
    this.phase = 'keep';
    this.keepsHelpers = !this.keepsHelpers;
    this.distance = FEWEST_WINDOWS;
    this.untilTrial = FEWEST_WINDOWS;
    this.usual = this.tried;
    this.dearWindows = 0;
  }
}
