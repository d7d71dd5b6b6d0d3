import { resolve } from 'node:path';
import { createRedact, DEFAULT_KEY_PATTERNS } from '../redact/index.ts';
import { parseAllowedHost, parseOrigin, parseTokens } from '../security/index.ts';
import type { SecurityConfig, TlsFiles, TokenSource } from '../security/index.ts';
import type { Option } from './option.ts';
import { badOption } from './settings.ts';
import type { Settings } from './settings.ts';

export type { SecurityConfig } from '../security/index.ts';

export const SECURITY_OPTIONS: readonly Option[] = [
  { name: 'token-file', value: 'FILE', help: 'file of tokens that may send spans, one per line' },
  {
    name: 'query-token-file',
    value: 'FILE',
    help: 'file of tokens that may ask questions, one per line',
  },
  {
    name: 'admin-token-file',
    value: 'FILE',
    help: 'file of tokens that may delete over HTTP, one per line; without it, deletion over HTTP is off',
  },
  { name: 'tls-cert', value: 'FILE', help: 'serve HTTPS with this certificate (PEM)' },
  { name: 'tls-key', value: 'FILE', help: 'the key of that certificate (PEM)' },
  {
    name: 'tls-client-ca',
    value: 'FILE',
    help: 'accept only clients with a certificate from this authority (PEM)',
  },
  {
    name: 'cors-origin',
    value: 'ORIGIN',
    multiple: true,
    help: 'let pages of this origin send spans; * for any',
  },
  {
    name: 'allowed-host',
    value: 'NAME',
    multiple: true,
    help: 'accept requests with this Host header too; * for any. Needed where a collector on loopback without tokens is reached by another name',
  },
  {
    name: 'max-connections',
    value: 'N',
    help: 'maximum number of simultaneous connections',
    fallback: '4096',
  },
  {
    name: 'redact',
    value: 'PATTERN',
    multiple: true,
    help: 'redact the values of attributes whose key matches, in addition to authorization, cookies, passwords, keys, secrets and tokens',
  },
  { name: 'no-redact', help: 'redact nothing' },
];

const INGEST_TOKEN = 'SANDSCOPE_TOKEN';
const QUERY_TOKEN = 'SANDSCOPE_QUERY_TOKEN';
const ADMIN_TOKEN = 'SANDSCOPE_ADMIN_TOKEN';
/** Variables that hold tokens. */
export const TOKEN_VARIABLES: readonly string[] = [INGEST_TOKEN, QUERY_TOKEN, ADMIN_TOKEN].flatMap((name) => [
  name,
  `${name}S`,
]);

/** @throws {CollectorError} `ERR_OPTION` that names the option or variable, never a token. */
export function readSecurity(settings: Settings): {
  [K in keyof SecurityConfig]: SecurityConfig[K] | undefined;
} {
  const hosts = settings.list('allowed-host').flatMap((names) => names.split(',').filter(Boolean));
  const origins = settings.list('cors-origin').map((origin) => parseOrigin(origin));
  return {
    ingestTokens: readTokens(settings, 'token-file', INGEST_TOKEN),
    queryTokens: readTokens(settings, 'query-token-file', QUERY_TOKEN),
    adminTokens: readTokens(settings, 'admin-token-file', ADMIN_TOKEN),
    tls: readTlsFiles(settings),
    corsOrigins: origins.length > 0 ? origins : undefined,
    allowedHosts: hosts.length > 0 ? hosts.map((name) => parseAllowedHost(name.trim())) : undefined,
    maxConnections: settings.count('max-connections'),
    redact: readRedact(settings),
  };
}

function readTokens(settings: Settings, option: string, variable: string): TokenSource | undefined {
  const tokens = [variable, `${variable}S`].flatMap((name) => {
    const setting = settings.variable(name);
    return setting === undefined ? [] : parseTokens(setting.text.replaceAll(',', ' '), name);
  });
  const file = settings.text(option);
  if (file === undefined && tokens.length === 0) return undefined;
  return { ...(file !== undefined && { file: resolve(file) }), ...(tokens.length > 0 && { tokens }) };
}

function readTlsFiles(settings: Settings): TlsFiles | undefined {
  const certificate = settings.text('tls-cert');
  const key = settings.text('tls-key');
  const clientAuthority = settings.text('tls-client-ca');
  if (certificate === undefined && key === undefined && clientAuthority === undefined) return undefined;
  if (certificate === undefined || key === undefined) throw badOption('--tls-cert and --tls-key go together');
  return {
    certificate: resolve(certificate),
    key: resolve(key),
    ...(clientAuthority !== undefined && { clientAuthority: resolve(clientAuthority) }),
  };
}

function readRedact(settings: Settings): readonly string[] | undefined {
  const added = settings.list('redact');
  if (settings.flag('no-redact')) {
    if (added.length > 0) throw badOption('--redact and --no-redact contradict each other');
    return [];
  }
  if (added.length === 0) return undefined;
  const patterns = [...DEFAULT_KEY_PATTERNS, ...added];
  createRedact(patterns); // throws for an invalid pattern
  return patterns;
}
