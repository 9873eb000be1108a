/** The kernels that ops call. Which implementation runs is decided here; ops do not know. */
export * from './reference/elementwise.js';
export * from './reference/indexing.js';
export * from './reference/matmul.js';
export * from './reference/reduce.js';
export * from './reference/shape.js';
export * from './reference/softmax.js';
