import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The engine's user has two roles. A connection that answers questions takes the one that may read tables and nothing else:
 * no insert, no DDL, no table function that reaches files or the network.
 */
const USERS = `<clickhouse>
  <profiles><default/></profiles>
  <quotas><default/></quotas>
  <roles>
    <sandscope_writer><grants><query>GRANT ALL ON *.*</query></grants></sandscope_writer>
    <sandscope_reader><grants><query>GRANT SELECT, SHOW ON *.*</query></grants></sandscope_reader>
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
      </grants>
    </default>
  </users>
</clickhouse>
`;

/** What makes a connection one that only reads. Settings of a statement may still be set; this one may not be unset. */
export const READ_ONLY: readonly string[] = ['SET ROLE sandscope_reader', 'SET readonly=2'];

/** Writes the engine's users beside its data and returns the configuration file that names them. */
export function writeAccessConfig(dataDir: string): string {
  const folder = join(dataDir, 'access');
  mkdirSync(folder, { recursive: true });
  const users = join(folder, 'users.xml');
  replaceFile(users, USERS);
  const config = join(folder, 'config.xml');
  const path = escapeXml(users);
  replaceFile(
    config,
    `<clickhouse><users_config>${path}</users_config><user_directories><users_xml><path>${path}</path></users_xml></user_directories></clickhouse>\n`,
  );
  return config;
}

const TOKEN = /'(?:[^'\\]|\\.|'')*'|--[^\n]*|#[ !][^\n]*|\/\*[\s\S]*?\*\/|\$\w*\$/g;

/**
 * Why a statement that reads must not run, or undefined. The role does not cover two things of an embedded engine: the function
 * `file()` and INTO OUTFILE. What would blur where a text begins, a here-document or nested comments, is refused with them.
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
