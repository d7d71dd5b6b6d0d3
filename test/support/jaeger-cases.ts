/** Requests to Jaeger's query API about the spans of `jaeger-spans.ts`, and the meaningful part of the answers. */
import { SHOP_START_MILLIS, SHOP_TRACES } from './jaeger-spans.ts';
import { flat, normal, traceIds, type Json, type Spans } from './otlp-json.ts';

export interface JaegerCase {
  readonly about: string;
  readonly path: string;
  /** The answer in a form in which order does not matter. */
  readonly form: (body: never) => unknown;
  readonly status: number;
}

export interface JaegerAnswer {
  readonly status: number;
  readonly body: Json;
}

/** @param url base URL of the API */
export async function askJaeger(url: string, path: string): Promise<JaegerAnswer> {
  const response = await fetch(url + path);
  return { status: response.status, body: (await response.json()) as Json };
}

const found = (about: string, path: string, form: (body: never) => unknown): JaegerCase => ({
  about,
  path,
  form,
  status: 200,
});

/** Jaeger adds a name to resources that have none; Sandscope returns a span as it was sent. */
const MISSING = 'missing-service-name';
const otlp = ({ result }: { result: Spans }): Json[] =>
  flat(result).map((span) =>
    JSON.stringify(span).includes(MISSING) ? normal({ ...(span as object), resource: {} }) : span,
  );
const ids = ({ result }: { result: Spans }): string[] => traceIds(result).sort();
const sorted = (items: readonly unknown[]): string[] => items.map((item) => JSON.stringify(item)).sort();

const iso = (millis: number): string => new Date(SHOP_START_MILLIS + millis).toISOString();
const range = (fromMillis: number, toMillis: number): string =>
  `query.start_time_min=${iso(fromMillis)}&query.start_time_max=${iso(toMillis)}`;
const ALL = range(-1, 10_000);

const V3_SEARCHES: Readonly<Record<string, string>> = {
  everything: ALL,
  'a service': `${ALL}&query.service_name=pay`,
  'a service and an operation': `${ALL}&query.service_name=pay&query.operation_name=charge`,
  'an operation': `${ALL}&query.operation_name=reserve`,
  'a part of the time': range(900, 2500),
  'a time with nanoseconds': range(0, 2000).replace('.000Z', '.000000123Z'),
  'a time in another zone': range(900, 2500).replaceAll('Z', '%2B00:00'),
  'long spans': `${ALL}&query.duration_min=60ms`,
  'short spans': `${ALL}&query.duration_max=1.5ms`,
  'spans of a length': `${ALL}&query.duration_min=0.02s&query.duration_max=30000us`,
};

const V3_OPERATIONS = [
  '',
  'service=front',
  'service=pay',
  'service=stock',
  `service=${MISSING}`,
  'service=none',
  'service=pay&span_kind=server',
];

interface Operation {
  readonly name: string;
  readonly spanKind?: string;
}

export const V3_CASES: readonly JaegerCase[] = [
  ...Object.entries(SHOP_TRACES).map(([name, id]) =>
    found(`the trace ${name}, whole`, `/api/v3/traces/${id}?raw_traces=true`, otlp),
  ),
  found('a trace by an id without its zeros', '/api/v3/traces/b7ad6b7169203331?raw_traces=true', otlp),
  found('services', '/api/v3/services', ({ services }: { services: string[] }) => sorted(services)),
  ...V3_OPERATIONS.map((query) =>
    found(
      `operations: ${query}`,
      `/api/v3/operations?${query}`,
      ({ operations }: { operations: Operation[] }) =>
        operations.map(({ name, spanKind = '' }) => `${name} ${spanKind}`).sort(),
    ),
  ),
  ...Object.entries(V3_SEARCHES).map(([what, query]) =>
    found(`a search for ${what}`, `/api/v3/traces?${query}&query.num_traces=20&query.raw_traces=true`, ids),
  ),
  found('the newest traces', `/api/v3/traces?${ALL}&query.num_traces=3&query.raw_traces=true`, ids),
];

/** Jaeger answers an empty search result as if the page were missing; Sandscope sends an empty answer. */
export const V3_EMPTY_SEARCH = `/api/v3/traces?${ALL}&query.duration_min=1m0s&query.num_traces=20`;

const [start, end] = [SHOP_START_MILLIS * 1000 - 1, (SHOP_START_MILLIS + 10_000) * 1000];
const json = (map: Record<string, string>): string => encodeURIComponent(JSON.stringify(map));
const colon = (text: string): string => encodeURIComponent(text);

const V1_SEARCHES: Readonly<Record<string, string>> = {
  'a service': 'service=pay',
  'a service and an operation': 'service=stock&operation=tick',
  'a tag with a number': `service=front&tag=${colon('http.response.status_code:200')}`,
  'a tag with colons': `service=front&tag=${colon('http.route:/a:b')}`,
  'a tag that is true': `service=front&tags=${json({ beta: 'true' })}`,
  'a tag of the resource': `service=stock&tags=${json({ region: 'us' })}`,
  'a tag of an event': `service=pay&tags=${json({ 'exception.type': 'CardError' })}`,
  'two tags': `service=front&tags=${json({ ratio: '0.25', user: 'Jürgen "☃"' })}`,
  'two tags, one of them wrong': `service=front&tags=${json({ ratio: '0.25', user: 'nobody' })}`,
  'long spans': 'service=stock&minDuration=100ms',
  'short spans': 'service=stock&maxDuration=2ms',
  'spans without a service': `service=${MISSING}`,
  nothing: 'service=none',
};

