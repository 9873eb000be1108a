/** Bundlers: a program that uses every entry point is built without a warning, and runs. */
import { readdirSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { type Place, versionOf } from '../place.js';
import type { Group, Row } from './row.js';

const host = fileURLToPath(new URL('../page-host.mjs', import.meta.url));

/** Where a bundle runs: as a script or a module of a page, or in Node. */
type Stage = 'script' | 'module' | 'node';

interface Build {
  readonly tool: string;
  readonly version?: string;
  readonly how: string;
  /** The program, `page` by default; FILE.js is built, and FILE.txt is what it prints. */
  readonly program?: 'page' | 'quick-start' | 'core' | 'mixed' | 'chart';
  readonly command: string;
  /** The bundle, by its name or as the only file that matches. */
  readonly bundle: string | RegExp;
  readonly stage: Stage;
}

/** What the tools print when all went well. Anything else is a warning. */
const QUIET = [
  /^$/,
  /^vite v[\d.]+ building .*$/,
  /^transforming.*$|^rendering chunks.*$|^computing gzip size.*$|^✓ \d+ modules transformed\.?$/,
  /^(dist|out)\/\S+ +[\d.]+ kB( │ gzip: +[\d.]+ kB)?( │ map: +[\d.]+ kB)?$/,
  /^✓ built in .*$/,
  /^webpack compiled successfully$/,
  /^\S+\.[cm]?js → \S+\.\.\.$|^created \S+ in .*$/,
  /^(Building|Bundling|Packaging & Optimizing)\.\.\.$|^✨ Built in .*$/,
  /^dist\/\S+ +[\d.]+ [kM]?B +[\d.]+m?s$/,
];

async function build(place: Place, { program = 'page', command, bundle, stage }: Build): Promise<void> {
  place.copy('bundlers');
  if (program === 'chart') place.install('echarts');
  const { status, stdout, stderr } = await place.run(command);
  place.demand(status === 0, `the build fails with exit status ${status}`);
  const said = `${stdout}\n${stderr}`.split('\n').map((line) => line.trim());
  const warnings = said.filter((line) => !QUIET.some((pattern) => pattern.test(line)));
  place.demand(warnings.length === 0, `the build is not silent: ${warnings[0]}`);
  const file = find(place, bundle);
  inspect(place, file, stage);
  const printed = await place.succeeds(
    stage === 'node'
      ? `node ${file}`
      : `node --experimental-vm-modules --no-warnings "${host}" ${file} ${stage}`,
  );
  place.equal('the bundle prints', printed, place.read(`${program}.txt`));
}

/** The bundle, which is named, or the only file that matches. */
function find(place: Place, bundle: string | RegExp): string {
  if (typeof bundle === 'string') return bundle;
  const files = readdirSync(place.folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    bundle.test(file),
  );
  place.demand(files.length === 1, `one bundle was expected: ${files.join(', ') || 'there is none'}`);
  return files[0]!;
}

/** Nothing of the machine that built the bundle is in it, and nothing that a page does not have. */
function inspect(place: Place, file: string, stage: Stage): void {
  const text = place.read(file);
  place.demand(
    !text.includes(join(place.folder, '..')),
    'the bundle holds a path of the machine that built it',
  );
  place.demand(!/\bimport\.meta\b/.test(text), 'the bundle holds import.meta');
  if (stage === 'node') return;
  const modules = importsOf(text).filter((name) => /^node:/.test(name) || isBuiltin(name));
  place.demand(modules.length === 0, `the bundle imports a module of Node: ${modules[0]}`);
}

/** The modules that a program imports by name, or requires. What stands in a string, such as a worker's program, is no import. */
function importsOf(text: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) add(node.moduleSpecifier);
    else if (ts.isCallExpression(node) && /^(import|require)$/.test(node.expression.getText()))
      add(node.arguments[0]);
    ts.forEachChild(node, visit);
  };
  const add = (name: ts.Node | undefined): void => {
    if (name && ts.isStringLiteralLike(name)) found.push(name.text);
  };
  visit(ts.createSourceFile('bundle.js', text, ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS));
  return found;
}

