import { readConfig } from '../config.ts';
import type { Config } from '../config.ts';
import { IoWatch } from '../io-watch.ts';
import type { Invocation } from '../invocation.ts';
import type { InvocationFacts } from '../platforms/platform.ts';
import { Recorder } from '../recorder.ts';
import { guarded } from '../report.ts';
import { readResource } from '../resource.ts';
import { SpanBuffer } from '../span-buffer.ts';
import type { Attributes, Span } from '../span.ts';
import { registry } from '../wrap.ts';

/** Records for somebody else, who makes and sends the spans. */
export interface Carrier {
  /** Takes down the beginning of an invocation; undefined when that failed. */
  begin(facts: InvocationFacts): Invocation | undefined;
  /** Takes down its end, and hands over what is to be told: the invocation's span last. */
  end(invocation: Invocation): readonly Span[];
  /** What is to be told at the end of the process. */
  goodbye(reason: string): readonly Span[];
  /** Attributes of the resource; the service's name is left to who sends. */
  resource(): Attributes;
}

/** Takes spans as they are instead of keeping them for an export of our own. */
class SpanSink extends SpanBuffer {
  #spans: Span[] = [];

  override add(span: Span): void {
    this.#spans.push(span);
  }

  take(): readonly Span[] {
    return this.#spans.splice(0);
  }
}

let carrier: Carrier | undefined;

/**
 * The one carrier of this process. From its first call on nothing is sent by Sandscope itself, so that nothing is told
 * twice: wrapped handlers are just called.
 *
 * @returns undefined when recording is switched off (`OTEL_SDK_DISABLED`, `SANDSCOPE_EXPORT=none`)
 */
export function openCarrier(): Carrier | undefined {
  if (carrier !== undefined) return carrier;
  const config = readConfig();
  if (config.mode === 'none') return undefined;
  registry().carried = true;
  carrier = guarded('setting up', () => createCarrier(config));
  return carrier;
}

function createCarrier(config: Config): Carrier {
  const sink = new SpanSink(config.bufferSpans, config.bufferBytes);
  const io = new IoWatch({
    isOurs: (request) => hostOf(request) === config.endpoint.host,
    endpoints: [{ host: config.endpoint.hostname, port: Number(config.endpoint.port) || 80 }],
  });
  // Sampling is decided by who sends.
  const recorder = new Recorder(process.env, { ...config, sampleRatio: 1 }, sink, io);
  guarded('watching I/O', () => io.start(config.fsTiming));
  recorder.initialised();
  return {
    begin: (facts) =>
      guarded('beginning an invocation', () =>
        recorder.begin(facts.name ?? 'function', undefined, undefined, process.hrtime.bigint(), facts),
      ),
    end: (invocation) => {
      guarded('ending an invocation', () => recorder.end(invocation, undefined));
      recorder.encode();
      return sink.take();
    },
    goodbye: (reason) => {
      guarded('saying goodbye', () => recorder.sayGoodbye(reason, false));
      return sink.take();
    },
    resource: () => {
      const {
        'service.name': _service,
        'faas.name': name,
        ...known
      } = readResource(
        process.env,
        config,
        process.env['AWS_LAMBDA_FUNCTION_NAME'] || process.env['K_SERVICE'] || '',
        recorder.accountId,
      );
      return { ...known, ...(name && { 'faas.name': name }) };
    },
  };
}

/** Where a request of `node:http` or of undici goes. */
function hostOf(request: object): string | undefined {
  const { origin, getHeader } = request as { origin?: unknown; getHeader?: unknown };
  if (typeof origin === 'string' && URL.canParse(origin)) return new URL(origin).host;
  const host: unknown =
    typeof getHeader === 'function' ? Reflect.apply(getHeader, request, ['host']) : undefined;
  return typeof host === 'string' ? host : undefined;
}
