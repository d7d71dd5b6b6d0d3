import { CollectorError } from '../errors/errors.ts';
import { badParameter } from './answers.ts';
import {
  goDuration,
  keyValue,
  positive,
  rfc3339,
  stringMap,
  unixMicros,
  type Parameters,
} from './parameters.ts';

/** A search for traces with at least one span that meets all of these conditions. */
export interface TraceQuery {
  /** Empty: any. */
  readonly service: string;
  /** Span name; empty: any. */
  readonly operation: string;
  /** Values as text, searched for on the span, its events, its scope and its resource. */
  readonly attributes: readonly (readonly [key: string, value: string])[];
  /** Start of the span, ns since the epoch, both ends included. */
  readonly startMinNanos: bigint;
  readonly startMaxNanos: bigint;
  readonly durationMinNanos?: bigint;
  readonly durationMaxNanos?: bigint;
  /** Maximum number of traces, newest first. */
  readonly depth: number;
  /** Whether more were requested. */
  readonly isCapped: boolean;
}

/** The highest limit of Jaeger's own page; requests for more get this many. */
export const MAX_DEPTH = 1500;
const DEFAULT_DEPTH = 100;
const MAX_ATTRIBUTES = 32;
/** Default range of a version 1 search without times. */
const DEFAULT_LOOKBACK_NANOS = 48n * 3_600_000_000_000n;

/**
 * Parameters that would change the answer but are not supported. They are refused, so that nobody trusts a wrong
 * answer.
 */
const UNSUPPORTED = ['query.filter', 'query.pagination.pageSize', 'query.pagination.pageToken'];

/** The `query.*` parameters of version 3, in camelCase or, from older clients, in snake_case. */
export function v3Query(given: Parameters): TraceQuery {
  const unsupported = given.find(...UNSUPPORTED);
  if (unsupported) return badParameter(unsupported.name, 'it is not supported');
  const min = given.read(rfc3339, 'query.startTimeMin', 'query.start_time_min');
  const max = given.read(rfc3339, 'query.startTimeMax', 'query.start_time_max');
  if (min === undefined || max === undefined) {
    throw new CollectorError('ERR_BAD_TIME_RANGE', 'query.startTimeMin and query.startTimeMax are required', {
      statusCode: 400,
    });
  }
  const attributes = given.read(stringMap, 'query.attributes') ?? [];
  return checked({
    service: given.text('query.serviceName', 'query.service_name'),
    operation: given.text('query.operationName', 'query.operation_name'),
    attributes,
    startMinNanos: min,
    startMaxNanos: max,
    durationMinNanos: given.read(goDuration, 'query.durationMin', 'query.duration_min'),
    durationMaxNanos: given.read(goDuration, 'query.durationMax', 'query.duration_max'),
    ...depthOf(given.read(positive, 'query.searchDepth', 'query.search_depth', 'query.num_traces')),
  });
}

/** The parameters of version 1: times in microseconds, `tag=key:value` and `tags={"key":"value"}`. */
export function v1Query(given: Parameters, nowMillis: number): TraceQuery {
  const service = given.text('service');
  if (service === '') {
    throw new CollectorError('ERR_BAD_PARAMETER', "parameter 'service' is required", { statusCode: 400 });
  }
  const now = BigInt(nowMillis) * 1_000_000n;
  const pairs = given.all('tag').map((text) => keyValue(text, 'tag'));
  const maps = given.all('tags').flatMap((text) => stringMap(text, 'tags'));
  return checked({
    service,
    operation: given.text('operation'),
    attributes: [...new Map([...pairs, ...maps])],
    startMinNanos: given.read(unixMicros, 'start') ?? now - DEFAULT_LOOKBACK_NANOS,
    startMaxNanos: given.read(unixMicros, 'end') ?? now,
    durationMinNanos: given.read(goDuration, 'minDuration'),
    durationMaxNanos: given.read(goDuration, 'maxDuration'),
    ...depthOf(given.read(positive, 'limit')),
  });
}

function depthOf(wanted = DEFAULT_DEPTH): Pick<TraceQuery, 'depth' | 'isCapped'> {
  return { depth: Math.min(wanted, MAX_DEPTH), isCapped: wanted > MAX_DEPTH };
}

type Unchecked = {
  [Name in keyof TraceQuery]: TraceQuery[Name] | (undefined extends TraceQuery[Name] ? undefined : never);
} & { durationMinNanos: bigint | undefined; durationMaxNanos: bigint | undefined };

function checked({ durationMinNanos, durationMaxNanos, ...query }: Unchecked): TraceQuery {
  if (query.attributes.length > MAX_ATTRIBUTES) {
    return badParameter('attributes', `there are more than ${MAX_ATTRIBUTES}`);
  }
  if (query.startMinNanos > query.startMaxNanos) {
    throw new CollectorError('ERR_BAD_TIME_RANGE', 'the time range ends before it begins', {
      statusCode: 400,
    });
  }
  // Zero means no limit, as in Jaeger.
  const min = durationMinNanos || undefined;
  const max = durationMaxNanos || undefined;
  if (min !== undefined && max !== undefined && max < min) {
    throw new CollectorError('ERR_BAD_PARAMETER', "'maxDuration' should be greater than 'minDuration'", {
      statusCode: 400,
    });
  }
  return {
    ...query,
    ...(min !== undefined && { durationMinNanos: min }),
    ...(max !== undefined && { durationMaxNanos: max }),
  };
}
