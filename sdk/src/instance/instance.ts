import { abandonCalls } from './call.ts';
import type { Config, Env } from '../config/config.ts';
import { readConfig } from '../config/config.ts';
import { openDelivery } from '../pipeline/delivery.ts';
import type { Delivery } from '../pipeline/delivery.ts';
import { HttpClient } from '../export/http-client.ts';
import { InitClock } from '../process/init-clock.ts';
import { IoWatch } from '../io/io-watch.ts';
import { late } from '../pipeline/late.ts';
import { endings } from '../invocation/on-demand.ts';
import type { SpanPipeline } from '../pipeline/span-pipeline.ts';
import { isOurs, ownEndpoints } from '../export/own-traffic.ts';
import type { Platform } from '../sandbox/platform.ts';
import { watchProcessEnd } from './process-end.ts';
import type { EndListener } from './process-end.ts';
import { Recorder } from '../invocation/recorder.ts';
import { registry } from '../process/registry.ts';
import { contained, guarded } from '../fence/report.ts';
import { onTermination } from '../process/shutdown.ts';
import type { Attributes } from '../otlp/span.ts';
import { outgoingHeaders } from '../invocation/outgoing-headers.ts';
import { workerThreadId } from '../process/thread-id.ts';

/** All of Sandscope's state in one process: created by the first `wrap`, shared by all. */
export interface Instance {
  readonly recorder: Recorder;
  readonly delivery: Delivery;
  readonly config: Config;
  readonly init: InitClock;
  /** For Sandscope's own requests, which do not count as the function's. */
  readonly client: HttpClient;
  /** Makes the shutdown span, and sends all waiting spans within the given time. */
  readonly goodbye: (reason: string, timeoutMillis: number) => Promise<void>;
  /** Adds attributes to the resource of all spans sent from now on. */
  readonly describe: (attributes: Attributes) => void;
  /** Sends all waiting spans in the `exit` event. */
  readonly exportAtExit: (interrupted: boolean) => void;
  /**
   * Records that the initialisation failed, and sends it.
   *
   * @param timeoutMillis time limit of the export; undefined in the `exit` event, in which the export is synchronous
   * @returns resolves when it is sent
   */
  readonly failedInit: (thrown: unknown, timeoutMillis: number | undefined) => Promise<void>;
}

let shared: Instance | undefined;
/** Set while an initialisation is in progress, which may fail before there is an instance. */
let awaited: InitWatch | undefined;
/** Stops listening for a SIGTERM during the initialisation. */
let endTerminationWatch: (() => void) | undefined;
/** SIGTERM came. */
let isTerminated = false;

const ends: EndListener = {
  isUsed: () => shared !== undefined && shared.recorder.tracker.ordinal > 0,
  failUnanswered: (thrown) => shared?.recorder.failUnanswered(thrown) === true,
  exportAtExit: (interrupted) => shared?.exportAtExit(interrupted),
  isTerminated: () => isTerminated,
  failedInit: (thrown) => {
    if (registry().initFailed || registry().carried) return;
    // A sandbox that was ready and was asked to end did not fail, whatever its exit code.
    if (isTerminated && shared !== undefined) return;
    const instance = shared ?? awaited?.open();
    if (instance !== undefined)
      void recordFailure(instance, (isNodes(thrown) ? awaited?.thrown : undefined) ?? thrown, undefined);
  },
};

/** The function could not be loaded, and the process goes on. */
export function failInit(instance: Instance, thrown: unknown): void {
  if (!ends.isUsed()) void recordFailure(instance, thrown, instance.config.exportTimeoutMillis);
}

/** Only once, because the function may bundle its own copy of this package. */
async function recordFailure(
  instance: Instance,
  thrown: unknown,
  timeoutMillis: number | undefined,
): Promise<void> {
  if (registry().initFailed) return;
  registry().initFailed = true;
  await instance.failedInit(thrown, timeoutMillis);
}

/** Records a failed initialisation even if it fails before a handler is wrapped. */
export interface InitWatch {
  readonly open: () => Instance | undefined;
  /** The error that loading failed with. */
  thrown?: unknown;
}

/**
 * Watches an initialisation from now on.
 *
 * @param functionName called only if the initialisation fails
 */
export function watchInit(functionName: () => string, platform: Platform | undefined): InitWatch {
  awaited = { open: () => sharedInstance(functionName(), platform, true) };
  guarded('watching the end of the process', () => watchProcessEnd(ends));
  return awaited;
}

/** Records a watched initialisation that SIGTERM interrupts; for platforms that send one. */
export function watchTermination(): void {
  endTerminationWatch ??= guarded('listening for SIGTERM', () =>
    onTermination(async (timeoutMillis, endsNow) => {
      isTerminated = true;
      const instance = endsNow && !registry().carried ? awaited?.open() : undefined;
      if (instance !== undefined)
        await recordFailure(instance, new (endings().Interrupted)('sigterm'), timeoutMillis);
    }),
  );
}

