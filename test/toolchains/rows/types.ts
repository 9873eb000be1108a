/** TypeScript: a program that uses the types of every entry point compiles, in every way to look for them. */
import { type Place, versionOf } from '../place.js';
import { type Group, ONLY_COMMONJS, type Row } from './row.js';

const VERSIONS = ['5.0', '5.4', '5.9', '6', '7'];
const RESOLUTIONS = ['node16', 'nodenext', 'bundler', 'node10'];

const compilerOf = (version: string): string => `tsc${version === '6' ? '' : version}`;
const packageOf = (version: string): string => `typescript${version === '6' ? '' : version}`;

/** node10 finds types by `main` and `typesVersions`. TypeScript 6 wants to be told that it is old, and 7 is without it. */
function resolutionOptions(version: string, resolution: string): string {
  if (resolution === 'bundler') return '--module esnext --moduleResolution bundler';
  if (resolution !== 'node10') return `--module ${resolution}`;
  const deprecated = version === '6' ? ' --ignoreDeprecations 6.0' : '';
  return `--module commonjs --moduleResolution node10${deprecated}`;
}

/** What a strict program may set or not, every option once on and once off. */
const STRICT = '--strict --skipLibCheck false --target es2022';
const SETTINGS = [
  { suffix: 'with-dom', options: '--lib es2022,dom --exactOptionalPropertyTypes' },
  { suffix: 'without-dom', options: '--lib es2022 --noUncheckedIndexedAccess' },
];

/** The kinds of packages for which a resolution can compile. */
const kinds = (resolution: string): readonly string[] =>
  resolution === 'bundler' ? ['module'] : resolution === 'node10' ? ['commonjs'] : ['module', 'commonjs'];

async function compile(place: Place, version: string, resolution: string): Promise<void> {
  for (const kind of kinds(resolution))
    for (const { suffix, options } of SETTINGS) {
      const one = place.beside(`${kind}-${suffix}`).copy('types');
      one.write('package.json', JSON.stringify({ private: true, type: kind }));
      const command = `${compilerOf(version)} ${STRICT} ${options} ${resolutionOptions(version, resolution)} --outDir out consumer.ts`;
      const { status } = await one.run(command);
      if (status === 0 && resolution !== 'bundler')
        one.equal('the program says', await one.succeeds(START[kind]!, ONLY_COMMONJS), 'true correct 20');
      place.demand(status === 0, `a ${kind} package ${suffix.replace('-', ' ')} does not compile`);
    }
}

/** Runs what was compiled. A CommonJS package has to do without Node's way to load ES modules through require. */
const START: Readonly<Record<string, string>> = {
  module: `node --input-type=module -e "console.log((await import('./out/consumer.js')).outcome)"`,
  commonjs: `node -e "console.log(require('./out/consumer.js').outcome)"`,
};

const ways = VERSIONS.flatMap((version) =>
  RESOLUTIONS.filter((resolution) => !(version === '7' && resolution === 'node10')).map((resolution) => ({
    version,
    resolution,
  })),
);

export const types: Group = {
  title: 'TypeScript',
  text: `A program that uses types of every entry point compiles under \`strict\`, with \`skipLibCheck\` off and without
\`@types/node\` or any optional package: with the DOM's types and \`exactOptionalPropertyTypes\`, and without both. Where the
resolution knows them, it compiles as an ES module and as CommonJS. What was compiled runs.`,
  rows: [
    ...ways.map(
      ({ version, resolution }): Row => ({
        ...{ tool: 'TypeScript', version: versionOf(packageOf(version)), how: resolution },
        proves: kinds(resolution)
          .map((kind) => (kind === 'module' ? 'ES module' : 'CommonJS'))
          .join(', '),
        command: `tsc --strict ${resolutionOptions(version, resolution)}`,
        run: (place) => compile(place, version, resolution),
      }),
    ),
    {
      ...{ tool: 'TypeScript', version: versionOf('typescript'), how: 'nodenext, with fast-check' },
      proves: 'the types of drawn inputs are those of fast-check',
      command: 'tsc --strict --module nodenext',
      run: async (place) => {
        place.copy('optional').install('fast-check');
        place.write('package.json', '{"private":true,"type":"module"}');
        await place.succeeds(`tsc ${STRICT} --module nodenext --outDir out property.ts`);
        await place.succeeds('node out/property.js');
      },
    },
  ],
};
