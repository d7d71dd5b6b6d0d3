import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import type { ThreadStatus } from './ingest/index.ts';
import type { TraceRequestSummary } from './otlp/index.ts';
import type { CollectorStatus } from './status.ts';

/** What `/metrics` shows. Counters begin at 0 with the process; those of the ingest thread with that thread. */
export class CollectorMetrics {
  readonly registry = new Registry();
  acceptedRequests = 0;
  acceptedSpans = 0;
  refusedRequests = 0;
  readonly #rejectedSpans = this.#counter(
    'rejected_spans_total',
    'Spans rejected one by one by partial success',
  );
  readonly #refused = this.#counter('refused_requests_total', 'Requests answered with an error', [
    'status',
    'code',
  ]);

  /** Counts a request that is on disk. */
  accepted(result: TraceRequestSummary): void {
    this.acceptedRequests++;
    this.acceptedSpans += result.spans;
    this.#rejectedSpans.inc(result.rejected);
  }

  /** Counts a request that was not taken. */
  refused(statusCode: number, code: string): void {
    this.refusedRequests++;
    this.#refused.inc({ status: String(statusCode), code });
  }

  /** Registers what is read at every scrape: the status, and what the process itself uses. */
  observe(
    read: () => Promise<{ status: CollectorStatus; thread: ThreadStatus; threadRestarts: number }>,
  ): void {
    collectDefaultMetrics({ register: this.registry });
    const figures = {
      accepted: this.#counter('accepted_requests_total', 'Requests kept on disk and acknowledged'),
      acceptedSpans: this.#counter('accepted_spans_total', 'Spans in them'),
      stored: this.#counter('stored_spans_total', 'Spans inserted into the store'),
      storeRetries: this.#counter('store_retries_total', 'Inserts that have to be tried again'),
      storeParked: this.#counter('store_parked_requests_total', 'Requests the store refused for good'),
      forwarded: this.#counter('forwarded_requests_total', 'Requests a target took', ['url']),
      forwardRetries: this.#counter('forward_retries_total', 'Requests to be sent to it again', ['url']),
      forwardDropped: this.#counter('forward_dropped_requests_total', 'Requests forwarders lost to a bound'),
      engineRestarts: this.#counter('engine_restarts_total', 'Crashes of the embedded engine survived'),
      threadRestarts: this.#counter('ingest_thread_restarts_total', 'Crashes of the ingest thread survived'),
    };
    const levels = {
      ready: this.#gauge('ready', '1 when spans can be received and queried'),
      writable: this.#gauge('inbox_writable', '1 when the inbox takes requests'),
      pending: this.#gauge('inbox_pending_requests', 'Requests not yet in the store'),
      pendingBytes: this.#gauge('inbox_pending_bytes', 'Bytes of them'),
      oldestAge: this.#gauge('inbox_oldest_age_seconds', 'Age of the oldest of them, 0 when there is none'),
      forwardPending: this.#gauge('forward_pending_requests', 'Requests not yet forwarded', ['url']),
      forwardParked: this.#gauge('forward_parked_requests', 'Requests a target refused for good', ['url']),
    };
    this.#beforeScrape = async () => {
      const { status, thread, threadRestarts } = await read();
      setCounter(figures.accepted, this.acceptedRequests);
      setCounter(figures.acceptedSpans, this.acceptedSpans);
      setCounter(figures.stored, thread.store.insertedSpans);
      setCounter(figures.storeRetries, thread.store.retries);
      setCounter(figures.storeParked, thread.store.parkedRequests);
      setCounter(figures.forwardDropped, thread.droppedForForwarders);
      setCounter(figures.engineRestarts, status.engine.restarts);
      setCounter(figures.threadRestarts, threadRestarts);
      for (const { url, ...forwarder } of thread.forwarders) {
        setCounter(figures.forwarded, forwarder.forwardedRequests, { url });
        setCounter(figures.forwardRetries, forwarder.retries, { url });
        levels.forwardPending.set({ url }, forwarder.pendingRequests);
        levels.forwardParked.set({ url }, forwarder.parkedRequests);
      }
      levels.ready.set(status.ready ? 1 : 0);
      levels.writable.set(thread.writable ? 1 : 0);
      levels.pending.set(thread.pendingRequests);
      levels.pendingBytes.set(thread.pendingBytes);
      levels.oldestAge.set((thread.oldestAgeMs ?? 0) / 1000);
    };
  }

  /** The text of a scrape, in the format `contentType` names. */
  async scrape(): Promise<string> {
    await this.#beforeScrape();
    return this.registry.metrics();
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  #beforeScrape: () => Promise<void> = async () => undefined;

  #counter(name: string, help: string, labelNames: string[] = []): Counter {
    return new Counter({ name: `sandscope_${name}`, help, labelNames, registers: [this.registry] });
  }

  #gauge(name: string, help: string, labelNames: string[] = []): Gauge {
    return new Gauge({ name: `sandscope_${name}`, help, labelNames, registers: [this.registry] });
  }
}

/** The thread counts by itself; a scrape takes its figure over. */
function setCounter(counter: Counter, value: number, labels: Record<string, string> = {}): void {
  counter.remove(labels);
  counter.inc(labels, value);
}
