import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { summarise } from '../../collector/src/correlate/evidence/index.ts';
import type { Use } from '../../collector/src/correlate/evidence/index.ts';
import { judge } from '../../collector/src/correlate/judge/index.ts';
import type { Judgement } from '../../collector/src/correlate/judge/index.ts';
import { judgeKeepWarm } from '../../collector/src/correlate/questions/keep-warm/judge.ts';
import type { KeepWarm } from '../../collector/src/correlate/questions/keep-warm/judge.ts';
import { curveOf } from '../../collector/src/correlate/questions/survival/curve.ts';
import { evidenceInWords } from '../../collector/src/correlate/questions/survival/question.ts';
import { PriceBook } from '../../collector/src/prices/index.ts';
import { seededRandom } from '../../collector/src/statistics/index.ts';
import { RECORDINGS } from '../support/recordings.ts';
import { dataSet, judgeAt } from './data-set.ts';
import { survivalOf } from './simulator/laws.ts';
import { play } from './simulator/platform.ts';
import type { Scenario } from './simulator/scenario.ts';

const PROBES = join(RECORDINGS, 'cirrus/keep-alive-2025.csv');
const isThere = existsSync(PROBES);
if (!isThere) console.warn(`SKIPPED: no probes in ${RECORDINGS} (SANDSCOPE_RECORDINGS)`);

const AWS = new PriceBook().for({ platform: 'aws_lambda', architecture: 'amd64' });

function advised(judgement: Judgement, days: number): KeepWarm {
  const { births } = judgement;
  const n = births.length;
  const aMonth = {
    value: (n * 30) / days,
    low: ((n - 2 * Math.sqrt(n)) * 30) / days,
    high: ((n + 2 * Math.sqrt(n)) * 30) / days,
    n,
  };
  return judgeKeepWarm({ judgement, births, aMonth, hold: 1, pingMs: 200, memoryGb: 1, plan: AWS });
}

/** Probes of one sandbox after idle times in a random order: still warm, or replaced by another one. */
function probes(platform: string): Use[] {
  const [, ...lines] = readFileSync(PROBES, 'utf8').trim().split(/\r?\n/);
  const asked = lines.flatMap((line) => {
    const [of, idle, warm, cold] = line.split(',');
    if (of !== platform) return [];
    return Array.from({ length: Number(warm) + Number(cold) }, (_, index) => ({
      idleMs: 1e3 * Number(idle),
      isWarm: index < Number(warm),
    }));
  });
  const random = seededRandom(1);
  const order = asked.map((probe) => ({ probe, at: random.uniform() })).sort((a, b) => a.at - b.at);
  let at = Date.UTC(2025, 3, 25);
  let started = 0;
  const uses: Use[] = [{ sandbox: 's0', startMs: at, endMs: at + 100, cold: true, initMs: 200 }];
  for (const {
    probe: { idleMs, isWarm },
  } of order) {
    const startMs = at + 100 + idleMs + (isWarm ? 0 : 200);
    if (!isWarm) started += 1;
    uses.push({
      sandbox: `s${started}`,
      startMs,
      endMs: startMs + 100,
      cold: !isWarm,
      ...(!isWarm && { initMs: 200 }),
    });
    at = startMs;
  }
  return uses;
}

describe.skipIf(!isThere)('probes of known idle times in 2025', () => {
  it('AWS Lambda: pings every 270 s at the latest, from what was probed', () => {
    const uses = probes('aws');
    const judgement = judge(summarise({ uses }), uses.at(-1)!.endMs + 1_000)!;
    const { advice, pingIntervalMs, outlasts, pingCostAMonth, provisionedCostAMonth } = advised(judgement, 5);
    expect(advice).toBe('ping');
    expect(pingIntervalMs! / 1e3).toBeLessThanOrEqual(270);
    expect(pingIntervalMs! / 1e3).toBeGreaterThanOrEqual(240);
    // Of a hundred probes 99 were warm after 240 s, and 97 after 270 s.
    expect(outlasts!.low).toBeGreaterThan(0.95);
    expect(outlasts!.high).toBeGreaterThanOrEqual(0.99);
    expect(pingCostAMonth! / provisionedCostAMonth!).toBeLessThan(0.01);
    expect(evidenceInWords(judgement)[0]).toMatch(/^1801 calls of \d+ sandboxes from 2025-04-2[45]T/);
  });

  it('the curve holds what was probed within its band', () => {
    for (const [platform, seen] of [
      [
        'aws',
        [
          [240, 0.99],
          [300, 0.92],
          [315, 0.57],
          [330, 0.32],
          [345, 0.06],
        ],
      ],
      [
        'gcp',
        [
          [660, 1],
          [900, 0.93],
          [915, 0.1],
          [945, 0],
        ],
      ],
    ] as const) {
      const uses = probes(platform);
      const curve = curveOf(judge(summarise({ uses }), uses.at(-1)!.endMs + 1_000)!.survival);
      for (const [idle, kept] of seen) {
        const near = curve.findLast(({ idleMs }) => idleMs <= 1e3 * idle) ?? curve[0]!;
        const next = curve.find(({ idleMs }) => idleMs >= 1e3 * idle) ?? curve.at(-1)!;
        // A hundred probes are within .1 of what they are probes of.
        expect(kept, `${platform} ${idle}`).toBeGreaterThan(next.low - 0.1);
        expect(kept, `${platform} ${idle}`).toBeLessThan(near.high + 0.1);
      }
    }
  });
});

describe('simulated platforms', () => {
  const SPARSE: Scenario = {
    name: 'sparse',
    law: { kind: 'soft', threshold: 320, width: 22 },
    order: 'most-recent',
    load: { kind: 'sparse', apart: 900 },
    hours: 72,
  };

  it('pings as advised outlast the law, and avoid as many cold starts as was said', () => {
    const data = dataSet(SPARSE, 1);
    const found = advised(judgeAt(data, data.run.seconds)!, 3);
    const kept = survivalOf(SPARSE.law, 1)(found.pingIntervalMs! / 1e3);
    expect(kept).toBeGreaterThan(0.94);
    expect(found.pingIntervalMs!).toBeGreaterThan(200_000);
    const starts = (pingSeconds?: number): number =>
      play({ ...SPARSE, ...(pingSeconds !== undefined && { pingSeconds }) }, 2).starts.filter(
        ({ isPing }) => !isPing,
      ).length;
    const was = 10 * (starts() - starts(found.pingIntervalMs! / 1e3));
    const { low = 0, high = 0, value = 0 } = found.avoidedAMonth!;
    // Another run of the same platform adds its own random error.
    const slack = 20 * Math.sqrt(was / 10);
    expect(was).toBeGreaterThan(low - slack);
    expect(was).toBeLessThan(high + slack);
    expect(value / was).toBeCloseTo(1, 0);
  });

  it('nothing is advised from a few calls', () => {
    const data = dataSet({ ...SPARSE, hours: 2 }, 1);
    const { advice, missing, pingIntervalMs } = advised(judgeAt(data, data.run.seconds)!, 1 / 12);
    expect([advice, pingIntervalMs]).toEqual(['unknown', undefined]);
    expect(missing[0]).toMatchObject({ needed: 10 });
  });
});
