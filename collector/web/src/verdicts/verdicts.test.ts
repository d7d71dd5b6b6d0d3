import { expect, it } from 'vitest';
import type {
  ChainsEntry,
  ClocksEntry,
  ConnectionsEntry,
  CpuEntry,
  IoEntry,
  LeaksEntry,
  OverheadEntry,
  VersionsEntry,
} from '../api/answers.ts';
import { chainVerdict, pathParts, successorsVerdict } from './chains.ts';
import { connectionsVerdict } from './connections.ts';
import { lotteryVerdict, noiseVerdict } from './cpu.ts';
import { freezeVerdict, ioVerdict, loadVerdict, socketsVerdict } from './io.ts';
import { leaksVerdict } from './leaks.ts';
import { nameOf, subjectOf } from './names.ts';
import { clocksVerdict, overheadVerdict, payloadVerdict, selfVerdict, triggersVerdict } from './overhead.ts';
import { differenceWords, deployVerdict, relative, versionWords } from './versions.ts';

const plain = (text: string): string => text.replaceAll('\u00A0', ' ');
const basis = { enough: true, n: 900, needed: 30, restsOn: [], missing: [] };
const few = { ...basis, enough: false, n: 7 };
const of = (value: number, low?: number, high?: number, n = 90) => ({
  value,
  n,
  ...(low !== undefined && { low }),
  ...(high !== undefined && { high }),
});
const one = { function: 'io', deployment: {}, basis };

it('names as much of an entry as tells it from the others', () => {
  const [a, b, c] = [
    { function: 'io', version: 'v1', deployment: { region: 'a' } },
    { function: 'io', version: 'v2', deployment: { region: 'a' } },
    { function: 'add', version: 'v2', deployment: { region: 'b' } },
  ] as const;
  expect([nameOf(a, [a, b, c]), nameOf(c, [a, b, c]), subjectOf(a, [a]), subjectOf(c, [a, c])]).toEqual([
    'io v1',
    'add',
    '',
    'add: ',
  ]);
  expect(nameOf(a, [a, { ...a, deployment: { region: 'b' } }])).toBe('io, a');
});

const io: IoEntry = {
  ...one,
  kinds: [
    { memoryMb: 256, kind: 'connect', operations: 52, perCall: 0.5, meanMs: of(27.4) },
    { memoryMb: 256, kind: 'http', operations: 79, perCall: 2, meanMs: of(46.6, 39.2, 54.1) },
    { memoryMb: 256, kind: 'dns', operations: 0, perCall: 0, meanMs: { n: 0 } },
  ],
  hosts: [],
  load: [],
  sockets: [
    {
      reused: false,
      n: 52,
      firstByteMs: of(65.6, 56.6, 74.6),
      broken: { n: 52, value: 0, low: 0, high: 0.1 },
    },
    { reused: true, n: 27, firstByteMs: of(10.1, 6.3, 13.9), broken: { n: 27, value: 0, low: 0, high: 0.1 } },
  ],
  gaps: [
    { fromMs: 60_000, n: 40, broken: { n: 40, value: 0.25, low: 0.1, high: 0.4 }, errors: ['ECONNRESET'] },
  ],
  freeze: 'breaks',
  probes: [],
};

it('says what I/O takes of a call, what a reused socket saves, and what a freeze breaks', () => {
  expect(plain(ioVerdict([io]))).toBe(
    'HTTP requests take 46.6 ms each (39.2 to 54.1 ms), 93.2 ms of a call.',
  );
  expect(plain(ioVerdict([io, { ...io, function: 'add', kinds: [] }]))).toMatch(/^io: HTTP requests/);
  expect(plain(ioVerdict([{ ...io, basis: few }]))).toBe(
    'What I/O takes is not known yet (7 of 30 operations).',
  );
  expect(ioVerdict([{ ...io, kinds: [] }])).toMatch(/^No lookup/);
  expect(plain(socketsVerdict(io))).toBe('A reused socket saves 55.5 ms of 65.6 ms.');
  expect(socketsVerdict({ ...io, sockets: [] })).toMatch(/^No request/);
  const alike = [false, true].map((reused) => ({
    reused,
    n: 9,
    firstByteMs: of(10, 5, 15),
    broken: { n: 9, low: 0, high: 1 },
  }));
  expect(socketsVerdict({ ...io, sockets: alike })).toMatch(/^No clear change/);
  const bare = io.sockets.map(({ reused, n, broken }) => ({ reused, n, broken, firstByteMs: of(10) }));
  expect(socketsVerdict({ ...io, sockets: bare })).toMatch(/too few sandboxes to compare/);
  expect(plain(freezeVerdict(io))).toBe(
    'Yes: after a minute idle and more, 25 % of requests on reused sockets break.',
  );
  expect(freezeVerdict({ ...io, freeze: 'unknown' })).toMatch(/is not known yet/);
  expect(loadVerdict(io)).toBe('Hosts cannot be known here, so they cannot be compared.');
});

