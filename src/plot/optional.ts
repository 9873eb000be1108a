/** Finds the optional packages that draw, when something is drawn. */
import { ArgumentError } from '../base/errors.js';
import { importPackage } from '../base/host.js';
import { kindOf, needOneOf } from '../base/words.js';

/** The packages that draw: ECharts the charts, Graphviz the tapes. */
export type DrawingPackage = 'echarts' | '@viz-js/viz';

/** The packages, each with the function of its module that is called. */
const PACKAGES: Readonly<Record<DrawingPackage, string>> = { echarts: 'init', '@viz-js/viz': 'instance' };
const given = new Map<string, object>();

/**
 * Hands in a package that draws, in place of the one that is imported when something is drawn. A bundled page needs
 * this, since no bundler packs an optional package by itself: after `import * as echarts from 'echarts'` it calls
 * `setDrawingPackage('echarts', echarts)`.
 * @throws ArgumentError for another name, or for what is no module
 */
export function setDrawingPackage(name: DrawingPackage, module: object): void {
  needOneOf('setDrawingPackage', 'package', name, Object.keys(PACKAGES));
  if (typeof (module as Record<string, unknown> | null | undefined)?.[PACKAGES[name]] !== 'function')
    throw new ArgumentError(
      'setDrawingPackage',
      `expected the module, as import * as ${name === 'echarts' ? 'echarts' : 'viz'} from '${name}' gives it, got ${kindOf(module)}`,
    );
  given.set(name, module);
}

/**
 * The module of a package that draws. `task` says what the package is for, such as `charts are drawn by`.
 * @throws ArgumentError that says how to get the package, if it cannot be loaded
 */
export async function drawingPackage<T>(op: string, task: string, name: DrawingPackage): Promise<T> {
  const module = given.get(name);
  if (module) return module as T;
  try {
    return (await importPackage(name)) as T;
  } catch (error) {
    throw new ArgumentError(
      op,
      `${task} the optional package ${name}, which cannot be loaded (${firstLine(error)}). Install it: npm install ${name}. In a bundled page hand it in: setDrawingPackage('${name}', module)`,
    );
  }
}

/** The first line of what was thrown; require() adds a list of files. */
function firstLine(error: unknown): string {
  return String((error as Error | null)?.message ?? error).split('\n')[0]!;
}
