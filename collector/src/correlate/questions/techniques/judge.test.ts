import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../statistics/index.ts';
import type { Start } from './evidence.ts';
import { judgeTechniques } from './judge.ts';
import type { Found, Seen, Technique } from './judge.ts';

const start = (index: number, more: Partial<Start> = {}): Start => ({
  environment: `s${index}`,
  version: '1',
  initType: 'on_demand',
  cold: true,
  atMs: 1_000 * index,
  initMs: 200,
  moduleMs: 50,
  ...more,
});

function verdicts(
  starts: readonly Start[],
  invocations: number,
  hostOf: (environment: string) => string | undefined = () => undefined,
): Record<Technique, Seen> {
  const use = { invocations, sandboxes: starts.length, warmMs: 20, coldMs: 30 };
  return Object.fromEntries(
    judgeTechniques(use, starts, hostOf).map(({ technique, verdict }: Found) => [technique, verdict]),
  ) as Record<Technique, Seen>;
}

const many = (more: (index: number) => Partial<Start>, count = 30): Start[] =>
  Array.from({ length: count }, (_, index) => start(index, more(index)));

describe('techniques', () => {
  test('reuse: on where sandboxes serve several calls, off where each serves one', () => {
    expect(
      verdicts(
        many(() => ({})),
        300,
      )['resource-reuse'],
    ).toBe('on');
    expect(
      verdicts(
        many(() => ({})),
        30,
      )['resource-reuse'],
    ).toBe('off');
    expect(
      verdicts(
        many(() => ({}), 3),
        3,
      )['resource-reuse'],
    ).toBe('unknown');
    const [found] = judgeTechniques(
      { invocations: 300, sandboxes: 30, warmMs: 20, coldMs: 30 },
      many(() => ({})),
      () => undefined,
    );
    expect(found!.effectMs).toMatchObject({ value: 210, n: 30 });
  });

  test('pooling: by runtimes that had waited; not known where none tells', () => {
    expect(
      verdicts(
        many(() => ({ poolDwellMs: 60_000 })),
        300,
      )['runtime-pooling'],
    ).toBe('on');
    expect(
      verdicts(
        many(() => ({ poolDwellMs: 80 })),
        300,
      )['runtime-pooling'],
    ).toBe('off');
    expect(
      verdicts(
        many(() => ({})),
        300,
      )['runtime-pooling'],
    ).toBe('unknown');
    // Processes that were started for the function.
    expect(
      verdicts(
        many(() => ({ runtimeMs: 40 })),
        300,
      )['runtime-pooling'],
    ).toBe('off');
  });

  test('prewarming: by sandboxes that were initialised before any call', () => {
    const ahead = many((index) => ({ initType: index % 3 === 0 ? 'proactive' : 'on_demand' }));
    expect(verdicts(ahead, 300)['prewarming']).toBe('on');
    expect(
      verdicts(
        many(() => ({ initType: 'provisioned', cold: false })),
        300,
      )['prewarming'],
    ).toBe('on');
    expect(
      verdicts(
        many(() => ({})),
        300,
      )['prewarming'],
    ).toBe('off');
    // Initialised before its event arrived, whatever the span reports.
    const found = many((index) => ({ initMs: 300, waitMs: index % 3 === 0 ? 20 : 310 }));
    expect(verdicts(found, 300)['prewarming']).toBe('on');
    const effect = judgeTechniques({ invocations: 300, sandboxes: 30 }, found, () => undefined);
    expect(effect.find(({ technique }) => technique === 'prewarming')!.effectMs).toMatchObject({
      value: 280,
    });
    expect(
      verdicts(
        many(() => ({ initMs: 300, waitMs: 310 })),
        300,
      )['prewarming'],
    ).toBe('off');
    // A restarted process is not a separate kind of start.
    expect(
      verdicts(
        many(() => ({ initType: 'reinit' })),
        300,
      )['prewarming'],
    ).toBe('unknown');
  });

  test('prefetching: by the first sandbox on each host against later ones', () => {
    const random = seededRandom(1);
    const hostOf = (id: string): string => `h${Number(id.slice(1)) % 10}`;
    const loads = (first: number) =>
      many((index) => ({ moduleMs: (index < 10 ? first : 50) * Math.exp(0.05 * random.normal()) }), 100);
    const waits = (first: number) =>
      loads(50).map((one) => Object.assign(one, { waitMs: one.atMs < 10_000 ? first : 400 }));
    expect(verdicts(loads(150), 300, hostOf)['prefetching']).toBe('off');
    // Code may have been fetched before the modules were loaded: only the callers would have noticed.
    expect(verdicts(loads(50), 300, hostOf)['prefetching']).toBe('unknown');
    expect(verdicts(waits(420), 300, hostOf)['prefetching']).toBe('on');
    expect(verdicts(waits(600), 300, hostOf)['prefetching']).toBe('off');
    expect(verdicts(waits(400), 300)['prefetching']).toBe('unknown');
    // The first of another version has to be fetched again.
    const deployed = loads(50).map((one, index) =>
      Object.assign(one, { waitMs: index % 50 < 10 ? 600 : 400, version: index < 50 ? '1' : '2' }),
    );
    expect(verdicts(deployed, 300, hostOf)['prefetching']).toBe('off');
    expect(verdicts(waits(400), 300, (id) => `h${Number(id.slice(1)) % 3}`)['prefetching']).toBe('unknown');
  });
});
