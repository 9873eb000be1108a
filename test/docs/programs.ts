/**
 * Random programs, to run the same computation on two engines. A program is a list of leaves and of instructions that take
 * earlier values by number, so values are used several times, and paths part and meet again.
 */
import { fc } from '../support/property.js';

export type Shape = readonly number[];

/** What an engine must offer. `leaf` makes a tensor that no op computed. */
export interface Engine<T> {
  leaf(numbers: readonly number[], shape: Shape): T;
  add(a: T, b: T): T;
  sub(a: T, b: T): T;
  mul(a: T, b: T): T;
  tanh(x: T): T;
  sum(x: T): T;
  matmul(a: T, b: T): T;
  transpose(x: T): T;
  broadcastTo(x: T, shape: Shape): T;
  sumTo(x: T, shape: Shape): T;
}

export type OpName = Exclude<keyof Engine<unknown>, 'leaf'>;

interface Leaf {
  readonly numbers: readonly number[];
  readonly shape: Shape;
}

interface Instruction {
  readonly op: OpName;
  /** Numbers of earlier values; the leaves come first. */
  readonly inputs: readonly number[];
  /** The shape of the result. */
  readonly shape: Shape;
}

export interface Program {
  readonly leaves: readonly Leaf[];
  readonly instructions: readonly Instruction[];
}

/** The values of a program in the making: a shape, and a bound on the numbers, so that products do not explode. */
interface Value {
  readonly shape: Shape;
  readonly bound: number;
}

const sizeOf = (shape: Shape): number => shape.reduce((size, length) => size * length, 1);
const same = (a: Shape, b: Shape): boolean => String(a) === String(b);

/** The shape of an elementwise op, or null if there is none. */
function together(a: Shape, b: Shape): Shape | null {
  const shape: number[] = [];
  for (let axis = 1; axis <= Math.max(a.length, b.length); axis++) {
    const [m, n] = [a.at(-axis) ?? 1, b.at(-axis) ?? 1];
    if (m !== n && m !== 1 && n !== 1) return null;
    shape.unshift(m === 1 ? n : m);
  }
  return shape;
}

/** A random choice: which op, and numbers by which it picks its inputs. */
interface Draw {
  readonly op: OpName;
  readonly first: number;
  readonly second: number;
}

const pick = <T>(list: readonly T[], draw: number): T => list[draw % list.length]!;

type Made = Instruction & Value;

/** The instruction that a draw means among the values there are; null where its op fits none of them. */
function instruction(draw: Draw, values: readonly Value[], broadcast: boolean): Made | null {
  switch (draw.op) {
    case 'add':
    case 'sub':
    case 'mul':
      return elementwise(draw.op, draw, values, broadcast);
    case 'matmul':
    case 'transpose':
      return matrix(draw.op, draw, values);
    default:
      return reshaping(draw.op, draw, values);
  }
}

function elementwise(
  op: 'add' | 'sub' | 'mul',
  { first, second }: Draw,
  values: readonly Value[],
  broadcast: boolean,
): Made {
  const one = first % values.length;
  const { shape, bound } = values[one]!;
  const fits = (other: Shape): boolean => (broadcast ? together(shape, other) !== null : same(shape, other));
  const two = pick(numbersOf(values, fits), second);
  const other = values[two]!;
  return {
    op,
    inputs: [one, two],
    shape: together(shape, other.shape)!,
    bound: op === 'mul' ? bound * other.bound : bound + other.bound,
  };
}

function matrix(op: 'matmul' | 'transpose', { first, second }: Draw, values: readonly Value[]): Made | null {
  const matrices = numbersOf(values, (shape) => shape.length === 2);
  if (matrices.length === 0) return null;
  const left = pick(matrices, first);
  const { shape, bound } = values[left]!;
  const [rows, inner] = shape as [number, number];
  if (op === 'transpose') return { op, inputs: [left], shape: [inner, rows], bound };
  const partners = matrices.filter((at) => values[at]!.shape[0] === inner);
  if (partners.length === 0) return null;
  const right = pick(partners, second);
  const { shape: other, bound: otherBound } = values[right]!;
  return { op, inputs: [left, right], shape: [rows, other[1]!], bound: inner * bound * otherBound };
}

