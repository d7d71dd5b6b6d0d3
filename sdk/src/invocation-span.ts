import * as semconv from '@sandscope/probes/semconv';
import type { Env } from './config.ts';
import type { InvocationEnd, InvocationStart } from './invocation.ts';
import { ioAttributes } from './io-attributes.ts';
import { resolvedArn } from './lambda.ts';
import { levelAttributes, windowAttributes } from './readings.ts';
import type { SandboxFacts } from './sandbox-facts.ts';
import { describeError } from './span-error.ts';
import type { Attributes, Span } from './span.ts';
import { KIND_SERVER, spanFlags } from './span.ts';

// A root span without a parent that says otherwise is sampled.
const SAMPLED = 1;

/** What the process knows beside the invocation itself. */
export interface Surroundings {
  readonly env: Env;
  readonly sandbox: SandboxFacts;
  readonly shared: boolean;
  readonly fingerprint: string | undefined;
  readonly quotaRatio: number | undefined;
  /** Levels read after the response. */
  readonly late: Attributes;
  /** Duration of the export before this invocation. */
  readonly exportMs: number | undefined;
  readonly droppedSpans: number;
}

/** The SERVER span of one invocation. Called after the response where the platform allows. */
export function invocationSpan(start: InvocationStart, end: InvocationEnd, around: Surroundings): Span {
  const { parent, links } = start.context;
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
    attributes: attributes(start, end, around),
    links,
    ...(end.failed && { error: describeError(end.thrown) }),
  };
}

function attributes(start: InvocationStart, end: InvocationEnd, around: Surroundings): Attributes {
  const { sandbox, env } = around;
  const first = start.ordinal === 1;
  const { invokedFunctionArn } = start.lambda;
  const window = { ...windowAttributes(start.before, end.after), ...ioAttributes(start.io, end.io) };
  return {
    [semconv.ATTR_FAAS_TRIGGER]: start.trigger,
    [semconv.ATTR_FAAS_INVOCATION_ID]: start.lambda.awsRequestId,
    [semconv.ATTR_FAAS_COLDSTART]: first && sandbox.userWaited,
    [semconv.ATTR_CLOUD_RESOURCE_ID]: resolvedArn(invokedFunctionArn, env['AWS_LAMBDA_FUNCTION_VERSION']),
    [semconv.ATTR_AWS_LAMBDA_INVOKED_ARN]: invokedFunctionArn,
    ...sandbox.identity(),
    ...(first && sandbox.initAttributes()),
    [semconv.ATTR_SANDBOX_ORDINAL]: start.ordinal,
    [semconv.ATTR_SANDBOX_AGE_MS]: start.ageMs,
    [semconv.ATTR_SANDBOX_IDLE_MS]: start.idleMs,
    [semconv.ATTR_SANDBOX_FREEZE_MS]: start.freezeMs,
    [semconv.ATTR_SANDBOX_CONCURRENT]: start.concurrent,
    [semconv.ATTR_WINDOW_SHARED]: around.shared,
    [semconv.ATTR_KERNEL_BOOT_TIME_UNIX_MS]: start.bootTimeUnixMs,
    [semconv.ATTR_HOST_FINGERPRINT]: around.fingerprint,
    ...(around.shared ? ofTheMachine(window) : window),
    [semconv.ATTR_CGROUP_QUOTA_RATIO]: around.quotaRatio,
    ...levelAttributes(end.levels),
    ...around.late,
    [semconv.ATTR_OVERHEAD_US]: Math.round(Number(start.overheadNanos + end.overheadNanos) / 1e3),
    [semconv.ATTR_EXPORT_MS]: around.exportMs,
    [semconv.ATTR_DROPPED_SPANS]: around.droppedSpans,
    ...start.attributes,
    ...end.attributes,
  };
}

// What the machine and the cgroup did to everything that ran, whoever it was.
const OF_THE_MACHINE: ReadonlySet<string> = new Set([
  semconv.ATTR_MACHINE_CPU_USER_MS,
  semconv.ATTR_MACHINE_CPU_SYSTEM_MS,
  semconv.ATTR_MACHINE_CPU_IOWAIT_MS,
  semconv.ATTR_MACHINE_CPU_STEAL_MS,
  semconv.ATTR_MACHINE_CPU_IDLE_MS,
  semconv.ATTR_CGROUP_THROTTLED_MS,
]);

/** Where invocations overlapped, what the process did cannot be told apart and is claimed by none of them. */
function ofTheMachine(window: Attributes): Attributes {
  return Object.fromEntries(Object.entries(window).filter(([name]) => OF_THE_MACHINE.has(name)));
}
