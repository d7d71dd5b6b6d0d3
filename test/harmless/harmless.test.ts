/**
 * Code around and after a handler never becomes its answer, an uncaught exception or an exit code: each built-in Node
 * function that the SDK calls throws once, in one of the export modes in turn. `npm run test:harmless` does this in
 * every mode, and also lets them return nonsense and do nothing.
 */
import { expect, test } from 'vitest';
import { judge } from './judge.ts';
import { discoverCalls, MODES, run } from './run-case.ts';
import type { Mode, Seen } from './run-case.ts';

test('a failing call of Node only costs the data that it would have given', async () => {
  const calls = new Map<string, Mode[]>();
  const bare = new Map<Mode, Seen>();
  for (const mode of MODES) {
    bare.set(mode, await run({ mode, wrapped: false }));
    for (const name of await discoverCalls(mode)) calls.set(name, [...(calls.get(name) ?? []), mode]);
  }
  // Discovered at run time, not listed: there must be enough of them, and the essential ones must be among them.
  expect(calls.size).toBeGreaterThan(40);
  expect([...calls.keys()]).toEqual(
    expect.arrayContaining([
      'fs.readSync',
      'process.resourceUsage',
      'global.setImmediate',
      'vm.compileFunction',
    ]),
  );
  const faults = [...calls].map(([name, modes], index) => ({ name, mode: modes[index % modes.length]! }));
  const wrong: string[] = [];
  const work = async (): Promise<void> => {
    for (let next = faults.pop(); next !== undefined; next = faults.pop()) {
      const { name, mode } = next;
      const seen = await run({ mode, fault: { name, how: 'throw' } });
      const found = judge(bare.get(mode)!, seen, mode, { name, how: 'throw' });
      if (found.length > 0) wrong.push(`${name} in mode ${mode}: ${found.join('; ')}`);
    }
  };
  await Promise.all([work(), work()]);
  expect(wrong).toEqual([]);
});

// The platform waits for every registered extension, and promises passed to `waitUntil` have to settle.
test.each([
  ['extension', 'buffer.Buffer.prototype.indexOf'],
  ['extension', 'buffer.Buffer.prototype.subarray'],
  ['extension', 'buffer.Buffer.allocUnsafeSlow'],
  ['waitUntil', 'global.setImmediate'],
] as const)('no caller hangs in mode %s when %s returns nonsense', async (mode, name) => {
  const fault = { name, how: 'nonsense' } as const;
  const bare = await run({ mode, wrapped: false });
  expect(judge(bare, await run({ mode, fault }), mode, fault)).toEqual([]);
});
