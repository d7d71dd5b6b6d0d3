import { HAS_FAILED, IS_COLD } from './invocation-sql.ts';

/** Columns of `invocations` that identify a deployment; questions group by them. */
export const DEPLOYMENT_COLUMNS = 'function, version, account_id, region, platform';

/** The expressions of {@link DEPLOYMENT_COLUMNS}. */
export interface DeploymentRow {
  readonly function: string;
  readonly version: string;
  readonly account_id: string;
  readonly region: string;
  readonly platform: string;
}

/** A unique name of a deployment, for grouping in memory. */
export function deploymentKey(row: DeploymentRow): string {
  return [row.function, row.version, row.account_id, row.region, row.platform].join('\n');
}

/** The known fields of a deployment; missing ones are left out. */
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

/** Invocations that durations are learned from: warm, alone in their process, without an error. */
export const PLAIN_WARM = `${IS_COLD} = false AND ifNull(window_shared, false) = false AND NOT ${HAS_FAILED}`;
