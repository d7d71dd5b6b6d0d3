// An engine's view of a server configuration: its clusters, macros, users and grants, as JSON on standard output.
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Session } from 'chdb';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// As in the image: main files, and folders beside them whose files are merged into them.
const [folder = ''] = process.argv.slice(2);
for (const name of ['config.d', 'users.d']) mkdirSync(join(folder, name), { recursive: true });
const users = join(folder, 'users.xml');
writeFileSync(
  users,
  `<clickhouse><profiles><default/></profiles><quotas><default/></quotas><users><default><password/>
    <networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota><access_management>1</access_management></default></users></clickhouse>`,
);
writeFileSync(
  join(folder, 'config.xml'),
  `<clickhouse><users_config>${users}</users_config><user_directories><users_xml><path>${users}</path></users_xml></user_directories></clickhouse>`,
);
copyFileSync(here('clickhouse/cluster.xml'), join(folder, 'config.d', 'cluster.xml'));
copyFileSync(here('clickhouse/users.xml'), join(folder, 'users.d', 'sandscope.xml'));

const session = new Session(join(folder, 'data'), {
  connectionArgs: [`--config-file=${join(folder, 'config.xml')}`],
});
const rows = (sql: string): unknown[] =>
  session
    .query(sql, 'JSONEachRow')
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as unknown);
const view = {
  cluster: rows(
    "SELECT shard_num, replica_num, host_name, port FROM system.clusters WHERE cluster = 'sandscope'",
  ),
  macros: rows('SELECT macro, substitution FROM system.macros'),
  profiles: rows('SELECT profile_name, setting_name, value FROM system.settings_profile_elements'),
  users: rows('SELECT name, auth_type FROM system.users'),
  grants: rows('SELECT user_name, access_type, database FROM system.grants WHERE user_name IS NOT NULL'),
};
process.stdout.write(`${JSON.stringify(view)}\n`, () => process.kill(process.pid, 'SIGKILL'));
