/** Mistakes in checkpoints: what the second run of a function must not change, and what the first has to hand on. */
import type { Planted } from '../planted.js';

const test = 'autograd/checkpoint.test.ts';

export const CHECKPOINTS: readonly Planted[] = [
  {
    mistake: 'dropout draws fresh masks in the second run of a function',
    file: 'base/random.ts',
    right: '    noteChange(this);\n    return this.stream.double();',
    wrong: '    return this.stream.double();',
    test,
  },
  {
    mistake: 'running statistics take a batch in twice, once in the second run of a function',
    file: 'autograd/graph.ts',
    right: '    noteChange(this);\n',
    wrong: '',
    test,
  },
  {
    mistake: 'what the first run of a function left is not brought back after the second',
    file: 'base/changes.ts',
    right: '    bringBack(present);',
    wrong: '',
    test,
  },
  {
    mistake: 'the second of a pair of normals is not drawn again in the second run of a function',
    file: 'base/random.ts',
    right: '      noteChange(this);\n      const value',
    wrong: '      const value',
    test,
  },
  {
    mistake: 'numbers come back for the second run of a function without their version',
    file: 'base/changes.ts',
    right: '    thing.version = version;',
    wrong: '',
    test,
  },
  {
    mistake: 'weights that the function closes over get no gradient',
    file: 'autograd/checkpoint.ts',
    right: 'const targets = new Set(uses.filter((_, i) => needed[i]));',
    wrong: 'const targets = new Set(uses.filter((use, i) => needed[i] && !(use instanceof Tensor)));',
    test,
  },
  {
    mistake: 'computed tensors that the function closes over get no gradient',
    file: 'autograd/checkpoint.ts',
    right: 'source instanceof Node ? source.position < since : isWanted(source);',
    wrong: '!(source instanceof Node) && isWanted(source);',
    test,
  },
  {
    mistake:
      'contributions to one tensor that a checkpoint hands on are added in another order, so that bits change',
    file: 'autograd/checkpoint.ts',
    right: 'contributions[places.get(target)!.shift()!] = contribution;',
    wrong: 'contributions[places.get(target)!.pop()!] = contribution;',
    test,
  },
  {
    mistake: 'other values in the second run of a function are taken as they come',
    file: 'autograd/checkpoint.ts',
    right: 'again.sum !== sum || ',
    wrong: '',
    test,
  },
  {
    mistake: 'a gradient through a checkpoint cannot be differentiated again',
    file: 'autograd/checkpoint.ts',
    right: 'const createGraph = isRecording();',
    wrong: 'const createGraph = false;',
    test,
  },
];
