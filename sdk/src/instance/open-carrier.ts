import { readConfig } from '../config/config.ts';
import type { Config } from '../config/config.ts';
import { InitClock } from '../process/init-clock.ts';
import { IoWatch } from '../io/io-watch.ts';
import { late } from '../pipeline/late.ts';
import type { Carrier } from '../pipeline/carrier.ts';
import { Recorder } from '../invocation/recorder.ts';
import { guarded } from '../fence/report.ts';
import { workerThreadId } from '../process/thread-id.ts';
import { registry } from '../process/registry.ts';

let carrier: Carrier | undefined;

/**
 * The one carrier of this process. From its first call on, Sandscope itself sends nothing, so that nothing is recorded
 * twice: wrapped handlers are simply called.
 *
 * @returns undefined if recording is switched off (`OTEL_SDK_DISABLED`, `SANDSCOPE_EXPORT=none`)
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
    // OpenTelemetry's own instrumentations record these.
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
    parseTraceHeaders: (headers) => late().parseTraceHeaders(headers),
    bootTimeUnixMs: () => late().bootClock.bootTimeUnixMs(),
    exportMs: () => undefined,
    onLeft: () => undefined,
  });
}

/** The destination of a `node:http` or undici request. */
function hostOf(request: object): string | undefined {
  const { origin, getHeader } = request as { origin?: unknown; getHeader?: unknown };
  if (typeof origin === 'string' && URL.canParse(origin)) return new URL(origin).host;
  const host: unknown =
    typeof getHeader === 'function' ? Reflect.apply(getHeader, request, ['host']) : undefined;
  return typeof host === 'string' ? host : undefined;
}