/** Stops watching the initialisation. */
export function unwatchInit(): void {
  awaited = undefined;
  endTerminationWatch?.();
  endTerminationWatch = undefined;
}

/** If the thrown value is not an error, Node.js ends the process with an error of its own. */
function isNodes(thrown: unknown): boolean {
  return (thrown as { code?: unknown } | null | undefined)?.code === 'ERR_UNHANDLED_REJECTION';
}

/** Resolves when it is decided how spans leave this sandbox; at once if nothing was wrapped. */
export async function settled(): Promise<void> {
  await shared?.delivery.ready;
}

/**
 * The one instance of this process, created from the environment at the first call; undefined if recording is switched
 * off (`OTEL_SDK_DISABLED`, `SANDSCOPE_EXPORT=none`).
 *
 * @param functionName name of the first function that is wrapped
 * @param platform undefined if unknown
 * @param ends true if the process ends: nothing is registered any more
 */
export function sharedInstance(
  functionName: string,
  platform: Platform | undefined,
  ends = false,
): Instance | undefined {
  if (shared !== undefined) return shared;
  const config = readConfig(process.env, platform?.exportMode);
  if (config.mode === 'none') return undefined;
  const { runtimeApi, ...others } = config;
  shared = createInstance(
    process.env,
    ends || runtimeApi === undefined ? others : config,
    functionName,
    platform,
  );
  return shared;
}

function createInstance(
  env: Env,
  config: Config,
  functionName: string,
  platform: Platform | undefined,
): Instance {
  const client = new HttpClient();
  const init = new InitClock(platform?.serves ?? false);
  const io = new IoWatch({
    isOurs: (request) => isOurs(request, config, client),
    endpoints: ownEndpoints(config),
    operations: config.ioSpans,
  });
  const { pooled = false } = platform ?? {};
  const isPooled = typeof pooled === 'function' ? guarded('asking for a pool', pooled) === true : pooled;
  guarded('following the initialisation', () => platform?.follow?.(init, isPooled));
  let opened: SpanPipeline | undefined;
  const described: Attributes = {};
  const pipeline = (): SpanPipeline => {
    opened ??= new (late().SpanPipeline)({
      env,
      config,
      functionName,
      platform,
      recorder,
      client,
      pooled: isPooled,
      described,
      ...((config.probes.length > 0 || config.inventory) && {
        // A separate file in the bundle: few use it, but all would pay for loading it.
        measuring: async () => new (await import('../readings/active-probes.ts')).ActiveProbes(config),
      }),
    });
    return opened;
  };
  const recorder = new Recorder({
    env,
    config,
    io,
    init,
    threadId: workerThreadId(),
    parseTraceHeaders: (headers) => late().parseTraceHeaders(headers),
    bootTimeUnixMs: () => late().bootClock.bootTimeUnixMs(),
    exportMs: () => opened?.exporter.lastMs,
    onLeft: () => pipeline().finish(),
  });
  const delivery = openDelivery(config, pipeline);
  guarded('watching I/O', () => io.start(config.fsTiming));
  const goodbye = async (reason: string, timeoutMillis: number): Promise<void> => {
    const interrupted = abandonCalls(() => new (endings().Interrupted)(reason));
    // A sandbox that was never used is worth reporting only with Lambda's extension: it was initialised in vain.
    if (recorder.tracker.ordinal > 0 || config.mode === 'extension')
      await pipeline().shutDown(reason, interrupted, timeoutMillis);
  };
  let endReason: string | undefined;
  endTerminationWatch?.();
  guarded('listening for SIGTERM', () =>
    onTermination(async (timeoutMillis, endsNow) => {
      endReason = 'sigterm';
      isTerminated = true;
      // A server that ends itself may finish its requests first; the shutdown span is then made when the process ends.
      if (endsNow || recorder.active.size === 0) await goodbye('sigterm', timeoutMillis);
    }),
  );
  guarded('watching the end of the process', () => watchProcessEnd(ends));
  registry().traceHeaders = () => {
    const [only, other] = recorder.active;
    // With several invocations at once, it is unknown which of them calls.
    return only === undefined || other !== undefined ? {} : outgoingHeaders(only);
  };
  return {
    config,
    recorder,
    delivery,
    init,
    client,
    goodbye,
    describe: (attributes) => {
      if (Object.entries(attributes).every(([name, value]) => described[name] === value)) return;
      Object.assign(described, attributes);
      opened?.redescribe();
    },
    exportAtExit: (interrupted) => pipeline().shutDownAtExit(endReason, interrupted),
    failedInit: async (thrown, timeoutMillis) => {
      // On other platforms any program may import the module, such as a test.
      if (platform === undefined) return;
      if (timeoutMillis === undefined) pipeline().recordFailedInitAtExit(thrown);
      else await contained('a failed initialisation', pipeline().recordFailedInit(thrown, timeoutMillis));
    },
  };
}
