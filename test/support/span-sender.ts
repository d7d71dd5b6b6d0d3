import { randomBytes } from 'node:crypto';

export interface SentSpan {
  readonly traceId: string;
  readonly spanId: string;
}

/** A client that sends until it is stopped, and counts what was acknowledged. */
export interface SpanSender {
  /** Spans of requests that were answered with 200. */
  readonly acknowledged: readonly SentSpan[];
  /** Requests that were not, for whatever reason. */
  readonly unanswered: () => number;
  stop(): Promise<void>;
}

const SPANS_A_REQUEST = 10;

/** Sends invocations of one function; does not resend a failed request. Reads `url` before each request. */
export function startSpanSender(url: () => string, functionName: string): SpanSender {
  const acknowledged: SentSpan[] = [];
  const stopping = new AbortController();
  let unanswered = 0;
  let ordinal = 0;
  const sandbox = randomBytes(16).toString('hex');
  const running = (async () => {
    while (!stopping.signal.aborted) {
      const traceId = randomBytes(16).toString('hex');
      const spans = Array.from({ length: SPANS_A_REQUEST }, () => spanOf(traceId, sandbox, (ordinal += 1)));
      try {
        const response = await fetch(`${url()}/v1/traces`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(requestOf(functionName, spans)),
        });
        await response.arrayBuffer();
        if (response.ok) acknowledged.push(...spans.map(({ spanId }) => ({ traceId, spanId })));
        else unanswered += 1;
      } catch {
        unanswered += 1;
      }
      if (unanswered > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  return {
    acknowledged,
    unanswered: () => unanswered,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

export function spanOf(traceId: string, sandbox: string, ordinal: number, startMs = Date.now()) {
  const start = BigInt(startMs) * 1_000_000n + BigInt(ordinal);
  return {
    traceId,
    spanId: randomBytes(8).toString('hex'),
    name: 'handler',
    kind: 2,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + 1_000_000n),
    attributes: [
      attribute('sandscope.sandbox.id', { stringValue: sandbox }),
      attribute('sandscope.sandbox.ordinal', { intValue: String(ordinal) }),
      attribute('faas.coldstart', { boolValue: ordinal === 1 }),
    ],
  };
}

export function requestOf(functionName: string, spans: readonly object[]) {
  const names = ['service.name', 'faas.name'];
  const resource = { attributes: names.map((name) => attribute(name, { stringValue: functionName })) };
  return { resourceSpans: [{ resource, scopeSpans: [{ spans }] }] };
}

function attribute(key: string, value: object): { key: string; value: object } {
  return { key, value };
}

/** What an invocation measures where everything can be read. */
const MEASURED: Readonly<Record<string, number>> = {
  'sandscope.sandbox.idle_ms': 900,
  'sandscope.sandbox.concurrent': 1,
  'sandscope.machine.cpu.user_ms': 10,
  'sandscope.machine.cpu.system_ms': 5,
  'sandscope.machine.cpu.iowait_ms': 0,
  'sandscope.machine.cpu.steal_ms': 1,
  'sandscope.machine.cpu.idle_ms': 20,
  'sandscope.cgroup.throttled_ms': 3,
  'sandscope.memory.peak_rss_bytes': 50_000_000,
};

/** Sends three calls of a sandbox, the first of them cold with an initialisation, each with all that can be measured. */
export async function sendMeasuredCalls(url: string, functionName: string): Promise<void> {
  await sendColdCalls(url, functionName, MEASURED);
}

const LIFETIMES = 12;
const CALLS_A_LIFETIME = 60;
const CALL_EVERY_MS = 5000;
const KEPT_MS = 300_000;

/**
 * Sends whole lifetimes of sandboxes of `leaky`, one after the other: calls that leak two descriptors each, then five
 * idle minutes and a goodbye.
 */
export async function sendLifetimes(url: string): Promise<void> {
  const lastedMs = CALLS_A_LIFETIME * CALL_EVERY_MS + KEPT_MS;
  const spans = Array.from({ length: LIFETIMES }, (_, index) => {
    const sandbox = randomBytes(16).toString('hex');
    const beganMs = Date.now() - (index + 1) * 2 * lastedMs;
    const calls = Array.from({ length: CALLS_A_LIFETIME }, (__, call) => {
      const span = spanOf(randomBytes(16).toString('hex'), sandbox, call + 1, beganMs + call * CALL_EVERY_MS);
      const descriptors = attribute('sandscope.process.descriptor_count', {
        intValue: String(30 + 2 * call),
      });
      return { ...span, attributes: [...span.attributes, descriptors] };
    });
    const goodbye = spanOf(randomBytes(16).toString('hex'), sandbox, CALLS_A_LIFETIME, beganMs + lastedMs);
    const attributes = [
      attribute('sandscope.sandbox.id', { stringValue: sandbox }),
      attribute('sandscope.shutdown.reason', { stringValue: 'sigterm' }),
      attribute('sandscope.shutdown.last_ordinal', { intValue: String(CALLS_A_LIFETIME) }),
    ];
    return [...calls, { ...goodbye, name: 'sandscope.shutdown', kind: 1, attributes }];
  });
  await send(url, requestOf('leaky', spans.flat()));
}

/** Sends three calls of a sandbox, the first of them cold with an initialisation. */
export async function sendColdCalls(
  url: string,
  functionName = 'add',
  numbers: Readonly<Record<string, number>> = {},
): Promise<void> {
  const sandbox = randomBytes(16).toString('hex');
  const spans = [1, 2, 3].map((ordinal) => {
    const span = spanOf(
      randomBytes(16).toString('hex'),
      sandbox,
      ordinal,
      Date.now() - 4000 + ordinal * 1000,
    );
    span.attributes.push(attribute('sandscope.init.duration_ms', { doubleValue: 250 }));
    for (const [key, value] of Object.entries(numbers))
      span.attributes.push(
        attribute(key, key.endsWith('_ms') ? { doubleValue: value } : { intValue: `${value}` }),
      );
    return span;
  });
  await send(url, requestOf(functionName, spans));
}

async function send(url: string, request: object): Promise<void> {
  const response = await fetch(`${url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });
  if (!response.ok) throw new Error(`the spans were answered ${response.status}`);
}
