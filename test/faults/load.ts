import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** Senders that behave like an exporter: they repeat the same bytes until they are acknowledged. */
export interface Load {
  /** Ids of the spans answered with 200, in order. */
  readonly acknowledged: readonly string[];
  /** Requests that had to be sent more than once. */
  readonly resends: number;
  /** Answers by status; 0 for no answer. */
  readonly answers: ReadonlyMap<number, number>;
  /** Longest time from a request's first attempt to its 200, ms. */
  readonly slowestMillis: number;
  /** Answers that would make an exporter drop its spans. */
  readonly wrongAnswers: number;
  /** Resolves when every sender has ended; unacknowledged requests are then abandoned. */
  stop(): Promise<void>;
}

export interface LoadOptions {
  readonly senders?: number;
  readonly spansPerRequest?: number;
  /** Each invocation is in a sandbox of its own. Default: those of a request share one. */
  readonly sandboxEach?: boolean;
  /** Pause of a sender after an answer, ms. Default none. */
  readonly pauseMillis?: number;
}

/** What the function of the load and its spans are called. */
export const LOAD = 'fault';
const AGAIN = new Set([429, 502, 503, 504]);
const TIMEOUT_MILLIS = 15_000;

/** A request with invocations of one sandbox; every span has an id of its own. */
export function invocations(count: number, sandboxEach = false): { body: string; spanIds: string[] } {
  const traceId = randomBytes(16).toString('hex');
  const startedAt = BigInt(Date.now()) * 1_000_000n;
  const spans = Array.from({ length: count }, (_, index) => ({
    traceId,
    spanId: randomBytes(8).toString('hex'),
    name: LOAD,
    kind: 2,
    startTimeUnixNano: String(startedAt + BigInt(index)),
    endTimeUnixNano: String(startedAt + 5_000_000n),
    attributes: [
      {
        key: 'sandscope.sandbox.id',
        value: { stringValue: sandboxEach ? randomBytes(16).toString('hex') : traceId },
      },
    ],
  }));
  const resource = { attributes: [{ key: 'faas.name', value: { stringValue: LOAD } }] };
  const body = JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] });
  return { body, spanIds: spans.map(({ spanId }) => spanId) };
}

export function startLoad(url: string, options: LoadOptions = {}): Load {
  const { senders = 4, spansPerRequest = 10, pauseMillis = 0, sandboxEach = false } = options;
  const acknowledged: string[] = [];
  const answers = new Map<number, number>();
  let resends = 0;
  let slowestMillis = 0;
  const stopping = new AbortController();

  const post = async (body: string): Promise<number> => {
    try {
      const response = await fetch(`${url}/v1/traces`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        signal: AbortSignal.timeout(TIMEOUT_MILLIS),
      });
      await response.arrayBuffer();
      return response.status;
    } catch {
      return 0;
    }
  };
  const send = async (): Promise<void> => {
    const { body, spanIds } = invocations(spansPerRequest, sandboxEach);
    const begun = performance.now();
    for (let tries = 0; !stopping.signal.aborted; tries++) {
      if (tries === 1) resends++;
      const status = await post(body);
      answers.set(status, (answers.get(status) ?? 0) + 1);
      if (status === 200) {
        acknowledged.push(...spanIds);
        slowestMillis = Math.max(slowestMillis, performance.now() - begun);
        return;
      }
      if (status !== 0 && !AGAIN.has(status)) return;
      await sleep(30);
    }
  };
  const running = Array.from({ length: senders }, async () => {
    while (!stopping.signal.aborted) {
      await send();
      if (pauseMillis > 0) await sleep(pauseMillis);
    }
  });
  return {
    acknowledged,
    answers,
    get resends() {
      return resends;
    },
    get slowestMillis() {
      return slowestMillis;
    },
    get wrongAnswers() {
      return [...answers]
        .filter(([status]) => status !== 0 && status !== 200 && !AGAIN.has(status))
        .reduce((sum, [, count]) => sum + count, 0);
    },
    async stop() {
      stopping.abort();
      await Promise.all(running);
    },
  };
}
