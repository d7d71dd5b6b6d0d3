import type { Retention } from '../store/retention.ts';
import type { Option } from './option.ts';
import type { Settings } from './settings.ts';
import { badOption } from './settings.ts';

const KINDS = ['traces', 'invocations', 'rollups'] as const;

export const RETENTION_OPTIONS: readonly Option[] = [
  { name: 'retention-traces', value: 'DAYS', help: 'how long spans are kept', fallback: '30d' },
  {
    name: 'retention-invocations',
    value: 'DAYS',
    help: 'how long the typed rows of invocations are kept',
    fallback: '90d',
  },
  { name: 'retention-rollups', value: 'DAYS', help: 'how long summaries are kept', fallback: '400d' },
];

/** The retention that was configured; undefined when none was. @throws {CollectorError} `ERR_OPTION`. */
export function readRetention(settings: Settings): Retention | undefined {
  const given = KINDS.flatMap((kind) => {
    const days = readDays(settings, `retention-${kind}`);
    return days === undefined ? [] : [[kind, days] as const];
  });
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

function readDays(settings: Settings, option: string): number | undefined {
  const setting = settings.setting(option);
  if (setting === undefined) return undefined;
  const match = /^(\d{1,5})\s*([dwy]?)$/i.exec(setting.text);
  const days = Number(match?.[1]) * ({ '': 1, d: 1, w: 7, y: 365 }[match?.[2]?.toLowerCase() ?? ''] ?? NaN);
  if (days > 0) return days;
  throw badOption(`${setting.name} is not a number of days, as 30d, 8w or 1y: "${setting.text}"`);
}
