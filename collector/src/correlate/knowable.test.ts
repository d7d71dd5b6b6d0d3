import { describe, expect, it } from 'vitest';
import type { SandboxFacts } from './hosts.ts';
import { knowable, KNOWABLE_ANSWERS } from './knowable.ts';
import type { Told } from './knowable.ts';

const FACTS: SandboxFacts = {
  function: 'f',
  environment: 'a',
  sandboxId: 'a',
  sandboxIdSource: 'faas.instance',
  instance: 'a',
  bootId: '',
  isolation: '',
  initTypes: [],
  declaredHostId: '',
  fingerprint: '',
  cpuModel: '',
  tellsOrdinals: false,
  platform: '',
  region: '',
  accountId: '',
  firstStartMs: 0,
  lastEndMs: 1,
};
const told = (given: Partial<Told>): Told => ({
  invocations: 10,
  unnamed: 0,
  cold: 2,
  coldOrWarm: 10,
  inits: 2,
  hosts: 1,
  facts: [{ ...FACTS, tellsOrdinals: true }],
  ...given,
});
const missingOf = (given: Partial<Told>): string[] =>
  knowable(told(given)).missing.flatMap(({ answers }) => answers);

describe('knowable answers', () => {
  it('are all if everything is reported', () => {
    expect(knowable(told({}))).toEqual({ knows: [...KNOWABLE_ANSWERS], missing: [] });
  });

  it('are only counts if spans report nothing else', () => {
    const { knows, missing } = knowable(
      told({ unnamed: 10, cold: 0, coldOrWarm: 0, inits: 0, hosts: 0, facts: [] }),
    );
    expect(knows).toEqual(['invocations']);
    expect(new Set(missing.flatMap(({ answers }) => answers))).toEqual(new Set(KNOWABLE_ANSWERS.slice(1)));
    for (const { lacks, add } of missing) expect([lacks, add]).not.toContain('');
  });

  it('explain why hosts are unknown, and what would reveal them', () => {
    const why = (facts: Partial<SandboxFacts>) =>
      knowable(told({ hosts: 0, facts: [{ ...FACTS, tellsOrdinals: true, ...facts }] })).missing;
    expect(why({ isolation: 'microvm', bootId: 'x' })).toMatchObject([{ answers: ['hosts', 'hops'] }]);
    expect(why({ isolation: 'microvm', bootId: 'x' })[0]?.lacks).toContain('of its own');
    expect(why({ bootId: 'x' })[0]?.lacks).toContain('no two sandboxes');
    expect(why({})[0]?.add).toContain('boot_id');
  });

  it('do not lack the cost of cold starts if there were none', () => {
    expect(missingOf({ cold: 0, inits: 0 })).toEqual([]);
    expect(missingOf({ inits: 0 })).toEqual(['cold-start-cost']);
  });
});
