import type { Store } from '../../store/index.ts';
import type { RowBinaryReader } from '../../store/row-binary.ts';
import { quote } from '../../store/query-params.ts';
import { readEnds } from '../invocations.ts';
import { MAX_SANDBOXES } from '../rollup/lives.ts';
import type { EvidenceRows } from './evidence-rows.ts';
import { MOST_PROCESSES } from './evidence-start.ts';
import type { EvidenceRange } from './evidence-start.ts';
import { loadOutcomes } from './load-outcomes.ts';
import { FLAG } from './use-flags.ts';

/**
 * `error.type` of an invocation that its sandbox may not have survived: from the SDK, and from AWS Lambda's own logs.
 */
const TIMED_OUT = ['timeout', 'Sandbox.Timedout'];
const CRASHED = ['ProcessExit', 'Runtime.ExitError'];
const SANDBOXES_AT_ONCE = 400_000;

/**
 * Reads the evidence for judging functions as of a moment: nothing that began later, and the same for any requested
 * range, version or region.
 *
 * @param ranges of the functions, from {@link loadEvidenceRanges}
 * @param name of the only function, if there is one
 */
export async function readEvidence(
  store: Store,
  ranges: readonly EvidenceRange[],
  name: string | undefined,
  untilMs: number,
  signal?: AbortSignal,
): Promise<EvidenceRows> {
  if (ranges.length === 0) return { untilMs, uses: NOTHING, ends: NOTHING, outcomes: [] };
  const fromMs = Math.min(...ranges.map((range) => range.fromMs));
  const scope = { fromMs, toMs: untilMs, function: name };
  const ends = await readEnds(store, scope, MAX_SANDBOXES, signal);
  const uses = await readUses(store, ranges, untilMs, signal);
  const outcomes = await loadOutcomes(store, ranges, untilMs, signal);
  return { untilMs, uses: uses.bytes, ends: ends.bytes, outcomes: [...outcomes.values()] };
}

const NOTHING = new Uint8Array();

function readUses(
  store: Store,
  ranges: readonly EvidenceRange[],
  untilMs: number,
  signal: AbortSignal | undefined,
): Promise<RowBinaryReader> {
  const nanos = (ms: number): string => `fromUnixTimestamp64Nano(${BigInt(Math.round(ms)) * 1_000_000n})`;
  const which = ranges
    .map((range) => `(function = ${quote(range.function)} AND start >= ${nanos(range.fromMs)})`)
    .join(' OR ');
  return store.queryBinary(
    `SELECT toString(function), toString(account_id), toString(region), toString(platform), sandbox_id, instance, process,
      configuration, starts, durations, numbers, all_flags, inits, exports, boots
    FROM (
      SELECT function, account_id, region, platform, sandbox_id, instance, process, configuration,
        groupArray(start_us) AS starts, groupArray(duration_us) AS durations, groupArray(number) AS numbers,
        groupArray(flags) AS all_flags, groupArray(init_us) AS inits, groupArray(export_us) AS exports,
        groupArray(boot_us) AS boots
      FROM (
        SELECT function, account_id, region, platform, sandbox_id, instance,
          ifNull(toString(process_start_ticks), '') AS process,
          concat(version, ifNull(concat(' ', toString(memory_limit_bytes)), '')) AS configuration,
          toFloat64(toUnixTimestamp64Micro(start)) AS start_us, duration_ns / 1000 AS duration_us,
          toUInt32(least(ifNull(ordinal, 0), 4294967295)) AS number,
          toUInt8(multiIf(cold = true, ${FLAG.cold}, cold = false, ${FLAG.warm}, 0)
            + multiIf(error_type IN (${TIMED_OUT.map(quote).join(', ')}), ${FLAG.timedOut},
              error_type IN (${CRASHED.map(quote).join(', ')}), ${FLAG.crashed}, 0)) AS flags,
          ifNull(init_duration_ms * 1000, -1.) AS init_us, ifNull(export_ms * 1000, 0.) AS export_us,
          ifNull(boot_time_unix_ms * 1000, 0.) AS boot_us
        FROM ${store.database}.invocations FINAL
        WHERE sandbox_id != '' AND start < ${nanos(untilMs)} AND (${which})
      )
      GROUP BY function, account_id, region, platform, sandbox_id, instance, process, configuration
      ORDER BY function, max(start_us) DESC
      LIMIT ${MOST_PROCESSES} BY function
    )
    ORDER BY function, account_id, region, platform`,
    {},
    { maxRows: SANDBOXES_AT_ONCE, maxSeconds: 30 },
    signal,
  );
}
