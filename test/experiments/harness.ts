/** Runs experiments on a local platform in this process. The platform's configuration is the truth to be found. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ExperimentName, ProbeResult, Target } from '@sandscope/probes/outside';
import {
  conduct,
  EXPERIMENTS,
  platformTarget,
  PRICE_PLANS,
  readParameters,
} from '../../collector/src/experiments/index.ts';
import type { ConductOptions } from '../../collector/src/experiments/index.ts';
import type { PlatformConfigInput } from '../../examples/local-platform/src/config.ts';
import type { FunctionInput } from '../../examples/local-platform/src/config/function.ts';
import { startPlatform } from '../../examples/local-platform/src/platform.ts';
import type { PlatformHandle } from '../../examples/local-platform/src/platform.ts';
import { until } from '../support/stack.ts';

/** Entry file of a function of the examples. */
export function example(name: string): string {
  return fileURLToPath(new URL(`../../examples/functions/${name}/index.ts`, import.meta.url));
}

/** A function that reports about itself and sends no telemetry. */
export function probeFunction(name: string, fields: Partial<FunctionInput> = {}): FunctionInput {
  return {
    name,
    source: example('probe'),
    ...fields,
    environment: { OTEL_SDK_DISABLED: 'true', ...fields.environment },
  };
}

/** A platform that ends with the test, or with the file if it is started outside of a test. */
export async function startTruth(
  functions: readonly FunctionInput[],
  config: Omit<Partial<PlatformConfigInput>, 'functions'> = {},
): Promise<PlatformHandle> {
  return startPlatform({ hostMode: 'declared', seed: 1, ...config, functions: [...functions] });
}

/** A function of the platform as the target. */
export function targetOf(platform: PlatformHandle, functionName: string): Target {
  return platformTarget(platform.url, functionName);
}

/**
 * The same target, but an answer is passed on only once no sandbox of the platform is at work any more: a sandbox that
 * has answered can take the next call only after it has sent its telemetry, and how long that takes depends on the
 * machine. For sequential calls.
 */
export function restedTarget(platform: PlatformHandle, target: Target): Target {
  return {
    ...target,
    async call(call) {
      const reply = await target.call(call);
      await until(
        'the platform is at rest',
        async () => platform.status().map(({ state }) => state),
        (states) => states.every((state) => ['frozen', 'idle', 'down'].includes(state)),
      );
      return reply;
    },
  };
}

export interface Measurement {
  readonly set?: readonly string[];
  readonly timeScale?: number;
  readonly seed?: number;
  readonly timeoutMs?: number;
  readonly prices?: string;
  readonly signal?: AbortSignal;
  readonly folder?: string;
  readonly maxCalls?: number;
  readonly maxDurationMs?: number;
  readonly withoutBody?: boolean;
  /** Included in the event of every call. */
  readonly event?: Readonly<Record<string, unknown>>;
  readonly openSpans?: ConductOptions['openSpans'];
  readonly join?: ConductOptions['join'];
}

/** Runs an experiment and returns its result. */
export async function measure<Name extends ExperimentName>(
  name: Name,
  target: Target,
  options: Measurement = {},
): Promise<ProbeResult<Name>> {
  const experiment = EXPERIMENTS.find((one) => one.name === name);
  if (!experiment) throw new Error(`there is no experiment ${name}`);
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'sandscope-experiment-'));
  const { result } = await conduct(
    {
      experiment,
      parameters: readParameters(experiment.parameters, options.set ?? []),
      seed: options.seed ?? 1,
      timeScale: options.timeScale ?? 1,
      timeoutMs: options.timeoutMs ?? 10_000,
      ceilings: { calls: options.maxCalls ?? 10_000, durationMs: options.maxDurationMs ?? 120_000 },
      prices: PRICE_PLANS[options.prices ?? 'aws-lambda-x86-2025']!,
      version: '0.0.0',
      folder,
      ...(options.withoutBody === true && { withoutBody: true }),
      ...(options.event && { event: options.event }),
    },
    {
      target,
      signal: options.signal ?? new AbortController().signal,
      retryPausesMs: [10, 10],
      ...(options.openSpans && { openSpans: options.openSpans }),
      ...(options.join && { join: options.join }),
    },
  );
  await target.close();
  if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
  return result as ProbeResult<Name>;
}

/** Headers that belong to the request and not to its connection. */
function ownHeaders({ headers }: IncomingMessage): Record<string, string> {
  const names = /^(authorization|content-type|x-amz-.*|traceparent)$/;
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      names.test(name) && typeof value === 'string' ? [[name, value]] : [],
    ),
  );
}

export interface SlowWay {
  readonly url: string;
  readonly close: () => void;
}

/**
 * A slower path to a server: requests are passed on after `delayMs`, plus `perMbMs` per MB of their body. Requests that
 * `slows` does not select, by default all but function calls, pass at once.
 */
export async function slowWay(
  to: string,
  delayMs: number,
  perMbMs = 0,
  slows = /\/invocations|^\/url\//,
): Promise<SlowWay> {
  const server = createServer((request, response) => {
    void forward(request, response).catch(() => response.destroy());
  });
  const forward = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = Buffer.concat(await request.toArray());
    const path = request.url ?? '/';
    if (slows.test(path)) await sleep(delayMs + (perMbMs * body.length) / 1e6);
    const answer = await fetch(`${to}${path}`, {
      method: request.method ?? 'GET',
      headers: { 'content-type': 'application/json', ...ownHeaders(request) },
      ...(body.length > 0 && { body }),
    });
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(Buffer.from(await answer.arrayBuffer()));
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
