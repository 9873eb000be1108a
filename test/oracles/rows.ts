/** All rows of `npm run oracles`. */
import type { Row } from './row.js';
import { ARRANGEMENT } from './rows/arrangement.js';
import { ATTENTION } from './rows/attention.js';
import { CONVOLUTION } from './rows/convolution.js';
import { ELEMENTWISE } from './rows/elementwise.js';
import { LOSSES } from './rows/losses.js';
import { NORMALISATION } from './rows/normalisation.js';
import { POOLING } from './rows/pooling.js';
import { PRODUCTS } from './rows/products.js';
import { RECURRENT } from './rows/recurrent.js';

export const ROWS: readonly Row[] = [
  ...CONVOLUTION,
  ...POOLING,
  ...NORMALISATION,
  ...RECURRENT,
  ...ATTENTION,
  ...LOSSES,
  ...PRODUCTS,
  ...ARRANGEMENT,
  ...ELEMENTWISE,
];
