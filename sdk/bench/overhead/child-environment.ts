import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';

/** Name of the function. */
export const FUNCTION_NAME = 'hello';

/** The variables that Lambda's runtimes get, and none of this process's own environment. */
export function childEnvironment(
  taskRoot: string,
  runtimeApi: string,
  temporaryFolder: string,
): Record<string, string> {
  return {
    PATH: `/usr/local/bin:/usr/bin:/bin:${dirname(process.execPath)}`,
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    TMPDIR: temporaryFolder,
    LAMBDA_TASK_ROOT: taskRoot,
    _HANDLER: 'index.handler',
    AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${process.versions.node.split('.')[0]}.x`,
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    AWS_LAMBDA_FUNCTION_NAME: FUNCTION_NAME,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${FUNCTION_NAME}`,
    AWS_LAMBDA_LOG_STREAM_NAME: `2026/01/01/[$LATEST]${randomBytes(16).toString('hex')}`,
    AWS_REGION: 'eu-west-1',
  };
}
