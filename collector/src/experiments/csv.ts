import type { Sample } from '@sandscope/probes/outside';
import { clientMs, responseMs } from '@sandscope/probes/outside';

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

/** All samples as CSV (RFC 4180); a missing value is an empty cell. */
export function writeCsv(samples: readonly Sample[]): string {
  const lines = samples.map((sample) => COLUMNS.map(([, value]) => cell(value(sample))).join(','));
  return `${[COLUMNS.map(([name]) => name).join(','), ...lines].join('\r\n')}\r\n`;
}

function cell(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(Number(value.toFixed(3)));
  // Spreadsheets take a text with such a start for a formula, and the answers of functions may contain any text.
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
