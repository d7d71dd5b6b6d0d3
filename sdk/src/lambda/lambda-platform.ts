import { attempt } from '@sandscope/probes/inside';
import * as semconv from '@sandscope/probes/semconv';
import { wallMs } from '../clock/clock.ts';
import type { Env } from '../config/config.ts';
import { envVar } from '../fence/environment.ts';
import type { Attributes } from '../otlp/span.ts';
import { firstEnvironment } from '../process/first-environment.ts';
import type { InitMoments } from '../process/init-clock.ts';
import { memoryBytes } from '../sandbox/platform.ts';
import type { Get, Platform } from '../sandbox/platform.ts';

// A process that was idle for less did not wait in a pool: it waited for files.
const WAIT_MS = 50;

/** The platform Lambda, if the environment says so. */
export const AWS_LAMBDA: Platform = {
  name: 'aws-lambda',
  ask: (get, env) => askForZone(get, env),
  pooled: wasGeneric,
  follow: lookBackIfGeneric,
  resource: (env) => ({
    [semconv.ATTR_CLOUD_PROVIDER]: 'aws',
    [semconv.ATTR_CLOUD_PLATFORM]: 'aws_lambda',
    [semconv.ATTR_CLOUD_REGION]: env['AWS_REGION'] || undefined,
    [semconv.ATTR_FAAS_VERSION]: env['AWS_LAMBDA_FUNCTION_VERSION'] || undefined,
    [semconv.ATTR_FAAS_INSTANCE]: env['AWS_LAMBDA_LOG_STREAM_NAME'] || undefined,
    [semconv.ATTR_FAAS_MAX_MEMORY]: memoryBytes(env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE']),
    [semconv.ATTR_LAMBDA_MAX_CONCURRENCY]: maxConcurrency(env),
  }),
};

/**
 * Whether this process was started before its function was known: AWS never does so, but platforms that emulate Lambda
 * may keep a pool of runtimes. Such a process gets the function's variables later.
 */
function wasGeneric(): boolean {
  const name = 'AWS_LAMBDA_FUNCTION_NAME';
  if (!envVar(name)) return false;
  const first = attempt(firstEnvironment);
  if (first === undefined || first.get(name)) return false;
  // Last, because Node loads `performance` at its first use, in 1 ms. A program that names its function never waits.
  return performance.eventLoopUtilization().idle >= WAIT_MS;
}

/** While it waited for its function, it did nothing: what its event loop has done so far is the load of the function. */
function lookBackIfGeneric(init: InitMoments, pooled: boolean): void {
  if (pooled) init.loadBegan(wallMs() - performance.eventLoopUtilization().active);
}

/** Undefined if this process does not run on Lambda. */
export function lambdaPlatform(): Platform | undefined {
  return envVar('AWS_LAMBDA_FUNCTION_NAME') ? AWS_LAMBDA : undefined;
}

/**
 * Lambda's metadata endpoint returns the id of the availability zone, which is the same in all accounts (`use1-az1`).
 * The environment contains its address and a token for it.
 */
async function askForZone(get: Get, env: Env): Promise<Attributes> {
  const { AWS_LAMBDA_METADATA_API: address, AWS_LAMBDA_METADATA_TOKEN: token } = env;
  if (!address || !token) return {};
  const text = await get(`http://${address}/2026-01-15/metadata/execution-environment`, {
    authorization: `Bearer ${token}`,
  });
  const { AvailabilityZoneID: zone } = JSON.parse(text ?? '{}') as { AvailabilityZoneID?: unknown };
  return {
    ...(typeof zone === 'string' &&
      /^[\w-]{1,64}$/.test(zone) && { [semconv.ATTR_CLOUD_AVAILABILITY_ZONE]: zone }),
  };
}

/** Number of concurrent invocations that a managed instance accepts. */
function maxConcurrency(env: Env): number | undefined {
  const given = Number(env['AWS_LAMBDA_MAX_CONCURRENCY'] ?? Number.NaN);
  return Number.isInteger(given) && given > 0 ? given : undefined;
}