const esbuild = 'esbuild --bundle --log-level=warning';
const BUILDS: readonly Build[] = [
  {
    ...{ tool: 'esbuild', how: 'its defaults (iife)', bundle: 'out.js', stage: 'script' },
    command: `${esbuild} page.js --outfile=out.js`,
  },
  {
    ...{ tool: 'esbuild', how: 'iife, minified', bundle: 'out.js', stage: 'script' },
    command: `${esbuild} page.js --minify --outfile=out.js`,
  },
  {
    ...{ tool: 'esbuild', how: 'esm', bundle: 'out.js', stage: 'module' },
    command: `${esbuild} page.js --format=esm --outfile=out.js`,
  },
  {
    ...{ tool: 'esbuild', how: 'cjs for Node', bundle: 'out.cjs', stage: 'node' },
    command: `${esbuild} page.js --platform=node --format=cjs --outfile=out.cjs`,
  },
  {
    ...{ tool: 'esbuild', how: 'esm for Node', bundle: 'out.mjs', stage: 'node' },
    command: `${esbuild} page.js --platform=node --format=esm --outfile=out.mjs`,
  },
  {
    ...{ tool: 'esbuild', how: 'the core alone', program: 'core', bundle: 'out.js', stage: 'script' },
    command: `${esbuild} core.js --minify --outfile=out.js`,
  },
  {
    ...{ tool: 'esbuild', how: 'import and require', program: 'mixed', bundle: 'out.js', stage: 'script' },
    command: `${esbuild} mixed.js --outfile=out.js`,
  },
  {
    ...{ tool: 'esbuild', how: 'echarts handed in', program: 'chart', bundle: 'out.js', stage: 'script' },
    command: `${esbuild} chart.js --outfile=out.js`,
  },
  {
    ...{ tool: 'webpack', how: 'import and require', program: 'mixed', stage: 'script' },
    bundle: 'dist/main.js',
    command: 'webpack ./mixed.js --mode production --stats errors-warnings',
  },
  {
    ...{
      tool: 'webpack',
      how: 'no configuration',
      program: 'quick-start',
      bundle: 'dist/main.js',
      stage: 'script',
    },
    command: 'webpack ./quick-start.js --mode production --stats errors-warnings',
  },
  {
    ...{ tool: 'webpack', how: 'for pages', bundle: 'dist/main.js', stage: 'script' },
    command: 'webpack ./page.js --config webpack.config.cjs --stats errors-warnings',
  },
  {
    ...{ tool: 'webpack', how: 'for Node', bundle: 'dist/main.cjs', stage: 'node' },
    command:
      'webpack ./page.js --config webpack.config.cjs --target node --output-filename main.cjs --stats errors-warnings',
  },
  {
    ...{ tool: 'webpack', how: 'development, eval', bundle: 'dist/main.js', stage: 'script' },
    command: 'webpack ./page.js --config webpack.config.cjs --mode development --stats errors-warnings',
  },
  {
    ...{ tool: 'rollup', how: 'node-resolve, es', bundle: 'out.js', stage: 'module' },
    command: 'rollup -c rollup.config.js page.js --file out.js --failAfterWarnings',
  },
  {
    ...{ tool: 'rollup', how: 'node-resolve, iife', bundle: 'out.js', stage: 'script' },
    command: 'rollup -c rollup.config.js page.js --format iife --file out.js --failAfterWarnings',
  },
  {
    ...{ tool: 'rollup', how: 'no plugin at all', program: 'quick-start', bundle: 'out.js', stage: 'script' },
    command: 'rollup quick-start-by-path.js --format iife --file out.js --failAfterWarnings',
  },
  {
    ...{ tool: 'vite', how: 'for pages', bundle: /^dist\/assets\/index-[\w-]+\.js$/, stage: 'module' },
    command: 'vite build',
  },
  {
    ...{ tool: 'vite', how: 'for Node (--ssr)', bundle: 'dist/page.js', stage: 'node' },
    command: 'vite build --ssr page.js',
  },
  {
    ...{ tool: 'parcel', how: 'for pages', bundle: /^dist\/[\w.-]+\.js$/, stage: 'module' },
    command: 'parcel build index.html --no-source-maps --no-autoinstall --no-cache',
  },
];

const PROVES: Readonly<Record<NonNullable<Build['program']>, string>> = {
  page: 'every entry point',
  core: '`tapegrad/core`',
  'quick-start': 'the first example',
  mixed: 'one copy for both',
  chart: 'an optional package, handed in',
};

export const bundlers: Group = {
  title: 'Bundlers',
  text: `A program that uses every entry point a page can use is built. The build gives no warning, and the bundle holds no
\`import.meta\`, no module of Node and no path of the machine that built it. It then runs, with the names that a page has and
without those of Node, and prints what it should. Parcel reads the \`exports\` of packages if the \`package.json\` of your
project says \`"@parcel/resolver-default": { "packageExports": true }\`.`,
  rows: BUILDS.map(
    (one): Row => ({
      ...{ tool: one.tool, version: versionOf(one.tool), how: one.how, command: one.command },
      proves: PROVES[one.program ?? 'page'],
      run: (place) => build(place, one),
    }),
  ),
};
