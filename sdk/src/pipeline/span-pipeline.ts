import { Once, unreadable } from '@sandscope/probes/inside';
import { ATTR_EXPORT_FLUSH, ATTR_PLATFORM } from '@sandscope/probes/semconv';
import { monotonicMs, monotonicNanos } from '../clock/clock.ts';
import type { Config, Env } from '../config/config.ts';
import type { LateDelivery } from './delivery.ts';
import { Exporter, settledWithin } from '../export/exporter.ts';
import type { HttpClient } from '../export/http-client.ts';
import { encodeRequest, encodeResource, encodeSpan } from '../otlp/otlp-json.ts';
import { endings } from '../invocation/on-demand.ts';
import { otherDeliveries } from './on-demand.ts';
import type { Get, Platform } from '../sandbox/platform.ts';
import type { Recorder } from '../invocation/recorder.ts';
import { contained, guarded, reportFailure, reportOnce } from '../fence/report.ts';
import { readResource } from '../sandbox/resource.ts';
import { SpanBuffer } from '../otlp/span-buffer.ts';
import { SpanMaker } from '../span/span-maker.ts';
import type { Attributes, Span } from '../otlp/span.ts';
import { isDue } from './flush-policy.ts';

// The time limit for a server on the platform's own host.
const ASK_MS = 500;

/** Runs active probes and the inventory after an invocation; in the bundle, a separate file. */
export interface Measuring {
  run(
    invocation: { traceId: string; spanId: string; identity: Attributes },
    timeoutMillis: number,
  ): Promise<Span[]>;
}

/** The parts that a pipeline needs. */
export interface SpanPipelineOptions {
  readonly env: Env;
  readonly config: Config;
  readonly functionName: string;
  readonly platform: Platform | undefined;
  readonly recorder: Recorder;
  readonly client: HttpClient;
  /** The process waited in a pool before it got its function. */
  readonly pooled: boolean;
  /** Attributes that an adapter adds to the resource; may grow (see `redescribe`). */
  readonly described: Attributes;
  /** Active probes and inventory; absent if none are requested. */
  readonly measuring?: () => Promise<Measuring>;
}

/** Turns a recorder's records into spans, keeps them in a buffer, and exports them. */
export class SpanPipeline {
  readonly config: Config;
  readonly recorder: Recorder;
  readonly buffer: SpanBuffer;
  readonly exporter: Exporter;
  readonly #options: SpanPipelineOptions;
  readonly #maker: SpanMaker;
  #delivery: LateDelivery | undefined;
  #measuring: Measuring | undefined;
  readonly #resource = new Once(() => this.#readResource());
  #asking: Promise<void> | undefined;
  #knowsAll: boolean;
  /** Largest size of an invocation's spans so far, as JSON. */
  #invocationBytes = 0;

