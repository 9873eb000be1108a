/**
 * Expressions of the ops of ONNX, and what onnxruntime computes for them.
 *
 *     const y = onnx('Conv', [x, weight, bias], { strides: [2, 2] });
 *     const [{ shape, data }] = await evaluate([y]);
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Tensor } from '../../src/index.js';

/** The version of ONNX that the rows are written in, and that of its file format. */
const OPSET = 24;
const FORMAT = 11;

/** A constant that is no tensor of ours: positions and sizes, or flags. */
export class Constant {
  constructor(
    readonly type: 'int64' | 'bool',
    readonly data: BigInt64Array | Uint8Array,
    readonly shape: readonly number[],
  ) {}
}

/** Whole numbers: a list, or of the shape that is given. */
export const whole = (values: ArrayLike<number>, shape: readonly number[] = [values.length]): Constant =>
  new Constant('int64', BigInt64Array.from(Array.from(values, BigInt)), shape);

/** Flags from a tensor of zeros and ones. */
export const flags = ({ data, shape }: Tensor): Constant =>
  new Constant('bool', Uint8Array.from(data, Number), shape);

/** A number that the format stores with a fraction, even if it has none. */
class Real {
  constructor(readonly value: number) {}
}
export const real = (value: number): Real => new Real(value);

export type Attributes = Readonly<
  Record<string, number | readonly number[] | Real | string | readonly string[]>
>;

/** An input of a node. Null leaves an optional input out. */
export type Input = Tensor | Constant | Output | null;

interface Call {
  readonly op: string;
  readonly inputs: readonly Input[];
  readonly attributes: Attributes;
}

/** One of the outputs of a node. */
export class Output {
  constructor(
    readonly call: Call,
    readonly at: number,
  ) {}
}

/** The first output of a node. */
export const onnx = (op: string, inputs: readonly Input[], attributes: Attributes = {}): Output =>
  new Output({ op, inputs, attributes }, 0);

/** Another output of the node that `output` belongs to. */
export const outputAt = ({ call }: Output, at: number): Output => new Output(call, at);

/** Numbers as onnxruntime returns them. */
export interface Evaluated {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** What is used of onnxruntime-node. It is not installed with the project, so its own types are not there. */
interface RuntimeTensor {
  readonly dims: readonly number[];
  readonly data: ArrayLike<number | bigint>;
}
interface Session {
  run(feeds: Record<string, RuntimeTensor>): Promise<Record<string, RuntimeTensor>>;
  release(): Promise<void>;
}
interface Runtime {
  readonly Tensor: new (type: string, data: ArrayLike<unknown>, dims: readonly number[]) => RuntimeTensor;
  readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<Session> };
}

/** What is used of protobufjs. */
interface Message {
  fromObject(value: object): object;
  encode(message: object): { finish(): Uint8Array };
}
interface Protobuf {
  parse(text: string): { readonly root: { lookupType(name: string): Message } };
}

/** Reads a model, and runs it. */
interface Engine {
  readonly runtime: Runtime;
  readonly format: Message;
}
let engine: Engine | undefined;

/** There is no onnxruntime for this machine. */
export class Absent extends Error {}

/** Loads onnxruntime. @throws Absent if it has no binary for this platform */
export function load(): Engine {
  if (engine) return engine;
  const require = createRequire(import.meta.url);
  const { parse } = require('protobufjs') as Protobuf;
  const text = readFileSync(fileURLToPath(new URL('onnx.proto', import.meta.url)), 'utf8');
  const format = parse(text).root.lookupType('onnx.ModelProto');
  try {
    engine = { runtime: require('onnxruntime-node') as Runtime, format };
  } catch (error) {
    throw new Absent(`${process.platform} ${process.arch}: ${(error as Error).message.split('\n')[0]}`);
  }
  return engine;
}

/** Computes outputs. Every node runs as it stands: onnxruntime may not replace several by one of its own. */
export async function evaluate(outputs: readonly Output[]): Promise<Evaluated[]> {
  const { runtime, format } = load();
  const graph = new Graph();
  const names = outputs.map((output) => graph.nameOf(output));
  const model = format.encode(format.fromObject(graph.model(names))).finish();
  const session = await runtime.InferenceSession.create(model, {
    graphOptimizationLevel: 'disabled',
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  const feeds = [...graph.constants].map(([constant, name]): [string, RuntimeTensor] => [
    name,
    new runtime.Tensor(typeOf(constant), constant.data, constant.shape),
  ]);
  const found = await session.run(Object.fromEntries(feeds));
  const read = names.map((name) => ({
    shape: found[name]!.dims,
    data: Array.from(found[name]!.data, Number),
  }));
  await session.release();
  return read;
}

const typeOf = (constant: Tensor | Constant): 'float32' | 'int64' | 'bool' =>
  constant instanceof Tensor ? 'float32' : constant.type;

/** The numbers of element types in the format. */
const ELEMENT = { float32: 1, int64: 7, bool: 9 };

/** The nodes that outputs need, in the order in which they run. */
class Graph {
  readonly constants = new Map<Tensor | Constant, string>();
  private readonly calls = new Map<Call, { readonly index: number; last: number }>();

  /** The name of a value, which becomes part of the graph with all that it needs. */
  nameOf(value: Input): string {
    if (value === null) return '';
    if (!(value instanceof Output)) {
      if (value instanceof Tensor && value.dtype !== 'float32')
        throw new Error(`a tensor of ${value.dtype}; the comparison is in float32`);
      if (!this.constants.has(value)) this.constants.set(value, `in${this.constants.size}`);
      return this.constants.get(value)!;
    }
    const { call, at } = value;
    if (!this.calls.has(call)) {
      for (const input of call.inputs) this.nameOf(input);
      this.calls.set(call, { index: this.calls.size, last: at });
    }
    const place = this.calls.get(call)!;
    place.last = Math.max(place.last, at);
    return `node${place.index}.${at}`;
  }

  /** The model as an object with the names of fields that protobufjs gives them. */
  model(outputs: readonly string[]): object {
    const node = [...this.calls].map(([{ op, inputs, attributes }, { index, last }]) => ({
      opType: op,
      input: inputs.map((input) => this.nameOf(input)),
      output: Array.from({ length: last + 1 }, (_, at) => `node${index}.${at}`),
      attribute: Object.entries(attributes).map(([name, value]) => ({ name, ...attributeOf(value) })),
    }));
    const input = [...this.constants].map(([constant, name]) => ({
      name,
      type: {
        tensorType: {
          elemType: ELEMENT[typeOf(constant)],
          shape: { dim: constant.shape.map((size) => ({ dimValue: size })) },
        },
      },
    }));
    return {
      irVersion: FORMAT,
      opsetImport: [{ domain: '', version: OPSET }],
      graph: { name: 'oracle', node, input, output: outputs.map((name) => ({ name })) },
    };
  }
}

/** The fields of an attribute, by the kind of its value. */
function attributeOf(value: Attributes[string]): object {
  const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');
  if (value instanceof Real) return { type: 'FLOAT', f: value.value };
  if (typeof value === 'number') return { type: 'INT', i: value };
  if (typeof value === 'string') return { type: 'STRING', s: bytes(value) };
  if (value.some((one) => typeof one === 'string'))
    return { type: 'STRINGS', strings: value.map((one) => bytes(one as string)) };
  return { type: 'INTS', ints: value };
}
