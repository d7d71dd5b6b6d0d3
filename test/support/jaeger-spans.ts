/** Spans of a small shop in every form of Jaeger's API: three services, links, events, errors, odd ids and values. */
import type { Json } from './otlp-json.ts';

const value = (given: unknown): Json => {
  if (typeof given === 'string') return { stringValue: given };
  if (typeof given === 'boolean') return { boolValue: given };
  if (typeof given === 'bigint') return { intValue: String(given) };
  if (typeof given === 'number') return { doubleValue: given };
  if (given instanceof Uint8Array) return { bytesValue: Buffer.from(given).toString('base64') };
  if (Array.isArray(given)) return { arrayValue: { values: given.map(value) } };
  if (given === undefined) return {};
  return { kvlistValue: { values: attributes(given as Record<string, unknown>) } };
};
const attributes = (given: Record<string, unknown>): Json[] =>
  Object.entries(given).map(([key, inner]) => ({ key, value: value(inner) }));

interface SpanInput {
  trace: string;
  span: string;
  parent?: string;
  name: string;
  kind?: number;
  /** Milliseconds after the start of everything. */
  at: number;
  millis: number;
  attributes?: Record<string, unknown>;
  [more: string]: unknown;
}

/** Long ago, so that a search by time finds nothing else. */
export const SHOP_START_MILLIS = Date.UTC(2024, 4, 17, 10);
const nanos = (millis: number): string =>
  String(BigInt(Math.round((SHOP_START_MILLIS + millis) * 1000)) * 1000n + 123n);

function span({ trace, span: id, parent, at, millis, attributes: own = {}, ...more }: SpanInput): Json {
  return {
    traceId: trace,
    spanId: id,
    ...(parent !== undefined && { parentSpanId: parent }),
    startTimeUnixNano: nanos(at),
    endTimeUnixNano: nanos(at + millis),
    attributes: attributes(own),
    ...(more as Record<string, Json>),
  };
}

const group = (resource: Record<string, unknown>, scope: Json, spans: Json[]): Json => ({
  resource: { attributes: attributes(resource) },
  scopeSpans: [{ scope, spans }],
});

export const SHOP_TRACES = {
  order: '0af7651916cd43dd8448eb211c80319c',
  failed: '1bf7651916cd43dd8448eb211c80319c',
  /** Its root was never sent. */
  orphan: '2cf7651916cd43dd8448eb211c80319c',
  /** 64-bit trace id. */
  short: '0000000000000000b7ad6b7169203331',
  bare: '3df7651916cd43dd8448eb211c80319c',
};
const { order, failed, orphan, short, bare } = SHOP_TRACES;

/** OTLP/JSON requests, one per resource and trace. */
export const SHOP_REQUESTS: readonly Json[] = [
  group(
    { 'service.name': 'front', 'process.pid': 7n, 'host.ip': ['10.0.0.1', '10.0.0.2'] },
    { name: 'http', version: '1.2.3' },
    [
      span({
        trace: order,
        span: 'a000000000000001',
        name: 'GET /order',
        kind: 2,
        at: 0,
        millis: 90.5,
        status: { code: 1 },
        traceState: 'vendor=1,other=2',
        attributes: {
          'http.response.status_code': 200n,
          'http.route': '/order',
          user: 'Jürgen "☃"',
          large: 9_223_372_036_854_775_807n,
          ratio: 0.25,
          whole: 3,
          tiny: 5e-324,
          beta: true,
          zero: 0n,
          empty: '',
          nothing: undefined,
          bytes: Uint8Array.of(0, 255, 16),
          list: ['a', 'b'],
          ints: [1n, 2n],
          mixed: ['a', 1n, true, [0.5]],
          map: { z: 1n, a: ['x'], m: { inner: 'y' } },
          none: [],
        },
      }),
      span({
        trace: order,
        span: 'a000000000000002',
        parent: 'a000000000000001',
        name: 'POST /pay',
        kind: 3,
        at: 10,
        millis: 50,
        attributes: { 'peer.service': 'pay' },
        events: [
          { timeUnixNano: nanos(20), name: 'retry', attributes: attributes({ attempt: 2n, wait: 0.5 }) },
          { timeUnixNano: nanos(30), name: '', attributes: attributes({ event: 'named by itself' }) },
        ],
        links: [
          { traceId: failed, spanId: 'b000000000000001', attributes: attributes({ why: 'batch' }) },
          {
            traceId: order,
            spanId: 'a000000000000001',
            attributes: attributes({ 'opentracing.ref_type': 'follows_from' }),
          },
        ],
      }),
    ],
  ),
  group({ 'service.name': 'pay', region: 'eu' }, {}, [
    span({
      trace: order,
      span: 'c000000000000003',
      parent: 'a000000000000002',
      name: 'pay',
      kind: 2,
      at: 15,
      millis: 30,
    }),
    span({
      trace: order,
      span: 'c000000000000004',
      parent: 'c000000000000003',
      name: 'charge',
      kind: 1,
      at: 16,
      millis: 20,
    }),
    span({
      trace: failed,
      span: 'b000000000000001',
      name: 'pay',
      kind: 5,
      at: 1000,
      millis: 5,
      status: { code: 2, message: 'card declined' },
      events: [
        {
          timeUnixNano: nanos(1001),
          name: 'exception',
          attributes: attributes({ 'exception.type': 'CardError' }),
        },
      ],
    }),
  ]),
  group({ 'service.name': 'stock', region: 'us' }, { name: 'queue' }, [
    span({
      trace: orphan,
      span: 'd000000000000001',
      parent: 'ffffffffffffffff',
      name: 'reserve',
      kind: 4,
      at: 2000,
      millis: 700,
    }),
    span({
      trace: orphan,
      span: 'd000000000000002',
      parent: 'd000000000000001',
      name: 'reserve',
      at: 2010,
      millis: 0.001,
    }),
    span({ trace: short, span: 'e000000000000001', name: 'tick', kind: 1, at: 3000, millis: 1.5 }),
  ]),
  group({}, {}, [
    span({ trace: bare, span: 'f000000000000001', name: 'bare', kind: 1, at: 4000, millis: 2 }),
  ]),
].map((resourceSpans) => ({ resourceSpans: [resourceSpans] }));

/** Sends them all. @throws if one is not accepted */
export async function sendShop(otlp: string): Promise<void> {
  for (const request of SHOP_REQUESTS) {
    const response = await fetch(`${otlp}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    });
    if (!response.ok) throw new Error(`${otlp} answered ${response.status}: ${await response.text()}`);
  }
}
