import type { Store } from '../../store/index.ts';
import { quote } from '../../store/query-params.ts';
import { TimeSlice } from '../time-slice.ts';
import { summarise } from '../evidence/index.ts';
import type { Goodbye, History, Use } from '../evidence/index.ts';
import { loadEnds } from '../invocations.ts';
import { endsBySandbox, groupBy } from '../lifelines.ts';
import type { EndsBySandbox, SandboxEnd } from '../lifelines.ts';
import { MAX_SANDBOXES } from '../rollup/lives.ts';
import type { Deployment } from './deployment.ts';
import { evidenceStart } from './evidence-start.ts';
import { loadOutcomes } from './load-outcomes.ts';
import type { EvidenceRange } from './evidence-start.ts';

export interface DeploymentEvidence {
  readonly deployment: Deployment;
  readonly history: History;
}

/** The invocations of one process of one sandbox, as indices. */
interface Group {
  readonly deployment: Deployment;
  readonly sandbox: string;
  readonly instance: string;
  readonly process: string;
  readonly version: string;
  readonly starts: Float64Array;
  readonly durations: Float64Array;
  readonly ordinals: Uint32Array;
  readonly flags: Uint8Array;
  readonly inits: Float64Array;
  readonly exports: Float64Array;
  readonly boots: Float64Array;
}

/** Bits of a group's flags. */
const FLAG = { cold: 1, warm: 2, timedOut: 4, crashed: 8, failed: 16 } as const;
/**
 * `error.type` of an invocation that its sandbox may not have survived: from the SDK, and from AWS Lambda's own logs.
 */
const TIMED_OUT = ['timeout', 'Sandbox.Timedout'];
const CRASHED = ['ProcessExit', 'Runtime.ExitError'];
const SANDBOXES_AT_ONCE = 400_000;

/**
 * The evidence for judging functions as of a moment: nothing that began later, and the same for any requested range,
 * version or region.
 *
 * @param ranges of the functions, from {@link loadEvidenceRanges}
 * @param name of the only function, if there is one
 */
export async function loadEvidence(
  store: Store,
  ranges: readonly EvidenceRange[],
  name: string | undefined,
  untilMs: number,
  signal?: AbortSignal,
): Promise<DeploymentEvidence[]> {
  if (ranges.length === 0) return [];
  const fromMs = Math.min(...ranges.map((range) => range.fromMs));
  const scope = { fromMs, toMs: untilMs, function: name };
  const ends = endsBySandbox(await loadEnds(store, scope, MAX_SANDBOXES, signal));
  const slice = new TimeSlice();
  const evidence: DeploymentEvidence[] = [];
  const groups = await loadGroups(store, ranges, untilMs, signal);
  const outcomes = await loadOutcomes(store, ranges, untilMs, signal);
  for (const own of groupBy(groups, ({ deployment }) => deployment.function).values()) {
    const startMs = evidenceStart(own, untilMs);
    for (const one of groupBy(own, ({ deployment }) => JSON.stringify(deployment)).values()) {
      await slice.pause();
      const { deployment } = one[0] as Group;
      const key = JSON.stringify(deployment);
      const { idleOutcomes = [] } = outcomes.get(key) ?? {};
      outcomes.delete(key);
      const history = summarise({
        uses: usesOf(one, startMs),
        goodbyes: goodbyesOf(one, ends),
        idleOutcomes,
      });
      evidence.push({ deployment, history });
    }
  }
  for (const { deployment, idleOutcomes } of outcomes.values())
    evidence.push({ deployment, history: summarise({ uses: [], idleOutcomes }) });
  return evidence;
}

