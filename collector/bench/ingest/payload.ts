import { randomBytes } from 'node:crypto';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import type { Attributes, Span } from '@opentelemetry/api';
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import * as semconv from '../../../probes/src/semconv.ts';

export type PayloadEncoding = 'protobuf' | 'json';

/** Spans per request: a batch processor sends 512 by default. */
export const SPANS_A_REQUEST = 500;
/** One span in five is an invocation; the others are its children. */
export const INVOCATIONS_A_REQUEST = SPANS_A_REQUEST / 5;
/** 20 strings, 6 integers, 2 booleans, 1 double and 1 list on every span. */
export const ATTRIBUTES_A_SPAN = 30;

const SANDBOXES_A_REQUEST = 4;
/** Consecutive requests of one function that come from the same sandboxes. */
const REQUESTS_A_SANDBOX = 50;
/** Functions take turns; their names end in a digit. */
const FUNCTIONS = 10;
/** Time between the invocations of a request, ms. */
const INVOCATION_GAP_MS = 20;

/** A request made by the real SDK and its serializer, which can be sent any number of times as new spans. */
export interface Payload {
  readonly bytes: Buffer;
  /**
   * Gives every trace and span of the request a new id in place, moves its times to the present and assigns it to the
   * next function. Sandboxes get new ids now and then, so that each has about a thousand invocations.
   */
  stamp(serial: number): void;
  /** The same request in its own memory: finding the ids again would take long. */
  copy(): Payload;
}

export interface PayloadOptions {
  /** One span in this many has a bearer token among its attributes; default none. */
  readonly secretEvery?: number;
  /** Invocations per request, each with four children; default 100. */
  readonly invocations?: number;
}

/** Makes a request of 500 spans, by default, with 30 attributes each; a few have events and links. */
export function makePayload(
  encoding: PayloadEncoding,
  { secretEvery = Infinity, invocations = INVOCATIONS_A_REQUEST }: PayloadOptions = {},
): Payload {
  const spans = makeSpans(invocations, (index) => (index + 1) % secretEvery === 0);
  const serializer = encoding === 'json' ? JsonTraceSerializer : ProtobufTraceSerializer;
  const serialized = serializer.serializeRequest(spans.ended);
  if (serialized === undefined) throw new Error('the exporter made no request');
  const bytes = Buffer.from(serialized);
  const ids = spans.ended.flatMap((span) => [span.spanContext().traceId, span.spanContext().spanId]);
  const patterns = [...new Set(ids)].map((id) =>
    encoding === 'json' ? Buffer.from(`"${id}"`) : Buffer.from(id, 'hex'),
  );
  const idPlaces = patterns.flatMap((pattern) => placesOf(bytes, pattern));
  return stamped(bytes, {
    functions: placesOf(bytes, Buffer.from(FUNCTION_NAME)).map((place) => place + FUNCTION_NAME.length - 1),
    times: timesOf(spans.ended).flatMap((nanos) =>
      placesOf(bytes, encoding === 'json' ? Buffer.from(`"${nanos}"`) : fixed64(nanos)).map((place) => ({
        place: encoding === 'json' ? place + 1 : place,
        beforeEndNanos: spans.endNanos - nanos,
      })),
    ),
    isText: encoding === 'json',
    sandboxes: spans.sandboxes.flatMap((id) => placesOf(bytes, Buffer.from(id))),
    hexIds: encoding === 'json' ? idPlaces.map((place) => place + 1) : [], // behind the quote
    binaryIds: encoding === 'json' ? [] : idPlaces,
  });
}

function fixed64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}

/** Every time in the spans, ns since the epoch. */
function timesOf(spans: readonly ReadableSpan[]): bigint[] {
  const moments = spans.flatMap(({ startTime, endTime, events }) => [
    startTime,
    endTime,
    ...events.map(({ time }) => time),
  ]);
  return [...new Set(moments.map(([seconds, nanos]) => BigInt(seconds) * 1_000_000_000n + BigInt(nanos)))];
}

/** Offsets of the parts that change from request to request. */
interface Places {
  /** The digit of its function. */
  readonly functions: readonly number[];
  readonly times: readonly { readonly place: number; readonly beforeEndNanos: bigint }[];
  readonly isText: boolean;
  readonly sandboxes: readonly number[];
  readonly hexIds: readonly number[];
  readonly binaryIds: readonly number[];
}

