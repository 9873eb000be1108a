/**
 * Every public function is called with every argument replaced by wrong values, and with an argument too many. Each call is
 * refused in a sentence that begins with the name of the function, or kinds.ts says what has to come out.
 */
import { readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import * as check from '../../src/check/index.js';
import * as picture from '../../src/check/picture.js';
import * as property from '../../src/check/property.js';
import * as data from '../../src/data/index.js';
import * as tapegrad from '../../src/index.js';
import { setLint, TapegradError, Tensor } from '../../src/index.js';
import * as init from '../../src/init/index.js';
import * as io from '../../src/io/index.js';
import * as nn from '../../src/nn/index.js';
import * as optim from '../../src/optim/index.js';
import * as plot from '../../src/plot/index.js';
import * as train from '../../src/train/index.js';
import { suite } from '../support/suite.js';
import { FIXTURE } from '../tools/public-names.js';
import type { Call } from './arguments.js';
import { ALSO, CALLS, METHODS, NOT_CALLED, OTHER_NAMES, REFUSES_MORE } from './calls.js';
import { type Accepts, KINDS, type Outcome, textOf, WRONG, type Wrong } from './kinds.js';

const test = suite('doors');
const ENTRIES: Record<string, object> = {
  '.': tapegrad,
  './nn': nn,
  './init': init,
  './optim': optim,
  './check': check,
  './check/property': property,
  './check/picture': picture,
  './data': data,
  './io': io,
  './train': train,
  './plot': plot,
};

type Fn = (...args: unknown[]) => unknown;

/** What a call throws, or returns, awaited. */
async function outcomeOf(run: () => unknown): Promise<{ thrown: unknown } | { result: unknown }> {
  try {
    return { result: await run() };
  } catch (thrown) {
    return { thrown };
  }
}

/** The same text for tapes that were recorded one after the other. */
const positions = (text: string): string => text.replace(/"position":\d+/g, '');

/** What is wrong with how a call was answered; null if nothing is. */
async function complaint(
  names: readonly string[],
  what: string,
  wrong: Wrong,
  given: unknown,
  run: () => unknown,
  accepts: Accepts,
  without: () => unknown,
): Promise<string | null> {
  const outcome = await outcomeOf(run);
  const holds = accepts[wrong];
  if ('thrown' in outcome) {
    const { thrown } = outcome;
    const text = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
    if (!(thrown instanceof TapegradError)) return `${what} = ${wrong}: a bare ${text.slice(0, 150)}`;
    if (!names.some((name) => thrown.message.startsWith(`${name}:`)))
      return `${what} = ${wrong}: begins with another name: ${text.slice(0, 150)}`;
    return holds ? `${what} = ${wrong}: refused, and listed as accepted: ${text.slice(0, 150)}` : null;
  }
  if (!holds) return `${what} = ${wrong}: accepted`;
  const left = wrong === 'undefined' ? await outcomeOf(without) : { result: undefined };
  const facts: Outcome = {
    given,
    result: outcome.result,
    without: 'result' in left ? left.result : left.thrown,
  };
  return holds(facts) ? null : `${what} = ${wrong}: accepted, with another result than expected`;
}

/** Tries every wrong value in the place of every argument and every option, and one argument too many. */
async function complaints(
  names: readonly string[],
  make: () => Fn,
  { args, variadic }: Call,
  id = names[0]!,
): Promise<string[]> {
  const found: (string | null)[] = [];
  const values = (): unknown[] => args().map(({ value }) => value);
  const meant = await outcomeOf(() => make()(...values())).then((one) =>
    'result' in one ? one.result : one.thrown,
  );
  for (const [i, { kind, options, value }] of args().entries()) {
    const accepts: Accepts = { ...KINDS[kind], ...ALSO[`${id}, argument ${i}`] };
    for (const wrong of Object.keys(WRONG) as Wrong[]) {
      const given = WRONG[wrong]();
      // An argument that is undefined is compared with one that is left out, together with those after it.
      const last = wrong === 'undefined' && accepts.undefined !== undefined;
      const run = (): unknown =>
        make()(...(last ? [...values().slice(0, i), given] : values().with(i, given)));
      const without = (): unknown => make()(...values().slice(0, i));
      found.push(await complaint(names, `argument ${i}`, wrong, given, run, accepts, without));
    }
    for (const [key, kindOfOption] of Object.entries(options ?? {})) {
      const takes: Accepts = { ...KINDS[kindOfOption], ...ALSO[`${id}, option ${key}`] };
      for (const wrong of Object.keys(WRONG) as Wrong[]) {
        const given = WRONG[wrong]();
        const run = (): unknown => {
          const all = values();
          return make()(...all.with(i, { ...(all[i] as object), [key]: given }));
        };
        const without = (): unknown => {
          const all = values();
          const { [key]: _, ...rest } = all[i] as Record<string, unknown>;
          return make()(...all.with(i, rest));
        };
        found.push(await complaint(names, `option ${key}`, wrong, given, run, takes, without));
      }
    }
    if (options) {
      const run = (): unknown => make()(...values().with(i, { ...(value as object), flavour: 1 }));
      found.push(await complaint(names, 'option flavour', 'a string', 1, run, {}, run));
    }
  }
  if (!variadic) {
    const run = (): unknown => make()(...values(), 'one more');
    // A function passes over what is too much, as functions of JavaScript do, so that tensors.map(relu) works.
    const ignored: Accepts = REFUSES_MORE.has(id)
      ? {}
      : { 'a string': ({ result }) => positions(textOf(result)) === positions(textOf(meant)) };
    found.push(await complaint(names, 'one argument more', 'a string', 'one more', run, ignored, run));
  }
  return found.filter((one) => one !== null);
}

setLint(false);

const listed = JSON.parse(readFileSync(FIXTURE, 'utf8')) as Record<string, string[]>;

test('every entry point is tried', () => {
  // These hold what others hold too.
  const same = ['./core', './browser'];
  assert.equal(
    Object.keys(listed).filter((entry) => !(entry in ENTRIES) && !same.includes(entry)),
    [],
  );
});

for (const [entry, library] of Object.entries(ENTRIES)) {
  const names = listed[entry]!.filter((name) => !name.startsWith('type '));
  test(`${entry}: every public function has a call as it is meant`, () => {
    const missing = names.filter(
      (name) => !CALLS[entry]?.[name] && !NOT_CALLED[`${entry === '.' ? '.' : entry}/${name}`],
    );
    assert.equal(missing, []);
  });
  for (const [name, one] of Object.entries(CALLS[entry] ?? {}))
    test(`${entry}: ${name} refuses wrong arguments`, async () => {
      const member = (library as Record<string, unknown>)[name] as Fn;
      const isClass = /^[A-Z]/.test(name);
      const make = (): Fn =>
        isClass
          ? (...args) => new (member as unknown as new (...args: unknown[]) => unknown)(...args)
          : member;
      // Entry points may share a name, such as linear, and what the main one takes is not what another one takes.
      const id = entry !== '.' && CALLS['.']![name] ? `${entry}/${name}` : name;
      assert.equal(await complaints([name, ...(OTHER_NAMES[name] ?? [])], make, one, id), []);
    });
}

for (const [name, { make, calls, names = [] }] of Object.entries(METHODS)) {
  test(`${name}: every public method has a call as it is meant`, () => {
    const prototype = Object.getPrototypeOf(make()) as object;
    const methods: string[] = [];
    for (let at = prototype; at !== Object.prototype; at = Object.getPrototypeOf(at) as object)
      for (const [key, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at)))
        if (typeof value === 'function' && key !== 'constructor') methods.push(key);
    const inner = [
      'children',
      'describe',
      'check',
      'update',
      'allParameters',
      'stateOf',
      'warnIfNotZeroed',
      'restored',
      'keptNames',
      'namedState',
      'take',
      'begin',
      'checked',
    ];
    const missing = methods.filter(
      (method) =>
        !calls[method] && !METHODS.Tensor!.calls[method] && !CALLS['.']![method] && !inner.includes(method),
    );
    assert.equal(missing, []);
  });
  for (const [method, one] of Object.entries(calls))
    test(`${name}.${method} refuses wrong arguments`, async () => {
      const bound = (): Fn => {
        const object = make() as Record<string, Fn>;
        return object[method]!.bind(object);
      };
      if (
        name === 'Tensor' &&
        (method === 'item' || method === 'retainGrad' || method === 'registerHook' || method === 'backward')
      ) {
        const single = (): Fn => {
          const object = tapegrad.tensor(2, { requiresGrad: true }) as unknown as Record<string, Fn>;
          return object[method]!.bind(object);
        };
        return assert.equal(await complaints([method], single, one, `Tensor.${method}`), []);
      }
      assert.equal(
        await complaints([method, `${name}.${method}`, ...names], bound, one, `${name}.${method}`),
        [],
      );
    });
}

for (const [name, one] of Object.entries(CALLS['.']!))
  if (name in Tensor.prototype && name !== 'backward')
    test(`the method ${name} refuses wrong arguments`, async () => {
      const bound = (): Fn => {
        const object = one.args()[0]!.value as Record<string, Fn>;
        return object[name]!.bind(object);
      };
      assert.equal(
        await complaints([name], bound, { ...one, args: () => one.args().slice(1) }, `x.${name}`),
        [],
      );
    });
