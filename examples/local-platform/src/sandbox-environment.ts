import { delimiter, dirname } from 'node:path';
import type { FunctionConfig } from './config.ts';

const BASE = {
  PATH: ['/usr/local/bin', '/usr/bin', '/bin', dirname(process.execPath)].join(delimiter),
  LANG: 'en_US.UTF-8',
  TZ: ':UTC',
};

export interface SandboxEnvironmentOptions {
  readonly config: FunctionConfig;
  readonly taskRoot: string;
  readonly logStream: string;
  readonly temporaryFolder: string;
  /** `host:port` */
  readonly runtimeApi: string;
  readonly collector?: string;
  readonly hostEnvironment: Readonly<Record<string, string>>;
  /** The runtime client waits for the code before it loads it. */
  readonly fetchesCode: boolean;
  /** Token for the metadata endpoint; absent if there is no such endpoint. */
  readonly metadataToken?: string;
}

/** The environment of a runtime that has no function yet. */
export function genericEnvironment(): Record<string, string> {
  return { ...BASE, LOCAL_PLATFORM_POOLED: '1' };
}

/**
 * The environment of a sandbox: the variables that Lambda's runtimes get, and none of the platform's own environment.
 * `AWS_EXECUTION_ENV` is left out on purpose: it indicates an AWS microVM, which this is not.
 */
export function sandboxEnvironment(options: SandboxEnvironmentOptions): Record<string, string> {
  const { config, collector, runtimeApi, metadataToken } = options;
  return {
    ...BASE,
    TMPDIR: options.temporaryFolder,
    LAMBDA_TASK_ROOT: options.taskRoot,
    _HANDLER: config.handler,
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    AWS_LAMBDA_FUNCTION_NAME: config.name,
    AWS_LAMBDA_FUNCTION_VERSION: config.version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(config.memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${config.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: options.logStream,
    AWS_LAMBDA_INITIALIZATION_TYPE: config.initialization,
    ...(config.runtimeClient === 3 && { LOCAL_PLATFORM_RUNTIME_CLIENT: '3' }),
    ...(config.initialization === 'lambda-managed-instances' && {
      AWS_LAMBDA_MAX_CONCURRENCY: String(config.concurrencyPerSandbox),
    }),
    AWS_REGION: config.region,
    AWS_DEFAULT_REGION: config.region,
    ...(collector !== undefined && { OTEL_EXPORTER_OTLP_ENDPOINT: collector }),
    ...(options.fetchesCode && { LOCAL_PLATFORM_FETCHES_CODE: '1' }),
    ...(metadataToken !== undefined && {
      AWS_LAMBDA_METADATA_API: runtimeApi,
      AWS_LAMBDA_METADATA_TOKEN: metadataToken,
    }),
    ...options.hostEnvironment,
    ...config.environment,
  };
}