const dataSorted = ({ data, ...more }: { data: unknown[] }): unknown => ({ ...more, data: sorted(data) });
const BY_IDS = [SHOP_TRACES.failed, '5b8efff798038103d269b633813fc60c', SHOP_TRACES.short];
const DEPENDENCIES = `/api/dependencies?endTs=${SHOP_START_MILLIS + 60_000}&lookback=120000`;

export const V1_CASES: readonly JaegerCase[] = [
  ...Object.entries(SHOP_TRACES).map(([name, id]) =>
    found(`the trace ${name}, whole`, `/api/traces/${id}?raw=true`, normalV1),
  ),
  found('services', '/api/services', dataSorted),
  ...['front', 'pay', 'stock', MISSING].flatMap((service) => [
    found(`names of operations of ${service}`, `/api/services/${service}/operations`, dataSorted),
    found(`operations of ${service}`, `/api/operations?service=${service}`, dataSorted),
  ]),
  found('operations of a kind', '/api/operations?service=pay&spanKind=internal', dataSorted),
  ...Object.entries(V1_SEARCHES).map(([what, query]) =>
    found(
      `a search for ${what}`,
      `/api/traces?${query}&start=${start}&end=${end}&raw=true`,
      ({ data }: { data: V1Trace[] }) => data.map(({ traceID }) => traceID).sort(),
    ),
  ),
  found(
    'traces by their ids, and which of them are not there',
    `/api/traces?${BY_IDS.map((id) => `traceID=${id}`).join('&')}&raw=true`,
    normalV1,
  ),
  ...['', '&service=front', '&service=stock'].map((more) =>
    found(`who calls whom${more}`, DEPENDENCIES + more, dataSorted),
  ),
];

const v3Error = ({ error }: { error: { httpCode: number; message: string } }): unknown => ({
  httpCode: error.httpCode,
  message: typeof error.message,
});
const v1Error = ({ errors, ...more }: { errors: { code: number; msg: string }[] }): unknown => ({
  ...more,
  errors: errors.map(({ code, msg }) => ({ code, msg: typeof msg })),
});

const refused = (status: number, form: (body: never) => unknown, paths: readonly string[]): JaegerCase[] =>
  paths.map((path) => ({ about: `an error: ${path}`, path, form, status }));

/** Messages differ; the fields that programs read do not. */
export const ERROR_CASES: readonly JaegerCase[] = [
  ...refused(404, v3Error, ['/api/v3/traces/5b8efff798038103d269b633813fc60c']),
  ...refused(400, v3Error, [
    '/api/v3/traces/none',
    `/api/v3/traces/${'0'.repeat(33)}`,
    `/api/v3/traces/${SHOP_TRACES.order}?start_time=yesterday`,
    `/api/v3/traces/${SHOP_TRACES.order}?raw_traces=maybe`,
    '/api/v3/traces',
    '/api/v3/traces?query.start_time_min=2024-01-01T00:00:00Z',
    '/api/v3/traces?query.start_time_min=2024-01-01&query.start_time_max=2025-01-01',
    `/api/v3/traces?${ALL}&query.num_traces=few`,
    `/api/v3/traces?${ALL}&query.num_traces=1&query.duration_min=10`,
    `/api/v3/traces?${ALL}&query.num_traces=1&query.duration_max=long`,
  ]),
  ...refused(404, v1Error, ['/api/traces/5b8efff798038103d269b633813fc60c']),
  ...refused(400, v1Error, [
    '/api/traces',
    '/api/operations',
    '/api/traces/none',
    '/api/traces?service=pay&limit=few',
    '/api/traces?service=pay&start=yesterday',
    '/api/traces?service=pay&minDuration=10',
    '/api/traces?service=pay&minDuration=10s&maxDuration=1s',
    '/api/traces?service=pay&tag=none',
    '/api/traces?service=pay&tags=none',
    '/api/traces?traceID=none',
    '/api/dependencies?endTs=now',
    '/api/dependencies?lookback=1h',
  ]),
];

export const JAEGER_CASES: readonly JaegerCase[] = [...V3_CASES, ...V1_CASES, ...ERROR_CASES];

interface Tag {
  readonly key: string;
}
interface V1Trace {
  readonly traceID: string;
  readonly spans: readonly {
    readonly spanID: string;
    readonly processID: string;
    readonly tags: readonly Tag[];
    readonly logs: readonly { readonly fields: readonly Tag[] }[];
  }[];
  readonly processes: Readonly<Record<string, { readonly tags: readonly Tag[] }>>;
}

const byKey = (a: Tag, b: Tag): number => (a.key < b.key ? -1 : 1);

/** Spans sorted, tags sorted, each span with its process instead of that process's name. */
function normalV1({ data, ...envelope }: { data: readonly V1Trace[] }): unknown {
  const traces = data.map(({ spans, processes, ...more }) => ({
    ...more,
    spans: spans
      .map(({ processID, ...own }) => ({
        ...own,
        tags: own.tags.toSorted(byKey),
        logs: own.logs.map(({ fields, ...log }) => ({ ...log, fields: fields.toSorted(byKey) })),
        process: { ...processes[processID], tags: processes[processID]?.tags.toSorted(byKey) },
      }))
      .sort((a, b) => (a.spanID < b.spanID ? -1 : 1)),
  }));
  return { ...envelope, data: traces.sort((a, b) => (a.traceID < b.traceID ? -1 : 1)) };
}
