/** Everything the module exports. It has no data, no runtime and no garbage collector: addresses in, numbers out. */
export { matmul, scratchBytes } from './matmul';
