import * as fc from 'fast-check';
import { invocationRow, shutdownRow, spanRow } from '../../store/test-rows.ts';
import type { TraceRow } from '../../store/trace-row.ts';

/** A small function as defined by a test: the use of its sandboxes, and their reports. */
export interface SmallFunction {
  readonly sandboxes: number;
  readonly calls: number;
  readonly gapMs: number;
  /** Time between the first calls of sandboxes. */
  readonly apartMs: number;
  readonly durationsMs: readonly number[];
  readonly cold: 'told' | 'all' | 'none' | 'untold';
  readonly initMs?: number;
  readonly initType?: string;
  readonly memoryMb?: number;
  readonly platform?: string;
  readonly versions: number;
  readonly regions: number;
  /** Share of the calls without a span. */
  readonly lost: number;
  readonly failed: 'none' | 'some' | 'all';
  readonly hosts: 'none' | 'one' | 'own';
  /** Function clock minus client clock. */
  readonly clockMs: number;
  readonly client: 'none' | 'waits' | 'leaves';
  readonly goodbyes: 'none' | 'some' | 'all';
  readonly gauges: boolean;
  /** Each call calls another function, and waits for it. */
  readonly isChain: boolean;
  /** Standard deviation of each gauge, and of CPU times. */
  readonly level: number;
}

const MB = 2 ** 20;
const id = (text: string): string => Buffer.from(text).toString('hex').padEnd(32, '0').slice(-32);

/** Its spans. @param name of the function and everything that belongs to it */
export function rowsOf(small: SmallFunction, name: string, fromMs: number): TraceRow[] {
  const rows: TraceRow[] = [];
  for (let sandbox = 0; sandbox < small.sandboxes; sandbox += 1) {
    let atMs = fromMs + sandbox * small.apartMs;
    for (let ordinal = 1; ordinal <= small.calls; ordinal += 1) {
      const index = sandbox * small.calls + ordinal - 1;
      const durationMs = small.durationsMs[index % small.durationsMs.length]!;
      if (((index * 37) % 100) / 100 >= small.lost)
        rows.push(...call(small, name, { sandbox, ordinal, atMs, durationMs }));
      atMs += durationMs + small.gapMs;
    }
    if (small.goodbyes === 'all' || (small.goodbyes === 'some' && sandbox % 2 === 0))
      rows.push(
        shutdownRow({
          function: name,
          sandbox: id(`${name} ${sandbox}`),
          atMs: atMs + 1_000,
          lastOrdinal: small.calls,
        }),
      );
  }
  return rows;
}

interface Call {
  readonly sandbox: number;
  readonly ordinal: number;
  readonly atMs: number;
  readonly durationMs: number;
}

function call(small: SmallFunction, name: string, { sandbox, ordinal, atMs, durationMs }: Call): TraceRow[] {
  const key = `${name} ${sandbox}`;
  const isCold = small.cold === 'told' ? ordinal === 1 : small.cold === 'all';
  const isFailed = small.failed === 'all' || (small.failed === 'some' && (sandbox + ordinal) % 3 === 0);
  const initMs = isCold ? small.initMs : undefined;
  const level = small.level * (1 + ordinal / 10);
  const row = invocationRow({
    function: name,
    sandbox: id(key),
    ordinal,
    cold: isCold,
    startMs: atMs,
    durationMs,
    ...(small.hosts === 'one' && { bootId: `${name}-boot`, hostId: `${name}-host` }),
    ...(small.hosts === 'own' && { bootId: `${key}-boot` }),
    ...(isFailed && { status: 'Error' as const }),
    attributes: {
      'cloud.platform': small.platform,
      'host.arch': 'amd64',
      'faas.version': small.versions > 1 ? String(sandbox % small.versions) : undefined,
      'cloud.region': small.regions > 1 ? `region-${sandbox % small.regions}` : undefined,
      'faas.max_memory': small.memoryMb === undefined ? undefined : small.memoryMb * MB,
      'sandscope.init.duration_ms': initMs,
      'sandscope.init.type': isCold ? small.initType : undefined,
      ...(small.cold === 'untold' && { 'faas.coldstart': undefined }),
      ...(small.gauges && {
        'host.cpu.model.name': sandbox % 2 === 0 ? 'Slow' : 'Fast',
        'sandscope.init.module_ms': initMs === undefined ? undefined : initMs / 2,
        'sandscope.init.runtime_ms': initMs === undefined ? undefined : initMs / 3,
        'sandscope.cpu.user_ms': Math.min(durationMs, level),
        'sandscope.cpu.system_ms': 0,
        'sandscope.cgroup.throttled_ms': level % 7,
        'sandscope.machine.pressure.cpu_ratio': (level % 10) / 10,
        'sandscope.memory.rss_bytes': Math.round(level * MB),
        'sandscope.process.descriptor_count': Math.round(level),
        'sandscope.process.connection_count': 1,
        'sandscope.process.peers': JSON.stringify([`10.0.0.5:5432 ${1 + (ordinal % 3)}`]),
        'sandscope.io.http_count': ordinal % 2,
        'sandscope.io.http_ms': level,
        'sandscope.trigger.delay_ms': level,
        'sandscope.trigger.delay_source': 'sqs.SentTimestamp',
      }),
    },
  });
  const next = small.isChain ? [successor(row, name, { sandbox, ordinal, atMs, durationMs })] : [];
  if (small.client === 'none') return [row, ...next];
  const waitMs = 5 + Math.max(0, initMs ?? 0);
  const client = spanRow({
    kind: 'Client',
    name: `call ${key}`,
    startMs: atMs - waitMs - small.clockMs,
    durationMs: small.client === 'waits' ? waitMs + durationMs + 3 : 2,
    resource: { 'service.name': `${name}-client` },
    ...(isFailed && { status: 'Error' as const }),
    attributes: {
      ordinal,
      sandbox,
      'sandscope.probe.experiment': name,
      'sandscope.probe.run_id': `${name}-${sandbox % 2}`,
      'sandscope.probe.role': 'call',
    },
  });
  const traced = [row, ...next].map((own) => Object.assign(own, { TraceId: client.TraceId }));
  return [client, Object.assign(traced[0]!, { ParentSpanId: client.SpanId }), ...traced.slice(1)];
}

