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

describe('what can be known', () => {
  it('is everything where everything is told', () => {
    expect(knowable(told({}))).toEqual({ knows: [...KNOWABLE_ANSWERS], missing: [] });
  });

  it('is how often, where a span tells nothing else', () => {
    const { knows, missing } = knowable(
      told({ unnamed: 10, cold: 0, coldOrWarm: 0, inits: 0, hosts: 0, facts: [] }),
    );
    expect(knows).toEqual(['invocations']);
    expect(new Set(missing.flatMap(({ answers }) => answers))).toEqual(new Set(KNOWABLE_ANSWERS.slice(1)));
    for (const { lacks, add } of missing) expect([lacks, add]).not.toContain('');
  });

  it('says why hosts are not known, and what would tell them', () => {
    const why = (facts: Partial<SandboxFacts>) =>
      knowable(told({ hosts: 0, facts: [{ ...FACTS, tellsOrdinals: true, ...facts }] })).missing;
    expect(why({ isolation: 'microvm', bootId: 'x' })).toMatchObject([{ answers: ['hosts', 'hops'] }]);
    expect(why({ isolation: 'microvm', bootId: 'x' })[0]?.lacks).toContain('of its own');
    expect(why({ bootId: 'x' })[0]?.lacks).toContain('no two sandboxes');
    expect(why({})[0]?.add).toContain('boot_id');
  });

  it('does not miss the cost of cold starts where there were none', () => {
    expect(missingOf({ cold: 0, inits: 0 })).toEqual([]);
    expect(missingOf({ inits: 0 })).toEqual(['cold-start-cost']);
  });
});
