import * as semconv from '@sandscope/probes/semconv';
import type { Store } from '../../../store/index.ts';
import { DEPLOYMENT_COLUMNS, deploymentKey } from '../../deployment-sql.ts';
import type { DeploymentRow } from '../../deployment-sql.ts';
import { ENVIRONMENT, NAMES_ITSELF } from '../../invocation-sql.ts';
import { betweenSql, filterSql, scopeParams } from '../../scope.ts';
import type { Scope } from '../../scope.ts';
import { hasAttribute, IS_CLIENT, spanText } from '../../span-sql.ts';

/** Sockets of one sandbox to one remote end. */
export interface HeldSockets extends DeploymentRow {
  /** Its environment. */
  readonly environment: string;
  /** `ADDRESS:PORT`, or `other`. */
  readonly peer: string;
  /** The first reported number, and the highest. */
  readonly first: number;
  readonly most: number;
  /** Times of the first report, the first report of the highest number, and the last report, ms since the epoch. */
  readonly firstMs: number;
  readonly mostFromMs: number;
  readonly lastMs: number;
  /** Number in the sandbox's latest report. */
  readonly isHeld: boolean;
}

/** The available data about the sockets of sandboxes. */
export interface SocketEvidence {
  readonly held: readonly HeldSockets[];
  /** Sandboxes that reported sockets, by deployment in the form of `deploymentKey`. */
  readonly told: ReadonlyMap<string, number>;
  /** Names that the program resolved, by remote address. */
  readonly names: ReadonlyMap<string, string>;
  readonly truncated: boolean;
}

const MAX_ROWS = 100_000;

interface PeerRow extends DeploymentRow {
  readonly sandbox: string;
  readonly peer: string;
  readonly first: string;
  readonly most: string;
  readonly first_ms: number;
  readonly most_from_ms: number;
  readonly last_ms: number;
  readonly told_ms: number;
}

/** Sockets by sandbox and remote end. */
export async function loadSockets(store: Store, scope: Scope): Promise<SocketEvidence> {
  const sandbox = `${ENVIRONMENT} AS sandbox`;
  const rows = `${store.database}.invocations
            WHERE ${betweenSql('start')}${filterSql(scope)} AND ${NAMES_ITSELF} AND process_connection_count IS NOT NULL`;
  const params = scopeParams(scope);
  const [peers, told, names] = await Promise.all([
    store.query<PeerRow>(
      `SELECT ${DEPLOYMENT_COLUMNS}, sandbox, p.1 AS peer, argMin(p.2, at) AS first, max(p.2) AS most, min(at) AS first_ms, argMax(at, (p.2, -at)) AS most_from_ms, max(at) AS last_ms,
        any(told) AS told_ms
      FROM (
        SELECT ${DEPLOYMENT_COLUMNS}, sandbox, at, told,
          arrayJoin(arrayMap(x -> (splitByChar(' ', x)[1], toUInt32OrZero(splitByChar(' ', x)[2])), list)) AS p
        FROM (
          SELECT *, max(at) OVER (PARTITION BY ${DEPLOYMENT_COLUMNS}, sandbox) AS told
          FROM (
            SELECT ${DEPLOYMENT_COLUMNS}, ${sandbox}, toFloat64(toUnixTimestamp64Milli(start)) + duration_ns / 1e6 AS at,
              JSONExtract(process_peers, 'Array(String)') AS list
            FROM ${rows}
          )
        )
      )
      GROUP BY ${DEPLOYMENT_COLUMNS}, sandbox, peer HAVING most > 0
      ORDER BY last_ms DESC, sandbox, peer LIMIT ${MAX_ROWS}`,
      params,
    ),
    store.query<DeploymentRow & { n: string }>(
      `SELECT ${DEPLOYMENT_COLUMNS}, uniqExact(sandbox) AS n
      FROM (SELECT ${DEPLOYMENT_COLUMNS}, ${sandbox} FROM ${rows})
      GROUP BY ${DEPLOYMENT_COLUMNS}`,
      params,
    ),
    store.query<{ address: string; name: string }>(
      `SELECT ${spanText(semconv.ATTR_NETWORK_PEER_ADDRESS)} AS address, topK(1)(${spanText(semconv.ATTR_SERVER_ADDRESS)})[1] AS name
      FROM ${store.database}.otel_traces WHERE ${betweenSql('Timestamp')} AND ${IS_CLIENT} AND ${hasAttribute(semconv.ATTR_NETWORK_PEER_ADDRESS)}
        AND ${spanText(semconv.ATTR_SERVER_ADDRESS)} != ''
      GROUP BY address LIMIT 10000`,
      params,
    ),
  ]);
  return {
    held: peers.map(heldOf),
    told: new Map(told.map((row) => [deploymentKey(row), Number(row.n)])),
    names: new Map(names.map(({ address, name }) => [address, name])),
    truncated: peers.length >= MAX_ROWS,
  };
}

function heldOf(row: PeerRow): HeldSockets {
  const { function: name, version, account_id, region, platform, sandbox, peer } = row;
  return {
    function: name,
    version,
    account_id,
    region,
    platform,
    environment: sandbox,
    peer,
    first: Number(row.first),
    most: Number(row.most),
    firstMs: row.first_ms,
    mostFromMs: row.most_from_ms,
    lastMs: row.last_ms,
    isHeld: row.last_ms >= row.told_ms,
  };
}