/** A call made by a call: cold every second time, and within the first half of it. */
function successor(caller: TraceRow, name: string, { sandbox, ordinal, atMs, durationMs }: Call): TraceRow {
  const isCold = ordinal % 2 === 1;
  const row = invocationRow({
    function: `${name}-next`,
    sandbox: id(`${name} next ${sandbox} ${isCold ? ordinal : ordinal - 1}`),
    ordinal: isCold ? 1 : 2,
    startMs: atMs + durationMs / 2,
    durationMs: durationMs / 2,
    attributes: { 'sandscope.init.duration_ms': isCold ? durationMs / 2 : undefined },
  });
  return Object.assign(row, { TraceId: caller.TraceId, ParentSpanId: caller.SpanId });
}

/** Calls of one kind with all attributes: the base from which others are derived. */
export const PLAIN: SmallFunction = {
  sandboxes: 4,
  calls: 6,
  gapMs: 30_000,
  apartMs: 400_000,
  durationsMs: [20, 35, 50],
  cold: 'told',
  initMs: 250,
  initType: 'on_demand',
  memoryMb: 512,
  platform: 'aws_lambda',
  versions: 1,
  regions: 1,
  lost: 0,
  failed: 'none',
  hosts: 'none',
  clockMs: 0,
  client: 'waits',
  goodbyes: 'none',
  gauges: true,
  isChain: false,
  level: 20,
};

/** Any small function. */
export const smallFunction: fc.Arbitrary<SmallFunction> = fc.record(
  {
    sandboxes: fc.integer({ min: 0, max: 9 }),
    calls: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constant(45)),
    gapMs: fc.constantFrom(0, 1, 100, 5_000, 400_000, 1_500_000),
    apartMs: fc.constantFrom(0, 1, 2_000, 300_000, 3_600_000),
    durationsMs: fc.array(
      fc.oneof(fc.constantFrom(0, 0.001, 900_000), fc.double({ min: 0.1, max: 3_000, noNaN: true })),
      {
        minLength: 1,
        maxLength: 7,
      },
    ),
    cold: fc.constantFrom('told' as const, 'all' as const, 'none' as const, 'untold' as const),
    initMs: fc.constantFrom(0, 0.5, 250, 9_000),
    initType: fc.constantFrom('on_demand', 'proactive', 'provisioned', 'restored', 'reinit'),
    memoryMb: fc.constantFrom(1, 128, 512, 10_240),
    platform: fc.constantFrom(
      'aws_lambda',
      'gcp_cloud_functions',
      'gcp_cloud_run',
      'azure_functions',
      'elsewhere',
    ),
    versions: fc.integer({ min: 1, max: 3 }),
    regions: fc.integer({ min: 1, max: 2 }),
    lost: fc.constantFrom(0, 0.3, 0.9, 1),
    failed: fc.constantFrom('none' as const, 'some' as const, 'all' as const),
    hosts: fc.constantFrom('none' as const, 'one' as const, 'own' as const),
    clockMs: fc.constantFrom(0, 250, -3_600, 600_000),
    client: fc.constantFrom('none' as const, 'waits' as const, 'leaves' as const),
    goodbyes: fc.constantFrom('none' as const, 'some' as const, 'all' as const),
    gauges: fc.boolean(),
    isChain: fc.boolean(),
    level: fc.constantFrom(0, 1, 20, 400),
  },
  {
    requiredKeys: [
      'sandboxes',
      'calls',
      'gapMs',
      'apartMs',
      'durationsMs',
      'cold',
      'versions',
      'regions',
      'lost',
      'failed',
      'hosts',
      'clockMs',
      'client',
      'goodbyes',
      'gauges',
      'isChain',
      'level',
    ],
  },
);
