import * as semconv from '@sandscope/probes/semconv';
import { momentAt, now, processStartNanos } from '../clock/moment.ts';
import type { Moment } from '../clock/moment.ts';
import { guarded } from '../fence/report.ts';
import { registry } from '../process/registry.ts';
import type { SandboxFacts } from '../sandbox/sandbox-facts.ts';
import { randomHex } from '../trace/random-id.ts';
import { eventSpan } from './event-span.ts';
import { describeError } from './span-error.ts';
import type { Attributes, Span, SpanEvent } from '../otlp/span.ts';
import { KIND_INTERNAL, spanFlags } from '../otlp/span.ts';

/** The initialisation that an invocation waited for; undefined if its duration is unknown. */
export function initSpan(facts: SandboxFacts, parent: Span): Span | undefined {
  const startNanos = processStartNanos();
  const { beganMs, endMs } = facts.init;
  if (startNanos === undefined || !(endMs >= beganMs)) return undefined;
  const processStart = momentAt(parent.start, startNanos);
  const atMs = (ms: number): Moment => momentAt(processStart, startNanos + nanosOf(ms));
  const packages = packageTimes(processStart);
  return {
    traceId: parent.traceId,
    spanId: randomHex(8),
    parentSpanId: parent.spanId,
    flags: spanFlags(parent.flags, false),
    name: semconv.SPAN_INIT,
    kind: KIND_INTERNAL,
    start: atMs(beganMs),
    end: atMs(endMs),
    attributes: { ...facts.identity(), ...facts.initAttributes(), ...packages?.attributes },
    ...(packages && { events: packages.events }),
  };
}

/** An initialisation that failed just now, before any invocation. */
export function failedInitSpan(facts: SandboxFacts, thrown: unknown): Span {
  const end = now();
  const startNanos = processStartNanos();
  const packages = packageTimes(end);
  return {
    ...eventSpan(semconv.SPAN_INIT, end, {
      ...facts.identity(),
      ...facts.initAttributes(),
      ...packages?.attributes,
    }),
    ...(packages && { events: packages.events }),
    ...(startNanos !== undefined && { start: momentAt(end, startNanos + nanosOf(facts.init.beganMs)) }),
    error: describeError(thrown),
  };
}

function nanosOf(ms: number): bigint {
  return BigInt(Math.round(ms * 1e6));
}

/** Attributes about the function's packages; undefined if they were not requested. */
function packageTimes(
  reference: Moment,
): { readonly attributes: Attributes; readonly events: SpanEvent[] } | undefined {
  const times = guarded('reading the times of modules', () => registry().loadTimes?.read());
  return (
    times && {
      attributes: { [semconv.ATTR_INIT_PACKAGE_COUNT]: times.packageCount },
      events: times.packages.map(({ name, selfMs, totalMs, fileCount, beganMs }) => ({
        name: semconv.EVENT_PACKAGE,
        unixNano: momentAt(reference, nanosOf(beganMs)).unixNano,
        attributes: {
          [semconv.ATTR_PACKAGE_NAME]: name,
          [semconv.ATTR_PACKAGE_SELF_MS]: selfMs,
          [semconv.ATTR_PACKAGE_TOTAL_MS]: totalMs,
          [semconv.ATTR_PACKAGE_FILE_COUNT]: fileCount,
        },
      })),
    }
  );
}
