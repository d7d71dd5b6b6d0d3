import * as semconv from '@sandscope/probes/semconv';
import { describeEvent } from '../events/describe-event.ts';
import type { InvocationEnd, InvocationStart } from '../invocation/invocation.ts';
import { ioAttributes } from '../io/io-attributes.ts';
import { levelAttributes, windowAttributes } from '../readings/readings.ts';
import { guarded } from '../fence/report.ts';
import type { SandboxFacts } from '../sandbox/sandbox-facts.ts';
import type { Attributes, Span, SpanError } from '../otlp/span.ts';
import { KIND_SERVER, spanFlags } from '../otlp/span.ts';

// A root span is sampled unless its parent says otherwise.
const SAMPLED = 1;

/** What the process knows in addition to the invocation itself. */
export interface Surroundings {
  readonly sandbox: SandboxFacts;
  readonly shared: boolean;
  readonly fingerprint: string | undefined;
  readonly quotaRatio: number | undefined;
  /** Levels read after the response. */
  readonly late: Attributes;
  /** Duration of the export before this invocation. */
  readonly exportMs: number | undefined;
  readonly droppedSpans: number;
  /** What was thrown, described; undefined if the invocation succeeded. */
  readonly error: SpanError | undefined;
  /** How long its export was postponed. */
  readonly held: Attributes;
}

/** The SERVER span of one invocation. Called after the response where the platform allows. */
export function invocationSpan(start: InvocationStart, end: InvocationEnd, around: Surroundings): Span {
  const { parent } = start.context;
  const event = describeEvent({ ...start, unixMs: start.started.unixMs });
  return {
    traceId: start.traceId,
    spanId: start.spanId,
    ...(parent?.spanId !== undefined && { parentSpanId: parent.spanId }),
    ...(parent?.traceState !== undefined && { traceState: parent.traceState }),
    flags: spanFlags(parent?.flags ?? SAMPLED, parent?.spanId !== undefined),
    name: start.name,
    kind: KIND_SERVER,
    start: start.start,
    end: end.end,
    attributes: { ...event.attributes, ...attributes(start, end, around) },
    links: event.links,
    droppedLinks: event.droppedLinks,
    ...(around.error && { error: around.error }),
  };
}

function attributes(start: InvocationStart, end: InvocationEnd, around: Surroundings): Attributes {
  const { sandbox } = around;
  const first = start.ordinal === 1;
  const window = { ...windowAttributes(start.before, end.after), ...ioAttributes(start.io, end.io) };
  const { later } = start;
  return {
    [semconv.ATTR_FAAS_INVOCATION_ID]: start.invocationId,
    [semconv.ATTR_FAAS_COLDSTART]: first && sandbox.userWaited,
    ...sandbox.identity(),
    ...(first && sandbox.initAttributes()),
    [semconv.ATTR_SANDBOX_ORDINAL]: start.ordinal,
    [semconv.ATTR_SANDBOX_AGE_MS]: start.ageMs,
    [semconv.ATTR_SANDBOX_IDLE_MS]: start.idleMs,
    [semconv.ATTR_SANDBOX_FREEZE_MS]: start.freezeMs,
    [semconv.ATTR_SANDBOX_CONCURRENT]: start.concurrent,
    [semconv.ATTR_THREAD_ID]: start.threadId,
    [semconv.ATTR_WINDOW_SHARED]: around.shared,
    [semconv.ATTR_SHUTDOWN_WITHDRAWN]: start.withdraws || undefined,
    [semconv.ATTR_KERNEL_BOOT_TIME_UNIX_MS]: start.bootTimeUnixMs,
    [semconv.ATTR_HOST_FINGERPRINT]: around.fingerprint,
    ...(around.shared ? ofTheMachine(window) : window),
    [semconv.ATTR_CGROUP_QUOTA_RATIO]: around.quotaRatio,
    ...levelAttributes(end.levels),
    ...around.late,
    [semconv.ATTR_OVERHEAD_US]: Math.round(Number(end.overheadNanos) / 1e3),
    [semconv.ATTR_EXPORT_MS]: around.exportMs,
    [semconv.ATTR_DROPPED_SPANS]: around.droppedSpans,
    ...around.held,
    ...start.attributes,
    ...(later && guarded('the facts of an invocation', later)),
    ...end.attributes,
  };
}

// What the machine and the cgroup did to everything that ran, whichever process it was.
const OF_THE_MACHINE: ReadonlySet<string> = new Set([
  semconv.ATTR_MACHINE_CPU_USER_MS,
  semconv.ATTR_MACHINE_CPU_SYSTEM_MS,
  semconv.ATTR_MACHINE_CPU_IOWAIT_MS,
  semconv.ATTR_MACHINE_CPU_STEAL_MS,
  semconv.ATTR_MACHINE_CPU_IDLE_MS,
  semconv.ATTR_CGROUP_THROTTLED_MS,
]);

/** If invocations overlapped, the process's activity cannot be attributed and is reported on none of them. */
function ofTheMachine(window: Attributes): Attributes {
  return Object.fromEntries(Object.entries(window).filter(([name]) => OF_THE_MACHINE.has(name)));
}