  constructor(options: SpanPipelineOptions) {
    const { env, config, recorder, client, platform } = options;
    this.#options = options;
    this.#knowsAll = platform?.ask === undefined;
    this.config = config;
    this.recorder = recorder;
    this.buffer = new SpanBuffer(config.bufferSpans, config.bufferBytes);
    this.exporter = new Exporter(config, this.buffer, client, () => this.resource());
    this.#maker = new SpanMaker({
      env,
      pooled: options.pooled,
      addresses: config.addresses,
      add: (span) => this.buffer.add(span),
      dropped: () => this.buffer.dropped,
    });
  }

  /** For modes that do not use the Extensions API, and for when that API refuses. */
  get delivery(): LateDelivery {
    this.#delivery ??= otherDeliveries().createDelivery(this);
    return this.#delivery;
  }

  /** Whether active probes or the inventory are requested. */
  get measures(): boolean {
    return this.#options.measuring !== undefined;
  }

  /** Takes the readings that could wait until the response had left. Never throws. */
  finish(): void {
    this.#maker.finish(this.recorder.take(), this.recorder.captures);
  }

  /** Turns ended invocations into spans in the buffer. Never throws. */
  encode(): void {
    this.finish();
    const { tracker } = this.recorder;
    const { sandbox } = tracker;
    const previous = tracker.takePreviousProcess();
    if (previous?.request !== undefined) this.exporter.sendFirst(previous.request);
    if (previous !== undefined && sandbox !== undefined) this.#maker.makeLost(previous, sandbox);
    const { size } = this.#maker;
    const bytesBefore = this.buffer.bytes;
    this.#maker.make();
    const bytes = (this.buffer.bytes - bytesBefore) / Math.max(size, 1);
    this.#invocationBytes = Math.max(this.#invocationBytes, bytes);
  }

  /** After an invocation: whether its export may wait for a later one. */
  keeps(): boolean {
    const { latest, oldestNanos, size } = this.#maker;
    if (this.config.flush === 'each' || this.measures || latest === undefined || oldestNanos === undefined)
      return false;
    const due = isDue({
      ordinal: latest.ordinal,
      idleMs: latest.idleMs,
      count: size,
      oldestMs: Number(monotonicNanos() - oldestNanos) / 1e6,
      bytes: size * this.#invocationBytes,
    });
    if (!due) this.#maker.keep();
    return !due;
  }

  /** The resource as text, made at the first call, and again while parts could not be read for lack of descriptors. */
  resource(): string {
    return this.#resource.get();
  }

  /** A complete export request. */
  request(spans: readonly string[]): string {
    return encodeRequest(this.resource(), spans);
  }

  /** The resource has changed. */
  redescribe(): void {
    this.#resource.forget();
  }

  /** Whether all facts that only the platform's server has are known. */
  get knowsAll(): boolean {
    return this.#knowsAll;
  }

  /** Asks the platform, once, for facts that only its own server has. Never rejects. */
  async ask(): Promise<void> {
    this.#asking ??= contained('asking the platform', this.#ask());
    await this.#asking;
    this.#knowsAll = true;
  }

  async #ask(): Promise<void> {
    const { env, platform, client, described } = this.#options;
    const get: Get = async (url, headers) => {
      const call = {
        url: new URL(url),
        method: 'GET',
        headers,
        timeoutMillis: ASK_MS,
        keepAlive: false,
      } as const;
      const { status, body } = await client.send(call);
      return status === 200 ? body : undefined;
    };
    const facts = await platform?.ask?.(get, env);
    if (facts === undefined) return;
    Object.assign(described, facts);
    this.redescribe();
  }

  /** Exports what is waiting, then measures for the rest of the time. Never rejects. */
  async exportAndMeasure(timeoutMillis: number, keepAlive: boolean): Promise<void> {
    const endMs = monotonicMs() + timeoutMillis;
    // The first spans of a process are often its only ones.
    if (!this.#knowsAll) await settledWithin(this.ask(), Math.min(ASK_MS, timeoutMillis / 4), keepAlive);
    await this.exporter.export({ timeoutMillis: endMs - monotonicMs(), keepAlive });
    if (!this.measures) return;
    await this.measure(endMs - monotonicMs());
    if (this.buffer.size > 0) await this.exporter.export({ timeoutMillis: endMs - monotonicMs(), keepAlive });
  }

  /** Runs active probes and inventory after the latest invocation; puts their spans in the buffer. Never rejects. */
  async measure(timeoutMillis: number): Promise<void> {
    const { last, tracker, active } = this.recorder;
    const { sandbox } = tracker;
    if (last === undefined || sandbox === undefined || active.size > 0) return;
    try {
      const { traceId, spanId } = last.trace;
      this.#measuring ??= await this.#options.measuring?.();
      const invocation = { traceId, spanId, identity: this.#maker.identity(sandbox) };
      const spans = (await this.#measuring?.run(invocation, timeoutMillis)) ?? [];
      for (const span of spans) this.buffer.push(encodeSpan(span));
    } catch (error) {
      reportFailure('active probes', error);
    }
  }

  /** Makes the shutdown span and sends all waiting spans. Never rejects. */
  async shutDown(reason: string, interrupted: boolean, timeoutMillis: number): Promise<void> {
    this.#makeShutdown(reason, interrupted);
    if (this.config.mode === 'stdout') return otherDeliveries().writeLine(this);
    await this.exporter.export({ timeoutMillis, keepAlive: true, last: true });
    if (interrupted && this.buffer.size > 0) otherDeliveries().leaveSpans(this);
  }

  /**
   * The process ends now; nothing asynchronous runs any more.
   *
   * @param reason what made the process end; undefined if it ends by itself
   */
  shutDownAtExit(reason: string | undefined, interrupted: boolean): void {
    // A process that ends while nothing runs is not delayed for a shutdown span.
    if (reason !== undefined || interrupted) this.#makeShutdown(reason ?? 'exit', interrupted);
    otherDeliveries().exportAtExit(this, interrupted);
  }

  /** The process ends now, and its initialisation failed. */
  recordFailedInitAtExit(thrown: unknown): void {
    this.#makeFailedInit(thrown);
    otherDeliveries().exportAtExit(this, true);
  }

  /** The initialisation failed, and the process goes on. Never rejects. */
  async recordFailedInit(thrown: unknown, timeoutMillis: number): Promise<void> {
    this.#makeFailedInit(thrown);
    if (this.config.mode === 'stdout') return otherDeliveries().writeLine(this);
    await this.exporter.export({ timeoutMillis, keepAlive: true });
  }

  #makeFailedInit(thrown: unknown): void {
    this.#maker.makeFailedInit(this.recorder.tracker.identify(this.#options.functionName), thrown);
  }

  #makeShutdown(reason: string, interrupted: boolean): void {
    const { recorder } = this;
    if (recorder.tracker.closed) return this.encode();
    const running = [...recorder.active];
    for (const invocation of running)
      recorder.end(invocation, () => ({ thrown: new (endings().Interrupted)(reason) }));
    recorder.stopWatching();
    this.encode();
    this.#maker.makeShutdown({
      sandbox: recorder.tracker.identify(this.#options.functionName),
      reason,
      ordinal: recorder.tracker.ordinal,
      last: recorder.last?.trace,
      idleSince: recorder.idleSince,
    });
    recorder.tracker.close(interrupted || running.length > 0);
  }

  #readResource(): string {
    const { env, config, functionName, platform, described } = this.#options;
    const facts = { ...platformResource(env, platform), ...described };
    const resource = encodeResource({
      ...readResource(env, config, functionName, facts),
      [ATTR_EXPORT_FLUSH]: config.flush,
    });
    const missing = unreadable();
    if (missing.length > 0) reportOnce('unreadable', `not readable and left out: ${missing.join(', ')}`);
    return resource;
  }
}

function platformResource(env: Env, platform: Platform | undefined): Attributes {
  if (platform === undefined) return {};
  const known = guarded('the facts of the platform', () => platform.resource?.(env));
  return { [ATTR_PLATFORM]: platform.name, ...known };
}