function stamped(bytes: Buffer, places: Places): Payload {
  const writeHex = (at: readonly number[], serial: number): void => {
    const hex = serial.toString(16).padStart(8, '0');
    for (const place of at) bytes.write(hex, place, 'latin1');
  };
  return {
    bytes,
    stamp(serial) {
      const name = serial % FUNCTIONS;
      for (const place of places.functions) bytes.write(String(name), place, 'latin1');
      const endNanos = BigInt(Date.now()) * 1_000_000n;
      for (const { place, beforeEndNanos } of places.times) {
        const nanos = endNanos - beforeEndNanos;
        if (places.isText) bytes.write(String(nanos), place, 'latin1');
        else bytes.writeBigUInt64LE(nanos, place);
      }
      writeHex(places.sandboxes, Math.floor(serial / (REQUESTS_A_SANDBOX * FUNCTIONS)) * FUNCTIONS + name);
      writeHex(places.hexIds, serial);
      for (const place of places.binaryIds) bytes.writeUInt32BE(serial, place);
    },
    copy: () => stamped(Buffer.from(bytes), places),
  };
}

function placesOf(bytes: Buffer, pattern: Buffer): number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(pattern); at >= 0; at = bytes.indexOf(pattern, at + 1)) places.push(at);
  return places;
}

const FUNCTION_NAME = 'bench-0';

function makeSpans(
  invocations: number,
  hasSecret: (index: number) => boolean,
): {
  ended: ReadableSpan[];
  sandboxes: string[];
  endNanos: bigint;
} {
  const ended: ReadableSpan[] = [];
  const collect: SpanProcessor = {
    onStart: () => undefined,
    onEnd: (span) => void ended.push(span),
    forceFlush: async () => undefined,
    shutdown: async () => undefined,
  };
  const sandboxes = Array.from({ length: SANDBOXES_A_REQUEST }, () => randomBytes(16).toString('hex'));
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      [semconv.ATTR_SERVICE_NAME]: FUNCTION_NAME,
      [semconv.ATTR_FAAS_NAME]: FUNCTION_NAME,
      [semconv.ATTR_FAAS_VERSION]: '7',
      [semconv.ATTR_CLOUD_PROVIDER]: 'aws',
      [semconv.ATTR_CLOUD_PLATFORM]: 'aws_lambda',
      [semconv.ATTR_CLOUD_REGION]: 'eu-central-1',
      [semconv.ATTR_FAAS_MAX_MEMORY]: 536_870_912,
      [semconv.ATTR_HOST_ARCH]: 'amd64',
      [semconv.ATTR_PROCESS_PID]: 8,
    }),
    spanProcessors: [collect],
  });
  const tracer = provider.getTracer(semconv.SCOPE_NAME, '0.1.0');
  const end = Date.now();
  const first = end - invocations * INVOCATION_GAP_MS;
  for (let index = 0; index < invocations; index++) {
    const sandbox = sandboxes[index % SANDBOXES_A_REQUEST] as string;
    const ordinal = Math.floor(index / SANDBOXES_A_REQUEST) + 1;
    const startTime = first + index * INVOCATION_GAP_MS;
    const invocation = tracer.startSpan(FUNCTION_NAME, {
      kind: SpanKind.SERVER,
      startTime,
      attributes: withSecret(invocationAttributes(sandbox, ordinal, index), hasSecret(index * 5)),
      root: true,
    });
    if (index % 10 === 0) invocation.setStatus({ code: SpanStatusCode.ERROR, message: 'the handler failed' });
    const inside = trace.setSpan(context.active(), invocation);
    for (let child = 0; child < 4; child++) {
      const span = tracer.startSpan(
        child % 2 === 0 ? 'GET' : 'query',
        {
          kind: SpanKind.CLIENT,
          startTime: startTime + 1 + child,
          attributes: withSecret(childAttributes(index, child), hasSecret(index * 5 + child + 1)),
          links:
            child === 0 && index % 5 === 0
              ? [{ context: invocation.spanContext(), attributes: { 'link.kind': 'cause' } }]
              : [],
        },
        inside,
      );
      addEvent(span, child, startTime);
      span.end(startTime + 3 + child);
    }
    invocation.end(startTime + 12);
  }
  return { ended, sandboxes, endNanos: BigInt(end) * 1_000_000n };
}

