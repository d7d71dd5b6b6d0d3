/**
 * An afternoon of four functions, as spans: a platform that keeps idle sandboxes for about five minutes, takes the most
 * recently used one, and starts another if all are busy. The same seed gives the same afternoon.
 */
import * as semconv from '../../probes/src/semconv.ts';
import { seededRandom } from '../../examples/demo/random.ts';
import { chainOfTwo } from './chain.ts';
import { experimentRuns } from './experiment-runs.ts';
import { machineOf, MODELS } from './machine.ts';
import { listOf, spanOf } from './span.ts';
import { twoWeeks } from './two-weeks.ts';

interface Profile {
  readonly name: string;
  readonly platform: string;
  readonly region: string;
  /** Number of its hosts, each with a shared kernel; 0 if each sandbox has its own. */
  readonly hosts: number;
  readonly callsAnHour: number;
  /** Bursts of this many concurrent calls, per hour. */
  readonly burst: number;
  readonly callMillis: number;
  readonly initMillis: number;
}

/** One of the names is long, one is written from right to left, and one contains markup. */
export const PROFILES: readonly Profile[] = [
  {
    name: 'thumbnail',
    platform: 'knative',
    region: 'rack-a',
    hosts: 4,
    callsAnHour: 120,
    burst: 9,
    callMillis: 140,
    initMillis: 1500,
  },
  {
    name: 'checkout',
    platform: 'aws_lambda',
    region: 'eu-west-1',
    hosts: 0,
    callsAnHour: 90,
    burst: 7,
    callMillis: 42,
    initMillis: 330,
  },
  {
    name: `sync-inventory-from-the-warehouse-${'very-'.repeat(32)}far`,
    platform: 'aws_lambda',
    region: 'eu-west-1',
    hosts: 0,
    callsAnHour: 12,
    burst: 0,
    callMillis: 320,
    initMillis: 700,
  },
  {
    name: 'تقرير-الفواتير',
    platform: 'aws_lambda',
    region: 'me-south-1',
    hosts: 0,
    callsAnHour: 9,
    burst: 2,
    callMillis: 95,
    initMillis: 520,
  },
  {
    name: '<img src=x onerror="window.broken=1">',
    platform: 'gcp_cloud_run',
    region: 'europe-west1',
    hosts: 0,
    callsAnHour: 8,
    burst: 0,
    callMillis: 25,
    initMillis: 400,
  },
];

const PLAIN_NAMES = ['thumbnail', 'checkout', 'sync-inventory', 'invoices', 'geo-lookup'];

/** The same with ordinary names, for pictures. */
export const PLAIN_PROFILES: readonly Profile[] = PROFILES.map((profile, index) => ({
  ...profile,
  name: PLAIN_NAMES[index] ?? profile.name,
}));

interface Sandbox {
  readonly id: string;
  readonly bootId: string;
  readonly version: string;
  freeAtMs: number;
  ordinal: number;
  readonly limitMs: number;
  readonly model: string;
}

const HOUR_MS = 3_600_000;
const IDLE_MS = 319_000;

/**
 * OTLP/JSON requests for the period before `endMs`, each of one function; one of the functions has two weeks.
 *
 * @param hours default 5
 * @returns `calls`: how many there are in the last 24 hours
 */
