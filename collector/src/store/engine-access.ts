import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SQL_VIEWS } from './sql/index.ts';

/** The database of the embedded engine. */
export const ENGINE_DATABASE = 'sandscope';

const VIEW_GRANTS = SQL_VIEWS.map(({ name }) => `<query>GRANT SELECT ON ${ENGINE_DATABASE}.${name}</query>`);

/**
 * The engine's user has three roles. A connection for questions takes a role that may only read tables: no insert, no
 * DDL, no table function that reaches files or the network. A connection for users' SQL takes a role that may only read
 * the public views.
 */
const USERS = `<clickhouse>
  <profiles><default/></profiles>
  <quotas><default/></quotas>
  <roles>
    <sandscope_writer><grants><query>GRANT ALL ON *.*</query></grants></sandscope_writer>
    <sandscope_reader><grants><query>GRANT SELECT, SHOW ON *.*</query></grants></sandscope_reader>
    <sandscope_sql><grants>${VIEW_GRANTS.join('')}</grants></sandscope_sql>
  </roles>
  <users>
    <default>
      <password></password>
      <networks><ip>::/0</ip></networks>
      <profile>default</profile>
      <quota>default</quota>
      <grants>
        <query>GRANT sandscope_writer</query>
        <query>GRANT sandscope_reader</query>
        <query>GRANT sandscope_sql</query>
      </grants>
    </default>
  </users>
</clickhouse>
`;

/** The setting that makes a connection read-only. Statements may still change other settings, but not this one. */
export const READ_ONLY: readonly string[] = ['SET ROLE sandscope_reader', 'SET readonly=2'];

/**
 * The settings of a connection for users' SQL: its role, the limits of each statement, and `readonly=1`, with which no
 * setting can be changed, including these limits.
 */
export const OTHERS_SQL: readonly string[] = [
  'SET ROLE sandscope_sql',
  `USE ${ENGINE_DATABASE}`,
  "SET output_format_json_quote_64bit_integers=1, max_execution_time=20, timeout_overflow_mode='throw', " +
    'max_memory_usage=268435456, max_bytes_before_external_group_by=67108864, max_bytes_before_external_sort=67108864, ' +
    'max_temporary_data_on_disk_size_for_query=1073741824, ' +
    "max_threads=2, max_result_rows=1000000, max_result_bytes=67108864, result_overflow_mode='throw', " +
    'max_query_size=262144, max_ast_depth=200, max_ast_elements=5000, max_subquery_depth=20',
  'SET readonly=1',
];

/** Writes the engine's users beside its data and returns the path of the configuration file that names them. */
export function writeAccessConfig(dataDir: string): string {
  const folder = join(dataDir, 'access');
  mkdirSync(folder, { recursive: true });
  const users = join(folder, 'users.xml');
  replaceFile(users, USERS);
  const config = join(folder, 'config.xml');
  const path = escapeXml(users);
  replaceFile(
    config,
    `<clickhouse><display_name>sandscope</display_name><users_config>${path}</users_config><user_directories><users_xml><path>${path}</path></users_xml></user_directories></clickhouse>\n`,
  );
  return config;
}

const TOKEN = /'(?:[^'\\]|\\.|'')*'|--[^\n]*|#[ !][^\n]*|\/\*[\s\S]*?\*\/|\$\w*\$/g;

/**
 * Why a reading statement must not run, or undefined. The role does not cover two features of an embedded engine: the
 * function `file()` and INTO OUTFILE. Here-documents and nested comments are refused too, because they make it unclear
 * where a string begins.
 */
export function reachesFiles(sql: string): string | undefined {
  let isBlurred = false;
  const code = sql.replaceAll(TOKEN, (token) => {
    isBlurred ||= token.startsWith('$') || (token.startsWith('/*') && token.lastIndexOf('/*') > 0);
    return token.startsWith("'") ? "''" : ' ';
  });
  if (isBlurred) return 'here-documents and nested comments are not read here';
  if (/\bINTO\s+OUTFILE\b/i.test(code)) return 'INTO OUTFILE is not allowed';
  return /(?:\bfile|[`"]file[`"])\s*\(/i.test(code) ? 'file() is not allowed' : undefined;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

function replaceFile(path: string, content: string): void {
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, content, { mode: 0o600 });
  renameSync(temporary, path);
}
