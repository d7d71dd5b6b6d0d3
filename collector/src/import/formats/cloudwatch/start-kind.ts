import type { InitType } from '@sandscope/probes/semconv';
import type { Report } from './platform-line.ts';

/** The lines of a log stream about its sandbox before an invocation. */
export interface Beginning {
  /** Start of its initialisation. Absent if the log does not show it. */
  readonly initStartMs?: number | undefined;
  /** `on-demand`, `provisioned-concurrency`, `snap-start` or `lambda-managed-instances`; only in the JSON format. */
  readonly initType?: string | undefined;
  readonly initMs?: number | undefined;
  readonly restoreMs?: number | undefined;
  /** End of the earliest invocation seen so far in the stream. */
  readonly firstEndMs?: number | undefined;
}

/** How the sandbox became ready for an invocation. */
export interface StartKind {
  /** Whether a request waited for the sandbox. Absent if the export does not show it. */
  readonly cold?: boolean;
  readonly initType?: InitType;
  readonly initDurationMs?: number;
}

const INIT_TYPES: Readonly<Record<string, InitType>> = {
  'on-demand': 'on_demand',
  'provisioned-concurrency': 'provisioned',
  'snap-start': 'restored',
  'lambda-managed-instances': 'managed',
};
/** If it was idle this long after initialisation, it was not started for this invocation. */
const WAITED_MILLIS = 1000;
const WARM: StartKind = { cold: false };

/**
 * Detects a cold start from the REPORT line and the lines before it.
 *
 * @param startMs of the invocation
 */
export function startKind(report: Report, startMs: number, before: Beginning): StartKind {
  const logged = before.initType === undefined ? undefined : INIT_TYPES[before.initType];
  const restoreMs = report.restoreMs ?? before.restoreMs;
  if (restoreMs !== undefined) return { cold: true, initType: 'restored', initDurationMs: restoreMs };
  const { initStartMs } = before;
  const isShown = initStartMs !== undefined && initStartMs <= startMs + report.durationMs;
  if (report.initMs === undefined && !isShown) return report.saysInit ? WARM : {};
  const initDurationMs = report.initMs ?? before.initMs;
  const duration = initDurationMs === undefined ? {} : { initDurationMs };
  if (logged === 'provisioned' || logged === 'managed') return { cold: false, initType: logged, ...duration };
  const waitedMs = isShown ? startMs - initStartMs - (initDurationMs ?? 0) : 0;
  if (waitedMs > WAITED_MILLIS) return { cold: false, initType: 'proactive', ...duration };
  if (report.initMs !== undefined) return { cold: true, initType: logged ?? 'on_demand', ...duration };
  // Initialised, but not reported with the invocation: again in the same sandbox, or within the invocation after a
  // failure.
  const hasRun = before.firstEndMs !== undefined && before.firstEndMs <= startMs;
  const initType = hasRun ? 'reinit' : logged;
  return { cold: true, ...(initType && { initType }), ...duration };
}
