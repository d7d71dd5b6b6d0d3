import type { Connection } from '../store/client.ts';
import type { Setting, Settings } from './settings.ts';
import { badOption, readSetting } from './settings.ts';

const PREFIX = 'SANDSCOPE_CLICKHOUSE_';

/** The settings of an operator's ClickHouse besides its URL. */
const VARIABLES = [
  'USER',
  'PASSWORD',
  'PASSWORD_FILE',
  'QUERY_USER',
  'QUERY_PASSWORD',
  'QUERY_PASSWORD_FILE',
  'DATABASE',
  'CLUSTER',
  'CA_FILE',
  'CERT_FILE',
  'KEY_FILE',
] as const;
type Variable = (typeof VARIABLES)[number];

/** Their full names. */
export const CLICKHOUSE_VARIABLES: readonly string[] = ['URL', ...VARIABLES].map((name) => PREFIX + name);

const NAME = /^[A-Za-z_]\w{0,63}$/;
/** A name, or in braces the server macro that holds it. */
const CLUSTER = /^(?:[A-Za-z_][\w.-]{0,63}|\{[A-Za-z_]\w{0,63}\})$/;

/**
 * A ClickHouse of the operator's; undefined for the embedded engine. It is configured by variables only, because every
 * user of the machine can read secrets on a command line. The URL in the result holds no secret, so it may be printed.
 *
 * @throws {CollectorError} `ERR_OPTION` that names the variable; the message never repeats a secret.
 */
export function readClickHouse(settings: Settings): Connection | undefined {
  const read = (name: Variable): Setting | undefined => settings.variable(PREFIX + name);
  const address = settings.variable(`${PREFIX}URL`);
  if (address === undefined) {
    const stray = VARIABLES.find((name) => read(name) !== undefined);
    if (stray === undefined) return undefined;
    throw badOption(`${PREFIX}${stray} has no effect without ${PREFIX}URL`);
  }
  const { url, user, password } = readUrl(address);
  const tls = readTls(url, read);
  const givenPassword = readPassword(read, 'PASSWORD', 'PASSWORD_FILE') ?? password;
  const query = readQueryUser(read);
  if (tls?.certificate !== undefined && (givenPassword !== undefined || query !== undefined)) {
    throw badOption(
      `${PREFIX}CERT_FILE identifies the user, so it cannot be combined with a password or a query user`,
    );
  }
  const cluster = read('CLUSTER');
  if (cluster !== undefined) checkName(cluster, CLUSTER, 'cluster');
  const database = read('DATABASE');
  if (database !== undefined) checkName(database, NAME, 'database');
  return {
    url,
    user: read('USER')?.text ?? user ?? 'default',
    password: givenPassword ?? '',
    database: database?.text ?? 'sandscope',
    ...(query && { query }),
    ...(cluster && { cluster: cluster.text }),
    ...(tls && { tls }),
  };
}

function readUrl({ text, name }: Setting): { url: string; user?: string; password?: string } {
  const parsed = URL.parse(text);
  if (parsed === null || !['http:', 'https:'].includes(parsed.protocol)) {
    throw badOption(`${name} is not an http or https URL: "${withoutSecrets(text)}"`);
  }
  if (parsed.search !== '' || parsed.hash !== '') {
    throw badOption(`${name} may have nothing after the path: "${withoutSecrets(text)}"`);
  }
  const { username, password } = parsed;
  parsed.username = '';
  parsed.password = '';
  return {
    url: parsed.href.replace(/\/$/, ''),
    ...(username !== '' && { user: decode(username, name) }),
    ...(password !== '' && { password: decode(password, name) }),
  };
}

function decode(text: string, name: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw badOption(`${name} holds a user or password that is not percent-encoded`);
  }
}

/** Also works for a text that is not a URL. */
function withoutSecrets(text: string): string {
  return text.replace(/^([a-z][\w+.-]*:\/*)?[^/?#]*@/i, '$1…@').replace(/[?#].*$/s, '?…');
}

type Read = (name: Variable) => Setting | undefined;

/** One line of a file, or the text itself; a file can be hidden from other users of the machine. */
function readPassword(read: Read, text: Variable, file: Variable): string | undefined {
  const direct = read(text);
  const source = read(file);
  if (direct !== undefined && source !== undefined) {
    throw badOption(`${direct.name} and ${source.name} are both set; remove one of them`);
  }
  if (source === undefined) return direct?.text;
  const password = readSetting(source).replace(/\r?\n$/, '');
  if (password === '') throw badOption(`${source.name} names a file that is empty: "${source.text}"`);
  return password;
}

function readQueryUser(read: Read): Connection['query'] {
  const user = read('QUERY_USER');
  const password = readPassword(read, 'QUERY_PASSWORD', 'QUERY_PASSWORD_FILE');
  if (user !== undefined) return { user: user.text, password: password ?? '' };
  if (password === undefined) return undefined;
  throw badOption(`${PREFIX}QUERY_PASSWORD has no effect without ${PREFIX}QUERY_USER`);
}

function readTls(url: string, read: Read): Connection['tls'] {
  const [ca, certificate, key] = [read('CA_FILE'), read('CERT_FILE'), read('KEY_FILE')];
  const given = ca ?? certificate ?? key;
  if (given === undefined) return undefined;
  if (!url.startsWith('https:')) throw badOption(`${given.name} needs an https ${PREFIX}URL`);
  if (ca === undefined) throw badOption(`${given.name} has no effect without ${PREFIX}CA_FILE`);
  if (certificate === undefined && key === undefined) return { ca: readPem(ca) };
  if (certificate === undefined || key === undefined) {
    throw badOption(`${PREFIX}CERT_FILE and ${PREFIX}KEY_FILE only work together`);
  }
  return { ca: readPem(ca), certificate: readPem(certificate), key: readPem(key) };
}

function readPem(setting: Setting): string {
  const text = readSetting(setting);
  if (text.includes('-----BEGIN ')) return text;
  throw badOption(`${setting.name} names a file without PEM data: "${setting.text}"`);
}

function checkName({ text, name }: Setting, pattern: RegExp, what: string): void {
  if (pattern.test(text)) return;
  throw badOption(`${name} is not a usable name of a ${what}: "${text}"`);
}
