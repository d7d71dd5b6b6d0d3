import type { InvokeCommandOutput } from '@aws-sdk/client-lambda';
import { brief } from './failures.ts';
import type { ProviderFacts, SampleErrorCode } from './sample.ts';
import type { ResultTarget } from './result.ts';
import type { Target, TargetCall, TargetReply } from './target.ts';
import { readReport } from './lambda-report.ts';

export interface LambdaTargetOptions {
  /** Name or ARN, with a version or alias if wanted. */
  readonly functionName: string;
  /** Default: from the ARN, otherwise from AWS's own configuration. */
  readonly region?: string;
  /** Endpoint of a platform that speaks the Invoke API; default AWS. */
  readonly endpoint?: string;
  /** For tests and platforms without accounts; default AWS's own credential chain. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/**
 * An AWS Lambda function, called through the Invoke API of AWS's client, which is loaded here on demand. The client
 * keeps its connections and does not retry a failed call, because a retry would be a call that is not counted.
 */
export async function lambdaTarget(options: LambdaTargetOptions): Promise<Target> {
  const { LambdaClient, InvokeCommand } = await import('@aws-sdk/client-lambda');
  const region = options.region ?? /^arn:[^:]+:lambda:([^:]+):/.exec(options.functionName)?.[1];
  const client = new LambdaClient({
    maxAttempts: 1,
    ...(region !== undefined && { region }),
    ...(options.endpoint !== undefined && { endpoint: options.endpoint }),
    ...(options.credentials && { credentials: options.credentials }),
  });
  const describe = (): ResultTarget => {
    const name = /:function:([^:]+)/.exec(options.functionName)?.[1] ?? options.functionName.split(':')[0];
    return {
      kind: 'lambda',
      ...(name !== undefined && { name }),
      identity: { function: options.functionName, ...(region !== undefined && { region }) },
    };
  };
  return {
    describe,
    isRemote: options.endpoint === undefined,
    seesConnections: false,
    close: async () => client.destroy(),
    call: (call) =>
      invoke(call, (signal) =>
        client.send(
          new InvokeCommand({
            FunctionName: call.functionName ?? options.functionName,
            InvocationType: call.type === 'async' ? 'Event' : 'RequestResponse',
            ...(call.type !== 'async' && { LogType: 'Tail' as const }),
            ...(call.body !== undefined && { Payload: call.body }),
          }),
          { abortSignal: signal },
        ),
      ),
  };
}

async function invoke(
  { timeoutMs }: TargetCall,
  send: (signal: AbortSignal) => Promise<InvokeCommandOutput>,
): Promise<TargetReply> {
  const sentAt = performance.now();
  try {
    const output = await send(AbortSignal.timeout(timeoutMs));
    const endAt = performance.now();
    const body = Buffer.from(output.Payload ?? new Uint8Array());
    return {
      sentAt,
      endAt,
      ...(output.StatusCode !== undefined && { httpStatus: output.StatusCode }),
      body,
      responseBytes: body.length,
      provider: providerFacts(output),
      ...(output.FunctionError !== undefined && {
        error: { code: 'function_error' as const, message: brief(body.subarray(0, 1024).toString()) },
      }),
    };
  } catch (error) {
    return { sentAt, endAt: performance.now(), ...failureOf(error) };
  }
}

function providerFacts(output: InvokeCommandOutput): ProviderFacts {
  const log = output.LogResult === undefined ? '' : Buffer.from(output.LogResult, 'base64').toString();
  const { requestId } = output.$metadata;
  return {
    ...readReport(log),
    ...(requestId !== undefined && { requestId }),
    ...(output.ExecutedVersion !== undefined && { version: output.ExecutedVersion }),
  };
}

function failureOf(error: unknown): Pick<TargetReply, 'error' | 'httpStatus'> {
  const {
    name = '',
    message = String(error),
    $metadata,
  } = error as {
    name?: string;
    message?: string;
    $metadata?: { httpStatusCode?: number };
  };
  const status = $metadata?.httpStatusCode;
  const code = codeOf(name, status);
  return {
    error: { code, message: brief(`${name}: ${message}`) },
    ...(status !== undefined && { httpStatus: status }),
  };
}

function codeOf(name: string, status: number | undefined): SampleErrorCode {
  if (name === 'AbortError' || name === 'TimeoutError') return 'timeout';
  if (status === 429 || name === 'TooManyRequestsException') return 'throttled';
  if (status !== undefined && status >= 500) return 'server_error';
  // No status: there was no answer, or there are no credentials.
  if (status === undefined) return 'unreachable';
  return 'client_error';
}
