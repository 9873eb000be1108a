/** Everything a page needs in one file: the core and, under their names, the rooms that run in a browser without further libraries. */

export * as data from './data/index.js';
export * from './index.js';
export * as init from './init/index.js';
export * as io from './io/index.js';
export * as nn from './nn/index.js';
export * as optim from './optim/index.js';
