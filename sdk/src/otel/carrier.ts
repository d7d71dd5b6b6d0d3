import { readConfig } from '../config.ts';
import type { Config } from '../config.ts';
import { InitClock } from '../clock/init-clock.ts';
import { IoWatch } from '../io/io-watch.ts';
import { late } from '../late.ts';
import type { InvocationFacts } from '../platforms/platform.ts';
import { Recorder } from '../invocation/recorder.ts';
import { guarded } from '../fence/report.ts';
import type { Attributes, Span } from '../span/span.ts';
import { workerThreadId } from '../process/thread-id.ts';
import { registry } from '../process/registry.ts';

/** An invocation that was begun: to be given back as it is. */
export interface Begun {
  readonly requestId: string | undefined;
}

/** Records for somebody else, who makes and sends the spans. */
export interface Carrier {
  /** Takes down the beginning of an invocation; undefined when that failed. */
  begin(facts: InvocationFacts): Begun | undefined;
  /** Takes down its end, and hands over what is to be told: the invocation's span last. */
  end(invocation: Begun): readonly Span[];
  /** What is to be told at the end of the process. */
  goodbye(reason: string): readonly Span[];
  /** Attributes of the resource; the service's name is left to who sends. */
  resource(): Attributes;
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
  carrier = guarded('setting up', () => late().createCarrier(config, openRecorder(config)));
  return carrier;
}

function openRecorder(config: Config): Recorder {
  const io = new IoWatch({
    isOurs: (request) => hostOf(request) === config.endpoint.host,
    endpoints: [{ host: config.endpoint.hostname, port: Number(config.endpoint.port) || 80 }],
    // OpenTelemetry's own instrumentations tell of them.
    operations: 0,
  });
  guarded('watching I/O', () => io.start(config.fsTiming));
  const init = new InitClock(false);
  init.wrapped();
  return new Recorder({
    env: process.env,
    config: { ...config, sampleRatio: 1 },
    io,
    init,
    threadId: workerThreadId(),
    exportMs: () => undefined,
    onLeft: () => undefined,
  });
}

/** Where a request of `node:http` or of undici goes. */
function hostOf(request: object): string | undefined {
  const { origin, getHeader } = request as { origin?: unknown; getHeader?: unknown };
  if (typeof origin === 'string' && URL.canParse(origin)) return new URL(origin).host;
  const host: unknown =
    typeof getHeader === 'function' ? Reflect.apply(getHeader, request, ['host']) : undefined;
  return typeof host === 'string' ? host : undefined;
}
