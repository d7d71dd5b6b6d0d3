import { describe, expect, it } from 'vitest';
import { learnHosts, weakest } from './hosts.ts';
import type { SandboxFacts } from './hosts.ts';

const facts = (given: Partial<SandboxFacts> & { sandboxId: string }): SandboxFacts => ({
  function: 'f',
  instance: '',
  bootId: '',
  isolation: 'unknown',
  initTypes: ['on_demand'],
  declaredHostId: '',
  platform: '',
  region: '',
  accountId: '',
  firstStartMs: 0,
  lastEndMs: 1000,
  ...given,
});
const hostsOf = (...all: SandboxFacts[]) => [...learnHosts(all).values()];

describe('hosts', () => {
  it('takes a declared id as it is', () => {
    expect(hostsOf(facts({ sandboxId: 'a', declaredHostId: 'node-1', bootId: 'x' }))).toMatchObject([
      { id: 'node-1', confidence: 'declared' },
    ]);
  });

  it('takes a boot id for a host once two sandboxes were alive at once on it', () => {
    const hosts = hostsOf(
      facts({ sandboxId: 'a', bootId: 'x' }),
      facts({ sandboxId: 'b', bootId: 'x', firstStartMs: 500, lastEndMs: 2000 }),
    );
    expect(hosts).toMatchObject([
      { id: 'x', confidence: 'kernel' },
      { id: 'x', confidence: 'kernel' },
    ]);
  });

  it('knows no host where no two sandboxes were seen on one kernel', () => {
    const alone = hostsOf(facts({ sandboxId: 'a', bootId: 'x' }), facts({ sandboxId: 'b', bootId: 'y' }));
    expect(alone).toEqual([
      { confidence: 'none', evidence: [] },
      { confidence: 'none', evidence: [] },
    ]);
    const after = hostsOf(
      facts({ sandboxId: 'a', bootId: 'x' }),
      facts({ sandboxId: 'b', bootId: 'x', firstStartMs: 1000, lastEndMs: 2000 }),
    );
    expect(after.map(({ confidence }) => confidence)).toEqual(['none', 'none']);
  });

  it('carries the proof to the other kernels of a deployment, not to another one', () => {
    const hosts = learnHosts([
      facts({ sandboxId: 'a', bootId: 'x', region: 'r1' }),
      facts({ sandboxId: 'b', bootId: 'x', region: 'r1', function: 'g' }),
      facts({ sandboxId: 'c', bootId: 'y', region: 'r1' }),
      facts({ sandboxId: 'd', bootId: 'z', region: 'r2' }),
    ]);
    expect(hosts.get('f\0c')).toMatchObject({ id: 'y', confidence: 'kernel' });
    expect(hosts.get('f\0d')).toMatchObject({ confidence: 'none' });
  });

  it('never takes the boot id of a private or cloned kernel', () => {
    for (const tell of [{ isolation: 'microvm' }, { isolation: 'gvisor' }, { initTypes: ['restored'] }]) {
      const hosts = hostsOf(
        facts({ sandboxId: 'a', bootId: 'x', ...tell }),
        facts({ sandboxId: 'b', bootId: 'x' }),
        facts({ sandboxId: 'c', bootId: 'y' }),
        facts({ sandboxId: 'd', bootId: 'y' }),
      );
      expect(hosts.map(({ confidence }) => confidence)).toEqual(['none', 'none', 'kernel', 'kernel']);
    }
  });

  it('does not take one sandbox seen under two functions for two', () => {
    const hosts = hostsOf(
      facts({ sandboxId: 'a', bootId: 'x', function: 'f' }),
      facts({ sandboxId: 'a', bootId: 'x', function: 'g' }),
    );
    expect(hosts.map(({ confidence }) => confidence)).toEqual(['none', 'none']);
  });

  it('tells two machines under one declared name apart by their kernels, but not private kernels', () => {
    const shared = ['a', 'b', 'c', 'd'].map((sandboxId, index) =>
      facts({ sandboxId, declaredHostId: 'node', bootId: index < 2 ? 'boot-one' : 'boot-two' }),
    );
    expect(new Set(hostsOf(...shared).map(({ id }) => id))).toEqual(
      new Set(['node@boot-one', 'node@boot-two']),
    );
    const own = ['a', 'b', 'c'].map((sandboxId) =>
      facts({ sandboxId, declaredHostId: 'node', bootId: sandboxId }),
    );
    expect(new Set(hostsOf(...own).map(({ id }) => id))).toEqual(new Set(['node']));
  });

  it('is as sure of several hosts as of the weakest, leaving out the unknown', () => {
    const of = (confidence: 'declared' | 'kernel' | 'none') => ({ confidence, evidence: [] });
    expect(weakest([of('declared'), of('kernel'), of('none')])).toBe('kernel');
    expect(weakest([of('none')])).toBe('none');
    expect(weakest([])).toBe('none');
  });
});
