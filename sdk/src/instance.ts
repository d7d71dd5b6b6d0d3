import { ATTR_PLATFORM } from '@sandscope/probes/semconv';
import { abandonCalls } from './call.ts';
import type { Config, Env } from './config.ts';
import { readConfig } from './config.ts';
import { Interrupted } from './endings.ts';
import type { ActiveProbes } from './active-probes.ts';
import { createDelivery, writeLine } from './export/delivery.ts';
import type { Delivery, DeliveryParts } from './export/delivery.ts';
import { Exporter } from './export/exporter.ts';
import { HttpClient } from './export/http-client.ts';
import { leaveSpans, sayLastWords } from './export/last-words.ts';
import { IoWatch } from './io-watch.ts';
import { encodeResource, encodeSpan } from './otlp-json.ts';
import type { Platform } from './platforms/platform.ts';
import { watchProcessEnd } from './process-end.ts';
import { Recorder } from './recorder.ts';
import { guarded, reportFailure } from './report.ts';
import { readResource } from './resource.ts';
import { onTermination } from './shutdown.ts';
import type { Attributes } from './span.ts';
import { SpanBuffer } from './span-buffer.ts';

/** Everything of Sandscope in one process: made by the first `wrap`, shared by all. */
export interface Instance {
  readonly recorder: Recorder;
  readonly delivery: Delivery;
  readonly config: Config;
  /** For requests of Sandscope's own, which are not counted as the function's. */
  readonly client: HttpClient;
  /** Says goodbye, once a process, and sends what waits within the time given. */
  readonly goodbye: (reason: string, timeoutMillis: number) => Promise<void>;
  /** Adds to the resource of all spans that are sent from now on. */
  readonly describe: (attributes: Attributes) => void;
}

let shared: Instance | undefined;

/**
 * The one instance of this process, made from the environment at the first call; undefined when recording is switched
 * off (`OTEL_SDK_DISABLED`, `SANDSCOPE_EXPORT=none`).
 *
 * @param functionName name of the first function that is wrapped
 * @param platform default Lambda, or no platform that is known
 */
export function sharedInstance(functionName: string, platform?: Platform): Instance | undefined {
  if (shared !== undefined) return shared;
  const config = readConfig(process.env, platform?.exportMode);
  if (config.mode === 'none') return undefined;
  shared = createInstance(process.env, config, functionName, platform);
  return shared;
}

function createInstance(
  env: Env,
  config: Config,
  functionName: string,
  platform: Platform | undefined,
): Instance {
  const buffer = new SpanBuffer(config.bufferSpans, config.bufferBytes);
  const client = new HttpClient();
  const io = new IoWatch({
    isOurs: (request) => isOurs(request, config, client),
    endpoints: ownEndpoints(config),
  });
  const recorder = new Recorder(env, config, buffer, io, platform?.pooled);
  const described: Attributes = {};
  let encoded: string | undefined;
  const resource = (): string => {
    encoded ??= encodeResource(
      readResource(env, config, functionName, recorder.accountId, {
        ...platformResource(env, platform),
        ...described,
      }),
    );
    return encoded;
  };
  const exporter = new Exporter(config, buffer, client, resource);
  recorder.exportMs = () => exporter.lastMs;
  recorder.onInheritance = (request) => exporter.inherit(request);
  const afterwards = measuring(config, recorder, buffer);
  const parts: DeliveryParts = {
    config,
    buffer,
    exporter,
    resource,
    encode: () => recorder.encode(),
    ...(afterwards && { afterwards }),
  };
  const delivery = createDelivery(parts);
  guarded('watching I/O', () => io.start(config.fsTiming));
  let leaving = false;
  const goodbye = async (reason: string, timeoutMillis: number): Promise<void> => {
    if (leaving) return;
    leaving = true;
    const interrupted = abandonCalls(() => new Interrupted(reason));
    recorder.sayGoodbye(reason, interrupted);
    if (config.mode === 'stdout') return writeLine(parts);
    await exporter.export({ timeoutMillis, keepAlive: true, last: true });
    if (interrupted && buffer.size > 0) leaveSpans(parts, recorder);
  };
  let endReason: string | undefined;
  guarded('listening for SIGTERM', () =>
    onTermination(async (timeoutMillis, endsNow) => {
      // A server that ends itself may finish its requests first: then the goodbye comes with the end of the process.
      if (endsNow || recorder.active.size === 0) await goodbye('sigterm', timeoutMillis);
      else endReason = 'sigterm';
    }),
  );
  guarded('watching the end of the process', () =>
    watchProcessEnd((interrupted) => {
      if (endReason !== undefined && !leaving) recorder.sayGoodbye(endReason, interrupted);
      sayLastWords(parts, recorder, interrupted);
    }),
  );
  return {
    config,
    recorder,
    delivery,
    client,
    goodbye,
    describe: (attributes) => {
      Object.assign(described, attributes);
      encoded = undefined;
    },
  };
}

/** Active probes and inventory after the latest invocation; undefined when none are wanted. */
function measuring(
  config: Config,
  recorder: Recorder,
  buffer: SpanBuffer,
): ((timeoutMillis: number) => Promise<void>) | undefined {
  if (config.probes.length === 0 && !config.inventory) return undefined;
  let probes: ActiveProbes | undefined;
  return async (timeoutMillis) => {
    const { settled } = recorder;
    if (settled === undefined) return;
    try {
      // A file of its own in the bundle: few want it, and all would pay for its reading.
      probes ??= new (await import('./active-probes.ts')).ActiveProbes(config);
      const spans = await probes.run(settled, timeoutMillis);
      for (const span of spans) buffer.push(encodeSpan(span));
    } catch (error) {
      reportFailure('active probes', error);
    }
  };
}

function platformResource(env: Env, platform: Platform | undefined): Attributes {
  if (platform === undefined) return {};
  const known = guarded('the facts of the platform', () => platform.resource?.(env));
  return { [ATTR_PLATFORM]: platform.name, ...known };
}

/** Where we connect to: the collector and the Extensions API. */
function ownEndpoints({ endpoint, runtimeApi = '' }: Config): { host: string; port: number }[] {
  const { hostname, port, protocol } = endpoint;
  const colon = runtimeApi.lastIndexOf(':');
  return [
    { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (protocol === 'https:' ? 443 : 80) },
    { host: runtimeApi.slice(0, colon), port: Number(runtimeApi.slice(colon + 1)) || 80 },
  ];
}

/** Our exports and the Extensions API's long poll are not requests of the program. */
function isOurs(request: object, config: Config, client: HttpClient): boolean {
  if (client.owns(request)) return true;
  const { path } = request as { path?: unknown };
  return (
    config.runtimeApi !== undefined && typeof path === 'string' && path.startsWith('/2020-01-01/extension/')
  );
}