async function loadGroups(
  store: Store,
  ranges: readonly EvidenceRange[],
  untilMs: number,
  signal: AbortSignal | undefined,
): Promise<Group[]> {
  const nanos = (ms: number): string => `fromUnixTimestamp64Nano(${BigInt(Math.round(ms)) * 1_000_000n})`;
  const which = ranges
    .map((range) => `(function = ${quote(range.function)} AND start >= ${nanos(range.fromMs)})`)
    .join(' OR ');
  const reader = await store.queryBinary(
    `SELECT toString(function), toString(account_id), toString(region), toString(platform), sandbox_id, instance, process,
      configuration, groupArray(start_us), groupArray(duration_us), groupArray(number), groupArray(flags),
      groupArray(init_us), groupArray(export_us), groupArray(boot_us)
    FROM (
      SELECT function, account_id, region, platform, sandbox_id, instance,
        ifNull(toString(process_start_ticks), '') AS process,
        concat(version, ifNull(concat(' ', toString(memory_limit_bytes)), '')) AS configuration,
        toFloat64(toUnixTimestamp64Micro(start)) AS start_us, duration_ns / 1000 AS duration_us,
        toUInt32(least(ifNull(ordinal, 0), 4294967295)) AS number,
        toUInt8(multiIf(cold = true, ${FLAG.cold}, cold = false, ${FLAG.warm}, 0)
          + multiIf(error_type IN (${TIMED_OUT.map(quote).join(', ')}), ${FLAG.timedOut},
            error_type IN (${CRASHED.map(quote).join(', ')}), ${FLAG.crashed},
            status = 'Error', ${FLAG.failed}, 0)) AS flags,
        ifNull(init_duration_ms * 1000, -1.) AS init_us, ifNull(export_ms * 1000, 0.) AS export_us,
        ifNull(boot_time_unix_ms * 1000, 0.) AS boot_us
      FROM ${store.database}.invocations FINAL
      WHERE sandbox_id != '' AND start < ${nanos(untilMs)} AND (${which})
    )
    GROUP BY function, account_id, region, platform, sandbox_id, instance, process, configuration
    ORDER BY function, account_id, region, platform`,
    {},
    { maxRows: SANDBOXES_AT_ONCE, maxSeconds: 30 },
    signal,
  );
  const groups: Group[] = [];
  while (reader.hasMore) {
    groups.push({
      deployment: {
        function: reader.string(),
        accountId: reader.string(),
        region: reader.string(),
        platform: reader.string(),
      },
      sandbox: reader.string(),
      instance: reader.string(),
      process: reader.string(),
      version: reader.string(),
      starts: reader.float64Array(),
      durations: reader.float64Array(),
      ordinals: reader.uint32Array(),
      flags: reader.uint8Array(),
      inits: reader.float64Array(),
      exports: reader.float64Array(),
      boots: reader.float64Array(),
    });
  }
  return groups;
}

function* usesOf(groups: readonly Group[], fromMs: number): Generator<Use> {
  for (const { sandbox, instance, process, version, ...columns } of groups) {
    const { starts, durations, ordinals, flags, inits, exports, boots } = columns;
    for (const [index, startMicros] of starts.entries()) {
      const startMs = startMicros / 1000;
      if (startMs < fromMs) continue;
      const told = flags[index] ?? 0;
      const ordinal = ordinals[index] ?? 0;
      const initMicros = inits[index] ?? -1;
      const exportMicros = exports[index] ?? 0;
      const bootMicros = boots[index] ?? 0;
      yield {
        sandbox,
        version,
        startMs,
        endMs: startMs + (durations[index] ?? 0) / 1000,
        ...(instance !== '' && { instance }),
        ...(process !== '' && { process }),
        ...(ordinal > 0 && { ordinal }),
        ...((told & (FLAG.cold | FLAG.warm)) !== 0 && { cold: (told & FLAG.cold) !== 0 }),
        ...(initMicros >= 0 && { initMs: initMicros / 1000 }),
        ...(exportMicros > 0 && { exportMs: exportMicros / 1000 }),
        ...(bootMicros > 0 && { bootTimeMs: bootMicros / 1000 }),
        ...((told & FLAG.timedOut) !== 0 && { outcome: 'time-out' as const }),
        ...((told & FLAG.crashed) !== 0 && { outcome: 'crash' as const }),
        ...((told & FLAG.failed) !== 0 && { outcome: 'failure' as const }),
      };
    }
  }
}

/** The goodbyes of a deployment's sandboxes. */
function goodbyesOf(groups: readonly Group[], ends: EndsBySandbox): Goodbye[] {
  const ids = new Set(groups.map(({ sandbox }) => sandbox));
  return [...ids].flatMap((sandbox) => ends.get(sandbox)?.map(goodbyeOf) ?? []);
}

function goodbyeOf({
  sandboxId,
  instance,
  processStartTicks,
  timeMs,
  reason,
  lastOrdinal,
}: SandboxEnd): Goodbye {
  return {
    sandbox: sandboxId,
    ...(instance !== '' && { instance }),
    timeMs,
    reason,
    ...(processStartTicks !== undefined && { process: processStartTicks }),
    ...(lastOrdinal !== undefined && { lastOrdinal }),
  };
}
