import { ClickHouseError, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import type { ClickHouseClient } from '@clickhouse/client';
import { CollectorError } from '../errors/errors.ts';
import { clusterSettings } from './cluster/layout.ts';
import type { Connection } from './connection.ts';

export type { Connection } from './connection.ts';

/**
 * Creates every client of a ClickHouse. The client's settings are constant: settings of a single statement go inline
 * into the SQL, because the embedded engine would keep settings from the URL.
 *
 * @throws {CollectorError} `ERR_OPTION` for a database name that is not letters, digits and `_`.
 */
export function connect(connection: Connection, requestTimeoutMillis: number): ClickHouseClient {
  if (!/^[A-Za-z_]\w*$/.test(connection.database)) {
    throw new CollectorError('ERR_OPTION', `${connection.database} is not a usable database name`);
  }
  return createClient({
    url: connection.url,
    username: connection.user,
    password: connection.password,
    request_timeout: requestTimeoutMillis,
    max_open_connections: 16,
    log: { level: ClickHouseLogLevel.OFF },
    clickhouse_settings: {
      output_format_json_quote_64bit_integers: 1,
      cancel_http_readonly_queries_on_client_close: 1,
      ...clusterSettings(connection),
    },
    ...(connection.tls && { tls: toTlsOptions(connection.tls) }),
  });
}

function toTlsOptions({ ca, certificate, key }: NonNullable<Connection['tls']>) {
  const ca_cert = Buffer.from(ca);
  if (certificate === undefined || key === undefined) return { ca_cert };
  return { ca_cert, cert: Buffer.from(certificate), key: Buffer.from(key) };
}

/** Temporary error codes: memory, disk, load, restart, a schema that is still being created. */
const TRANSIENT = new Set([
  1, 49, 60, 81, 159, 164, 173, 202, 203, 209, 210, 236, 241, 242, 243, 252, 290, 319, 394, 425, 439, 473,
  499, 516, 999, 1000, 1001, 1002,
]);
const LIMITS = new Set([158, 159, 160, 161, 241, 306, 307, 396]);

/** The error for the sender of a failed write: retry later, or never. */
export function asWriteError(error: unknown): CollectorError {
  if (error instanceof CollectorError) return error;
  if (error instanceof ClickHouseError && !TRANSIENT.has(Number(error.code))) {
    return new CollectorError('ERR_STORE_REJECTED', `the engine refused the statement: ${brief(error)}`, {
      cause: error,
      details: { engineCode: Number(error.code), engineType: error.type },
    });
  }
  return unavailable(error);
}

/** Whether the memory of the whole engine ran out, not that of one query. */
export function isOfTheEngine(error: ClickHouseError): boolean {
  return Number(error.code) === 241 && error.message.startsWith('(total)');
}

/** The error for the client of a failed read. */
export function asReadError(error: unknown): CollectorError {
  if (error instanceof CollectorError) return error;
  if (!(error instanceof ClickHouseError)) return unavailable(error);
  const code = Number(error.code);
  // If the whole engine is short of memory, the query is not at fault, and the problem passes.
  if (LIMITS.has(code) && !isOfTheEngine(error)) {
    return new CollectorError('ERR_QUERY_LIMIT', `the query reached a limit of the engine: ${brief(error)}`, {
      cause: error,
      statusCode: 422,
      details: { engineCode: code, engineType: error.type },
    });
  }
  if (TRANSIENT.has(code)) return unavailable(error);
  return new CollectorError('ERR_STORE_REJECTED', `the engine refused the statement: ${brief(error)}`, {
    cause: error,
    details: { engineCode: code, engineType: error.type },
  });
}

function unavailable(error: unknown): CollectorError {
  return new CollectorError(
    'ERR_ENGINE_UNAVAILABLE',
    `the engine is not available at the moment: ${brief(error)}`,
    {
      cause: error,
      statusCode: 503,
      retryAfterSeconds: 1,
    },
  );
}

function brief(error: unknown): string {
  const message = error instanceof Error ? error.message || error.name : String(error);
  return message.length > 500 ? `${message.slice(0, 500)}…` : message;
}
