import { describe, expect, it } from 'vitest';
import { learnHosts, weakest } from './hosts.ts';
import type { SandboxFacts } from './hosts.ts';
import { TimeSlice } from './time-slice.ts';

const facts = (given: Partial<SandboxFacts> & { sandboxId: string }): SandboxFacts => ({
  function: 'f',
  environment: given.sandboxId,
  sandboxIdSource: '',
  instance: '',
  bootId: '',
  isolation: 'unknown',
  initTypes: ['on_demand'],
  declaredHostId: '',
  fingerprint: '',
  cpuModel: '',
  tellsOrdinals: true,
  platform: '',
  region: '',
  accountId: '',
  firstStartMs: 0,
  lastEndMs: 1000,
  ...given,
});
const hostsOf = async (...all: SandboxFacts[]) => [...(await learnHosts(all)).values()];

describe('hosts', () => {
  it('takes a declared id as it is', async () => {
    expect(await hostsOf(facts({ sandboxId: 'a', declaredHostId: 'node-1', bootId: 'x' }))).toMatchObject([
      { id: 'node-1', confidence: 'declared' },
    ]);
  });

  it('takes a boot id for a host once two sandboxes were alive at once on it', async () => {
    const hosts = await hostsOf(
      facts({ sandboxId: 'a', bootId: 'x' }),
      facts({ sandboxId: 'b', bootId: 'x', firstStartMs: 500, lastEndMs: 2000 }),
    );
    expect(hosts).toMatchObject([
      { id: 'x', confidence: 'kernel' },
      { id: 'x', confidence: 'kernel' },
    ]);
  });

  it('knows no host where no two sandboxes were seen on one kernel', async () => {
    const alone = await hostsOf(
      facts({ sandboxId: 'a', bootId: 'x' }),
      facts({ sandboxId: 'b', bootId: 'y' }),
    );
    expect(alone).toEqual([
      { confidence: 'none', evidence: [] },
      { confidence: 'none', evidence: [] },
    ]);
    const after = await hostsOf(
      facts({ sandboxId: 'a', bootId: 'x' }),
      facts({ sandboxId: 'b', bootId: 'x', firstStartMs: 1000, lastEndMs: 2000 }),
    );
    expect(after.map(({ confidence }) => confidence)).toEqual(['none', 'none']);
  });

  it('takes the proof of one kernel for no other', async () => {
    const hosts = await learnHosts([
      facts({ sandboxId: 'a', bootId: 'x', region: 'r1' }),
      facts({ sandboxId: 'b', bootId: 'x', region: 'r1', function: 'g' }),
      facts({ sandboxId: 'c', bootId: 'y', region: 'r1' }),
      facts({ sandboxId: 'd', bootId: 'z', region: 'r2' }),
    ]);
    expect(hosts.get('g\0b')).toMatchObject({ id: 'x', confidence: 'kernel' });
    expect(hosts.get('f\0c')).toMatchObject({ confidence: 'none' });
    expect(hosts.get('f\0d')).toMatchObject({ confidence: 'none' });
  });

  it('never takes the boot id of a private or cloned kernel', async () => {
    for (const tell of [{ isolation: 'microvm' }, { isolation: 'gvisor' }, { initTypes: ['restored'] }]) {
      const hosts = await hostsOf(
        facts({ sandboxId: 'a', bootId: 'x', ...tell }),
        facts({ sandboxId: 'b', bootId: 'x' }),
        facts({ sandboxId: 'c', bootId: 'y' }),
        facts({ sandboxId: 'd', bootId: 'y' }),
      );
      expect(hosts.map(({ confidence }) => confidence)).toEqual(['none', 'none', 'kernel', 'kernel']);
    }
  });

  it('takes clones of one snapshot for no proof of a shared kernel', async () => {
    const clones = ['one', 'two'].map((environment) => facts({ sandboxId: 'a', environment, bootId: 'x' }));
    expect((await hostsOf(...clones)).map(({ confidence }) => confidence)).toEqual(['none', 'none']);
  });

  it('derives hosts from boot times on equal hardware where no boot id can be read', async () => {
    const booted = (sandboxId: string, bootMs: number, more: Partial<SandboxFacts> = {}) =>
      facts({
        sandboxId,
        isolation: 'shared',
        fingerprint: 'hardware',
        bootTime: { minMs: bootMs - 3, maxMs: bootMs + 3 },
        ...more,
      });
    const [a, b, c, d] = await hostsOf(
      booted('a', 1_000_000),
      booted('b', 1_000_480),
      booted('c', 1_900_000),
      booted('d', 1_900_100),
    );
    expect([a?.confidence, c?.confidence]).toEqual(['derived', 'derived']);
    expect(a?.id).toBe(b?.id);
    expect(c?.id).toBe(d?.id);
    expect(a?.id).not.toBe(c?.id);
    const none = async (...all: SandboxFacts[]) =>
      expect((await hostsOf(...all)).map(({ confidence }) => confidence)).toEqual(all.map(() => 'none'));
    await none(booted('a', 1_000_000), booted('b', 1_000_000, { fingerprint: 'other' }));
    await none(booted('a', 1_000_000), booted('b', 1_000_000, { firstStartMs: 1000, lastEndMs: 2000 }));
    await none(...['a', 'b'].map((id) => booted(id, 1_000_000, { isolation: 'unknown' })));
    await none(...['a', 'b'].map((id) => booted(id, 1_000_000, { isolation: 'microvm' })));
    await none(...['a', 'b'].map((id) => booted(id, 1_000_000, { fingerprint: '' })));
    // Many boot times, half a second apart: they cannot be separated into kernels.
    await none(...['a', 'b', 'c', 'd'].map((id, index) => booted(id, 1_000_000 + index * 480)));
    // The clock was set.
    await none(
      ...['a', 'b'].map((id) => booted(id, 0, { bootTime: { minMs: 1_000_000, maxMs: 1_005_000 } })),
    );
  });

  it('does not take one sandbox seen under two functions for two', async () => {
    const hosts = await hostsOf(
      facts({ sandboxId: 'a', bootId: 'x', function: 'f' }),
      facts({ sandboxId: 'a', bootId: 'x', function: 'g' }),
    );
    expect(hosts.map(({ confidence }) => confidence)).toEqual(['none', 'none']);
  });

  it('tells two machines under one declared name apart by their kernels, but not private kernels', async () => {
    const shared = ['a', 'b', 'c', 'd'].map((sandboxId, index) =>
      facts({ sandboxId, declaredHostId: 'node', bootId: index < 2 ? 'boot-one' : 'boot-two' }),
    );
    expect(new Set((await hostsOf(...shared)).map(({ id }) => id))).toEqual(
      new Set(['node@boot-one', 'node@boot-two']),
    );
    const own = ['a', 'b', 'c'].map((sandboxId) =>
      facts({ sandboxId, declaredHostId: 'node', bootId: sandboxId }),
    );
    expect(new Set((await hostsOf(...own)).map(({ id }) => id))).toEqual(new Set(['node']));
  });

  it.each<[string, (index: number) => Partial<SandboxFacts>]>([
    ['on kernels of their own', (index) => ({ bootId: `boot-${index}` })],
    ['on one kernel', () => ({ bootId: 'x' })],
    ['on declared hosts', (index) => ({ bootId: 'x', declaredHostId: `node-${index % 7}` })],
    [
      'that report when one kernel booted',
      () => ({ isolation: 'shared', fingerprint: 'hardware', bootTime: { minMs: 1, maxMs: 2 } }),
    ],
  ])('lets other work run between any two of many sandboxes %s', async (_, tell) => {
    const looked = new Set<SandboxFacts>();
    const all = Array.from(
      { length: 300 },
      (__, index) =>
        new Proxy(facts({ sandboxId: `s${index}`, ...tell(index) }), {
          get(fact, name, receiver) {
            looked.add(fact);
            return Reflect.get(fact, name, receiver) as unknown;
          },
        }),
    );
    let mostLooked = 0;
    const otherWork = (): void => {
      mostLooked = Math.max(mostLooked, looked.size);
      looked.clear();
      next = setImmediate(otherWork);
    };
    let next = setImmediate(otherWork);
    const hosts = await learnHosts(all, new TimeSlice(0));
    clearImmediate(next);
    expect(hosts.size).toBe(300);
    expect(mostLooked).toBeLessThanOrEqual(2);
  });

  it('is as sure of several hosts as of the weakest, leaving out the unknown', () => {
    const of = (confidence: 'declared' | 'kernel' | 'none') => ({ confidence, evidence: [] });
    expect(weakest([of('declared'), of('kernel'), of('none')])).toBe('kernel');
    expect(weakest([of('none')])).toBe('none');
    expect(weakest([])).toBe('none');
  });
});
