/** Everything the collector acknowledged is on disk: it is killed without warning under load, repeatedly. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRelay, type AcknowledgedSpan, type Relay } from '../support/relay.ts';
import {
  getJson,
  startCollector,
  startPlatformProcess,
  temporaryFolder,
  type Collector,
  type Platform,
} from '../support/stack.ts';

const KILLS = 3;

interface Trace {
  resourceSpans: { scopeSpans: { spans: { traceId: string; spanId: string }[] }[] }[];
}

/** A separate client beside the functions: many small requests, so that a kill hits some in every stage. */
async function sendSpans(relay: Relay, signal: AbortSignal): Promise<void> {
  for (let request = 0, traceId = ''; !signal.aborted; request += 1) {
    if (request % 20 === 0) traceId = randomBytes(16).toString('hex');
    const now = BigInt(Date.now()) * 1_000_000n;
    const spans = Array.from({ length: 10 }, () => ({
      traceId,
      spanId: randomBytes(8).toString('hex'),
      name: 'client work',
      kind: 3,
      startTimeUnixNano: String(now),
      endTimeUnixNano: String(now + 1_000_000n),
    }));
    const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
    await fetch(`${relay.url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    }).catch(() => {}); // refused while the collector is down: not acknowledged, so nothing is owed
  }
}

async function storedSpanIds(collector: Collector, traceId: string): Promise<string[]> {
  const response = await fetch(`${collector.url}/api/v1/traces/${traceId}`);
  if (response.status === 404) return [];
  const { resourceSpans } = (await response.json()) as Trace;
  return resourceSpans.flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) => spans.map(({ spanId }) => spanId)),
  );
}

describe('kill -9 of the collector in the middle of the load', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let collector: Collector;
  let platform: Platform;
  let relay: Relay;
  let acknowledgedAtKill: number[];

  beforeAll(async () => {
    folder = await temporaryFolder();
    collector = await startCollector(folder.path);
    const port = Number(new URL(collector.url).port);
    relay = await startRelay(collector.url);
    platform = await startPlatformProcess(folder.path, {
      hosts: 2,
      idleLimitMillis: 1500,
      collector: relay.url,
      functions: [{ name: 'add', source: 'examples/functions/add/index.ts' }],
    });
    const stopping = new AbortController();
    // While the collector is down, each sandbox is held for a moment, so calls may reach the platform's limit of
    // sandboxes; a client then tries again a little later.
    // Twenty rounds of calls form one trace, so that the answers can be read in reasonable time.
    let caller = '';
    const call = async (n: number): Promise<void> => {
      while (!stopping.signal.aborted) {
        try {
          await platform.invoke('add', { a: n, b: 1 }, { traceparent: caller });
          return;
        } catch (error) {
          if (!String(error).includes('answered 429')) throw error;
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      }
    };
    const load = (async () => {
      for (let n = 0; !stopping.signal.aborted; n += 1) {
        if (n % 20 === 0)
          caller = `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
        await Promise.all(Array.from({ length: 1 + (n % 4) }, () => call(n)));
      }
    })();
    const clients = [sendSpans(relay, stopping.signal), sendSpans(relay, stopping.signal)];
    // The first failure of the load is reported when it is awaited below.
    load.catch(() => {});

    acknowledgedAtKill = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      const { length } = relay.acknowledged;
      while (relay.acknowledged.length < length + 600)
        await new Promise((resolve) => setTimeout(resolve, 20));
      const gone = new Promise((resolve) => collector.child.process.once('exit', resolve));
      process.kill(collector.child.process.pid!, 'SIGKILL');
      await gone;
      acknowledgedAtKill.push(relay.acknowledged.length);
      collector = await startCollector(folder.path, port);
    }
    stopping.abort();
    await Promise.all([load, ...clients]);
    await platform.rest();
    await collector.settled();
  });

  afterAll(async () => {
    await platform?.child.stop();
    await relay?.close();
    await collector?.child.stop();
    await folder?.remove();
  });

  it('loses no acknowledged span and keeps each once', async () => {
    expect(relay.unacknowledged).toBeGreaterThan(0); // the kills did hit the load
    expect(acknowledgedAtKill.every((count) => count > 0)).toBe(true);
    const byTrace = new Map<string, AcknowledgedSpan[]>();
    for (const span of relay.acknowledged)
      byTrace.set(span.traceId, [...(byTrace.get(span.traceId) ?? []), span]);

    const missing: AcknowledgedSpan[] = [];
    const twice: string[] = [];
    const queue = [...byTrace];
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
          const [traceId, spans] = next;
          const ids = await storedSpanIds(collector, traceId);
          const unique = new Set(ids);
          missing.push(...spans.filter(({ spanId }) => !unique.has(spanId)));
          if (unique.size < ids.length) twice.push(traceId);
        }
      }),
    );
    expect(missing).toEqual([]);
    expect(twice).toEqual([]);
  });

  it('counts each invocation of the functions once', async () => {
    const { total } = await getJson<{ total: { invocations: number } }>(
      `${collector.url}/api/v1/functions?from=-1h`,
    );
    const acknowledged = new Set(
      relay.acknowledged.filter(({ name }) => name === 'add').map(({ spanId }) => spanId),
    );
    const truth = await platform.truth<{ total: { invocations: number } }>();
    // If the kill fell between storing and answering, a span may be kept without its sender's knowledge; it still
    // belongs to one of the platform's invocations.
    expect(total.invocations).toBeGreaterThanOrEqual(acknowledged.size);
    expect(total.invocations).toBeLessThanOrEqual(truth.total.invocations);
  });
});
