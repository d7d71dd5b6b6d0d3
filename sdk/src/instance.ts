import type { Config, Env } from './config.ts';
import { readConfig } from './config.ts';
import { createDelivery, writeLine } from './export/delivery.ts';
import type { Delivery, DeliveryParts } from './export/delivery.ts';
import { Exporter } from './export/exporter.ts';
import { HttpClient } from './export/http-client.ts';
import { HttpWatch } from './http-watch.ts';
import { encodeResource } from './otlp-json.ts';
import { Recorder } from './recorder.ts';
import { guarded } from './report.ts';
import { readResource } from './resource.ts';
import { onTermination } from './shutdown.ts';
import { SpanBuffer } from './span-buffer.ts';

/** Everything of Sandscope in one process: made by the first `wrap`, shared by all. */
export interface Instance {
  readonly recorder: Recorder;
  readonly delivery: Delivery;
}

let shared: Instance | undefined;

/**
 * The one instance of this process, made from the environment at the first call; undefined when recording is switched
 * off (`OTEL_SDK_DISABLED`, `SANDSCOPE_EXPORT=none`).
 *
 * @param functionName name of the first function that is wrapped
 */
export function sharedInstance(functionName: string): Instance | undefined {
  if (shared !== undefined) return shared;
  const config = readConfig();
  if (config.mode === 'none') return undefined;
  shared = createInstance(process.env, config, functionName);
  return shared;
}

function createInstance(env: Env, config: Config, functionName: string): Instance {
  const buffer = new SpanBuffer(config.bufferSpans, config.bufferBytes);
  const client = new HttpClient();
  const http = new HttpWatch((request) => isOurs(request, config, client));
  const recorder = new Recorder(env, config, buffer, http);
  let encoded: string | undefined;
  const resource = (): string => {
    encoded ??= encodeResource(readResource(env, config, functionName, recorder.accountId));
    return encoded;
  };
  const exporter = new Exporter(config, buffer, client, resource);
  recorder.exportMs = () => exporter.lastMs;
  const parts: DeliveryParts = { config, buffer, exporter, resource, encode: () => recorder.encode() };
  const delivery = createDelivery(parts);
  guarded('watching HTTP requests', () => http.start());
  guarded('listening for SIGTERM', () =>
    onTermination(async (timeoutMillis) => {
      recorder.sayGoodbye('sigterm');
      if (config.mode === 'stdout') writeLine(parts);
      else await exporter.export({ timeoutMillis, keepAlive: true, last: true });
    }),
  );
  return { recorder, delivery };
}

/** Our exports and the Extensions API's long poll are not requests of the program. */
function isOurs(request: object, config: Config, client: HttpClient): boolean {
  if (client.owns(request)) return true;
  const { path } = request as { path?: unknown };
  return (
    config.runtimeApi !== undefined && typeof path === 'string' && path.startsWith('/2020-01-01/extension/')
  );
}
