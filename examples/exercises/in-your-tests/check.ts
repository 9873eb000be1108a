import type { Exercise } from '../exercise.js';
import { RIGHT, WRONG } from './layers.js';

export const exercise: Exercise<typeof import('./solution.js')> = {
  title: 'A test that can fail',
  chapter: 'docs/in-your-tests.md',
  task: 'Write a test that passes right layers and fails for layers with a wrong gradient.',
  hint: 'The probabilities of a row always add up to 1, so the gradient of their sum is 0 for every layer. One call of tapegrad/check looks at each output by itself.',
  names: ['testGradient'],
  check({ testGradient }) {
    for (const [name, layer] of Object.entries(RIGHT)) {
      const error = errorOf(() => testGradient(layer));
      if (error) throw new Error(`Your test fails for ${name}, which is right:\n\n${error.message}`);
    }
    const wrong = Object.entries(WRONG);
    const missed = wrong.filter(([, layer]) => !errorOf(() => testGradient(layer))).map(([name]) => name);
    if (missed.length === 0) return;
    throw new Error(
      `Your test lets ${missed.length} of ${wrong.length} wrong layers pass:\n${missed.map((name) => `  ${name}`).join('\n')}`,
    );
  },
};

function errorOf(body: () => void): Error | null {
  try {
    body();
    return null;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
