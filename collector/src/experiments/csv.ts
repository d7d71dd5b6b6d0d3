import type { Sample } from '@sandscope/probes/outside';
import { clientMs, responseMs } from '@sandscope/probes/outside';
import { csv } from '../csv/csv.ts';

const COLUMNS: readonly (readonly [name: string, value: (sample: Sample) => string | number | undefined])[] =
  [
    ['index', ({ index }) => index],
    ['unit', ({ unit }) => unit],
    ['role', ({ role }) => role],
    ['outcome', ({ outcome }) => outcome],
    ['reason', ({ error, discarded }) => error?.code ?? discarded],
    ['scheduled_ms', ({ scheduledMs }) => scheduledMs],
    ['sent_ms', ({ sentMs }) => sentMs],
    ['connected_ms', ({ connectedMs }) => connectedMs],
    ['first_byte_ms', ({ firstByteMs }) => firstByteMs],
    ['end_ms', ({ endMs }) => endMs],
    ['client_ms', clientMs],
    ['response_ms', responseMs],
    ['http_status', ({ httpStatus }) => httpStatus],
    ['start', ({ start }) => start],
    ['start_ground', ({ startGround }) => startGround],
    ['function', ({ functionName }) => functionName],
    ['sandbox_id', ({ sandboxId }) => sandboxId],
    ['host_id', ({ hostId }) => hostId],
    ['trace_id', ({ traceId }) => traceId],
    ['request_bytes', ({ requestBytes }) => requestBytes],
    ['response_bytes', ({ responseBytes }) => responseBytes],
    ['idle_before_ms', ({ idleBeforeMs }) => idleBeforeMs],
    ['idle_measured_ms', ({ idleMeasuredMs }) => idleMeasuredMs],
    ['width', ({ width }) => width],
    ['memory_mb', ({ memoryMb, provider }) => memoryMb ?? provider?.memoryMb],
    ['function_ms', (sample) => sample.function?.durationMs],
    ['provider_ms', ({ provider }) => provider?.durationMs],
    ['billed_ms', ({ provider }) => provider?.billedMs],
  ];

/** All samples as CSV; a missing value is an empty cell. */
export function writeCsv(samples: readonly Sample[]): string {
  return csv([
    COLUMNS.map(([name]) => name),
    ...samples.map((sample) => COLUMNS.map(([, value]) => rounded(value(sample)))),
  ]);
}

function rounded(value: string | number | undefined): string | number | undefined {
  return typeof value === 'number' ? Number(value.toFixed(3)) : value;
}
