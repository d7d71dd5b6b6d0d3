import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../statistics/index.ts';
import type { Placed } from './evidence.ts';
import { judgePlacement } from './judge.ts';
import { packingOf } from './occupancy.ts';
import type { OnHost } from './occupancy.ts';

const one = (key: string, fromMs: number, toMs: number, more: Partial<Placed> = {}): Placed => ({
  key,
  platform: '',
  region: '',
  accountId: '',
  isolation: 'shared',
  bootId: more.host ?? key,
  confidence: more.host === undefined ? 'none' : 'kernel',
  fromMs,
  toMs,
  isGone: true,
  cpuModel: 'Xeon',
  ...more,
});

/** Sandboxes that start one after the other and live for a while, on hosts that a policy picks. */
function placed(policy: 'pack' | 'spread' | 'random', hosts: number, seed: number, count = 400): Placed[] {
  const random = seededRandom(seed);
  const all: (Placed & { host: string })[] = [];
  for (let index = 0; index < count; index += 1) {
    const at = 1_000 * index;
    const load = new Map(Array.from({ length: hosts }, (_, host) => [`h${host}`, 0]));
    for (const { host, toMs } of all) if (toMs > at) load.set(host, load.get(host)! + 1);
    const names = [...load.keys()];
    const empty = names.filter((name) => load.get(name) === 0);
    const used = names.filter((name) => load.get(name)! > 0);
    const from =
      policy === 'pack' && used.length > 0 ? used : policy === 'spread' && empty.length > 0 ? empty : names;
    const stray = random.uniform() < 0.2;
    const host = stray ? names[random.below(hosts)]! : from[random.below(from.length)]!;
    all.push({ ...one(`s${index}`, at, at + 5_000 * random.uniform()), host, confidence: 'kernel' });
  }
  return all;
}

describe('placement', () => {
  test('tells packing, spreading and neither', () => {
    for (const policy of ['pack', 'spread'] as const)
      expect(judgePlacement(placed(policy, 6, 1)).policy.verdict).toBe(policy);
    // At a level of 1 %, one in a hundred.
    const verdicts = Array.from(
      { length: 60 },
      (_, seed) => judgePlacement(placed('random', 6, seed + 1)).policy.verdict,
    );
    expect(verdicts.filter((verdict) => verdict !== 'even').length).toBeLessThanOrEqual(3);
  });

  test('counts hosts, and says how many there are at least', () => {
    const { hosts } = judgePlacement(placed('random', 40, 2, 120));
    expect(hosts!.seen).toBeLessThanOrEqual(40);
    expect(hosts!.low).toBeLessThanOrEqual(40);
    expect(hosts!.high).toBeGreaterThanOrEqual(38);
    expect(hosts!.coverage).toBeGreaterThan(0.9);
    const few = judgePlacement([
      one('a', 0, 1, { host: 'x' }),
      one('b', 0, 1, { host: 'y' }),
      one('c', 0, 1, { host: 'z' }),
    ]);
    expect(few.hosts).toMatchObject({ seen: 3 });
    expect(few.hosts).not.toHaveProperty('atLeast');
    expect(few.missing.map(({ what }) => what)).toContainEqual(
      expect.stringContaining('the number of hosts'),
    );
  });

  test('refuses to speak of hosts that cannot be known, and says why', () => {
    const own = { confidence: 'none' } as const;
    const many = (more: Partial<Placed>): Placed[] =>
      Array.from({ length: 25 }, (_, index) => one(`s${index}`, 0, 1, { ...own, ...more }));
    expect(judgePlacement(many({ bootId: '' })).refused).toBe('kernels-not-told');
    expect(judgePlacement(many({ isolation: 'microvm' })).refused).toBe('private-kernels');
    expect(judgePlacement(many({})).refused).toBe('private-kernels');
    expect(judgePlacement(many({}).slice(0, 3)).refused).toBe('too-few-sandboxes');
    expect(judgePlacement(many({ isolation: 'microvm' }))).not.toHaveProperty('hosts');
  });

  test('how full a host was: most at once, on average, by memory and vCPU', () => {
    const sized = { host: 'h', memoryLimitBytes: 256, memoryTotalBytes: 1024, vcpus: 0.5 };
    const on = [one('a', 0, 10, sized), one('b', 5, 10, sized), one('c', 10, 20, sized)] as OnHost[];
    expect(packingOf('h', on)).toEqual({
      host: 'h',
      sandboxes: 3,
      peakSandboxes: 2,
      meanSandboxes: 1.25,
      peakMemoryRatio: 0.5,
      peakVcpus: 1,
    });
  });

  test('kinds of machines', () => {
    const { classes } = judgePlacement([
      one('a', 0, 1, { host: 'x', memoryTotalBytes: 8 }),
      one('b', 0, 1, { host: 'x', memoryTotalBytes: 8 }),
      one('c', 0, 1, { host: 'y', cpuModel: 'EPYC' }),
    ]);
    expect(classes).toEqual([
      { cpuModel: 'Xeon', memoryTotalBytes: 8, sandboxes: 2, hosts: 1 },
      { cpuModel: 'EPYC', sandboxes: 1, hosts: 1 },
    ]);
  });
});
