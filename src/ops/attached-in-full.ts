/** The ops that are methods too where the whole library is loaded: each one listed here is attached by full-methods.ts. */
export { gelu, silu, softplus } from './activations.js';
export { erf } from './functions.js';
export { diagonal, gather, indexSelect, scatterAdd, takeAlongAxis, tril, triu } from './indexing.js';
export { flip, pad, tile } from './shape.js';
