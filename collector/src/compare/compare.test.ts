import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProbeResult } from '@sandscope/probes/outside';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backoffResult, burstResult } from '../charts/experiments/results.fixture.ts';
import { seededRandom } from '../statistics/random.ts';
import { compareResults } from './compare.ts';
import { chanceSlower, medians, pairSamples } from './weighted-samples.ts';

describe('weighted samples', () => {
  const paired = pairSamples(
    [
      { latencyMs: 1, unit: 'a' },
      { latencyMs: 3, unit: 'a' },
      { latencyMs: 2, unit: 'b' },
    ],
    [
      { latencyMs: 2, unit: 'a' },
      { latencyMs: 4, unit: 'b' },
    ],
  );

  it('medians use the weights', () => {
    expect(medians(paired, paired.runs)).toEqual([2, 2]);
    // The base's unit a twice, its unit b never; only b of the other's units.
    expect(medians(paired, paired.runs, Uint32Array.of(2, 0, 0, 1))).toEqual([1, 4]);
  });

  it('the probability of being slower counts ties half', () => {
    // Pairs: 2 against 1, 3, 2: win, loss, tie; 4 against all: wins.
    expect(chanceSlower(paired)).toBeCloseTo(4.5 / 6, 12);
    expect(chanceSlower(pairSamples([], [{ latencyMs: 1, unit: 'a' }]))).toBeUndefined();
  });
});

/** Two runs of 40 rounds of 5 calls; the calls of a round are correlated. */
function runs(seed: number, factor: number): [ProbeResult, ProbeResult] {
  const random = seededRandom(seed);
  const [template] = backoffResult().samples;
  const run = (scale: number): ProbeResult => ({
    ...backoffResult(),
    samples: Array.from({ length: 40 }, (_, round) => {
      const mood = Math.exp(0.2 * random.normal());
      return Array.from({ length: 5 }, (_call, index) => ({
        ...template!,
        index: round * 5 + index,
        unit: `round-${round}`,
        start: 'warm' as const,
        sentMs: 0,
        scheduledMs: 0,
        endMs: 50 * scale * mood * Math.exp(0.1 * random.normal()),
      }));
    }).flat(),
  });
  return [run(1), run(factor)];
}

describe('comparing two runs', () => {
  it('finds a difference, how large it is, and which way it goes', () => {
    const { groups, verdict } = compareResults(...runs(1, 1.4));
    expect(groups).toMatchObject([{ group: 'warm', n: [200, 200], units: [40, 40], finding: 'slower' }]);
    const { ratio, chanceSlower: chance, pValue } = groups[0]!;
    expect(ratio!.low).toBeLessThan(1.4);
    expect(ratio!.high).toBeGreaterThan(1.4);
    expect(chance).toBeGreaterThan(0.8);
    expect(pValue).toBeLessThan(0.01);
    expect(verdict).toMatch(/^Calls \(warm\) are \d+\.\d\s% slower \(\d+\.\d\s% to \d+\.\d\s%\)\.$/);
    const [base, slower] = runs(1, 1.4);
    expect(compareResults(slower, base).verdict).toMatch(/ faster \(/);
  });

  it('says if a difference is not shown', () => {
    const { groups, verdict } = compareResults(...runs(2, 1));
    expect(groups[0]!.finding).toBe('not-shown');
    expect(verdict).toBe('A difference is not shown by these data (1 compared).');
  });

  it('has intervals with their stated coverage, although calls of a round are correlated', () => {
    let covered = 0;
    let wrong = 0;
    for (let seed = 10; seed < 70; seed += 1) {
      const [{ ratio, finding }] = compareResults(...runs(seed, 1)).groups as [
        ReturnType<typeof compareResults>['groups'][0],
      ];
      if (ratio!.low <= 1 && ratio!.high >= 1) covered += 1;
      if (finding !== 'not-shown') wrong += 1;
    }
    // Of 60 at 0.95: fewer than 52 has a probability of one in a thousand.
    expect(covered).toBeGreaterThanOrEqual(52);
    expect(wrong).toBeLessThanOrEqual(8);
  }, 60_000);

  it('gives the same bytes for the same data', () => {
    const [base, other] = runs(3, 1.1);
    expect(JSON.stringify(compareResults(base, other))).toBe(JSON.stringify(compareResults(base, other)));
  });

  it('concludes nothing from few units, and leaves out calls that do not count', () => {
    const [base, other] = runs(4, 2);
    const outcome = 'discarded' as const;
    const few = {
      ...other,
      samples: other.samples.slice(0, 20).map((sample) => Object.assign({}, sample, { outcome })),
    };
    expect(compareResults(base, few).groups).toMatchObject([{ n: [200, 0], finding: 'too-few' }]);
    expect(compareResults(base, few).verdict).toMatch(/^No comparison is possible/);
  });

  it('names what else differs', () => {
    const [base, other] = runs(5, 1);
    const elsewhere = { ...other, machine: { ...other.machine, cpuCount: 8 }, timeScale: 100 };
    expect(compareResults(base, elsewhere).circumstances).toEqual([
      { what: 'client processor', base: '2 × Example CPU', other: '8 × Example CPU' },
      { what: 'time scale', base: '1', other: '100' },
    ]);
  });
});

describe('the command', () => {
  const main = fileURLToPath(new URL('../main.ts', import.meta.url));
  let folder = '';
  const file = (name: string): string => join(folder, name);
  const run = (...args: string[]): { code: number; stdout: string; stderr: string } => {
    try {
      const stdout = execFileSync(process.execPath, [main, ...args], { encoding: 'utf8', stdio: 'pipe' });
      return { code: 0, stdout, stderr: '' };
    } catch (error) {
      const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string };
      return { code: status, stdout, stderr };
    }
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sandscope-compare-'));
    const [base, other] = runs(1, 1.4);
    await writeFile(file('base.json'), JSON.stringify(base));
    await writeFile(file('other.json'), JSON.stringify(other));
    await writeFile(file('burst.json'), JSON.stringify(burstResult()));
    await writeFile(file('no.json'), '{"schema":1}');
    await writeFile(file('new.json'), '{"schema":99}');
  });
  afterAll(async () => rm(folder, { recursive: true }));

  it('shows a table and a sentence, or JSON', () => {
    const { code, stdout } = run('compare', file('base.json'), file('other.json'));
    expect(code).toBe(0);
    expect(stdout).toMatch(/warm +200 \/ 200 +40 \/ 40 /);
    expect(stdout).toMatch(/% slower \(/);
    const json = JSON.parse(run('compare', file('base.json'), file('other.json'), '--json').stdout) as {
      comparisons: unknown[];
    };
    expect(json).toMatchObject({
      schema: 1,
      comparisons: [{ comparison: { experiment: 'backoff', groups: [{ finding: 'slower' }] } }],
    });
  });

  it.each([
    [['base.json'], 2, 'two result files or more'],
    [['base.json', 'burst.json'], 2, 'is of the experiment burst'],
    [['base.json', 'no.json'], 14, 'no.json is not the result of an experiment'],
    [['base.json', 'new.json'], 14, 'has layout 99'],
    [['base.json', 'absent.json'], 14, 'cannot be read'],
  ])('refuses %j', (names, code, message) => {
    const result = run('compare', ...names.map(file));
    expect(result.code).toBe(code);
    expect(result.stderr).toContain(message);
  });
});
