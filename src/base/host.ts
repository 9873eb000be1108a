/**
 * What the library asks of the program that runs it: settings, and Node's own modules. Every question is put so that it
 * works in a page, in Node, in Bun and in Deno, and that no bundler finds a Node module to look for.
 */

interface Host {
  readonly process?: {
    readonly env?: Record<string, string | undefined>;
    readonly getBuiltinModule?: (name: string) => unknown;
  };
  readonly [setting: string]: unknown;
}

const host = globalThis as unknown as Host;

/**
 * A setting: an environment variable, or where there is none of this name a property of globalThis. Undefined if the
 * setting is missing, empty, or may not be read, as in Deno without --allow-env.
 */
export function setting(name: string): string | undefined {
  const value = environment(name) ?? host[name];
  return value === undefined || value === null || value === '' ? undefined : String(value);
}

function environment(name: string): string | undefined {
  try {
    return host.process?.env?.[name];
  } catch {
    return undefined;
  }
}

/** A module of Node's own, such as `node:fs/promises`; undefined where there is none, as in a page and in Node before 20.16. */
export function nodeModule(name: string): unknown {
  try {
    return host.process?.getBuiltinModule?.(name);
  } catch {
    return undefined;
  }
}

/**
 * Loads a package that a program may have installed or not. No bundler looks for the package or warns of its absence,
 * since the name is not written in an import.
 */
export function importPackage(name: string): Promise<unknown> {
  return import(/* webpackIgnore: true */ /* @vite-ignore */ name);
}
