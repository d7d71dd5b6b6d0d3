import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { ThreadStatus } from '../ingest/index.ts';
import type { TraceRequestSummary } from '../otlp/index.ts';
import { packageVersion } from '../process/package-version.ts';
import type { CollectorStatus } from '../schema/collector-status.ts';

/**
 * The content of `/metrics`. Counters start at 0 with the process; those of the ingest thread start with that thread.
 */
export class CollectorMetrics {
  readonly registry = new Registry();
  acceptedRequests = 0;
  acceptedSpans = 0;
  refusedRequests = 0;
  readonly #rejectedSpans = this.#counter(
    'rejected_spans_total',
    'Spans rejected individually by partial success',
  );
  readonly #implausibleSpans = this.#counter(
    'implausible_spans_total',
    'Kept spans with impossible times, which are excluded from statistics',
  );
  readonly #spanlessRequests = this.#counter(
    'spanless_requests_total',
    'Non-empty requests without a span that could be kept',
  );
  readonly #refused = this.#counter('refused_requests_total', 'Requests answered with an error', [
    'status',
    'code',
  ]);

  readonly #answered = new Histogram({
    name: 'sandscope_http_request_duration_seconds',
    help: 'Time from the headers of a request to the end of its answer, by route',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.registry],
  });

  /**
   * Counts an answer of any status.
   *
   * @param route as registered, so that there are no more labels than routes
   */
  answered(method: string, route: string, statusCode: number, seconds: number): void {
    this.#answered.observe({ method, route, status: String(statusCode) }, seconds);
  }

  /** Counts a request answered with 200: it is on disk, unless it had no spans. */
  accepted(result: TraceRequestSummary): void {
    this.acceptedRequests++;
    this.acceptedSpans += result.spans;
    this.#rejectedSpans.inc(result.rejected);
    this.#implausibleSpans.inc(result.implausible ?? 0);
    if (result.spans === 0 && result.message !== '') this.#spanlessRequests.inc();
  }

  /** Counts a request that was refused. */
  refused(statusCode: number, code: string): void {
    this.refusedRequests++;
    this.#refused.inc({ status: String(statusCode), code });
  }

  /** Registers the values read at every scrape: the status and the resource use of the process. */
  observe(
    read: () => Promise<{ status: CollectorStatus; thread: ThreadStatus; threadRestarts: number }>,
  ): void {
    collectDefaultMetrics({ register: this.registry });
    const build = { version: packageVersion(), node_version: process.versions.node };
    this.#gauge('build_info', 'Always 1; the labels describe the running version', Object.keys(build)).set(
      build,
      1,
    );
    const figures = {
      accepted: this.#counter('accepted_requests_total', 'Requests kept on disk and acknowledged'),
      acceptedSpans: this.#counter('accepted_spans_total', 'Spans in requests kept on disk and acknowledged'),
      stored: this.#counter('stored_spans_total', 'Spans inserted into the store'),
      storeRetries: this.#counter('store_retries_total', 'Failed inserts that are retried'),
      storeParked: this.#counter('store_parked_requests_total', 'Requests the store rejected permanently'),
      forwarded: this.#counter('forwarded_requests_total', 'Requests accepted by a target', ['url']),
      forwardRetries: this.#counter(
        'forward_retries_total',
        'Failed attempts to send a request to a target',
        ['url'],
      ),
      forwardDropped: this.#counter(
        'forward_dropped_requests_total',
        'Requests that never reached a target because the inbox or its dead letters were full',
        ['url'],
      ),
      forwardRejected: this.#counter(
        'forward_rejected_spans_total',
        'Spans rejected by a target in requests that it accepted (partial success)',
        ['url'],
      ),
      engineRestarts: this.#counter(
        'engine_restarts_total',
        'Crashes and hangs of the embedded engine that the collector recovered from',
      ),
      querierRestarts: this.#counter(
        'querier_restarts_total',
        'Crashes and hangs of the process that answers questions that the collector recovered from',
      ),
      questionsRefused: this.#counter(
        'querier_refused_questions_total',
        'Questions refused because too many were waiting',
      ),
      threadRestarts: this.#counter(
        'ingest_thread_restarts_total',
        'Crashes of the ingest thread that the collector recovered from',
      ),
    };
    const levels = {
      ready: this.#gauge('ready', '1 when spans can be received and queried'),
      engineUp: this.#gauge('engine_up', '1 when the engine is running, 0 while it starts'),
      writable: this.#gauge('inbox_writable', '1 when the inbox accepts requests'),
      pending: this.#gauge('inbox_pending_requests', 'Requests not yet in the store'),
      pendingBytes: this.#gauge('inbox_pending_bytes', 'Bytes of requests not yet in the store'),
      oldestAge: this.#gauge(
        'inbox_oldest_age_seconds',
        'Age of the oldest request not yet in the store, 0 when there is none',
      ),
      inboxBytes: this.#gauge('inbox_bytes', 'Bytes of all requests kept, for the store or a target'),
      inboxMaxBytes: this.#gauge('inbox_max_bytes', 'Limit of the bytes of all requests kept'),
      inboxFreeBytes: this.#gauge('inbox_free_disk_bytes', 'Free bytes of the file system of the inbox'),
      engineMemory: this.#gauge('engine_resident_memory_bytes', 'Memory of the embedded engine'),
      forwardPendingBytes: this.#gauge('forward_pending_bytes', 'Bytes not yet forwarded', ['url']),
      forwardOldestAge: this.#gauge(
        'forward_oldest_age_seconds',
        'Age of the oldest request not yet forwarded, 0 when there is none',
        ['url'],
      ),
      forwardPending: this.#gauge('forward_pending_requests', 'Requests not yet forwarded', ['url']),
      forwardParked: this.#gauge('forward_parked_requests', 'Requests a target rejected permanently', [
        'url',
      ]),
    };
    this.#beforeScrape = async () => {
      const { status, thread, threadRestarts } = await read();
      setCounter(figures.accepted, this.acceptedRequests);
      setCounter(figures.acceptedSpans, this.acceptedSpans);
      setCounter(figures.stored, thread.store.insertedSpans);
      setCounter(figures.storeRetries, thread.store.retries);
      setCounter(figures.storeParked, thread.store.parkedRequests);
      setCounter(figures.engineRestarts, status.engine.restarts);
      setCounter(figures.querierRestarts, status.querier.restarts);
      setCounter(figures.questionsRefused, status.querier.refused);
      setCounter(figures.threadRestarts, threadRestarts);
      for (const { url, ...forwarder } of thread.forwarders) {
        setCounter(figures.forwarded, forwarder.forwardedRequests, { url });
        setCounter(figures.forwardRetries, forwarder.retries, { url });
        levels.forwardPending.set({ url }, forwarder.pendingRequests);
        setCounter(figures.forwardDropped, forwarder.droppedRequests, { url });
        setCounter(figures.forwardRejected, forwarder.rejectedSpans, { url });
        levels.forwardPendingBytes.set({ url }, forwarder.pendingBytes);
        levels.forwardOldestAge.set({ url }, (forwarder.oldestAgeMs ?? 0) / 1000);
        levels.forwardParked.set({ url }, forwarder.parkedRequests);
      }
      levels.ready.set(status.ready ? 1 : 0);
      levels.engineUp.set(['ready', 'external'].includes(status.engine.state) ? 1 : 0);
      levels.writable.set(thread.writable ? 1 : 0);
      levels.pending.set(thread.pendingRequests);
      levels.pendingBytes.set(thread.pendingBytes);
      setOrRemove(levels.inboxBytes, thread.space?.bytes);
      setOrRemove(levels.inboxMaxBytes, thread.space?.maxBytes);
      setOrRemove(levels.inboxFreeBytes, thread.space?.freeDiskBytes);
      setOrRemove(levels.engineMemory, status.engine.residentBytes);
      levels.oldestAge.set((thread.oldestAgeMs ?? 0) / 1000);
    };
  }

  /** The text of a scrape, in the format that `contentType` names. */
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

/** The thread counts on its own; a scrape copies its figure. */
function setCounter(counter: Counter, value: number, labels: Record<string, string> = {}): void {
  counter.remove(labels);
  counter.inc(labels, value);
}

/** A value that cannot be read is absent from the scrape, never 0. */
function setOrRemove(gauge: Gauge, value: number | undefined): void {
  if (value === undefined) gauge.remove();
  else gauge.set(value);
}
