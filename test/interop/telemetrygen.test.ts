/** Load from the OpenTelemetry project's own generator: every span it sent is stored once. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { sharedCollector } from '../support/shared-collector.ts';
import { getJson } from '../support/stack.ts';
import { describeWithProgram } from './peers.ts';

const SENDERS = 5;
// All spans of a sender fit into its queue of 2048; otherwise the sender itself would drop some.
const WORKERS = 2;
const TRACES = 200;
const SPANS_A_TRACE = 5;

describeWithProgram('telemetrygen', (program) => {
  const collector = sharedCollector();

  /** Without a rate limit, and failing itself if an export fails. */
  async function generate(service: string): Promise<void> {
    const flags = {
      'otlp-endpoint': new URL(collector().url).host,
      service,
      workers: WORKERS,
      traces: TRACES,
      'child-spans': SPANS_A_TRACE - 1,
      rate: 0,
      'telemetry-attributes': 'answer=42',
    };
    const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
    await promisify(execFile)(program, ['traces', '--otlp-http', '--otlp-insecure', ...args], {
      timeout: 240_000,
    });
  }

  it('stores as many spans as were sent', async () => {
    const from = new Date(Date.now() - 60_000).toISOString();
    const services = Array.from({ length: SENDERS }, (_, n) => `generated-${n}`);
    await Promise.all(services.map(generate));
    await collector().settled();
    const spans = SENDERS * WORKERS * TRACES * SPANS_A_TRACE;
    const { inbox, store } = await collector().status();
    expect([inbox.acceptedSpans, inbox.refusedRequests, store.insertedSpans]).toEqual([spans, 0, spans]);

    const to = new Date(Date.now() + 60_000).toISOString();
    for (const service of services) {
      const query = `query.startTimeMin=${from}&query.startTimeMax=${to}&query.serviceName=${service}`;
      const { summaries } = await getJson<{ summaries: Summary[] }>(
        `${collector().url}/api/v3/trace-summaries?${query}&query.searchDepth=1500`,
      );
      expect(new Set(summaries.map(({ traceId }) => traceId)).size).toBe(WORKERS * TRACES);
      const whole = { spanCount: SPANS_A_TRACE, orphanSpanCount: 0, errorSpanCount: 0 };
      for (const summary of summaries) expect(summary).toMatchObject(whole);
    }
  });
});

interface Summary {
  readonly traceId: string;
  readonly [field: string]: unknown;
}
