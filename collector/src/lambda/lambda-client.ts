import type { FunctionConfiguration, LambdaClient } from '@aws-sdk/client-lambda';
import { awsError, clientOptions, loadSdk } from '../aws/index.ts';
import { CollectorError } from '../errors/errors.ts';
import type { FunctionSettings } from './instrumentation.ts';

/** The AWS SDK's module for Lambda. */
export type LambdaSdk = Pick<
  Awaited<ReturnType<typeof importSdk>>,
  | 'CreateAliasCommand'
  | 'DeleteAliasCommand'
  | 'DeleteFunctionCommand'
  | 'GetFunctionCommand'
  | 'GetFunctionConfigurationCommand'
  | 'GetLayerVersionCommand'
  | 'LambdaClient'
  | 'ListLayerVersionsCommand'
  | 'PublishLayerVersionCommand'
  | 'PublishVersionCommand'
  | 'TagResourceCommand'
  | 'UntagResourceCommand'
  | 'UpdateAliasCommand'
  | 'UpdateFunctionConfigurationCommand'
  | 'paginateListAliases'
  | 'paginateListVersionsByFunction'
  | 'waitUntilFunctionUpdatedV2'
  | 'waitUntilPublishedVersionActive'
>;

const importSdk = () => import('@aws-sdk/client-lambda');

/** Longest duration of a change to a function, s. AWS documents seconds, and minutes for a function in a VPC. */
export const MAX_WAIT_SECONDS = 300;

/** Lambda's control plane, in one region. */
export interface Lambda {
  readonly sdk: LambdaSdk;
  readonly client: LambdaClient;
}

/**
 * Calls Lambda's control plane.
 *
 * @param what the failed action, for the error if AWS refuses
 * @throws {CollectorError} `ERR_AWS_SDK`, `ERR_AWS`
 */
export async function withLambda<Result>(
  region: string | undefined,
  what: string,
  use: (lambda: Lambda) => Promise<Result>,
): Promise<Result> {
  const sdk = await loadSdk('@aws-sdk/client-lambda', importSdk);
  const client = new sdk.LambdaClient(clientOptions(region));
  try {
    return await use({ sdk, client });
  } catch (error) {
    throw awsError(what, error);
  } finally {
    client.destroy();
  }
}

/** The state of a function. */
export interface LambdaFunction extends FunctionSettings {
  /** Revision that was read; changes based on another revision are refused. */
  readonly revisionId: string | undefined;
  /** AWS's name of it; undefined for container images. */
  readonly runtime: string | undefined;
}

/**
 * Reads a function once no other change to it is in progress.
 *
 * @throws {CollectorError} `ERR_LAMBDA_VARIABLES` when its variables are unreadable
 */
export async function readFunction(lambda: Lambda, name: string): Promise<LambdaFunction> {
  const read = (): Promise<FunctionConfiguration> =>
    lambda.client.send(new lambda.sdk.GetFunctionConfigurationCommand({ FunctionName: name }));
  let found = await read();
  if (found.LastUpdateStatus === 'InProgress') {
    await settled(lambda, name);
    found = await read();
  }
  const { Environment, Layers = [], RevisionId, Runtime } = found;
  if (Environment?.Error) {
    throw new CollectorError(
      'ERR_LAMBDA_VARIABLES',
      `the variables of the function cannot be read and would be lost: ${Environment.Error.Message ?? Environment.Error.ErrorCode}`,
    );
  }
  return {
    layers: Layers.flatMap(({ Arn }) => Arn ?? []),
    variables: Environment?.Variables ?? {},
    revisionId: RevisionId,
    runtime: Runtime,
  };
}

/** @throws {CollectorError} `ERR_LAMBDA_RUNTIME` when the layer does not support the function's runtime */
export function requireRuntime({ runtime }: LambdaFunction): void {
  if (Number(/^nodejs(\d+)\.x$/.exec(runtime ?? '')?.[1]) >= 20) return;
  const why =
    runtime === undefined
      ? 'it is a container image, which cannot have layers: install @sandscope/sdk in it, and wrap the handler'
      : `its runtime is ${runtime}, and the layer needs nodejs20.x or later`;
  throw new CollectorError('ERR_LAMBDA_RUNTIME', `the function cannot be instrumented: ${why}`);
}

/** Changes a function, and resolves when the change is active. */
export async function updateFunction(
  lambda: Lambda,
  name: string,
  { layers, variables }: FunctionSettings,
  revisionId: string | undefined,
): Promise<void> {
  await lambda.client.send(
    new lambda.sdk.UpdateFunctionConfigurationCommand({
      FunctionName: name,
      Layers: [...layers],
      Environment: { Variables: { ...variables } },
      ...(revisionId !== undefined && { RevisionId: revisionId }),
    }),
  );
  await settled(lambda, name);
}

/** Waits until no change to a function is in progress. */
export async function settled({ sdk, client }: Lambda, name: string): Promise<void> {
  await sdk.waitUntilFunctionUpdatedV2(
    { client, maxWaitTime: MAX_WAIT_SECONDS, minDelay: 1, maxDelay: 5 },
    { FunctionName: name },
  );
}
