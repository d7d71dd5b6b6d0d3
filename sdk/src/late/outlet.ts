import { ATTR_PLATFORM } from '@sandscope/probes/semconv';
import { monotonicMs } from '../clock.ts';
import type { Config, Env } from '../config.ts';
import { createDelivery, writeLine } from '../export/deliveries.ts';
import type { Delivery } from '../export/delivery.ts';
import { Exporter } from '../export/exporter.ts';
import type { HttpClient } from '../export/http-client.ts';
import { leaveSpans, sayLastWords } from '../export/last-words.ts';
import { arnAccountId } from '../lambda.ts';
import { encodeResource, encodeSpan } from '../otlp-json.ts';
import type { Platform } from '../platforms/platform.ts';
import type { Recorder } from '../recorder.ts';
import { guarded, reportFailure } from '../report.ts';
import { readResource } from '../resource.ts';
import { SpanBuffer } from '../span-buffer.ts';
import { SpanMaker } from '../span-maker.ts';
import type { Attributes, Span } from '../span.ts';

/** Runs what is to be measured after an invocation; its bundle is a file of its own. */
export interface Measuring {
  run(
    invocation: { traceId: string; spanId: string; identity: Attributes },
    timeoutMillis: number,
  ): Promise<Span[]>;
}

/** What an outlet works with. */
export interface OutletOptions {
  readonly env: Env;
  readonly config: Config;
  readonly functionName: string;
  readonly platform: Platform | undefined;
  readonly recorder: Recorder;
  readonly client: HttpClient;
  /** Attributes that an adapter adds to the resource; may grow (see `redescribe`). */
  readonly described: Attributes;
  /** Active probes and inventory; absent when none are wanted. */
  readonly measuring?: () => Promise<Measuring>;
}

/** The way out of what a recorder took down: spans, buffer, exporter. */
export class Outlet {
  readonly config: Config;
  readonly recorder: Recorder;
  readonly buffer: SpanBuffer;
  readonly exporter: Exporter;
  readonly #options: OutletOptions;
  readonly #maker: SpanMaker;
  #delivery: Delivery | undefined;
  #measuring: Measuring | undefined;
  #resource: string | undefined;

  constructor(options: OutletOptions) {
    const { env, config, recorder, client, platform } = options;
    this.#options = options;
    this.config = config;
    this.recorder = recorder;
    this.buffer = new SpanBuffer(config.bufferSpans, config.bufferBytes);
    this.exporter = new Exporter(config, this.buffer, client, () => this.resource());
    this.#maker = new SpanMaker({
      env,
      recorder,
      buffer: this.buffer,
      pooled: platform?.pooled ?? false,
      onInheritance: (request) => this.exporter.inherit(request),
    });
  }

  /** For modes that do not go through the Extensions API, and where that API says no. */
  get delivery(): Delivery {
    this.#delivery ??= createDelivery(this);
    return this.#delivery;
  }

  /** Whether anything is to be measured after invocations. */
  get measures(): boolean {
    return this.#options.measuring !== undefined;
  }

  /** Reads what could wait until the response had left. */
  finish(): void {
    this.#maker.finish();
  }

  /** Turns what invocations left behind into spans in the buffer. */
  encode(): void {
    this.#maker.encode();
  }

  /** The resource as text, made at the first call. */
  resource(): string {
    if (this.#resource === undefined) {
      const { env, config, functionName, recorder, platform, described } = this.#options;
      const accountId = arnAccountId(recorder.last?.lambda.invokedFunctionArn);
      const facts = { ...platformResource(env, platform), ...described };
      this.#resource = encodeResource(readResource(env, config, functionName, accountId, facts));
    }
    return this.#resource;
  }

  /** The resource has changed. */
  redescribe(): void {
    this.#resource = undefined;
  }

  /** Exports what is waiting, then measures for as long as is left. Never rejects. */
  async exportAndMeasure(timeoutMillis: number, keepAlive: boolean): Promise<void> {
    const endMs = monotonicMs() + timeoutMillis;
    await this.exporter.export({ timeoutMillis, keepAlive });
    if (!this.measures) return;
    await this.measure(endMs - monotonicMs());
    if (this.buffer.size > 0) await this.exporter.export({ timeoutMillis: endMs - monotonicMs(), keepAlive });
  }

  /** Active probes and inventory after the latest invocation; their spans are in the buffer afterwards. Never rejects. */
  async measure(timeoutMillis: number): Promise<void> {
    const { settled } = this.#maker;
    if (settled === undefined) return;
    try {
      this.#measuring ??= await this.#options.measuring?.();
      const spans = (await this.#measuring?.run(settled, timeoutMillis)) ?? [];
      for (const span of spans) this.buffer.push(encodeSpan(span));
    } catch (error) {
      reportFailure('active probes', error);
    }
  }

  /** Says goodbye and sends what waits. */
  async sayGoodbye(reason: string, interrupted: boolean, timeoutMillis: number): Promise<void> {
    this.#maker.sayGoodbye(reason, interrupted);
    if (this.config.mode === 'stdout') return writeLine(this);
    await this.exporter.export({ timeoutMillis, keepAlive: true, last: true });
    if (interrupted && this.buffer.size > 0) leaveSpans(this);
  }

  /**
   * The process ends now, nothing asynchronous runs any more.
   *
   * @param reason what made the process end; undefined when it comes to its natural end
   */
  sayLastWords(reason: string | undefined, interrupted: boolean): void {
    // A process that ends while nothing runs is not held up for that news.
    if (reason !== undefined || interrupted) this.#maker.sayGoodbye(reason ?? 'exit', interrupted);
    sayLastWords(this, interrupted);
  }
}

function platformResource(env: Env, platform: Platform | undefined): Attributes {
  if (platform === undefined) return {};
  const known = guarded('the facts of the platform', () => platform.resource?.(env));
  return { [ATTR_PLATFORM]: platform.name, ...known };
}
