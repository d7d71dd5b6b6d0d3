import type { FunctionConfiguration, LambdaClient } from '@aws-sdk/client-lambda';
import { awsError, clientOptions, loadSdk } from '../aws/index.ts';
import { CollectorError } from '../errors.ts';
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

/** How long a change of a function may take, s. AWS tells of seconds, and of minutes where a function is in a VPC. */
export const MAX_WAIT_SECONDS = 300;

/** Lambda's control plane, in one region. */
export interface Lambda {
  readonly sdk: LambdaSdk;
  readonly client: LambdaClient;
}

/**
 * Does something with Lambda's control plane.
 *
 * @param what goes wrong where AWS refuses, for the error
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

/** What is known of a function. */
export interface LambdaFunction extends FunctionSettings {
  /** What was read; a change of anything else is refused. */
  readonly revisionId: string | undefined;
  /** As AWS names it; undefined for container images. */
  readonly runtime: string | undefined;
}

/**
 * A function as it is once no other change of it is under way.
 *
 * @throws {CollectorError} `ERR_LAMBDA_VARIABLES` when its variables cannot be read
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
      `the variables of the function cannot be read, so they would be lost: ${Environment.Error.Message ?? Environment.Error.ErrorCode}`,
    );
  }
  return {
    layers: Layers.flatMap(({ Arn }) => Arn ?? []),
    variables: Environment?.Variables ?? {},
    revisionId: RevisionId,
    runtime: Runtime,
  };
}

/** @throws {CollectorError} `ERR_LAMBDA_RUNTIME` when the layer does not work on what the function runs on */
export function requireRuntime({ runtime }: LambdaFunction): void {
  if (Number(/^nodejs(\d+)\.x$/.exec(runtime ?? '')?.[1]) >= 20) return;
  const why =
    runtime === undefined
      ? 'it is a container image, which takes no layers: install @sandscope/sdk in it, and wrap the handler'
      : `its runtime is ${runtime}, and the layer needs nodejs20.x or later`;
  throw new CollectorError('ERR_LAMBDA_RUNTIME', `the function cannot be instrumented: ${why}`);
}

/** Changes a function, and resolves when the change is in force. */
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

/** Waits until no change of a function is under way any more. */
export async function settled({ sdk, client }: Lambda, name: string): Promise<void> {
  await sdk.waitUntilFunctionUpdatedV2(
    { client, maxWaitTime: MAX_WAIT_SECONDS, minDelay: 1, maxDelay: 5 },
    { FunctionName: name },
  );
}
