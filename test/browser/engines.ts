/**
 * The three browser engines: where each is, and the command that starts it with a page. No protocol drives them. A page
 * reports to the server that it came from, and the server's answer sends the browser on to the next page.
 */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Program } from './processes.js';

export interface Engine {
  readonly name: string;
  /** What is missing to run the engine here, and how to install it; null if nothing is. */
  readonly missing: string | null;
  /** Starts the browser without a window. `folder` is empty, and holds what the browser keeps. */
  start(url: string, folder: string): Promise<readonly Program[]>;
}

/** The first of some programs that is in the PATH, or the file that an environment variable names. */
function find(variable: string, ...names: string[]): string | null {
  const places = (process.env.PATH ?? '').split(delimiter);
  const named = process.env[variable];
  const candidates = named ? [named] : names.flatMap((name) => places.map((place) => join(place, name)));
  return candidates.find((path) => existsSync(path)) ?? null;
}

function engine(
  name: string,
  program: string | null,
  help: string,
  start: (program: string, url: string, folder: string) => Promise<readonly Program[]>,
): Engine {
  return {
    name,
    missing: program === null ? `${name}; ${help}` : null,
    start: (url, folder) => start(program!, url, folder),
  };
}

export const chromium = engine(
  'Chromium',
  find('CHROMIUM', 'chromium', 'chromium-browser', 'google-chrome'),
  'install chromium, or set CHROMIUM to the path of the browser',
  async (program, url, folder) => {
    const flags = [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ];
    return [new Program(program, [...flags, `--user-data-dir=${folder}`, url], { HOME: folder })];
  },
);

/** Switches off what Firefox does besides showing the page. */
const QUIET: Record<string, boolean | string | number> = {
  'app.update.enabled': false,
  'browser.aboutwelcome.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'datareporting.policy.dataSubmissionEnabled': false,
  'dom.ipc.processPrelaunch.enabled': false,
  'extensions.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'data:,nowhere',
  'toolkit.telemetry.enabled': false,
};

export const firefox = engine(
  'Firefox',
  find('FIREFOX', 'firefox', 'firefox-esr'),
  'install firefox-esr, or set FIREFOX to the path of the browser',
  async (program, url, folder) => {
    const preferences = Object.entries(QUIET).map(
      (pair) => `user_pref(${pair.map((v) => JSON.stringify(v))});`,
    );
    writeFileSync(join(folder, 'user.js'), preferences.join('\n'));
    const flags = ['--headless', '--no-remote', '--profile', folder, url];
    return [new Program(program, flags, { HOME: folder })];
  },
);

/** WebKit's small browser, which the GTK port keeps beside its library. */
function miniBrowser(): string | null {
  if (process.env.WEBKIT) return find('WEBKIT');
  const libraries = [
    '/usr/lib',
    '/usr/lib64',
    '/usr/libexec',
    '/usr/lib/x86_64-linux-gnu',
    '/usr/lib/aarch64-linux-gnu',
  ];
  const folders = libraries.filter(existsSync).flatMap((library) =>
    readdirSync(library)
      .filter((name) => name.startsWith('webkit2gtk-4') || name.startsWith('webkitgtk-6'))
      .map((name) => join(library, name, 'MiniBrowser')),
  );
  return folders.find((path) => existsSync(path)) ?? null;
}

/**
 * WebKit's GTK port. Unlike Safari it hides SharedArrayBuffer, on an isolated page too, unless a variable asks for it.
 * @param shared whether pages see SharedArrayBuffer, as in Safari
 */
const webkitSharing = (shared: boolean): Engine =>
  engine(
    'WebKit',
    find('XVFB', 'Xvfb') && miniBrowser(),
    'install webkit2gtk-driver and xvfb, or set WEBKIT to the path of MiniBrowser',
    async (program, url, folder) => {
      const screen = new Program(find('XVFB', 'Xvfb')!, ['-displayfd', '1', '-nolisten', 'tcp'], {});
      const env = {
        DISPLAY: `:${await screen.firstLine()}`,
        HOME: folder,
        JSC_useSharedArrayBuffer: String(Number(shared)),
        // The sandbox of its processes does not start as root, nor in most containers.
        WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
      };
      return [new Program(program, [url], env), screen];
    },
  );

export const webkit = webkitSharing(true);
export const webkitWithoutSharing = webkitSharing(false);
