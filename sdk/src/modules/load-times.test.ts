import { describe, expect, test } from 'vitest';
import { LoadClock } from './load-times.ts';
import { packageOf } from './package-name.ts';

const ROOT = '/var/task';
const of = (name: string, file = 'index.js'): string => `${ROOT}/node_modules/${name}/${file}`;

function startClock(): { clock: LoadClock; pass: (ms: number) => void; stops: () => number } {
  let nowMs = 100;
  let stops = 0;
  const clock = new LoadClock(
    ROOT,
    () => nowMs,
    () => (stops += 1),
  );
  return { clock, pass: (ms) => (nowMs += ms), stops: () => stops };
}

test('a package’s own time, and its time including the files loaded because of it', () => {
  const { clock, pass } = startClock();
  const handler = clock.begin(`${ROOT}/index.js`);
  pass(1);
  const a = clock.begin(of('a'));
  pass(2);
  const b = clock.begin(of('@scope/b'));
  pass(4);
  clock.end(b);
  const more = clock.begin(of('a', 'more.js'));
  pass(8);
  clock.end(more);
  clock.end(a);
  clock.end(handler);
  expect(clock.read()).toEqual({
    packageCount: 3,
    packages: [
      { name: 'a', selfMs: 10, totalMs: 14, fileCount: 2, beganMs: 101 },
      { name: '@scope/b', selfMs: 4, totalMs: 4, fileCount: 1, beganMs: 103 },
      { name: '.', selfMs: 1, totalMs: 15, fileCount: 1, beganMs: 100 },
    ],
  });
});

test('the first importer has the total, even without nested loads', () => {
  const { clock, pass } = startClock();
  clock.asked(of('a'), `${ROOT}/index.mjs`);
  clock.asked(of('b'), of('a'));
  clock.asked(of('b'), of('c'));
  for (const name of ['b', 'a', 'c']) {
    const loading = clock.begin(of(name));
    pass(5);
    clock.end(loading);
  }
  expect(Object.fromEntries(clock.read().packages.map(({ name, totalMs }) => [name, totalMs]))).toEqual({
    a: 10,
    b: 5,
    c: 5,
  });
});

test('a module with top-level await may end while others load, and its wait counts as its own', () => {
  const { clock, pass } = startClock();
  const waits = clock.begin(of('waits'));
  pass(10);
  const other = clock.begin(of('other'));
  pass(3);
  clock.end(waits);
  pass(4);
  clock.end(other);
  clock.end(waits);
  expect(clock.read().packages.map(({ name, selfMs }) => [name, selfMs])).toEqual([
    ['waits', 13],
    ['other', 7],
  ]);
});

test('the 20 slowest are reported, and how many there are', () => {
  const { clock, pass } = startClock();
  for (let i = 0; i < 50; i += 1) {
    const loading = clock.begin(of(`p${i}`));
    pass(i);
    clock.end(loading);
  }
  const { packages, packageCount } = clock.read();
  expect(packageCount).toBe(50);
  expect(packages.map(({ name }) => name)).toEqual(Array.from({ length: 20 }, (_, i) => `p${49 - i}`));
});

test('stops once, and records nothing afterwards', () => {
  const { clock, pass, stops } = startClock();
  clock.stop();
  clock.stop();
  const loading = clock.begin(of('late'));
  pass(1);
  clock.end(loading);
  expect(stops()).toBe(1);
  expect(clock.read().packages).toEqual([]);
});

describe('the package of a file', () => {
  test.each([
    ['/var/task/node_modules/a/index.js', 'a'],
    ['/var/task/node_modules/@s/a/lib/x.js', '@s/a'],
    ['/var/task/node_modules/a/node_modules/b/index.js', 'a'],
    ['/opt/nodejs/node_modules/c/index.js', 'c'],
    ['/repo/node_modules/.pnpm/a@1.0.0/node_modules/a/index.js', 'a'],
    ['/var/task/src/app.js', '.'],
    ['/var/tasks/app.js', undefined],
    ['/var/runtime/index.mjs', undefined],
  ])('%s: %s', (path, name) => {
    expect(packageOf(path, '/var/task')).toBe(name);
  });
});
