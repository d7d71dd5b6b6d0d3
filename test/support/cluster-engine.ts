/**
 * A process that emulates a cluster with one engine: it defines a cluster with the given number of shards, each of them
 * itself, so `Distributed` tables are the engine's own and work. Features that need Keeper are removed from statements:
 * it creates plain tables instead of replicated ones, on itself instead of ON CLUSTER. All shards are the same table,
 * so with more than one shard every row is read once per shard.
 *
 *     node test/support/cluster-engine.ts DIRECTORY SHARDS     prints {"url", "user", "password"}
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { Session } from 'chdb';
import { writeAccessConfig } from '../../collector/src/store/engine-access.ts';
import { createEngineServer } from '../../collector/src/store/engine-http.ts';
import { EnginePool } from '../../collector/src/store/engine-pool.ts';

const [directory = '', shards = '1'] = process.argv.slice(2);
const auth = { user: 'sandscope', password: 'only for this test' };

/** Names of this machine that differ for the engine, so that each shard has its own address. */
const HOSTS = ['127.0.0.1', 'localhost'];

/** The engine's own configuration, with the cluster, and with the settings of a cluster client's connection. */
function writeClusterConfig(dataDir: string, count: number): string {
  const shard = (host: string | undefined): string =>
    `<shard><internal_replication>true</internal_replication><replica><host>${host}</host><port>9000</port></replica></shard>`;
  const cluster = `<tcp_port>9000</tcp_port>
    <remote_servers><sandscope>${Array.from({ length: count }, (_, index) => shard(HOSTS[index])).join('')}</sandscope></remote_servers>
    <macros><cluster>sandscope</cluster><shard>01</shard><replica>a</replica></macros>`;
  const settings =
    '<default><distributed_foreground_insert>1</distributed_foreground_insert><distributed_product_mode>global</distributed_product_mode></default>';
  const access = writeAccessConfig(dataDir);
  const ownUsers = join(dirname(access), 'users.xml');
  const users = join(directory, 'users.xml');
  const config = join(directory, 'config.xml');
  writeFileSync(
    users,
    readFileSync(ownUsers, 'utf8').replace('<profiles><default/>', `<profiles>${settings}`),
  );
  writeFileSync(
    config,
    readFileSync(access, 'utf8')
      .replaceAll(ownUsers, users)
      .replace('</clickhouse>', `${cluster}</clickhouse>`),
  );
  return config;
}

/** Only in statements that create tables or delete rows, and only in the forms that our own schema uses. */
function withoutKeeper(sql: string): string {
  if (sql.startsWith('SYSTEM SYNC REPLICA')) return 'SELECT 1';
  if (!/^(?:CREATE|ALTER|DROP|DELETE)\b/.test(sql)) return sql;
  return sql
    .replace(/ ON CLUSTER '\{cluster\}'/, '')
    .replace(/ENGINE = Replicated(\w+)\('[^']*', '[^']*'(?:, ([^\n]*))?\)/, 'ENGINE = $1($2)')
    .replace(
      /\breplicated_deduplication_window = \d+(?:, replicated_deduplication_window_seconds = \d+)?/,
      (text) =>
        text.includes('window = 0')
          ? 'non_replicated_deduplication_window = 0'
          : 'non_replicated_deduplication_window = 1000',
    );
}

class ClusterPool extends EnginePool {
  override run(...[lane, statement]: Parameters<EnginePool['run']>): ReturnType<EnginePool['run']> {
    return super.run(lane, { ...statement, sql: withoutKeeper(statement.sql) });
  }
}

const dataDir = join(directory, 'data');
mkdirSync(dataDir, { recursive: true });
const configFile = writeClusterConfig(dataDir, Number(shards));
// Only the first connection of the process can set the configuration, so it stays open.
const boot = new Session(dataDir, { connectionArgs: [`--config-file=${configFile}`] });
const pool = new ClusterPool({ dataDir, memoryBytes: 1024 ** 3 });
const server = createEngineServer(pool, { ...auth, dataDir });
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}`, ...auth })}\n`);
});
process.on('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
  void pool.close().then(() => {
    boot.close();
    process.exit(0);
  });
});