const cpu: CpuEntry = { ...one, verdict: 'self-throttled', models: [], signals: [] };

it('says what slows calls only where it is found, and whether the lottery matters', () => {
  expect(noiseVerdict([cpu])).toBe('Calls are slower while its own CPU quota holds it back.');
  expect(noiseVerdict([{ ...cpu, verdict: 'unknown', basis: few }])).toMatch(
    /\(7 of 30 slots of five minutes\)/,
  );
  expect(noiseVerdict([{ ...cpu, verdict: 'not-cpu' }])).toBe(
    'Slow calls do not correlate with anything measured on the CPU.',
  );
  const model = {
    model: 'EPYC',
    sandboxes: 9,
    calls: 80,
    share: 0.09,
    time: of(1.35),
    cpuTime: of(1.3),
    costRatio: 1.35,
    found: true,
  };
  expect(lotteryVerdict({ ...cpu, models: [model] })).toBe(
    'No lottery: every sandbox has the same CPU, EPYC.',
  );
  expect(plain(lotteryVerdict({ ...cpu, models: [model, { ...model, share: 0.91, found: false }] }))).toBe(
    '9.0 % of calls run on a CPU that takes 35 % longer, and cost 35 % more.',
  );
  expect(
    lotteryVerdict({
      ...cpu,
      models: [
        { ...model, found: false },
        { ...model, found: false },
      ],
    }),
  ).toMatch(/none is shown/);
});

const deployed = (verdict: 'worse' | 'same' | 'not-enough-data', value = 40): VersionsEntry => {
  const version = (name: string) => ({
    version: name,
    memoryMb: 512,
    from: '',
    to: '',
    invocations: 300,
    coldStarts: 40,
    sandboxes: 60,
  });
  return {
    function: 'checkout',
    before: version('v42'),
    after: version('v43'),
    verdict,
    summary: '',
    changes: [
      {
        metric: 'init-ms',
        before: of(200),
        after: of(240),
        difference: { value, low: value - 1, high: value + 2, p: 0.01, detectable: 9 },
        verdict,
      },
    ],
    packages: [],
    restsOn: [],
    missing: [],
  };
};

it('says what a deploy changed, that nothing changed, or that one might hide', () => {
  expect(plain(deployVerdict(deployed('worse')))).toBe('v43 is worse: initialisation +40.0 ms.');
  expect(deployVerdict(deployed('same'))).toBe('No change: v43 is as good as v42.');
  expect(deployVerdict(deployed('not-enough-data'))).toMatch(/^No clear change in v43; none of its figures/);
  expect(deployVerdict(undefined)).toMatch(/^No function had two versions/);
  expect(deployed('worse').changes.map(relative)).toEqual([{ value: 0.2, low: 0.195, high: 0.21 }]);
  expect(plain(differenceWords('error-rate', -0.0026))).toBe('−0.26 points');
  const { before, after } = deployed('same');
  expect(plain(versionWords({ ...after, memoryMb: 1024 }, before))).toBe('v43 at 1,024 MB');
});

it('plans a pool for what the fates of sandboxes leave open', () => {
  const end: ConnectionsEntry = {
    peer: '10.0.7.20:5432',
    name: 'postgres',
    functions: ['io'],
    sandboxes: 25,
    socketsP50: 1,
    socketsMax: 2,
    peak: of(40, 38, 44),
    peakAt: '',
    now: of(3),
    basis,
  };
  expect(plain(connectionsVerdict([end]))).toBe(
    'postgres:5432 held up to 40 sockets at once, of 25 sandboxes; a pool of 44 would have held them all.',
  );
  expect(plain(connectionsVerdict([{ ...end, basis: few }]))).not.toContain('pool');
  expect(connectionsVerdict([])).toMatch(/^No sandbox reported/);
});

