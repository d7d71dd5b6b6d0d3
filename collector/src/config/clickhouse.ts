import type { Connection } from '../store/client.ts';
import type { Settings } from './settings.ts';
import { badOption } from './settings.ts';

/** A ClickHouse of the operator's; undefined for the embedded engine. */
export function readClickHouse(settings: Settings): Connection | undefined {
  const url = settings.variable('SANDSCOPE_CLICKHOUSE_URL')?.text;
  if (url === undefined) return undefined;
  const parsed = URL.parse(url);
  if (parsed === null || !['http:', 'https:'].includes(parsed.protocol)) {
    throw badOption(`SANDSCOPE_CLICKHOUSE_URL is not an http or https URL: "${url}"`);
  }
  return {
    url,
    user: settings.variable('SANDSCOPE_CLICKHOUSE_USER')?.text ?? 'default',
    password: settings.variable('SANDSCOPE_CLICKHOUSE_PASSWORD')?.text ?? '',
    database: settings.variable('SANDSCOPE_CLICKHOUSE_DATABASE')?.text ?? 'sandscope',
  };
}
