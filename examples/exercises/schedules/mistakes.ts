import type { Mistakes } from '../exercise.js';

export const mistakes: Mistakes = {
  start: 'The first update has t = 0',
  mistakes: [
    {
      name: 'the warm-up counts from 1',
      edit: ['(peak * t)', '(peak * (t + 1))'],
      says: 'The first update has t = 0',
    },
    {
      name: 'the wave has run since the first update',
      edit: ['(Math.min(t, steps) - warm) / (steps - warm)', 'Math.min(t, steps) / steps'],
      says: 'must not jump',
    },
    {
      name: 'the wave is as long as the whole training',
      edit: ['- warm) / (steps - warm)', '- warm) / steps'],
      says: 'the middle of the fall',
    },
    {
      name: 'the wave goes on after the end',
      edit: ['Math.min(t, steps)', 't'],
      says: 'speed up again',
    },
    {
      name: 'the warm-up is half a wave as well',
      edit: ['(peak * t) / warm', '(peak * (1 - Math.cos((Math.PI * t) / warm))) / 2'],
      says: 'a straight line',
    },
  ],
};
