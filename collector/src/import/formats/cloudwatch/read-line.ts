import type { LogEvent } from './log-event.ts';
import { jsonLine } from './platform-json.ts';
import type { PlatformLine } from './platform-line.ts';
import { endingOf } from './platform-line.ts';

const ID = '[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}';
const START = new RegExp(`^START RequestId: (${ID})(?:\\s+Version: (\\S+))?`);
const REPORT = new RegExp(`^REPORT RequestId: (${ID})\\s`);
const QUANTITY =
  /(Billed Restore Duration|Restore Duration|Init Duration|Billed Duration|Duration|Memory Size|Max Memory Used): (\d+(?:\.\d+)?) (?:ms|MB)(?=\s|$)/g;
const STATUS = /(?:^|\s)Status: (\w+)/;
const ERROR_TYPE = /(?:^|\s)Error Type: (\S+)/;
const TIMED_OUT = new RegExp(`^\\S+ (${ID}) Task timed out after \\d+(?:\\.\\d+)? seconds`);
const PROCESS_ENDED = new RegExp(
  `^RequestId: (${ID}) (?:Error: Runtime exited|Process exited before completing request)`,
);
/** How Node's runtime logs an error thrown by a handler. */
const INVOKE_ERROR = new RegExp(
  `^\\S+\\t(${ID})\\tERROR\\t(?:Invoke Error|Uncaught Exception|Unhandled Promise Rejection)\\s`,
);
/** How Python's does; a custom logger puts the request id after the level. */
const PYTHON_ERROR = /^\[ERROR\] ([A-Za-z_][\w.]*)(?::|\n)[\s\S]*Traceback \(most recent call last\):/;

/**
 * The platform's message in a log event; undefined for the application's events. From those, only the class of a
 * runtime-logged error is read, and nothing is kept.
 */
export function platformLine(event: LogEvent): PlatformLine | undefined {
  const { message, fields } = event;
  if (fields !== undefined) return insightsReport(fields);
  switch (message.charCodeAt(0)) {
    case 0x7b: // {
      return jsonLine(message);
    case 0x53: // S
      return startLine(message);
    case 0x52: // R
      return message.startsWith('REPORT ') ? reportLine(message) : restoreOrExit(message);
    case 0x49: // I
      return initLine(message);
    default:
      return failureLine(message);
  }
}

function startLine(message: string): PlatformLine | undefined {
  const match = START.exec(message);
  if (match === null) return message.startsWith('START RequestId:') ? { kind: 'broken' } : undefined;
  const [, requestId = '', version] = match;
  return { kind: 'start', requestId, ...(version !== undefined && { version }) };
}

function reportLine(message: string): PlatformLine | undefined {
  if (!message.startsWith('REPORT RequestId:')) return undefined;
  const requestId = REPORT.exec(message)?.[1];
  const found = quantities(message);
  const durationMs = found.get('Duration');
  if (requestId === undefined || durationMs === undefined) return { kind: 'broken' };
  return {
    kind: 'report',
    report: {
      requestId,
      durationMs,
      billedMs: found.get('Billed Duration'),
      memorySizeMib: found.get('Memory Size'),
      maxMemoryUsedMib: found.get('Max Memory Used'),
      initMs: found.get('Init Duration'),
      restoreMs: found.get('Restore Duration'),
      billedRestoreMs: found.get('Billed Restore Duration'),
      ending: endingOf(STATUS.exec(message)?.[1]),
      errorType: ERROR_TYPE.exec(message)?.[1],
      saysInit: true,
    },
  };
}

function quantities(message: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const [, name = '', value = ''] of message.matchAll(QUANTITY)) {
    if (!found.has(name)) found.set(name, Number(value));
  }
  return found;
}

function restoreOrExit(message: string): PlatformLine | undefined {
  if (message.startsWith('RESTORE_START ')) return { kind: 'restore-start' };
  if (message.startsWith('RESTORE_REPORT ')) {
    const durationMs = quantities(message).get('Restore Duration');
    return durationMs === undefined ? { kind: 'broken' } : { kind: 'restore-report', durationMs };
  }
  const requestId = PROCESS_ENDED.exec(message)?.[1];
  return requestId === undefined ? undefined : { kind: 'failure', requestId, ending: 'error' };
}

function initLine(message: string): PlatformLine | undefined {
  if (message.startsWith('INIT_START ')) return { kind: 'init-start' };
  if (!message.startsWith('INIT_REPORT ')) return undefined;
  const durationMs = quantities(message).get('Init Duration');
  if (durationMs === undefined) return { kind: 'broken' };
  const ending = endingOf(STATUS.exec(message)?.[1]);
  return { kind: 'init-report', durationMs, ...(ending !== undefined && { ending }) };
}

function failureLine(message: string): PlatformLine | undefined {
  const timedOut = TIMED_OUT.exec(message)?.[1];
  if (timedOut !== undefined) return { kind: 'failure', requestId: timedOut, ending: 'timeout' };
  const failed = INVOKE_ERROR.exec(message)?.[1];
  if (failed !== undefined) return { kind: 'failure', requestId: failed, ending: 'error' };
  if (message.charCodeAt(0) !== 0x5b) return undefined;
  const errorType = PYTHON_ERROR.exec(message)?.[1];
  return errorType === undefined ? undefined : { kind: 'failure', ending: 'error', errorType };
}

/** Fields that Logs Insights finds in a REPORT line; its memory is in bytes, with a million per MB. */
function insightsReport(fields: Readonly<Record<string, string>>): PlatformLine | undefined {
  if (fields['@type'] !== undefined && fields['@type'] !== 'REPORT') return undefined;
  const requestId = fields['@requestId'];
  const durationMs = number(fields['@duration']);
  if (requestId === undefined || requestId === '' || durationMs === undefined) return undefined;
  const mib = (name: string): number | undefined => {
    const bytes = number(fields[name]);
    return bytes === undefined ? undefined : bytes / 1e6;
  };
  return {
    kind: 'report',
    report: {
      requestId,
      durationMs,
      billedMs: number(fields['@billedDuration']),
      memorySizeMib: mib('@memorySize'),
      maxMemoryUsedMib: mib('@maxMemoryUsed'),
      initMs: number(fields['@initDuration']),
      saysInit: fields['@initDuration'] !== undefined,
    },
  };
}

function number(text: string | undefined): number | undefined {
  const value = text === undefined || text === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}
