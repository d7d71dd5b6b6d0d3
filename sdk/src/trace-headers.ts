const MAX_HEADERS = 200;
const WANTED = new Set(['traceparent', 'tracestate', 'x-amzn-trace-id']);

/** What an invocation says of its trace, not parsed yet. */
export interface TraceHeaders {
  /** W3C and X-Ray headers by their names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly xrayEnv: string | undefined;
}

/**
 * Takes down what an event says of its trace: `headers` or `multiValueHeaders`, in any letter case. Never throws.
 *
 * @param event first argument of the handler, which may change it
 * @param xrayEnv `_X_AMZN_TRACE_ID`, read when the invocation began
 */
export function readTraceHeaders(event: unknown, xrayEnv: string | undefined): TraceHeaders {
  return { headers: traceHeaders(event), xrayEnv };
}

const NONE: ReadonlyMap<string, string> = new Map();

function traceHeaders(event: unknown): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  try {
    const { headers, multiValueHeaders } = (event ?? {}) as Record<string, unknown>;
    if (headers === undefined && multiValueHeaders === undefined) return NONE;
    for (const group of [headers, multiValueHeaders]) {
      if (typeof group !== 'object' || group === null) continue;
      let seen = 0;
      for (const name in group) {
        seen += 1;
        if (seen > MAX_HEADERS) break;
        const lower = name.length <= 15 ? name.toLowerCase() : '';
        if (!WANTED.has(lower) || found.has(lower)) continue;
        const value: unknown = (group as Record<string, unknown>)[name];
        const text: unknown = Array.isArray(value) ? value[0] : value;
        if (typeof text === 'string') found.set(lower, text);
      }
    }
  } catch {
    // Hostile getters: what was found until then is good.
  }
  return found;
}
