const MAX_HEADERS = 200;
const MAX_LINES = 32;

/** The headers that carry a trace, with one value per header line; undefined if there is none. */
export interface HeaderLines {
  readonly traceparent: readonly string[] | undefined;
  readonly tracestate: readonly string[] | undefined;
  readonly xray: readonly string[] | undefined;
}

interface Lines extends HeaderLines {
  traceparent: string[] | undefined;
  tracestate: string[] | undefined;
  xray: string[] | undefined;
}

/** An invocation's trace information, not yet parsed. */
export interface TraceHeaders {
  readonly headers: HeaderLines;
  readonly xrayEnv: string | undefined;
}

/** The parts of events that may contain headers; any may be missing or something else. */
interface Shapes {
  readonly headers?: unknown;
  readonly multiValueHeaders?: unknown;
  readonly request?: { readonly headers?: unknown } | null;
  readonly requestHeaders?: unknown;
  readonly userRequest?: { readonly headers?: unknown } | null;
  readonly Records?: unknown;
}

interface Carrier {
  readonly traceparent?: unknown;
  readonly tracestate?: unknown;
}

/**
 * Records an invocation's trace information. The first of these with a `traceparent` counts:
 *
 * - headers of the request: `multiValueHeaders` and `headers` (API Gateway, function URLs, ALB, VPC Lattice, adapters),
 *   `request.headers` (AppSync, one or a batch), `Records[0].cf.request.headers` (CloudFront), `requestHeaders` (AppSync's
 *   authorizer), `userRequest.headers` (S3 Object Lambda)
 * - `clientContext.custom`, where OpenTelemetry's AWS SDK instrumentation puts it when it calls a function
 * - the event itself, as in the input of a Step Functions task
 *
 * Never throws, and looks at no more than 200 headers and 32 lines of each.
 *
 * @param event first argument of the handler, which may change it
 * @param xrayEnv `_X_AMZN_TRACE_ID`, read when the invocation began
 * @param context second argument of the handler
 */
export function readTraceHeaders(
  event: unknown,
  xrayEnv: string | undefined,
  context?: unknown,
): TraceHeaders {
  const headers = noLines();
  try {
    takeRequest(event ?? {}, headers);
    if (headers.traceparent === undefined) {
      const { clientContext } = (context ?? {}) as { clientContext?: { custom?: Carrier | null } | null };
      takeCarrier(clientContext?.custom, headers);
      takeCarrier(event as Carrier | null | undefined, headers);
    }
  } catch {
    // The event has hostile getters; keep what was read so far.
  }
  return { headers, xrayEnv };
}

/**
 * The lines of the headers that carry a trace. Never throws.
 *
 * @param headers a plain object of strings, lists of strings or CloudFront's lists of `{ value }`, names in any letter
 *   case; or an object with `get`, like the web's `Headers`
 */
export function traceHeaderLines(headers: unknown): HeaderLines {
  const found = noLines();
  try {
    takeLines(headers, found);
  } catch {
    // As above.
  }
  return found;
}

function noLines(): Lines {
  return { traceparent: undefined, tracestate: undefined, xray: undefined };
}

function takeRequest(event: Shapes, found: Lines): void {
  const { headers, multiValueHeaders, Records: records } = event;
  // API Gateway (version 1) has all lines here, and only the last ones in `headers`.
  if (multiValueHeaders != null) takeLines(multiValueHeaders, found);
  if (found.traceparent !== undefined) return;
  if (headers != null) takeLines(headers, found);
  else if (Array.isArray(records))
    takeLines((records[0] as { cf?: Shapes } | undefined)?.cf?.request?.headers, found);
  else {
    const first = Array.isArray(event) ? (event[0] as Shapes | null | undefined) : event;
    const other = first?.request?.headers ?? first?.requestHeaders ?? first?.userRequest?.headers;
    if (other != null) takeLines(other, found);
  }
}

function takeCarrier(carrier: Carrier | null | undefined, found: Lines): void {
  if (typeof carrier !== 'object' || carrier === null || found.traceparent !== undefined) return;
  const { traceparent, tracestate } = carrier;
  if (typeof traceparent !== 'string') return;
  found.traceparent = [traceparent];
  if (typeof tracestate === 'string') found.tracestate = [tracestate];
}

/** Adds a group's headers whose names no earlier group had. */
function takeLines(group: unknown, found: Lines): void {
  if (typeof group !== 'object' || group === null) return;
  const own = noLines();
  const { get } = group as { get?: unknown };
  if (typeof get === 'function') {
    for (const name of ['traceparent', 'tracestate', 'x-amzn-trace-id'])
      take(name, Reflect.apply(get, group, [name]), own);
  } else {
    let seen = 0;
    for (const name in group) {
      seen += 1;
      if (seen > MAX_HEADERS) break;
      // Most names end here.
      const { length } = name;
      if (length === 11 || length === 10 || length === 15)
        take(name.toLowerCase(), (group as Record<string, unknown>)[name], own);
    }
  }
  found.traceparent ??= own.traceparent;
  found.tracestate ??= own.tracestate;
  found.xray ??= own.xray;
}

function take(name: string, value: unknown, found: Lines): void {
  if (name === 'traceparent') found.traceparent = added(found.traceparent, value);
  else if (name === 'tracestate') found.tracestate = added(found.tracestate, value);
  else if (name === 'x-amzn-trace-id') found.xray = added(found.xray, value);
}

function added(lines: string[] = [], value: unknown): string[] | undefined {
  if (typeof value === 'string') lines.push(value);
  else if (Array.isArray(value)) {
    for (const one of value.slice(0, MAX_LINES) as (string | { value?: unknown } | null)[]) {
      const text: unknown = typeof one === 'object' ? one?.value : one;
      if (typeof text === 'string') lines.push(text);
    }
  }
  return lines.length === 0 ? undefined : lines;
}
