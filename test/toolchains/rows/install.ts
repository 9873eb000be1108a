/** The tarball itself: what comes with it, and what programs that judge packages say. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { versionOf } from '../place.js';
import { type Group, ONLY_COMMONJS, type Row } from './row.js';

const OPTIONAL = ['echarts', '@viz-js/viz', 'fast-check'];

export const install: Group = {
  title: 'The package',
  text: 'The tarball that `npm pack` makes, as npm installs it.',
  rows: [
    {
      ...{ tool: 'npm', version: 'of the machine', how: 'alone in an empty project' },
      proves: 'no other package comes with it',
      command: 'npm install tapegrad',
      run: async (place) => {
        place.write('package.json', '{"private":true}');
        await place.succeeds('npm install --offline --ignore-scripts --no-audit --no-fund ../tapegrad.tgz');
        const packages = readdirSync(join(place.folder, 'node_modules')).filter(
          (name) => !name.startsWith('.'),
        );
        place.equal('installed are', packages.join(' '), 'tapegrad');
      },
    },
    {
      ...{ tool: 'publint', version: versionOf('publint'), how: '--strict' },
      proves: 'what package.json says is so',
      command: 'publint --strict',
      run: async (place) => void (await place.succeeds('publint run ../tapegrad.tgz --strict')),
    },
    {
      ...{ tool: 'attw', version: versionOf('@arethetypeswrong/cli'), how: 'every entry point' },
      proves: 'types and code agree in every resolution',
      command: 'attw --pack . --exclude-entrypoints ./tapegrad.min.js',
      run: async (place) =>
        void (await place.succeeds(
          'attw ../tapegrad.tgz --no-emoji --exclude-entrypoints ./tapegrad.min.js',
        )),
    },
    ...['optional.mjs', 'optional.cjs'].map(
      (file): Row => ({
        ...{ tool: 'Node', version: versionOf('node20'), command: `node ${file}` },
        how: `optional packages, ${file.endsWith('.mjs') ? 'import' : 'require'}`,
        proves: 'echarts, viz and fast-check are found',
        run: async (place) => {
          place.copy('optional').install(...OPTIONAL);
          const printed = await place.succeeds(`node ${file}`, ONLY_COMMONJS);
          place.equal('the program prints', printed, place.read('optional.txt'));
        },
      }),
    ),
  ],
};
