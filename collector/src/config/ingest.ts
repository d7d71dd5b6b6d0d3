import type { Ack } from '../ingest/index.ts';
import { ACKS } from '../ingest/index.ts';
import type { SpanLimits } from '../otlp/index.ts';
import { DEFAULT_SPAN_LIMITS, MAX_NESTING } from '../otlp/index.ts';
import type { Option } from './option.ts';
import type { Settings } from './settings.ts';
import { badOption } from './settings.ts';

/** How spans are received. */
export interface IngestConfig {
  /** What a 200 means. Default `inbox`. */
  readonly ack?: Ack;
  /** Limits of one span. */
  readonly limits?: SpanLimits;
}

export const INGEST_OPTIONS: readonly Option[] = [
  {
    name: 'ack',
    value: 'WHEN',
    help: 'when to answer 200: once spans are on disk (inbox), once they can be queried (stored), or at once (memory: a crash loses them)',
    fallback: 'inbox',
  },
  {
    name: 'max-attributes',
    value: 'N',
    help: 'maximum number of attributes of a span, event, link, scope or resource; spans with more are rejected',
    fallback: '1024',
  },
  {
    name: 'max-events',
    value: 'N',
    help: 'maximum number of events, and of links, of a span; spans with more are rejected',
    fallback: '1024',
  },
  {
    name: 'max-string-bytes',
    value: 'N',
    help: 'maximum length of a text or attribute value; spans with a longer one are rejected',
    fallback: '256KiB',
  },
  {
    name: 'max-nesting',
    value: 'N',
    help: 'maximum nesting of lists and maps in a value, at most 64; spans with deeper values are rejected',
    fallback: '32',
  },
];

const MAX_ATTRIBUTES = 1_000_000;

/** @throws {CollectorError} `ERR_OPTION` that names the option or variable and the value. */
export function readIngest(settings: Settings): { [K in keyof IngestConfig]: IngestConfig[K] | undefined } {
  const limits = {
    maxAttributes: bounded(settings, 'max-attributes', MAX_ATTRIBUTES),
    maxEvents: bounded(settings, 'max-events', MAX_ATTRIBUTES),
    maxStringBytes: settings.size('max-string-bytes'),
    maxNesting: bounded(settings, 'max-nesting', MAX_NESTING),
  };
  const given = Object.entries(limits).filter(([, value]) => value !== undefined);
  return {
    ack: settings.oneOf('ack', ACKS),
    limits: given.length === 0 ? undefined : { ...DEFAULT_SPAN_LIMITS, ...Object.fromEntries(given) },
  };
}

function bounded(settings: Settings, option: string, most: number): number | undefined {
  const count = settings.count(option);
  if (count === undefined || count <= most) return count;
  throw badOption(`${settings.setting(option)?.name} is above ${most}: "${count}"`);
}
