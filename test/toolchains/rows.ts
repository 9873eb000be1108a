/** The rows of the matrix, in the order of the table in docs/toolchains.md. Nothing here runs until a row is asked to. */
import { bundlers } from './rows/bundlers.js';
import { engines } from './rows/engines.js';
import { install } from './rows/install.js';
import type { Group } from './rows/row.js';
import { runners } from './rows/runners.js';
import { types } from './rows/types.js';

export const GROUPS: readonly Group[] = [install, bundlers, runners, types, engines];
