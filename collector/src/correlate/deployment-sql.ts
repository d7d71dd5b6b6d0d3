import { HAS_FAILED, IS_COLD } from './invocation-sql.ts';

/** Columns of `invocations` that tell a deployment, as a question groups by them. */
export const DEPLOYMENT_COLUMNS = 'function, version, account_id, region, platform';

/** {@link DEPLOYMENT_COLUMNS} as they are read. */
export interface DeploymentRow {
  readonly function: string;
  readonly version: string;
  readonly account_id: string;
  readonly region: string;
  readonly platform: string;
}

/** One name for a deployment, to group by in memory. */
export function deploymentKey(row: DeploymentRow): string {
  return [row.function, row.version, row.account_id, row.region, row.platform].join('\n');
}

/** What of a deployment is told; nothing where it does not say. */
export function toldDeployment({ function: name, version, account_id, region, platform }: DeploymentRow) {
  return {
    function: name,
    ...(version !== '' && { version }),
    deployment: {
      ...(account_id !== '' && { accountId: account_id }),
      ...(region !== '' && { region }),
      ...(platform !== '' && { platform }),
    },
  };
}

/** Invocations from which durations are learnt: warm, alone in their process, without an error. */
export const PLAIN_WARM = `${IS_COLD} = false AND ifNull(window_shared, false) = false AND NOT ${HAS_FAILED}`;
