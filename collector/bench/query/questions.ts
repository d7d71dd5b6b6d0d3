import { QUESTIONS as REGISTERED } from '../../src/correlate/questions/index.ts';

/** A function that has calls and spans of every kind. */
const FUNCTION = 'function-010';

/** One query: an absolute path, with placeholders in braces for values that are known only once the store is filled. */
export type Question = readonly [name: string, path: string];

/** The values that the queries need from the store. */
export interface Places {
  /** Id of the first listed sandbox, of a host, and of a trace with several spans. */
  readonly sandbox: string;
  readonly host: string;
  readonly trace: string;
  /** Value of an attribute that only one span has. */
  readonly rare: string;
  /** The range of time for the queries of Jaeger's API, ms since the epoch. */
  readonly fromMs: number;
  readonly toMs: number;
}

const QUERY_API: readonly Question[] = [
  ['functions', 'functions?from=-24h'],
  ['functions, 30 days', 'functions?from=-30d'],
  ['functions, last hour', 'functions?from=-1h'],
  ['functions/{function}', `functions/${FUNCTION}?from=-24h`],
  ['functions/{function}, 30 days', `functions/${FUNCTION}?from=-30d`],
  ['invocations', 'invocations?from=-24h'],
  ['invocations of a function', `invocations?from=-24h&function=${FUNCTION}`],
  ['sandboxes', 'sandboxes?from=-24h'],
  ['sandboxes, 30 days', 'sandboxes?from=-30d'],
  ['sandboxes/{id}', 'sandboxes/{sandbox}?from=-24h'],
  ['hosts', 'hosts?from=-24h'],
  ['hosts/{id}', 'hosts/{host}?from=-24h'],
  ['hops', 'hops?from=-24h'],
  ['hops of a function', `hops?from=-24h&function=${FUNCTION}`],
  ['reuse', 'reuse?from=-24h'],
  ['evictions', 'evictions?from=-24h'],
  ['evictions, 30 days', 'evictions?from=-30d'],
  ['timeline', 'timeline?from=-24h'],
  ['traces/{id}', 'traces/{trace}'],
];

/** Queries of the registry that are not listed here: the range of a day, and nothing else. */
const OTHERS: readonly Question[] = REGISTERED.filter(({ name }) =>
  QUERY_API.every(([, path]) => !path.startsWith(`${name}?`)),
).map(({ name }): Question => [name, `${name}?from=-24h`]);

/** Jaeger's page asks for 20 traces. */
const DEPTH = 20;
const RANGE = `query.startTimeMin={from}&query.startTimeMax={to}&query.searchDepth=${DEPTH}`;
const OF_SERVICE = `query.serviceName=${FUNCTION}`;
const having = (key: string, value: string): string =>
  `query.attributes=${encodeURIComponent(JSON.stringify({ [key]: '@' })).replace('%40', value)}`;
const FREQUENT = having('faas.trigger', 'http');
const UNCOMMON = having('error.type', 'TypeError');
const RARE = having('faas.invocation_id', '{rare}');
const NOWHERE = having('app.order.id', 'none');

const JAEGER_API: readonly Question[] = [
  ['services', 'v3/services'],
  ['operations of a service', `v3/operations?service=${FUNCTION}`],
  ['search, all services', `v3/traces?${RANGE}`],
  ['search, a service', `v3/traces?${RANGE}&${OF_SERVICE}`],
  [
    'search, service, operation and duration',
    `v3/traces?${RANGE}&${OF_SERVICE}&query.operationName=${FUNCTION}&query.durationMin=35ms`,
  ],
  ['search, duration, all services', `v3/traces?${RANGE}&query.durationMin=100ms`],
  ['search, failed, all services', `v3/traces?${RANGE}&${having('error', 'true')}`],
  ['search, frequent attribute', `v3/traces?${RANGE}&${FREQUENT}`],
  ['search, uncommon attribute (1 span in 400)', `v3/traces?${RANGE}&${UNCOMMON}`],
  ['search, attribute of one span', `v3/traces?${RANGE}&${RARE}`],
  ['search, attribute of no span', `v3/traces?${RANGE}&${NOWHERE}`],
  ['search, a service, frequent attribute', `v3/traces?${RANGE}&${OF_SERVICE}&${FREQUENT}`],
  ['search, a service, attribute of no span', `v3/traces?${RANGE}&${OF_SERVICE}&${NOWHERE}`],
  ['search, version 1, a service', `traces?service=${FUNCTION}&start={fromUs}&end={toUs}&limit=${DEPTH}`],
  ['trace-summaries, all services', `v3/trace-summaries?${RANGE}`],
  ['trace-summaries, a service', `v3/trace-summaries?${RANGE}&${OF_SERVICE}`],
  ['traces/{id}', 'v3/traces/{trace}'],
  ['traces/{id}, version 1', 'traces/{trace}'],
  ['dependencies', 'dependencies?endTs={toMs}&lookback=86400000'],
  ['dependencies, 30 days', 'dependencies?endTs={toMs}&lookback=2592000000'],
];

/** Every query, those of the query API first. */
export const QUESTIONS: readonly Question[] = [
  ...[...QUERY_API, ...OTHERS].map(([name, path]): Question => [name, `/api/v1/${path}`]),
  ...JAEGER_API.map(([name, path]): Question => [`Jaeger: ${name}`, `/api/${path}`]),
];

/** A path with its placeholders filled in. */
export function fillIn(path: string, places: Places): string {
  const values: Readonly<Record<string, string>> = {
    sandbox: places.sandbox,
    host: places.host,
    trace: places.trace,
    rare: places.rare,
    from: new Date(places.fromMs).toISOString(),
    to: new Date(places.toMs).toISOString(),
    fromUs: `${places.fromMs}000`,
    toUs: `${places.toMs}000`,
    toMs: String(places.toMs),
  };
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
}

/** Finds the values for the queries. */
export async function findPlaces(url: string, fromMs: number, toMs: number): Promise<Places> {
  const ask = async (path: string): Promise<unknown> => (await fetch(`${url}/api/${path}`)).json();
  const { sandboxes = [] } = (await ask(`v1/sandboxes?from=-24h&limit=1&function=${FUNCTION}`)) as {
    sandboxes?: { id: string }[];
  };
  const { hosts = [] } = (await ask('v1/hosts?from=-24h&limit=1')) as { hosts?: { id: string }[] };
  // In the middle of the day: the newest would be found at once. Calls of a back end are in traces of several spans.
  const middleMs = (fromMs + toMs) / 2;
  const range = `start=${middleMs - 3_600_000}000&end=${middleMs}000`;
  const { data } = (await ask(`traces?service=back-07&${range}&limit=1`)) as { data: V1Trace[] };
  const [trace] = data;
  const tags = trace?.spans.flatMap((span) => span.tags) ?? [];
  const rare = tags.find(({ key }) => key === 'faas.invocation_id')?.value;
  if (trace === undefined || rare === undefined)
    throw new Error('the store has not the spans it should have');
  return {
    sandbox: sandboxes[0]?.id ?? '',
    host: hosts[0]?.id ?? '',
    trace: trace.traceID,
    rare,
    fromMs,
    toMs,
  };
}

interface V1Trace {
  readonly traceID: string;
  readonly spans: readonly { readonly tags: readonly { readonly key: string; readonly value: string }[] }[];
}
