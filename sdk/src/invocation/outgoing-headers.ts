import { guarded } from '../fence/report.ts';
import type { Invocation } from './invocation.ts';
import { registry } from '../process/registry.ts';

const SAMPLED = 1;
/** The flags that version 00 of `traceparent` defines: sampled, and a random trace id. */
const KNOWN_FLAGS = 3;

/**
 * The W3C headers `traceparent` and `tracestate` that make the invocation in progress the parent of a request.
 * Sandscope never adds them by itself. Send them with calls to your own functions, so that their invocations join the
 * trace:
 *
 *     await fetch(url, { method: 'POST', headers: traceHeaders(), body });
 *
 * Never throws. Returns an empty object outside an invocation, while several invocations run in this process, when
 * recording is off, and in programs that run OpenTelemetry, whose instrumentations send the headers themselves. The
 * first call in a process takes about 2 ms.
 */
export function traceHeaders(): Record<string, string> {
  return guarded('reading the trace', () => registry().traceHeaders?.()) ?? {};
}

/** The same for an invocation; one that is not recorded passes its trace on as not sampled. */
export function outgoingHeaders({ trace, recorded }: Invocation): Record<string, string> {
  const { parent } = trace.context;
  const parentFlags = (parent?.flags ?? SAMPLED) & KNOWN_FLAGS;
  const flags = recorded === undefined ? parentFlags & ~SAMPLED : parentFlags;
  return {
    traceparent: `00-${trace.traceId}-${trace.spanId}-0${flags}`,
    ...(parent?.traceState !== undefined && { tracestate: parent.traceState }),
  };
}
