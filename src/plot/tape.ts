/**
 * Pictures of a tape: a box for each leaf, constant and node, with its values and gradients. Graphviz does the layout.
 */
import { formatShape } from '../base/errors.js';
import { range } from '../base/format.js';
import { needTensors } from '../base/words.js';
import { Node, replay, type Source, type Tensor } from '../core.js';
import { drawingPackage } from './optional.js';

/**
 * The tape that led to a tensor, in the language of Graphviz. A box is a node of the tape, a green rounded box a leaf,
 * and a grey rounded box a constant. Each box shows the shape and the range of the values, and if the tensor is a
 * single number, the range of its gradient as well.
 * @throws GraphError if backward() has released the tape
 */
export function tapeDot(root: Tensor): string {
  needTensors('tapeDot', root);
  const { steps, leaves } = replay(root);
  const gradients = new Map<Source, Tensor | null>(leaves.map(({ tensor, gradient }) => [tensor, gradient]));
  const ids = new Map<Source, string>();
  const lines: string[] = [];
  const idOf = (source: Source): string => {
    const known = ids.get(source);
    if (known) return known;
    const id = `n${ids.size}`;
    ids.set(source, id);
    if (!(source instanceof Node))
      lines.push(`${id} [${sourceLabel(source, gradients.get(source) ?? null)}];`);
    return id;
  };
  for (const { node, number, value, gradient } of steps) {
    const inputs = node.inputs.map(idOf);
    const id = idOf(node);
    const facts = [
      `#${number}  ${node.op.name}`,
      formatShape(value.shape),
      `value ${range(value.data)}`,
      ...(gradient ? [`gradient ${range(gradient.data)}`] : []),
    ];
    lines.push(`${id} [label=${quote(facts)}];`, ...inputs.map((input) => `${input} -> ${id};`));
  }
  return [
    'digraph tape {',
    'rankdir=LR; bgcolor="transparent"; nodesep=0.25; ranksep=0.4;',
    'node [shape=box style=filled fillcolor="#eef3fb" color="#5b7db1" fontname="Helvetica" fontsize=11 margin="0.12,0.06"];',
    'edge [color="#7a7a7a" arrowsize=0.7];',
    ...lines,
    '}',
  ].join('\n');
}

function sourceLabel(tensor: Tensor, gradient: Tensor | null): string {
  const facts = [
    tensor.name || (tensor.requiresGrad ? 'leaf' : 'constant'),
    formatShape(tensor.shape),
    `value ${range(tensor.data)}`,
  ];
  if (gradient) facts.push(`gradient ${range(gradient.data)}`);
  const fill = tensor.requiresGrad
    ? 'fillcolor="#e6f4ea" color="#3f8f57"'
    : 'fillcolor="#f3f3f3" color="#9a9a9a"';
  return `label=${quote(facts)} style="filled,rounded" ${fill}`;
}

function quote(lines: readonly string[]): string {
  return `"${lines.map((line) => line.replace(/[\\"]/g, '\\$&')).join('\\n')}"`;
}

/**
 * The picture of {@link tapeDot} as an SVG string. Needs the optional package @viz-js/viz, which is Graphviz in
 * WebAssembly.
 * @throws ArgumentError without that package; GraphError if backward() has released the tape
 */
export async function tapeSvg(root: Tensor): Promise<string> {
  needTensors('tapeSvg', root);
  const { instance } = await drawingPackage<typeof import('@viz-js/viz')>(
    'tapeSvg',
    'tapes are laid out by',
    '@viz-js/viz',
  );
  const svg = (await instance()).renderString(tapeDot(root), { format: 'svg' });
  return svg.slice(svg.indexOf('<svg'));
}
