// Preloaded into a program (`node --require`): discovers the built-in Node functions that Sandscope's bundle calls, or
// makes one of them fail when the bundle calls it. Other callers are not affected.
//
// HARMLESS_DISCOVER=FILE   appends the name of each function to FILE at its first call, one per line
// HARMLESS_FAIL=NAME       makes that function fail in the way of HARMLESS_HOW: throw, nonsense, silence
'use strict';
const { appendFileSync } = require('node:fs');
const { builtinModules, syncBuiltinESMExports } = require('node:module');

const { HARMLESS_DISCOVER: list, HARMLESS_FAIL: target, HARMLESS_HOW: how } = process.env;
const OURS = /[\\/]sdk[\\/]dist[\\/]|sandscope-late\.js/;
// Modules that are slow to load, deprecated, or of no use to a program.
const LEFT_OUT =
  /^_|^node:|^(?:sys|punycode|wasi|inspector|repl|trace_events|test|sqlite|sea|domain|cluster)(?:\/|$)/;

/** Whether Sandscope called the function that calls this one. */
function isOurs() {
  const { stackTraceLimit } = Error;
  const prepareStackTrace = Reflect.get(Error, 'prepareStackTrace');
  Error.stackTraceLimit = 3;
  Error.prepareStackTrace = (_error, sites) => sites;
  const { stack } = new Error('where');
  Error.prepareStackTrace = prepareStackTrace;
  Error.stackTraceLimit = stackTraceLimit;
  // 0 is this function, 1 the trap, 2 the caller.
  return OURS.test(stack[2]?.getFileName() ?? '');
}

const called = new Set();

function note(name) {
  if (!list || called.has(name)) return;
  called.add(name);
  appendFileSync(list, `${name}\n`);
}

function fail() {
  if (how === 'throw') throw new Error('made to fail');
  if (how === 'nonsense') return 'nonsense';
  return undefined;
}

function trap(name, original) {
  return new Proxy(original, {
    apply(fn, self, args) {
      if (!isOurs()) return Reflect.apply(fn, self, args);
      note(name);
      return target === undefined ? Reflect.apply(fn, self, args) : fail();
    },
    construct(fn, args, newTarget) {
      if (!isOurs()) return Reflect.construct(fn, args, newTarget);
      note(name);
      if (target === undefined) return Reflect.construct(fn, args, newTarget);
      fail();
      return {};
    },
  });
}

/** Replaces every function of `owner`, or the one that is to fail, by a trap. */
function instrument(owner, prefix) {
  for (const key of Reflect.ownKeys(owner)) {
    if (typeof key !== 'string' || key === 'constructor' || key === 'prototype') continue;
    const name = `${prefix}.${key}`;
    const descriptor = Reflect.getOwnPropertyDescriptor(owner, key);
    const value = descriptor && 'value' in descriptor ? descriptor.value : undefined;
    if (typeof value !== 'function' || !(descriptor.writable || descriptor.configurable)) continue;
    if (target === undefined || target === name) {
      try {
        Reflect.defineProperty(owner, key, { ...descriptor, value: trap(name, value) });
      } catch {
        // It cannot be replaced, so it cannot be made to fail either.
      }
    }
    if (isClass(value) && (target === undefined || target.startsWith(`${name}.`))) {
      instrument(value, name);
      instrument(value.prototype, `${name}.prototype`);
    }
  }
}

const seen = new Set([Object.prototype, Function.prototype, Array.prototype, Error.prototype]);
function isClass({ prototype }) {
  if (typeof prototype !== 'object' || prototype === null || seen.has(prototype)) return false;
  seen.add(prototype);
  return Object.getOwnPropertyNames(prototype).length > 1;
}

for (const id of builtinModules) {
  if (LEFT_OUT.test(id) || id === 'process' || id === 'module') continue;
  if (target !== undefined && !target.startsWith(`${id}.`)) continue;
  instrument(require(`node:${id}`), id);
}
instrument(process, 'process');
if (target === undefined || target.startsWith('process.hrtime.'))
  instrument(process.hrtime, 'process.hrtime');
const timers = [
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'clearImmediate',
];
for (const name of [...timers, 'queueMicrotask']) {
  if (target === undefined || target === `global.${name}`)
    globalThis[name] = trap(`global.${name}`, globalThis[name]);
}
syncBuiltinESMExports();
