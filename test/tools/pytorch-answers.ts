/**
 * Records what PyTorch computes with models that were saved here, in test/fixtures/pytorch/ours-read-by-torch.json.
 * `npx tsx test/tools/pytorch-answers.ts`, with Python and torch; on Debian, `apt-get install python3-torch`.
 */
import { writeFileSync } from 'node:fs';
import { commandLine, run } from '../../examples/shared/program.js';
import { temporaryFolder } from '../support/folder.js';
import {
  askTorch,
  CASES,
  findPython,
  hashOf,
  ourFile,
  RECORDED,
  type RecordedAnswers,
} from '../support/pytorch.js';

await run('pytorch-answers', () => {
  commandLine('pytorch-answers', `Records the answers of PyTorch in ${RECORDED}.`).parse();
  const python = findPython('torch');
  if (!python) throw new Error('found no Python that can import torch');
  const { torch, answers } = askTorch(python, temporaryFolder('pytorch-answers'));
  const files = Object.fromEntries(Object.keys(CASES).map((name) => [name, hashOf(ourFile(name))]));
  const recorded: RecordedAnswers = { torch, files, answers };
  writeFileSync(RECORDED, `${JSON.stringify(recorded, null, 2)}\n`);
});