it('names a leak and where it ends', () => {
  const rss = {
    resource: 'rss',
    perCall: of(400_000),
    latest: 8e7,
    p: 0.001,
    q: 0.002,
    leaks: true,
    limit: 5e8,
    limitCall: of(1200),
  } as const;
  const entry: LeaksEntry = { ...one, leaks: true, resources: [rss] };
  expect(plain(leaksVerdict([entry]))).toBe(
    'io leaks: memory (RSS) grows by 391 kB a call; its limit would be reached at call 1,200.',
  );
  expect(leaksVerdict([{ ...entry, resources: [] }])).toBe('No leak seen.');
  expect(leaksVerdict([{ ...entry, resources: [], basis: { ...few, needed: 3, n: 2 } }])).toMatch(
    /2 of 3 lives/,
  );
});

it('tells overhead, payload, events, clocks and its own cost', () => {
  const side = (value: number) => ({
    n: 90,
    overheadMs: of(value),
    waitMs: of(1),
    platformWaitMs: of(1),
    returnMs: of(1),
  });
  const entry: OverheadEntry = { ...one, warm: side(62.4), cold: side(992), triggers: [] };
  expect(plain(overheadVerdict([entry]))).toBe(
    'A warm call takes its caller 62.4 ms beside the function; a cold one, 992 ms.',
  );
  expect(overheadVerdict([])).toMatch(/is not known yet \(0 of 20/);
  expect(payloadVerdict(entry)).toMatch(/^The calls do not include/);
  const payload = (low: number) => ({ interceptMs: of(5), msPerMb: of(12, low, 20), adjustedR2: 0.9 });
  expect(plain(payloadVerdict({ ...entry, payload: payload(4) }))).toBe(
    'Each MB of a request takes 12.0 ms more.',
  );
  expect(payloadVerdict({ ...entry, payload: payload(-4) })).toMatch(/^No clear cost/);
  expect(
    plain(
      triggersVerdict({ ...entry, triggers: [{ source: 'time', n: 50, p50Ms: of(540), p95Ms: of(2000) }] }),
    ),
  ).toBe('Half of 50 events are handled within 540 ms; one in twenty later than 2.00 s.');
  const epoch = (low: number, high: number): ClocksEntry => ({
    client: 'c',
    kernel: 'k',
    functions: [],
    start: '',
    end: '',
    n: 9,
    offsetMs: of((low + high) / 2, low, high),
    driftPpm: of(0),
    basis,
  });
  expect(plain(clocksVerdict([epoch(-2, 3), epoch(-1, 1)]))).toBe(
    'All 2 pairs of clocks agree within 3.0 ms.',
  );
  expect(plain(clocksVerdict([epoch(790, 810), epoch(-1, 1)]))).toBe(
    '1 pair of clocks of 2 does not agree; the worst is 800 ms ahead.',
  );
  expect(clocksVerdict([])).toMatch(/are unknown/);
  expect(selfVerdict(undefined)).toMatch(/not reported/);
});

it('takes the path of a chain apart, and says what prewarming would save', () => {
  const chain: ChainsEntry = {
    root: 'front',
    traces: 30,
    depth: 2,
    coldStarts: of(0.33),
    withColdStart: { n: 30, value: 0.33, low: 0.2, high: 0.5 },
    pathMs: of(400),
    coldShare: of(0.25),
    betweenShare: of(0.05),
    prewarmSavesMs: of(100),
    prewarmSavesShare: of(0.25),
    successors: [{ function: 'back', traces: 30, invocations: 30, cold: 10, coldOnPathMs: of(100) }],
    basis,
  };
  expect(plain(chainVerdict(chain))).toBe(
    'Cold starts are 25 % of the path from front through two in a row; prewarming the later ones would save up to 100 ms a trace.',
  );
  expect(pathParts(chain).map(({ name, amount }) => [name, Math.round(amount)])).toEqual([
    ['Functions at work', 280],
    ['Cold starts of later ones', 100],
    ['Between', 20],
  ]);
  expect(plain(successorsVerdict(chain))).toBe('back: it is cold in 33 % of its calls, 100 ms a trace.');
  expect(chainVerdict({ ...chain, basis: few })).toMatch(/7 of 30 traces/);
  expect(chainVerdict(undefined)).toMatch(/^No trace went/);
});
