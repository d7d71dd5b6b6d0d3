import { CollectorError } from '../../errors/errors.ts';
import { FUNCTION_OF_SPAN } from '../catalogue/span-columns.ts';
import { quote } from '../query-params.ts';

/** Names of one installation on a cluster. */
export interface ClusterNames {
  /** A cluster of the servers' `remote_servers`, or a macro in braces that names one. */
  readonly cluster: string;
  /** Database of the `Distributed` tables. */
  readonly database: string;
  /** Database of the tables that hold the rows. */
  readonly tablesDatabase: string;
}

/** Keeper remembers insert tokens: how many blocks per shard and table, and for how long. */
const REMEMBERED_BLOCKS = 10_000;
const REMEMBERED_SECONDS = 7 * 86_400;

const NAME = String.raw`(?<database>\w+)\.(?<name>\w+)`;
const TABLE = new RegExp(
  String.raw`^CREATE TABLE IF NOT EXISTS ${NAME} \(\n(?<columns>[\s\S]+?)\n\s*\)\n` +
    String.raw`\s*ENGINE = (?<engine>\w*MergeTree)(?:\((?<args>[^\n]*)\))?\n(?<rest>[\s\S]+)$`,
);
const VIEW = new RegExp(
  String.raw`^CREATE MATERIALIZED VIEW IF NOT EXISTS ${NAME}\s+TO (?<target>\w+)\.\w+ AS\n(?<select>[\s\S]+)$`,
);
const ALTER = new RegExp(
  String.raw`^ALTER TABLE ${NAME} (?<action>(?:MODIFY|ADD|DROP|MATERIALIZE) (?:SETTING|TTL|COLUMN|INDEX)|DELETE WHERE)(?<rest>[\s\S]+)$`,
);
/** Settings only for the tables that hold the rows. */
const SORTING_KEY = /, MODIFY ORDER BY \([^\n]*\)$/;
const DROP = new RegExp(String.raw`^DROP (?<kind>TABLE|VIEW) IF EXISTS ${NAME}$`);
const INSERT = new RegExp(
  String.raw`^INSERT INTO ${NAME} \([^)]+\)\n(?<select>\s*(?:SELECT|WITH)\b[\s\S]+)$`,
);
const DEDUPLICATION = /\bnon_replicated_deduplication_window = (\d+)/;

/**
 * Converts a migration statement for a single server into the equivalent statements for a cluster. A table becomes a
 * replicated table on every server and a `Distributed` one over them. A view stays on its shard. Each shard computes
 * rows that are filled in later from its own rows.
 *
 * It knows only the statement shapes that the migrations use, because a statement that passed through unchanged would
 * run on one server alone.
 *
 * @throws {CollectorError} `ERR_INTERNAL` for a statement of another shape.
 */
export function toClusterDdl(statement: string, names: ClusterNames): readonly string[] {
  const { database, tablesDatabase } = names;
  const onCluster = `ON CLUSTER ${quote(names.cluster)}`;
  const shape = [TABLE, VIEW, ALTER, DROP, INSERT].find((pattern) => pattern.test(statement));
  const parts = shape?.exec(statement)?.groups;
  if (parts === undefined) throw unknown(statement, 'has no known shape');
  if (parts['database'] !== tablesDatabase) throw unknown(statement, `is not about ${tablesDatabase}`);
  const name = parts['name'] ?? '';
  const rest = parts['rest'] ?? '';
  const local = `${tablesDatabase}.${name} ${onCluster}`;
  const distributed = `${database}.${name} ${onCluster}`;
  if (shape === TABLE) {
    const columns = parts['columns'] ?? '';
    const key = shardingKey(name, columns, rest, statement);
    return [
      `CREATE TABLE IF NOT EXISTS ${local} (\n${columns}\n    )\n    ${replicatedEngine(name, parts, names)}\n${rememberTokens(rest, statement)}`,
      `CREATE TABLE IF NOT EXISTS ${distributed} AS ${tablesDatabase}.${name}\n    ` +
        `ENGINE = Distributed(${quote(names.cluster)}, ${quote(tablesDatabase)}, ${quote(name)}, ${key})`,
    ];
  }
  if (shape === VIEW) {
    return [statement.replace(`${tablesDatabase}.${name}`, local)];
  }
  if (shape === ALTER) {
    const action = `${parts['action']}${rest}`;
    const both = parts['action']?.endsWith('COLUMN') === true;
    return [
      `ALTER TABLE ${local} ${action}`,
      ...(both ? [`ALTER TABLE ${distributed} ${action.replace(SORTING_KEY, '')}`] : []),
    ];
  }
  if (shape === DROP) {
    // SYNC waits until the table is gone from Keeper too, so that one of the same name can be created at once.
    const drops = [`DROP ${parts['kind']} IF EXISTS ${local} SYNC`];
    return parts['kind'] === 'VIEW' ? drops : [`DROP TABLE IF EXISTS ${distributed}`, ...drops];
  }
  if (/\bSETTINGS\b/.test(statement)) throw unknown(statement, 'brings settings of its own');
  const overAll = statement.replaceAll(new RegExp(String.raw`\b${tablesDatabase}\.`, 'g'), `${database}.`);
  return [`${overAll}\n    SETTINGS parallel_distributed_insert_select = 2`];
}

function replicatedEngine(
  name: string,
  { engine = '', args = '' }: Record<string, string>,
  { cluster, tablesDatabase }: ClusterNames,
): string {
  const path = quote(`/clickhouse/tables/${cluster}/{shard}/${tablesDatabase}/${name}`);
  return `ENGINE = Replicated${engine}(${path}, '{replica}'${args === '' ? '' : `, ${args}`})`;
}

function rememberTokens(rest: string, statement: string): string {
  const blocks = DEDUPLICATION.exec(rest)?.[1];
  if (blocks === undefined) throw unknown(statement, 'does not say how many blocks are remembered');
  const settings =
    blocks === '0'
      ? 'replicated_deduplication_window = 0'
      : `replicated_deduplication_window = ${REMEMBERED_BLOCKS}, replicated_deduplication_window_seconds = ${REMEMBERED_SECONDS}`;
  return rest.replace(DEDUPLICATION, settings);
}

/**
 * All data of a function is on one shard, so the order of its sandboxes can be computed there. In a table without a
 * function column, rows that replace one another are on the same shard by their sorting key.
 */
function shardingKey(name: string, columns: string, rest: string, statement: string): string {
  if (name === 'otel_traces') return `sipHash64(${FUNCTION_OF_SPAN})`;
  if (/^\s*function /m.test(columns)) return 'sipHash64(function)';
  const order = /^\s*ORDER BY \(?(\w+(?:, \w+)*)\)?$/m.exec(rest)?.[1];
  if (order !== undefined) return `sipHash64(${order})`;
  throw unknown(statement, 'has neither a function nor a plain sorting key to be sharded by');
}

function unknown(statement: string, why: string): CollectorError {
  const head = statement.split('\n', 1)[0];
  return new CollectorError(
    'ERR_INTERNAL',
    `a schema statement cannot be converted for a cluster: it ${why}: ${head}`,
  );
}
