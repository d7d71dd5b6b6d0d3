import * as semconv from '@sandscope/probes/semconv';
import { parseExactJson } from '../../otlp/json-fields.ts';
import type { Attributes, ImportedEvent, ImportedResource, ImportedSpan, Value } from '../imported-span.ts';
import { JsonRecords } from '../input/json-records.ts';
import type { JsonRecord } from '../input/json-records.ts';
import type { ImportFile } from '../input/open-file.ts';
import type { FormatContext, FormatReader, ImportFormat } from './format.ts';

/** Traces downloaded from Jaeger's page or API. */
export const jaeger: ImportFormat = {
  name: 'jaeger',
  summary: 'traces of Jaeger: the JSON its page downloads and its API answers',
  recognises: (beginning) => {
    const text = beginning.toString('utf8').trimStart();
    return /^[{[]/.test(text) && /"traceID"\s*:/.test(text) && /"spans"\s*:/.test(text);
  },
  reader: (context) => new JaegerReader(context),
};

const MAX_TRACE_BYTES = 64 * 1024 ** 2;

interface Tag {
  readonly type?: unknown;
  readonly key?: unknown;
  readonly value?: unknown;
}

interface JaegerSpan {
  readonly traceID?: unknown;
  readonly spanID?: unknown;
  readonly parentSpanID?: unknown;
  readonly operationName?: unknown;
  readonly references?: readonly {
    readonly refType?: unknown;
    readonly traceID?: unknown;
    readonly spanID?: unknown;
  }[];
  /** Microseconds. */
  readonly startTime?: unknown;
  readonly duration?: unknown;
  readonly tags?: readonly Tag[];
  readonly logs?: readonly { readonly timestamp?: unknown; readonly fields?: readonly Tag[] }[];
  readonly processID?: unknown;
  readonly process?: JaegerProcess;
}

interface JaegerProcess {
  readonly serviceName?: unknown;
  readonly tags?: readonly Tag[];
}

interface JaegerTrace {
  readonly spans?: readonly JaegerSpan[];
  readonly processes?: Readonly<Record<string, JaegerProcess>>;
}

const KINDS: Readonly<Record<string, number>> = {
  internal: 1,
  server: 2,
  client: 3,
  producer: 4,
  consumer: 5,
};
/** Tags that represent parts of a span rather than attributes. */
const PARTS = new Set(['span.kind', 'error', 'otel.status_code', 'otel.scope.name', 'otel.scope.version']);

class JaegerReader implements FormatReader {
  readonly #context: FormatContext;

  constructor(context: FormatContext) {
    this.#context = context;
  }

  async *read({ path, chunks }: ImportFile): AsyncGenerator<ImportedSpan[]> {
    const records = new JsonRecords({ maxBytes: MAX_TRACE_BYTES, lists: ['data'], parse: parseExactJson });
    const portion = (found: readonly JsonRecord[]): ImportedSpan[] =>
      found.flatMap(({ line, value, fault }) => {
        const { spans, processes = {} } = (value ?? {}) as JaegerTrace;
        if (fault !== undefined || !Array.isArray(spans)) {
          this.#context.faults.add(path, line, fault ?? 'it is not a trace');
          return [];
        }
        return this.#spans(path, line, spans, processes);
      });
    for await (const chunk of chunks) yield portion(records.push(chunk));
    yield portion(records.end());
  }

  #spans(
    path: string,
    line: number,
    spans: readonly JaegerSpan[],
    processes: Readonly<Record<string, JaegerProcess>>,
  ): ImportedSpan[] {
    const resources = new Map(Object.entries(processes).map(([id, process]) => [id, resourceOf(process)]));
    const ownResources = new Map<string, ImportedResource>();
    const ownResource = ({ process = {} }: JaegerSpan): ImportedResource => {
      const key = JSON.stringify(process);
      const known = ownResources.get(key) ?? resourceOf(process);
      ownResources.set(key, known);
      return known;
    };
    return spans.flatMap((span) => {
      const made = toSpan(span, resources.get(String(span.processID)) ?? ownResource(span));
      if (made === undefined)
        this.#context.faults.add(path, line, 'a span of the trace has no ids or no time');
      return made ?? [];
    });
  }
}

function toSpan(span: JaegerSpan, resource: ImportedResource): ImportedSpan | undefined {
  const traceId = hex(span.traceID, 32);
  const spanId = hex(span.spanID, 16);
  const startUnixNano = nanos(span.startTime);
  const durationNano = nanos(span.duration) ?? 0n;
  if (traceId === undefined || spanId === undefined || startUnixNano === undefined) return undefined;
  const tags = attributesOf(span.tags);
  const references = (Array.isArray(span.references) ? span.references : []).flatMap((reference) => {
    const id = hex(reference?.spanID, 16);
    const trace = hex(reference?.traceID, 32);
    return id === undefined || trace === undefined
      ? []
      : [{ traceId: trace, spanId: id, type: reference.refType }];
  });
  const parent =
    references.find((reference) => reference.traceId === traceId && reference.type === 'CHILD_OF') ??
    references.find((reference) => reference.traceId === traceId);
  const links = references.filter((reference) => reference !== parent);
  return {
    resource,
    traceId,
    spanId,
    parentSpanId: parent?.spanId ?? hex(span.parentSpanID, 16),
    name: typeof span.operationName === 'string' ? span.operationName : '',
    kind: kindOf(tags['span.kind']),
    startUnixNano,
    endUnixNano: startUnixNano + durationNano,
    attributes: Object.fromEntries(Object.entries(tags).filter(([key]) => !PARTS.has(key))),
    hasFailed: tags['error'] === true || tags['error'] === 'true' || tags['otel.status_code'] === 'ERROR',
    events: eventsOf(span.logs),
    links: links.map((link) => ({ traceId: link.traceId, spanId: link.spanId })),
  };
}

function kindOf(tag: Value): number {
  return (typeof tag === 'string' ? KINDS[tag.toLowerCase()] : undefined) ?? 0;
}

function eventsOf(logs: JaegerSpan['logs']): ImportedEvent[] {
  return (Array.isArray(logs) ? logs : []).flatMap((log) => {
    const timeUnixNano = nanos(log?.timestamp);
    const { event, ...attributes } = attributesOf(log?.fields);
    return timeUnixNano === undefined
      ? []
      : [{ name: typeof event === 'string' ? event : 'log', timeUnixNano, attributes }];
  });
}

function resourceOf({ serviceName, tags }: JaegerProcess): ImportedResource {
  const name = typeof serviceName === 'string' ? serviceName : undefined;
  return { attributes: { ...attributesOf(tags), [semconv.ATTR_SERVICE_NAME]: name } };
}

function attributesOf(tags: readonly Tag[] | undefined): Attributes {
  return Object.fromEntries(
    (Array.isArray(tags) ? tags : []).flatMap((tag): (readonly [string, Value])[] => {
      const { key, value, type } = (tag ?? {}) as Tag;
      if (typeof key !== 'string') return [];
      // Long integers are parsed as text to keep every digit.
      if (type === 'int64' && typeof value === 'string' && /^-?\d{1,19}$/.test(value))
        return [[key, BigInt(value)]];
      if (type === 'float64' && typeof value === 'number') return [[key, { double: value }]];
      const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
      return [[key, isPlain ? value : JSON.stringify(value)]];
    }),
  );
}

/** Jaeger omits the leading zeros of an id. */
function hex(id: unknown, digits: number): string | undefined {
  if (typeof id !== 'string' || !/^[0-9a-f]+$/i.test(id) || id.length > digits || /^0+$/.test(id))
    return undefined;
  return id.toLowerCase().padStart(digits, '0');
}

/** From microseconds, which are text if they have many digits. */
function nanos(micros: unknown): bigint | undefined {
  if (typeof micros === 'string' && /^\d{1,19}$/.test(micros)) return BigInt(micros) * 1000n;
  if (typeof micros !== 'number' || !Number.isFinite(micros) || micros < 0) return undefined;
  return BigInt(Math.round(micros)) * 1000n;
}
