import { abandonCalls } from './call.ts';
import type { Config, Env } from './config.ts';
import { readConfig } from './config.ts';
import { openDelivery } from './export/delivery.ts';
import type { Delivery } from './export/delivery.ts';
import { HttpClient } from './export/http-client.ts';
import { IoWatch } from './io-watch.ts';
import { late } from './late.ts';
import type { Outlet } from './late/outlet.ts';
import type { Platform } from './platforms/platform.ts';
import { watchProcessEnd } from './process-end.ts';
import { Recorder } from './recorder.ts';
import { guarded } from './report.ts';
import { onTermination } from './shutdown.ts';
import type { Attributes } from './span.ts';

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
  const client = new HttpClient();
  const io = new IoWatch({
    isOurs: (request) => isOurs(request, config, client),
    endpoints: ownEndpoints(config),
  });
  let opened: Outlet | undefined;
  const described: Attributes = {};
  const outlet = (): Outlet => {
    opened ??= new (late().Outlet)({
      env,
      config,
      functionName,
      platform,
      recorder,
      client,
      described,
      ...((config.probes.length > 0 || config.inventory) && {
        // A file of its own in the bundle: few want it, and all would pay for its reading.
        measuring: async () => new (await import('./active-probes.ts')).ActiveProbes(config),
      }),
    });
    return opened;
  };
  const recorder = new Recorder({
    env,
    config,
    io,
    exportMs: () => opened?.exporter.lastMs,
    onLeft: () => outlet().finish(),
  });
  const delivery = openDelivery(config, outlet);
  guarded('watching I/O', () => io.start(config.fsTiming));
  // Without an invocation there is nothing to say.
  const silent = (): boolean => opened === undefined && recorder.ordinal === 0;
  let leaving = false;
  const goodbye = async (reason: string, timeoutMillis: number): Promise<void> => {
    if (leaving) return;
    leaving = true;
    const interrupted = abandonCalls(() => new (late().Interrupted)(reason));
    if (!silent()) await outlet().sayGoodbye(reason, interrupted, timeoutMillis);
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
      if (!silent()) outlet().sayLastWords(leaving ? undefined : endReason, interrupted);
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
      opened?.redescribe();
    },
  };
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
