import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { deflate, gzip, zstdCompress } from 'node:zlib';
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtoExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { FastifyInstance } from 'fastify';
import fastify from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CollectorError } from '../errors/errors.ts';
import type { TraceRow } from '../store/trace-row.ts';
import { readTraceRows } from '../store/trace-rows.fixture.ts';
import { TraceEncoder } from './encode.ts';
import type { AcceptTraces } from './receiver.ts';
import { otlpReceiver } from './receiver.ts';
import { decodeMessage, encodeMessage, toOtlpJson } from './trace-proto.fixture.ts';

const PROTOBUF = 'application/x-protobuf';
const JSON_TYPE = 'application/json';
const LIMIT = 64 * 1024;

const span = (id: number): object => ({
  traceId: Buffer.alloc(16, id).toString('base64'),
  spanId: Buffer.alloc(8, id).toString('base64'),
  name: 'op',
  startTimeUnixNano: '1500000000000000000',
  endTimeUnixNano: '1500000000000000005',
});
const requestOf = (...spans: object[]): object => ({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
const BODY = encodeMessage('Request', requestOf(span(1)));

let app: FastifyInstance;
let accept: AcceptTraces;
let rows: TraceRow[];
let refusals: string[];

beforeEach(async () => {
  rows = [];
  refusals = [];
  accept = async (body, encoding) => {
    const encoded = new TraceEncoder().encodeRequest(body, encoding);
    rows.push(...readTraceRows(encoded.rows ?? new Uint8Array()));
    return encoded.summary;
  };
  app = fastify({ requestTimeout: 5000, http: { connectionsCheckingInterval: 100 } });
  await app.register(otlpReceiver, {
    accept: (...request) => accept(...request),
    maxBodyBytes: LIMIT,
    onRefused: (status, code) => refusals.push(`${status} ${code}`),
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
});

afterEach(async () => {
  app.server.closeAllConnections();
  await app.close();
});

const address = (): string => `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/v1/traces`;

async function post(body: Uint8Array | string, headers: Record<string, string> = {}): Promise<Response> {
  const bytes = typeof body === 'string' ? body : new Uint8Array(body);
  return fetch(address(), { method: 'POST', body: bytes, headers: { 'content-type': PROTOBUF, ...headers } });
}

async function statusOf(response: Response): Promise<Record<string, unknown>> {
  return decodeMessage('RpcStatus', new Uint8Array(await response.arrayBuffer()));
}

describe('what is accepted', () => {
  it('answers 200 in the encoding of the request', async () => {
    const protobuf = await post(BODY);
    expect([protobuf.status, protobuf.headers.get('content-type')]).toEqual([200, PROTOBUF]);
    expect(await protobuf.bytes()).toHaveLength(0);
    const json = await post(toOtlpJson(requestOf(span(2))), {
      'content-type': 'Application/JSON; charset=utf-8',
    });
    expect([json.status, json.headers.get('content-type')]).toEqual([200, JSON_TYPE]);
    expect(await json.json()).toEqual({});
    expect(rows).toHaveLength(2);
  });

  it('takes an empty request', async () => {
    expect((await post('')).status).toBe(200);
    expect((await post('{}', { 'content-type': JSON_TYPE })).status).toBe(200);
  });

  it.each([
    ['gzip', promisify(gzip)],
    ['GZIP', promisify(gzip)],
    ['x-gzip', promisify(gzip)],
    ['deflate', promisify(deflate)],
    ['zstd', promisify(zstdCompress)],
    ['identity', async (body: Uint8Array) => body],
  ])('takes a body encoded as %s', async (encoding, encode) => {
    const response = await post(await encode(BODY), { 'content-encoding': encoding });
    expect(response.status).toBe(200);
    expect(rows.map((row) => row.SpanName)).toEqual(['op']);
  });

  const JSON_BODY = toOtlpJson(requestOf(span(1)));
  const halves = [JSON_BODY.subarray(0, 40), JSON_BODY.subarray(40)] as const;
  const framesOf = async (encode: (body: Uint8Array) => Promise<Buffer>): Promise<Buffer[]> =>
    Promise.all(halves.map((half) => encode(half)));
  const skippable = (content: number): Buffer =>
    Buffer.concat([Buffer.from([0x53, 0x2a, 0x4d, 0x18, content, 0, 0, 0]), Buffer.alloc(content, 7)]);

  it.each([
    ['zstd', 'two frames', async () => Buffer.concat(await framesOf(promisify(zstdCompress)))],
    [
      'zstd',
      'a skippable frame first, between and last',
      async () => {
        const [head, tail] = await framesOf(promisify(zstdCompress));
        return Buffer.concat([skippable(9), head as Buffer, skippable(0), tail as Buffer, skippable(200)]);
      },
    ],
    ['gzip', 'two members', async () => Buffer.concat(await framesOf(promisify(gzip)))],
  ])('decodes all of %s: %s', async (encoding, _what, make) => {
    const body = await make();
    const headers = { 'content-type': JSON_TYPE, 'content-encoding': encoding };
    expect((await post(body, headers)).status).toBe(200);
    // In pieces with arbitrary boundaries.
    const client = httpRequest(address(), { method: 'POST', headers });
    for (let at = 0; at < body.length; at += 7) client.write(body.subarray(at, at + 7));
    client.end();
    const [response] = (await once(client, 'response')) as [IncomingMessage];
    response.resume();
    expect(response.statusCode).toBe(200);
    expect(rows).toHaveLength(2);
  });

  it('takes a chunked body', async () => {
    const client = httpRequest(address(), { method: 'POST', headers: { 'content-type': PROTOBUF } });
    client.write(BODY.subarray(0, 10));
    client.end(BODY.subarray(10));
    const [response] = (await once(client, 'response')) as [IncomingMessage];
    response.resume();
    expect(response.statusCode).toBe(200);
    expect(rows).toHaveLength(1);
  });

  it('warns of a body in which nothing was a span', async () => {
    const json = await post('{"resourceLogs":[]}', { 'content-type': JSON_TYPE });
    expect([json.status, await json.json()]).toEqual([
      200,
      {
        partialSuccess: {
          rejectedSpans: '0',
          errorMessage: expect.stringContaining('resourceLogs') as string,
        },
      },
    ]);
    const protobuf = await post(encodeMessage('Request', requestOf({ name: 'log' })));
    expect(protobuf.status).toBe(200);
    expect(decodeMessage('Response', await protobuf.bytes())).toMatchObject({
      partialSuccess: { rejectedSpans: '1' },
    });
  });

  it('tells of rejected spans by partial success', async () => {
    const request = requestOf(span(1), { ...span(2), traceId: '' }, { ...span(3), spanId: '' });
    const protobuf = decodeMessage('Response', await (await post(encodeMessage('Request', request))).bytes());
    expect(protobuf).toEqual({
      partialSuccess: { rejectedSpans: '2', errorMessage: expect.stringContaining('trace_id') as string },
    });
    const json = await post(toOtlpJson(request), { 'content-type': JSON_TYPE });
    expect(json.status).toBe(200);
    expect(await json.json()).toEqual(protobuf);
  });
});

describe('what is refused', () => {
  it.each([
    ['bytes that are no protobuf', 'ÿÿÿ', {}],
    ['gzip that is none', 'plain', { 'content-encoding': 'gzip' }],
    ['an empty body said to be gzip', '', { 'content-encoding': 'gzip' }],
    ['zstd that is none', 'plain', { 'content-encoding': 'zstd' }],
  ])('answers 400 to %s', async (_what, body, headers) => {
    const response = await post(body, headers);
    expect([response.status, response.headers.get('content-type')]).toEqual([400, PROTOBUF]);
    const status = await statusOf(response);
    expect(status).toMatchObject({
      code: 3,
      message: expect.stringMatching(/^ERR_OTLP_(DECODE|ENCODING): /) as string,
    });
    const [detail] = status['details'] as { type_url: string; typeUrl: string; value: string }[];
    expect(detail?.typeUrl).toBe('type.googleapis.com/google.rpc.BadRequest');
    expect(decodeMessage('BadRequest', Buffer.from(detail?.value ?? '', 'base64'))).toEqual({
      fieldViolations: [{ field: 'body', description: status['message'] }],
    });
  });

  it.each([
    ['gzip', promisify(gzip)],
    ['zstd', promisify(zstdCompress)],
    ['deflate', promisify(deflate)],
  ])('answers 400 to %s that is cut off', async (encoding, encode) => {
    const whole = await encode(
      encodeMessage('Request', requestOf(...Array.from({ length: 50 }, (_, id) => span(id + 1)))),
    );
    const response = await post(whole.subarray(0, whole.length - 9), { 'content-encoding': encoding });
    expect(response.status).toBe(400);
    expect(rows).toEqual([]);
  });

  it.each([
    ['gzip', promisify(gzip), 'abc'],
    ['gzip', promisify(gzip), '\0\0\0'],
    ['deflate', promisify(deflate), 'abc'],
    ['zstd', promisify(zstdCompress), 'abc'],
    ['zstd', promisify(zstdCompress), '\x53\x2a\x4d\x18\x09\0\0\0cut'],
    ['zstd', promisify(zstdCompress), '\x28\xb5\x2f'],
  ])('answers 400 to %s with bytes behind its end', async (encoding, encode, behind) => {
    const body = Buffer.concat([await encode(BODY), Buffer.from(behind, 'latin1')]);
    expect((await post(body, { 'content-encoding': encoding })).status).toBe(400);
    expect(rows).toEqual([]);
  });

  it('answers 400 to so many zstd frames that looking at them is the attack', async () => {
    const frame = await promisify(zstdCompress)(new Uint8Array());
    const body = Buffer.concat(Array.from({ length: 500 }, () => frame));
    expect((await post(body, { 'content-encoding': 'zstd' })).status).toBe(400);
  });

  it('answers 400 to bad JSON, in JSON', async () => {
    const response = await post('{"resourceSpans":', { 'content-type': JSON_TYPE });
    expect([response.status, response.headers.get('content-type')]).toEqual([400, JSON_TYPE]);
    expect(await response.json()).toMatchObject({
      code: 3,
      message: expect.stringContaining('ERR_OTLP_DECODE') as string,
      details: [{ '@type': 'type.googleapis.com/google.rpc.BadRequest' }],
    });
  });

  it('answers 413 over the limit and 200 at it', async () => {
    const padded = (byteLength: number): Uint8Array => {
      const body = Buffer.alloc(byteLength);
      body.set(BODY);
      // An unknown field 15 fills the remaining bytes.
      const rest = byteLength - BODY.length - 4;
      body.set([0x7a, (rest & 0x7f) | 0x80, ((rest >> 7) & 0x7f) | 0x80, rest >> 14], BODY.length);
      return body;
    };
    expect((await post(padded(LIMIT))).status).toBe(200);
    const response = await post(padded(LIMIT + 1));
    expect(response.status).toBe(413);
    expect(await statusOf(response)).toMatchObject({
      code: 3,
      message: expect.stringContaining(String(LIMIT)) as string,
    });
  });

  it('answers 413 to a chunked body over the limit while it is still being sent', async () => {
    const client = httpRequest(address(), { method: 'POST', headers: { 'content-type': PROTOBUF } });
    client.write(Buffer.alloc(LIMIT + 1));
    const [response] = (await once(client, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(413);
    response.resume();
    client.end();
    await once(client, 'close');
  });

  it.each([
    ['gzip', promisify(gzip)],
    ['zstd', promisify(zstdCompress)],
  ])('answers 413 to a %s bomb and stops inflating it', async (encoding, encode) => {
    const bomb = await encode(Buffer.alloc(60 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(LIMIT);
    const before = process.cpuUsage();
    const response = await post(bomb, { 'content-encoding': encoding });
    expect(response.status).toBe(413);
    expect(process.cpuUsage(before).user).toBeLessThan(10_000_000);
  });

  it.each([['text/plain'], ['application/protobuf'], ['application/x-www-form-urlencoded'], ['nonsense']])(
    'answers 415 to %s',
    async (contentType) => {
      const response = await post(BODY, { 'content-type': contentType });
      expect([response.status, response.headers.get('content-type')]).toEqual([415, JSON_TYPE]);
      expect(await response.json()).toMatchObject({ code: 3 });
    },
  );

  it('answers 415 to a body without a type', async () => {
    const response = await app.inject({ method: 'POST', url: '/v1/traces', payload: Buffer.from(BODY) });
    expect(response.statusCode).toBe(415);
  });

  it.each([['br'], ['none'], ['gzip, gzip'], ['snappy'], ['__proto__']])(
    'answers 415 to the encoding %s',
    async (encoding) => {
      const response = await post(BODY, { 'content-encoding': encoding });
      expect(response.status).toBe(415);
      expect(await statusOf(response)).toMatchObject({
        message: expect.stringContaining('ERR_OTLP_ENCODING') as string,
      });
    },
  );

  it.each(['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD'] as const)(
    'answers 405 to %s',
    async (method) => {
      const response = await app.inject({ method, url: '/v1/traces' });
      expect([response.statusCode, response.headers['allow']]).toEqual([405, 'POST']);
      expect(response.body).toMatch(method === 'HEAD' ? /^$/ : /"code":12/);
    },
  );

  it.each(['logs', 'metrics'])('answers 404 to %s, with a status', async (signal) => {
    const response = await fetch(address().replace('traces', signal), {
      method: 'POST',
      body: BODY,
      headers: { 'content-type': PROTOBUF },
    });
    expect(response.status).toBe(404);
    expect(await statusOf(response)).toMatchObject({ code: 12 });
  });

  it('answers 503 with Retry-After when the data cannot be kept', async () => {
    accept = async () => {
      throw new CollectorError('ERR_INBOX_FULL', 'full', { statusCode: 503, retryAfterSeconds: 7 });
    };
    const response = await post(BODY);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '7']);
    expect(await statusOf(response)).toMatchObject({ code: 14 });
    expect(refusals).toEqual(['503 ERR_INBOX_FULL']);
  });

  it('answers 503, never 500, to a failure nobody foresaw', async () => {
    accept = async () => {
      throw new TypeError('a bug');
    };
    const response = await post(BODY);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect(JSON.stringify(await statusOf(response))).not.toContain('a bug');
  });

  it('survives a client that goes away in the middle', async () => {
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
    socket.write(
      `POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: ${PROTOBUF}\r\ncontent-length: 900\r\n\r\nabc`,
    );
    await once(app.server, 'request');
    socket.destroy();
    await once(socket, 'close');
    expect((await post(BODY)).status).toBe(200);
  });
});

describe('the real exporters', () => {
  it.each([
    ['JSON', JsonExporter, CompressionAlgorithm.NONE],
    ['JSON, gzip', JsonExporter, CompressionAlgorithm.GZIP],
    ['protobuf', ProtoExporter, CompressionAlgorithm.NONE],
    ['protobuf, gzip', ProtoExporter, CompressionAlgorithm.GZIP],
  ])('are understood: %s', async (_name, Exporter, compression) => {
    const exporter = new Exporter({ url: address(), compression });
    const provider = new TracerProvider({
      resource: resourceFromAttributes({ 'service.name': 'shop', 'process.pid': 7 }),
      spanProcessors: [new SimpleSpanProcessor({ exporter })],
    });
    const started = provider.getTracer('lib', '1.2').startSpan('op', {
      startTime: [1_780_000_000, 13_800_049],
      attributes: { large: 9_007_199_254_740_991, texts: ['a', 'b'], none: [], ratio: 0.5, flag: true },
    });
    started.addEvent('half', { n: 1 }, [1_780_000_000, 13_800_050]);
    started.end([1_780_000_001, 13_800_049]);
    await provider.shutdown();
    const context = started.spanContext();
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      TraceId: context.traceId,
      SpanId: context.spanId,
      Timestamp: '1780000000.013800049',
      Duration: '1000000000',
      SpanName: 'op',
      SpanKind: 'Internal',
      ServiceName: 'shop',
      ResourceAttributes: { 'service.name': 'shop', 'process.pid': '7' },
      ScopeName: 'lib',
      ScopeVersion: '1.2',
      SpanAttributes: {
        large: '9007199254740991',
        texts: '["a","b"]',
        none: '[]',
        ratio: '0.5',
        flag: 'true',
      },
      'Events.Timestamp': ['1780000000.013800050'],
      'Events.Attributes': [{ n: '1' }],
      StatusCode: 'Unset',
    });
  });
});