function addEvent(span: Span, child: number, startTime: number): void {
  if (child !== 3) return;
  span.addEvent(
    'exception',
    { 'exception.type': 'TimeoutError', 'exception.message': 'no answer in 3 ms', attempt: 1 },
    startTime + 5,
  );
}

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');

function invocationAttributes(sandbox: string, ordinal: number, index: number): Attributes {
  return {
    [semconv.ATTR_SANDBOX_ID]: sandbox,
    [semconv.ATTR_FAAS_INSTANCE]: `2026/11/21/[7]${sandbox}`,
    [semconv.ATTR_FAAS_INVOCATION_ID]: `${hex(4)}-${hex(2)}-4000-8000-${hex(6)}`,
    [semconv.ATTR_FAAS_TRIGGER]: 'http',
    [semconv.ATTR_KERNEL_BOOT_ID]: `${sandbox.slice(0, 8)}-0000-4000-8000-${sandbox.slice(0, 12)}`,
    [semconv.ATTR_KERNEL_ISOLATION]: 'microvm',
    [semconv.ATTR_HOST_FINGERPRINT]: sandbox.slice(16, 32),
    [semconv.ATTR_HOST_CPU_MODEL_NAME]: 'Intel(R) Xeon(R) Processor @ 2.50GHz',
    [semconv.ATTR_INIT_TYPE]: 'on_demand',
    ...texts(11, index),
    [semconv.ATTR_FAAS_COLDSTART]: ordinal === 1,
    [semconv.ATTR_WINDOW_SHARED]: false,
    [semconv.ATTR_SANDBOX_ORDINAL]: ordinal,
    [semconv.ATTR_PROCESS_START_TICKS]: 1234,
    [semconv.ATTR_SANDBOX_CONCURRENT]: 1,
    [semconv.ATTR_MEMORY_RSS_BYTES]: 71_303_168 + index * 4096,
    [semconv.ATTR_MEMORY_TOTAL_BYTES]: 514_850_816,
    [semconv.ATTR_NETWORK_RX_BYTES]: 10_000 + index,
    [semconv.ATTR_CPU_USER_MS]: 3.25 + index / 7,
    'process.command_args': ['node', '--enable-source-maps', 'index.mjs'],
  };
}

function childAttributes(index: number, child: number): Attributes {
  return {
    'http.request.method': 'GET',
    'url.full': `https://example.test/items/${index}/${child}?page=${index % 7}`,
    'server.address': 'example.test',
    'network.protocol.version': '1.1',
    'user_agent.original': 'node-fetch/3.3.2',
    'db.system.name': 'postgresql',
    'db.namespace': 'orders',
    'db.query.text': 'SELECT id, name, price FROM items WHERE id = $1',
    'code.function.name': 'loadItem',
    ...texts(11, index * 4 + child),
    'http.resend': false,
    'db.prepared': true,
    'server.port': 443,
    'http.response.status_code': 200,
    'http.response.body.size': 5000 + index * 13,
    'db.response.returned_rows': child,
    'thread.id': 1,
    'sandscope.io.read_bytes': 4096 * child,
    'queue.wait_ms': 0.125 * (index + 1),
    'http.request.header.accept': ['application/json', 'text/plain'],
  };
}

/** The same number of attributes, one of them secret. */
function withSecret(attributes: Attributes, isSecret: boolean): Attributes {
  if (!isSecret) return attributes;
  const { 'app.attribute.10': _, ...others } = attributes;
  return { ...others, 'http.request.header.authorization': `Bearer ${hex(16)}` };
}

/** Attributes of the application: some the same on every span, some always new. */
function texts(count: number, index: number): Attributes {
  return Object.fromEntries(
    Array.from({ length: count }, (_, n) => [
      `app.attribute.${n}`,
      n % 3 === 0 ? `value ${n} of span ${index}` : `a value of number ${n} that does not change`,
    ]),
  );
}