export function afternoon(
  endMs: number,
  hours = 5,
  seed = 7,
  profiles = PROFILES,
): { readonly requests: object[]; readonly calls: number } {
  const random = seededRandom(seed);
  const hex = (digits: number): string =>
    Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('');
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  let calls = 0;
  const requests = profiles.map((profile) => {
    const spans = new Map<string, object[]>(MODELS.map((model) => [model, []]));
    const machine = machineOf(seed + profile.callsAnHour);
    const callerSpans: object[] = [];
    const hosts = Array.from(
      { length: profile.hosts },
      () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`,
    );
    const pool: Sandbox[] = [];
    for (const atMs of arrivals(profile, endMs - hours * HOUR_MS, endMs - 20_000, random)) {
      calls += 1;
      const version = atMs > endMs - 1.6 * HOUR_MS ? 'v42' : 'v41';
      const free = pool.filter(
        (sandbox) =>
          sandbox.version === version && sandbox.freeAtMs < atMs && atMs - sandbox.freeAtMs < sandbox.limitMs,
      );
      const used = free.toSorted((a, b) => b.freeAtMs - a.freeAtMs)[0];
      const sandbox = used ?? newSandbox(version);
      const isCold = used === undefined;
      const isSlowToStart = profile.initMillis * Math.exp(0.18 * normal());
      const initMs = isCold ? isSlowToStart : 0;
      const platformMs = isCold ? 60 + 90 * random() : 2 + 3 * random();
      const durationMs =
        profile.callMillis * Math.exp(0.3 * normal()) * (isCold ? 1.6 : 1) * machine.slowdown(sandbox.model);
      const failed = random() < 0.012;
      const startMs = atMs + platformMs + initMs;
      sandbox.ordinal += 1;
      sandbox.freeAtMs = startMs + durationMs;
      const own = spans.get(sandbox.model)!;
      const { invocation, request, client, requestMs } = machine.call({
        ordinal: sandbox.ordinal,
        isCold,
        durationMs,
      });
      const ids = { trace: hex(32), caller: hex(16), call: hex(16) };
      callerSpans.push(
        spanOf(
          `invoke ${profile.name}`,
          3,
          ids.trace,
          ids.caller,
          undefined,
          atMs,
          platformMs + initMs + durationMs + 3,
          client,
          false,
        ),
      );
      own.push(
        spanOf(
          profile.name,
          2,
          ids.trace,
          ids.call,
          ids.caller,
          startMs,
          durationMs,
          {
            [semconv.ATTR_SANDBOX_ID]: sandbox.id,
            [semconv.ATTR_SANDBOX_ORDINAL]: sandbox.ordinal,
            [semconv.ATTR_FAAS_COLDSTART]: isCold,
            [semconv.ATTR_KERNEL_BOOT_ID]: sandbox.bootId,
            [semconv.ATTR_KERNEL_ISOLATION]: profile.hosts > 0 ? 'shared' : 'microvm',
            [semconv.ATTR_MEMORY_RSS_BYTES]: 71_000_000 + 400_000 * sandbox.ordinal,
            'faas.trigger': 'http',
            'faas.version': version,
            ...invocation,
            ...(isCold && {
              [semconv.ATTR_INIT_TYPE]: 'on_demand',
              [semconv.ATTR_INIT_DURATION_MS]: initMs + 0.5,
              [semconv.ATTR_INIT_RUNTIME_MS]: initMs * 0.36,
              [semconv.ATTR_INIT_MODULE_MS]: initMs * 0.56,
            }),
          },
          failed,
        ),
      );
      if (isCold)
        own.push(
          spanOf(
            semconv.SPAN_INIT,
            1,
            ids.trace,
            hex(16),
            ids.call,
            atMs + platformMs,
            initMs,
            { [semconv.ATTR_SANDBOX_ID]: sandbox.id },
            false,
          ),
        );
      own.push(
        spanOf(
          'GET /items',
          3,
          ids.trace,
          hex(16),
          ids.call,
          startMs + durationMs * 0.2,
          requestMs,
          { 'http.request.method': 'GET', ...request },
          false,
        ),
      );
    }
    // Half of the platforms notify a sandbox before they stop it.
    for (const { id, freeAtMs, limitMs, ordinal, model } of pool) {
      if (profile.hosts > 0 || freeAtMs + limitMs > endMs || random() < 0.4) continue;
      spans.get(model)!.push(
        spanOf(
          semconv.SPAN_SHUTDOWN,
          1,
          hex(32),
          hex(16),
          undefined,
          freeAtMs + limitMs,
          1,
          {
            [semconv.ATTR_SANDBOX_ID]: id,
            [semconv.ATTR_SHUTDOWN_REASON]: 'spindown',
            [semconv.ATTR_SHUTDOWN_LAST_ORDINAL]: ordinal,
          },
          false,
        ),
      );
    }
    return {
      resourceSpans: [
        ...[...spans].map(([model, own]) => ({
          resource: {
            attributes: listOf({
              'host.cpu.model.name': model,
              'service.name': profile.name,
              'faas.name': profile.name,
              'faas.version': 'v42',
              'cloud.platform': profile.platform,
              'cloud.region': profile.region,
              'cloud.account.id': '111122223333',
              'faas.max_memory': 536_870_912,
            }),
          },
          scopeSpans: [{ scope: { name: semconv.SCOPE_NAME }, spans: own }],
        })),
        {
          resource: { attributes: listOf({ 'service.name': 'web-gateway' }) },
          scopeSpans: [{ scope: { name: 'gateway' }, spans: callerSpans }],
        },
      ],
    };

    function newSandbox(version: string): Sandbox {
      const sandbox: Sandbox = {
        id: hex(32),
        bootId:
          hosts[Math.floor(random() * hosts.length)] ??
          `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`,
        version,
        freeAtMs: 0,
        ordinal: 0,
        limitMs: IDLE_MS + 9000 * normal(),
        model: machine.model(),
      };
      pool.push(sandbox);
      return sandbox;
    }
  });
  const chain = chainOfTwo(endMs, seed);
  const weeks = twoWeeks(endMs, seed);
  return {
    requests: [...requests, ...chain.requests, experimentRuns(endMs, seed), weeks.request],
    calls: calls + chain.calls + weeks.callsOfLastDay,
  };
}

/** Steady calls with gaps of all lengths, and bursts. */
function arrivals(
  { callsAnHour, burst }: Profile,
  fromMs: number,
  toMs: number,
  random: () => number,
): number[] {
  const found: number[] = [];
  for (
    let atMs = fromMs + random() * 60_000;
    atMs < toMs;
    atMs += (-Math.log(1 - random()) * HOUR_MS) / callsAnHour
  )
    found.push(atMs);
  for (let atMs = fromMs + random() * HOUR_MS; atMs < toMs; atMs += (0.4 + 0.5 * random()) * HOUR_MS)
    for (let index = 0; index < burst; index += 1) found.push(atMs + index * 4);
  return found.filter((atMs) => atMs < toMs).toSorted((a, b) => a - b);
}