function reshaping(
  op: 'tanh' | 'sum' | 'broadcastTo' | 'sumTo',
  { first, second }: Draw,
  values: readonly Value[],
): Made {
  const one = first % values.length;
  const { shape, bound } = values[one]!;
  const inputs = [one];
  if (op === 'tanh') return { op, inputs, shape, bound: 1 };
  if (op === 'sum') return { op, inputs, shape: [], bound: bound * sizeOf(shape) };
  // A shape that some value has, so that the result can meet that value again.
  const larger = (to: Shape): boolean => same(together(shape, to) ?? [Number.NaN], to);
  const smaller = (to: Shape): boolean => same(together(shape, to) ?? [Number.NaN], shape);
  const target = values[pick(numbersOf(values, op === 'sumTo' ? smaller : larger), second)]!.shape;
  return { op, inputs, shape: target, bound: op === 'sumTo' ? bound * sizeOf(shape) : bound };
}

function numbersOf(values: readonly Value[], fits: (shape: Shape) => boolean): number[] {
  return [...values.keys()].filter((at) => fits(values[at]!.shape));
}

const SHAPES: readonly Shape[] = [[], [1], [3], [2, 3], [2, 1], [1, 3], [3, 2], [3, 3]];

export interface ProgramOptions {
  readonly ops: readonly OpName[];
  /** The shapes of leaves. */
  readonly shapes?: readonly Shape[];
  /** Whether elementwise ops may have inputs of different shapes. */
  readonly broadcast?: boolean;
}

/** Random programs over some ops. Leaves hold numbers between −1 and 1. */
export function programs({ ops, shapes = SHAPES, broadcast = false }: ProgramOptions): fc.Arbitrary<Program> {
  const number = fc.noBias(fc.integer({ min: -100, max: 100 })).map((n) => n / 100);
  const leaf = fc
    .constantFrom(...shapes)
    .chain((shape) =>
      fc
        .array(number, { minLength: sizeOf(shape), maxLength: sizeOf(shape) })
        .map((numbers) => ({ numbers, shape })),
    );
  const index = fc.noBias(fc.nat(1000));
  const draw = fc.record({ op: fc.constantFrom(...ops), first: index, second: index });
  return fc
    .tuple(fc.array(leaf, { minLength: 1, maxLength: 4 }), fc.array(draw, { minLength: 1, maxLength: 12 }))
    .map(([leaves, draws]) => {
      const values: Value[] = leaves.map(({ shape }) => ({ shape, bound: 1 }));
      const instructions: Instruction[] = [];
      for (const one of draws) {
        const wanted = instruction(one, values, broadcast);
        const made = wanted && wanted.bound <= 50 ? wanted : reshaping('tanh', one, values);
        values.push(made);
        instructions.push({ op: made.op, inputs: made.inputs, shape: made.shape });
      }
      return { leaves, instructions };
    });
}

/** Runs a program and adds up all that nothing else uses: a single number, to which every instruction leads. */
export function run<T>(engine: Engine<T>, { leaves, instructions }: Program, inputs: readonly T[]): T {
  const values = [...inputs];
  const unused = new Set<number>(leaves.keys());
  for (const { op, inputs: from, shape } of instructions) {
    for (const at of from) unused.delete(at);
    unused.add(values.length);
    values.push(
      execute(
        engine,
        op,
        from.map((at) => values[at]!),
        shape,
      ),
    );
  }
  return [...unused].map((at) => engine.sum(values[at]!)).reduce((total, one) => engine.add(total, one));
}

function execute<T>(engine: Engine<T>, op: OpName, inputs: readonly T[], shape: Shape): T {
  const [a, b] = inputs as [T, T];
  if (op === 'broadcastTo' || op === 'sumTo') return engine[op](a, shape);
  if (op === 'add' || op === 'sub' || op === 'mul' || op === 'matmul') return engine[op](a, b);
  return engine[op](a);
}

/** What occurs in a program, for tests that must have seen everything. */
export function traits({ leaves, instructions }: Program): string[] {
  const shapes = [...leaves.map(({ shape }) => shape), ...instructions.map(({ shape }) => shape)];
  const users = new Map<number, number>();
  const found: string[] = [];
  for (const { op, inputs, shape } of instructions) {
    found.push(op);
    for (const at of inputs) users.set(at, (users.get(at) ?? 0) + 1);
    if (inputs[0] === inputs[1]) found.push('twice in one op');
    if (inputs.length === 2 && op !== 'matmul' && inputs.some((at) => !same(shapes[at]!, shape)))
      found.push('broadcast');
  }
  for (const [at, count] of users) if (at >= leaves.length && count > 1) found.push('diamond');
  return found;
}
