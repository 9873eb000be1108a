/** Calls of patches and convolutions, and of their layers. */

import { random, type Tensor, zeros } from '../../../src/index.js';
import * as init from '../../../src/init/index.js';
import { arg, type Call, call, options, settings, strict } from '../arguments.js';

const image = (): Tensor => zeros([1, 2, 5, 5]);
const signal = (): Tensor => zeros([1, 2, 5]);
const window = { stride: 2, padding: [1, 0], dilation: 2 };
const flat = { stride: 2, padding: 1, dilation: 2, groups: 1 };
const bias = () => arg('optionalNullable')(zeros([2]));

export const convolutions: Record<string, Call> = {
  unfold: call(
    () => strict(image()),
    () => strict([2, 3]),
    () => options(window),
  ),
  fold: call(
    () => strict(zeros([1, 4, 9])),
    () => strict(4),
    () => strict(2),
    () => options({ stride: 1, padding: 'valid', dilation: 1 }),
  ),
  conv1d: call(
    () => strict(signal()),
    () => strict(zeros([2, 2, 2])),
    bias,
    () => options(flat),
  ),
  conv2d: call(
    () => strict(image()),
    () => strict(zeros([2, 2, 2, 2])),
    bias,
    () => options({ ...window, groups: 1 }),
  ),
  convTranspose2d: call(
    () => strict(image()),
    () => strict(zeros([2, 2, 2, 2])),
    bias,
    () => options({ ...window, outputPadding: [1, 0], groups: 1 }),
  ),
};

const drawn = () => ({
  rng: random(0),
  init: init.heUniform(),
  bias: true,
  biasInit: init.ones(),
  dtype: 'float64',
});

const layer = (kernel: unknown, moves: object): Call =>
  call(
    () => strict(2),
    () => strict(4),
    () => strict(kernel),
    () => settings({ ...drawn(), ...moves }, { rng: 'strict' }),
  );

export const convolutionLayers: Record<string, Call> = {
  Conv1d: layer(3, flat),
  Conv2d: layer([3, 2], { ...window, groups: 2 }),
  ConvTranspose2d: layer([3, 2], { ...window, outputPadding: 1, groups: 2 }),
};
